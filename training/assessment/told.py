"""What a model told of the cases of a split, and what came of it: one class per kind of output.

All give the same: a quantile for a coverage, which cases an interval then holds, how wide it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sksurv.nonparametric import kaplan_meier_estimator

from medmaas.model.manifest import ClassesOutput, Output, SurvivalOutput, ValueOutput
from training.assessment.certainty.conformal import find_bound, find_quantile

Floats = NDArray[np.float64]
Outcome = NDArray[np.void]
Tensors = Mapping[str, NDArray[Any]]

_ROUNDED = 1e-5  # answers are rounded to 1e-6 a label, so that a sum may be off by a few
_LEAST = 1e-12


class Told(Protocol):
    """Of n cases."""

    @property
    def size(self) -> str:
        """What is told of widths."""

    @property
    def prediction(self) -> Floats:
        """What strata by prediction go by, [n]."""

    def find_quantile(self, rows: NDArray[np.bool_], coverage: float) -> float:
        """The quantile that these rows give."""

    def hold(self, quantiles: Floats) -> Floats:
        """Whose mean is the coverage, given each case's quantile, [n]."""

    def measure_width(self, quantiles: Floats) -> Floats:
        """How wide each interval is, [n]; `size` says what is told of them."""


def make_told(output: Output, outputs: Tensors, outcome: Any, train: Any) -> Told:  # noqa: ANN401
    """What was told of a split.

    Args:
        output: of the model.
        outputs: of its graph, n rows.
        outcome: of the same n.
        train: the outcome of the train split, which censoring is learned from.
    """
    tensor = np.round(outputs[output.tensor].astype(float), 6)
    match output:
        case ClassesOutput():
            return ToldClasses(tensor, outcome)
        case ValueOutput():
            return ToldValue(tensor.reshape(-1), outcome)
        case SurvivalOutput():
            days = np.array(output.time_days, float)
            return ToldSurvival(tensor, days, outcome, train, output.horizon_days[-1])
        case _:
            raise TypeError


@dataclass(frozen=True)
class ToldClasses:
    """Probabilities p [n, labels] and the labels that were true, y [n]."""

    p: Floats
    y: NDArray[np.int64]
    size: str = "mean number of labels in the prediction set"

    @property
    def prediction(self) -> Floats:
        """The largest probability, [n]."""
        largest: Floats = self.p.max(1)
        return largest

    @cached_property
    def together(self) -> Floats:
        """Probabilities of each label and all likelier ones; 0 for the likeliest, [n, labels]."""
        order = np.argsort(-self.p, axis=1, kind="stable")
        sums = np.take_along_axis(self.p, order, 1).cumsum(1)
        sums[:, 0] = 0
        back: Floats = np.empty_like(sums)
        np.put_along_axis(back, order, sums, 1)
        return back

    def find_quantile(self, rows: NDArray[np.bool_], coverage: float) -> float:
        """Of the true label's cumulated probability (Romano, Sesia & Candes 2020)."""
        scores = self.together[np.arange(len(self.y)), self.y][rows]
        found = find_quantile(scores, coverage)
        return min(found + _ROUNDED, 1 + _ROUNDED) if found > 0 else 0.0

    def hold(self, quantiles: Floats) -> Floats:
        """Whether the true label is in the set."""
        scores = self.together[np.arange(len(self.y)), self.y]
        return (scores <= quantiles).astype(float)

    def measure_width(self, quantiles: Floats) -> Floats:
        """Labels in the set."""
        sizes: Floats = (self.together <= quantiles[:, None]).sum(1).astype(float)
        return sizes


@dataclass(frozen=True)
class ToldValue:
    """Values [n] and what was measured, y [n]."""

    values: Floats
    y: Floats
    size: str = "width of the interval"

    @property
    def prediction(self) -> Floats:
        """The value."""
        return self.values

    def find_quantile(self, rows: NDArray[np.bool_], coverage: float) -> float:
        """Of the absolute residual."""
        return find_quantile(np.abs(self.y - self.values)[rows], coverage)

    def hold(self, quantiles: Floats) -> Floats:
        """Whether what was measured is within the interval."""
        return (np.abs(self.y - self.values) <= quantiles).astype(float)

    def measure_width(self, quantiles: Floats) -> Floats:
        """From its low to its high end."""
        return 2 * quantiles


