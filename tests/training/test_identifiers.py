"""Columns that say who somebody is are found; counts that hardly repeat are measured."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas_training.tabular.identifiers import find_identifier
from medmaas_training.tabular.own_data import read_own_cases
from tests.training.conftest import table, write

DRAW = np.random.default_rng(0)


@pytest.mark.parametrize(
    "header",
    ["id", "ID", "mrn", "patient_id", "PatientID", "patientid", "subject", "Study No",
     "case-number", "record_id", "last_name", "Date of Birth", "NHS number", "住院号", "患者编号",
     "姓名", "Fallnummer", "Patienten-ID", "Geburtsdatum", "患者ＩＤ"],
)  # fmt: skip
def test_an_identifier_is_known_by_its_name(header: str) -> None:
    reason = find_identifier(header, pd.Series(["1", "1", "2", "2"]))
    assert reason is not None
    assert reason.startswith("by its name it is an identifier; keep: true")


@pytest.mark.parametrize(
    "header",
    ["age", "idh_mutation", "acid", "number_of_nodes", "grid", "rowing", "patients_age", "年龄",
     "病人年龄", "Fallhöhe"],
)  # fmt: skip
def test_a_measurement_is_not_taken_for_an_identifier_by_its_name(header: str) -> None:
    assert find_identifier(header, pd.Series(["1", "1", "2", "2"])) is None


@given(st.integers(0, 10**9), st.integers(50, 200))
def test_a_counter_is_an_identifier_whatever_its_name_and_order(start: int, rows: int) -> None:
    numbers = [str(start + row) for row in range(rows)]
    for texts in (numbers, numbers[::2] + numbers[1::2]):
        assert "count up" in (find_identifier("x", pd.Series(texts)) or "")


def test_a_counter_with_gaps_down_the_file_is_an_identifier() -> None:
    numbers = np.cumsum(DRAW.integers(1, 6, 400)) + 17
    assert "count up" in (find_identifier("x", pd.Series(numbers.astype(float))) or "")


def test_codes_that_hardly_repeat_are_identifiers() -> None:
    assert find_identifier("x", pd.Series([f"A{i:05}" for i in range(100)])) is not None
    codes = pd.Series(DRAW.choice(np.arange(10**7, 10**8), 100).astype(str))
    assert "all of as many digits" in (find_identifier("x", codes) or "")


@pytest.mark.parametrize(
    "counts",
    [DRAW.integers(20_000, 450_000, 300), DRAW.integers(100, 450, 300) * 1000,
     DRAW.integers(100_000, 450_000, 300), np.sort(DRAW.integers(20_000, 450_000, 300)),
     DRAW.lognormal(8, 3, 300).astype(int) * 13],
)  # fmt: skip
def test_a_platelet_count_is_no_identifier(counts: np.ndarray) -> None:
    assert find_identifier("platelets", pd.Series(counts.astype(str))) is None


@given(st.lists(st.floats(0, 100), min_size=50, max_size=100, unique=True))
def test_decimals_are_measured_however_rarely_they_repeat(values: list[float]) -> None:
    texts = pd.Series([f"{value + 0.123456:.6f}" for value in values])
    assert find_identifier("x", texts) is None


def test_whole_numbers_that_repeat_are_measured() -> None:
    assert find_identifier("x", pd.Series([str(20 + i % 60) for i in range(200)])) is None


def test_an_identifier_is_kept_where_the_notes_say_so(tmp_path: Path) -> None:
    people = table(case_id=range(7000, 7200), platelets=DRAW.integers(20_000, 450_000, 200))
    own = read_own_cases(write(tmp_path, people), "ill").own
    assert own is not None
    assert "platelets" in [column.name for column in own.columns]
    assert any(clause.startswith("case_id is left out: by its name") for clause in own.left_out)
    own = read_own_cases(write(tmp_path, people, "columns: {case_id: {keep: true}}"), "ill").own
    assert own is not None
    assert "case_id" in [column.name for column in own.columns]
