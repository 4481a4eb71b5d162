"""Intervals by kind of output, of quantiles that split conformal prediction found."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import isnan, log
from operator import neg
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import (
    PREDICTION,
    ClassesIntervals,
    ClassesOutput,
    Intervals,
    Level,
    Manifest,
    PolicyIntervals,
    PolicyOutput,
    SeriesInput,
    Strata,
    SurvivalIntervals,
    SurvivalOutput,
    TabularInput,
    ValueIntervals,
    ValueOutput,
)
from medmaas.model.outputs.answer import (
    DECIMALS,
    PROBABILITY,
    Columns,
    Tensors,
    describe_object,
    name_columns,
)
from medmaas.model.uncertainty.policy import PolicyBands

Interval = dict[str, Any]
Texts = list[list[str | int | None]]
_LEAST = 1e-9  # what a curve that ends at 0 is taken for, to have a logarithm
_SLACK = 1e-9  # probabilities sum up to 1 but for rounding


class IntervalKind(Protocol):
    """Tensors of one kind, to intervals."""

    columns: Columns

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[Interval]:
        """One interval per row of the graph's outputs."""

    def tabulate(
        self, outputs: Tensors, inputs: Tensors, coverage: float
    ) -> tuple[Texts, NDArray[np.float64]]:
        """The same as columns of text and of numbers."""

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one interval."""


def make_intervals(spec: Intervals, manifest: Manifest) -> IntervalKind:
    """The class that makes a manifest's intervals."""
    match spec, manifest.output, manifest.input:
        case PolicyIntervals(), PolicyOutput() as output, SeriesInput() as series:
            return PolicyBands(spec, output, series)
        case ClassesIntervals(), ClassesOutput() as output, _:
            return PredictionSets(output, Quantiles(spec.levels, spec.strata, manifest, max))
        case ValueIntervals(), ValueOutput() as output, _:
            return Bounds(output, Quantiles(spec.levels, spec.strata, manifest, max))
        case SurvivalIntervals(), SurvivalOutput() as output, _:
            return LowerBounds(output, Quantiles(spec.levels, spec.strata, manifest, min))
        case _:
            raise ValueError("uncertainty.intervals must be of the kind of output")


class Quantiles:
    """The quantile of each row, which may depend on the stratum that it is in.

    Args:
        levels: of the manifest.
        strata: of the manifest.
        manifest: whose features the strata may be made of.
        careful: which of the quantiles is taken where the feature is missing.
    """

    def __init__(
        self,
        levels: Sequence[Level],
        strata: Strata | None,
        manifest: Manifest,
        careful: Any,  # noqa: ANN401 - min or max
    ) -> None:
        self._by_coverage = {level.coverage: level.quantiles for level in levels}
        self._strata, self._careful = strata, careful
        self._tensor = manifest.input.tensor
        features = manifest.input.features if isinstance(manifest.input, TabularInput) else ()
        names = [feature.name for feature in features]
        by = strata.by if strata else PREDICTION
        self._column = names.index(by) if by in names else None

    def find(self, coverage: float, inputs: Tensors, predictions: Sequence[float]) -> list[float]:
        """One per row, given what the model predicts of it."""
        quantiles = self._by_coverage[coverage]
        if self._strata is None:
            return [quantiles[0]] * len(predictions)
        if self._column is not None:
            predictions = inputs[self._tensor][:, self._column].tolist()
        return [
            self._careful(quantiles)
            if isnan(by)
            else quantiles[bisect_right(self._strata.edges, by)]
            for by in predictions
        ]


