"""What was observed among cases of similar prediction, with 95 % intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sksurv.nonparametric import kaplan_meier_estimator

from medmaas.model.manifest import Estimate

Floats = NDArray[np.float64]
Outcome = NDArray[np.void]
_FEWEST = 20


@dataclass(frozen=True)
class Group:
    """n cases of similar predictions: the mean of these, and the observed share with interval."""

    predicted: float
    observed: float
    low: float
    high: float
    n: int


def group_by_prediction(predicted: Floats) -> list[NDArray[np.intp]]:
    """Rows in ten groups of rising prediction [n]; in fewer, if a group would be below 20."""
    order = np.argsort(predicted, kind="stable")
    return np.array_split(order, min(10, max(1, len(order) // _FEWEST)))


def count_share(predicted: Floats, observed: NDArray[np.bool_]) -> Group:
    """Mean of the predictions [n], and the share observed [n] with Wilson's interval."""
    cases, n = int(observed.sum()), len(observed)
    return Group(float(predicted.mean()), cases / n, *wilson(cases, n), n)


def estimate_share(cases: int, n: int) -> Estimate:
    """A share with its 95 % interval, which is Wilson's."""
    low, high = wilson(cases, n)
    return Estimate(value=cases / n, low=low, high=high)


def wilson(cases: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    interval = binomtest(cases, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def estimate_curve(outcome: Outcome) -> tuple[Floats, Floats, Floats, Floats]:
    """Days from 0, Kaplan and Meier's estimate after each, and its 95 % interval's two ends."""
    days, alive, (low, high) = kaplan_meier_estimator(
        outcome["event"], outcome["time"], conf_type="log-log"
    )
    alive, low, high = (np.append(1.0, curve) for curve in (alive, low, high))
    return np.append(0.0, days), alive, low, high


def estimate_risk(outcome: Outcome, day: float) -> tuple[float, float, float]:
    """Kaplan and Meier's risk by a day, and its 95 % interval.

    The interval is on the log-log scale. Where nobody or everybody had the event that is a point,
    which claims too much: it is then Wilson's for those still followed on that day, or for all.
    """
    days, *curves = estimate_curve(outcome)
    reached = int(np.searchsorted(days, day, side="right")) - 1
    alive, low, high = (float(curve[reached]) for curve in curves)
    if alive == 1:
        followed = int((outcome["time"] >= day).sum())
        return 0.0, 0.0, wilson(0, followed)[1] if followed else 1.0
    if alive == 0:
        return 1.0, wilson(len(outcome), len(outcome))[0], 1.0
    return 1 - alive, 1 - high, 1 - low
