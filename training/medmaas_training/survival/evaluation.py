"""Survival models compared: on five folds, on held-out people, and by group of people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import (
    CalibrationCurve,
    CalibrationPoint,
    Estimate,
    Measure,
    Metric,
    RiskTarget,
)
from medmaas_training import observed_shares
from medmaas_training.figures import Figures, Own, People, Rows, bootstrap, compare_folds
from medmaas_training.progress import track
from medmaas_training.survival.design import Design
from medmaas_training.survival.metrics import (
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
from medmaas_training.tabular.datasets import Split, SurvivalTable, make_folds

Makers = Mapping[str, Callable[[Floats, Outcome, int], SurvivalModel]]
Models = Mapping[str, SurvivalModel]
Groups = Mapping[str, NDArray[np.bool_]]

NETWORK = "logistic-hazard network (this model)"
COX = "Cox"
COX_AGE = "Cox, age alone"
BEST_COLUMN = "Cox, its best single column"
PLAIN = "plain network, squared error, censoring ignored"
LINEAR = "linear least squares, censoring ignored"
OWN: Own = {NETWORK: "model"}
C = "Harrell C"
BRIER = "integrated Brier score"
FOLDS = "5 stratified folds of all people"
TEST = "test split"
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
    folds = make_folds(table.X, table.event, 0, table.together)
    for fitting, testing in track(folds):
        train, test = table.outcome[fitting], table.outcome[testing]
        days = quantile_days(test)
        for name, make in makers.items():
            model = make(table.X[fitting], train, seed)
            curves = model.survival(table.X[testing], days)
            c = harrell_c(test, model.risk(table.X[testing]))
            figures.setdefault((C, name), []).append(c)
            brier = integrated_brier(train, test, curves, days)
            figures.setdefault((BRIER, name), []).append(brier)
    everyone = People("cross_validation", FOLDS, np.arange(len(table.X)), table.event)
    return compare_folds(figures, everyone, own=OWN)


def compare_on_test(
    table: SurvivalTable, split: Split, models: Models, design: Design
) -> list[Metric]:
    """Discrimination and error of every model on the test split, and calibration of the network."""
    train, test = table.outcome[split.train], table.outcome[split.test]
    days, X = quantile_days(test), table.X[split.test]
    predicted = {name: _predict(m, X, days, design) for name, m in models.items()}

    def statistic(rows: Rows) -> Figures:
        figures: Figures = {}
        for name, p in predicted.items():
            figures |= _score(name, p, train, test[rows], rows)
        return figures | _calibrate(predicted[NETWORK], test, rows, design)

    units = _find_units(table, split)
    everyone = People("test", TEST, np.arange(len(test)), test["event"], units=units)
    return _resample(statistic, everyone, split, design)


def describe_by_group(
    table: SurvivalTable,
    split: Split,
    model: SurvivalModel,
    groups: Groups,
    *,
    design: Design,
    by: str,
) -> list[Metric]:
    """Discrimination, error and calibration of the network by group, on the test split.

    Each group has its own days, the 5 to 90 % quantiles of its follow-up; one with fewer than ten
    deaths is left out.

    Args:
        table: of everyone.
        split: whose test part is measured.
        model: the network.
        groups: by name, which rows of the whole table are in it, [n].
        design: of the table.
        by: what the groups go by, in words.
    """
    X, train, test = table.X[split.test], table.outcome[split.train], table.outcome[split.test]
    units, on = _find_units(table, split), f"{TEST}, by {by}"
    metrics = []
    for group, of_all in groups.items():
        members = of_all[split.test]
        if test["event"][members].sum() < _FEWEST_EVENTS:
            continue
        predicted = _predict(model, X, quantile_days(test[members]), design)

        def statistic(rows: Rows, predicted: _Predicted = predicted) -> Figures:
            scores = _score(NETWORK, predicted, train, test[rows], rows)
            return scores | _calibrate(predicted, test, rows, design)

        people = People("test", on, np.flatnonzero(members), test["event"], group, units)
        metrics += _resample(statistic, people, split, design)
    return metrics


def describe_by_risk(
    table: SurvivalTable, split: Split, model: SurvivalModel, design: Design
) -> list[CalibrationCurve]:
    """Predicted and observed risk of the network in groups of rising risk, on the test split."""
    test, units = table.outcome[split.test], _find_units(table, split)
    predicted = _predict(model, table.X[split.test], quantile_days(test), design)
    groups = observed_shares.group_by_prediction(predicted.risk)
    curves = []
    for horizon, risk in predicted.by_horizon.items():
        day = design.horizons[horizon]
        points = [
            _describe_group(
                People("test", TEST, rows, test["event"], f"group {i} of {len(groups)}", units),
                test,
                risk,
                day,
                seed=split.seed,
            )
            for i, rows in enumerate(groups, start=1)
        ]
        curves.append(
            CalibrationCurve(
                target=RiskTarget(day=int(day)),
                cohort="test",
                evaluated_on=f"{TEST}, by predicted risk",
                points=tuple(sorted(points, key=lambda point: point.predicted.value)),
            )
        )
    return curves


def _describe_group(
    people: People, test: Outcome, risk: Floats, day: float, *, seed: int
) -> CalibrationPoint:
    def statistic(drawn: Rows) -> Figures:
        return {
            ("predicted", NETWORK): float(risk[drawn].mean()),
            ("observed", NETWORK): observed_risk(test[drawn], day),
        }

    predicted, observed = (
        Estimate(value=m.value, low=m.low, high=m.high)
        for m in bootstrap(statistic, people, own=OWN, seed=seed, resamples=_RESAMPLES)
    )
    if observed.value in (0, 1):  # all resamples agree, which is no interval
        _, low, high = observed_shares.estimate_risk(test[people.rows], day)
        observed = observed.model_copy(update={"low": low, "high": high})
    return CalibrationPoint(
        group=people.group,
        n=len(people.rows),
        events=int(test["event"][people.rows].sum()),
        predicted=predicted,
        observed=observed,
    )


def _find_units(table: SurvivalTable, split: Split) -> Rows | None:
    """Which rows of the test split belong together, [n]."""
    return None if table.together is None else table.together[split.test]


def _resample(
    statistic: Callable[[Rows], Figures], people: People, split: Split, design: Design
) -> list[Metric]:
    measures: dict[str, Measure] = {_name_ratio(h): "observed_expected" for h in design.horizons}
    return bootstrap(
        statistic, people, own=OWN, seed=split.seed, resamples=_RESAMPLES, measures=measures
    )


def _name_ratio(horizon: str) -> str:
    return f"observed/expected at {horizon}"


def split_in_thirds(risk: Floats) -> dict[str, Rows]:
    """Row positions of as many people each, in thirds of rising risk, [n]."""
    groups = np.array_split(np.argsort(risk, kind="stable"), 3)
    return {f"third {i} of risk": rows for i, rows in enumerate(groups, start=1)}


def _score(name: str, p: _Predicted, train: Outcome, drawn: Outcome, rows: Rows) -> Figures:
    return {
        (C, name): harrell_c(drawn, p.risk[rows]),
        ("Uno C", name): uno_c(train, drawn, p.risk[rows], p.days[-1]),
        (BRIER, name): integrated_brier(train, drawn, p.curves[rows], p.days),
    }


def _calibrate(p: _Predicted, test: Outcome, rows: Rows, design: Design) -> Figures:
    return {
        (_name_ratio(horizon), NETWORK): observed_over_expected(
            test[rows], risk[rows], design.horizons[horizon]
        )
        for horizon, risk in p.by_horizon.items()
    }


def _predict(model: SurvivalModel, X: Floats, days: Floats, design: Design) -> _Predicted:
    at_horizons = 1 - model.survival(X, np.array(list(design.horizons.values())))
    by_horizon = dict(zip(design.horizons, at_horizons.T, strict=True))
    return _Predicted(model.risk(X), model.survival(X, days), days, by_horizon)
