"""How sure an answer is, and when there is none: a manifest's `uncertainty`, applied to tensors.

- The intervals are of the kind of output, see `outputs/`.
- distance.py measures how far an instance is from the training data.
"""

from collections.abc import Callable, Iterable, Sequence
from math import isnan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.model import manifest as contract
from medmaas.model.columns import NO_COLUMNS, Cell, Table, Tensors
from medmaas.model.intervals import Interval
from medmaas.model.manifest import Manifest
from medmaas.model.outputs import make_intervals
from medmaas.model.schema import Schema
from medmaas.model.uncertainty.distance import make_distance

__all__ = ["Doubt", "Uncertainty", "make_uncertainty"]


class Doubt(NamedTuple):
    """A reason why there is no answer, and the rows that have it.

    Attributes:
        rows: m of them.
        list_facts: gives what is to be said of each, m; often it is enough to know which they are.
    """

    rows: Sequence[int]
    list_facts: Callable[[], Iterable[Fact]]


def make_uncertainty(manifest: Manifest) -> "Uncertainty | None":
    """What judges the answers of a model; None if nothing was measured."""
    return Uncertainty(manifest.uncertainty, manifest) if manifest.uncertainty else None


class Uncertainty:
    """Intervals, and the three reasons why there is no answer."""

    def __init__(self, spec: contract.Uncertainty, manifest: Manifest) -> None:
        self._spec, self._tensors = spec, manifest.input.feature_tensors
        self._intervals = make_intervals(spec.intervals, manifest) if spec.intervals else None
        self._distance = make_distance(spec.distance, manifest.input) if spec.distance else None
        levels = spec.intervals.levels if spec.intervals else ()
        self._coverages = [level.coverage for level in levels]
        self.columns = self._intervals.columns if self._intervals else NO_COLUMNS

    @property
    def first_coverage(self) -> float | None:
        """Of the intervals, if none is asked for; None if there are no intervals."""
        return self._coverages[0] if self._coverages else None

    def check(self, coverage: float | None) -> None:
        """Refuse a coverage that is not stored.

        Raises:
            InvalidRequestError: names those that are.
        """
        if coverage is not None and coverage not in self._coverages:
            stored: list[str | Fact] = [f"{c:g}" for c in sorted(self._coverages)]
            stored = stored or [Fact("none")]
            problem = Problem(None, "coverage", Fact("not_a_choice", choices=stored))
            raise InvalidRequestError("coverage_not_stored", [problem], coverages=stored)

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float | None) -> Table:
        """The intervals of all rows, at a coverage that is stored, the first for None."""
        if self._intervals is None:
            return Table([], np.empty((len(next(iter(inputs.values()))), 0)))
        return self._intervals.tabulate(outputs, inputs, coverage or self._coverages[0])

    def list_rows(self, table: Table, coverage: float | None) -> Sequence[Interval | None]:
        """The same as objects, as JSON holds them; None without intervals."""
        if self._intervals is None:
            return [None] * len(table.numbers)
        return self._intervals.list_rows(table, coverage or self._coverages[0])

    def name_interval(self, interval: Interval) -> Fact | None:
        """An interval in words; None where it is of no single number."""
        return self._intervals.name_interval(interval) if self._intervals else None

    def json_schema(self) -> Schema | None:
        """JSON Schema of one interval; None if there are none."""
        return self._intervals.json_schema() if self._intervals else None

    def find_doubts(
        self, outputs: Tensors, inputs: Tensors, tabulate: Callable[[], Table] | None = None
    ) -> list[Doubt]:
        """Why rows have no answer; of several reasons of one row the last counts.

        Args:
            outputs: of the graph.
            inputs: what went in.
            tabulate: gives the intervals at the first coverage; made here if it is None.
        """
        doubts = list[Doubt]()
        if self._spec.largest_set is not None and self._intervals:
            sets = tabulate() if tabulate else self.tabulate(outputs, inputs, None)
            doubts.append(_doubt_large(sets.texts[0], self._spec.largest_set, self._coverages[0]))
        if self._spec.most_missing is not None:
            tensors = [inputs[name] for name in self._tensors]
            doubts.append(_doubt_missing(tensors, self._spec.most_missing))
        if self._distance:
            rows, distances = self._distance.find_far(outputs, inputs)
            if rows:
                doubts.append(_doubt_far(rows, distances, self._distance.threshold))
        return [doubt for doubt in doubts if doubt.rows]


def _doubt_large(sets: Sequence[Cell], most: int, coverage: float) -> Doubt:
    """Sets of more labels than these."""
    rows = [row for row, one in enumerate(sets) if isinstance(one, tuple) and len(one) > most]
    shared = {"coverage": coverage, "count": most}
    return Doubt(rows, lambda: [Fact("undecided", labels=sets[row], **shared) for row in rows])


def _doubt_missing(tensors: Sequence[NDArray[Any]], most: int) -> Doubt:
    """More features without a value than these: of rows, or in no row of a series."""
    if not tensors:
        return Doubt([], tuple)
    if all(len(one) == 1 and one.ndim == 2 for one in tensors):  # noqa: PLR2004 - n, features
        counts = [sum(sum(map(isnan, one[0].tolist())) for one in tensors)]  # quicker than numpy
        rows = [0] if counts[0] > most else []
    else:
        unknown = [np.isnan(one) for one in tensors]
        by_feature = [one if one.ndim == 2 else one.all(axis=1) for one in unknown]  # noqa: PLR2004
        found = np.concatenate(by_feature, axis=1).sum(axis=1)
        rows = np.flatnonzero(found > most).tolist()
        counts = found[rows].tolist()
    return Doubt(
        rows, lambda: [Fact("too_many_missing", missing=count, most=most) for count in counts]
    )


def _doubt_far(rows: Sequence[int], distances: Sequence[float], threshold: float) -> Doubt:
    """Unlike what the model learned from."""

    def list_facts() -> list[Fact]:
        limit = round(threshold, 3)  # as shown: beyond it, one row and many may differ
        return [Fact("too_far", distance=round(one, 3), limit=limit) for one in distances]

    return Doubt(rows, list_facts)
