"""A table, or notes beside it, that cannot be learned from are refused before anything is done."""

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import version_of
from tests.training.conftest import CLASSES, SURVIVAL, Train, table, write


@pytest.mark.parametrize(
    ("recipe", "people", "sentence"),
    [
        (SURVIVAL, table().drop(columns="event"), "there is no column event"),
        (SURVIVAL, table().head(40), "fewer than 50 rows"),
        (SURVIVAL, table(time=[-1, *range(199)]), "row 2: time is negative"),
        (SURVIVAL, table(time=["soon", *range(199)]), "row 2: time is not a number"),
        (SURVIVAL, table(time=[3, None, *range(198)]), "row 3: time is missing"),
        (SURVIVAL, table(time=3), "time hardly exceeds 365, which may be days or not"),
        (SURVIVAL, table(event=[0, 1, 7, 0] * 50), "row 4: event is neither 0 nor 1"),
        (SURVIVAL, table(event=0), "no row has the event of event: all are censored"),
        (SURVIVAL, table(event=[0] * 191 + [1] * 9), "fewer than 10 rows have the event of event"),
        (SURVIVAL, table().rename(columns={"age": "a b", "marker": "a-b"}), "both be called a_b"),
        (CLASSES, table().drop(columns="ill"), "there is no column ill"),
        (CLASSES, table(ill="ill"), "ill must have at least two classes"),
        (CLASSES, table(ill=[f"class {i % 21}" for i in range(200)]), "more than 20 different"),
        (CLASSES, table(ill=["a"] * 191 + ["b"] * 9), "each class of ill needs at least 10 cases"),
        (CLASSES, table(ill=["a", None] * 100), "row 3: ill is missing"),
        (CLASSES, table()[["ill"]], "no column is left to learn from"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_learned_from_is_refused_in_one_sentence(
    recipe: tuple[str, ...], people: pd.DataFrame, sentence: str, train: Train, tmp_path: Path
) -> None:
    refused(train, tmp_path, *recipe, "--data", str(write(tmp_path, people)), sentence=sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "the file is a picture"),
        (b'a,b\n1,2\n3,4,5\n"', "row 3 has 3 columns, the header has 2"),
        (b"a\x00,\x00b\x00", "looks like UTF-16 without its mark"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(
    content: bytes, sentence: str, train: Train, tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_bytes(content)
    data = ("--data", str(tmp_path / "own.csv"))
    refused(train, tmp_path, *CLASSES, *data, sentence=sentence)
    refused(train, tmp_path, *CLASSES, "--data", str(tmp_path), sentence="the file cannot be read")


def test_columns_of_one_name_or_separated_in_two_ways_are_refused(
    train: Train, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,a,ill\n" + "1,2,x\n3,4,y\n" * 50)
    refused(train, tmp_path, *CLASSES, "--data", str(path), sentence="two columns are called a")
    path.write_text("a;b,ill\n" + "1;2,x\n3;4,y\n" * 50)
    refused(train, tmp_path, *CLASSES, "--data", str(path), sentence="what separates the columns")


@pytest.mark.parametrize(
    ("notes", "sentence"),
    [
        ("columns: {age: {units: a}}", "columns.age.units: is not a known key"),
        ("owner: me", "owner: is not a known key"),
        ("columns: {weight: {unit: kg}}", "names columns that the table does not have: weight"),
        ("columns: {age: {low: 9, high: 1}}", "low must be below high"),
        ("columns: {age: {high: 50}}", "age has values outside low to high"),
        ("columns: {age: {low: [}}", "cannot be read as YAML"),
        ("missing: [no]", "words such as no and null must stand in quotes"),
        ("columns: {age: {bounds: half}}", "columns.age.bounds: input should be 'limit' or"),
        ("columns: {age: {loinc: 2951-2, unit: mmol/L}}", "age lie outside 80 to 220 mmol/L"),
        ("columns: {time: {unit: h}}", "the unit of time must be one of d, wk, mo, a"),
    ],
)
def test_notes_that_say_what_nobody_asked_are_refused(
    notes: str, sentence: str, train: Train, tmp_path: Path
) -> None:
    path = write(tmp_path, table(), notes)
    refused(train, tmp_path, *SURVIVAL, "--data", str(path), sentence=sentence)


def refused(train: Train, folder: Path, *arguments: str, sentence: str) -> None:
    """Exit code 2, one sentence that tells no value of the file, nothing written."""
    before = sorted(folder.rglob("*"))
    code, output, errors = train(*arguments, "--id", "own", "--out", str(folder / "models"))
    assert (code, output) == (2, "")
    assert errors.startswith("medmaas train: ")
    assert sentence in errors
    assert len(errors.splitlines()) == 1
    assert "soon" not in errors
    assert sorted(folder.rglob("*")) == before


def test_other_data_need_another_name(train: Train, models: Path, tmp_path: Path) -> None:
    data = ("--data", str(write(tmp_path, table())))
    code, _, errors = train(*SURVIVAL, *data, "--out", str(models))
    assert code == 2
    assert f"survival {version_of('survival')} in --out was learned from other data" in errors
