"""What no patient has is known by LOINC code and unit, or by name; all else is let pass."""

import json
from pathlib import Path

import numpy as np
import pytest

from medmaas.model.manifest import Number, TabularInput
from medmaas.model.units import is_unit
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.own_columns import describe_columns
from medmaas_training.tabular.own_data import read_own_cases
from medmaas_training.tabular.plausible import PLAUSIBLE, Plausible, find_range
from tests.conftest import MODELS
from tests.training.conftest import table, write

SHIPPED = {"survival": "1.2.0", "chemo_dose": "1.2.0"}


@pytest.mark.parametrize("one", PLAUSIBLE, ids=lambda one: f"{one.what} {one.loinc.split()[0]}")
def test_every_line_of_the_table_is_sound(one: Plausible) -> None:
    assert is_unit(one.unit) or one.unit == "{INR}"
    assert one.low < one.high
    assert one.why


def test_no_code_and_no_name_is_of_two_measurements() -> None:
    codes = [code for one in PLAUSIBLE for code in one.loinc.split()]
    names = [name for one in PLAUSIBLE for name in one.names.split()]
    assert len({*codes}) == len(codes)
    assert len({*names}) == len(names)
    for code in codes:  # its last digit checks the others, as LOINC defines (Luhn)
        number, check = code.split("-")
        doubled = "".join(
            str(int(digit) * 2 if place % 2 == 0 else digit)
            for place, digit in enumerate(reversed(number))
        )
        assert (10 - sum(map(int, doubled)) % 10) % 10 == int(check), code


@pytest.mark.parametrize(
    ("code", "unit", "low", "high"),
    [
        ("30525-0", "a", 0, 120),
        ("8867-4", "/min", 10, 350),
        ("8310-5", "[degF]", 50, 116.6),
        ("2160-0", "umol/L", 1.768, 7072),
        ("14682-9", "mg/dL", 0.02, 80),
        ("777-3", "/uL", 0, 6e6),
        ("4544-3", "L/L", 0.02, 0.85),
        ("29463-7", "[lb_av]", 0.4409, 1433),
        ("2744-1", "1", 6, 8.2),
    ],
)
def test_a_range_is_told_in_the_unit_of_the_column(
    code: str, unit: str, low: float, high: float
) -> None:
    found = find_range("x", (code,), unit, np.array([1.0]))
    assert found is not None
    assert (found.range.low, found.range.high) == (low, high)
    assert not found.guessed


@pytest.mark.parametrize(
    ("code", "unit"), [("2160-0", "U/L"), ("2160-0", None), ("9999-9", "mg/dL"), ("8867-4", "1")]
)
def test_nothing_is_known_of_another_unit_or_code(code: str, unit: str | None) -> None:
    assert find_range("age", (code,), unit, np.array([1.0])) is None


@pytest.mark.parametrize(
    ("header", "unit", "values", "high"),
    [
        ("Age", None, [40, 50, 60], 120),
        ("AGE (years)", "a", [40, 50, 60], 120),
        ("年龄", None, [40, 50, 60, 70, 999], 120),
        ("age", "mo", [400, 500], 1440),
        ("Heart rate", None, [60, 80], 350),
        ("体温", "Cel", [36, 39], 47),
        ("weight", None, [3400, 2900], None),  # newborns, in g
        ("height", None, [1.7, 1.8], None),  # in m
        ("stage", None, [1, 2], None),
    ],
)
def test_a_name_is_believed_if_the_values_fit(
    header: str, unit: str | None, values: list[float], high: float | None
) -> None:
    found = find_range(header, (), unit, np.array([*values, np.nan]))
    assert (found and found.range.high) == high
    assert found is None or found.guessed


@pytest.mark.parametrize("model", SHIPPED)
def test_no_shipped_training_range_leaves_what_is_possible(model: str) -> None:
    """The models that ship saw real people: their extremes judge the table."""
    text = (MODELS / model / SHIPPED[model] / "manifest.json").read_text()
    spec = json.loads(text)["input"]
    tried = 0
    for feature in spec["features"]:
        if feature["type"] != "number" or not feature.get("loinc"):
            continue
        found = find_range("x", tuple(feature["loinc"]), feature["unit"], np.array([1.0]))
        if found:
            tried += 1
            assert found.range.low <= feature["training_range"]["low"]
            assert found.range.high >= feature["training_range"]["high"]
    assert tried


def test_what_no_patient_has_is_missing_and_told(tmp_path: Path) -> None:
    people = table()
    people.loc[3, "age"] = 999
    people.loc[8, "marker"] = -1
    notes = "columns: {marker: {loinc: 33959-8, unit: ng/mL}}"
    own = read_own_cases(write(tmp_path, people, notes), "ill").own
    assert own is not None
    told = " ".join(own.reading)
    assert "values outside 0 to 120 a, which no patient has, count as missing: age 1" in told
    assert "(first in row 5)" in told
    assert "outside 0 to 5000 ng/mL" in told
    assert "by its name age is taken for age, 0 to 120 a" in told
    assert "999" not in told
    spec = describe_columns(own.columns, own.X, own.missing_words)
    assert isinstance(spec, TabularInput)
    age, marker = spec.features[:2]
    assert isinstance(age, Number)
    assert isinstance(marker, Number)
    assert (age.hard_range.high, marker.hard_range.high) == (120, 5000)
    assert age.missing is not None
    assert spec.missing_words is None, "a number is never declared to stand for missing by itself"


def test_a_range_that_the_user_states_is_theirs(tmp_path: Path) -> None:
    people = table()
    people.loc[3, "age"] = 121
    notes = "columns: {age: {unit: a, high: 130}}"
    own = read_own_cases(write(tmp_path, people, notes), "ill").own
    assert own is not None
    (age,) = (column for column in own.columns if column.header == "age")
    assert np.nanmax(age.values) == 121


def test_a_unit_that_most_values_contradict_is_asked_about(tmp_path: Path) -> None:
    people = table(creatinine=[80.5 + i / 7 for i in range(200)])
    notes = "columns: {creatinine: {loinc: 2160-0, unit: mg/dL}}"
    with pytest.raises(TrainingError, match=r"creatinine lie outside 0\.02 to 80 mg/dL") as refused:
        read_own_cases(write(tmp_path, people, notes), "ill")
    assert "correct its unit or LOINC code" in str(refused.value)
