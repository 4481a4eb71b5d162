"""Rows of a table of text: quoted as RFC 4180 says, read by Python's csv module.

A line without a quote is cut at its separators, which gives the same and takes half the time.
"""

import csv
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact
from medmaas.table.dialect import find_separator, read_sep_line
from medmaas.table.header import Header
from medmaas.table.lines import Limits, Stream, find_line_ends, take_lines
from medmaas.table.row_maker import Cells, Record, RowMaker, is_blank
from medmaas.table.rows import Chunk, Position, Rows

# as many rows as fit a processor's cache, and the csv module's own limit of a field
LIMITS = Limits(rows=4_096, bytes=4_000_000, line=131_072)
_LF = ord("\n")
_TOO_LONG = Fact("line_too_long", most=LIMITS.line)
_NOT_UTF_8 = Fact("line_not_utf_8")
_BAD_QUOTES = Fact("quote_not_closed")


def read_header(stream: Stream) -> tuple[Header, str]:
    """The first line that is not empty, and what separates its cells; leaves the stream behind it.

    Raises:
        RefusedFileError: the header is missing, or cannot be read.
    """
    line = _find_line(stream)
    separator = read_sep_line(line.decode(errors="replace"))
    if separator:
        stream.skip(len(line))
        line = _find_line(stream)
    else:
        separator = find_separator(line.decode(errors="replace"))
    ahead = stream.look(LIMITS.line).split(b"\n")
    record, used = _read_record(ahead, 0, separator)
    if isinstance(record, Fact):
        raise RefusedFileError("header_wrong", problem=record)
    stream.skip(min(_measure(ahead[:used]), len(stream.look(LIMITS.line))))
    return Header.of(record), separator


