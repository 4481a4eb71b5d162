"""What gives the outcome away is found; what does not is left."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier
from sksurv.datasets import load_flchain

from medmaas_training.tabular.leakage import (
    Leak,
    ask,
    find_class_leaks,
    find_telling_absence,
)
from medmaas_training.tabular.own_data import read_own_cases, read_own_people
from medmaas_training.tabular.separation import auc_alone
from tests.training.conftest import table, write
from tests.training.leaky_tables import choice, invent_rotterdam, make_columns, number

DRAW = np.random.default_rng(0)


def test_the_cause_of_death_of_flchain_is_found_to_leak() -> None:
    """It is known only of those who died."""
    people, outcome = load_flchain()
    chapter = people["chapter"].cat.codes.to_numpy().astype(float)
    column = choice(np.where(chapter < 0, np.nan, chapter), 20, "chapter")
    leak = find_telling_absence(column, outcome["death"].astype(np.int64))
    assert leak is not None
    assert (leak.column, leak.code) == ("chapter", "known")
    assert "it is known only where the outcome is one and the same" in ask(leak)
    creatinine = number(people["creatinine"].to_numpy(dtype=float))
    assert find_telling_absence(creatinine, outcome["death"].astype(np.int64)) is None


@pytest.mark.parametrize("slips", [0, 1])
def test_a_column_missing_only_with_the_outcome_leaks_too(slips: int) -> None:
    y = np.repeat([0, 1], 200)
    half_missing = np.where(np.arange(400) >= 270, np.nan, 1.0)
    half_missing[:slips] = np.nan
    leak = find_telling_absence(number(half_missing), y)
    assert leak is not None
    assert (leak.code, leak.figures) == ("missing", {"same": 130, "rows": 130 + slips})


@given(st.integers(1, 6))
def test_a_few_missing_values_of_one_class_are_chance(missing: int) -> None:
    y = np.repeat([0, 1], 100)
    values = np.ones(200)
    values[:missing] = np.nan
    assert find_telling_absence(number(values), y) is None


def test_a_column_that_alone_separates_classes_is_found() -> None:
    y = np.arange(300) % 3
    noise = DRAW.normal(size=300)
    # order says nothing here: the middle class lies outside the other two
    telling = np.array([0.0, 5.0, 1.0])[y] + 0.01 * noise
    (leak,) = find_class_leaks([number(noise, "noise"), number(telling, "telling")], y)
    assert (leak.column, leak.code) == ("telling", "separates")
    assert leak.figures == {"auc": 1.0, "known": 1.0}


def test_a_column_that_separates_where_it_is_known_is_found() -> None:
    y = np.arange(400) % 2
    telling = np.where(np.arange(400) % 3 == 0, np.nan, y + DRAW.normal(0, 0.1, 400))
    (leak,) = find_class_leaks([number(telling)], y)
    assert leak.figures["known"] == pytest.approx(2 / 3, abs=0.01)
    assert "(AUC 1.000 in the 66 % of rows that have it)" in ask(leak)


def test_a_good_but_imperfect_column_is_no_leak() -> None:
    y = np.arange(300) % 2
    assert find_class_leaks([number(y + DRAW.normal(size=300))], y) == []


def test_a_marker_that_only_seems_to_separate_the_rows_it_was_learned_from_is_no_leak() -> None:
    """Twenty leaves of five learn much of 120 rows by heart."""
    draw = np.random.default_rng(2)
    y = np.repeat([0, 1], 60)
    x = y * 2.6 + draw.normal(size=120)
    tree = DecisionTreeClassifier(max_leaf_nodes=20, min_samples_leaf=5, random_state=0)
    assert roc_auc_score(y, tree.fit(x[:, None], y).predict_proba(x[:, None])[:, 1]) > 0.98
    assert auc_alone(x, y) < 0.96
    assert find_class_leaks([number(x)], y) == []


def test_a_rare_class_is_looked_at_whole_in_a_long_table() -> None:
    y = (np.arange(20_000) % 500 == 0).astype(np.int64)
    noise = DRAW.normal(size=20_000)
    leaks = find_class_leaks([number(y + 0.01 * noise, "copy"), number(noise, "noise")], y)
    assert [leak.column for leak in leaks] == ["copy"]


def test_strong_markers_of_public_tables_are_no_leaks() -> None:
    for load in (load_breast_cancer, load_wine):
        data = load(as_frame=True)
        assert find_class_leaks(make_columns(data.data), data.target.to_numpy(np.int64)) == []


@given(st.integers(0, 10**6), st.integers(60, 400), st.floats(0.1, 0.9))
@settings(max_examples=25, deadline=None)
def test_noise_is_never_left_out(seed: int, rows: int, share: float) -> None:
    """Numbers, counts, words and holes that know nothing of two classes."""
    draw = np.random.default_rng(seed)
    y = (draw.random(rows) < share).astype(np.int64)
    y[:12] = [0, 1] * 6
    noise = draw.normal(size=rows)
    columns = [
        number(noise, "normal"),
        number(np.where(draw.random(rows) < 0.3, np.nan, noise), "holed"),
        number(draw.poisson(2, rows), "counted"),
        choice(draw.integers(0, 20, rows).astype(float), 20, "word"),
    ]
    assert find_class_leaks(columns, y) == []


@given(st.integers(0, 1000), st.floats(0.1, 0.6))
@settings(max_examples=25, deadline=None)
def test_a_rising_transform_of_a_column_gets_the_same_decision(seed: int, noise: float) -> None:
    draw = np.random.default_rng(seed)
    y = np.arange(150) % 2
    x = np.where(draw.random(150) < 0.1, np.nan, y + noise * draw.normal(size=150))
    as_it_is = find_class_leaks([number(x)], y)
    for transform in (lambda x: 40 + 7 * x, np.exp, np.cbrt):
        assert find_class_leaks([number(transform(x))], y) == as_it_is


def test_the_question_names_both_possibilities_and_the_way_to_keep_it() -> None:
    question = ask(Leak("sehr: lang", "separates", {"auc": 0.9912, "known": 1.0}))
    assert question == (
        "sehr: lang is left out: alone it all but gives the outcome (AUC 0.991). Is it known only "
        "at or after the outcome, and so leaks it, or is it a strong marker that was known before? "
        "If it was known before, keep it: columns: {'sehr: lang': {keep: true}} in the .yaml "
        "beside the file"
    )


def test_what_the_question_says_keeps_the_column(tmp_path: Path) -> None:
    people = table()
    people["Befund: ja"] = (people["ill"] == "ill") * 2.5 + 1
    own = read_own_cases(write(tmp_path, people), "ill").own
    assert own is not None
    assert [c.header for c in own.columns] == ["age", "marker", "stage", "smoker"]
    (question,) = (told for told in own.left_out if told.startswith("Befund: ja"))
    notes = question.split("keep it: ")[1].removesuffix(" in the .yaml beside the file")
    own = read_own_cases(write(tmp_path, people, notes), "ill").own
    assert own is not None
    assert [c.header for c in own.columns] == ["age", "marker", "stage", "smoker", "Befund: ja"]
    assert (
        "Befund: ja is kept, as the .yaml says, although alone it all but gives the outcome "
        "(AUC 1.000)"
    ) in own.odd


def test_other_end_points_of_a_survival_table_are_left_out_and_kept_alike(tmp_path: Path) -> None:
    people = invent_rotterdam()
    own = read_own_people(write(tmp_path, people), "dtime", "death").own
    assert own is not None
    assert {"rtime", "recur"}.isdisjoint(column.header for column in own.columns)
    assert {"rtime", "recur"} == {told.split()[0] for told in own.left_out}
    notes = "columns: {rtime: {keep: true}}"
    own = read_own_people(write(tmp_path, people, notes), "dtime", "death").own
    assert own is not None
    assert [told.split()[0] for told in own.left_out] == ["recur"]
    assert any(told.startswith("rtime is kept, as the .yaml says") for told in own.odd)
