"""Figures and their intervals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from medmaas.model.manifest import Metric
from medmaas_training.classes.candidates import answer_folds
from medmaas_training.classes.metrics import measure, measure_test, sensitivity_at_specificity
from medmaas_training.figures import Figures, Own, People, Rows, bootstrap, fold_mean

DRAW = np.random.default_rng(0)
VALUES = DRAW.normal(10, 2, size=400)
OWN: Own = {"it": "model"}
EVERYONE = People("test", "here", np.arange(400), VALUES > 12)


def mean(rows: Rows) -> Figures:
    return {("mean", "it"): float(VALUES[rows].mean()), ("zero", "it"): 0.0}


def test_the_interval_of_a_mean_is_that_of_the_textbook() -> None:
    found, zero = bootstrap(mean, EVERYONE, own=OWN, seed=0, resamples=4000)
    margin = 1.96 * VALUES.std() / np.sqrt(400)
    assert found.value == pytest.approx(VALUES.mean())
    assert found.low == pytest.approx(VALUES.mean() - margin, abs=0.03)
    assert found.high == pytest.approx(VALUES.mean() + margin, abs=0.03)
    assert (zero.low, zero.high) == (0, 0)
    assert (found.n, found.events) == (400, int((VALUES > 12).sum()))


def test_a_seed_gives_the_same_interval_again() -> None:
    first, again, other = (
        bootstrap(mean, EVERYONE, own=OWN, seed=s, resamples=50) for s in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_a_group_is_drawn_from_itself_alone() -> None:
    group = People("test", "here", np.flatnonzero(VALUES > 12), VALUES > 12, "large")
    found = bootstrap(mean, group, own=OWN, seed=0, resamples=50)[0]
    assert found.low > 12
    assert found.n == found.events


def test_rows_that_belong_together_widen_the_interval_as_if_they_were_one() -> None:
    """Everyone four times: the variance of the mean is that of 400 people, not of 1,600."""
    copied = np.repeat(VALUES, 4)

    def statistic(rows: Rows) -> Figures:
        return {("mean", "it"): float(copied[rows].mean())}

    everyone = np.arange(1600)
    alone = People("test", "here", everyone, copied > 12)
    widths = []
    for people in (alone, replace(alone, units=everyone // 4)):
        (found,) = bootstrap(statistic, people, own=OWN, seed=0, resamples=2000)
        assert found.n == 1600
        widths.append(found.high - found.low)
    assert widths[1] / widths[0] == pytest.approx(2, rel=0.08)
    assert widths[1] == pytest.approx(2 * 1.96 * VALUES.std() / np.sqrt(400), rel=0.06)


def test_units_are_drawn_whole_from_the_rows_of_the_group_alone() -> None:
    units = np.array([7, 7, 7, 2, 2, 5, 9, 9])
    rows = np.array([0, 2, 3, 4, 5])  # of 7 only two rows
    people = People("test", "here", rows, np.zeros(8, bool), units=units)
    for drawn in people.draw(seed=0, resamples=50):
        times = np.bincount(drawn, minlength=8)
        assert times[0] == times[2]
        assert times[3] == times[4]
        assert times[[1, 6, 7]].sum() == 0
        assert times[0] + times[3] + times[5] == 3


def test_without_units_the_draws_are_those_they_were() -> None:
    people = People("test", "here", np.arange(5, 12), np.zeros(12, bool))
    draws = np.random.default_rng(3).integers(0, 7, size=(20, 7))
    np.testing.assert_array_equal(list(people.draw(seed=3, resamples=20)), 5 + draws)


def test_a_figure_states_what_it_is_of_and_of_whom() -> None:
    def statistic(rows: Rows) -> Figures:
        found = float(VALUES[rows].mean())
        return {("mean", name): found for name in ("it", "it, halved", "other")} | {
            ("observed/expected", "it"): found
        }

    people = People("external", "another hospital", np.arange(400), VALUES > 12)
    own: Own = {"it": "model", "it, halved": "variant"}
    found = bootstrap(
        statistic,
        people,
        own=own,
        seed=0,
        resamples=9,
        measures={"observed/expected": "observed_expected"},
    )
    assert [m.of for m in found] == ["model", "variant", "baseline", "model"]
    assert {m.cohort for m in found} == {"external"}
    assert [m.measure for m in found] == [None, None, None, "observed_expected"]


def test_the_interval_over_folds_is_students() -> None:
    estimate = fold_mean([1.0, 2.0, 3.0, 4.0, 5.0])
    assert estimate.value == 3
    assert estimate.high - estimate.value == pytest.approx(2.776445 * np.sqrt(2.5 / 5))


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40).filter(
        lambda cases: len({positive for positive, _ in cases}) == 2
    )
)
def test_sensitivity_is_the_best_that_any_threshold_reaches(cases: list[tuple[bool, int]]) -> None:
    y = np.array([positive for positive, _ in cases], dtype=np.int64)
    score = np.array([value for _, value in cases], dtype=float)
    best = max(
        (score[y == 1] >= threshold).mean()
        for threshold in [*score, np.inf]
        if (score[y == 0] < threshold).mean() >= 0.75
    )
    assert sensitivity_at_specificity(y, score, 0.75) == pytest.approx(best)


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is about how wide an interval is."""
    monkeypatch.setattr("medmaas_training.classes.metrics._RESAMPLES", 50)


