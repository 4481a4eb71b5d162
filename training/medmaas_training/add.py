"""`medmaas add MODEL.onnx MANIFEST.yaml [--data FILE --target COLUMN] [--out models]`."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from medmaas_training.errors import TrainingError, refuse
from medmaas_training.validation.request import Request, add_validation, read_request


def main(arguments: Sequence[str] | None = None) -> int:
    """Add a graph to the catalogue; 0 if it was written, 2 if not, with the reasons."""
    options = _parser().parse_args(arguments)
    try:
        from medmaas_training.catalogue.addition import add  # noqa: PLC0415 - libraries may be missing

        validation = read_request(vars(options))
        with _show(validation):
            told = add(
                options.model,
                options.manifest,
                options.golden,
                options.out,
                validation=validation,
                reports=options.reports,
            )
        print(told)
    except (TrainingError, ModuleNotFoundError) as error:
        return refuse("add", error)
    return 0


def _show(validation: Request | None) -> AbstractContextManager[object]:
    """How far it is, if there is much to measure."""
    if validation is None:
        return nullcontext()
    from medmaas_training.progress import show_progress  # noqa: PLC0415 - as above

    return show_progress()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="medmaas add",
        description="Add an ONNX graph of your own to the models; see docs/own-model.md.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL.onnx")
    parser.add_argument("manifest", type=Path, metavar="MANIFEST.yaml", help="the draft of one")
    parser.add_argument(
        "--golden",
        type=Path,
        metavar="CASES.json",
        help='[{"instance": {...}, "outputs": {tensor: [numbers]}}, ...], the outputs being those '
        "of the model that the graph was exported from; instead of the draft's cases",
    )
    parser.add_argument("--out", type=Path, default=Path("models"), help="default: %(default)s")
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), help="default: %(default)s"
    )
    add_validation(parser)
    parser.add_argument(
        "--recalibrate",
        action="store_true",
        help="make probabilities truer inside the graph, if that is worth it",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
