"""One number with its unit."""

from typing import Any, ClassVar

from medmaas.model.columns import Table, Tensors, describe_object, name_columns, round_numbers
from medmaas.model.manifest import ValueOutput


class Value:
    """`{"value": x, "unit": s}`."""

    bars: ClassVar[bool] = False

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

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        return describe_object({"value": {"type": "number"}, "unit": {"const": self._spec.unit}})
