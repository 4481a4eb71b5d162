"""Training reads the bytes of a table as every door does: by the same table of cases."""

import pytest

from medmaas.errors import RefusedFileError
from medmaas.table.header import Header
from medmaas.table.source import Held
from medmaas.table.spelling import read_spelling
from medmaas.table.whole import WholeTable, read_whole
from tests.table.cases import CASES, HEADER, LINES, Case

# of the bytes of a file; what a model's columns are is not known when it is trained
OF_BYTES = {
    "file_is_of_format", "utf_16_without_mark", "mark_contradicts_encoding", "other_separator",
    "separator_unclear", "header_wrong", "header_missing", "header_merged", "sheet_damaged",
    "file_empty", "sheets_fit",
}  # fmt: skip
REFUSED = [name for name, case in CASES.items() if case.refused in OF_BYTES]
SAME = [name for name, case in CASES.items() if case.same and not (case.missing or case.respelled)]
OF_ROWS = {
    "other_width", "cell_without_column", "line_not_utf_8", "quote_not_closed", "decimal_unclear",
    "decimal_point_between_commas", "cells_merged", "cell_not_calculated", "cell_is_date",
    "cell_shown_otherwise",
}  # fmt: skip
REJECTED = [
    name
    for name, case in CASES.items()
    if case.rejected and {code for *_, code in case.rejected} <= OF_ROWS
]


def read(case: Case) -> WholeTable:
    spelling = read_spelling(case.encoding, [*case.missing])
    return read_whole(Held(case.content), lambda header: len(header.cells) > 2, spelling)


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_door_reads_nobody_learns_from(name: str) -> None:
    with pytest.raises(RefusedFileError) as refused:
        read(CASES[name])
    assert refused.value.fact.code == CASES[name].refused


@pytest.mark.parametrize("name", SAME)
def test_cells_are_those_that_every_door_reads(name: str) -> None:
    table = read(CASES[name])
    wanted = [*zip(*(line.split(",") for line in LINES), strict=True)]
    known = {
        Header.of([one]).cells[0].split("(")[0].split("[")[0].strip().casefold(): i
        for i, one in enumerate(table.header)
        if one
    }
    for name_of_column, cells in zip(HEADER.split(","), wanted, strict=True):
        column = table.columns[known[name_of_column]]
        assert [cell.strip() for cell in column] == [*cells]


@pytest.mark.parametrize("name", REJECTED)
def test_a_row_that_every_door_rejects_is_named(name: str) -> None:
    case = CASES[name]
    with pytest.raises(RefusedFileError) as refused:
        read(case)
    number, _, code = case.rejected[0]
    assert refused.value.fact.code == "row_wrong"
    assert refused.value.fact.limits["row"] == number + 1
    assert refused.value.fact.limits["problem"].code == code


def test_a_sheet_is_found_by_the_columns_that_are_wanted() -> None:
    case = CASES["a workbook with two tables"]
    with pytest.raises(RefusedFileError) as refused:
        read_whole(Held(case.content), lambda _: True)
    assert refused.value.fact.code == "sheets_fit"
