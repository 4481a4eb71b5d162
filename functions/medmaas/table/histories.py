"""Series as long CSV: a row per time, the rows of an id together; these are one instance.

An instance has the number of its first row. A row that cannot be read may belong to the history
before it or behind it, so these are rejected with it: a history with a hole is not used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact
from medmaas.model.inputs.cells import make_parser
from medmaas.model.inputs.reading import LongForm
from medmaas.table.rows import ID, Chunk, Position, Reject, RowReader, Rows, keep_id

MAX_HISTORIES = 1_000_000  # whose ids are remembered, to notice one that comes again
_TOGETHER = 1_000
_UNREAD_ID = Fact("required")


_Cells = dict[str, str]


@dataclass(slots=True)
class _History:
    first: int
    id: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    hole: int | None = None


class HistoryRows:
    """The histories of a long CSV file."""

    def __init__(self, rows: RowReader, form: LongForm, at_once: int | None = None) -> None:
        self._rows = rows
        self._together = _TOGETHER if at_once is None else min(at_once, _TOGETHER)
        self._form = form
        self._parsers = {feature.name: make_parser(feature) for feature in form.features}
        self._seen: set[int] = set()
        self._hole: int | None = None

    @property
    def rows_read(self) -> int:
        """How many rows were read until now, of all histories."""
        return self._rows.rows_read

    def chunks(self) -> Iterator[Chunk]:
        """All histories, in the order of the file; `end` counts them, and names no byte."""
        done = list[_History]()
        rejects = list[Reject]()
        history: _History | None = None
        empty, position = 0, 1
        for chunk in self._rows.chunks():
            empty += chunk.empty_lines
            for number, identifier, cells in _in_order(chunk.read()):
                if identifier is None or isinstance(cells, Fact):
                    place = (None, cells) if isinstance(cells, Fact) else (ID, _UNREAD_ID)
                    rejects.append(Reject(number, None, *place))
                    self._hole = number
                    if history:
                        history.hole = number
                    continue
                if history is None or history.id != identifier:
                    if history:
                        done.append(history)
                    history = self._begin(number, identifier)
                self._hole = None  # what could not be read lay within this history, or before it
                if len(history.rows) <= self._form.most:  # one more is enough to refuse it
                    history.rows.append(self._parse(cells))
            if len(done) >= self._together:
                position += len(done) + len(rejects)
                yield self._chunk(done, rejects, empty, position)
                done, rejects, empty = [], [], 0
        done += [history] if history else []
        if done or rejects or empty:
            position += len(done) + len(rejects)
            yield self._chunk(done, rejects, empty, position)

    def _begin(self, number: int, identifier: str) -> _History:
        if hash(identifier) in self._seen:
            raise RefusedFileError("rows_apart")
        if len(self._seen) == MAX_HISTORIES:
            raise RefusedFileError("too_many_histories", most=MAX_HISTORIES)
        self._seen.add(hash(identifier))
        return _History(number, identifier, hole=self._hole)

    def _parse(self, cells: _Cells) -> dict[str, Any]:
        values = {
            name: parse(cells[name]) for name, parse in self._parsers.items() if name in cells
        }
        return {name: value for name, value in values.items() if value is not None}

    def _reject(self, history: _History) -> Reject:
        fact = Fact("row_may_belong", row=history.hole)
        return Reject(history.first, keep_id(history.id), self._form.field, fact)

    def _chunk(
        self, histories: list[_History], rejects: list[Reject], empty: int, position: int
    ) -> Chunk:
        whole = [history for history in histories if history.hole is None]
        broken = [self._reject(history) for history in histories if history.hole is not None]
        rows = Rows(
            [history.first for history in whole],
            [history.id for history in whole],
            None,
            [{self._form.field: history.rows} for history in whole],
            sorted(rejects + broken, key=lambda reject: reject.row),
        )
        count = len(histories) + len(rejects)
        return Chunk(count, empty, Position(0, position), lambda: rows)


def _in_order(rows: Rows) -> Iterator[tuple[int, str | None, _Cells | Fact]]:
    """Number, id and cells of every row; for one that cannot be read, no id and the reason."""
    columns = rows.columns or {}
    order = list[tuple[int, str | None, _Cells | Fact]]()
    for i, (number, identifier) in enumerate(zip(rows.numbers, rows.ids, strict=True)):
        cells = {name: column[i] for name, column in columns.items()}
        order.append((number, str(identifier) if identifier else None, cells))
    order += [(reject.row, None, reject.fact) for reject in rows.rejects]
    yield from sorted(order, key=lambda row: row[0])
