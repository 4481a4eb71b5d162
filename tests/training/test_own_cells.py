"""Cells of one column are read by stated rules, each of which is told; a guess never in silence."""

# ruff: noqa: RUF001 - other widths of letters are what is tested
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.manifest import Cells
from medmaas_training.tabular.own_cells import read_cells
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_texts import ReadCells
from medmaas_training.tabular.own_told import tell

PLAIN = [f"{1 + i / 10:.1f}" for i in range(60)]
MARKERS = [
    "?", "-", "--", ".", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "None", "#N/A", "未查", "未检",
    "不详", "无", "not done", "Not Done",
    "n.d.", "n.b.", "unknown", "missing", "k.A.", "Ø", "#DIV/0!",
    "***", "…", "ＮＡ",
]  # fmt: skip


def read(
    cells: Sequence[str | None], *, name: str = "x", stated: tuple[str, ...] = (), **note: Any
) -> ReadCells:
    column = pd.Series([*cells], name=name, dtype=object)
    return read_cells(column, ColumnNote(**note), stated)


def rules(found: ReadCells) -> dict[str, int]:
    return {one.rule: one.count for one in found.told}


def text(found: ReadCells) -> str:
    return " ".join(tell(found.told))


@pytest.mark.parametrize("marker", MARKERS)
def test_a_word_for_missing_is_missing_in_a_column_of_numbers(marker: str) -> None:
    found = read([marker, *PLAIN, marker, None])
    assert found.kind == "number"
    assert np.flatnonzero(np.isnan(found.values)).tolist() == [0, 61, 62]
    assert found.missing_words == {marker}
    assert f"{marker} counts as missing in columns of numbers: x 2 (first in row 2)" in text(found)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_word_is_a_word_in_a_column_of_words_unless_it_is_marks_alone(marker: str) -> None:
    found = read(["mild", "severe", marker] * 10)
    if re.search(r"\w", marker):
        assert marker in found.words
        assert found.missing_words == set()
        assert f"{marker} is read as a word: x 10 (first in row 4)" in text(found)
    else:
        assert found.words == ("mild", "severe")
        assert found.missing_words == {marker}
        assert f"{marker} alone counts as missing in columns of words: x 10" in text(found)


def test_what_the_notes_say_is_missing_is_missing_everywhere() -> None:
    found = read(["999", "999.0", *PLAIN], stated=("999",))
    assert np.isnan(found.values[:2]).all()
    assert found.missing_words == {"999", "999.0"}
    assert found.missing_numbers == (999,)
    assert rules(found) == {"stated": 2}
    found = read(["none", "None", "mild", "severe"] * 10, missing=("None",))
    assert found.words == ("mild", "severe")
    assert found.missing_words == {"none", "None"}
    assert rules(found) == {"stated": 20}


def test_a_stated_number_among_the_values_is_told_to_stay_one_in_files() -> None:
    found = read(["5", *PLAIN[:30], "20"], stated=("5",))
    assert "5 counts as missing here, as the .yaml says, but will be a number" in text(found)


def test_a_column_is_of_numbers_unless_most_of_it_are_words() -> None:
    assert read(["1", "2", "odd", "odd"]).kind == "number"
    assert read(["1", "2", "odd", "odd", "odd"]).kind == "choice"
    assert read(["1", "2", "odd", "odd", "odd"], kind="number").kind == "number"
    assert read(["1", "2", "3"], kind="words").words == ("1", "2", "3")
    assert read(["?"] * 90 + ["yes", "no"]).kind == "boolean"
    assert np.isnan(read(["?", "NA"] * 20).values).all()


@pytest.mark.parametrize(
    ("cells", "bounds", "cells_of"),
    [
        (["<0.5", "< 0.2", "＜0.1"], [0.5, 0.2, 0.1], Cells(below=0.5)),
        ([">200", "≥ 90", ">=95"], [200, 90, 95], Cells(above=90)),
        (["<=0.5", ">7"], [0.5, 7], Cells(below=0.5, above=7)),
    ],
)  # fmt: skip
def test_a_limit_is_read_as_the_limit_or_as_missing(
    cells: list[str], bounds: list[float], cells_of: Cells
) -> None:
    found = read([*cells, *PLAIN])
    assert found.values[: len(cells)].tolist() == bounds
    assert found.cells == cells_of
    assert sum(rules(found).values()) == len(cells)
    found = read([*cells, *PLAIN], bounds="missing")
    assert np.isnan(found.values[: len(cells)]).all()
    assert found.cells is None
    assert rules(found) == {"bound_missing": len(cells)}


