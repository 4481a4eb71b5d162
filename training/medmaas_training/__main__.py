"""`medmaas train RECIPE [--data FILE] [--id ID] [--as VERSION] [--out models] [--seed N]`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from medmaas_training.errors import TrainingError, refuse
from medmaas_training.options import Options, check_options
from medmaas_training.recipes import find_recipes

RECIPES = find_recipes()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one recipe; 0 if a model was written, 2 if not, with the reason in one sentence."""
    parsed = vars(_parser().parse_args(arguments))
    recipe = parsed.pop("recipe")
    try:
        # libraries may be missing, and then this says so in a sentence
        from medmaas_training.progress import show_progress  # noqa: PLC0415

        options = Options(**parsed)
        check_options(recipe, RECIPES[recipe], options)
        module = import_module(f"medmaas_training.recipes.{recipe}.recipe")
        with show_progress():
            module.run(options)
    except (TrainingError, ModuleNotFoundError) as error:
        return refuse("train", error)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="medmaas train",
        description="Train a model, evaluate it, export it to ONNX and write it to --out.",
        epilog="recipes: " + "; ".join(f"{name}: {one.about}" for name, one in RECIPES.items()),
    )
    parser.add_argument("recipe", choices=RECIPES, metavar="RECIPE")
    parser.add_argument(
        "--data",
        type=Path,
        help="data of your own: a CSV, with the recipe's columns or with yours (see --target, "
        "--time and --event; what you know of them in a .yaml beside it), or blood_cell's NPZ",
    )
    parser.add_argument("--id", help="what to call the model (default: as the recipe)")
    parser.add_argument(
        "--as",
        dest="version",
        metavar="VERSION",
        help="what to write it as (default: 1.0.0, or the minor version after the newest in --out)",
    )
    parser.add_argument("--out", type=Path, default=Path("models"), help="default: %(default)s")
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), help="default: %(default)s"
    )
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    own = parser.add_argument_group("any table of your own, by the columns of its outcome")
    own.add_argument(
        "--target", help="breast_fna: the class, 2 to 20 different ones; solubility: the number"
    )
    own.add_argument("--time", help="survival: days of follow-up")
    own.add_argument("--event", help="survival: 1 if follow-up ended with the event, else 0")
    return parser


if __name__ == "__main__":
    sys.exit(main())
