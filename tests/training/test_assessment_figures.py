"""Calibration, recalibration and risk against coverage, where the right answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sksurv.nonparametric import kaplan_meier_estimator

from medmaas_training.assessment.certainty.calibration import (
    BY_CHANCE,
    ERROR,
    Claim,
    estimate_risk,
    measure_calibration,
)
from medmaas_training.assessment.certainty.recalibration import measure_recalibration
from medmaas_training.assessment.certainty.selective import measure_selective
from medmaas_training.assessment.outputs.classes import EvaluatedClasses, Temperature
from medmaas_training.assessment.outputs.survival import EvaluatedSurvival, Power
from medmaas_training.assessment.resampling import Sample, mean, middle

N = 3000


def sample(n: int = N) -> Sample:
    return Sample(np.arange(n), None, 0)


def draw_claim(told_over_true: float = 1.0) -> Claim:
    rng = np.random.default_rng(5)
    p = rng.uniform(0, 0.9 / max(told_over_true, 1), N)
    return Claim("it", p * told_over_true, rng.random(N) < p)


def test_true_probabilities_have_no_more_error_than_chance_gives_them() -> None:
    error, chance = measure_calibration([draw_claim()], sample())
    assert (error.metric, chance.metric) == (ERROR, BY_CHANCE)
    assert chance.low <= error.value <= chance.high
    assert error.events == draw_claim().happened.sum()  # type: ignore[union-attr]


def test_probabilities_that_are_half_too_high_are_found_out() -> None:
    error, chance = measure_calibration([draw_claim(1.5)], sample())
    assert error.low > chance.high
    assert error.value == pytest.approx(0.15, abs=0.03)


def draw_outcome(n: int, seed: int, rate: NDArray[np.float64]) -> NDArray[np.void]:
    rng = np.random.default_rng(seed)
    time, censored = rng.exponential(1 / rate), rng.uniform(100, 5000, n)
    outcome = np.empty(n, [("event", bool), ("time", float)])
    outcome["event"], outcome["time"] = time <= censored, np.minimum(time, censored).round()
    return outcome


def test_weighted_risk_is_kaplan_and_meiers_of_people_repeated_as_often() -> None:
    rng = np.random.default_rng(1)
    outcome = draw_outcome(300, 1, np.full(300, 1e-3))
    weights = rng.integers(0, 4, 300)
    repeated = np.repeat(outcome, weights)
    days, alive = kaplan_meier_estimator(repeated["event"], repeated["time"])
    for day in (50, 400, 3000):
        expected = 1 - np.append(1, alive)[np.searchsorted(days, day, side="right")]
        found = estimate_risk(outcome["time"], outcome["event"], weights.astype(float), day)
        assert found == pytest.approx(expected)


def evaluate_survival(seed: int, factor: float) -> EvaluatedSurvival:
    rate = np.random.default_rng(seed).lognormal(-7, 0.7, N)
    days = np.linspace(0, 4000, 9)
    outcome, train = draw_outcome(N, seed, rate), draw_outcome(N, 7, rate)
    curves = np.exp(-factor * rate[:, None] * days)
    return EvaluatedSurvival(curves.round(6), days, outcome, train, (2000,))


def test_risks_under_censoring_are_calibrated_where_the_curves_are_true() -> None:
    def error(evaluated: EvaluatedSurvival) -> float:
        p = evaluated.risk_by(2000)
        claim = Claim("risk", p, outcome=evaluated.outcome, day=2000)
        return claim.measure_error(claim.bin(), np.ones(N))

    assert error(evaluate_survival(0, 1.0)) < 0.03
    assert error(evaluate_survival(0, 0.5)) > 0.1


def test_the_brier_score_is_smallest_for_the_true_curve() -> None:
    scores = {f: evaluate_survival(0, f).score_brier(2000).mean() for f in (0.5, 1.0, 2.0)}
    assert min(scores, key=lambda factor: scores[factor]) == 1


@pytest.mark.parametrize(("factor", "worth"), [(1.0, False), (0.5, True)])
def test_a_power_of_the_curve_is_worth_having_only_where_curves_are_wrong(
    factor: float, *, worth: bool
) -> None:
    pair = (Power(evaluate_survival(0, factor)), Power(evaluate_survival(1, factor)))
    metrics, found = measure_recalibration([pair], sample(), sample())
    assert bool(found) == worth
    assert pair[0].fit(np.arange(N))[0] == pytest.approx(1 / factor, rel=0.06)
    assert (metrics[1].low > 0) == worth


@pytest.mark.parametrize(("sharpness", "worth"), [(1.0, False), (2.0, True)])
def test_a_temperature_is_worth_having_only_where_probabilities_are_too_sure(
    sharpness: float, *, worth: bool
) -> None:
    def evaluate(seed: int) -> Temperature:
        rng = np.random.default_rng(seed)
        p = rng.dirichlet(np.ones(4), N)
        y = np.array([rng.choice(4, p=row) for row in p])
        shown = p**sharpness / (p**sharpness).sum(1, keepdims=True)
        return Temperature(EvaluatedClasses(shown.round(6), y, tuple("abcd")))

    learned = evaluate(0)
    _, found = measure_recalibration([(learned, evaluate(1))], sample(), sample())
    assert bool(found) == worth
    assert learned.fit(np.arange(N))[0] == pytest.approx(1 / sharpness, rel=0.1)


def test_withholding_the_answers_that_are_wrong_leaves_none_that_are() -> None:
    losses = (np.arange(N) % 10 == 0).astype(float)
    knows, metrics = measure_selective(losses, losses, sample(), error="error", ranked_by="doubt")
    blind, _ = measure_selective(losses, np.ones(N), sample(), error="error", ranked_by="doubt")
    by_name = {metric.metric: metric.value for metric in metrics}
    assert by_name["error, 100 % answered"] == pytest.approx(0.1)
    assert by_name["error, 95 % answered"] == pytest.approx(0.05 / 0.95, abs=1e-3)
    assert by_name["error, 90 % answered"] == by_name["error, 70 % answered"] == 0
    assert knows.errors[:44].max() == 0
    assert blind.errors == pytest.approx(np.full(50, 0.1), abs=0.01)


def test_patients_are_drawn_with_all_their_rows() -> None:
    patients = Sample(np.repeat(np.arange(50), 40), None, 0)
    rows = Sample(np.arange(2000), None, 0)
    values = np.repeat(np.random.default_rng(0).normal(size=50), 40)
    (together,), (apart,) = (s.measure_mean("x", "mean", values) for s in (patients, rows))
    assert together.n == 50
    assert together.value == pytest.approx(apart.value)
    assert together.high - together.low > 4 * (apart.high - apart.low)


def test_a_share_that_nothing_speaks_against_still_has_an_interval() -> None:
    (metric,) = sample(40).measure_mean("x", "share", np.ones(40))
    assert (metric.value, metric.high) == (1, 1)
    assert 0.9 < metric.low < 0.92  # Wilson 1927


def test_weighted_means_and_medians_are_those_of_repeated_values() -> None:
    values, weights = np.array([3.0, 1.0, 2.0, 9.0]), np.array([1, 0, 3, 1])
    repeated = np.repeat(values, weights)
    assert mean(values, weights.astype(float)) == repeated.mean()
    assert middle(values, weights.astype(float)) == np.median(repeated)