@pytest.mark.parametrize(
    ("name", "note", "cells", "values", "rule"),
    [
        ("CRP (mg/L)", {}, ["12.3 mg/L", "1.2 mg/dl", "<1 mg/L"], [12.3, 12, 1], "converted"),
        ("CRP [mg/L]", {}, ["12.3 mg/L"], [12.3], "same_unit"),
        ("血红蛋白（g/dL）", {}, ["123 g/L"], [12.3], "converted"),
        ("crp", {"unit": "mg/L"}, ["1.2 mg/dL", "3 U/L"], [12, np.nan], "unit_unknown"),
        ("share", {"unit": "1"}, ["45%", "45 ％"], [np.nan, np.nan], "unit_unknown"),
        ("HbA1c (%)", {}, ["45%"], [45], "same_unit"),
        ("CRP (mg/L)", {}, ["1.2 mg/dL H"], [12], "flag"),
        ("crp", {}, ["2.3 mg/L"], [2.3], "unit_guessed"),
        ("crp", {}, ["230 mg/L"], [np.nan], "unit_unknown"),
        ("crp", {}, ["2.3 mg/L", "3 mg/dL"], [np.nan, np.nan], "unit_unknown"),
    ],
)  # fmt: skip
def test_a_unit_is_converted_or_given_up(
    name: str, note: dict[str, Any], cells: list[str], values: list[float], rule: str
) -> None:
    found = read([*cells, *PLAIN], name=name, **note)
    np.testing.assert_array_equal(found.values[: len(cells)], values)
    np.testing.assert_array_equal(found.values[len(cells) :], [*map(float, PLAIN)])
    assert rule in rules(found)


def test_a_share_beside_per_cent_is_never_converted_by_guess() -> None:
    found = read(["45%", *(f"0.{40 + i}" for i in range(30))])
    assert np.isnan(found.values[0])
    assert found.unit is None
    assert rules(found) == {"unit_unknown": 1}


@pytest.mark.parametrize(
    ("header", "unit"),
    [("SBP (min)", None), ("Potassium (K)", None), ("score (0-10)", None), ("Temp (°C)", "Cel"),
     ("WBC (10^9/L)", "10^9/L"), ("sex (m/f)", None), ("age (years)", "a"), ("x", None)],
)  # fmt: skip
def test_brackets_of_a_header_are_a_unit_only_if_they_can_be_no_other_word(
    header: str, unit: str | None
) -> None:
    assert read(PLAIN, name=header).unit == unit


@pytest.mark.parametrize(
    ("cells", "plain", "values"),
    [
        (["3,500", "12,000"], range(2000, 9000, 100), [3500, 12000]),
        (["1,000.5", "1,234,567"], range(1, 60), [1000.5, 1234567]),
        (["3,500", "7,200"], range(3, 60), None),  # 3.5 and 7.2
        (["3,500"], range(1, 6000, 100), None),  # both lie within
        (["3,500"], range(500_000, 600_000, 1000), None),  # neither does
        (["3,500", "7,2"], range(2000, 9000, 100), None),  # commas mark decimals
        (["3,500"] * 30, (), None),
    ],
)  # fmt: skip
def test_marks_of_thousands_are_read_only_where_they_can_be_nothing_else(
    cells: list[str], plain: Sequence[int], values: list[float] | None
) -> None:
    found = read([*cells, *map(str, plain)])
    if values is None:
        assert np.isnan(found.values[: len(cells)]).all()
        assert found.cells is None
        assert "thousands: true" in text(found)
        assert read([*cells[:1], *map(str, plain)], thousands=True).values[0] == 3500
    else:
        assert found.values[: len(cells)].tolist() == values
        assert found.cells == Cells(thousands=True)
        assert rules(found) == {"thousands": len(cells)}
        refused = read([*cells, *map(str, plain)], thousands=False)
        assert np.isnan(refused.values[: len(cells)]).all()


@pytest.mark.parametrize("cell", ["1.1 H", "1.1H", "1.1*", "1.1 (L)", "1.1↑", "1.1 ↓", "1.1 A"])
def test_a_flag_behind_a_number_is_passed_by(cell: str) -> None:
    found = read([cell, *PLAIN])
    assert found.values[0] == 1.1
    assert found.cells == Cells(flags=True)
    assert rules(found) == {"flag": 1}


def test_what_is_no_number_is_missing_and_told_by_count_and_row_alone() -> None:
    cells = [
        "1.0",
        "haemolysed",
        "haemolysed",
        "call Dr Miller",
        *PLAIN,
        "1 000",
        "1,1",
        "~3",
        "~3",
    ]
    found = read(cells)
    assert np.isnan(found.values[[1, 2, 3, -1, -2, -3, -4]]).all()
    assert found.missing_words == {"haemolysed"}, "neither one person's alone nor a value"
    assert rules(found) == {"not_number": 2, "unread": 3, "misspelt": 2}
    told = text(found)
    assert "x 2 (first in row 3)" in told
    assert "x 3 (first in row 5)" in told
    for cell in ("haemolysed", "Miller", "~3", "1,1"):
        assert cell not in told


