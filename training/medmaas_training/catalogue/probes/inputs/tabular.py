"""Rows of a table: missing values, choices, ends of ranges, and what lies between."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Boolean, Choice, Feature, Input, Number, TabularInput
from medmaas_training.catalogue.probes.inputs import Prober
from medmaas_training.catalogue.probes.made import (
    BETWEEN,
    CHOICES,
    ENDS,
    MISSING,
    MOST_ROWS,
    Array,
    Made,
    Tensors,
)

_BASES = 8  # rows that are changed: half of those given, half invented
_BLENDS = MOST_ROWS // 2


class TabularProber(Prober):
    """One tensor [n, features]."""

    def __init__(self, spec: TabularInput) -> None:
        self._tensor, self._features = spec.tensor, spec.features

    def make(self, rows: Tensors, draw: np.random.Generator) -> Iterator[Made]:
        """Every sort."""
        given = complete(self._features, rows[self._tensor].astype(np.float32))
        chosen = draw.permutation(len(given))[: _BASES // 2]
        bases = np.vstack([given[chosen], invent(self._features, _BASES // 2, draw)])
        for sort, cells in list_changes(self._features, draw):
            yield self._change(bases, sort, cells, draw)
        seen = np.vstack([given, bases])
        yield self._blend(seen, draw)

    def _change(
        self,
        bases: Array,
        sort: str,
        changes: Sequence[dict[int, float]],
        draw: np.random.Generator,
    ) -> Made:
        each = max(1, min(len(bases), MOST_ROWS // max(len(changes), 1)))
        rows, about = [], []
        for change in changes:
            some = bases[draw.permutation(len(bases))[:each]].copy()
            for column, value in change.items():
                some[:, column] = value
            rows.append(some)
            all_alike = len(change) == len(self._features) > 1
            names = () if all_alike else tuple(self._features[i].name for i in change)
            about += [names] * each
        tensor = np.vstack(rows) if rows else bases[:0]
        return Made({self._tensor: tensor}, sort, about)

    def _blend(self, seen: Array, draw: np.random.Generator) -> Made:
        """Between two rows, and of values of as many rows as there are features."""
        pairs = seen[draw.integers(0, len(seen), (2, _BLENDS))]
        weight = draw.random((_BLENDS, 1))
        between = pairs[0] * weight + pairs[1] * (1 - weight)
        picks = draw.integers(0, len(seen), (_BLENDS, seen.shape[1]))
        mixed = seen[picks, np.arange(seen.shape[1])]
        rows = np.vstack([between, mixed])
        for column, feature in enumerate(self._features):
            if not isinstance(feature, Number):
                rows[:_BLENDS, column] = pairs[0][:, column]
            elif feature.whole:
                rows[:, column] = rows[:, column].round()
        return Made({self._tensor: rows.astype(np.float32)}, BETWEEN, [()] * len(rows))


def complete(features: Sequence[Feature], rows: Array) -> Array:
    """Rows [n, features] within what may be sent: what must be there is, nothing is beyond."""
    rows = rows.copy()
    for column, feature in enumerate(features):
        values = rows[:, column]
        if feature.required:
            values[np.isnan(values)] = find_middle(feature)
        if isinstance(feature, Number):
            low, high = (np.float32(end) for end in find_ends(feature))
            rows[:, column] = values.clip(low, high)
    return rows


def invent(features: Sequence[Feature], count: int, draw: np.random.Generator) -> Array:
    """Rows [count, features] from what was seen in training, all values there."""
    rows = np.empty((count, len(features)), np.float32)
    for column, feature in enumerate(features):
        match feature:
            case Number(training_range=seen):
                values = draw.uniform(seen.low, seen.high, count)
                rows[:, column] = values.round() if feature.whole else values
            case Choice(choices=choices):
                rows[:, column] = draw.integers(0, len(choices), count)
            case Boolean():
                rows[:, column] = draw.integers(0, 2, count)
    return complete(features, rows)


def list_changes(
    features: Sequence[Feature], draw: np.random.Generator
) -> Iterator[tuple[str, list[dict[int, float]]]]:
    """What is changed of rows, by sort: the values of some columns each."""
    absent = [i for i, feature in enumerate(features) if not feature.required]
    pairs = list(combinations(absent, 2)) if len(absent) < MOST_ROWS else []
    if len(pairs) > MOST_ROWS // 2:
        pairs = [pairs[i] for i in draw.permutation(len(pairs))[: MOST_ROWS // 2]]
    missing = [[i] for i in absent] + [list(pair) for pair in pairs]
    missing += [absent] if len(absent) > 2 else []
    yield MISSING, [dict.fromkeys(columns, np.nan) for columns in missing]
    yield (
        CHOICES,
        [{i: code} for i, feature in enumerate(features) for code in range(_count(feature))],
    )
    numbers = [(i, feature) for i, feature in enumerate(features) if isinstance(feature, Number)]
    ends = [
        {i: end}
        for i, feature in numbers
        for end in dict.fromkeys((*find_ends(feature), *find_seen(feature)))
    ]
    for which in (0, 1):
        ends += [{i: find(feature)[which] for i, feature in numbers} for find in _RANGES]
    yield ENDS, [end for end in ends if end]


def find_ends(feature: Number) -> tuple[float, float]:
    """The lowest and the highest value that may be sent."""
    return feature.hard_range.low, feature.hard_range.high


def find_seen(feature: Number) -> tuple[float, float]:
    """The same that training has seen, if it may be sent."""
    low, high = find_ends(feature)
    seen = [
        min(max(end, low), high)
        for end in (feature.training_range.low, feature.training_range.high)
    ]
    if feature.whole:
        return float(np.ceil(seen[0])), float(np.floor(seen[1]))
    return seen[0], seen[1]


_RANGES = (find_ends, find_seen)


def find_middle(feature: Feature) -> float:
    """A value that nobody wonders at."""
    if not isinstance(feature, Number):
        return 0.0
    middle = sum(find_seen(feature)) / 2
    return float(np.round(middle)) if feature.whole else middle


def _count(feature: Feature) -> int:
    match feature:
        case Choice(choices=choices):
            return len(choices)
        case Boolean():
            return 2
        case Number():
            return 0


def make(spec: Input) -> TabularProber:
    """What makes rows."""
    return TabularProber(expect(spec, TabularInput))
