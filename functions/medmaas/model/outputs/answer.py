"""What every kind of answer is made of.

Numbers are rounded to six decimals: the rest is noise of float32, and one rounding for all makes
the same row give the same bytes on every path.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.model.schema import Schema

Tensors = Mapping[str, NDArray[Any]]
DECIMALS = 6
_OF_EVERY_ROW = ("row", "id", "forced", "explanation", "warnings", "abstained")
_NOT_OF_A_NAME = re.compile(r"(?:[^\w.-]|_)+")


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


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of a table's columns, each there once, in the order of a file.

    Attributes:
        texts: of columns that are written as they are.
        numbers: of columns of six decimals.
        whole: of those among texts that hold whole numbers, or None.
    """

    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """The answers of n instances, as columns.

    Attributes:
        texts: per column of text n values, written as they are: words, whole numbers, None for
            null, "true" and "false".
        numbers: float64 [n, columns of numbers], finite, of at most six decimals.
        warnings: per instance, as an answer has them.
        abstained: per instance, as an answer has it.
    """

    texts: Sequence[Sequence[str | int | None]]
    numbers: NDArray[np.float64]
    warnings: Sequence[tuple[str, ...]]
    abstained: Sequence[str | None]


class OutputKind(Protocol):
    """Tensors of one kind, to answers."""

    columns: Columns

    def answer(self, outputs: Tensors, inputs: Tensors) -> list[Answer]:
        """One answer per row of the graph's outputs, given what went in."""

    def table(self, outputs: Tensors, inputs: Tensors) -> Table:
        """The same answers as a table that has `columns`."""

    def json_schema(self) -> Schema:
        """JSON Schema of one answer's output."""


def round_numbers(tensor: NDArray[Any], columns: int) -> NDArray[np.float64]:
    """A tensor [n, ...] as [n, columns], rounded.

    Raises:
        ModelOutputError: other columns, or a number that is not finite.
    """
    if tensor.size != len(tensor) * columns:
        raise ModelOutputError("the model gave another number of columns than its manifest names")
    table = tensor.reshape(len(tensor), columns)
    if not np.isfinite(table).all():
        raise ModelOutputError("the model gave a number that is not finite, so there is no answer")
    return table.astype(np.float64).round(DECIMALS)


def tabulate(texts: Sequence[Sequence[str | int | None]], numbers: NDArray[np.float64]) -> Table:
    """A table of answers that have no warnings and never abstain."""
    return Table(texts, numbers, [()] * len(numbers), [None] * len(numbers))


def name_columns(texts: Iterable[str], numbers: Iterable[str]) -> Columns:
    """Names that other programs take, made of words that a manifest is free to choose.

    A per cent sign becomes `percent`; whatever is no letter, digit, `.` or `-` becomes one `_`:
    "100 % + G-CSF" is 100_percent_G-CSF. Of names that come out alike, the second ends in _2.
    """
    taken = dict.fromkeys(_OF_EVERY_ROW)

    def name(words: str) -> str:
        plain = _NOT_OF_A_NAME.sub("_", words.replace("%", " percent ")).strip("_")
        same = (plain if i == 1 else f"{plain}_{i}" for i in count(1))
        column = next(column for column in same if column not in taken)
        taken[column] = None
        return column

    return Columns(tuple(map(name, texts)), tuple(map(name, numbers)))
