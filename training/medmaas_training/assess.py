"""`medmaas assess RECIPE [--data FILE] [--version VERSION] [--as VERSION] [--out models]`.

Or `medmaas assess ID --data FILE --target COLUMN --called NAME [--renew]`, on people of another
period or site.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from medmaas_training.__main__ import RECIPES, add_own_table
from medmaas_training.errors import TrainingError, refuse
from medmaas_training.options import Options, check_options, read_options
from medmaas_training.validation.request import add_validation, read_request


def main(arguments: Sequence[str] | None = None) -> int:
    """Assess the model of a recipe again; 0 if that could be done, 2 if not, with the reason.

    Or any model, on a set of past cases.
    """
    given = [*(sys.argv[1:] if arguments is None else arguments)]
    if _is_of_new_cases(given):
        try:
            _repeat(vars(make_repeat_parser().parse_args(given)))
        except (TrainingError, ModuleNotFoundError) as error:
            return refuse("assess", error)
        return 0
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


def _is_of_new_cases(given: Sequence[str]) -> bool:
    """Whether the set has a name, or the model is none of a recipe."""
    named = any(one == "--called" or one.startswith("--called=") for one in given)
    return named or bool(given and not given[0].startswith("-") and given[0] not in RECIPES)


def _repeat(parsed: dict[str, Any]) -> None:
    # as in _assess
    from medmaas_training.catalogue.versions import choose_version, find_folder  # noqa: PLC0415
    from medmaas_training.progress import show_progress  # noqa: PLC0415
    from medmaas_training.report.page import print_figures  # noqa: PLC0415

    out, model_id, measured = parsed["out"], parsed["id"], parsed["measured"]
    request = read_request(parsed)
    if request is None or not parsed["called"]:
        raise TrainingError(
            "--data and --called must name a set of past cases; recipes, whose own data are known, "
            f"are {', '.join(RECIPES)}"
        )
    folder = find_folder(out, model_id, measured)
    if folder is None or not (folder / "manifest.json").exists():
        raise TrainingError(f"--out: there is no {out / model_id / (measured or '')}")
    version = choose_version(out, model_id, parsed["version"], after=folder)
    from medmaas_training.validation.repetition import repeat  # noqa: PLC0415

    with show_progress():
        found = repeat(folder, parsed["reports"], request, version, renews=parsed["renew"])
    print_figures(found.measured, f"{folder}, measured on {request.called}: {found.folder}")
    for sentence in found.told:
        print(sentence)


def make_repeat_parser() -> argparse.ArgumentParser:
    """What the command line takes for a set of past cases."""
    parser = argparse.ArgumentParser(
        prog="medmaas assess",
        description="Measure a model on people of another period or site. Its figures stand beside "
        "the first ones, with by how much they changed, in a new version.",
    )
    parser.add_argument("id", metavar="ID", help="of the model")
    _add_versions(parser)
    add_validation(parser)
    parser.add_argument(
        "--renew",
        action="store_true",
        help="learn intervals, limits and background anew of this set (default: as they are)",
    )
    return parser


def _add_versions(parser: argparse.ArgumentParser) -> None:
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


def make_parser() -> argparse.ArgumentParser:
    """What the command line takes."""
    parser = argparse.ArgumentParser(
        prog="medmaas assess",
        description="Measure again how sure a trained model is and what its answers rest on: "
        "intervals, abstention, calibration, explanations. Its weights stay as they are. What is "
        "measured is written as a new version, if anything changed.",
        epilog="medmaas assess ID --data FILE --called NAME [--renew] measures any model on people "
        "of another period or site: medmaas assess ID --help",
    )
    parser.add_argument("recipe", choices=RECIPES, metavar="RECIPE", help="that trained the model")
    parser.add_argument("--data", type=Path, help="what it was trained on, if that was yours")
    parser.add_argument("--id", help="of the model (default: as the recipe)")
    _add_versions(parser)
    parser.add_argument("--seed", type=int, default=0, help="as it was then")
    add_own_table(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
