"""`medmaas assess RECIPE [--data FILE] [--version VERSION] [--as VERSION] [--out models]`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from medmaas_training.__main__ import RECIPES, add_own_table
from medmaas_training.errors import TrainingError, refuse
from medmaas_training.options import Options, check_options, read_options


def main(arguments: Sequence[str] | None = None) -> int:
    """Assess the model of a recipe again; 0 if that could be done, 2 if not, with the reason."""
    parsed = vars(make_parser().parse_args(arguments))
    recipe, measured = parsed.pop("recipe"), parsed.pop("measured")
    try:
        _assess(recipe, read_options(parsed), measured)
    except (TrainingError, ModuleNotFoundError) as error:
        return refuse("assess", error)
    return 0


def _assess(recipe: str, options: Options, measured: str | None) -> None:
    # libraries may be missing, and then this says so in a sentence
    from medmaas_training.assessment.assess import reassess  # noqa: PLC0415
    from medmaas_training.catalogue.versions import choose_version, find_folder  # noqa: PLC0415
    from medmaas_training.progress import show_progress  # noqa: PLC0415
    from medmaas_training.report.page import print_figures, read_manifest  # noqa: PLC0415

    check_options(recipe, RECIPES[recipe], options)
    model_id = options.id or recipe
    folder = find_folder(options.out, model_id, measured)
    if folder is None or not (folder / "manifest.json").exists():
        raise TrainingError(f"--out: there is no {options.out / model_id / (measured or '')}")
    version = choose_version(options.out, model_id, options.version, after=folder)
    module = import_module(f"medmaas_training.recipes.{recipe}.recipe")
    splits = module.make_splits(options, read_manifest(folder).input)
    with show_progress():
        found, written = reassess(folder, options.reports, splits, version)
    same = f"{folder}, assessed again: nothing changed, nothing was written"
    print_figures(found, same if written == folder else f"{folder}, assessed again as {written}")


def make_parser() -> argparse.ArgumentParser:
    """What the command line takes."""
    parser = argparse.ArgumentParser(
        prog="medmaas assess",
        description="Measure again how sure a trained model is and what its answers rest on: "
        "intervals, abstention, calibration, explanations. Its weights stay as they are. What is "
        "measured is written as a new version, if anything changed.",
    )
    parser.add_argument("recipe", choices=RECIPES, metavar="RECIPE", help="that trained the model")
    parser.add_argument("--data", type=Path, help="what it was trained on, if that was yours")
    parser.add_argument("--id", help="of the model (default: as the recipe)")
    parser.add_argument(
        "--version", dest="measured", metavar="VERSION", help="to measure (default: the newest)"
    )
    parser.add_argument(
        "--as",
        dest="version",
        metavar="VERSION",
        help="to write (default: the minor version after the one that is measured)",
    )
    parser.add_argument("--out", type=Path, default=Path("models"), help="default: %(default)s")
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), help="default: %(default)s"
    )
    parser.add_argument("--seed", type=int, default=0, help="as it was then")
    add_own_table(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
