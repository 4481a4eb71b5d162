"""What trained can be answered: a user's table is read alike on both ways."""

from pathlib import Path

import numpy as np
import pytest

from medmaas.model.inputs import make_input
from medmaas.table.header import Header, match_columns
from medmaas_training.tabular.own_columns import describe_columns
from medmaas_training.tabular.own_table import read_table
from tests.table.workbooks import write_workbook

NAMES = ["年龄", "alcohol", "CRP (mg/L)", "CD4+", "smoker", "relapse"]
WORDS = ("None", "Moderate", "Heavy")
ROWS = [
    [str(40 + i % 40), WORDS[i % 3], "NA" if i == 7 else f"{i / 10 + 0.1:.1f}", str(100 + i % 50),
     "Yes" if i % 2 else "No", str(i % 2)]
    for i in range(60)
]  # fmt: skip


def write(path: Path, separator: str = ",", encoding: str = "utf-8") -> Path:
    lines = [separator.join(row) for row in [NAMES, *ROWS]]
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_the_training_file_is_matched_column_by_column(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "own.csv"), ("relapse",))
    spec = describe_columns(table.columns, table.X, table.missing_words)
    assert spec.missing_words == ("NA",)
    alcohol = next(column for column in table.columns if column.name == "alcohol")
    assert alcohol.words == ("Heavy", "Moderate", "None"), "a word is a word"
    columns = make_input(spec).file_columns or ()
    matched = match_columns(Header.of(NAMES), columns, id_required=False)
    names = [column.name for column in table.columns]
    assert matched.names == (*names, None)
    assert names[2:4] == ["CRP_mg_L", "CD4"]


@pytest.mark.parametrize(
    ("separator", "encoding"), [(";", "utf-8"), ("\t", "utf-16"), (",", "utf-8-sig")]
)
def test_a_table_is_the_same_however_it_is_written(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    plain = read_table(write(tmp_path / "plain.csv"), ("relapse",))
    other = read_table(write(tmp_path / "other.csv", separator, encoding), ("relapse",))
    assert np.array_equal(plain.X, other.X, equal_nan=True)
    assert plain.outcome.equals(other.outcome)
    assert len(other.odd) - len(plain.odd) == {",": 0, ";": 1, "\t": 2}[separator]  # it is told


def test_a_workbook_is_learned_from(tmp_path: Path) -> None:
    rows = [[_type(cell) for cell in row] for row in ROWS]
    (tmp_path / "own.xlsx").write_bytes(write_workbook({"Legend": [["a"]], "Rows": [NAMES, *rows]}))
    book = read_table(tmp_path / "own.xlsx", ("relapse",))
    plain = read_table(write(tmp_path / "plain.csv"), ("relapse",))
    assert np.array_equal(plain.X, book.X, equal_nan=True)


def _type(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


def test_a_word_for_a_missing_number_may_be_a_value_of_another_column(tmp_path: Path) -> None:
    path = write(tmp_path / "own.csv")
    path.write_text(path.read_text().replace(",NA,", ",None,"))
    table = read_table(path, ("relapse",))
    by_name = {column.header: column for column in table.columns}
    assert np.isnan(by_name["CRP (mg/L)"].values[7])
    assert by_name["alcohol"].words == ("Heavy", "Moderate", "None")
    assert table.missing_words == ("None",)


@pytest.mark.parametrize("cell", ["0x1", "1_000", "１２", "1e400", "inf"])  # noqa: RUF001
def test_what_no_door_takes_for_a_number_is_none_in_training(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path / "own.csv")
    path.write_text(path.read_text().replace(",NA,", f",{cell},"))
    table = read_table(path, ("relapse",))
    (column,) = (column for column in table.columns if column.header == "CRP (mg/L)")
    assert np.flatnonzero(np.isnan(column.values)).tolist() == [7]
    assert cell not in table.missing_words
    told = " ".join(table.reading)
    assert "the model will reject such rows: CRP (mg/L) 1 (first in row 9)" in told
    assert cell not in told


def test_a_table_full_of_question_marks_keeps_every_column_but_the_identifier(
    tmp_path: Path,
) -> None:
    """As the chronic kidney disease data of UCI are written: tabs around words, ? for missing."""
    rows = [
        [str(i), str(30 + i % 50) if i % 9 else "?", f"{4 + i / 10:.1f}" if i % 4 else "?",
         ("?", "normal", "abnormal")[i % 3], ("yes", "\tno", " yes", "no\t", "?")[i % 5],
         "\t?" if i % 7 == 0 else str(2000 + 97 * i), ("ckd", "notckd")[i % 2]]
        for i in range(80)
    ]  # fmt: skip
    names = ["id", "age", "pot", "rbc", "dm", "wc", "classification"]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(",".join(row) for row in [names, *rows]))
    table = read_table(path, ("classification",))
    assert [column.header for column in table.columns] == names[1:-1]
    assert [column.kind for column in table.columns] == [
        "number", "number", "choice", "boolean", "number",
    ]  # fmt: skip
    assert [int(np.isnan(column.values).sum()) for column in table.columns] == [9, 20, 27, 16, 12]
    assert table.missing_words == ("?",)
    (clause,) = table.left_out
    assert clause.startswith("id is left out: by its name it is an identifier; keep: true")
    told = " ".join(table.reading)
    assert "? counts as missing in columns of numbers: age 9 (first in row 2), pot 20" in told
    assert "? alone counts as missing in columns of words: rbc 27 (first in row 2), dm 16" in told


def test_decimal_commas_and_odd_cells_go_together(tmp_path: Path) -> None:
    rows = [f"{30 + i};{i % 9},{i % 10};{i % 2}" for i in range(60)]
    odd = ["50;<0,5;1", "51;?;0", "52;2,5 mg/L;1", "53;0,35 mg/dL;0"]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["age;crp (mg/L);y", *rows, *odd]))
    _, crp = read_table(path, ("y",)).columns
    np.testing.assert_array_equal(crp.values[60:], [0.5, np.nan, 2.5, 3.5])


def test_a_column_of_dates_is_left_out_as_such(tmp_path: Path) -> None:
    path = write(tmp_path / "own.csv")
    lines = path.read_text().splitlines()
    dates = ["seen", *(f"2024-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(60))]
    path.write_text("\n".join(f"{line},{date}" for line, date in zip(lines, dates, strict=True)))
    (clause,) = read_table(path, ("relapse",)).left_out
    assert clause == "seen is left out: it holds dates; days since a beginning can be learned from"
