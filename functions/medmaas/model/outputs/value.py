"""One number with its unit."""

from collections.abc import Callable
from typing import Any

import numpy as np

from medmaas.facts import Fact
from medmaas.model.columns import (
    DECIMALS,
    Floats,
    Table,
    Tensors,
    name_columns,
    round_numbers,
)
from medmaas.model.intervals import Interval, Quantiles
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Decision,
    Intervals,
    Manifest,
    Output,
    TensorDistance,
    ValueIntervals,
    ValueOutput,
)
from medmaas.model.outcomes import OutputDefaults, Quantity
from medmaas.model.schema import NUMBER, PROBABILITY, Schema, describe_constant, describe_object
from medmaas.model.targets import AsTheyAre, Target


class Value(OutputDefaults):
    """`{"value": x, "unit": s}`."""

    def __init__(self, spec: ValueOutput, title: str = "") -> None:
        self._spec, self._title = spec, title
        self.columns = name_columns(["unit"], ["value"])

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `unit` and `value`, of the tensor [n] or [n, 1]."""
        rows = round_numbers(outputs[self._spec.tensor], 1)
        return Table([[self._spec.unit] * len(rows)], rows)

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A number and its unit each."""
        return [{"value": value, "unit": self._spec.unit} for (value,) in table.numbers.tolist()]

    def list_quantities(self, output: dict[str, Any]) -> list[Quantity]:
        """The number and its unit."""
        return [Quantity(None, output["value"], output["unit"])]

    def summarise(self, output: dict[str, Any], _decision: Decision | None) -> Fact:
        """What the number is, and the number."""
        return Fact("card_value", title=self._title, value=output["value"], unit=output["unit"])

    def is_alarming(self, output: dict[str, Any], decision: Decision | None) -> bool:
        """Whether it is above the threshold of the decision."""
        return decision is not None and bool(output["value"] > decision.threshold)

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._spec.unit)


class Bounds:
    """`{"coverage", "low", "high", "unit"}`.

    Args:
        output: of the manifest.
        quantiles: half the width of each.
        widened: gives by how many times they are wider for their distance, [n]; None: by none.
    """

    columns = name_columns([], ["interval_low", "interval_high"])

    def __init__(
        self,
        output: ValueOutput,
        quantiles: Quantiles,
        widened: Callable[[Tensors], Floats] | None = None,
    ) -> None:
        self._output, self._quantiles, self._widened = output, quantiles, widened

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Columns `interval_low` and `interval_high`, of the tensor [n] or [n, 1]."""
        values = outputs[self._output.tensor].astype(np.float64).ravel()
        half = np.array(self._quantiles.find(coverage, values, inputs, lambda: values))
        if self._widened:
            half *= self._widened(outputs)
        return Table([], np.stack([values - half, values + half], axis=1).round(DECIMALS))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """A low and a high end each."""
        unit = self._output.unit
        return [
            {"coverage": coverage, "low": low, "high": high, "unit": unit}
            for low, high in table.numbers.tolist()
        ]

    def name_interval(self, interval: Interval) -> Fact:
        """Between which numbers it lies."""
        ends = {name: interval[name] for name in ("coverage", "low", "high", "unit")}
        return Fact("between", **ends)

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._output.unit)


def make(manifest: Manifest) -> Value:
    """What answers."""
    return Value(expect(manifest.output, ValueOutput), manifest.title)


def make_intervals(spec: Intervals, manifest: Manifest) -> Bounds:
    """How sure it is."""
    intervals, output = expect(spec, ValueIntervals), expect(manifest.output, ValueOutput)
    quantiles = Quantiles(intervals, manifest.input)
    distance = manifest.uncertainty.distance if manifest.uncertainty else None
    if intervals.typical_distance is None or not isinstance(distance, TensorDistance):
        return Bounds(output, quantiles)
    typical, tensor = intervals.typical_distance, distance.tensor
    return Bounds(
        output, quantiles, lambda outputs: widen(round_numbers(outputs[tensor], 1)[:, 0], typical)
    )


def widen(distances: Floats, typical: float) -> Floats:
    """By how many times intervals are wider at distances [n]: by none up to the typical one."""
    times: Floats = np.maximum(distances / typical, 1)
    return times


def make_targets(output: Output) -> AsTheyAre:
    """What is explained."""
    spec = expect(output, ValueOutput)
    target = Target("value", Fact("the_answer"), spec.unit, is_probability=False)
    return AsTheyAre(spec.tensor, [target])


def describe_answer(unit: str | None = None) -> Schema:
    """JSON Schema of one answer in this unit."""
    return describe_object("Value", {"value": NUMBER, "unit": describe_constant(unit)})


def describe_interval(unit: str | None = None) -> Schema:
    """JSON Schema of an interval of a model that answers in this unit."""
    ends = {"low": NUMBER, "high": NUMBER, "unit": describe_constant(unit)}
    return describe_object("Bounds", {"coverage": PROBABILITY, **ends})