class PredictionSets:
    """`{"coverage", "labels"}`: adaptive prediction sets (Romano et al. 2020), likeliest first."""

    columns = name_columns(["interval_labels"], [])

    def __init__(self, output: ClassesOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[Interval]:
        """One set per row of the tensor [n, labels]."""
        rows = outputs[self._output.tensor].tolist()
        quantiles = self._quantiles.find(coverage, inputs, [max(row) for row in rows])
        return [
            {"coverage": coverage, "labels": self._take(row, quantile)}
            for row, quantile in zip(rows, quantiles, strict=True)
        ]

    def tabulate(
        self, outputs: Tensors, inputs: Tensors, coverage: float
    ) -> tuple[Texts, NDArray[np.float64]]:
        """`interval_labels`."""
        sets = self.make(outputs, inputs, coverage)
        return [["; ".join(one["labels"]) for one in sets]], np.empty((len(sets), 0))

    def _take(self, row: list[float], quantile: float) -> list[str]:
        order = sorted(range(len(row)), key=row.__getitem__, reverse=True)
        taken, together = [self._output.labels[order[0]]], row[order[0]]
        for i in order[1:]:
            together += row[i]
            if together > quantile + _SLACK:
                break
            taken.append(self._output.labels[i])
        return taken

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one interval."""
        labels = {"type": "array", "items": {"enum": list(self._output.labels)}, "minItems": 1}
        return describe_object({"coverage": PROBABILITY, "labels": labels})


class Bounds:
    """`{"coverage", "low", "high", "unit"}`."""

    columns = name_columns([], ["interval_low", "interval_high"])

    def __init__(self, output: ValueOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[Interval]:
        """One interval per row of the tensor [n] or [n, 1]."""
        _, numbers = self.tabulate(outputs, inputs, coverage)
        unit = self._output.unit
        return [
            {"coverage": coverage, "low": low, "high": high, "unit": unit}
            for low, high in numbers.tolist()
        ]

    def tabulate(
        self, outputs: Tensors, inputs: Tensors, coverage: float
    ) -> tuple[Texts, NDArray[np.float64]]:
        """`interval_low` and `interval_high`."""
        values = outputs[self._output.tensor].astype(np.float64).ravel()
        half = np.array(self._quantiles.find(coverage, inputs, values.tolist()))
        return [], np.stack([values - half, values + half], axis=1).round(DECIMALS)

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one interval."""
        number = {"type": "number"}
        unit = {"const": self._output.unit}
        return describe_object(
            {"coverage": PROBABILITY, "low": number, "high": number, "unit": unit}
        )


class LowerBounds:
    """`{"coverage", "at_least_days"}`: the last whole day before the curve has fallen so far."""

    columns = name_columns(["interval_at_least_days"], [])

    def __init__(self, output: SurvivalOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles
        self._days = output.time_days
        self._last = output.time_days.index(output.horizon_days[-1])

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[Interval]:
        """One bound per row of the tensor [n, times]."""
        days = self._find(outputs, inputs, coverage)
        return [{"coverage": coverage, "at_least_days": day} for day in days]

    def tabulate(
        self, outputs: Tensors, inputs: Tensors, coverage: float
    ) -> tuple[Texts, NDArray[np.float64]]:
        """`interval_at_least_days`."""
        days = self._find(outputs, inputs, coverage)
        return [[*days]], np.empty((len(days), 0))

    def _find(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[int]:
        curves = outputs[self._output.tensor].tolist()
        risks = [1 - curve[self._last] for curve in curves]
        quantiles = self._quantiles.find(coverage, inputs, risks)
        return [find_day(c, self._days, 1 - q) for c, q in zip(curves, quantiles, strict=True)]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one interval."""
        days = {
            "type": "integer",
            "minimum": 0,
            "description": f"{self._days[-1]}: no end within the times of the curve.",
        }
        return describe_object({"coverage": PROBABILITY, "at_least_days": days})


def find_day(curve: Sequence[float], days: Sequence[int], level: float) -> int:
    """The last whole day before a curve falls to a level, its hazard constant between two times.

    Args:
        curve: decreasing, [times].
        days: of the curve, [times].
        level: from 0 to 1.
    """
    after = bisect_left(curve, -level, key=neg)
    if after == len(curve):
        return days[-1]
    if after == 0:
        return days[0]
    if level <= 0:
        return days[after]
    before, then = log(curve[after - 1]), log(max(curve[after], _LEAST))
    share = (before - log(level)) / (before - then)
    start = days[after - 1]
    return int(start + share * (days[after] - start))
