"""What gives the outcome away, or says who somebody is, is found; what does neither is left."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sksurv.datasets import load_flchain
from sksurv.util import Surv

from medmaas_training.tabular.leakage import (
    find_separating_class,
    find_separating_survival,
    find_telling_absence,
)
from medmaas_training.tabular.own_columns import Column, Floats
from medmaas_training.tabular.own_notes import ColumnNote

DRAW = np.random.default_rng(0)


def number(values: Floats, name: str = "x") -> Column:
    return Column(name, name, "number", values, (), ColumnNote())


def choice(values: Floats, words: int, name: str = "x") -> Column:
    return Column(name, name, "choice", values, tuple("abcdefgh"[:words]), ColumnNote())


def test_the_cause_of_death_of_flchain_is_found_to_leak() -> None:
    """It is known only of those who died."""
    people, outcome = load_flchain()
    chapter = people["chapter"].cat.codes.to_numpy().astype(float)
    column = choice(np.where(chapter < 0, np.nan, chapter), 8, "chapter")
    reason = find_telling_absence(column, outcome["death"].astype(np.int64))
    assert reason is not None
    assert reason.startswith("chapter is left out: it is known only where the outcome is one")
    creatinine = number(people["creatinine"].to_numpy(dtype=float))
    assert find_telling_absence(creatinine, outcome["death"].astype(np.int64)) is None


def test_a_column_missing_only_with_the_outcome_leaks_too() -> None:
    y = np.repeat([0, 1], 100)
    half_missing = np.where(np.arange(200) >= 150, np.nan, 1.0)
    reason = find_telling_absence(number(half_missing), y)
    assert "missing only where" in (reason or "")


@given(st.integers(1, 6))
def test_a_few_missing_values_of_one_class_are_chance(missing: int) -> None:
    y = np.repeat([0, 1], 100)
    values = np.ones(200)
    values[:missing] = np.nan
    assert find_telling_absence(number(values), y) is None


def test_a_column_that_alone_separates_classes_is_named() -> None:
    y = np.arange(300) % 3
    noise = DRAW.normal(size=300)
    # order says nothing here: the middle class lies outside the other two
    telling = np.array([0.0, 5.0, 1.0])[y] + 0.01 * noise
    (warning,) = find_separating_class([number(noise, "noise"), number(telling, "telling")], y)
    assert warning.startswith("telling alone all but gives the outcome (AUC 1.000)")


def test_a_good_but_imperfect_column_is_no_leak() -> None:
    y = np.arange(300) % 2
    assert find_separating_class([number(y + DRAW.normal(size=300))], y) == []


def test_a_column_that_alone_orders_events_is_named_whichever_way_it_runs() -> None:
    time = DRAW.exponential(100, 200) + 1
    outcome = Surv.from_arrays(DRAW.random(200) < 0.7, time)
    columns = [
        number(time, "longer"),
        number(-time, "shorter"),
        number(DRAW.normal(size=200), "noise"),
        choice(np.digitize(time, np.quantile(time, [0.2, 0.4, 0.6, 0.8])).astype(float), 5, "rank"),
    ]
    warnings = find_separating_survival(columns, outcome)
    assert [warning.split()[0] for warning in warnings] == ["longer", "shorter"]
    assert all("(C 1.000)" in warning for warning in warnings)
