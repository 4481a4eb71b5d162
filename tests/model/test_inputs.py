"""Instances become tensors; what is wrong or worth knowing is said, the value never."""

from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.inputs.tabular import Tabular
from medmaas.model.manifest import Boolean, Choice, Number, Range, TabularInput
from medmaas.words import ENGLISH

SPEC = TabularInput(
    tensor="features",
    features=(
        Number(
            name="age",
            description="Age.",
            unit="a",
            hard_range=Range(low=0, high=120),
            training_range=Range(low=50, high=100),
        ),
        Number(
            name="ratio",
            description="A ratio.",
            unit="1",
            hard_range=Range(low=0, high=1),
            training_range=Range(low=0, high=1),
            missing="imputed with one half",
        ),
        Choice(name="sex", description="Sex.", choices=("F", "M")),
        Boolean(name="mgus", description="Known gammopathy.", missing="taken for false"),
    ),
)
TABULAR = Tabular(SPEC)
PERSON: dict[str, Any] = {"age": 60, "ratio": 0.5, "sex": "M", "mgus": True}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def problems_of(instance: object) -> list[tuple[str | None, str]]:
    return [(p.field, ENGLISH.say(p.fact)) for p in TABULAR.read([instance]).problems]


def test_a_person_becomes_one_row_in_the_order_of_the_manifest() -> None:
    reading = TABULAR.read([PERSON])
    assert reading.tensors["features"].tolist() == [[60, 0.5, 1, 1]]
    assert reading.tensors["features"].dtype == np.float32
    assert (reading.problems, [*reading.warnings]) == ([], [[]])


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("age", "60", "must be a number, 0 to 120 a"),
        ("age", True, "must be a number, 0 to 120 a"),
        ("age", [60], "must be a number, 0 to 120 a"),
        ("age", -1, "outside 0 to 120 a"),
        ("age", 120.5, "outside 0 to 120 a"),
        ("age", float("inf"), "outside 0 to 120 a"),
        ("age", float("nan"), "outside 0 to 120 a"),
        ("age", 10**400, "outside 0 to 120 a"),
        ("age", None, "is required"),
        ("ratio", 2, "outside 0 to 1"),
        ("sex", "X", "must be one of F, M"),
        ("sex", 0, "must be one of F, M"),
        ("mgus", 1, "must be true or false"),
        ("mgus", "true", "must be true or false"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_field_and_limit(
    field: str, value: object, problem: str
) -> None:
    assert problems_of(PERSON | {field: value}) == [(field, problem)]


def test_a_field_that_is_absent_and_required_is_missed() -> None:
    assert problems_of({"age": 60, "ratio": 0.5, "mgus": True}) == [("sex", "is required")]


def test_a_missing_optional_value_is_nan_and_said_to_be_imputed() -> None:
    for instance in (PERSON | {"ratio": None}, {k: v for k, v in PERSON.items() if k != "ratio"}):
        reading = TABULAR.read([instance])
        assert isnan(reading.tensors["features"][0, 1])
        assert [(w.field, ENGLISH.say(w.fact)) for w in reading.warnings[0]] == [
            ("ratio", "is missing: imputed with one half")
        ]


def test_a_value_outside_the_training_data_is_read_and_warned_of() -> None:
    reading = TABULAR.read([PERSON | {"age": 20}])
    assert reading.tensors["features"][0, 0] == 20
    assert [ENGLISH.say(w.fact) for w in reading.warnings[0]] == [
        "is outside the training data, 50 to 100 a"
    ]


def test_a_misspelt_field_is_named_and_the_fields_there_are() -> None:
    problem = "is not a field of this model, which takes age, ratio, sex, mgus"
    assert problems_of(PERSON | {"agee": 1}) == [("agee", problem)]


@pytest.mark.parametrize("name", ["John Smith", "ä", "x" * 65, "", "\ud800", "a\nb"])
def test_a_field_that_may_be_text_about_a_patient_is_not_repeated(name: str) -> None:
    ((field, problem),) = problems_of(PERSON | {name: 1})
    assert field is None
    assert name not in problem or not name


def test_every_problem_of_every_instance_is_listed() -> None:
    reading = TABULAR.read([PERSON, {"age": 999, "sex": "F", "weight": 1}, 5])
    assert [(p.instance, p.field) for p in reading.problems] == [
        (1, "age"),
        (1, "weight"),
        (2, None),
    ]


@given(st.lists(anything | st.fixed_dictionaries(dict.fromkeys(PERSON, anything)), max_size=5))
def test_whatever_is_sent_each_instance_is_read_or_has_a_problem(instances: list[object]) -> None:
    reading = TABULAR.read(instances)
    rows = reading.tensors["features"]
    assert rows.shape == (len(instances), 4)
    faulty = {problem.instance for problem in reading.problems}
    for index, row in enumerate(rows):
        if index not in faulty:
            assert 0 <= row[0] <= 120
            assert row[2] in {0, 1}


@given(age=st.floats(0, 120), mgus=st.booleans(), sex=st.sampled_from(["F", "M"]))
def test_an_instance_that_fits_the_schema_has_no_problem(
    age: float, *, mgus: bool, sex: str
) -> None:
    assert problems_of({"age": age, "mgus": mgus, "sex": sex}) == []


@pytest.mark.parametrize("value", ["<0.1", "> 0.9", "≥1"])
def test_a_number_beyond_a_limit_counts_as_missing_where_it_may_be(value: str) -> None:
    reading = TABULAR.read([PERSON | {"ratio": value}])
    assert reading.problems == []
    assert isnan(reading.tensors["features"][0, 1])
    ((warning,),) = reading.warnings
    assert "only known to lie beyond a limit: imputed with one half" in ENGLISH.say(warning.fact)


def test_a_number_beyond_a_limit_is_refused_where_it_must_be_known() -> None:
    ((field, said),) = problems_of(PERSON | {"age": ">90"})
    assert field == "age"
    assert "has a comparator" in said


def test_the_schema_gives_units_limits_choices_and_what_missing_means() -> None:
    schema = TABULAR.json_schema()
    assert schema["required"] == ["age", "sex"]
    assert schema["additionalProperties"] is False
    age = schema["properties"]["age"]
    assert (age["minimum"], age["maximum"], age["x-unit"]) == (0, 120, "a")
    assert schema["properties"]["sex"]["enum"] == ["F", "M"]
    assert schema["properties"]["mgus"]["type"] == ["boolean", "null"]
    assert "imputed with one half" in schema["properties"]["ratio"]["description"]
