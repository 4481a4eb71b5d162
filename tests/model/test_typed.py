"""A number as a person types it into a field is read as it is meant, or asked about."""
# ruff: noqa: RUF001 - as the keyboards of the world write them

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.inputs.typed import TypedNumber, read_typed
from medmaas.model.manifest import Cells, Number, ObservationSource, Range

CREATININE = Number(
    name="creatinine",
    description="Creatinine in serum.",
    type="number",
    unit="mg/dL",
    hard_range=Range(low=0.1, high=2000),
    training_range=Range(low=0.4, high=11),
    missing="taken for 1 mg/dL",
    source=ObservationSource(kind="observation", oldest_days=365, molar_mass=113.12),
)
NEEDED = CREATININE.model_copy(update={"missing": None})
SHARE = NEEDED.model_copy(update={"unit": "1", "source": None})
LEARNED = NEEDED.model_copy(update={"cells": Cells(below=5.0)})
COUNT = NEEDED.model_copy(update={"unit": "10*9/L", "source": None})
VOLUME = NEEDED.model_copy(update={"unit": "mL", "source": None})

PLAIN = {
    "31.4": 31.4, "31,4": 31.4, "0,500": 0.5, ".5": 0.5, "1e2": 100, "1 234": 1234,
    "1\u202f234,5": 1234.5, "1.234,5": 1234.5, "1,234.5": 1234.5, "1,234,567": 1234567,
    "1.234.567": 1234567, "1’234": 1234, "１２３．４": 123.4, "１２，３": 12.3, "\u22123": -3,
    "٣": 3, "1.1 H": 1.1, "1.1 L": 1.1, "1.1*": 1.1, "1,1 (H)": 1.1, "1.1 ↑": 1.1, " 7 ": 7,
}  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_decimal_marks_thousands_wide_signs_and_flags_are_read(text: str) -> None:
    assert read_typed(NEEDED, text) == TypedNumber(PLAIN[text])


UNITS = {
    "118 µmol/L": (118, "umol/L"), "118 umol/l": (118, "umol/L"), "118 μmol/L H": (118, "umol/L"),
    "1,1 mg/dl": (1.1, "mg/dL"), "１１ ｍｇ／Ｌ": (11, "mg/L"), "1 100 µmol/L": (1100, "umol/L"),
    "1.1mg/dL": (1.1, "mg/dL"), "1.1 mg%": (1.1, "mg/dL"),
}  # fmt: skip


@pytest.mark.parametrize("text", UNITS)
def test_a_unit_behind_a_number_is_told(text: str) -> None:
    assert read_typed(NEEDED, text) == TypedNumber(*UNITS[text])


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("4.8 x10^9/L", 4.8, "10*9/L"),
        ("4,8 10³/µL", 4.8, "10*3/uL"),
        ("4 800 /µL", 4800, "/uL"),
        ("4.8 G/l", 4.8, "10*9/L"),
    ],
)
def test_powers_of_ten_are_units_and_no_digits(text: str, number: float, unit: str) -> None:
    assert read_typed(COUNT, text) == TypedNumber(number, unit)


def test_a_unit_that_no_field_offers_is_converted_and_said() -> None:
    read = read_typed(NEEDED, "97 ng/dL")
    assert read.number == pytest.approx(97e-6)
    assert read.unit == "mg/dL"
    assert read.note is not None
    assert read.note.code == "amount_converted"


@pytest.mark.parametrize("text", ["1,100", "1,100 µmol/L", "<1,100"])
def test_a_comma_that_may_be_either_is_asked_about(text: str) -> None:
    read = read_typed(NEEDED, text)
    assert (read.number, read.choices) == (None, (1.1, 1100))
    assert read.unit == ("umol/L" if "mol" in text else None)
    assert read.problem is not None
    assert read.problem.code == "number_with_comma"


@pytest.mark.parametrize(
    ("feature", "code"),
    [
        (CREATININE, "bound_counts_as_missing"),
        (LEARNED, "bound_read_as_limit"),
        (NEEDED, "value_is_bound"),
        (SHARE, "value_is_bound"),
    ],
    ids=["may be missing", "learned", "needed", "without a unit"],
)
@pytest.mark.parametrize("text", ["<5", "≤ 5", "＜５", "< 5,0"])
def test_what_becomes_of_a_bound_is_what_the_reader_of_instances_does(
    feature: Number, code: str, text: str
) -> None:
    read = read_typed(feature, text)
    said = read.note or read.problem
    assert said is not None
    assert said.code == code
    assert (read.number, read.comparator) == (5, "<=" if "≤" in text else "<")
    assert (read.problem is not None) == (code == "value_is_bound")


def test_a_bound_is_judged_in_its_unit() -> None:
    read = read_typed(LEARNED, "<100 µmol/L")  # 1.1 mg/dL
    assert read.note is not None
    assert read.note.code == "bound_read_as_limit"
    beyond = read_typed(LEARNED, "<1000 µmol/L")
    assert beyond.problem is not None
    assert beyond.problem.code == "value_is_bound"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", "not_a_number"),
        ("", "not_a_number"),
        ("2024-01-01", "not_a_number"),
        ("1,2,3", "not_a_number"),
        ("3-5", "not_a_number"),
        ("118 mmHg", "number_in_other_unit"),
        ("118 of 200", "number_in_other_unit"),
    ],
)
def test_what_is_no_number_is_refused_by_a_fact_without_the_value(text: str, code: str) -> None:
    read = read_typed(NEEDED, text)
    assert read.number is None
    assert read.problem is not None
    assert read.problem.code == code
    assert read.problem.limits == {"low": 0.1, "high": 2000, "unit": "mg/dL"}


def test_an_l_that_is_litres_or_low_is_neither() -> None:
    read = read_typed(VOLUME, "2 L")
    assert read.problem is not None
    assert read.problem.code == "number_in_other_unit"


@given(st.text(max_size=64))
def test_no_text_breaks_the_reader(text: str) -> None:
    read = read_typed(CREATININE, text)
    assert (read.number is None) == (read.problem is not None)


@given(st.floats(0.1, 2000).map(lambda number: round(number, 3)))
def test_a_point_and_a_comma_are_the_same_unless_it_may_mark_thousands(number: float) -> None:
    text = f"{number!r}"
    assert read_typed(NEEDED, text).number == number
    other = read_typed(NEEDED, text.replace(".", ","))
    assert other.number == number or number in other.choices
