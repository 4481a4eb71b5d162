"""How good predicted survival is: discrimination, error of the whole curve, calibration."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sksurv.metrics import (
    concordance_index_censored,
    concordance_index_ipcw,
    integrated_brier_score,
)
from sksurv.nonparametric import kaplan_meier_estimator

Floats = NDArray[np.float64]
Outcome = NDArray[np.void]


class SurvivalModel(Protocol):
    """A fitted model, on raw features X [n, features] with NaN for missing."""

    def risk(self, X: Floats) -> Floats:
        """A score that is higher the sooner death is expected, [n]."""

    def survival(self, X: Floats, days: Floats) -> Floats:
        """Probability to be alive after each of `days`, [n, days]."""


def interpolate(curves: Floats, knots: Floats, days: Floats) -> Floats:
    """Curves [n, knots] at other days, the hazard being constant between two knots, [n, days]."""
    logs = np.log(np.maximum(curves, 1e-12))
    between: Floats = np.exp(np.stack([np.interp(days, knots, row) for row in logs]))
    return between


def harrell_c(outcome: Outcome, risk: Floats) -> float:
    """Share of comparable pairs in the right order (Harrell et al. 1982); NaN if there is none."""
    if not _has_pairs(outcome):
        return float("nan")
    return float(concordance_index_censored(outcome["event"], outcome["time"], risk)[0])


def uno_c(train: Outcome, outcome: Outcome, risk: Floats, until_day: float) -> float:
    """Harrell's C, weighted against censoring, for deaths until a day (Uno et al. 2011).

    Nobody is weighted beyond the follow-up of the people trained on. NaN if no pair is comparable.
    """
    until = min(until_day, train["time"].max())
    early = outcome.copy()
    early["event"] &= early["time"] < until
    if not _has_pairs(early):
        return float("nan")
    return float(concordance_index_ipcw(train, outcome, risk, tau=until)[0])


def _has_pairs(outcome: Outcome) -> bool:
    """Whether anybody is followed for longer than somebody with the event: resamples may not be."""
    time, event = outcome["time"], outcome["event"]
    return bool(event.any()) and bool(time.max() > time[event].min())


def quantile_days(outcome: Outcome) -> Floats:
    """The days between the 5 % and 90 % quantiles of follow-up on which curves are compared."""
    return np.unique(np.quantile(outcome["time"], np.linspace(0.05, 0.9, 100)))


def integrated_brier(train: Outcome, outcome: Outcome, curves: Floats, days: Floats) -> float:
    """Squared error of the curve, averaged over days, weighted for censoring (Graf et al. 1999).

    Days outside the follow-up of the people measured are passed by: a resample of few may be short.
    Follow-up longer than that of anyone trained on is cut there: weights end with it.
    NaN if nobody had the event.
    """
    if not outcome["event"].any():
        return float("nan")
    outcome, longest = outcome.copy(), train["time"].max()
    outcome["event"] &= outcome["time"] <= longest
    outcome["time"] = np.minimum(outcome["time"], longest)
    inside = (outcome["time"].min() <= days) & (days < outcome["time"].max())
    return float(integrated_brier_score(train, outcome, curves[:, inside], days[inside]))


def observed_risk(outcome: Outcome, day: float) -> float:
    """Share that died by a day: one minus Kaplan and Meier's estimate."""
    days, alive = kaplan_meier_estimator(outcome["event"], outcome["time"])
    reached = np.searchsorted(days, day, side="right")
    return float(1 - alive[reached - 1]) if reached else 0.0


def observed_over_expected(outcome: Outcome, predicted: Floats, day: float) -> float:
    """Observed divided by mean predicted risk by a day; 1 is right on average, over 1 too low."""
    return observed_risk(outcome, day) / float(predicted.mean())
