"""One number with its unit."""

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import ValueOutput
from medmaas.model.outputs.answer import (
    Answer,
    Table,
    Tensors,
    name_columns,
    round_numbers,
    tabulate,
)
from medmaas.model.schema import NUMBER, Schema, describe_constant, describe_object


class Value:
    """`{"value": x, "unit": s}`."""

    def __init__(self, spec: ValueOutput) -> None:
        self._spec = spec
        self.columns = name_columns(["unit"], ["value"])

    def answer(self, outputs: Tensors, _inputs: Tensors) -> list[Answer]:
        """One answer per row of the tensor [n] or [n, 1]."""
        rows = self._read(outputs).tolist()
        return [Answer({"value": value, "unit": self._spec.unit}) for (value,) in rows]

    def table(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """The same as columns: `unit` and `value`."""
        rows = self._read(outputs)
        return tabulate([[self._spec.unit] * len(rows)], rows)

    def _read(self, outputs: Tensors) -> NDArray[np.float64]:
        return round_numbers(outputs[self._spec.tensor], 1)

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_value(self._spec.unit)


def describe_value(unit: str | None = None) -> Schema:
    """JSON Schema of one answer in this unit."""
    return describe_object("Value", {"value": NUMBER, "unit": describe_constant(unit)})
