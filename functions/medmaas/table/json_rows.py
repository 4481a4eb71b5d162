"""Rows of JSON Lines: one object per line, an instance with or without an id."""

from collections.abc import Iterator, Sequence

from medmaas.errors import MalformedBodyError
from medmaas.facts import Fact
from medmaas.model.body import parse_json
from medmaas.table.lines import Limits, Stream, take_lines
from medmaas.table.rows import ID, Chunk, Position, Reject, Rows

LIMITS = Limits(rows=1_000, bytes=4_000_000, line=8_000_000)
_NOT_JSON = Fact("line_not_json")
_TOO_LONG = Fact("line_too_long_but_key", most=LIMITS.line)


class JsonRows:
    """The lines of a file."""

    def __init__(self, stream: Stream, first_row: int, at_once: int | None = None) -> None:
        self._stream = stream
        self._limits = LIMITS.narrow(at_once)
        self._row = first_row

    @property
    def rows_read(self) -> int:
        """How many lines were read until now."""
        return self._row - 1

    def chunks(self) -> Iterator[Chunk]:
        """All rows, in the order of the file."""
        while (data := take_lines(self._stream, self._limits)) != b"":
            if data is None:
                self._stream.skip_line()
                yield self._chunk([None], 0)
            else:
                self._stream.skip(len(data))
                lines = [line.removesuffix(b"\r") for line in data.removesuffix(b"\n").split(b"\n")]
                full = [line for line in lines if line]
                yield self._chunk(full, len(lines) - len(full))

    def _chunk(self, lines: list[bytes] | list[None], empty: int) -> Chunk:
        first = self._row
        self._row += len(lines)
        end = Position(self._stream.offset, self._row)
        return Chunk(len(lines), empty, end, lambda: read_lines(lines, first))


def read_lines(lines: list[bytes] | list[None], first: int) -> Rows:
    """The rows of some lines, None standing for one that is too long."""
    numbers, values, rejects = list[int](), list[object](), list[Reject]()
    for number, line in enumerate(lines, start=first):
        if line is None:
            rejects.append(Reject(number, None, None, _TOO_LONG))
            continue
        try:
            values.append(parse_json(line))
            numbers.append(number)
        except MalformedBodyError:
            rejects.append(Reject(number, None, None, _NOT_JSON))
    return _take_ids(numbers, values, rejects)


def number_instances(instances: Sequence[object]) -> Rows:
    """Instances that came without a file, as its rows."""
    return _take_ids(range(1, len(instances) + 1), instances, [])


def _take_ids(numbers: Sequence[int], values: Sequence[object], rejects: list[Reject]) -> Rows:
    ids = [value.get(ID) if isinstance(value, dict) else None for value in values]
    instances = [
        {name: value[name] for name in value if name != ID} if isinstance(value, dict) else value
        for value in values
    ]
    return Rows(numbers, ids, None, instances, rejects)
