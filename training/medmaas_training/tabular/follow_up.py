"""Columns that are of the follow-up itself: its time, another event's, a status, immortal time.

Expected numbers are those of a column that has nothing to do with the time: each of its values is
compared with everybody's time. Chances are Poisson's.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, poisson
from sksurv.nonparametric import nelson_aalen_estimator

from medmaas.model.years import DAYS_PER_YEAR
from medmaas_training.survival.metrics import Outcome
from medmaas_training.tabular.own_columns import Floats
from medmaas_training.tabular.separation import Bools

Signs = NDArray[np.int64]

# days of an hour, a day, a week, a month and a year, as tables count them
_UNITS = (1 / 24, 1.0, 7.0, 30.0, DAYS_PER_YEAR / 12, 365.0, DAYS_PER_YEAR)
_MOST_DECIMALS = 4
_FEWEST = 20
_CHANCE = 1e-6
_EQUAL = 0.9
_OFTEN_EQUAL = 0.1
_AT_TIMES_EQUAL = 0.05
_OVER_EXPECTED = 5
_HARDLY = 0.02
_TOUCHING = 0.05
_NEAR = 0.25
_SPAN_R2 = 0.85
_SPAN_GAIN = 0.02
_SPAN_RATIO = 0.1
_MOST_ENDS = 200
_IMMORTAL_CHANCE = 1e-3
_EARLY_CHANCE = 1e-4
_EARLY = (0.1, 0.2, 0.35, 0.5)
_FEW = 1 / 3


class TimeLikeness(NamedTuple):
    """What a column of numbers is of the follow-up time.

    Attributes:
        what: equal to it; `inside`, which is never above it; `later`, never below it; or `often`
            equal to it.
        share: of rows in which they are equal, rounded as the column is.
        sides: [n] -1 below the time, 0 equal, 1 above, 2 missing.
    """

    what: Literal["equal", "inside", "later", "often"]
    share: float
    sides: Signs


class Hazard(NamedTuple):
    """Nelson and Aalen's cumulated hazard of everybody: days and values, [distinct times]."""

    days: Floats
    cumulated: Floats

    @classmethod
    def of(cls, outcome: Outcome) -> "Hazard":
        """That of people [n]."""
        return cls(*nelson_aalen_estimator(outcome["event"], outcome["time"]))

    def expect(self, time: Floats, before: float) -> float:
        """Events expected of people followed for `time` [n], before a day."""
        until = np.searchsorted(self.days, time, side="right")
        until = np.minimum(until, np.searchsorted(self.days, before, side="left"))
        return float(np.concatenate([[0.0], self.cumulated])[until].sum())


class Immortal(NamedTuple):
    """`carriers` people, of whom `seen` had the event before `days`, `expected` expected."""

    carriers: int
    days: float
    seen: int
    expected: float


def compare_with_time(x: Floats, time: Floats) -> TimeLikeness | None:
    """What numbers x [n], NaN for missing, in any unit, are of a follow-up time [n] in days."""
    known = ~np.isnan(x)
    if known.sum() < _FEWEST:
        return None
    found = [like for days in _UNITS if (like := _compare(x[known], time[known] / days))]
    if not found:
        return None
    best = max(found, key=lambda like: like.share)
    sides = np.full(len(x), 2)
    sides[known] = best.sides
    return best._replace(sides=sides)


def find_span(X: Floats, time: Floats) -> Iterator[tuple[int, int, float]]:
    """Columns of X [n, features] of which one minus the other is the time [n]: end, start and R2.

    Closed form of the regression on two columns, whose coefficients must be opposite. Only columns
    most correlated with the time are tried as the end: what it takes grows as the columns do.
    """
    Z, length = _standardise(np.where(np.isnan(X), np.nanmedian(X, axis=0), X))
    r = Z.T @ _standardise(time[:, None])[0][:, 0]
    for end in np.argsort(-np.abs(r), kind="stable")[:_MOST_ENDS]:
        common = Z.T @ Z[:, end]
        apart = 1 - common**2
        with np.errstate(divide="ignore", invalid="ignore"):
            of_end, of_start = (r[end] - r * common) / apart, (r - r[end] * common) / apart
            r2 = of_end * r[end] + of_start * r
            ratio = -(of_start / length) / (of_end / length[end])
        fits = (apart > _CHANCE) & (r2 > _SPAN_R2) & (of_end > 0)
        fits &= np.abs(ratio - 1) < _SPAN_RATIO
        fits &= r2 - np.maximum(r[end] ** 2, r**2) > _SPAN_GAIN
        if fits.any():
            start = int(np.argmax(np.where(fits, r2, -1)))
            yield int(end), start, float(r2[start])


