"""Bands on a policy's risks: the share that has the outcome among so many patients like this one.

One patient has an outcome or not, which says nothing of a risk. So groups of decisions that are
neighbours in predicted risk stand for the patients like this one.
"""

from dataclasses import replace

import numpy as np
from scipy.stats import norm

from medmaas.model.manifest import (
    EVERYONE,
    CoverageCurve,
    CoveragePoint,
    PolicyIntervals,
    PolicyLevel,
    Range,
    Strata,
)
from medmaas_training.assessment.certainty.conformal import find_lower_quantile, find_quantile
from medmaas_training.assessment.certainty.intervals import (
    COVERAGES,
    ON,
    measure_held,
)
from medmaas_training.assessment.outputs.evaluated_policy import GROUP_SIZE, EvaluatedPolicy
from medmaas_training.assessment.resampling import Flags, Floats, Sample
from medmaas_training.assessment.splits import Groups

DOSE = "dose"
_MOST = 1e6  # times the expected nadir, where there are too few decisions to say
_EDGES = (1.0, 2.0, 3.0)  # doses given before
_ON_RISKS = f"{ON}: risks, groups of {GROUP_SIZE} decisions"
_ON_NADIRS = f"{ON}: nadirs"
_ON_UNSTRATIFIED = "test split, intervals without strata: nadirs"
_NEITHER = "risks of 1 to 99 %"


def is_open(p: Floats) -> Flags:
    """Whether some of GROUP_SIZE may have the outcome and some not: elsewhere any band holds."""
    return p * (1 - p) >= 1 / GROUP_SIZE


def learn_bands(policy: EvaluatedPolicy) -> PolicyIntervals:
    """How many standard errors a share lies off, and how far nadirs, at every coverage.

    Learned of groups whose risk is open; never less than what chance alone would need.
    """
    edges = tuple(edge for edge in _EDGES if 0 < (policy.doses >= edge).mean() < 1)
    strata = Strata(by=DOSE, edges=edges) if edges else None
    place = np.searchsorted(edges, policy.doses, side="right")
    levels = []
    for coverage in COVERAGES:
        chance = float(norm.ppf((1 + coverage) / 2))
        risks = {}
        for i, name in enumerate(policy.observed):
            scores, expected = policy.pool_groups(i)
            found = find_quantile(scores[is_open(expected)], coverage)
            risks[name] = max(found if np.isfinite(found) else float(scores.max()), chance)
        nadirs = [_find_range(policy.ratios[place == i], coverage) for i in range(len(edges) + 1)]
        levels.append(
            PolicyLevel(
                coverage=coverage,
                risks=risks,
                nadir=_find_range(policy.ratios, coverage),
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
    bands: PolicyIntervals, policy: EvaluatedPolicy, groups: Groups, sample: Sample
) -> list[CoverageCurve]:
    """Coverage of the risks by outcome, action and subgroup, of the nadirs, and without strata."""
    curves: dict[str, list[CoveragePoint]] = {_ON_RISKS: [], _ON_NADIRS: [], _ON_UNSTRATIFIED: []}
    for level in bands.levels:
        looked_at = groups if level is bands.levels[0] else {}
        curves[_ON_RISKS] += _measure_risks(level, policy, looked_at, sample)
        stratified, plain = _find_nadirs(bands, level, policy)
        curves[_ON_NADIRS] += _measure_nadirs(level, stratified, policy, looked_at, sample)
        curves[_ON_UNSTRATIFIED] += _measure_nadirs(level, plain, policy, looked_at, sample)
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
    level: PolicyLevel, policy: EvaluatedPolicy, groups: Groups, sample: Sample
) -> list[CoveragePoint]:
    """Drawn again are groups of GROUP_SIZE decisions, each a case of its own."""
    sets: dict[str, tuple[str, Floats]] = {}
    for j, name in enumerate(policy.observed):
        scores, expected = policy.pool_groups(j)
        sets[name] = name, scores
        sets[f"{name}, {_NEITHER}"] = name, scores[is_open(expected)]
        for group, members in groups.items():
            sets[f"{name}, {group}"] = name, policy.pool_groups(j, members)[0]
        for i, action in enumerate(policy.spec.actions if groups else ()):
            sets[f"{name}, {action.name}"] = name, policy.score_groups(i, j)[0]
    points = []
    for group, (name, scores) in sets.items():
        held = (scores <= level.risks[name]).astype(float)
        pooled = replace(sample, patient=np.arange(len(held)), event=None)
        if len(held):
            points += measure_held(level.coverage, held, pooled, group=group)
    return points


def _find_nadirs(
    bands: PolicyIntervals, level: PolicyLevel, policy: EvaluatedPolicy
) -> list[Floats]:
    """Whether each nadir lies in its band, and in the one without strata, [n, actions] each."""
    edges = bands.strata.edges if bands.strata else ()
    ranges = level.nadirs or (level.nadir,)
    place = np.searchsorted(edges, policy.doses, side="right")
    low, high = (np.array([getattr(r, end) for r in ranges])[place] for end in ("low", "high"))
    return [
        ((lows <= policy.ratios) & (policy.ratios <= highs)).astype(float)
        for lows, highs in (
            (low[:, None], high[:, None]),
            (level.nadir.low, level.nadir.high),
        )
    ]


def _measure_nadirs(
    level: PolicyLevel, held: Floats, policy: EvaluatedPolicy, groups: Groups, sample: Sample
) -> list[CoveragePoint]:
    sets: dict[str, tuple[Floats, Flags | None]] = {EVERYONE: (held.mean(1), None)}
    sets |= {group: (held.mean(1), members) for group, members in groups.items()}
    if groups:
        sets |= {a.name: (held[:, i], None) for i, a in enumerate(policy.spec.actions)}
    points = []
    for group, (shares, members) in sets.items():
        points += measure_held(level.coverage, shares, sample, members=members, group=group)
    return points
