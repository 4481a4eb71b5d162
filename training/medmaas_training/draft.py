"""`medmaas draft MODEL.onnx [--data FILE --target COLUMN] [--out DRAFT.yaml] [--interactive]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from medmaas_training.errors import TrainingError, refuse


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the draft of a manifest; 0 if it was written, 2 if not, with the reasons."""
    options = vars(_parser().parse_args(arguments))
    try:
        from medmaas_training.drafting.command import draft  # noqa: PLC0415 - libraries may be missing

        draft(**options)
    except (TrainingError, ModuleNotFoundError) as error:
        return refuse("draft", error)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="medmaas draft",
        description="Write the YAML that `medmaas add` takes, from a graph and a table of past "
        "cases; see docs/own-model.md.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL.onnx")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="past cases: a table of text or a spreadsheet; no row of it is written anywhere",
    )
    parser.add_argument(
        "--target", help="the column of the outcome; several, with commas between them"
    )
    parser.add_argument("--time", help="survival: the length of follow-up")
    parser.add_argument(
        "--unit", choices=("days", "weeks", "months", "years"), help="survival: of --time"
    )
    parser.add_argument("--event", help="survival: whether follow-up ended with the event")
    parser.add_argument("--group", metavar="COLUMN", help="whose rows they are: never an input")
    parser.add_argument(
        "--out", type=Path, metavar="DRAFT.yaml", help="default: beside the model, called like it"
    )
    parser.add_argument(
        "--interactive", action="store_true", help="ask on the terminal for what is missing"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
