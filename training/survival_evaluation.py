"""Survival models compared: on five folds, on held-out people, and by group of people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from rich.progress import track
from sklearn.model_selection import StratifiedKFold

from medmaas.model.manifest import Metric
from training.datasets import SEXES, Split, SurvivalTable
from training.figures import Figures, People, Rows, bootstrap, fold_mean
from training.survival_metrics import (
    Floats,
    Outcome,
    SurvivalModel,
    harrell_c,
    integrated_brier,
    observed_over_expected,
    observed_risk,
    quantile_days,
    uno_c,
)

Makers = Mapping[str, Callable[[Floats, Outcome, int], SurvivalModel]]
Models = Mapping[str, SurvivalModel]

HORIZONS = {"1 year": 365.0, "5 years": 1826.0, "10 years": 3652.0}
NETWORK = "logistic-hazard network (this model)"
COX_LOG = "Cox, logged laboratory values"
COX = "Cox"
COX_AGE = "Cox, age alone"
PLAIN = "plain network, squared error, censoring ignored"
LINEAR = "linear least squares, censoring ignored"
C = "Harrell C"
BRIER = "integrated Brier score"
C_ABOVE = f"C above {COX_LOG}"
BRIER_BELOW = f"Brier score below {COX_LOG}"
FOLDS = "5 stratified folds of all people"
TEST = "test split"
_AGE_BANDS = {
    "age under 60": (0, 60),
    "age 60 to 69": (60, 70),
    "age 70 to 79": (70, 80),
    "age 80 and over": (80, 200),
}
_RESAMPLES = 500
_FEWEST_EVENTS = 10


@dataclass(frozen=True)
class _Predicted:
    """What a model says of n people: risk [n], curves [n, days], risk by each horizon [n]."""

    risk: Floats
    curves: Floats
    days: Floats
    by_horizon: dict[str, Floats]


def compare_on_folds(table: SurvivalTable, makers: Makers, seed: int) -> list[Metric]:
    """C and integrated Brier score of every model on the same five folds of all people."""
    figures: dict[tuple[str, str], list[float]] = {}
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(table.X, table.event)
    for fitting, testing in track(list(folds), "Comparing on five folds", transient=True):
        train, test = table.outcome[fitting], table.outcome[testing]
        days = quantile_days(test)
        for name, make in makers.items():
            model = make(table.X[fitting], train, seed)
            curves = model.survival(table.X[testing], days)
            c = harrell_c(test, model.risk(table.X[testing]))
            figures.setdefault((C, name), []).append(c)
            brier = integrated_brier(train, test, curves, days)
            figures.setdefault((BRIER, name), []).append(brier)
    everyone = People(FOLDS, np.arange(len(table.X)), table.event)
    return [everyone.make_metric(*key, fold_mean(values)) for key, values in figures.items()]


def compare_on_test(table: SurvivalTable, split: Split, models: Models) -> list[Metric]:
    """Discrimination and error of every model on the test split, and calibration of the network.

    Its differences from Cox with logged laboratory values are of the same resamples.
    """
    train, test = table.outcome[split.train], table.outcome[split.test]
    days = quantile_days(test)
    predicted = {name: _predict(m, table.X[split.test], days) for name, m in models.items()}

    def statistic(rows: Rows) -> Figures:
        figures: Figures = {}
        for name, p in predicted.items():
            figures |= _score(name, p, train, test[rows], rows)
        above = figures[C, NETWORK] - figures[C, COX_LOG]
        below = figures[BRIER, COX_LOG] - figures[BRIER, NETWORK]
        figures |= {(C_ABOVE, NETWORK): above, (BRIER_BELOW, NETWORK): below}
        return figures | _calibrate(predicted[NETWORK], test, rows)

    everyone = People(TEST, np.arange(len(test)), test["event"])
    return bootstrap(statistic, everyone, seed=split.seed, resamples=_RESAMPLES)


def describe_by_group(table: SurvivalTable, split: Split, model: SurvivalModel) -> list[Metric]:
    """Discrimination, error and calibration of the network by sex and by age, on the test split.

    Each group has its own days, the 5 to 90 % quantiles of its follow-up; one with fewer than ten
    deaths is left out.
    """
    X, train, test = table.X[split.test], table.outcome[split.train], table.outcome[split.test]
    groups = {f"sex {sex}": X[:, 1] == code for code, sex in enumerate(SEXES)}
    groups |= {
        band: (low <= X[:, 0]) & (X[:, 0] < high) for band, (low, high) in _AGE_BANDS.items()
    }
    metrics = []
    for group, members in groups.items():
        if test["event"][members].sum() < _FEWEST_EVENTS:
            continue
        predicted = _predict(model, X, quantile_days(test[members]))

        def statistic(rows: Rows, predicted: _Predicted = predicted) -> Figures:
            scores = _score(NETWORK, predicted, train, test[rows], rows)
            return scores | _calibrate(predicted, test, rows)

        people = People(f"{TEST}, by sex and age", np.flatnonzero(members), test["event"], group)
        metrics += bootstrap(statistic, people, seed=split.seed, resamples=_RESAMPLES)
    return metrics


def describe_by_risk(table: SurvivalTable, split: Split, model: SurvivalModel) -> list[Metric]:
    """Predicted and observed risk of the network in fifths of rising risk, on the test split."""
    test = table.outcome[split.test]
    predicted = _predict(model, table.X[split.test], quantile_days(test))

    def statistic(rows: Rows) -> Figures:
        figures = {}
        for horizon, risk in predicted.by_horizon.items():
            observed = observed_risk(test[rows], HORIZONS[horizon])
            figures[f"predicted at {horizon}", NETWORK] = float(risk[rows].mean())
            figures[f"observed at {horizon}", NETWORK] = observed
        return figures

    metrics = []
    fifths = np.array_split(np.argsort(predicted.risk, kind="stable"), 5)
    for i, rows in enumerate(fifths, start=1):
        people = People(f"{TEST}, by predicted risk", rows, test["event"], f"fifth {i} of risk")
        metrics += bootstrap(statistic, people, seed=split.seed, resamples=_RESAMPLES)
    return metrics


def _score(name: str, p: _Predicted, train: Outcome, drawn: Outcome, rows: Rows) -> Figures:
    return {
        (C, name): harrell_c(drawn, p.risk[rows]),
        ("Uno C", name): uno_c(train, drawn, p.risk[rows], p.days[-1]),
        (BRIER, name): integrated_brier(train, drawn, p.curves[rows], p.days),
    }


def _calibrate(p: _Predicted, test: Outcome, rows: Rows) -> Figures:
    return {
        (f"observed/expected at {horizon}", NETWORK): observed_over_expected(
            test[rows], risk[rows], HORIZONS[horizon]
        )
        for horizon, risk in p.by_horizon.items()
    }


def _predict(model: SurvivalModel, X: Floats, days: Floats) -> _Predicted:
    at_horizons = 1 - model.survival(X, np.array(list(HORIZONS.values())))
    by_horizon = dict(zip(HORIZONS, at_horizons.T, strict=True))
    return _Predicted(model.risk(X), model.survival(X, days), days, by_horizon)
