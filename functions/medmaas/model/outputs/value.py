"""One number with its unit."""

from typing import Any

from medmaas.model.manifest import ValueOutput
from medmaas.model.outputs.answer import Answer, Tensors, describe_object, round_rows


class Value:
    """`{"value": x, "unit": s}`."""

    def __init__(self, spec: ValueOutput) -> None:
        self._spec = spec

    def answer(self, outputs: Tensors, _inputs: Tensors) -> list[Answer]:
        """One answer per row of the tensor [n] or [n, 1]."""
        rows = round_rows(outputs[self._spec.tensor], 1)
        return [Answer({"value": value, "unit": self._spec.unit}) for (value,) in rows]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        return describe_object({"value": {"type": "number"}, "unit": {"const": self._spec.unit}})