@pytest.mark.parametrize(
    "words",
    [("1a", "1b", "2a", "2b"), ("Negative", "1+", "2+", "3+"), ("T1", "T2", "T3"),
     ("-", "+", "++"), ("120/80", "130/90"), ("2020-01-05", "2021-03-09")],
)  # fmt: skip
def test_words_that_begin_with_digits_are_words(words: tuple[str, ...]) -> None:
    found = read([*words] * 10)
    assert found.words == tuple(sorted(words))


@pytest.mark.parametrize(
    ("words", "yes", "spellings"),
    [
        (["yes", "no"], 0, {}),
        (["No", "Yes", "YES"], 1, {}),
        (["是", "否"], 0, {}),
        (["TRUE", "FALSE"], 0, {}),
        (["y", "N"], 0, {"y": True, "N": False}),
        (["Ja", "nein"], 0, {"Ja": True, "nein": False}),
        (["无", "有"], 1, {"无": False, "有": True}),
    ],
)
def test_yes_and_no_are_known_in_several_languages(
    words: list[str], yes: int, spellings: dict[str, bool]
) -> None:
    found = read([*words, None] * 10)
    assert found.kind == "boolean"
    assert found.values[yes] == 1
    assert found.spellings == spellings
    assert np.isnan(found.values[len(words)])


def test_a_dash_is_a_result_beside_plus_signs_alone() -> None:
    assert read(["-", "+-", "1+", "?"] * 9).words == ("+-", "-", "1+")
    assert read(["ER+", "ER-", "-"] * 9).words == ("ER+", "ER-")


def test_zeros_and_ones_and_codes_stay_numbers() -> None:
    assert read(["0", "1"] * 20).kind == "number"
    assert read(["1", "2"] * 20).kind == "number"


def test_words_that_differ_by_case_width_or_blanks_are_one() -> None:
    found = read(["ckd", "CKD", "Ｃkd", "not  ckd", "not ckd", "ckd", "not ckd"] * 5)
    assert found.words == ("ckd", "not ckd")
    assert found.spellings == {"CKD": "ckd", "Ｃkd": "ckd", "not  ckd": "not ckd"}
    assert found.values[:5].tolist() == [0, 0, 0, 1, 1]
    assert rules(found) == {"merged": 15}


@pytest.mark.parametrize(
    ("words", "choices", "others"),
    [
        (["F", "M"], ("F", "M"), {"female": "F", "男": "M"}),
        (["Female", "male"], ("Female", "male"), {"F": "Female", "M": "male"}),
        (["女", "男", "不详"], ("不详", "女", "男"), {"F": "女", "male": "男"}),
        (["w", "m"], ("m", "w"), {"female": "w", "M": "m"}),
        (["F", "F", "female", "M", "M", "male"], ("F", "M"), {"female": "F", "male": "M"}),
    ],
)
def test_a_sex_may_be_written_in_its_usual_ways(
    words: list[str], choices: tuple[str, ...], others: dict[str, str]
) -> None:
    found = read(words * 10)
    assert found.words == choices
    assert others.items() <= found.spellings.items()
    assert not {*found.spellings} & {*found.words}


def test_letters_that_are_no_sex_get_no_spellings() -> None:
    assert read(["f", "g", "m"] * 10).spellings == {}


def test_a_spelling_of_the_notes_is_read() -> None:
    found = read(["-", "positive", "pos"] * 10, spellings={"-": "negative", "pos": "positive"})
    assert found.words == ("negative", "positive")
    assert found.missing_words == set()


@given(
    st.lists(
        st.one_of(
            st.floats(-1e6, 1e6).map(repr),
            st.sampled_from([*MARKERS, "<3", "3 mg/L", "4,500", "1.1 H", "odd", "yes", "F"]),
            st.text(max_size=5).map(str.strip).filter(bool),
            st.none(),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_every_cell_is_a_value_or_missing_and_what_is_no_plain_one_is_told(
    cells: list[str | None],
) -> None:
    found = read(cells)
    known = ~np.isnan(found.values)
    present = np.array([cell is not None for cell in cells])
    assert not (known & ~present).any()
    assert (present & ~known).sum() <= sum(
        one.count for one in found.told if one.rule not in {"flag", "merged", "na_word"}
    )
    if found.kind == "choice":
        assert {*found.spellings.values()} <= {*found.words}
