"""`python -m training RECIPE [--data FILE] [--out models] [--seed N]`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from training.options import Options

RECIPES = {
    "survival": "years of survival from age, sex and four blood values (FLCHAIN)",
    "breast_fna": "malignant or benign from a fine-needle aspirate (Wisconsin diagnostic data)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one recipe; 0 if a model was written, 2 if not, with the reason in one sentence."""
    parser = argparse.ArgumentParser(
        prog="medmaas train",
        description="Train a model, evaluate it, export it to ONNX and write it to --out.",
        epilog="recipes: " + "; ".join(f"{name}: {about}" for name, about in RECIPES.items()),
    )
    parser.add_argument("recipe", choices=RECIPES, metavar="RECIPE")
    parser.add_argument("--data", type=Path, help="CSV with the recipe's columns")
    parser.add_argument("--out", type=Path, default=Path("models"), help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        from training.errors import TrainingError  # noqa: PLC0415 - may be missing too

        recipe = import_module(f"training.recipes.{options.recipe}")
    except ModuleNotFoundError as error:
        print(
            f"medmaas train needs the training extra (no {error.name}): "
            'pip install ".[training]" in a checkout',
            file=sys.stderr,
        )
        return 2
    try:
        recipe.run(Options(options.data, options.out, options.seed))
    except TrainingError as error:
        print(f"medmaas train: {error.message}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
