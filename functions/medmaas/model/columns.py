"""Columns: what answers and intervals are made of, for n rows at once.

Numbers are rounded to six decimals: the rest is noise of float32, and one rounding for all makes
the same row give the same bytes on every path.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.facts import Fact, Say
from medmaas.model.names import keep_letters

Tensors = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float64]
DECIMALS = 6
OF_EVERY_ROW = ("row", "id", "status", "reason", "forced", "explanation", "warnings", "abstained")


@dataclass(frozen=True, slots=True)
class File:
    """A cell that is a file, made when it is first written: of many, most doors want none.

    Attributes:
        make: gives its bytes.
    """

    make: Callable[[], bytes]

    def write(self) -> str:
        """In base64."""
        return base64.b64encode(self.make()).decode("ascii")


Cell = str | float | bool | tuple[str, ...] | Fact | File | None


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of a table's columns, each there once, in the order of a file.

    Attributes:
        texts: of columns that are written as they are.
        numbers: of columns of six decimals.
        whole: of those among texts that hold whole numbers, or None.
        aliases: by name of a column what a protocol of tensors calls it, in ASCII.
        known: of those among texts that hold any numbers, or None where they are not known.
        files: of those among texts that hold files, which a table for people leaves out: a cell of
            a spreadsheet holds 32,767 characters.
    """

    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    whole: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()

    @property
    def numeric(self) -> frozenset[str]:
        """Those among texts that hold numbers."""
        return self.whole | self.known

    @property
    def written(self) -> tuple[str, ...]:
        """Those among texts that hold no files."""
        return tuple(name for name in self.texts if name not in self.files)


NO_COLUMNS = Columns((), ())


@dataclass(slots=True)  # quicker to make than a frozen one
class Table:
    """The columns of n rows.

    Attributes:
        texts: per column of text n cells: words, several words, numbers, whether something is so,
            what is to be said, files, None for null.
        numbers: float64 [n, columns of numbers], finite, of at most six decimals.
        warnings: per row, what its reader must know; empty if the kind of output never warns.
        barred: per row, why a rule of the output itself gives no recommendation, None if it does;
            empty if the kind of output has no such rule.
        forbidden: per row, what a rule of the output itself forbids, whatever the model says, None
            if nothing; empty if the kind of output has no such rule.
        impossible: per row, why what the model gave cannot be so, None if it can; empty if the kind
            of output does not look.
    """

    texts: Sequence[Sequence[Cell]]
    numbers: Floats
    warnings: Sequence[tuple[Fact, ...]] = ()
    barred: Sequence[Fact | None] = ()
    forbidden: Sequence[Fact | None] = ()
    impossible: Sequence[Fact | None] = ()

    def take(self, shown: Sequence[bool]) -> "Table":
        """The cells of some rows, for each of all rows whether it is one of them."""
        texts = [[*compress(column, shown)] for column in self.texts]
        return Table(texts, self.numbers[np.array(shown)])


def join_rows(tensors: Tensors, names: Sequence[str]) -> NDArray[Any]:
    """The columns of these tensors [n, ...], one after the other."""
    if len(names) == 1:
        return tensors[names[0]]
    return np.concatenate([tensors[name] for name in names], axis=1)


def write_text(cell: Cell, say: Say) -> str:
    """A cell of text as files and tensors hold it; nothing for None."""
    if isinstance(cell, Fact):
        return say(cell)
    if isinstance(cell, File):
        return cell.write()
    if isinstance(cell, tuple):
        return "; ".join(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def round_numbers(tensor: NDArray[Any], columns: int) -> Floats:
    """A tensor [n, ...] as [n, columns], rounded.

    Raises:
        ModelOutputError: other columns, or a number that is not finite.
    """
    if tensor.size != len(tensor) * columns:
        raise ModelOutputError("other_columns")
    table = tensor.reshape(len(tensor), columns)
    if not np.isfinite(table).all():
        raise ModelOutputError("answer_not_finite")
    return table.astype(np.float64).round(DECIMALS)


def name_columns(texts: Iterable[str], numbers: Iterable[str]) -> Columns:
    """Names that other programs take, made of words that a manifest is free to choose.

    A per cent sign becomes `percent`; whatever is no letter, mark or digit of a script, `.` or `-`
    becomes one `_`: "100 % + G-CSF" is 100_percent_G-CSF. Of names that come out alike, the second
    ends in _2.
    """
    taken = dict.fromkeys(OF_EVERY_ROW)

    def name(words: str) -> str:
        plain = keep_letters(words.replace("%", " percent "), ".-")
        same = (plain if i == 1 else f"{plain}_{i}" for i in count(1))
        column = next(column for column in same if column not in taken)
        taken[column] = None
        return column

    return Columns(tuple(map(name, texts)), tuple(map(name, numbers)))
