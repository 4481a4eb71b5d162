"""What every kind of answer is made of.

Numbers are rounded to six decimals: the rest is noise of float32, and one rounding for all makes
the same row give the same bytes on every path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError

Tensors = Mapping[str, NDArray[Any]]
DECIMALS = 6
PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}


@dataclass(frozen=True, slots=True)
class Answer:
    """One instance's answer.

    Attributes:
        output: as the manifest's kind of output prescribes.
        warnings: what its reader must know, sentences.
        abstained: why there is no recommendation, if there is none.
    """

    output: dict[str, Any]
    warnings: tuple[str, ...] = ()
    abstained: str | None = None


class OutputKind(Protocol):
    """Tensors of one kind, to answers."""

    def answer(self, outputs: Tensors, inputs: Tensors) -> list[Answer]:
        """One answer per row of the graph's outputs, given what went in."""

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer's output."""


def round_rows(tensor: NDArray[Any], columns: int) -> list[list[float]]:
    """A tensor [n, ...] as n rows of `columns` numbers.

    Raises:
        ModelOutputError: other columns, or a number that is not finite.
    """
    table = tensor.reshape(len(tensor), -1)
    if table.shape[1] != columns:
        raise ModelOutputError("the model gave another number of columns than its manifest names")
    if not np.isfinite(table).all():
        raise ModelOutputError("the model gave a number that is not finite, so there is no answer")
    rows: list[list[float]] = table.astype(np.float64).round(DECIMALS).tolist()
    return rows


def describe_object(properties: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of an object with all of these."""
    return {"type": "object", "properties": properties, "required": list(properties)}
