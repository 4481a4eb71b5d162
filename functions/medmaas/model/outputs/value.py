"""One number with its unit."""

from typing import Any, ClassVar

import numpy as np

from medmaas.facts import Fact
from medmaas.model.columns import (
    DECIMALS,
    Table,
    Tensors,
    name_columns,
    round_numbers,
)
from medmaas.model.intervals import Interval, Quantiles
from medmaas.model.kinds import expect
from medmaas.model.manifest import Intervals, Manifest, Output, ValueIntervals, ValueOutput
from medmaas.model.schema import NUMBER, PROBABILITY, Schema, describe_constant, describe_object
from medmaas.model.targets import AsTheyAre, Target


class Value:
    """`{"value": x, "unit": s}`."""

    recommends: ClassVar[bool] = False

    def __init__(self, spec: ValueOutput) -> None:
        self._spec = spec
        self.columns = name_columns(["unit"], ["value"])

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `unit` and `value`, of the tensor [n] or [n, 1]."""
        rows = round_numbers(outputs[self._spec.tensor], 1)
        return Table([[self._spec.unit] * len(rows)], rows)

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A number and its unit each."""
        return [{"value": value, "unit": self._spec.unit} for (value,) in table.numbers.tolist()]

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._spec.unit)


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

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._output.unit)


def make(manifest: Manifest) -> Value:
    """What answers."""
    return Value(expect(manifest.output, ValueOutput))


def make_intervals(spec: Intervals, manifest: Manifest) -> Bounds:
    """How sure it is."""
    quantiles = Quantiles(expect(spec, ValueIntervals), manifest.input, max)
    return Bounds(expect(manifest.output, ValueOutput), quantiles)


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
