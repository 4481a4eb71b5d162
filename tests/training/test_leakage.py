"""What gives the outcome away, or says who somebody is, is found; what does neither is left."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sksurv.datasets import load_flchain
from sksurv.util import Surv

from medmaas_training.tabular.leakage import (
    find_identifier,
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


@pytest.mark.parametrize(
    "header",
    ["id", "ID", "mrn", "patient_id", "PatientID", "patientid", "subject", "Study No",
     "case-number", "record_id", "last_name", "Date of Birth", "NHS number"],
)  # fmt: skip
def test_an_identifier_is_known_by_its_name(header: str) -> None:
    reason = find_identifier(header, pd.Series(["1", "1", "2", "2"]))
    assert reason == f"{header} is left out: by its name it is an identifier"


@pytest.mark.parametrize(
    "header", ["age", "idh_mutation", "acid", "number_of_nodes", "grid", "rowing", "patients_age"]
)
def test_a_measurement_is_not_taken_for_an_identifier_by_its_name(header: str) -> None:
    assert find_identifier(header, pd.Series(["1", "1", "2", "2"])) is None


@given(st.integers(0, 10**9), st.integers(50, 200))
def test_a_counter_is_an_identifier_whatever_its_name(start: int, rows: int) -> None:
    texts = pd.Series([str(start + row) for row in range(rows)])
    assert "almost every row has another value" in (find_identifier("x", texts) or "")


def test_codes_of_letters_that_hardly_repeat_are_identifiers() -> None:
    assert find_identifier("x", pd.Series([f"A{i:05}" for i in range(100)])) is not None


@given(st.lists(st.floats(0, 100), min_size=50, max_size=100, unique=True))
def test_decimals_are_measured_however_rarely_they_repeat(values: list[float]) -> None:
    texts = pd.Series([f"{value + 0.123456:.6f}" for value in values])
    assert find_identifier("x", texts) is None


def test_whole_numbers_that_repeat_are_measured() -> None:
    assert find_identifier("x", pd.Series([str(20 + i % 60) for i in range(200)])) is None


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
