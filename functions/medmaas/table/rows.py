"""Rows of a file, a chunk at a time, with what is wrong with those that cannot be read.

Rows are numbered from 1 as they stand in the file, without the header; empty lines do not count.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from medmaas.facts import Fact
from medmaas.model.inputs.reading import InvalidValueError

ID = "id"  # what a row may carry beside its values
MAX_ID = 256
_BIGGEST = 2**63
_FORMULA = "=+-@\t\r\n"  # what spreadsheets begin to calculate at, or skip before they do
_SUSPECT = {*_FORMULA, " "}  # first characters of ids that are looked at one by one
# what spreadsheets write in the place of a value that they could not find
ERRORS = {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}

Identifier = str | int | None


@dataclass(frozen=True, slots=True)
class Reject:
    """What is wrong with one row; never the value."""

    row: int
    id: Identifier
    field: str | None
    fact: Fact


@dataclass(frozen=True, slots=True)
class Position:
    """Where a chunk begins: the byte, in what is decompressed, and the number of its first row."""

    offset: int
    row: int


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read of a chunk.

    Attributes:
        numbers: of the rows that could be read.
        ids: of the same rows.
        columns: cells by name of feature, of the same rows; None where there are instances.
        instances: of the same rows.
        rejects: the rows that could not.
    """

    numbers: Sequence[int] = ()
    ids: Sequence[Identifier] = ()
    columns: Mapping[str, Sequence[str]] | None = None
    instances: Sequence[object] = ()
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, not yet read: who only plans or goes on from a checkpoint need not.

    Attributes:
        count: how many rows.
        empty_lines: how many lines among them are empty.
        end: where the next chunk begins.
        read: reads them.
    """

    count: int
    empty_lines: int
    end: Position
    read: Callable[[], Rows]


class RowReader(Protocol):
    """A file of rows."""

    @property
    def rows_read(self) -> int:
        """How many rows of the file were read until now."""

    def chunks(self) -> Iterator[Chunk]:
        """All rows, in the order of the file."""


def check_id(value: object) -> Identifier:
    """The id of a row, as every door takes it.

    Raises:
        InvalidValueError: it is not an id; says what an id is.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if not _is_id(value):
            raise InvalidValueError("not_an_id", most=MAX_ID)
        if value[0] in _FORMULA or unicodedata.normalize("NFKC", value.lstrip()[:1]) in {*_FORMULA}:
            raise InvalidValueError("id_is_formula")
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _BIGGEST:
        return value
    raise InvalidValueError("not_an_id", most=MAX_ID)


def keep_id(value: object) -> Identifier:
    """The id of a row that is rejected anyway; None if it is not one."""
    try:
        return check_id(value)
    except InvalidValueError:
        return None


def are_plain_texts(ids: Sequence[str]) -> bool:
    """Whether all are texts that check_id would take: a quick look at a whole column."""
    together = "".join(ids)
    if not (together.isascii() and together.isprintable()) or "#" in together:
        return False
    if max(map(len, ids), default=0) > MAX_ID:
        return False
    return _SUSPECT.isdisjoint({one[:1] for one in ids})


def _is_id(text: str) -> bool:
    """Whether a text is short, and of characters that any file can hold."""
    if len(text) > MAX_ID or text in ERRORS:
        return False
    if text.isascii() and text.isprintable():
        return True
    return _is_unicode(text) and all(
        character in "\t\r\n" or unicodedata.category(character) != "Cc" for character in text
    )


def _is_unicode(text: str) -> bool:
    r"""Whether it can be written: JSON may hold half a character, as in "\ud800"."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
