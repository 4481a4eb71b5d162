"""What a recipe is asked to do."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """The command line, parsed.

    Attributes:
        data: a CSV in place of the recipe's own data, with the same columns.
        out: the models directory to write into.
        seed: draws the split, the folds, the initial weights and the bootstrap.
    """

    data: Path | None
    out: Path
    seed: int
