"""One of a few labels, with the probability of each."""

from typing import Any, ClassVar

from medmaas.model.columns import (
    PROBABILITY,
    Table,
    Tensors,
    describe_object,
    name_columns,
    round_numbers,
)
from medmaas.model.manifest import ClassesOutput


class Classes:
    """`{"label": the likeliest, "probabilities": {label: p}}`."""

    bars: ClassVar[bool] = False

    def __init__(self, spec: ClassesOutput) -> None:
        self._spec = spec
        self.columns = name_columns(["label"], [f"probability_{label}" for label in spec.labels])

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `label`, the first of the likeliest, and `probability_<label>`."""
        rows = round_numbers(outputs[self._spec.tensor], len(self._spec.labels))
        return Table([[self._spec.labels[i] for i in rows.argmax(axis=1).tolist()]], rows)

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A label and an object of probabilities each."""
        return [
            {"label": label, "probabilities": dict(zip(self._spec.labels, row, strict=True))}
            for label, row in zip(*table.texts, table.numbers.tolist(), strict=True)
        ]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        labels = list(self._spec.labels)
        probabilities = describe_object(dict.fromkeys(labels, PROBABILITY))
        return describe_object({"label": {"enum": labels}, "probabilities": probabilities})
