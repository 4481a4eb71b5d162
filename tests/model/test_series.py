"""Histories become blocks of rows in time, filled up with NaN."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from medmaas.model.inputs.series import Series
from medmaas.model.manifest import Boolean, Number, Range, SeriesInput
from medmaas.words import ENGLISH

SPEC = SeriesInput(
    tensor="series",
    field="history",
    max_rows=4,
    features=(
        Number(
            name="day",
            description="Day relative to the decision.",
            unit="d",
            hard_range=Range(low=-400, high=0),
            training_range=Range(low=-200, high=0),
        ),
        Number(
            name="anc",
            description="Neutrophils.",
            unit="10*9/L",
            hard_range=Range(low=0, high=100),
            training_range=Range(low=0, high=20),
            missing="not measured",
        ),
        Boolean(name="gcsf", description="G-CSF given.", missing="taken for not given"),
    ),
)
SERIES = Series(SPEC)


def problems_of(history: object) -> list[tuple[str | None, str]]:
    return [(p.field, ENGLISH.say(p.fact)) for p in SERIES.read([{"history": history}]).problems]


def test_rows_come_in_order_of_time_and_short_histories_are_filled_up_at_the_end() -> None:
    long = [{"day": 0, "anc": 3}, {"day": -7, "anc": 5, "gcsf": True}, {"day": -3}]
    reading = SERIES.read([{"history": long}, {"history": [{"day": -1, "anc": 1}]}])
    assert reading.problems == []
    expected = [
        [[-7, 5, 1], [-3, np.nan, np.nan], [0, 3, np.nan]],
        [[-1, 1, np.nan], [np.nan] * 3, [np.nan] * 3],
    ]
    tensor = reading.tensors["series"]
    assert tensor.dtype == np.float32
    np.testing.assert_array_equal(tensor, np.array(expected, dtype=np.float32))


def test_rows_of_one_time_that_hold_different_features_are_one_in_any_order() -> None:
    rows = [{"day": 0, "anc": 1}, {"day": -1, "anc": 9}, {"day": 0, "gcsf": True}]
    for order in (rows, rows[::-1]):
        reading = SERIES.read([{"history": order}])
        assert reading.problems == []
        expected = np.array([[[-1, 9, np.nan], [0, 1, 1]]], dtype=np.float32)
        np.testing.assert_array_equal(reading.tensors["series"], expected)


@pytest.mark.parametrize("again", [1, 2])
def test_a_feature_that_one_time_holds_twice_is_refused(again: float) -> None:
    rows = [{"day": 0, "anc": 1}, {"day": -1, "anc": 9}, {"day": 0, "anc": again}]
    (problem,) = SERIES.read([{"history": rows}]).problems
    assert (problem.field, problem.fact.code) == ("history[2].anc", "time_twice")


@pytest.mark.parametrize("history", [None, [], {}, "x", [{"day": 0}] * 5])
def test_what_is_no_history_is_refused_by_its_limit(history: object) -> None:
    assert problems_of(history) == [("history", "must be a list of 1 to 4 objects, one per time")]


@pytest.mark.parametrize(
    ("row", "field", "problem"),
    [
        ({"anc": 1}, "history[1].day", "is required"),
        ({"day": 1}, "history[1].day", "outside -400 to 0 d"),
        ({"day": -1, "anc": "5"}, "history[1].anc", "must be a number, 0 to 100 10*9/L"),
        ({"day": -1, "gcsf": 1}, "history[1].gcsf", "must be true or false"),
        (
            {"day": -1, "ANC": 1},
            "history[1].ANC",
            "is not a field of a row, which takes day, anc, gcsf",
        ),
        (
            {"day": -1, "John Smith": 1},
            "history[1]",
            "is not a field of a row, which takes day, anc, gcsf",
        ),
        (5, "history[1]", "must be an object of field names and values"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_position(row: Any, field: str, problem: str) -> None:
    assert problems_of([{"day": 0}, row]) == [(field, problem)]


def test_what_is_missing_throughout_is_said_once_and_what_is_known_somewhere_is_not() -> None:
    reading = SERIES.read([{"history": [{"day": -3, "anc": 5}, {"day": 0}]}])
    assert [(w.field, ENGLISH.say(w.fact)) for w in reading.warnings[0]] == [
        ("history.gcsf", "is missing throughout: taken for not given")
    ]


def test_a_value_outside_the_training_data_is_warned_of_by_row() -> None:
    reading = SERIES.read([{"history": [{"day": 0, "anc": 30, "gcsf": False}]}])
    assert [(w.field, ENGLISH.say(w.fact)) for w in reading.warnings[0]] == [
        ("history[0].anc", "is outside the training data, 0 to 20 10*9/L")
    ]


rows = st.fixed_dictionaries(
    {"day": st.integers(-400, 0)},
    optional={"anc": st.floats(0, 100) | st.none(), "gcsf": st.booleans() | st.none()},
)


@given(st.lists(st.lists(rows, min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_history_reads_the_same_alone_and_among_others(histories: Any) -> None:
    together = SERIES.read([{"history": history} for history in histories]).tensors["series"]
    for block, history in zip(together, histories, strict=True):
        alone = SERIES.read([{"history": history}]).tensors["series"][0]
        np.testing.assert_array_equal(block[: len(alone)], alone)
        assert np.isnan(block[len(alone) :]).all()


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=6))
def test_whatever_is_sent_there_is_a_problem_and_no_failure(history: object) -> None:
    assert problems_of(history)


def test_the_first_feature_must_be_the_time() -> None:
    with pytest.raises(ValidationError, match="the first feature must be the time"):
        SeriesInput(tensor="t", field="history", max_rows=4, features=SPEC.features[1:])


def test_the_schema_describes_the_rows() -> None:
    schema = SERIES.json_schema()["properties"]["history"]
    assert schema["maxItems"] == 4
    assert schema["items"]["required"] == ["day"]
