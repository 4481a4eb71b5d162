"""How sure answers are, and when there is none: what a manifest's `uncertainty` says of tensors."""

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import InvalidRequestError, Problem
from medmaas.model import manifest as contract
from medmaas.model.manifest import Manifest
from medmaas.model.outputs.answer import Columns, Tensors
from medmaas.model.schema import Schema
from medmaas.model.uncertainty.distance import make_distance
from medmaas.model.uncertainty.doubt import NO_DOUBT, Doubt, Doubts
from medmaas.model.uncertainty.intervals import Interval, make_intervals

__all__ = ["NO_DOUBT", "Doubt", "Doubts", "Uncertainty", "make_uncertainty"]


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
        self.columns = self._intervals.columns if self._intervals else Columns((), ())

    def check(self, coverage: float | None) -> None:
        """Refuse a coverage that is not stored.

        Raises:
            InvalidRequestError: names those that are.
        """
        if coverage is not None and coverage not in self._coverages:
            stored = ", ".join(f"{c:g}" for c in sorted(self._coverages)) or "none"
            raise InvalidRequestError(
                f"coverage must be one of those that the model stores: {stored}",
                [Problem(None, "coverage", f"must be one of {stored}")],
            )

    def judge(self, outputs: Tensors, inputs: Tensors, coverage: float | None) -> list[Doubt]:
        """What there is to say of each row of the graph's outputs, given what went in."""
        if self._intervals is None:
            return [Doubt(None, reason) for reason in self.find_reasons(outputs, inputs)]
        first = self._coverages[0]
        intervals = self._intervals.make(outputs, inputs, coverage or first)
        firsts = intervals if coverage in {None, first} else None
        return [*map(Doubt, intervals, self.find_reasons(outputs, inputs, firsts))]

    def table(
        self,
        outputs: Tensors,
        inputs: Tensors,
        coverage: float | None,
        reasons: Sequence[str | None] | None = None,
    ) -> Doubts:
        """The same as a table that has `columns`; reasons are found unless they were before."""
        reasons = self.find_reasons(outputs, inputs) if reasons is None else reasons
        if self._intervals is None:
            return Doubts([], np.empty((len(reasons), 0)), reasons)
        asked = self._coverages[0] if coverage is None else coverage
        texts, numbers = self._intervals.tabulate(outputs, inputs, asked)
        return Doubts(texts, numbers, reasons)

    def json_schema(self) -> Schema | None:
        """JSON Schema of one interval; None if there are none."""
        return self._intervals.json_schema() if self._intervals else None

    def find_reasons(
        self, outputs: Tensors, inputs: Tensors, firsts: Sequence[Interval] | None = None
    ) -> list[str | None]:
        """Per row why there is no answer, if there is none.

        Args:
            outputs: of the graph.
            inputs: what went in.
            firsts: the intervals at the first coverage, if they were made.
        """
        rows = inputs[self._tensor]
        reasons: list[str | None] = [None] * len(rows)
        if (most := self._spec.largest_set) is not None and self._intervals:
            firsts = firsts or self._intervals.make(outputs, inputs, self._coverages[0])
            for row, one in enumerate(firsts):
                if len(one["labels"]) > most:
                    reasons[row] = _undecided(one, most)
        if (most := self._spec.most_missing) is not None:
            for row, missing in enumerate(_count_missing(rows)):
                if missing > most:
                    reasons[row] = (
                        f"too many features are missing: {missing}, at most {most} may be"
                    )
        if self._distance:
            limit = self._distance.threshold
            for row, distance in self._distance.find_far(outputs, inputs):
                reasons[row] = (
                    "this instance is unlike those the model learned from: "
                    f"distance {distance:.3f}, limit {limit:.3f}"
                )
        return reasons


def _undecided(interval: Interval, most: int) -> str:
    labels, coverage = ", ".join(interval["labels"]), f"{interval['coverage']:.0%}"
    at_most = "one label" if most == 1 else f"{most} labels"
    return f"the model is undecided: at {coverage} coverage {labels}, more than {at_most}"


def _count_missing(rows: NDArray[Any]) -> list[int]:
    """Features without a value: of a row, or in no row of a series."""
    if rows.ndim > 2:  # noqa: PLR2004 - n, rows, features
        counts: list[int] = np.isnan(rows).all(axis=1).sum(axis=1).tolist()
        return counts
    return [sum(map(isnan, row)) for row in rows.tolist()]  # faster than numpy for a few
