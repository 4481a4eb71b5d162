# ruff: noqa: RUF001 - files hold what looks like ASCII and is not
"""A number with something beside is read in the feature's unit, or refused with the reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.inputs.cells import parse_cell
from medmaas.model.inputs.features import can_hold
from medmaas.model.inputs.tabular import Tabular
from medmaas.model.manifest import (
    Boolean,
    Cells,
    Choice,
    Feature,
    Number,
    ObservationSource,
    Range,
    TabularInput,
)
from medmaas.model.manifest.record import Formula

WIDE = Range(low=-1e9, high=1e9)
ALL = Cells(thousands=True, flags=True, below=5, above=100)


def number(unit: str, cells: Cells | None = None, **more: Any) -> Number:
    named: dict[str, Any] = {"name": "n", "description": "N."}
    named |= {"hard_range": WIDE, "training_range": WIDE}
    return Number(unit=unit, cells=cells, **(named | more))


def about(value: float) -> Any:
    """A number as float32 holds it."""
    return pytest.approx(value, rel=1e-6)


def read(feature: Feature, cell: str) -> tuple[float | None, str | None]:
    """The number of a cell, and the code of what is said of it."""
    spec = TabularInput(tensor="x", features=(feature,))
    reading = Tabular(spec).read_cells({feature.name: [cell]}, 1)
    (tensor,) = reading.tensors.values()
    said = [one.fact.code for one in (*reading.problems, *reading.warnings[0])]
    assert len(said) <= 1
    return None if reading.problems else float(tensor[0, 0]), said[0] if said else None


@pytest.mark.parametrize(
    ("unit", "cell", "value"),
    [
        ("mg/L", "12.3 mg/L", 12.3),
        ("mg/L", "12.3mg/L", 12.3),
        ("mg/L", "\u00a012.3\u00a0MG/L ", 12.3),
        ("mg/L", "1.2 mg / l", 1.2),
        ("mg/L", "3 µg/mL", 3),
        ("10*9/L", "7.5 x10⁹/L", 7.5),
        ("10*9/L", "7.5 10*3/uL", 7.5),
        ("10*9/L", "7.5 K/uL", 7.5),
        ("%", "45%", 45),
        ("%", "45 ％", 45),
        ("%", "45 percent", 45),
        ("a", "67 years", 67),
        ("a", "67y", 67),
        ("a", "67岁", 67),
        ("Cel", "37.5 °C", 37.5),
        ("{score}", "7 {score}", 7),
    ],
)
def test_the_own_unit_behind_a_number_changes_nothing(unit: str, cell: str, value: float) -> None:
    assert read(number(unit), cell) == (about(value), None)


@given(
    st.floats(0, 1e8).map(repr) | st.integers(0, 10**8).map("{:,}".format),
    st.sampled_from(["", " mg/L", "mg/l", " ug/mL", " mg/L H"]),
    st.sampled_from(["", "<", ">= "]),
)
def test_what_is_beside_a_number_never_changes_it(text: str, unit: str, comparator: str) -> None:
    taking = number("mg/L", Cells(thousands=True, flags=True, below=1e9, above=-1))
    value, code = read(taking, f"{comparator}{text}{unit}")
    assert value == read(number("mg/L"), text.replace(",", ""))[0]
    assert code == ("bound_read_as_limit" if comparator else None)


@pytest.mark.parametrize(
    ("unit", "cell", "value"),
    [
        ("mg/L", "12.3 mg/dl", 123),
        ("mg/L", "1.2 g/L", 1200),
        ("10*9/L", "3500/uL", 3.5),
        ("10*9/L", "7800 cells/cumm", 7.8),
        ("a", "6 months", 0.5),
        ("Cel", "98.6 °F", 37),
        ("cm", "1.80 m", 180),
    ],
)
def test_another_unit_is_converted_and_told(unit: str, cell: str, value: float) -> None:
    assert read(number(unit), cell) == (about(value), "unit_converted")


@pytest.mark.parametrize(
    ("unit", "cell"),
    [
        ("mg/L", "12.3 mmol/L"),
        ("mg/L", "45 %"),
        ("1", "45%"),
        ("1", "12.3 mg/L"),
        ("{ratio}", "45%"),
        ("mmHg", "120 kg"),
        ("mg/L", "5 L"),
        ("a", "67 kg"),
    ],
)
def test_a_unit_that_does_not_convert_is_refused(unit: str, cell: str) -> None:
    assert read(number(unit), cell) == (None, "number_in_other_unit")


def test_amounts_become_masses_and_other_units_by_the_source_of_a_feature() -> None:
    creatinine = ObservationSource(oldest_days=9, molar_mass=113.12)
    coded: dict[str, Any] = {"loinc": ("1-8",), "source": creatinine}
    assert read(number("mg/dL", **coded), "97 umol/L") == (about(1.097264), "unit_converted")
    formula = Formula(unit="mmol/mol", factor=0.09148, offset=2.152, reference="NGSP.")
    coded["source"] = creatinine.model_copy(update={"formulas": (formula,)})
    assert read(number("%", **coded), "48 mmol/mol") == (about(6.54304), "unit_converted")
    assert read(number("%"), "48 mmol/mol") == (None, "number_in_other_unit")


@pytest.mark.parametrize(
    ("cell", "value"), [("3,500", 3500), ("1,234,567.5", 1234567.5), ("-1,000 mg/L", -1000)]
)
def test_marks_of_thousands_are_read_where_the_training_data_had_them(
    cell: str, value: float
) -> None:
    assert read(number("mg/L", ALL), cell) == (about(value), None)
    for cells in (None, Cells(flags=True, below=5), Cells(thousands=False)):
        assert read(number("mg/L", cells), cell) == (None, "number_with_comma")


@pytest.mark.parametrize("cell", ["1,5", "3,50", "1,2345", "12,34,567", "0,5"])
def test_a_comma_that_marks_no_thousands_is_refused(cell: str) -> None:
    assert read(number("mg/L", ALL), cell) == (None, "number_with_comma")


@pytest.mark.parametrize("cell", ["1.1 H", "1.1H", "1.1 (H)", "1.1↑", "1.1 *", "1.1 mg/L\u00a0H"])
def test_a_flag_is_read_where_the_training_data_had_them(cell: str) -> None:
    assert read(number("mg/L", ALL), cell) == (about(1.1), None)
    for cells in (None, Cells(thousands=True), Cells(flags=False)):
        value, code = read(number("mg/L", cells), cell)
        assert (value, code in {"not_a_number", "number_in_other_unit"}) == (None, True)


def test_l_is_low_or_litres_but_never_a_guess() -> None:
    assert read(number("mg/L", ALL), "5 L") == (5, None)
    assert read(number("L", ALL), "5 L") == (5, None)
    assert read(number("L"), "5 L") == (5, None)
    assert read(number("mL"), "5 L") == (5000, "unit_converted")
    assert read(number("mL", ALL), "5 L") == (None, "number_in_other_unit")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<5", 5),
        ("< 0.5 mg/L", 0.5),
        ("<=5", 5),
        ("=<5", 5),
        ("≤5", 5),
        ("＜5", 5),
        ("<0.5 mg/dL", 5),
        ("<3 L", 3),
        (">100", 100),
        ("≥ 100", 100),
        (">1,000", 1000),
        (">0.2 g/L", 200),
    ],
)
@pytest.mark.parametrize("missing", [None, "imputed"])
def test_a_bound_is_its_limit_where_the_model_learned_it_so(
    cell: str, value: float, missing: str | None
) -> None:
    assert read(number("mg/L", ALL, missing=missing), cell) == (about(value), "bound_read_as_limit")


@pytest.mark.parametrize(
    "cell", ["<5.1", "<0.6 mg/dL", ">99", "≥99.9", ">5", "<100", "<0,5", "＜０.５"]
)
def test_another_bound_is_missing_or_refused_as_ever(cell: str) -> None:
    assert read(number("mg/L", ALL), cell) == (None, "value_is_bound")
    assert read(number("mg/L"), cell) == (None, "value_is_bound")
    for cells in (ALL, None):
        value, code = read(number("mg/L", cells, missing="imputed"), cell)
        assert (value != value, code) == (True, "bound_counts_as_missing")  # noqa: PLR0124 - NaN


@pytest.mark.parametrize("missing", [None, "imputed"])
def test_a_bound_in_no_unit_of_the_feature_is_refused(missing: str | None) -> None:
    assert read(number("mg/L", ALL, missing=missing), "<5 mmol/L") == (None, "number_in_other_unit")
    assert read(number("1", ALL, missing=missing), "<5%") == (None, "number_in_other_unit")


def test_a_limit_is_held_to_the_range_of_the_feature() -> None:
    narrow = number("mg/L", ALL, hard_range=Range(low=1, high=200))
    assert read(narrow, "<0.5") == (None, "outside")
    assert read(narrow, ">300") == (None, "outside")
    assert read(narrow, "3 g/L") == (None, "outside")


@pytest.mark.parametrize("cell", ["5 (3-7)", "5 to 7", "5-7", "1/2", "2020-01-02", "5 mg/L mg/L",
                                  "12:30", "~5", "5<", "$5", "5 points", "mg/L", "<", "< mg/L",
                                  "1e999 mg/L", "1岁6月"])  # fmt: skip
def test_what_is_no_number_with_something_beside_is_refused(cell: str) -> None:
    assert read(number("mg/L", ALL), cell) == (None, "not_a_number")


def test_json_takes_numbers_alone_but_bounds_as_files_do() -> None:
    kind = Tabular(TabularInput(tensor="x", features=(number("mg/L", ALL),)))
    for text in ("12.3 mg/L", "3,500", "1.1 H", "5"):
        assert len(kind.read([{"n": text}]).problems) == 1
        assert len(kind.read_columns({"n": [text]}, 1).problems) == 1
    for reading in (kind.read([{"n": "<0.5 mg/dL"}]), kind.read_columns({"n": ["<5"]}, 1)):
        assert (reading.problems, reading.tensors["x"].tolist()) == ([], [[5]])
        assert [one.fact.code for one in reading.warnings[0]] == ["bound_read_as_limit"]


SEX = Choice(
    name="sex",
    description="S.",
    choices=("F", "M"),
    spellings={"female": "F", "女": "F", "男": "M"},
)


@pytest.mark.parametrize("cell", ["F", " f", "ｆ", "FEMALE ", "Female", "女", "\u00a0female\u00a0"])
def test_a_word_is_a_choice_whatever_its_case_blanks_and_width(cell: str) -> None:
    assert parse_cell(SEX, cell) == "F"


def test_words_that_differ_by_case_alone_are_taken_as_they_are() -> None:
    stage = Choice(name="s", description="S.", choices=("Ia", "IA", "T 1"), spellings={"x": "IA"})
    cells = ["Ia", "IA", "ia", "ｉａ", "t  1", "X"]
    assert [parse_cell(stage, cell) for cell in cells] == ["Ia", "IA", "ia", "ｉａ", "T 1", "IA"]


def test_json_takes_choices_and_their_spellings_to_the_letter() -> None:
    kind = Tabular(TabularInput(tensor="x", features=(SEX,)))
    words = ["F", "female", "男", "f", "Female", "女 "]
    assert [len(kind.read([{"sex": word}]).problems) for word in words] == [0, 0, 0, 1, 1, 1]
    reading = kind.read_columns({"sex": words}, 6)
    assert [one.instance for one in reading.problems] == [3, 4, 5]
    assert reading.tensors["x"][:3].tolist() == [[0], [0], [1]]
    described = kind.json_schema()["properties"]["sex"]
    assert described["enum"] == ["F", "M", "female", "女", "男"]
    assert described["description"].endswith("Other words: female is F; 女 is F; 男 is M.")


SMOKER = Boolean(name="b", description="B.", spellings={"Ja": True, "nein": False, "Y": True})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("yes", True), ("YES", True), ("No ", False), ("是", True), ("否", False), ("ja", True),
        (" JA", True), ("Nein", False), ("y", True), ("ＹＥＳ", True), ("1", True),
        ("FALSE", False), ("n", "n"), ("-", "-"), ("2", "2"), ("nö", "nö"), ("none", "none"),
    ],
)  # fmt: skip
def test_words_of_a_boolean_are_read_in_any_case(cell: str, value: object) -> None:
    assert parse_cell(SMOKER, cell) == value


def test_words_of_a_boolean_are_of_files_alone() -> None:
    kind = Tabular(TabularInput(tensor="x", features=(SMOKER,)))
    for value in ("yes", "Ja", 1, "true"):
        (problem,) = kind.read([{"b": value}]).problems
        assert problem.fact.code == "not_a_boolean"


@pytest.mark.parametrize(
    ("feature", "text", "held"),
    [
        (SEX, "Female", True), (SEX, "None", False), (SMOKER, "no", True), (SMOKER, "-", False),
        (number("mg/L"), "5 mg/dL", True), (number("mg/L"), "<5", False), (number("1"), "?", False),
        (number("mg/L", ALL), "<5", True), (number("1"), "-999", True), (number("1"), "", False),
    ],
)  # fmt: skip
def test_what_a_column_can_hold_is_what_its_cells_are_read_as(
    feature: Feature,
    text: str,
    held: bool,  # noqa: FBT001
) -> None:
    assert can_hold(feature, text) is held
