"""Values: several numbers, each with its unit, its interval and what is possible of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError

from medmaas.model.columns import Columns
from medmaas.model.manifest import ValuesIntervals, ValuesOutput
from medmaas.model.outputs.values import EachBounds, Values, ValueTargets, bound, settle
from medmaas.words import ENGLISH

EF = {"name": "ejection_fraction", "unit": "%", "description": "x", "low": 0, "high": 100}
BEATS = {"name": "beats", "unit": "{beats}", "description": "x", "measures": "count"}
AXIS = {
    "name": "电轴",
    "alias": "axis",
    "unit": "deg",
    "description": "x",
    "measures": "angle",
    "period": 360,
    "low": -180,
}
DOSE = {"name": "dose", "unit": "mg", "description": "x", "measures": "dose", "high": 40}
SPEC = ValuesOutput.model_validate({"tensor": "y", "values": [EF, BEATS, AXIS, DOSE]})
VALUES = Values(SPEC, "Heart")
INTERVALS = ValuesIntervals.model_validate(
    {"levels": [{"coverage": 0.9, "quantiles": [6, 1.2, 30, 5]}]}
)
SURE = EachBounds(SPEC, INTERVALS)


def feed(*row: float) -> dict[str, Any]:
    return {"y": np.array([row], np.float32)}


def answer(*row: float) -> dict[str, Any]:
    (one,) = VALUES.list_rows(VALUES.tabulate(feed(*row), {}))
    values: dict[str, Any] = one["values"]
    return values


def tell(*row: float) -> dict[str, Any]:
    (one,) = SURE.list_rows(SURE.tabulate(feed(*row), {}, 0.9), 0.9)
    values: dict[str, Any] = one["values"]
    return values


def find_reason(*row: float) -> str | None:
    (reason,) = VALUES.tabulate(feed(*row), {}).impossible
    return ENGLISH.say(reason) if reason else None


def test_every_value_has_its_name_and_unit() -> None:
    assert answer(55.5, 3.4, 20, 12) == {
        "ejection_fraction": {"value": 55.5, "unit": "%"},
        "beats": {"value": 3, "unit": "{beats}"},
        "电轴": {"value": 20.0, "unit": "deg"},
        "dose": {"value": 12.0, "unit": "mg"},
    }


def test_a_count_is_whole_and_its_interval_is_whole_outward() -> None:
    assert isinstance(answer(55, 3.4, 20, 12)["beats"]["value"], int)
    found = tell(55, 3.4, 20, 12)["beats"]
    assert (found["low"], found["high"]) == (2, 5)
    assert isinstance(found["low"], int)
    assert str(answer(55, -0.3, 20, 12)["beats"]["value"]) == "0"
    assert tell(55, 0.3, 20, 12)["beats"]["low"] == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((55, 3, 20, 41), "dose is from 0 to 40 mg"),
        ((55, 3, 20, -1), "dose is from 0 to 40 mg"),
        ((101, 3, 20, 1), "ejection fraction is from 0 to 100 %"),
        ((55, -0.6, 20, 1), "beats is at least 0 {beats}"),
    ],
)
def test_a_value_beyond_its_bounds_is_held_back_and_not_moved(row: Any, said: str) -> None:
    reason = find_reason(*row)
    assert reason
    assert said in reason
    assert all(str(number) not in reason for number in (101, 41))


def test_everything_that_is_impossible_is_told_at_once() -> None:
    reason = find_reason(-3, -2, 20, 50)
    assert reason
    assert all(name in reason for name in ("ejection fraction", "beats", "dose"))


def test_what_is_possible_is_answered_at_the_very_bounds() -> None:
    assert find_reason(100, 0, 180, 40) is None
    assert find_reason(0, 0, -180, 0) is None


def test_intervals_end_at_the_bounds() -> None:
    found = tell(98, 0.2, 20, 38)
    assert (found["ejection_fraction"]["low"], found["ejection_fraction"]["high"]) == (92, 100)
    assert (found["dose"]["low"], found["dose"]["high"]) == (33, 40)


def test_the_interval_of_an_angle_may_pass_through_the_end_of_its_period() -> None:
    found = tell(55, 3, 170, 1)["电轴"]
    assert (found["low"], found["high"]) == (140, -160)
    said = ENGLISH.say(SURE.name_interval({"coverage": 0.9, "values": tell(55, 3, 170, 1)}))
    assert "between 140 and -160 deg, through the end of its period" in said


def test_an_interval_as_wide_as_the_period_is_any_angle() -> None:
    wide = EachBounds(
        SPEC,
        ValuesIntervals.model_validate(
            {"levels": [{"coverage": 0.9, "quantiles": [1, 1, 180, 1]}]}
        ),
    )
    (one,) = wide.list_rows(wide.tabulate(feed(55, 3, 20, 1), {}, 0.9), 0.9)
    assert (one["values"]["电轴"]["low"], one["values"]["电轴"]["high"]) == (-180, 180)
    assert "may be any angle" in ENGLISH.say(wide.name_interval(one))


angles = arrays(np.float64, (5, 4), elements=st.floats(-1e4, 1e4))


@given(angles)
def test_an_angle_is_the_same_after_any_number_of_turns(rows: Any) -> None:
    settled = settle(rows.round(6), SPEC)[:, 2]
    assert ((settled >= -180) & (settled < 180)).all()
    apart = np.mod(settled - rows[:, 2], 360)
    assert np.minimum(apart, 360 - apart).max() < 1e-5


@given(angles)
def test_an_interval_holds_its_value(rows: Any) -> None:
    rows = rows.round(6)
    values = settle(rows, SPEC)
    low, high = bound(rows, np.array([6, 1.2, 30, 5]), SPEC)
    for i, value in enumerate(SPEC.values):
        inside = (low[:, i] <= values[:, i]) & (values[:, i] <= high[:, i])
        if value.period:
            wraps = low[:, i] > high[:, i]
            inside |= wraps & ((values[:, i] >= low[:, i]) | (values[:, i] <= high[:, i]))
        assert inside.all()
        possible = (values[:, i] >= value.least) & (values[:, i] <= value.most)
        assert (low[possible, i] >= value.least).all()
        assert (high[possible, i] <= value.most).all()


def test_columns_are_called_after_the_values_and_counts_are_whole() -> None:
    assert VALUES.columns == Columns(
        ("ejection_fraction_unit", "beats_unit", "电轴_unit", "dose_unit", "beats"),
        ("ejection_fraction", "电轴", "dose"),
        frozenset({"beats"}),
        {"电轴": "axis", "电轴_unit": "axis_unit"},
    )
    assert SURE.columns == Columns(
        ("beats_low", "beats_high"),
        (
            *("ejection_fraction_low", "ejection_fraction_high"),
            *("电轴_low", "电轴_high", "dose_low", "dose_high"),
        ),
        frozenset({"beats_low", "beats_high"}),
        {"电轴_low": "axis_low", "电轴_high": "axis_high"},
    )


def test_directions_are_averaged_and_not_numbers() -> None:
    targets = ValueTargets(SPEC)
    raw = targets.read({"y": np.array([[50, 1, 170, 1], [60, 3, -170, 3]], np.float32)})
    (mean,) = targets.settle(raw.mean(axis=0, keepdims=True))
    assert mean[[0, 1, 3]].tolist() == [55, 2, 2]
    assert abs(abs(mean[2]) - 180) < 1e-4
    assert targets.headline(mean) == 0
    assert targets.show(mean) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (DOSE | {"high": None}, "a dose must state high"),
        (DOSE | {"low": -1}, "must not be below 0"),
        (BEATS | {"low": -1}, "must not be below 0"),
        (BEATS | {"high": 2.5}, "whole numbers"),
        (AXIS | {"period": None}, "must state its period"),
        (AXIS | {"high": 90}, "an angle has no high"),
        (AXIS | {"unit": "mm"}, "deg or rad"),
        (EF | {"period": 360}, "must state its period, and nothing else may"),
        (EF | {"low": 100}, "low must be below high"),
        (EF | {"name": "status"}, "unique"),
        (EF | {"name": "dose_low"}, "unique"),
        (EF | {"name": "DOSE"}, "unique"),
        (EF | {"alias": "axis_low"}, "unique"),
        (EF | {"name": "two words"}, "name"),
    ],
)
def test_a_value_that_contradicts_itself_or_another_is_refused(change: Any, said: str) -> None:
    others = [one for one in (BEATS, AXIS, DOSE) if one["name"] != change["name"]]
    with pytest.raises(ValidationError, match=said):
        ValuesOutput.model_validate({"tensor": "y", "values": [change, *others]})
