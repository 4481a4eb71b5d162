"""The survival network, its rivals and the figures they are judged by."""

import json
from math import log, prod

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sksurv.util import Surv

from medmaas_training.survival.baselines import LeastSquares, PlainNetwork, descend
from medmaas_training.survival.cox import Cox
from medmaas_training.survival.design import FLCHAIN
from medmaas_training.survival.metrics import (
    Floats,
    Outcome,
    harrell_c,
    interpolate,
    observed_over_expected,
    observed_risk,
)
from medmaas_training.survival.network import (
    LogisticHazard,
    SurvivalNetwork,
    censored_loss,
    label_intervals,
)
from medmaas_training.tabular.datasets import read_flchain
from tests.conftest import ROOT

REFERENCE = json.loads((ROOT / "tests" / "reference" / "survival.json").read_text())
TIME_DAYS = FLCHAIN.time_days
HORIZONS = (365, 1826, 3652)


def simulate(n: int, seed: int) -> tuple[Floats, Outcome, Floats]:
    """People whose yearly hazard is known, followed for up to 14 years: X, outcome, hazard."""
    draw = np.random.default_rng(seed)
    X = np.column_stack(
        [
            draw.uniform(50, 95, n),
            draw.integers(0, 2, n),
            np.where(draw.random(n) < 0.2, np.nan, draw.lognormal(0, 0.3, n)),
            draw.lognormal(0.2, 0.4, n),
            draw.lognormal(0.3, 0.4, n),
            draw.random(n) < 0.05,
        ]
    ).astype(float)
    hazard = 0.03 * np.exp(0.08 * (X[:, 0] - 65) + 0.5 * np.log(X[:, 3]))
    death = draw.exponential(365.25 / hazard)
    censoring = draw.uniform(0, 14 * 365.25, n)
    return X, Surv.from_arrays(death <= censoring, np.minimum(death, censoring)), hazard


def test_the_grid_runs_monthly_to_yearly_to_14_years_and_holds_every_horizon() -> None:
    assert TIME_DAYS[0] == 0
    assert TIME_DAYS[-1] == 5113
    assert set(HORIZONS) <= set(TIME_DAYS)
    steps = np.diff(TIME_DAYS)
    assert steps[:12].max() <= 31
    assert steps[12:28].max() <= 92
    assert steps[28:].max() <= 366


@given(st.floats(0.5, 6000), st.booleans())
def test_a_person_is_at_risk_until_the_end_and_dies_once_at_most(time: float, died: bool) -> None:  # noqa: FBT001
    at_risk, deaths = (t[0].numpy() for t in label_intervals(Surv.from_arrays([died], [time])))
    counted = int(at_risk.sum())
    assert at_risk.tolist() == [1] * counted + [0] * (37 - counted)
    assert deaths.sum() == (died and time <= TIME_DAYS[-1])
    if deaths.sum():
        last = int(deaths.argmax())
        assert TIME_DAYS[last] < time <= TIME_DAYS[last + 1]
        assert counted == last + 1


def test_the_loss_is_the_likelihood_of_what_was_seen() -> None:
    """Written out for two people: one dies in the third interval, one is last seen after two."""
    outcome = Surv.from_arrays([True, False], [70.0, 60.0])
    at_risk, died = label_intervals(outcome)
    hazards = torch.full((2, 37), 0.1)
    hazards[:, 2] = 0.3
    expected = -(log(0.9 * 0.9 * 0.3) + log(0.9 * 0.9)) / 2
    assert censored_loss(torch.logit(hazards), at_risk, died).item() == pytest.approx(
        expected, abs=1e-6
    )


def test_the_curve_is_the_product_of_surviving_each_interval() -> None:
    X, outcome, _ = simulate(50, seed=1)
    x = torch.from_numpy(X).float()
    module = LogisticHazard(x, *label_intervals(outcome)).eval()
    with torch.no_grad():
        hazards, curves = torch.sigmoid(module.logits(x)).double(), module(x).double()
    for person in range(3):
        for k in (1, 10, 37):
            alive = prod(1 - h for h in hazards[person, :k].tolist())
            assert curves[person, k].item() == pytest.approx(alive, abs=1e-6)


@pytest.fixture(scope="module")
def simulated() -> tuple[SurvivalNetwork, Floats, Outcome, Floats]:
    """A network fitted to known hazards, and 2,000 other people to try it on."""
    network = SurvivalNetwork(*simulate(4000, seed=0)[:2], seed=0)
    return network, *simulate(2000, seed=1)


