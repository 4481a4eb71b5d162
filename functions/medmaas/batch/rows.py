"""Rows of a file, a chunk at a time, with what is wrong with those that cannot be read.

Rows are numbered from 1 as they stand in the file, without the header; empty lines do not count.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeGuard

from medmaas.facts import Fact
from medmaas.model.inputs.reading import InvalidValueError

ID = "id"  # what a row may carry beside its values
MAX_ID = 256
_BIGGEST = 2**63

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

    def chunks(self) -> Iterator[Chunk]:
        """All rows, in the order of the file."""


def check_id(value: object) -> Identifier:
    """The id of a row.

    Raises:
        InvalidValueError: it is not an id; says what an id is.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= MAX_ID and (value.isascii() or _is_unicode(value)):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _BIGGEST:
        return value
    raise InvalidValueError("not_an_id", most=MAX_ID)


def are_short_texts(ids: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Whether all are texts that check_id would take: a quick look at a whole column."""
    try:
        together = "".join(ids)  # type: ignore[arg-type]
    except TypeError:
        return False
    return together.isascii() and max(map(len, ids), default=0) <= MAX_ID  # type: ignore[arg-type]


def _is_unicode(text: str) -> bool:
    r"""Whether it can be written: JSON may hold half a character, as in "\ud800"."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
