"""Intervals by kind of output, of quantiles that split conformal prediction found."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import inf, isnan
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.model.columns import (
    DECIMALS,
    PROBABILITY,
    Columns,
    Floats,
    Table,
    Tensors,
    describe_object,
    name_columns,
)
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
from medmaas.model.outputs.curve import LOWEST, find_all_crossings
from medmaas.model.uncertainty.policy import PolicyBands

Interval = dict[str, Any]
_SLACK = 1e-9  # probabilities sum up to 1 but for rounding
_AT_LEAST = "interval_at_least_days"
_TIE = 10.0**-DECIMALS  # nearer probabilities may be shown as the same number


class IntervalKind(Protocol):
    """Tensors of one kind, to intervals in columns.

    Attributes:
        columns: their names.
    """

    columns: Columns

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """The intervals of all rows of the graph's outputs, at one of the coverages stored."""

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """The same as objects, as JSON holds them."""

    def json_schema(self) -> dict[str, Any]:
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

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Column `interval_labels`, of the tensor [n, labels]."""
        rows = outputs[self._output.tensor]
        quantiles = self._quantiles.find(coverage, rows, inputs, lambda: rows.max(axis=1))
        sets = [self._take(*pair) for pair in zip(rows.tolist(), quantiles, strict=True)]
        return Table([sets], np.empty((len(sets), 0)))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """One set each."""
        return [{"coverage": coverage, "labels": labels} for labels in table.texts[0]]

    def _take(self, row: list[float], quantile: float) -> tuple[str, ...]:
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
        return tuple(taken)

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one interval."""
        labels = {"type": "array", "items": {"enum": list(self._output.labels)}, "minItems": 1}
        return describe_object({"coverage": PROBABILITY, "labels": labels})


class Bounds:
    """`{"coverage", "low", "high", "unit"}`."""

    columns = name_columns([], ["interval_low", "interval_high"])

    def __init__(self, output: ValueOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Columns `interval_low` and `interval_high`, of the tensor [n] or [n, 1]."""
        values = outputs[self._output.tensor].astype(np.float64).ravel()
        half = np.array(self._quantiles.find(coverage, values, inputs, lambda: values))
        return Table([], np.stack([values - half, values + half], axis=1).round(DECIMALS))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """A low and a high end each."""
        unit = self._output.unit
        return [
            {"coverage": coverage, "low": low, "high": high, "unit": unit}
            for low, high in table.numbers.tolist()
        ]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one interval."""
        number = {"type": "number"}
        unit = {"const": self._output.unit}
        return describe_object(
            {"coverage": PROBABILITY, "low": number, "high": number, "unit": unit}
        )


class LowerBounds:
    """`{"coverage", "at_least_days"}`: the last whole day before the curve has fallen so far."""

    columns = Columns((_AT_LEAST,), (), frozenset({_AT_LEAST}))

    def __init__(self, output: SurvivalOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles
        self._days = output.time_days
        self._horizon = output.time_days.index(output.horizon_days[-1])

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Column `interval_at_least_days`, of the tensor [n, times]."""
        curves = outputs[self._output.tensor].astype(np.float64)
        risks = 1 - curves[:, self._horizon]
        levels = self._quantiles.find(coverage, curves, inputs, lambda: risks)
        days = find_all_crossings(curves, self._days, levels)
        return Table([[*map(self._end, days)]], np.empty((len(days), 0)))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """A day each."""
        return [{"coverage": coverage, "at_least_days": day} for day in table.texts[0]]

    def _end(self, day: float) -> int:
        return self._days[-1] if day == inf else int(day)

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one interval."""
        days = {
            "type": "integer",
            "minimum": 0,
            "description": f"{self._days[-1]}: no end within the times of the curve.",
        }
        return describe_object({"coverage": PROBABILITY, "at_least_days": days})


def _find_level(quantile: float) -> float:
    return max(1 - quantile, LOWEST)
