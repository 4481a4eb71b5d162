"""Assesses survival curves, under censoring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sksurv.nonparametric import kaplan_meier_estimator

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Group,
    Input,
    Level,
    Metric,
    Output,
    Strata,
    SurvivalIntervals,
    SurvivalOutput,
)
from medmaas_training.assessment.certainty.calibration import Claim, estimate_risk
from medmaas_training.assessment.certainty.conformal import find_bound
from medmaas_training.assessment.certainty.groups import find_all_members, list_groups
from medmaas_training.assessment.certainty.intervals import see_split
from medmaas_training.assessment.certainty.recalibration import LEAST, Recalibrator, Rows
from medmaas_training.assessment.evaluated import (
    Answered,
    QuantileEvaluated,
    Tensors,
    round_output,
)
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.resampling import Flags, Floats, Sample
from medmaas_training.assessment.splits import Array

Outcome = NDArray[np.void]
ON_WORST = "test split, the groups in which most deaths are beyond those predicted"
_SMALLEST = 1e-12
_FEWEST_EXPECTED = 5  # deaths of a group
_SHOWN = 5


@dataclass(frozen=True)
class EvaluatedSurvival(QuantileEvaluated):
    """Survival curves, and who died or was last seen when.

    Attributes:
        curves: chance to be alive, [n, days].
        days: that they are given at, the first being 0.
        outcome: of the same n.
        train: of the train split, which censoring is learned from.
        horizons: the days that risks are given at.
    """

    curves: Floats
    days: Floats
    outcome: Outcome
    train: Outcome
    horizons: tuple[int, ...]

    careful: ClassVar[np.ufunc] = np.minimum

    @property
    def width_of(self) -> str:
        """A bound is a day."""
        return "median bound in days"

    @property
    def prediction(self) -> Floats:
        """The risk at the last horizon, [n]."""
        return 1 - self.curves[:, int(np.searchsorted(self.days, self.horizons[-1]))]

    @property
    def middle(self) -> int:
        """The horizon in the middle."""
        return self.horizons[len(self.horizons) // 2]

    @cached_property
    def hazard(self) -> Floats:
        """Cumulative hazard at every day, [n, days]."""
        return -np.log(np.maximum(self.curves, _SMALLEST))

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

    def find_quantile(self, rows: Flags, coverage: float) -> float:
        """How far the curve has fallen by the bound."""
        time = self.outcome["time"]
        seen = self.outcome["event"] & (time < self.days[-1])
        fallen = np.where(seen, 1 - np.exp(-self.hazard_at(time)), np.inf)
        return find_bound(fallen[rows], self.weights[rows], coverage)

    def hold(self, quantiles: Floats) -> Floats:
        """One less the weight of a death before the bound."""
        early = self.outcome["event"] & (self.outcome["time"] < self.measure_width(quantiles))
        held: Floats = 1 - self.weights * early
        return held

    def measure_width(self, quantiles: Floats) -> Floats:
        """The bound: the last whole day before the curve has fallen by the quantile, [n]."""
        wanted = -np.log(np.maximum(1 - quantiles, _SMALLEST))
        after = (self.hazard < wanted[:, None]).sum(1)  # hazard rises: position of the first beyond
        inside = np.clip(after, 1, len(self.days) - 1)
        person = np.arange(len(wanted))
        low, high = self.hazard[person, inside - 1], self.hazard[person, inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.clip(np.nan_to_num((wanted - low) / (high - low)), 0, 1)
        start, end = self.days[inside - 1], self.days[inside]
        bound = np.where(after == 0, 0.0, start + share * (end - start))
        return np.floor(np.where(after == len(self.days), self.days[-1], bound) + 1e-9)

    def make_intervals(
        self, levels: Sequence[Level], strata: Strata | None, groups: Sequence[Group] = ()
    ) -> SurvivalIntervals:
        """A day that is outlived."""
        return SurvivalIntervals(levels=tuple(levels), strata=strata, groups=tuple(groups) or None)

    def find_losses(self) -> tuple[str, Floats]:
        """The Brier score at the horizon in the middle."""
        return f"Brier score at day {self.middle}", self.score_brier(self.middle)

    def find_judgement(self) -> tuple[str, Floats]:
        """How close the risk is to one half."""
        p = self.risk_by(self.middle)
        return "closeness of the risk to one half", p * (1 - p)

    def find_claims(self, sample: Sample) -> list[tuple[Claim, Sample]]:
        """The risk by every horizon; the recipe draws their calibration curves itself."""
        return [
            (Claim(f"risk by day {day}", self.risk_by(day), outcome=self.outcome, day=day), sample)
            for day in self.horizons
        ]

    def find_recalibrators(self) -> list[Recalibrator]:
        """A power of the curve."""
        return [Power(self)]

    def compare_risk(self, day: float, weights: Floats) -> float:
        """Deaths by a day, estimated under censoring, over those predicted, as often as drawn."""
        time, event = self.outcome["time"], self.outcome["event"]
        observed = estimate_risk(time, event, weights, day)
        return observed * float(weights.sum()) / float(weights @ self.risk_by(day))


class Power:
    """Survival curves raised to a power: the hazard multiplied by it."""

    normalises = False

    def __init__(self, evaluated: EvaluatedSurvival) -> None:
        self.name = "the curve"
        time = evaluated.outcome["time"]
        self._hazard = np.maximum(evaluated.hazard_at(time), LEAST)
        self._died = evaluated.outcome["event"] & (time <= evaluated.days[-1])

    def fit(self, rows: Rows) -> tuple[float, ...]:
        """Deaths over those expected."""
        return (float(self._died[rows].sum() / self._hazard[rows].sum()) or 1.0,)

    def lose(self, numbers: tuple[float, ...] = (1.0,)) -> Floats:
        """Minus the log likelihood of each person, up to what no power changes, [n]."""
        hazard = numbers[0] * self._hazard
        loss: Floats = hazard - self._died * np.log(hazard)
        return loss


class SurvivalAssessor(OutputAssessor):
    """Chances to be alive at a row of days."""

    method = (
        "Conformal risk control of the share that dies before the bound, weighted against "
        "censoring that is taken to be independent of the features (Angelopoulos et al. 2024; "
        "Candes, Lei & Ren 2023)"
    )
    needs_threshold = True

    def __init__(self, output: SurvivalOutput) -> None:
        super().__init__(output)
        self._days = np.array(output.time_days, float)
        self._horizons = output.horizon_days

    def evaluate(
        self,
        spec: Input,  # noqa: ARG002
        rows: Array,  # noqa: ARG002
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401
    ) -> EvaluatedSurvival:
        """Of structured arrays (event, time in days) [n]."""
        curves = round_output(outputs[self.output.tensor])
        return EvaluatedSurvival(curves, self._days, outcome, train, self._horizons)

    def describe_groups(self, calibration: Answered, test: Answered, spec: Input) -> list[Metric]:
        """By every horizon the five groups in which most deaths are beyond those predicted."""
        learned, seen = see_split(calibration, spec), see_split(test, spec)
        groups = list_groups(spec, learned.values, ends_alone=False)
        found = find_all_members(spec, groups, seen.values)
        evaluated = expect(test.evaluated, EvaluatedSurvival)
        metrics: list[Metric] = []
        for day in self._horizons:
            risk = evaluated.risk_by(day)
            ratios = {
                group: evaluated.compare_risk(day, members.astype(float))
                for group, members in found.items()
                if risk[members].sum() >= _FEWEST_EXPECTED
            }
            metrics += _measure_worst(evaluated, day, ratios, found, test.sample)
        return metrics

    def find_owners(self, outcome: Any, n: int) -> tuple[NDArray[np.intp], Flags | None]:  # noqa: ANN401
        """Everyone's own row; deaths are counted."""
        return np.arange(n), outcome["event"]


def _measure_worst(
    evaluated: EvaluatedSurvival,
    day: int,
    ratios: Mapping[str, float],
    members: Mapping[str, Flags],
    sample: Sample,
) -> list[Metric]:
    """The largest of these ratios, by group, with intervals."""
    name = f"observed/expected by day {day}"

    def statistic(weights: Floats) -> dict[str, float]:
        return {name: evaluated.compare_risk(day, weights)}

    return [
        metric.model_copy(update={"measure": "observed_expected"})
        for group in nlargest(_SHOWN, ratios, key=lambda group: ratios[group])
        for metric in sample.measure(ON_WORST, statistic, members=members[group], group=group)
    ]


def make(output: Output) -> SurvivalAssessor:
    """What assesses."""
    return SurvivalAssessor(expect(output, SurvivalOutput))
