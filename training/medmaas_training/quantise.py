"""`medmaas quantise MODEL [--as VERSION] [--data FILE] [--method METHOD] [--out models]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from medmaas_training.errors import TrainingError, refuse

_METHODS = ("dynamic", "static", "4-bit")
_ERROR, _AGREEMENT = 0.05, 0.99


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a version in 8 or 4 bits; 0 if it was written, 2 if not, with the reason."""
    options = _parser().parse_args(arguments)
    try:
        # libraries may be missing, and then this says so in a sentence
        from medmaas_training.catalogue.quantisation.comparison import Limits  # noqa: PLC0415
        from medmaas_training.catalogue.quantisation.version import quantise  # noqa: PLC0415

        folder, told = quantise(
            options.model,
            out=options.out,
            source=options.source,
            version=options.version,
            method=options.method,
            data=options.data,
            limits=Limits(options.most_error, options.least_agreement),
        )
    except (TrainingError, ModuleNotFoundError) as error:
        return refuse("quantise", error)
    print(f"wrote {folder}: {told}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="medmaas quantise",
        description="Write a version of a model in 8 or 4 bits, if it is smaller, faster "
        "and near enough; see docs/own-model.md.",
    )
    parser.add_argument("model", metavar="MODEL", help="id of a model")
    parser.add_argument(
        "--version", dest="source", metavar="VERSION", help="to quantise (default: the newest)"
    )
    parser.add_argument(
        "--as",
        dest="version",
        metavar="VERSION",
        help="what to write it as (default: the minor version after the newest in --out)",
    )
    parser.add_argument(
        "--method",
        choices=_METHODS,
        help="dynamic suits transformers, static convolutions, 4-bit large matrices; default: by "
        "what holds most weights",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="INSTANCES.json",
        help='{"instances": [{...}]}, as medmaas predict takes it: half calibrate, half measure; '
        "default: golden cases, examples and rows that are made",
    )
    parser.add_argument(
        "--most-error",
        type=float,
        default=_ERROR,
        help="of a probability, or as a share of the range of other answers; default: %(default)s",
    )
    parser.add_argument(
        "--least-agreement",
        type=float,
        default=_AGREEMENT,
        help="share of rows with the same label, findings or action; default: %(default)s",
    )
    parser.add_argument("--out", type=Path, default=Path("models"), help="default: %(default)s")
    return parser


if __name__ == "__main__":
    sys.exit(main())
