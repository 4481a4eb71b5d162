"""Rows of CSV: comma, UTF-8, quoted as RFC 4180 says, read by Python's csv module.

A line without a quote is cut at its commas, which gives the same and takes half the time.
"""

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from medmaas.batch.lines import Limits, Stream, find_line_ends, take_lines
from medmaas.batch.rows import ID, Chunk, Identifier, Position, Reject, Rows
from medmaas.errors import RefusedFileError
from medmaas.facts import Fact

# as many rows as fit a processor's cache, and the csv module's own limit of a field
LIMITS = Limits(rows=4_096, bytes=4_000_000, line=131_072)
_COMMA, _LF = ord(","), ord("\n")
_TOO_LONG = Fact("line_too_long", most=LIMITS.line)
_NOT_UTF_8 = Fact("line_not_utf_8")
_BAD_QUOTES = Fact("quote_not_closed")

Cells = Sequence[str]
Record = Cells | Fact  # or what is wrong with it


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file."""

    names: tuple[str, ...]

    def require(self, required: Collection[str], optional: Collection[str]) -> None:
        """Check the names against those that a model reads, `id` being always allowed.

        Raises:
            RefusedFileError: a column is missing, unknown or there twice.
        """
        known = {*required, *optional}
        if missing := [name for name in required if name not in self.names]:
            if ";" in "".join(self.names):
                raise RefusedFileError("header_lacks_commas", columns=missing)
            raise RefusedFileError("header_lacks", columns=missing)
        positions = [i for i, n in enumerate(self.names, start=1) if n not in {*known, ID}]
        if positions:
            columns = [ID, *required, *optional]
            raise RefusedFileError("unknown_columns", positions=positions, columns=columns)
        if len(set(self.names)) < len(self.names):
            raise RefusedFileError("column_twice")


def read_header(stream: Stream) -> Header:
    """The first line that is not empty; leaves the stream behind it.

    Raises:
        RefusedFileError: the header is missing, or cannot be read.
    """
    while True:
        data = take_lines(stream, Limits(rows=1, bytes=1, line=LIMITS.line))
        if data is None:
            raise RefusedFileError("header_too_long", most=LIMITS.line)
        if not data:
            raise RefusedFileError("header_missing")
        if data.strip(b"\r\n"):
            break
        stream.skip(len(data))
    ahead = stream.look(LIMITS.line).split(b"\n")
    record, used = _read_record(ahead, 0, None)
    if isinstance(record, Fact):
        raise RefusedFileError("header_wrong", problem=record)
    stream.skip(min(_measure(ahead[:used]), len(stream.look(LIMITS.line))))
    return Header(tuple(cell.strip() for cell in record))


class CsvRows:
    """The rows behind a header."""

    def __init__(
        self, stream: Stream, header: Header, first_row: int, at_once: int | None = None
    ) -> None:
        self._stream = stream
        self._limits = LIMITS.narrow(at_once)
        self._names = header.names
        self._row = first_row

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
            used = 1
            if lines[i] in {b"", b"\r"}:
                empty += 1
            else:
                record, used = _read_record(lines, i, len(self._names))
                records.append(record)
            offset += _measure(lines[i : i + used])
            i += used
        self._stream.skip(min(offset, len(data)))
        return records, empty

    def _plain_chunk(self, data: bytes) -> Chunk:
        data = data if data.endswith(b"\n") else data + b"\n"
        lengths = np.diff(find_line_ends(data), prepend=-1)
        empty = int(np.count_nonzero(lengths == 1))
        first, count = self._row, len(lengths) - empty
        return self._advance(count, empty, lambda: self._read_plain(data, first, count, empty))

    def _chunk(self, records: list[Record], empty: int) -> Chunk:
        first = self._row
        return self._advance(len(records), empty, lambda: self._collect(records, first))

    def _advance(self, count: int, empty: int, read: Callable[[], Rows]) -> Chunk:
        self._row += count
        return Chunk(count, empty, Position(self._stream.offset, self._row), read)

    def _read_plain(self, data: bytes, first: int, count: int, empty: int) -> Rows:
        """Rows without a quote: all at once if every line has its columns, else line by line."""
        if not count:
            return Rows()
        if empty:
            data = b"\n".join([line for line in data.split(b"\n") if line]) + b"\n"
        cells = _cut_table(data, count, len(self._names))
        if cells is None:
            lines = data.split(b"\n")[:-1]
            return self._collect([_cut_line(line, len(self._names)) for line in lines], first)
        return self._rows(range(first, first + count), cells, [])

    def _collect(self, records: list[Record], first: int) -> Rows:
        read, numbers, rejects = list[Cells](), list[int](), list[Reject]()
        for number, record in enumerate(records, start=first):
            if isinstance(record, Fact):
                rejects.append(Reject(number, None, None, record))
            else:
                read.append(record)
                numbers.append(number)
        cells = list(zip(*read, strict=True)) or [()] * len(self._names)
        return self._rows(numbers, cells, rejects)

    def _rows(self, numbers: Sequence[int], cells: Sequence[Cells], rejects: list[Reject]) -> Rows:
        columns = dict(zip(self._names, cells, strict=True))
        ids: Sequence[Identifier] = columns.get(ID) or [None] * len(numbers)
        return Rows(numbers, ids, columns, (), rejects)


def _cut_table(data: bytes, rows: int, columns: int) -> list[Cells] | None:
    """The columns of lines that all have them and no quote; None if they have not."""
    characters = np.frombuffer(data, np.uint8)
    ends = characters[(characters == _COMMA) | (characters == _LF)] == _LF
    if ends.size != rows * columns or not ends[columns - 1 :: columns].all():
        return None
    try:
        cells = data[:-1].decode().replace("\n", ",").split(",")
    except UnicodeDecodeError:
        return None
    return [cells[column::columns] for column in range(columns)]


def _cut_line(line: bytes, columns: int | None) -> Record:
    try:
        return _check_width(line.decode().split(","), columns)
    except UnicodeDecodeError:
        return _NOT_UTF_8


def _read_record(lines: list[bytes], start: int, columns: int | None) -> tuple[Record, int]:
    """The record that begins at a line, and how many lines it takes.

    A record over several lines that cannot be read is given up as its first line alone: one quote
    too many must not swallow the rows behind it.
    """
    line = lines[start].removesuffix(b"\r")
    if b'"' not in line or not _is_utf_8(line):
        return _cut_line(line, columns), 1
    reader = csv.reader(_decode(lines, start), strict=True)
    try:
        record = _check_width(next(reader), columns)
    except (csv.Error, UnicodeDecodeError):  # of a line behind, which speaks for itself
        return _BAD_QUOTES, 1
    if isinstance(record, Fact):  # over several lines, its width says nothing of the first
        return (_BAD_QUOTES if reader.line_num > 1 else record), 1
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


def _check_width(cells: list[str], columns: int | None) -> Record:
    if columns is None or len(cells) == columns:
        return cells
    return Fact("other_width", columns=len(cells), header=columns)


def _measure(lines: list[bytes]) -> int:
    return sum(map(len, lines)) + len(lines)
