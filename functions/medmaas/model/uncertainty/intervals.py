"""Intervals by kind of output, of quantiles that split conformal prediction found."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import inf, isnan
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import (
    PREDICTION,
    ClassesIntervals,
    ClassesOutput,
    Input,
    Intervals,
    Manifest,
    PolicyIntervals,
    PolicyOutput,
    SeriesInput,
    SurvivalIntervals,
    SurvivalOutput,
    TabularInput,
    ValueIntervals,
    ValueOutput,
)
from medmaas.model.outputs.answer import (
    DECIMALS,
    Columns,
    Tensors,
    name_columns,
)
from medmaas.model.outputs.curve import LOWEST, find_crossing, find_crossings
from medmaas.model.schema import (
    INTEGER,
    NUMBER,
    PROBABILITY,
    Schema,
    describe_any,
    describe_choice,
    describe_constant,
    describe_list,
    describe_object,
)
from medmaas.model.uncertainty.policy import PolicyBands, describe_bands

Interval = dict[str, Any]
Floats = NDArray[np.float64]
Texts = list[list[str | int | None]]
_SLACK = 1e-9  # probabilities sum up to 1 but for rounding
_AT_LEAST = "interval_at_least_days"
_FEW = 8  # rows that take longer together than one by one
_TIE = 10.0**-DECIMALS  # nearer probabilities may be shown as the same number


class IntervalKind(Protocol):
    """Tensors of one kind, to intervals."""

    columns: Columns

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[Interval]:
        """One interval per row of the graph's outputs."""

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> tuple[Texts, Floats]:
        """The same as columns of text and of numbers."""

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""


def make_intervals(spec: Intervals, manifest: Manifest) -> IntervalKind:
    """The class that makes a manifest's intervals."""
    match spec, manifest.output, manifest.input:
        case PolicyIntervals(), PolicyOutput() as output, SeriesInput() as series:
            return PolicyBands(spec, output, series)
        case ClassesIntervals(), ClassesOutput() as output, _:
            return PredictionSets(output, Quantiles(spec, manifest.input, max))
        case ValueIntervals(), ValueOutput() as output, _:
            return Bounds(output, Quantiles(spec, manifest.input, max))
        case SurvivalIntervals(), SurvivalOutput() as output, _:
            return LowerBounds(output, Quantiles(spec, manifest.input, min, _find_level))
        case _:
            raise ValueError("uncertainty.intervals must be of the kind of output")


def describe_interval() -> Schema:
    """JSON Schema of one interval of any model."""
    return describe_any(
        describe_prediction_set(), describe_bounds(), describe_lower_bound(), describe_bands()
    )


class Quantiles:
    """The quantile of each row, which may depend on the stratum that it is in.

    Args:
        spec: of the manifest.
        inputs: of the manifest, whose features the strata may be made of.
        careful: which of the quantiles is taken where the feature is missing, min or max.
        convert: what of a quantile is wanted, if not itself.
    """

    def __init__(
        self,
        spec: ClassesIntervals | ValueIntervals | SurvivalIntervals,
        inputs: Input,
        careful: Callable[[Sequence[float]], float],
        convert: Callable[[float], float] = float,
    ) -> None:
        self._by_coverage = {
            level.coverage: [convert(quantile) for quantile in level.quantiles]
            for level in spec.levels
        }
        self._of_unknown = {
            level.coverage: convert(careful(level.quantiles)) for level in spec.levels
        }
        self._strata = spec.strata
        self._tensor = inputs.tensor
        features = inputs.features if isinstance(inputs, TabularInput) else ()
        names = [feature.name for feature in features]
        by = spec.strata.by if spec.strata else PREDICTION
        self._column = names.index(by) if by in names else None

    def find(
        self, coverage: float, rows: NDArray[Any], inputs: Tensors, predict: Callable[[], Floats]
    ) -> list[float]:
        """One per row.

        Args:
            coverage: one of those stored.
            rows: of the graph's output, [n, ...].
            inputs: what went in.
            predict: gives what the model predicts of each, [n], if that is what strata are of.
        """
        quantiles = self._by_coverage[coverage]
        if self._strata is None:
            return [quantiles[0]] * len(rows)
        of = predict() if self._column is None else inputs[self._tensor][:, self._column]
        return [
            self._of_unknown[coverage]
            if isnan(by)
            else quantiles[bisect_right(self._strata.edges, by)]
            for by in of.tolist()
        ]