def measure_by_name(y: NDArray[np.int64], p: NDArray[np.float64]) -> dict[str, Metric]:
    return {m.metric: m for m in measure(y, {"it": p}, own=OWN, evaluated_on="here", seed=0)}


@pytest.mark.usefixtures("few_resamples")
def test_average_precision_is_the_precision_at_each_case_that_is_found() -> None:
    """Found first, third and sixth of six: (1/1 + 2/3 + 3/6) / 3."""
    y = np.array([1, 0, 1, 0, 0, 1], dtype=np.int64)
    found = measure_by_name(y, np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4]))
    assert found["average precision"].value == pytest.approx((1 + 2 / 3 + 1 / 2) / 3)
    assert found["AUC"].value == pytest.approx(5 / 9)


@pytest.mark.usefixtures("few_resamples")
def test_with_few_of_a_class_a_resample_that_lacks_it_is_passed_by() -> None:
    y = np.array([1] + [0] * 30, dtype=np.int64)
    found = measure_by_name(y, np.linspace(0.9, 0.1, 31))
    assert set(found) == {"AUC", "average precision", "Brier score", "observed/expected"}
    assert (found["AUC"].low, found["AUC"].high) == pytest.approx((1, 1))
    assert found["observed/expected"].low == 0
    assert {m.events for m in found.values()} == {1}


@pytest.mark.usefixtures("few_resamples")
def test_sensitivity_at_a_specificity_needs_twenty_of_each_class() -> None:
    name = "sensitivity at 95 % specificity"
    p = np.linspace(0, 1, 100)
    for positives, told in ((19, False), (20, True), (80, True), (81, False)):
        y = (np.arange(100) < positives).astype(np.int64)
        assert (name in measure_by_name(y, p)) == told


@pytest.mark.usefixtures("few_resamples")
def test_accuracy_is_no_figure_of_two_classes() -> None:
    y = np.arange(60) % 2
    p = np.random.default_rng(0).dirichlet([1, 1], 60)
    metrics = measure_test(y, {"it": p}, own=OWN, seed=0)
    assert metrics[0].metric == "AUC"
    assert "accuracy" not in {m.metric for m in metrics}
    p = np.random.default_rng(0).dirichlet([1, 1, 1], 60)
    assert measure_test(np.arange(60) % 3, {"it": p}, own=OWN, seed=0)[0].metric == "accuracy"


def test_shares_of_rows_that_belong_together_have_intervals_by_unit() -> None:
    y, units = np.repeat(np.arange(90) % 3, 4), np.arange(360) // 4
    p = np.repeat(np.random.default_rng(0).dirichlet([1, 1, 1], 90), 4, axis=0)
    widths = []
    for together in (None, units):
        metrics = measure_test(y, {"it": p}, own=OWN, seed=0, units=together)
        accuracy = next(m for m in metrics if m.metric == "accuracy")
        widths.append(accuracy.high - accuracy.low)
    assert widths[1] / widths[0] == pytest.approx(2, rel=0.1)


def test_every_row_is_answered_by_a_fit_that_left_it_out() -> None:
    X, y = np.arange(60.0)[:, None], np.arange(60) % 2  # whose nearest is of the other class
    answers = answer_folds(KNeighborsClassifier(1), X, y, together=None)
    assert answers.shape == (60, 2)
    assert (answers.argmax(1) == y).mean() < 0.4
    assert (KNeighborsClassifier(1).fit(X, y).predict(X) == y).all()
    given = answer_folds(LogisticRegression(), X, y, together=None, give=np.zeros_like)
    assert len(np.unique(given[:, 1].round(9))) == 5, "one per fold"


def test_a_perfect_classifier_has_perfect_figures() -> None:
    y = np.array([0, 1] * 50, dtype=np.int64)
    figures = {
        m.metric: m
        for m in measure(y, {"it": y.astype(np.float64)}, own=OWN, evaluated_on="here", seed=0)
    }
    assert figures["AUC"].low == 1
    assert figures["sensitivity at 95 % specificity"].low == 1
    assert figures["Brier score"].high == 0
    assert figures["observed/expected"].low == 1
