"""The rows of a file, as its bytes, its name and the model say that they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact
from medmaas.model.inputs.reading import InputColumn, LongForm
from medmaas.model.options import Options
from medmaas.model.registry import Model
from medmaas.table.csv_rows import CsvRows
from medmaas.table.encodings import UTF_8, settle_encoding
from medmaas.table.formats import Format, is_zip
from medmaas.table.header import Columns, Header, match_columns
from medmaas.table.histories import HistoryRows
from medmaas.table.json_rows import JsonRows
from medmaas.table.lines import Stream, open_stream
from medmaas.table.missing import MissingWords, find_missing_words
from medmaas.table.row_maker import RowMaker
from medmaas.table.rows import Chunk, Position, RowReader
from medmaas.table.sheet import SheetRows, read_sheet
from medmaas.table.source import Source
from medmaas.table.spelling import USUAL, Spelling
from medmaas.table.text import WINDOW, open_text, open_text_table

EXPLAINED_AT_ONCE = 16
FILES_AT_ONCE = 16
_FIRST_BYTES = 64


@dataclass(frozen=True, slots=True)
class OpenedRows:
    """A file of which the header has been read.

    Attributes:
        reader: of its rows.
        notes: how it was read, where that is not the usual way.
    """

    reader: RowReader
    notes: list[Fact] = field(default_factory=list)
    skip_to: Position | None = None

    def chunks(self) -> Iterator[Chunk]:
        """The rows, in the order of the file."""
        for chunk in self.reader.chunks():
            if self.skip_to is None or (
                chunk.end.row > self.skip_to.row or chunk.end.offset > self.skip_to.offset
            ):
                yield chunk


def open_rows(
    source: Source,
    fmt: Format,
    model: Model,
    position: Position | None = None,
    end: int | None = None,
    *,
    rows: int | None = None,
    spelling: Spelling = USUAL,
) -> OpenedRows:
    """The rows of a file, or those from a place on, where an earlier chunk ended.

    Args:
        source: the file.
        fmt: how it is written, by its name.
        model: whose instances the rows are.
        position: where to begin; the first row if there is none.
        end: the byte to stop at, where a chunk ended.
        rows: how many a chunk holds at most, if they are to be fewer than usual.
        spelling: what was said of the file.

    Raises:
        RefusedFileError: the file can never be scored.
    """
    seekable = is_seekable(source, fmt, model, spelling)
    begin = position if seekable else None
    opened = _open(source, fmt, model, begin, end, at_once=rows, spelling=spelling)
    return opened if begin == position else OpenedRows(opened.reader, opened.notes, position)


def is_seekable(source: Source, fmt: Format, model: Model, spelling: Spelling = USUAL) -> bool:
    """Whether reading can begin in the middle of the file."""
    if fmt.gzip or (fmt.kind == "csv" and model.inputs.long_form is not None):
        return False
    head = source.read(0, _FIRST_BYTES)
    return not is_zip(head) and settle_encoding(head, spelling.encoding)[0] == UTF_8


def rows_at_once(options: Options, model: Model) -> int | None:
    """How many rows a chunk holds at most.

    Few of those that take seconds, for the deadline, as files do that a row names by its key; and
    of those whose answers fill the memory, which those to files may, as lines do not limit them.
    """
    limits = [
        EXPLAINED_AT_ONCE if options.explain else None,
        FILES_AT_ONCE if model.inputs.file_fields else None,
        model.output.most_rows,
    ]
    return min((limit for limit in limits if limit is not None), default=None)


def _open(
    source: Source,
    fmt: Format,
    model: Model,
    position: Position | None,
    end: int | None,
    *,
    at_once: int | None,
    spelling: Spelling,
) -> OpenedRows:
    whole = position is None and end is None
    stream = open_stream(source, compressed=fmt.gzip, end=None if whole else WINDOW)
    first_bytes = stream.look(_FIRST_BYTES)
    if not first_bytes:
        raise RefusedFileError("file_empty")
    if fmt.kind == "csv" and is_zip(first_bytes) and not fmt.gzip:
        return _open_sheet(source, model, at_once, spelling)
    first = position.row if position else 1
    if fmt.kind != "csv":
        _, lines, notes = open_text(stream, spelling, table=False)
        body = lines if whole else _go_to(source, position, end, lines)
        return OpenedRows(JsonRows(body, first, at_once), notes)
    columns, long_form = _list_columns(model), model.inputs.long_form
    text = open_text_table(stream, spelling)
    found = _match(text.header, columns, long_form)
    dialect, told = text.find_dialect(found.numbers)
    body = text.stream
    if not whole:
        body = _go_to(source, position, end, body, old_line_ends=text.old_line_ends)
    missing = find_missing_words(model, spelling.missing)
    maker = RowMaker(text.header, found, dialect.decimal, missing)
    rows = CsvRows(body, maker, dialect.separator, first, at_once)
    notes = [*text.notes, *told, *found.notes, *_tell_missing(missing)]
    return OpenedRows(_join(rows, long_form, at_once), notes)


def _open_sheet(
    source: Source, model: Model, at_once: int | None, spelling: Spelling
) -> OpenedRows:
    columns, long_form = _list_columns(model), model.inputs.long_form

    def fits(header: Header) -> bool:
        try:
            _match(header, columns, long_form)
        except RefusedFileError:
            return False
        return True

    sheet, count = read_sheet(source, fits)
    header = sheet.header
    found = _match(header, columns, long_form)
    missing = find_missing_words(model, spelling.missing)
    rows = SheetRows(sheet, RowMaker(header, found, "point", missing), at_once)
    notes = [Fact("read_sheet", position=sheet.position, sheets=count)]
    notes += [*found.notes, *_tell_missing(missing)]
    return OpenedRows(_join(rows, long_form, at_once), notes)


def _list_columns(model: Model) -> Sequence[InputColumn]:
    columns = model.inputs.file_columns
    if columns is None:
        raise RefusedFileError("csv_not_taken")
    return columns


def _match(header: Header, columns: Sequence[InputColumn], long_form: LongForm | None) -> Columns:
    return match_columns(header, columns, id_required=long_form is not None)


def _go_to(
    source: Source,
    position: Position | None,
    end: int | None,
    read: Stream,
    *,
    old_line_ends: bool = False,
) -> Stream:
    """A stream of what lies between a place and another; without a place, where reading is."""
    start = read.offset if position is None else position.offset
    stream = open_stream(source, start=start, end=end)
    return stream.go_on(old_line_ends=True) if old_line_ends else stream


def _join(rows: CsvRows | SheetRows, long_form: LongForm | None, at_once: int | None) -> RowReader:
    return HistoryRows(rows, long_form, at_once) if long_form else rows


def _tell_missing(missing: MissingWords) -> Iterator[Fact]:
    if missing.words:
        yield Fact("missing_words_taken", words=len(missing.words))