def test_the_network_finds_a_known_hazard(
    simulated: tuple[SurvivalNetwork, Floats, Outcome, Floats],
) -> None:
    network, X, outcome, hazard = simulated
    assert harrell_c(outcome, network.risk(X)) > harrell_c(outcome, hazard) - 0.01
    for day in (365.0, 1826.0, 3652.0):
        truth = 1 - np.exp(-hazard * day / 365.25)
        predicted = 1 - network.survival(X, np.array([day]))[:, 0]
        assert np.abs(predicted - truth).mean() < 0.04
    assert observed_over_expected(outcome, predicted, day) == pytest.approx(1, abs=0.1)


def test_ignoring_censoring_predicts_too_short_lives(
    simulated: tuple[SurvivalNetwork, Floats, Outcome, Floats],
) -> None:
    _, X, _, hazard = simulated
    truth = ((1 - np.exp(-14 * hazard)) / hazard).mean()
    for model in (LeastSquares(seed=0), PlainNetwork(seed=0)):
        years = model.fit(*simulate(4000, seed=0)[:2]).predict_years(X)
        assert np.minimum(years, 14).mean() < 0.75 * truth


def test_curves_fall_from_one(
    simulated: tuple[SurvivalNetwork, Floats, Outcome, Floats],
) -> None:
    curves = simulated[0].curves(simulated[1])
    assert (curves[:, 0] == 1).all()
    assert (np.diff(curves, axis=1) <= 0).all()
    assert (curves > 0).all()


def test_a_seed_gives_the_same_network_again() -> None:
    X, outcome, _ = simulate(300, seed=2)
    first, again = (SurvivalNetwork(X, outcome, seed=3).curves(X) for _ in range(2))
    other = SurvivalNetwork(X, outcome, seed=4).curves(X)
    assert (first == again).all()
    assert not (first == other).all()


def test_gradient_descent_ends_at_the_closed_form_solution() -> None:
    draw = np.random.default_rng(0)
    X = np.column_stack([np.ones(500), draw.normal(size=(500, 5))])
    y = X @ np.array([3, 1, -2, 0.5, 0, 4]) + draw.normal(size=500)
    end = descend(X, y, seed=7)
    exact = LinearRegression(fit_intercept=False).fit(X, y).coef_
    assert end.converged
    np.testing.assert_allclose(end.weights, exact, atol=1e-9)


def test_gradient_descent_starts_at_random_and_stops_at_its_limit() -> None:
    X, y = np.eye(3), np.ones(3)
    first, second = (descend(X, y, seed=seed, max_steps=0) for seed in (0, 1))
    assert not first.converged
    assert first.steps == 0
    assert not (first.weights == second.weights).any()


def test_survival_figures_agree_with_lifelines() -> None:
    table = read_flchain(None)
    assert harrell_c(table.outcome, table.X[:, 0]) == pytest.approx(
        REFERENCE["harrell_c_of_age"], abs=1e-9
    )
    for day, risk in REFERENCE["observed_risk"].items():
        assert observed_risk(table.outcome, float(day)) == pytest.approx(risk, abs=1e-9)


def test_the_cox_baseline_agrees_with_lifelines() -> None:
    table = read_flchain(None)
    cox = Cox(columns=[0, 1]).fit(table.X, table.outcome)
    man_of_60 = np.array([[60, 1, np.nan, 1, 1, 0]], dtype=float)
    alive = cox.survival(man_of_60, np.array(HORIZONS, dtype=float))[0]
    expected = list(REFERENCE["cox_man_of_60_alive"].values())
    # the two break ties of death days differently
    np.testing.assert_allclose(alive, expected, atol=2e-4)


@given(st.floats(0, 5113))
def test_between_two_times_the_hazard_is_constant(day: float) -> None:
    knots = np.array([0.0, 1000.0, 5113.0])
    curve = np.exp(-0.0002 * knots)[None]
    assert interpolate(curve, knots, np.array([day]))[0, 0] == pytest.approx(np.exp(-0.0002 * day))


def test_observed_risk_without_censoring_is_the_share_of_the_dead() -> None:
    outcome = Surv.from_arrays([True] * 4, [10.0, 20.0, 30.0, 40.0])
    assert [observed_risk(outcome, day) for day in (5, 10, 25, 40)] == [0, 0.25, 0.5, 1]
