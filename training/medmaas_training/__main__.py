"""`medmaas train RECIPE [--data FILE] [--id ID] [--as VERSION] [--out models] [--seed N]`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from medmaas_training.errors import TrainingError, refuse
from medmaas_training.options import check_options, read_options
from medmaas_training.recipes import find_recipes

RECIPES = find_recipes()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one recipe; 0 if a model was written, 2 if not, with the reason in one sentence."""
    parsed = vars(make_parser().parse_args(arguments))
    recipe = parsed.pop("recipe")
    try:
        # libraries may be missing, and then this says so in a sentence
        from medmaas_training.progress import show_progress  # noqa: PLC0415

        options = read_options(parsed)
        check_options(recipe, RECIPES[recipe], options)
        module = import_module(f"medmaas_training.recipes.{recipe}.recipe")
        with show_progress():
            module.run(options)
    except (TrainingError, ModuleNotFoundError) as error:
        return refuse("train", error)
    return 0


def make_parser() -> argparse.ArgumentParser:
    """What the command line takes."""
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
    add_own_table(parser)
    return parser


def add_own_table(parser: argparse.ArgumentParser) -> None:
    """The options that describe a user's table, alike for all that reads one."""
    own = parser.add_argument_group("any table of your own, by the columns of its outcome")
    own.add_argument(
        "--target", help="breast_fna: the class, 2 to 20 different ones; solubility: the number"
    )
    own.add_argument("--positive", metavar="LABEL", help="breast_fna: which of two classes")
    own.add_argument("--time", help="survival: the length of follow-up")
    own.add_argument("--unit", help="survival: of --time, one of days, weeks, months, years")
    own.add_argument(
        "--event",
        metavar="EVENT[=VALUE,...]",
        help="survival: 1, yes or true if follow-up ended with the event; or the values that do",
    )
    parser.add_argument(
        "--external",
        type=Path,
        metavar="FILE",
        help="solubility: molecules from elsewhere, to measure on alone; those of --data are left "
        "out (columns as in --data, or AqSolDB's)",
    )
    rows = parser.add_argument_group("who is tested on, of survival and breast_fna; else chance")
    rows.add_argument("--test", type=Path, metavar="FILE", help="those of another file")
    rows.add_argument("--split", metavar="COLUMN", help="it says train, calibration or test")
    rows.add_argument(
        "--since", metavar="COLUMN=VALUE", help="those from a date, year or number on"
    )
    rows.add_argument(
        "--leave-out",
        metavar="COLUMN[=VALUE,...]",
        help="whole sites: about a fifth of the rows, or those named",
    )
    rows.add_argument(
        "--group",
        metavar="COLUMN",
        help="rows of one value stay together (default: of an identifier that repeats)",
    )


if __name__ == "__main__":
    sys.exit(main())