class PredictionSets:
    """`{"coverage", "labels"}`: adaptive prediction sets (Romano et al. 2020), likeliest first."""

    columns = name_columns(["interval_labels"], [])

    def __init__(self, output: ClassesOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[Interval]:
        """One set per row of the tensor [n, labels]."""
        rows = outputs[self._output.tensor]
        quantiles = self._quantiles.find(coverage, rows, inputs, lambda: rows.max(axis=1))
        return [
            {"coverage": coverage, "labels": self._take(row, quantile)}
            for row, quantile in zip(rows.tolist(), quantiles, strict=True)
        ]

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> tuple[Texts, Floats]:
        """`interval_labels`."""
        sets = self.make(outputs, inputs, coverage)
        return [["; ".join(one["labels"]) for one in sets]], np.empty((len(sets), 0))

    def _take(self, row: list[float], quantile: float) -> list[str]:
        order = sorted(range(len(row)), key=row.__getitem__, reverse=True)
        if row[order[0]] - row[order[1]] < _TIE:  # the answer names the first of those shown alike
            shown = np.round(row, DECIMALS).tolist()
            order = sorted(range(len(row)), key=shown.__getitem__, reverse=True)
        taken, together = [self._output.labels[order[0]]], row[order[0]]
        for i in order[1:]:
            together += row[i]
            if together > quantile + _SLACK:
                break
            taken.append(self._output.labels[i])
        return taken

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_prediction_set(self._output.labels)


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

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> tuple[Texts, Floats]:
        """`interval_low` and `interval_high`."""
        values = outputs[self._output.tensor].astype(np.float64).ravel()
        half = np.array(self._quantiles.find(coverage, values, inputs, lambda: values))
        return [], np.stack([values - half, values + half], axis=1).round(DECIMALS)

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_bounds(self._output.unit)


class LowerBounds:
    """`{"coverage", "at_least_days"}`: the last whole day before the curve has fallen so far."""

    columns = Columns((_AT_LEAST,), (), frozenset({_AT_LEAST}))

    def __init__(self, output: SurvivalOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles
        self._days = output.time_days
        self._array = np.array(output.time_days)
        self._horizon = output.time_days.index(output.horizon_days[-1])

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[Interval]:
        """One bound per row of the tensor [n, times]."""
        rows = outputs[self._output.tensor]
        levels = self._find_levels(rows, inputs, coverage)
        return [
            {
                "coverage": coverage,
                "at_least_days": self._end(find_crossing(curve, self._days, level)),
            }
            for curve, level in zip(rows.tolist(), levels, strict=True)
        ]

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> tuple[Texts, Floats]:
        """`interval_at_least_days`."""
        rows = outputs[self._output.tensor]
        if len(rows) <= _FEW:
            made = self.make(outputs, inputs, coverage)
            return [[one["at_least_days"] for one in made]], np.empty((len(made), 0))
        curves = rows.astype(np.float64)
        levels = np.array(self._find_levels(curves, inputs, coverage))
        days = find_crossings(curves, self._array, levels).tolist()
        return [[*map(self._end, days)]], np.empty((len(days), 0))

    def _find_levels(self, curves: NDArray[Any], inputs: Tensors, coverage: float) -> list[float]:
        return self._quantiles.find(
            coverage, curves, inputs, lambda: 1 - curves[:, self._horizon].astype(np.float64)
        )

    def _end(self, day: float) -> int:
        return self._days[-1] if day == inf else int(day)

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_lower_bound(self._days[-1])


def describe_prediction_set(labels: Sequence[str] | None = None) -> Schema:
    """JSON Schema of an interval of a model that has these labels."""
    taken = describe_list(describe_choice(labels), minItems=1)
    return describe_object("PredictionSet", {"coverage": PROBABILITY, "labels": taken})


def describe_bounds(unit: str | None = None) -> Schema:
    """JSON Schema of an interval of a model that answers in this unit."""
    ends = {"low": NUMBER, "high": NUMBER, "unit": describe_constant(unit)}
    return describe_object("Bounds", {"coverage": PROBABILITY, **ends})


def describe_lower_bound(last: int | str = "the last time") -> Schema:
    """JSON Schema of an interval of a model whose curve ends at this day."""
    description = f"{last}: no end within the times of the curve."
    days = INTEGER | {"minimum": 0, "description": description}
    return describe_object("LowerBound", {"coverage": PROBABILITY, "at_least_days": days})


def _find_level(quantile: float) -> float:
    return max(1 - quantile, LOWEST)
