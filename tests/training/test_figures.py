"""Figures and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas_training.classes.metrics import measure, sensitivity_at_specificity
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
