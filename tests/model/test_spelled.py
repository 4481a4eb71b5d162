"""A text is taken apart into a number and what is written beside it, or it is no such text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.inputs.spelled import SpelledNumber, read_spelled


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<0.5", SpelledNumber(0.5, "<")),
        ("＜ 0.5", SpelledNumber(0.5, "<")),  # noqa: RUF001
        ("≥ 90 mL/min", SpelledNumber(90.0, ">=", "mL/min")),
        ("=<3", SpelledNumber(3.0, "<=")),
        ("12.3 mg/L", SpelledNumber(12.3, suffix="mg/L")),
        ("0.5mg/dL", SpelledNumber(0.5, suffix="mg/dL")),
        ("150 x10⁹/L", SpelledNumber(150.0, suffix="x10⁹/L")),
        ("150 10*9/L", SpelledNumber(150.0, suffix="10*9/L")),
        ("72 /min", SpelledNumber(72.0, suffix="/min")),
        ("45%", SpelledNumber(45.0, suffix="%")),
        ("45 ％", SpelledNumber(45.0, suffix="%")),  # noqa: RUF001
        ("3,500", SpelledNumber(3500.0, thousands=True, decimal=3.5)),
        ("3,500 /uL", SpelledNumber(3500.0, suffix="/uL", thousands=True, decimal=3.5)),
        ("1,000.5", SpelledNumber(1000.5, thousands=True)),
        ("1,234,567", SpelledNumber(1234567.0, thousands=True)),
        ("1.1 H", SpelledNumber(1.1, suffix="H")),
        (".5", SpelledNumber(0.5)),
        ("-2e-3", SpelledNumber(-0.002)),
    ],
)
def test_a_number_is_found_beside_what_else_is_written(text: str, found: SpelledNumber) -> None:
    assert read_spelled(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "?", "NA", "未查", "1,5", "1 000", "１２", "2-3", "120/80", "0.5<", "1.2.3",  # noqa: RUF001
     "12,34,567", "2023-01-01", "12:30", "1+", "1_000", "inf", "1e400", "<0,5", "<", "10^9/L"],
)  # fmt: skip
def test_what_depends_on_more_than_the_text_is_not_read(text: str) -> None:
    assert read_spelled(text) is None


@pytest.mark.parametrize("flag", ["H", "L", "HH", "(H)", "*", "↑", "↓↓", "!"])
def test_a_flag_is_told_from_a_unit(flag: str) -> None:
    found = read_spelled(f"1.1 {flag}")
    assert found is not None
    assert found.is_flagged
    unit = read_spelled("1.1 mg/dL")
    assert unit is not None
    assert not unit.is_flagged


@given(st.floats(0, 1e9), st.sampled_from(["", "<", ">="]), st.sampled_from(["", " mg/L", "%"]))
def test_what_is_put_together_is_taken_apart(value: float, comparator: str, unit: str) -> None:
    found = read_spelled(f"{comparator}{value!r}{unit}")
    assert found == SpelledNumber(value, comparator or None, unit.strip())
