"""Rows of a spreadsheet, read by calamine, which is loaded when the first one comes."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from medmaas.errors import RefusedFileError
from medmaas.facts import Fact
from medmaas.table.formats import require_xlsx
from medmaas.table.header import Header
from medmaas.table.row_maker import Record, RowMaker, is_blank
from medmaas.table.rows import ID, Chunk, Position, Reject
from medmaas.table.source import Source
from medmaas.table.workbook import Marks, Parts

MOST_BYTES = 20_000_000
_MOST_CELLS = 10_000_000  # of the rectangle that holds all; a stray cell far off makes it large
_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
_AT_ONCE = 4_096
_DATE, _TOO_LONG = Fact("cell_is_date"), Fact("id_of_too_many_digits")
_MERGED = Fact("cells_merged")

Place = tuple[int, int]
Range = tuple[Place, Place]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Attributes:
        position: in the workbook, from 1.
        rows: cells as text, from the header on, without rows that are blank; with the row of each
            in the sheet, from 0.
        wrong: places of cells that hold no value, or none that can be used, and why.
        merged: places that are merged.
    """

    position: int
    rows: Sequence[tuple[int, list[str]]]
    wrong: dict[Place, Fact]
    numbers: dict[Place, float]
    merged: set[Place]

    @property
    def header(self) -> Header:
        """The first row that is not blank.

        Raises:
            RefusedFileError: some of its cells are merged.
        """
        row, cells = self.rows[0]
        if any((row, column) in self.merged for column in range(len(cells))):
            raise RefusedFileError("header_merged")
        return Header.of(cells)


def read_sheet(source: Source, fits: Callable[[Header], bool]) -> tuple[Sheet, int]:
    """The sheet of a workbook that holds the rows, and how many sheets there are.

    That is the only visible one that is not empty, else the only one whose header fits.

    Raises:
        RefusedFileError: there is none, or more than one; the workbook is too large or damaged.
    """
    if source.size > MOST_BYTES:
        raise RefusedFileError("sheet_too_large", megabytes=MOST_BYTES // 10**6)
    sheets, count = _read_workbook(require_xlsx(source.read(0, source.size)))
    if not sheets:
        raise RefusedFileError("file_empty")
    if len(sheets) > 1:
        fitting = [one for one in sheets if fits(Header.of(one.rows[0][1]))]
        if len(fitting) > 1:
            raise RefusedFileError("sheets_fit", positions=[one.position for one in fitting])
        sheets = fitting or sheets
    return sheets[0], count


class SheetRows:
    """The rows below the header of a sheet."""

    def __init__(self, sheet: Sheet, maker: RowMaker, at_once: int | None = None) -> None:
        self._sheet = sheet
        self._maker = maker
        self._at_once = at_once or _AT_ONCE
        self._row = 1

    @property
    def rows_read(self) -> int:
        """How many rows were read until now."""
        return self._row - 1

    def chunks(self) -> Iterator[Chunk]:
        """All rows, in the order of the sheet; `end` counts them, and names no byte."""
        rows = self._sheet.rows[1:]
        for start in range(0, len(rows), self._at_once):
            some = rows[start : start + self._at_once]
            first, self._row = self._row, self._row + len(some)
            records = [self._check(n, *row) for n, row in enumerate(some, start=first)]
            yield self._chunk(records, first)

    def _chunk(self, records: list[Record], first: int) -> Chunk:
        end = Position(0, self._row)
        return Chunk(len(records), 0, end, lambda: self._maker.collect(records, first))

    def _check(self, number: int, row: int, cells: list[str]) -> Record:
        """The cells of a row, or why one that the model uses cannot be."""
        for column, name in enumerate(self._maker.columns.names):
            if name is None:
                continue
            if fact := self._find_wrong((row, column), name, column):
                return Reject(number, None, name, fact)
        named = len(self._maker.header.cells)
        filled = cells + [""] * (self._maker.width - len(cells))
        return filled[: max(named, len(cells))]

    def _find_wrong(self, place: Place, name: str, column: int) -> Fact | None:
        sheet = self._sheet
        if place in sheet.merged:
            return _MERGED
        if name == ID:
            return _TOO_LONG if abs(sheet.numbers.get(place, 0)) >= _EXACT else None
        fact = sheet.wrong.get(place)
        if fact is _DATE and column not in self._maker.columns.numbers:
            return None  # words say themselves that it is none of them
        return fact


def _read_workbook(archive: zipfile.ZipFile) -> tuple[list[Sheet], int]:
    """The visible sheets that are not empty, and how many there are of all."""
    from python_calamine import (  # noqa: PLC0415 - most files are text
        CalamineError,
        SheetTypeEnum,
        SheetVisibleEnum,
        load_workbook,
    )

    parts = Parts.unpack(archive)
    paths = parts.list_sheets()
    try:
        workbook = load_workbook(_pack(parts))
        known = list(zip(workbook.sheets_metadata, paths, strict=True))
        sheets = list[Sheet]()
        for index, (told, path) in enumerate(known):
            if told.typ is not SheetTypeEnum.WorkSheet or not path:
                continue
            if told.visible is not SheetVisibleEnum.Visible:
                continue
            marks = parts.find_marks(path)
            if marks.rows * marks.columns > _MOST_CELLS:
                raise RefusedFileError("sheet_too_wide", most=_MOST_CELLS)
            calamine = workbook.get_sheet_by_index(index)
            values = calamine.to_python(skip_empty_area=False)
            sheet = _make_sheet(index + 1, values, marks, calamine.merged_cell_ranges or [])
            if sheet.rows:
                sheets.append(sheet)
    except (CalamineError, ValueError):
        raise RefusedFileError("sheet_damaged") from None
    return sheets, len(paths)


def _pack(parts: Parts) -> io.BytesIO:
    """The parts that were unpacked within limits, so that nobody unpacks more."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.content.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def _make_sheet(
    position: int, values: Sequence[Sequence[Any]], marks: Marks, merged: Sequence[Range]
) -> Sheet:
    wrong, numbers = dict(marks.wrong), dict[Place, float]()
    rows = list[tuple[int, list[str]]]()
    for y in range(max(len(values), marks.rows)):
        row = values[y] if y < len(values) else ()
        cells = list[str]()
        for x in range(marks.columns):  # the reader of values ends with the last that it has
            value = row[x] if x < len(row) else ""
            text = marks.errors.get((y, x)) or _write(value)
            if isinstance(value, date | datetime | time | timedelta):
                wrong.setdefault((y, x), _DATE)
            elif isinstance(value, float | int) and not isinstance(value, bool):
                numbers[y, x] = value
            cells.append(text)
        if not is_blank(cells) or any((y, x) in wrong for x in range(len(cells))):
            rows.append((y, cells))
    places = {
        (y, x)
        for (top, left), (bottom, right) in merged
        for y in range(top, min(bottom, marks.rows) + 1)
        for x in range(left, min(right, marks.columns) + 1)
    }
    return Sheet(position, rows, wrong, numbers, places)


def _write(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """A value as a file of text would hold it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() | int():
            whole = float(value).is_integer() and abs(value) < _EXACT
            return str(int(value)) if whole else repr(value)
        case date() | datetime() | time():
            return value.isoformat()
        case _:
            return str(value)
