"""Bands on a policy's risks: the share that has the outcome among so many patients like this one.

One patient has an outcome or not, which says nothing of a risk. So groups of decisions that are
neighbours in predicted risk stand for the patients like this one.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from medmaas.model.manifest import (
    EVERYONE,
    CoverageCurve,
    CoveragePoint,
    PolicyIntervals,
    PolicyLevel,
    PolicyOutput,
    Range,
    SeriesInput,
    Strata,
)
from training.assessment.certainty.conformal import find_lower_quantile, find_quantile
from training.assessment.certainty.intervals import COVERAGES, ON, ON_UNSTRATIFIED, measure_held
from training.assessment.resampling import Flags, Floats, Sample
from training.assessment.splits import Foreseen, Groups
from training.assessment.told import Tensors

GROUP_SIZE = 100
DOSE = "dose"
_MOST = 1e6  # times the expected nadir, where there are too few decisions to say
_EDGES = (1.0, 2.0, 3.0)  # doses given before
_ON_RISKS = f"{ON}: risks, groups of {GROUP_SIZE} decisions"
_ON_NADIRS = f"{ON}: nadirs"
_ON_UNSTRATIFIED = f"{ON_UNSTRATIFIED}: nadirs"
_NEITHER = "risks of 1 to 99 %"


@dataclass(frozen=True)
class ToldPolicy:
    """Risks and nadirs told at n decisions, and what would have come of each action.

    Attributes:
        spec: of the output. Outcomes that are computed from others come last.
        risks: [n, actions, outcomes].
        nadirs: [n, actions].
        foreseen: what would have come of it.
        doses: given before, [n].
    """

    spec: PolicyOutput
    risks: Floats
    nadirs: Floats
    foreseen: Foreseen
    doses: NDArray[np.intp]

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """Names of the outcomes that come about or not."""
        names = [outcome.name for outcome in self.spec.outcomes]
        return tuple(names[: self.foreseen.below.shape[2]])

    @cached_property
    def ratios(self) -> Floats:
        """True nadir over expected, [n, actions]."""
        return self.foreseen.nadir / np.maximum(self.nadirs, 1e-6)

    def score_groups(
        self, action: int, outcome: int, members: Flags | None = None
    ) -> tuple[Floats, Floats]:
        """Groups of neighbours: standard errors between share and mean risk, mean risk, [groups].

        Args:
            action: position.
            outcome: position.
            members: of whom, [n]; None is everyone.
        """
        chosen = slice(None) if members is None else members
        p, below = (a[chosen, action, outcome] for a in (self.risks, self.foreseen.below))
        groups = len(p) // GROUP_SIZE
        order = np.argsort(p, kind="stable")[: groups * GROUP_SIZE].reshape(groups, GROUP_SIZE)
        expected, share = p[order].mean(1), below[order].mean(1)
        scores: Floats = np.abs(share - expected) / standard_error(expected)
        return scores, expected

    def pool_groups(self, outcome: int, members: Flags | None = None) -> tuple[Floats, Floats]:
        """The groups of every action."""
        parts = [self.score_groups(i, outcome, members) for i in range(len(self.spec.actions))]
        scores, expected = zip(*parts, strict=True)
        return np.concatenate(scores), np.concatenate(expected)


def make_told_policy(
    spec: PolicyOutput, series: SeriesInput, rows: Floats, outputs: Tensors, foreseen: Foreseen
) -> ToldPolicy:
    """What was told at n decisions, given what went in."""
    shape = (-1, len(spec.actions), len(spec.outcomes))
    risks = outputs[spec.tensor].astype(float).reshape(shape).round(6)
    nadirs = outputs[spec.nadir_tensor].astype(float).reshape(shape[:2]).round(6)
    names = [feature.name for feature in series.features]
    doses = np.zeros(len(risks), np.intp)
    if DOSE in names:
        doses = (rows[:, :, names.index(DOSE)] > 0).sum(1)
    return ToldPolicy(spec, risks, nadirs, foreseen, doses)


def standard_error(p: Floats) -> Floats:
    """Of a share among GROUP_SIZE, whose risk is p; never that of a certainty."""
    error: Floats = np.sqrt(np.maximum(p * (1 - p), 1 / GROUP_SIZE) / GROUP_SIZE)
    return error


def is_open(p: Floats) -> Flags:
    """Whether some of GROUP_SIZE may have the outcome and some not: elsewhere any band holds."""
    return p * (1 - p) >= 1 / GROUP_SIZE


def learn_bands(told: ToldPolicy) -> PolicyIntervals:
    """How many standard errors a share lies off, and how far nadirs, at every coverage.

    Learned of groups whose risk is open; never less than what chance alone would need.
    """
    edges = tuple(edge for edge in _EDGES if 0 < (told.doses >= edge).mean() < 1)
    strata = Strata(by=DOSE, edges=edges) if edges else None
    place = np.searchsorted(edges, told.doses, side="right")
    levels = []
    for coverage in COVERAGES:
        chance = float(norm.ppf((1 + coverage) / 2))
        risks = {}
        for i, name in enumerate(told.observed):
            scores, expected = told.pool_groups(i)
            found = find_quantile(scores[is_open(expected)], coverage)
            risks[name] = max(found if np.isfinite(found) else float(scores.max()), chance)
        nadirs = [_find_range(told.ratios[place == i], coverage) for i in range(len(edges) + 1)]
        levels.append(
            PolicyLevel(
                coverage=coverage,
                risks=risks,
                nadir=_find_range(told.ratios, coverage),
                nadirs=tuple(nadirs) if strata else (),
            )
        )
    return PolicyIntervals(levels=tuple(levels), group_size=GROUP_SIZE, strata=strata)


def _find_range(ratios: Floats, coverage: float) -> Range:
    """Wide enough for each of the actions, of ratios [n, actions]."""
    either = (1 + coverage) / 2
    low = min(find_lower_quantile(of_one, either) for of_one in ratios.T)
    high = max(find_quantile(of_one, either) for of_one in ratios.T)
    return Range(low=max(low, 0.0), high=min(high, _MOST))


def measure_bands(
    bands: PolicyIntervals, told: ToldPolicy, groups: Groups, sample: Sample
) -> list[CoverageCurve]:
    """Coverage of the risks by outcome, action and subgroup, of the nadirs, and without strata."""
    curves: dict[str, list[CoveragePoint]] = {_ON_RISKS: [], _ON_NADIRS: [], _ON_UNSTRATIFIED: []}
    for level in bands.levels:
        looked_at = groups if level is bands.levels[0] else {}
        curves[_ON_RISKS] += _measure_risks(level, told, looked_at, sample)
        stratified, plain = _find_nadirs(bands, level, told)
        curves[_ON_NADIRS] += _measure_nadirs(level, stratified, told, looked_at, sample)
        curves[_ON_UNSTRATIFIED] += _measure_nadirs(level, plain, told, looked_at, sample)
    return [
        CoverageCurve(
            of="variant" if on == _ON_UNSTRATIFIED else "model",
            cohort=sample.cohort,
            evaluated_on=on,
            points=tuple(points),
        )
        for on, points in curves.items()
    ]


def _measure_risks(
    level: PolicyLevel, told: ToldPolicy, groups: Groups, sample: Sample
) -> list[CoveragePoint]:
    """Drawn again are groups of GROUP_SIZE decisions, each a case of its own."""
    sets: dict[str, tuple[str, Floats]] = {}
    for j, name in enumerate(told.observed):
        scores, expected = told.pool_groups(j)
        sets[name] = name, scores
        sets[f"{name}, {_NEITHER}"] = name, scores[is_open(expected)]
        for group, members in groups.items():
            sets[f"{name}, {group}"] = name, told.pool_groups(j, members)[0]
        for i, action in enumerate(told.spec.actions if groups else ()):
            sets[f"{name}, {action.name}"] = name, told.score_groups(i, j)[0]
    points = []
    for group, (name, scores) in sets.items():
        held = (scores <= level.risks[name]).astype(float)
        pooled = replace(sample, patient=np.arange(len(held)), event=None)
        if len(held):
            points += measure_held(level.coverage, held, pooled, group=group)
    return points


def _find_nadirs(bands: PolicyIntervals, level: PolicyLevel, told: ToldPolicy) -> list[Floats]:
    """Whether each nadir lies in its band, and in the one without strata, [n, actions] each."""
    edges = bands.strata.edges if bands.strata else ()
    ranges = level.nadirs or (level.nadir,)
    place = np.searchsorted(edges, told.doses, side="right")
    low, high = (np.array([getattr(r, end) for r in ranges])[place] for end in ("low", "high"))
    return [
        ((lows <= told.ratios) & (told.ratios <= highs)).astype(float)
        for lows, highs in (
            (low[:, None], high[:, None]),
            (level.nadir.low, level.nadir.high),
        )
    ]


def _measure_nadirs(
    level: PolicyLevel, held: Floats, told: ToldPolicy, groups: Groups, sample: Sample
) -> list[CoveragePoint]:
    sets: dict[str, tuple[Floats, Flags | None]] = {EVERYONE: (held.mean(1), None)}
    sets |= {group: (held.mean(1), members) for group, members in groups.items()}
    if groups:
        sets |= {a.name: (held[:, i], None) for i, a in enumerate(told.spec.actions)}
    points = []
    for group, (shares, members) in sets.items():
        points += measure_held(level.coverage, shares, sample, members=members, group=group)
    return points
