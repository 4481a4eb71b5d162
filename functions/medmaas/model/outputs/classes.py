"""One of a few labels, with the probability of each."""

from typing import Any

from medmaas.model.manifest import ClassesOutput
from medmaas.model.outputs.answer import PROBABILITY, Answer, Tensors, describe_object, round_rows


class Classes:
    """`{"label": the likeliest, "probabilities": {label: p}}`."""

    def __init__(self, spec: ClassesOutput) -> None:
        self._spec = spec

    def answer(self, outputs: Tensors, _inputs: Tensors) -> list[Answer]:
        """One answer per row of the tensor [n, labels]."""
        rows = round_rows(outputs[self._spec.tensor], len(self._spec.labels))
        return [
            Answer(
                {
                    "label": self._spec.labels[row.index(max(row))],
                    "probabilities": dict(zip(self._spec.labels, row, strict=True)),
                }
            )
            for row in rows
        ]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        labels = list(self._spec.labels)
        probabilities = describe_object(dict.fromkeys(labels, PROBABILITY))
        return describe_object({"label": {"enum": labels}, "probabilities": probabilities})