@dataclass(frozen=True)
class ToldSurvival:
    """Survival curves, and who died or was last seen when.

    Attributes:
        curves: chance to be alive, [n, days].
        days: that they are told at, the first being 0.
        outcome: of the same n.
        train: of the train split, which censoring is learned from.
        horizon: the last of those that risks are told at.
        size: what is told of bounds.
    """

    curves: Floats
    days: Floats
    outcome: Outcome
    train: Outcome
    horizon: float
    size: str = "median bound in days"

    @property
    def prediction(self) -> Floats:
        """The risk at the last horizon, [n]."""
        return 1 - self.curves[:, int(np.searchsorted(self.days, self.horizon))]

    @cached_property
    def hazard(self) -> Floats:
        """Cumulative hazard at every day, [n, days]."""
        return -np.log(np.maximum(self.curves, _LEAST))

    def hazard_at(self, times: Floats) -> Floats:
        """Cumulative hazard of each person at a time of their own, [n]; no further than it goes."""
        at = np.clip(np.searchsorted(self.days, times, side="right") - 1, 0, len(self.days) - 2)
        start, end = self.days[at], self.days[at + 1]
        share = np.clip((times - start) / (end - start), 0, 1)
        person = np.arange(len(times))
        low, high = self.hazard[person, at], self.hazard[person, at + 1]
        risen: Floats = low + share * (high - low)
        return risen

    def risk_by(self, day: float) -> Floats:
        """The risk by a day, [n]."""
        return 1 - np.exp(-self.hazard_at(np.full(len(self.curves), day)))

    def score_brier(self, day: float) -> Floats:
        """Squared error of the curve at a day, weighted against censoring (Graf et al. 1999)."""
        time, alive = self.outcome["time"], 1 - self.risk_by(day)
        died = self.outcome["event"] & (time <= day)
        after = 1 / self.follow(np.array([day + 1e-9]))
        scores: Floats = alive**2 * died * self.weights + (1 - alive) ** 2 * (time > day) * after
        return scores

    @cached_property
    def weights(self) -> Floats:
        """One over the chance to be followed until just before one's own time, [n]."""
        return 1 / self.follow(self.outcome["time"])

    def follow(self, times: Floats) -> Floats:
        """The chance not to be censored before times [n]: Kaplan and Meier's, of the train split.

        Never below what the last one followed leaves.
        """
        ends, chance = kaplan_meier_estimator(~self.train["event"], self.train["time"])
        reached = np.searchsorted(ends, times, side="left")
        before = np.append(1.0, chance)[reached]
        least = chance[chance > 0].min(initial=1.0)
        kept: Floats = np.maximum(before, least)
        return kept

    def find_quantile(self, rows: NDArray[np.bool_], coverage: float) -> float:
        """How far the curve has fallen by the bound."""
        time = self.outcome["time"]
        told = self.outcome["event"] & (time < self.days[-1])
        fallen = np.where(told, 1 - np.exp(-self.hazard_at(time)), np.inf)
        return find_bound(fallen[rows], self.weights[rows], coverage)

    def hold(self, quantiles: Floats) -> Floats:
        """One less the weight of a death before the bound."""
        early = self.outcome["event"] & (self.outcome["time"] < self.measure_width(quantiles))
        held: Floats = 1 - self.weights * early
        return held

    def measure_width(self, quantiles: Floats) -> Floats:
        """The bound: the last whole day before the curve has fallen by the quantile, [n]."""
        wanted = -np.log(np.maximum(1 - quantiles, _LEAST))
        after = (self.hazard < wanted[:, None]).sum(1)  # hazard rises: position of the first beyond
        inside = np.clip(after, 1, len(self.days) - 1)
        person = np.arange(len(wanted))
        low, high = self.hazard[person, inside - 1], self.hazard[person, inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.clip(np.nan_to_num((wanted - low) / (high - low)), 0, 1)
        start, end = self.days[inside - 1], self.days[inside]
        bound = np.where(after == 0, 0.0, start + share * (end - start))
        return np.floor(np.where(after == len(self.days), self.days[-1], bound) + 1e-9)
