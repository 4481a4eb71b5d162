"""Rows that were made, and how they are told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Tensors = Mapping[str, Array]

SEED = 0
MOST_ROWS = 500  # of one sort
MOST_CROSSINGS = 2000  # at thresholds
MISSING = "with values missing"
CHOICES = "of every choice"
ENDS = "at the ends of ranges"
BETWEEN = "between others"
THRESHOLDS = "at thresholds"
_SHOWN = 3  # names in a sentence


@dataclass(frozen=True)
class Made:
    """Rows of one sort.

    Attributes:
        tensors: by name [n, ...], all that the graph takes, of the types that are read for it.
        sort: what they are, in words that follow `rows`.
        about: of each row the names of the features that were changed; none where all were.
        values: of each row what its one feature was set to, where that is worth telling, [n].
        may_fail: whether a graph may have no answer, as to a history that is too short for it.
    """

    tensors: Tensors
    sort: str
    about: Sequence[tuple[str, ...]]
    values: Array | None = None
    may_fail: bool = False

    def __len__(self) -> int:
        return len(self.about)

    def take(self, rows: Array) -> "Made":
        """Some of them."""
        return Made(
            {name: tensor[rows] for name, tensor in self.tensors.items()},
            self.sort,
            [self.about[row] for row in rows],
            None if self.values is None else self.values[rows],
            self.may_fail,
        )

    def cap(self, draw: np.random.Generator, most: int = MOST_ROWS) -> "Made":
        """At most so many of them, drawn."""
        if len(self) <= most:
            return self
        return self.take(np.sort(draw.permutation(len(self))[:most]))


def name_features(about: Iterable[tuple[str, ...]]) -> str:
    """The features that rows are about, the most frequent first, in brackets; "" if none is."""
    told = list(about)
    alone = [names[0] for names in told if len(names) == 1]
    counted = Counter(alone or [name for names in told for name in names])
    names = [name for name, _ in counted.most_common()]
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f" ({', '.join(names[:_SHOWN])}{more})"


def list_sentences(by_sort: Mapping[str, Sequence[str]]) -> list[str]:
    """All that is wrong; of rows between others only where nothing else says why."""
    told = [text for sort, texts in by_sort.items() if sort != BETWEEN for text in texts]
    return told or list(by_sort.get(BETWEEN, []))


def stack(rows: Tensors, count: int) -> dict[str, Array]:
    """The first of some rows, so often."""
    return {name: np.repeat(tensor[:1], count, axis=0) for name, tensor in rows.items()}
