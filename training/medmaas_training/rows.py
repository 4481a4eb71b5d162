"""Rows as a graph takes them: one array, or one for each of its tensors."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_AT_ONCE = 2**24  # bytes of what goes in: what a network makes of it is many times as large


@dataclass(frozen=True)
class PartRows:
    """Rows of an input of several parts.

    Attributes:
        tensors: by name [n, ...], all that the graph takes.
    """

    tensors: Mapping[str, Array]

    def __len__(self) -> int:
        return len(next(iter(self.tensors.values())))

    def __getitem__(self, rows: Any) -> "PartRows":  # noqa: ANN401 - as an array is taken of
        return PartRows({name: array[rows] for name, array in self.tensors.items()})


Fed = Array | PartRows


def collect_rows(tensors: Mapping[str, Array]) -> Any:  # noqa: ANN401 - Fed, of either kind
    """Rows of the tensors of an input."""
    if len(tensors) > 1:
        return PartRows(tensors)
    (rows,) = tensors.values()
    return rows


def as_fed(rows: Array) -> Array:
    """Rows as a graph takes them: float64 becomes float32."""
    return rows.astype(np.float32) if rows.dtype == np.float64 else rows


def join_features(rows: Fed, tensors: Sequence[str]) -> Array:
    """The features of rows [n, features], of all tensors that hold some."""
    if isinstance(rows, PartRows):
        return np.concatenate([as_fed(rows.tensors[name]) for name in tensors], axis=1)
    return as_fed(rows)


def feed(rows: Fed, tensors: Iterable[str]) -> dict[str, Array]:
    """What a graph is called with.

    Args:
        rows: n of them.
        tensors: all that it takes, by name: one, unless the rows are of parts.
    """
    if isinstance(rows, PartRows):
        return {name: as_fed(rows.tensors[name]) for name in tensors}
    (tensor,) = tensors
    return {tensor: as_fed(rows)}


def run_in_parts(
    run: Callable[[dict[str, Array]], Mapping[str, Array]], rows: Fed, tensors: Sequence[str]
) -> dict[str, Array]:
    """What a graph gives for rows, by name [n, ...]; large ones, as pictures, some at a time.

    Args:
        run: from what a graph is called with to its outputs.
        rows: n of them, at least one.
        tensors: all that it takes, by name.
    """
    one = feed(rows[:1], tensors)
    at_once = max(1, _AT_ONCE // max(1, sum(tensor.nbytes for tensor in one.values())))
    if len(rows) <= at_once:
        return dict(run(feed(rows, tensors)))
    parts = [
        run(feed(rows[start : start + at_once], tensors)) for start in range(0, len(rows), at_once)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
