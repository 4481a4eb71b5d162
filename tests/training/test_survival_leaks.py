"""Columns that are of the follow-up itself are found; markers, however strong, are left."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sksurv import datasets
from sksurv.util import Surv

from medmaas_training.survival.metrics import Outcome, harrell_c
from medmaas_training.tabular.leakage import Leak, ask, find_survival_leaks
from medmaas_training.tabular.own_columns import Column, Floats
from medmaas_training.tabular.own_data import read_own_people
from medmaas_training.tabular.separation import c_alone
from tests.training.conftest import write
from tests.training.leaky_tables import (
    DAYS_PER_MONTH,
    choice,
    invent_mgus2,
    invent_rotterdam,
    make_columns,
    number,
    part,
)

PEOPLE = 800


def follow(seed: int = 0, people: int = PEOPLE) -> tuple[Floats, Outcome]:
    """Days to the event, seen or not, and what is seen of them."""
    draw = np.random.default_rng(seed)
    days, end = np.ceil(draw.exponential(900, people)), np.ceil(draw.uniform(200, 2500, people))
    return days, Surv.from_arrays(days <= end, np.minimum(days, end))


DAYS, OUTCOME = follow()
TIME = OUTCOME["time"]


def find(values: NDArray[Any], *others: Column) -> Leak | None:
    """What is found of one column beside others."""
    leaks = find_survival_leaks([number(values), *others], OUTCOME)
    return next((leak for leak in leaks if leak.column == "x"), None)


@pytest.mark.parametrize(
    ("table", "time", "event", "days", "expected"),
    [
        (invent_rotterdam(), "dtime", "death", 1, {"rtime": "inside", "recur": "status"}),
        (invent_rotterdam(), "rtime", "recur", 1, {"dtime": "later", "death": "name"}),
        (invent_mgus2(), "futime", "death", DAYS_PER_MONTH, {"ptime": "inside", "pstat": "status"}),
        (invent_mgus2(), "ptime", "pstat", DAYS_PER_MONTH, {"futime": "later", "death": "name"}),
    ],
)  # fmt: skip
def test_the_other_end_point_of_a_table_is_found_and_nothing_else(
    table: pd.DataFrame, time: str, event: str, days: float, expected: dict[str, str]
) -> None:
    leaks = find_survival_leaks(*part(table, time, event, days))
    assert {leak.column: leak.code for leak in leaks} == expected
    for leak in leaks:
        assert ask(leak).startswith(f"{leak.column} is left out: ")


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        (datasets.load_gbsg2, {}),
        (datasets.load_veterans_lung_cancer, {}),
        (datasets.load_breast_cancer, {}),
        (datasets.load_aids, {}),
        (datasets.load_whas500, {"los": "inside"}),
        (datasets.load_flchain, {"chapter": "known"}),
    ],
)
def test_of_public_tables_only_what_is_known_late_is_found(
    load: object, expected: dict[str, str]
) -> None:
    """The stay in hospital of WHAS500 ended in death for some; FLCHAIN's chapter is a cause."""
    assert callable(load)
    people, seen = load()
    event, time = (seen[name] for name in seen.dtype.names)
    outcome = Surv.from_arrays(event, np.maximum(time, 0.5))
    leaks = find_survival_leaks(make_columns(people), outcome)
    assert {leak.column: leak.code for leak in leaks} == expected


@pytest.mark.parametrize(
    "x",
    [
        TIME,
        np.round(TIME / DAYS_PER_MONTH),
        np.round(TIME / 365.25, 1),
        np.floor(TIME / 7),
        np.where(np.arange(PEOPLE) % 2, TIME, np.nan),
        np.where(np.arange(PEOPLE) % 20, TIME, 5000 - TIME),
    ],
    ids=["days", "months", "years", "weeks", "half missing", "one in twenty wrong"],
)
def test_the_follow_up_is_found_in_any_unit(x: Floats) -> None:
    leak = find(x)
    assert leak is not None
    assert leak.code == "equal"
    assert leak.figures["share"] >= 0.94


@pytest.mark.parametrize(
    "x",
    [-TIME, 3 - 2.5 * TIME, np.log(TIME), TIME + np.random.default_rng(1).normal(0, 30, PEOPLE)],
    ids=["opposite", "scaled", "logarithm", "with noise"],
)
def test_what_orders_events_as_the_follow_up_does_is_found(x: Floats) -> None:
    leak = find(x)
    assert leak is not None
    assert leak.code == "orders"
    assert leak.figures["c"] > 0.95


def test_an_end_is_found_beside_its_start() -> None:
    draw = np.random.default_rng(2)
    start, age = draw.integers(10_000, 14_000, PEOPLE), draw.integers(30, 90, PEOPLE)
    for first, last in (
        (start, start + TIME),
        (age, np.floor(age + draw.random(PEOPLE) + TIME / 365.25)),
    ):
        leak = find(last, number(first, "start"))
        assert leak is not None
        assert (leak.code, leak.other) == ("span", "start")
        assert find(first, number(last, "end")) is None
        assert find(last, number(draw.permutation(first), "start")) is None


def test_an_event_under_another_name_is_found() -> None:
    draw = np.random.default_rng(4)
    event = OUTCOME["event"]
    slips = draw.random(PEOPLE) < 0.01
    for x in (event, ~event, event ^ slips, np.where(event, draw.integers(1, 6, PEOPLE), 0)):
        leak = find(x)
        assert leak is not None
        assert leak.code == "event"
    cause = np.where(event & (draw.random(PEOPLE) < 0.5), draw.integers(1, 6, PEOPLE), np.nan)
    leak = find(cause)
    assert leak is not None
    assert leak.code == "known"


