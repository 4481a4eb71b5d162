"""The rows of a file, as its name and the model say that they are written."""

from collections.abc import Iterator

from medmaas.batch.csv_rows import LIMITS, CsvRows, read_header
from medmaas.batch.histories import HistoryRows
from medmaas.batch.job import Format
from medmaas.batch.json_rows import JsonRows
from medmaas.batch.lines import Stream
from medmaas.batch.rows import ID, Chunk, Position, RowReader
from medmaas.batch.storage import Source
from medmaas.errors import RefusedFileError
from medmaas.model.options import Options
from medmaas.model.registry import Model

EXPLAINED_AT_ONCE = 16
_HEADER_BYTES = 2 * LIMITS.line


def read_chunks(
    source: Source,
    fmt: Format,
    model: Model,
    position: Position | None = None,
    end: int | None = None,
    *,
    rows: int | None = None,
) -> Iterator[Chunk]:
    """The rows of a file, or those from a place on, where an earlier chunk ended.

    Args:
        source: the file.
        fmt: how it is written.
        model: whose instances the rows are.
        position: where to begin; the first row if there is none.
        end: the byte to stop at, where a chunk ended.
        rows: how many a chunk holds at most, if they are to be fewer than usual.

    Raises:
        RefusedFileError: the file can never be scored.
    """
    if position is None or is_seekable(fmt, model):
        yield from _open(source, fmt, model, position, end, at_once=rows).chunks()
        return
    for chunk in _open(source, fmt, model, None, None, at_once=rows).chunks():
        behind = chunk.end.row > position.row or chunk.end.offset > position.offset
        if behind:
            yield chunk


def is_seekable(fmt: Format, model: Model) -> bool:
    """Whether reading can begin in the middle of the file."""
    return not fmt.gzip and not _is_long(fmt, model)


def _is_long(fmt: Format, model: Model) -> bool:
    return fmt.kind == "csv" and model.inputs.long_form is not None


def rows_at_once(options: Options) -> int | None:
    """How many rows a chunk holds at most: few of those that take seconds, for the deadline."""
    return EXPLAINED_AT_ONCE if options.explain else None


def _open(
    source: Source,
    fmt: Format,
    model: Model,
    position: Position | None,
    end: int | None,
    *,
    at_once: int | None,
) -> RowReader:
    stop = end if position is None else min(_HEADER_BYTES, source.size)
    stream = Stream(source, compressed=fmt.gzip, end=stop)
    if not stream.look(1):
        raise RefusedFileError("file_empty")
    first = position.row if position else 1
    if fmt.kind == "jsonl":
        return JsonRows(_go_to(stream, source, position, end), first, at_once)
    columns, long_form = model.inputs.file_columns, model.inputs.long_form
    if columns is None:
        raise RefusedFileError("csv_not_taken")
    header = read_header(stream)
    required = [column.name for column in columns if column.required]
    optional = [column.name for column in columns if not column.required]
    header.require([ID, *required] if long_form else required, optional)
    rows = CsvRows(_go_to(stream, source, position, end), header, first, at_once)
    return HistoryRows(rows, long_form, at_once) if long_form else rows


def _go_to(stream: Stream, source: Source, position: Position | None, end: int | None) -> Stream:
    if position is None:
        return stream
    return Stream(source, compressed=False, start=position.offset, end=end)