class CsvRows:
    """The rows behind a header."""

    def __init__(
        self,
        stream: Stream,
        maker: RowMaker,
        separator: str,
        first_row: int,
        at_once: int | None = None,
    ) -> None:
        self._stream = stream
        self._limits = LIMITS.narrow(at_once)
        self._maker = maker
        self._separator = separator
        self._row = first_row
        blanks = f"{separator} \t\r\n".encode()
        self._blank = np.isin(np.arange(256), list(blanks))
        self._starts = self._blank & (np.arange(256) != _LF)  # of lines that may be blank

    @property
    def rows_read(self) -> int:
        """How many rows were read until now."""
        return self._row - 1

    def chunks(self) -> Iterator[Chunk]:
        """All rows, in the order of the file."""
        while (data := take_lines(self._stream, self._limits)) != b"":
            if data is None:
                self._stream.skip_line()
                yield self._chunk([_TOO_LONG], 0)
            elif b'"' in data:
                yield self._chunk(*self._take_records(len(data)))
            else:
                self._stream.skip(len(data))
                yield self._plain_chunk(data.replace(b"\r\n", b"\n"))

    def _take_records(self, size: int) -> tuple[list[Record], int]:
        """The records that begin in the next `size` bytes; the last may go on behind them."""
        data = self._stream.look(size + LIMITS.line)
        lines = data.split(b"\n")
        records, empty, i, offset = list[Record](), 0, 0, 0
        while offset < size:
            record, used = _read_record(lines, i, self._separator, self._maker.width)
            if isinstance(record, list) and is_blank(record):
                empty += 1
            else:
                records.append(record)
            offset += _measure(lines[i : i + used])
            i += used
        self._stream.skip(min(offset, len(data)))
        return records, empty

    def _plain_chunk(self, data: bytes) -> Chunk:
        data = data if data.endswith(b"\n") else data + b"\n"
        ends = find_line_ends(data)
        blank = self._find_blank(data, ends)
        empty = int(np.count_nonzero(blank))
        first, count = self._row, len(ends) - empty
        kept = ~blank if empty else None
        return self._advance(count, empty, lambda: self._read_plain(data, first, count, kept))

    def _find_blank(self, data: bytes, ends: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which lines hold nothing but separators and blanks."""
        codes = np.frombuffer(data, np.uint8)
        if self._starts[codes[0]] or self._starts[codes[ends[:-1] + 1]].any():
            content = np.cumsum(~self._blank[codes])
            return np.equal(np.diff(content[ends], prepend=0), 0)
        return np.equal(np.diff(ends, prepend=-1), 1)

    def _chunk(self, records: list[Record], empty: int) -> Chunk:
        first = self._row
        return self._advance(len(records), empty, lambda: self._maker.collect(records, first))

    def _advance(self, count: int, empty: int, read: Callable[[], Rows]) -> Chunk:
        self._row += count
        return Chunk(count, empty, Position(self._stream.offset, self._row), read)

    def _read_plain(
        self, data: bytes, first: int, count: int, kept: NDArray[np.bool_] | None
    ) -> Rows:
        """Rows without a quote: all at once if every line has its columns, else line by line."""
        if not count:
            return Rows()
        if kept is not None:
            lines = data.split(b"\n")
            data = b"\n".join([lines[i] for i in np.flatnonzero(kept)]) + b"\n"
        named = len(self._maker.header.cells)
        cells = _cut_table(data, count, self._maker.width, self._separator)
        if cells is None or not all(is_blank(column) for column in cells[named:]):
            lines = data.split(b"\n")[:-1]
            records = [_cut_line(line, self._separator) for line in lines]
            return self._maker.collect(records, first)
        return self._maker.make(range(first, first + count), cells[:named], [])


def _find_line(stream: Stream) -> bytes:
    """The next line that is not empty."""
    while True:
        data = take_lines(stream, Limits(rows=1, bytes=1, line=LIMITS.line))
        if data is None:
            raise RefusedFileError("header_too_long", most=LIMITS.line)
        if not data:
            raise RefusedFileError("header_missing")
        if data.strip(b"\r\n"):
            return data
        stream.skip(len(data))


def _cut_table(data: bytes, rows: int, columns: int, separator: str) -> list[Cells] | None:
    """The columns of lines that all have them and no quote; None if they have not."""
    characters = np.frombuffer(data, np.uint8)
    ends = characters[(characters == ord(separator)) | (characters == _LF)] == _LF
    if ends.size != rows * columns or not ends[columns - 1 :: columns].all():
        return None
    try:
        cells = data[:-1].decode().replace("\n", separator).split(separator)
    except UnicodeDecodeError:
        return None
    return [cells[column::columns] for column in range(columns)]


def _cut_line(line: bytes, separator: str) -> list[str] | Fact:
    try:
        return line.decode().split(separator)
    except UnicodeDecodeError:
        return _NOT_UTF_8


def _read_record(
    lines: list[bytes], start: int, separator: str, columns: int | None = None
) -> tuple[list[str] | Fact, int]:
    """The record that begins at a line, and how many lines it takes.

    A record over several lines that cannot be read is given up as its first line alone: one quote
    too many must not swallow the rows behind it.
    """
    line = lines[start].removesuffix(b"\r")
    if b'"' not in line or not _is_utf_8(line):
        return _cut_line(line, separator), 1
    reader = csv.reader(_decode(lines, start), delimiter=separator, strict=True)
    try:
        record = next(reader)
    except (csv.Error, UnicodeDecodeError):  # of a line behind, which speaks for itself
        return _BAD_QUOTES, 1
    if reader.line_num > 1 and columns is not None and len(record) != columns:
        return _BAD_QUOTES, 1  # its width says nothing of the first line
    return record, reader.line_num


def _decode(lines: list[bytes], start: int) -> Iterator[str]:
    left = LIMITS.line
    for i in range(start, len(lines)):
        left -= len(lines[i]) + 1
        if left < 0:
            raise csv.Error
        yield f"{lines[i].decode()}\n"


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _measure(lines: list[bytes]) -> int:
    return sum(map(len, lines)) + len(lines)
