"""`python -m training.add MODEL.onnx MANIFEST.yaml [--golden CASES.json] [--out models]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Add a graph to the catalogue; 0 if it was written, 2 if not, with the reasons."""
    options = _parser().parse_args(arguments)
    try:
        from training.catalogue.addition import add  # noqa: PLC0415 - its libraries may be missing
        from training.errors import TrainingError  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        print(
            f"medmaas add needs the training extra (no {error.name}): "
            'pip install ".[training]" in a checkout',
            file=sys.stderr,
        )
        return 2
    try:
        print(add(options.model, options.manifest, options.golden, options.out))
    except TrainingError as error:
        for sentence in error.message.splitlines():
            print(f"medmaas add: {sentence}", file=sys.stderr)
        return 2
    return 0


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
    return parser


if __name__ == "__main__":
    sys.exit(main())
