"""One of a few labels, with the probability of each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import ClassesOutput
from medmaas.model.outputs.answer import (
    Answer,
    Table,
    Tensors,
    name_columns,
    round_numbers,
    tabulate,
)
from medmaas.model.schema import (
    PROBABILITY,
    Schema,
    describe_choice,
    describe_mapping,
    describe_object,
)


class Classes:
    """`{"label": the likeliest, "probabilities": {label: p}}`."""

    def __init__(self, spec: ClassesOutput) -> None:
        self._spec = spec
        self.columns = name_columns(["label"], [f"probability_{label}" for label in spec.labels])

    def answer(self, outputs: Tensors, _inputs: Tensors) -> list[Answer]:
        """One answer per row of the tensor [n, labels]."""
        rows, likeliest = self._read(outputs)
        return [
            Answer(
                {"label": label, "probabilities": dict(zip(self._spec.labels, row, strict=True))}
            )
            for label, row in zip(likeliest, rows.tolist(), strict=True)
        ]

    def table(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """The same as columns: `label` and `probability_<label>`."""
        rows, likeliest = self._read(outputs)
        return tabulate([likeliest], rows)

    def _read(self, outputs: Tensors) -> tuple[NDArray[np.float64], list[str]]:
        """The probabilities and, per row, the first of the likeliest labels."""
        rows = round_numbers(outputs[self._spec.tensor], len(self._spec.labels))
        return rows, [self._spec.labels[i] for i in rows.argmax(axis=1).tolist()]

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_classes(self._spec.labels)


def describe_classes(labels: Sequence[str] | None = None) -> Schema:
    """JSON Schema of one answer of a model that has these labels."""
    probabilities = describe_mapping("Probabilities", labels, PROBABILITY)
    return describe_object(
        "Classes", {"label": describe_choice(labels), "probabilities": probabilities}
    )
