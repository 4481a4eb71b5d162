"""The values of a feature at which a threshold is crossed, whatever stands between.

Steps before it (scaling, imputation, a projection) are part of the graph: what is compared
is exposed as an output, and the feature's value is found by bisection over all numbers that float32
holds between the ends of its range.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.errors import MedmaasError
from medmaas.model.manifest import Feature, Input, Number
from medmaas.model.session import Session
from medmaas_training.catalogue.probes.inputs.tabular import complete, find_ends, invent
from medmaas_training.catalogue.probes.made import (
    MOST_CROSSINGS,
    SEED,
    THRESHOLDS,
    Array,
    Made,
    Tensors,
)
from medmaas_training.catalogue.probes.trees import Limits, Trees, find_limits, find_trees

_BASES = 256  # rows, of which some come to a node of a tree
_AROUND = 4  # values at each crossing: the last on one side, the first on the other, one beyond
_STEPS = 33  # that bisect 2^32 numbers
_ORDER = np.int64(2**31)


def make_crossings(content: bytes, spec: Input, rows: Tensors) -> Made | None:
    """Rows at the thresholds of trees and comparisons, and one unit in the last place around.

    Args:
        content: the serialised graph.
        spec: of the input; only of one table there are such rows.
        rows: by name of its tensor [n, features], at least one.

    Returns:
        At most 2,000 rows, of thresholds that are drawn by a seed; None without thresholds.
    """
    features, numbers = spec.row_features, _list_numbers(spec.row_features)
    graph = onnx.load_from_string(content)
    forests = [trees for trees in find_trees(graph) if len(trees.ordered)]
    compared: list[Trees | Limits] = [*forests, *find_limits(graph)]
    if not (numbers and compared) or len(spec.tensors) != 1:
        return None
    (tensor,) = spec.tensors
    draw = np.random.default_rng(SEED)
    given = rows[tensor][draw.permutation(len(rows[tensor]))[:_BASES]].astype(np.float32)
    bases = np.vstack([complete(features, given), invent(features, _BASES // 4, draw)])
    most = max(1, MOST_CROSSINGS // _AROUND // len(compared))
    found = [
        _cross(one, _Reading(graph, tensor, one.tensor), features, bases, most) for one in compared
    ]
    made = [np.concatenate(arrays) for arrays in zip(*found, strict=True)]
    if not len(made[0]):
        return None
    changed, columns = made
    about = [(features[column].name,) for column in columns]
    values = changed[np.arange(len(changed)), columns]
    return Made({tensor: changed}, THRESHOLDS, about, values).cap(draw, MOST_CROSSINGS)


class _Reading:
    """What a node of a graph reads, of rows [n, features]."""

    def __init__(self, graph: onnx.ModelProto, taken: str, read: str) -> None:
        self._taken, self._read, self._session = taken, read, None
        if taken != read:
            exposed = onnx.ModelProto.FromString(graph.SerializeToString())
            if read not in {output.name for output in exposed.graph.output}:
                exposed.graph.output.append(onnx.ValueInfoProto(name=read))
            try:
                self._session = Session(exposed.SerializeToString())
            except MedmaasError:
                self._read = ""

    def __call__(self, rows: Array) -> Array:
        """[n, columns]; no columns if nobody can tell."""
        if not self._read:
            return np.empty((len(rows), 0))
        if self._session is None:
            return rows
        return self._session.run({self._taken: rows})[self._read].reshape(len(rows), -1)


def _cross(
    compared: Trees | Limits,
    reading: _Reading,
    features: Sequence[Feature],
    bases: Array,
    most: int,
) -> tuple[Array, NDArray[np.int64]]:
    """Rows around so many thresholds, and which column of each was changed."""
    draw, read = np.random.default_rng(SEED), reading(bases)
    nothing = bases[:0], np.empty(0, np.int64)
    trees = compared.fit(read.shape[1]) if read.shape[1] else None
    if trees is None:
        return nothing
    feeding = _find_feeding(reading, features, bases)
    chosen = []
    for node in draw.permutation(trees.ordered)[:most]:
        fed_by = np.flatnonzero(feeding[:, trees.columns[node]])
        arriving = np.flatnonzero(trees.find_arrivals(node, read))
        if len(fed_by):
            base = draw.choice(arriving) if len(arriving) else draw.integers(len(bases))
            chosen.append((node, int(base), int(draw.choice(fed_by))))
    if not chosen:
        return nothing
    places, base_rows, columns = (np.array(one) for one in zip(*chosen, strict=True))
    wanted = _Wanted(trees.columns[places], trees.values[places], trees.modes[places])
    rows, at = bases[base_rows], np.arange(len(columns))
    lows, highs = _find_range(features, columns)
    low, high = _rank(lows), _rank(highs)
    begin = _ask(reading, rows, columns, low, wanted)
    crossed = begin != _ask(reading, rows, columns, high, wanted)
    for _ in range(_STEPS):
        middle = (low + high) >> 1
        before = _ask(reading, rows, columns, middle, wanted) == begin
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    around = np.stack([low - 1, low, low + 1, low + 2], axis=1)
    values = _unrank(around)
    whole = np.array([bool(_number(features[column]).whole) for column in columns])
    steps = np.floor(values[:, 1])[:, None] + np.arange(-1, _AROUND - 1)
    values = np.where(whole[:, None], steps, values)
    possible = crossed[:, None] & (values >= lows[:, None]) & (values <= highs[:, None])
    which, side = np.nonzero(possible)
    made = rows[at[which]].copy()
    made[np.arange(len(made)), columns[which]] = values[which, side]
    return made, columns[which]


class _Wanted:
    """The comparisons that are to be crossed."""

    def __init__(self, columns: Array, values: Array, modes: Array) -> None:
        self._columns, self._values = columns, values
        self._strict = np.isin(modes, (1, 2))  # < and >=: the threshold is on the upper side

    def are_below(self, read: Array) -> NDArray[np.bool_]:
        """Of each row [n, columns] whether it is on the lower side of its threshold."""
        column = read[np.arange(len(read)), self._columns]
        below: NDArray[np.bool_] = np.where(
            self._strict, column < self._values, column <= self._values
        )
        return below


def _ask(
    reading: _Reading, rows: Array, columns: Array, ranks: Array, wanted: _Wanted
) -> NDArray[np.bool_]:
    rows = rows.copy()
    rows[np.arange(len(rows)), columns] = _unrank(ranks)
    return wanted.are_below(reading(rows))


def _find_feeding(
    reading: _Reading, features: Sequence[Feature], bases: Array
) -> NDArray[np.bool_]:
    """Which features change which columns of what is read, [features, columns]."""
    numbers = _list_numbers(features)
    low = np.repeat(bases[-1:], len(numbers), axis=0)  # an invented row, all of whose values are
    high, at = low.copy(), np.arange(len(numbers))
    lows, highs = _find_range(features, np.array(numbers))
    low[at, numbers], high[at, numbers] = lows, highs
    ends = reading(low), reading(high)
    feeding = np.zeros((len(features), ends[0].shape[1]), bool)
    feeding[numbers] = ends[0] != ends[1]
    return feeding


def _find_range(features: Sequence[Feature], columns: Array) -> tuple[Array, Array]:
    ends = np.array([find_ends(_number(features[i])) for i in columns], np.float64)
    return _inwards(ends[:, 0], up=True), _inwards(ends[:, 1], up=False)


def _inwards(ends: Array, *, up: bool) -> NDArray[np.float32]:
    """The nearest float32 that is not beyond an end."""
    near = ends.astype(np.float32)
    beyond = near < ends if up else near > ends
    inner = np.nextafter(near, np.float32(np.inf if up else -np.inf))
    return np.where(beyond, inner, near)


def _list_numbers(features: Sequence[Feature]) -> list[int]:
    return [i for i, feature in enumerate(features) if isinstance(feature, Number)]


def _number(feature: Feature) -> Number:
    if not isinstance(feature, Number):
        raise TypeError("a threshold is of a number")
    return feature


def _rank(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """The place of each number among all that float32 holds; next to each other, one apart."""
    bits = values.view(np.int32).astype(np.int64)
    ranks: NDArray[np.int64] = np.where(bits < 0, -(bits + _ORDER), bits)
    return ranks


def _unrank(ranks: NDArray[np.int64]) -> NDArray[np.float32]:
    bits = np.where(ranks < 0, -ranks - _ORDER, ranks)
    return bits.astype(np.int32).view(np.float32)
