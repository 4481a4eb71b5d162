"""`medmaas assess RECIPE [--data FILE] [--out models] [--reports reports]`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from medmaas_training.__main__ import RECIPES
from medmaas_training.errors import TrainingError, refuse
from medmaas_training.options import Options, check_options


def main(arguments: Sequence[str] | None = None) -> int:
    """Assess the model of a recipe again; 0 if it was rewritten, 2 if not, with the reason."""
    parsed = vars(_parser().parse_args(arguments))
    recipe = parsed.pop("recipe")
    try:
        _assess(recipe, Options(**parsed))
    except (TrainingError, ModuleNotFoundError) as error:
        return refuse("assess", error)
    return 0


def _assess(recipe: str, options: Options) -> None:
    # libraries may be missing, and then this says so in a sentence
    from medmaas_training.assessment.assess import reassess  # noqa: PLC0415
    from medmaas_training.report.page import print_figures, read_manifest  # noqa: PLC0415

    check_options(recipe, RECIPES[recipe], options)
    folder = options.out / (options.id or recipe) / "1.0.0"
    if not (folder / "manifest.json").exists():
        raise TrainingError(f"--out: there is no {folder}")
    module = import_module(f"medmaas_training.recipes.{recipe}.recipe")
    splits = module.make_splits(options, read_manifest(folder).input)
    measured = reassess(folder, options.reports, splits)
    print_figures(measured, f"{folder}, assessed again")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="medmaas assess",
        description="Measure again how sure a trained model is and what its answers rest on: "
        "intervals, abstention, calibration, explanations. Its weights stay as they are.",
    )
    parser.add_argument("recipe", choices=RECIPES, metavar="RECIPE", help="that trained the model")
    parser.add_argument("--data", type=Path, help="what it was trained on, if that was yours")
    parser.add_argument("--id", help="of the model (default: as the recipe)")
    parser.add_argument("--out", type=Path, default=Path("models"), help="default: %(default)s")
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), help="default: %(default)s"
    )
    parser.add_argument("--seed", type=int, default=0, help="as it was then")
    for column in ("target", "time", "event"):
        parser.add_argument(f"--{column}", help="as it was then")
    return parser


if __name__ == "__main__":
    sys.exit(main())
