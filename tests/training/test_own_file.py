"""What trained can be answered: a user's table is read alike on both ways."""

from pathlib import Path

import numpy as np
import pytest

from medmaas.model.inputs import make_input
from medmaas.table.header import Header, match_columns
from medmaas_training.errors import TrainingError
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


def test_a_word_for_a_missing_number_that_is_a_value_elsewhere_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "own.csv")
    path.write_text(path.read_text().replace(",NA,", ",None,"))
    with pytest.raises(TrainingError, match="is a value of alcohol"):
        read_table(path, ("relapse",))


@pytest.mark.parametrize("cell", ["0x1", "1_000", "１２", "1e400", "inf", "<0.5"])  # noqa: RUF001
def test_what_no_door_takes_for_a_number_is_none_in_training(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path / "own.csv")
    path.write_text(path.read_text().replace(",NA,", f",{cell},"))
    table = read_table(path, ("relapse",))
    assert not any(column.name == "CRP_mg_L" for column in table.columns)
    assert any("CRP (mg/L) is left out: 1 of its values" in one for one in table.left_out)