def test_a_treatment_during_follow_up_and_its_day_are_found() -> None:
    draw = np.random.default_rng(5)
    day = np.ceil(draw.exponential(400, PEOPLE))
    had = day < TIME
    when = number(np.where(had, day, np.nan), "when")
    kind = choice(np.where(had, draw.integers(0, 2, PEOPLE), 2.0), 3, "kind")
    leaks = find_survival_leaks([when, number(had, "had"), kind], OUTCOME)
    assert [(leak.column, leak.code, leak.other) for leak in leaks] == [
        ("when", "inside", ""), ("had", "status", "when"), ("kind", "status", "when"),
    ]  # fmt: skip


def test_immortal_time_is_asked_about_and_kept() -> None:
    """Who responds is seen at day 100; who died before could not."""
    draw = np.random.default_rng(6)
    responds = (TIME > 100) & (draw.random(PEOPLE) < 0.4)
    leak = find(responds)
    assert leak is not None
    assert (leak.code, leak.is_doubt) == ("immortal", True)
    assert leak.figures["seen"] == 0
    assert leak.figures["expected"] > 10
    assert leak.figures["days"] == pytest.approx(100, abs=15)
    question = ask(leak)
    assert question.startswith(f"x: of the {responds.sum()} rows with one of its values, 0 have ")
    assert "Did it become known only during follow-up" in question
    assert "If it was known at the start, say columns: {x: {keep: true}}" in question
    measured = np.where(TIME > 100, draw.normal(size=PEOPLE), np.nan)
    leak = find(measured)
    assert leak is not None
    assert leak.code in ("immortal_known", "missing")


def test_immortal_time_is_told_unless_the_notes_say_that_it_was_known(tmp_path: Path) -> None:
    draw = np.random.default_rng(6)
    responds = (TIME > 100) & (draw.random(PEOPLE) < 0.4)
    columns = {"age": draw.integers(40, 90, PEOPLE), "responds": responds.astype(int)}
    people = pd.DataFrame({**columns, "time": TIME, "event": OUTCOME["event"].astype(int)})
    for notes, told in (("", 1), ("columns: {responds: {keep: true}}", 0)):
        own = read_own_people(write(tmp_path, people, notes), "time", "event").own
        assert own is not None
        assert [column.header for column in own.columns] == ["age", "responds"]
        assert sum(odd.startswith("responds: of the ") for odd in own.odd) == told


def test_a_value_that_protects_throughout_is_no_immortal_time() -> None:
    draw = np.random.default_rng(7)
    protected = draw.random(PEOPLE) < 0.3
    days = np.ceil(DAYS * np.where(protected, 5, 1))
    outcome = Surv.from_arrays(days <= 2000, np.minimum(days, 2000))
    assert find_survival_leaks([number(protected)], outcome) == []


def test_a_strong_marker_is_no_leak() -> None:
    """Its C is that of the best published scores, 0.8 and more."""
    draw = np.random.default_rng(8)
    marker = -np.log(DAYS) + draw.normal(0, 0.7, PEOPLE)
    for x in (
        marker,
        np.exp(marker),
        100 * np.exp(-marker),
        marker > 0,
        np.digitize(marker, [0, 1]),
    ):
        assert find(x) is None


def test_a_look_at_few_people_decides_only_what_is_far_from_the_limit() -> None:
    draw = np.random.default_rng(9)
    _, outcome = follow(9, 2000)
    close = -outcome["time"] + draw.normal(0, 60, 2000)
    assert c_alone(number(close), outcome) == harrell_c(outcome, close)
    noise = draw.normal(size=2000)
    assert 0.5 <= c_alone(number(noise), outcome) < 0.6
    assert (
        find_survival_leaks([number(close, "close"), number(noise)], outcome)[0].column == "close"
    )


@given(st.integers(0, 10**6), st.integers(80, 300), st.sampled_from([1, 7, DAYS_PER_MONTH, 365.25]))
@settings(max_examples=25, deadline=None)
def test_noise_is_never_left_out(seed: int, people: int, unit: float) -> None:
    """Whatever its scale, and whatever the follow-up is counted in."""
    draw = np.random.default_rng(seed)
    _, outcome = follow(seed, people)
    outcome["time"] = np.maximum(np.ceil(outcome["time"] / unit), 1) * unit
    noise = draw.normal(size=people)
    columns = [
        number(noise, "normal"), number(np.exp(noise) * 100, "scaled"),
        number(np.where(draw.random(people) < 0.3, np.nan, noise), "holed"),
        number(draw.poisson(3, people), "counted"), number(draw.integers(18, 95, people), "age"),
        number(draw.integers(1990, 2020, people), "year"),
        choice(draw.integers(0, 8, people).astype(float), 8, "word"),
    ]  # fmt: skip
    assert [leak for leak in find_survival_leaks(columns, outcome) if not leak.is_doubt] == []


@given(st.integers(0, 1000), st.floats(0.05, 0.4))
@settings(max_examples=20, deadline=None)
def test_a_rising_transform_of_a_column_gets_the_same_decision(seed: int, noise: float) -> None:
    draw = np.random.default_rng(seed)
    _, outcome = follow(seed, 200)
    x = -np.log(outcome["time"]) + noise * draw.normal(size=200) - 10
    as_it_is = find_survival_leaks([number(x)], outcome)
    for transform in (lambda x: 7 * x - 40, np.cbrt, lambda x: -np.exp(-x / 4)):
        assert find_survival_leaks([number(transform(x))], outcome) == as_it_is
