"""A table as a whole, as training takes it: every cell as text, by the one reader of rows."""

from collections.abc import Callable
from dataclasses import dataclass

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact
from medmaas.table.csv_rows import CsvRows
from medmaas.table.dialect import Dialect
from medmaas.table.formats import is_zip
from medmaas.table.header import Columns, Header
from medmaas.table.lines import open_stream
from medmaas.table.row_maker import Cells, RowMaker
from medmaas.table.sheet import SheetRows, read_sheet
from medmaas.table.source import Source
from medmaas.table.spelling import USUAL, Spelling
from medmaas.table.text import open_text_table


@dataclass(frozen=True, slots=True)
class WholeTable:
    """All cells of a table.

    Attributes:
        header: names of the columns; empty for one without a name.
        columns: cells of each, of n rows.
        notes: how it was read, where that is not the usual way.
    """

    header: tuple[str, ...]
    columns: list[Cells]
    notes: list[Fact]


def read_whole(
    source: Source, fits: Callable[[Header], bool], spelling: Spelling = USUAL
) -> WholeTable:
    """Read a table, of which every row must be readable.

    Args:
        source: text or a spreadsheet.
        fits: whether the header of a sheet is the one that is meant, where there are several.
        spelling: what was said of how the file is written.

    Raises:
        RefusedFileError: the file is no table, or a row cannot be read; the header is row 1.
    """
    if not source.size:
        raise RefusedFileError("file_empty")
    header, notes, reader = _open(source, fits, spelling)
    cells: list[list[str]] = [[] for _ in header.cells]
    for chunk in reader.chunks():
        rows = chunk.read()
        if rows.rejects:
            first = min(rows.rejects, key=lambda one: one.row)
            raise RefusedFileError("row_wrong", row=first.row + 1, problem=first.fact)
        for name, column in (rows.columns or {}).items():
            cells[int(name)] += column
    return WholeTable(header.cells, [*cells], notes)


def _open(
    source: Source, fits: Callable[[Header], bool], spelling: Spelling
) -> tuple[Header, list[Fact], CsvRows | SheetRows]:
    if is_zip(source.read(0, 4)):
        sheet, count = read_sheet(source, fits)
        notes = [Fact("read_sheet", position=sheet.position, sheets=count)]
        return sheet.header, notes, SheetRows(sheet, _make(sheet.header, Dialect()))
    text = open_text_table(open_stream(source), spelling)
    dialect, told = text.find_dialect(range(len(text.header.cells)))
    rows = CsvRows(text.stream, _make(text.header, dialect), dialect.separator, 1)
    return text.header, [*text.notes, *told], rows


def _make(header: Header, dialect: Dialect) -> RowMaker:
    """Takes all columns, each by its position: whatever it is called, and whether it is numbers."""
    positions = range(len(header.cells))
    columns = Columns(tuple(map(str, positions)), tuple(positions))
    return RowMaker(header, columns, dialect.decimal)