def is_status(x: Floats, like: TimeLikeness, event: Bools) -> bool:
    """Whether a column x [n] of few values says on which side of the follow-up a time column lies.

    So it is where hardly anybody on one side has a value that those of the same event [n] on the
    other sides have.
    """
    for value in np.unique(x[~np.isnan(x)]):
        for alike in (event, ~event):
            having = (x == value) & alike
            for side in (-1, 0, 1):
                here = alike & (like.sides == side)
                expected = here.sum() * having.sum() / max(1, alike.sum())
                if _is_rare(int((having & here).sum()), expected):
                    return True
    return False


def find_immortal(carriers: Bools, outcome: Outcome, hazard: Hazard) -> Immortal | None:
    """Whether people [n] hardly have the event early, although they have it later.

    Either nobody has it before their first event, with a chance below 0.001 under everybody's
    hazard and, so that it is no lower hazard throughout, under their own if that were a constant
    part of it. Or at most a third of those expected have it by an early day, with a chance below
    0.0001 of both kinds.
    """
    time, event = outcome["time"][carriers], outcome["event"][carriers]
    if not event.any():
        return None
    whole = hazard.expect(time, np.inf)
    days = outcome["time"][outcome["event"]]
    tries = [(float(time[event].min()), 0.0, _IMMORTAL_CHANCE)]
    tries += [(float(day), _FEW, _EARLY_CHANCE) for day in np.quantile(days, _EARLY)]
    for day, most, limit in tries:
        seen, expected = int((event & (time < day)).sum()), hazard.expect(time, day)
        own = event.sum() * expected / whole
        few = seen <= most * min(expected, own)
        chance = poisson.cdf(seen, expected), binom.cdf(seen, event.sum(), expected / whole)
        if few and max(chance) < limit:
            return Immortal(len(time), day, seen, expected)
    return None


def _compare(x: Floats, time: Floats) -> TimeLikeness | None:
    """Of x [n] and a time [n] in the unit that x may be in."""
    n, close = len(x), _find_resolution(x) * (1 - 1e-6)
    sides = np.where(np.abs(x - time) < close, 0, np.sign(x - time)).astype(np.int64)
    below, equal, above = (int((sides == side).sum()) for side in (-1, 0, 1))
    ordered = np.sort(time)
    shorter = np.searchsorted(ordered, x - close, side="right").sum() / n
    longer = (n - np.searchsorted(ordered, x + close, side="left")).sum() / n
    expected = n - shorter - longer
    share = equal / n
    if equal < _OVER_EXPECTED * expected or poisson.sf(equal - 1, expected) > _CHANCE:
        share = 0.0
    if share >= _EQUAL:
        return TimeLikeness("equal", equal / n, sides)
    at_times = share >= _AT_TIMES_EQUAL
    touching = np.mean(np.abs(x - time) <= _NEAR * np.maximum(x, time)) >= _TOUCHING
    if (touching and _is_rare(above, shorter)) or (at_times and above <= _HARDLY * n):
        return TimeLikeness("inside", equal / n, sides)
    if (touching and _is_rare(below, longer)) or (at_times and below <= _HARDLY * n):
        return TimeLikeness("later", equal / n, sides)
    return TimeLikeness("often", equal / n, sides) if share >= _OFTEN_EQUAL else None


def _is_rare(seen: int, expected: float) -> bool:
    return seen <= _HARDLY * expected and bool(poisson.cdf(seen, expected) < _CHANCE)


def _find_resolution(x: Floats) -> float:
    """The last decimal that numbers are written with."""
    for decimals in range(_MOST_DECIMALS):
        if np.allclose(x, np.round(x, decimals), rtol=0, atol=1e-9 * max(1.0, np.abs(x).max())):
            return float(10.0**-decimals)
    return float(10.0**-_MOST_DECIMALS)


def _standardise(X: Floats) -> tuple[Floats, Floats]:
    """Every column with mean 0 and length 1, and what its length was; a constant one is 0."""
    centred = X - X.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    length = np.where(length > 0, length, 1.0)
    return centred / length, length
