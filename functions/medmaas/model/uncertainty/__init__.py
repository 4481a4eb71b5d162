"""How sure an answer is, and when there is none: a manifest's `uncertainty`, applied to tensors.

- The intervals are of the kind of output, see `outputs/`.
- distance.py measures how far an instance is from the training data.
"""

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.model import manifest as contract
from medmaas.model.columns import NO_COLUMNS, Table, Tensors
from medmaas.model.intervals import Interval
from medmaas.model.manifest import Manifest
from medmaas.model.outputs import make_intervals
from medmaas.model.schema import Schema
from medmaas.model.uncertainty.distance import make_distance

__all__ = ["Uncertainty", "make_uncertainty"]


def make_uncertainty(manifest: Manifest) -> "Uncertainty | None":
    """What judges the answers of a model; None if nothing was measured."""
    return Uncertainty(manifest.uncertainty, manifest) if manifest.uncertainty else None


class Uncertainty:
    """Intervals, and the three reasons why there is no answer."""

    def __init__(self, spec: contract.Uncertainty, manifest: Manifest) -> None:
        self._spec, self._tensor = spec, manifest.input.tensor
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
            return Table([], np.empty((len(inputs[self._tensor]), 0)))
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

    def find_reasons(
        self, outputs: Tensors, inputs: Tensors, tabulate: Callable[[], Table] | None = None
    ) -> list[Fact | None]:
        """Per row why there is no answer, if there is none.

        Args:
            outputs: of the graph.
            inputs: what went in.
            tabulate: gives the intervals at the first coverage; made here if it is None.
        """
        rows = inputs[self._tensor]
        reasons: list[Fact | None] = [None] * len(rows)
        if (most := self._spec.largest_set) is not None and self._intervals:
            sets = tabulate() if tabulate else self.tabulate(outputs, inputs, None)
            for row, labels in enumerate(sets.texts[0]):
                if isinstance(labels, tuple) and len(labels) > most:
                    reasons[row] = _undecided(labels, self._coverages[0], most)
        if (most := self._spec.most_missing) is not None:
            for row, missing in _count_missing(rows, most):
                reasons[row] = Fact("too_many_missing", missing=missing, most=most)
        if self._distance:
            limit = round(self._distance.threshold, 3)
            for row, distance in self._distance.find_far(outputs, inputs):
                # as shown: beyond it, one row and many may differ
                reasons[row] = Fact("too_far", distance=round(distance, 3), limit=limit)
        return reasons


def _undecided(labels: tuple[str, ...], coverage: float, most: int) -> Fact:
    return Fact("undecided", coverage=coverage, labels=labels, count=most)


def _count_missing(rows: NDArray[Any], most: int) -> list[tuple[int, int]]:
    """Rows with more features without a value than these: of a row, or in no row of a series."""
    if len(rows) == 1 and rows.ndim == 2:  # noqa: PLR2004 - n, features; quicker than numpy
        missing = sum(map(isnan, rows[0].tolist()))
        return [(0, missing)] if missing > most else []
    unknown = np.isnan(rows)
    counts = (unknown if rows.ndim == 2 else unknown.all(axis=1)).sum(axis=1)  # noqa: PLR2004
    found = np.flatnonzero(counts > most)
    return [*zip(found.tolist(), counts[found].tolist(), strict=True)]
