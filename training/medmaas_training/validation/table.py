"""Rows of a validation set, read by the very readers that answer files, and the cells beside them.

So units, choices, spellings and words for missing are the manifest's, and what is measured is what
is served. Rows that a reader refuses are counted by reason, and never measured on.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from medmaas.errors import InvalidRequestError, RefusedFileError
from medmaas.facts import Fact
from medmaas.model.inputs import InputKind
from medmaas.model.inputs.reading import KEY, InputColumn
from medmaas.model.names import compose, fold_name
from medmaas.model.registry import Model
from medmaas.table.formats import Format
from medmaas.table.histories import HistoryRows
from medmaas.table.reader import open_rows
from medmaas.table.rows import ID, Chunk, Reject, RowReader, Rows
from medmaas.table.score import Scorer
from medmaas.table.source import Source
from medmaas.table.spelling import read_spelling
from medmaas.words import ENGLISH
from medmaas_training.errors import TrainingError
from medmaas_training.rows import collect_rows

Cells = Mapping[str, Any]  # of one row: text of a table, any JSON of JSON Lines
_RECORDS = "ndjson"
_DIFFERS = "rows of one id say different outcomes"


@dataclass(frozen=True)
class ReadRows:
    """What was read of n rows.

    Attributes:
        rows: as the graph takes them.
        cells: of the columns beside, of the same rows.
        ids: of the same rows.
        numbers: of the same rows, in the file.
        refused: how many rows could not be read, by reason.
        notes: how the file was read, where that is not the usual way.
    """

    rows: Any
    cells: Sequence[Cells]
    ids: Sequence[object]
    numbers: Sequence[int]
    refused: Mapping[str, int]
    notes: Sequence[str]

    @property
    def left_out(self) -> int:
        """How many rows could not be read."""
        return sum(self.refused.values())


@dataclass(frozen=True)
class _WithMore:
    """An input whose files have more columns than it reads: of a history, its rows one by one."""

    inputs: InputKind
    more: Sequence[InputColumn]
    long_form: None = None

    @property
    def file_columns(self) -> tuple[InputColumn, ...] | None:
        columns = self.inputs.file_columns
        if columns is None:
            # a row of a picture or a recording names its file; a CSV that is scored cannot
            fields = [*self.inputs.file_fields]
            if len(fields) != 1 or "." in fields[0]:
                return None
            columns = (InputColumn(KEY, "text", header=fields[0]),)
        by_id = (InputColumn(ID, "text"),) if self.inputs.long_form else ()
        return (*columns, *by_id, *self.more)


class _Noting:
    """Passes rows on, and keeps their cells of the columns beside, by number and by id."""

    def __init__(self, reader: RowReader, names: Sequence[str], *, by_key: bool) -> None:
        self._reader, self._names, self._by_key = reader, names, by_key
        self.by_row: dict[int, dict[str, Any]] = {}
        self.by_id: dict[object, list[dict[str, Any]]] = {}

    @property
    def rows_read(self) -> int:
        return self._reader.rows_read

    def chunks(self) -> Iterator[Chunk]:
        for chunk in self._reader.chunks():
            rows = self._note(chunk.read())
            yield replace(chunk, read=partial(_give, rows))

    def _note(self, rows: Rows) -> Rows:
        instances = list[object]()
        for i, (number, identifier) in enumerate(zip(rows.numbers, rows.ids, strict=True)):
            cells: dict[str, Any] = {}
            if rows.columns is not None:
                cells = {name: rows.columns[name][i] for name in self._names}
            elif isinstance(given := rows.instances[i], dict):
                instance: dict[str, Any] = {compose(str(name)): one for name, one in given.items()}
                cells = {name: instance.pop(name, None) for name in self._names}
                instances.append(instance)
            else:
                instances.append(given)
            self.by_row[number] = cells
            self.by_id.setdefault(identifier, []).append(cells)
        if rows.columns is None:
            return replace(rows, instances=instances)
        if self._by_key:
            named = [{KEY: cell.strip()} if cell.strip() else {} for cell in rows.columns[KEY]]
            return replace(rows, columns=None, instances=named)
        return rows


def _give(rows: Rows) -> Rows:
    return rows


def read_rows(
    source: Source,
    fmt: Format,
    model: Model,
    more: Sequence[InputColumn],
    *,
    encoding: str | None = None,
    missing: Sequence[str] = (),
) -> ReadRows:
    """Every row that the model can read.

    Args:
        source: of the file.
        fmt: how it is written, by its name.
        model: whose input reads.
        more: the columns beside those of the model, such as the outcome.
        encoding: of the file.
        missing: words that stand for a value that is missing.

    Raises:
        TrainingError: the file is none that the model can read.
    """
    if fmt.kind == _RECORDS:
        raise TrainingError("--data: records in FHIR are not measured on: give a table of rows")
    beside = [column for column in more if fold_name(column.name) != ID]
    _refuse_own(model, beside)
    wide = replace(model, inputs=_WithMore(model.inputs, beside))  # type: ignore[arg-type]
    names = [column.name for column in beside]
    try:
        spelling = read_spelling(encoding, list(missing) or None)
        opened = open_rows(source, fmt, wide, spelling=spelling)
        noting = _Noting(opened.reader, names, by_key=model.inputs.file_columns is None)
        form = model.inputs.long_form if fmt.kind == "csv" else None
        reader: RowReader = HistoryRows(noting, form) if form else noting
        return _read(reader, noting, model, source, fmt, opened.notes, together=bool(form))
    except RefusedFileError as error:
        raise TrainingError(f"--data: {ENGLISH.say(error.fact)}") from error
    except InvalidRequestError as error:
        raise TrainingError(f"--data: {ENGLISH.say(error.fact)}") from error


def _read(  # noqa: PLR0917 - one call, cut from read_rows for its length
    reader: RowReader,
    noting: _Noting,
    model: Model,
    source: Source,
    fmt: Format,
    notes: Sequence[Fact],
    *,
    together: bool,
) -> ReadRows:
    scorer = Scorer(model, fmt.written, source)
    read: list[tuple[Any, Sequence[int], Sequence[object]]] = []
    rejects: list[Reject] = []
    for chunk in reader.chunks():
        rows = chunk.read()
        rejects += rows.rejects
        # as a chunk in a file that is scored: rows with files one by one
        read += [(one.tensors, one.numbers, one.ids) for one in scorer.read(rows, rejects)]
    cells, kept, ids, numbers = list[Cells](), list[bool](), list[object](), list[int]()
    refused = _count(rejects)
    for _, some_numbers, some_ids in read:
        for number, identifier in zip(some_numbers, some_ids, strict=True):
            found = _agree(noting.by_id[identifier]) if together else noting.by_row[number]
            kept.append(found is not None)
            if found is None:
                refused[_DIFFERS] += 1
                continue
            cells.append(found)
            ids.append(identifier)
            numbers.append(number)
    tensors = {}
    if read:
        names = [*read[0][0]]
        tensors = {name: np.concatenate([one[0][name] for one in read])[kept] for name in names}
    said = [ENGLISH.say(note) for note in notes]
    return ReadRows(collect_rows(tensors) if cells else None, cells, ids, numbers, refused, said)


def _agree(rows: Sequence[Cells]) -> Cells | None:
    """The cells of a history: of each column the one value that is there; None if there are two."""
    found: dict[str, Any] = {}
    for name in rows[0]:
        values = {str(row[name]).strip(): row[name] for row in rows if _is_there(row[name])}
        if len(values) > 1:
            return None
        found[name] = next(iter(values.values()), "")
    return found


def _is_there(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _count(rejects: Sequence[Reject]) -> Counter[str]:
    """Rows by the first reason of each; a reason names a field, never a value."""
    first: dict[int, str] = {}
    for reject in rejects:
        reason = f"{reject.field or 'row'} {ENGLISH.say(reject.fact)}"
        first.setdefault(reject.row, reason)
    return Counter(first.values())


def _refuse_own(model: Model, more: Sequence[InputColumn]) -> None:
    """Refuse an outcome that the model reads as an input."""
    own = {fold_name(column.name) for column in model.inputs.file_columns or ()}
    for column in more:
        if fold_name(column.name) in own and column.required:
            raise TrainingError(
                f"--data: {column.name} is a column that the model reads: what is known before "
                "the answer is no outcome; name another column"
            )
