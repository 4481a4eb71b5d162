"""Intervals learned from the calibration split, and how often they hold on the test split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import (
    EVERYONE,
    PREDICTION,
    CoverageCurve,
    CoveragePoint,
    Estimate,
    Input,
    Level,
    Metric,
    Number,
    QuantileIntervals,
    Strata,
)
from medmaas_training.assessment.evaluated import Answered, Intervals, QuantileEvaluated
from medmaas_training.assessment.resampling import Flags, Floats, Sample, Weighted

Groups = Mapping[str, Flags]

COVERAGES = (0.9, 0.8, 0.95)
ON = "test split, intervals"
ON_UNSTRATIFIED = "test split, intervals without strata"
HELD, WIDTH = "held", "width"
SHORT = 0.03  # points of coverage that a group may lack
_FOLDS = 5
_FEWEST = 30  # cases of a stratum
_SHARES = ((0.5,), (1 / 3, 2 / 3), (0.05,), (0.1,), (0.2,), (0.8,), (0.9,))


@dataclass(frozen=True)
class Calibrated:
    """A split as intervals see it.

    Attributes:
        evaluated: what the model gave, and what came of it.
        numbers: by name, what strata may go by, each [n] and never missing.
        groups: whom to look at apart, [n] each.
    """

    evaluated: QuantileEvaluated
    numbers: Mapping[str, Floats]
    groups: Groups

    @property
    def n(self) -> int:
        """Cases."""
        return len(self.evaluated.prediction)

    def place(self, strata: Strata | None) -> NDArray[np.intp]:
        """The stratum of each case, [n]."""
        if strata is None:
            return np.zeros(self.n, np.intp)
        by = self.evaluated.prediction if strata.by == PREDICTION else self.numbers[strata.by]
        return np.searchsorted(np.array(strata.edges), by, side="right")


def find_numbers(spec: Input, rows: NDArray[Any]) -> dict[str, Floats]:
    """What strata may go by beside the prediction: required numbers of a table, [n] each."""
    return {
        feature.name: rows[:, i].astype(float)
        for i, feature in enumerate(spec.row_features)
        if isinstance(feature, Number) and feature.required
    }


def assess_intervals(
    calibration: Answered, test: Answered, spec: Input
) -> tuple[Intervals | None, list[CoverageCurve]]:
    """Intervals learned from the calibration split, and how often they hold on the test split.

    None if the calibration split is too small; with strata where these repair groups.
    """
    learned, measured = _see(calibration, spec), _see(test, spec)
    plain = learn_intervals(learned, None)
    if plain is None:
        return None, []
    strata = choose_strata(learned, test.sample.seed) if learned.evaluated.has_strata else None
    stratified = learn_intervals(learned, strata) if strata else None
    if stratified is None:
        return plain, [measure_intervals(plain, measured, test.sample)]
    return stratified, [
        measure_intervals(stratified, measured, test.sample),
        measure_intervals(plain, measured, test.sample, as_answered=False),
    ]


def _see(split: Answered, spec: Input) -> Calibrated:
    """A split as intervals see it, with what strata may go by."""
    evaluated = split.evaluated.require_quantiles()
    groups = {**split.cases.groups, **evaluated.find_groups()}
    return Calibrated(evaluated, find_numbers(spec, split.cases.rows), groups)


def learn_intervals(split: Calibrated, strata: Strata | None) -> Intervals | None:
    """One quantile per coverage and stratum; None if there are too few cases for any coverage."""
    place, levels = split.place(strata), []
    for coverage in COVERAGES:
        count = len(strata.edges) + 1 if strata else 1
        quantiles = split.evaluated.find_quantiles(place, count, coverage)
        if np.isfinite(quantiles).all():
            levels.append(Level(coverage=coverage, quantiles=quantiles))
    return split.evaluated.make_intervals(levels, strata) if levels else None


def take_quantiles(intervals: QuantileIntervals, level: Level, split: Calibrated) -> Floats:
    """What a level is to each case: its quantile, [n], or its set, [n, labels]."""
    return split.evaluated.spread(intervals, level, split.place(intervals.strata))


def measure_intervals(
    intervals: Intervals, split: Calibrated, sample: Sample, *, as_answered: bool = True
) -> CoverageCurve:
    """Coverage and width at every level, of everyone; at the first also of each group.

    Args:
        intervals: of answers, or others made to compare these with.
        split: that they are measured on.
        sample: whose rows it is of.
        as_answered: whether they are those of answers; else they are those without strata.
    """
    points = []
    for level in intervals.levels:
        quantiles = take_quantiles(intervals, level, split)
        groups: dict[str, Flags | None] = {EVERYONE: None}
        if level is intervals.levels[0]:
            groups |= split.groups
        held = split.evaluated.hold(quantiles)
        summarise = _make_summary(split.evaluated, split.evaluated.measure_width(quantiles))
        for group, members in groups.items():
            widths = sample.measure(WIDTH, summarise, members=members, group=group)
            points += measure_held(
                level.coverage, held, sample, members=members, group=group, widths=widths
            )
    return CoverageCurve(
        of="model" if as_answered else "variant",
        cohort=sample.cohort,
        evaluated_on=ON if as_answered else ON_UNSTRATIFIED,
        width_of=split.evaluated.width_of,
        points=tuple(points),
    )


def count_intervals(intervals: Intervals, test: Answered, spec: Input) -> list[Metric]:
    """What else is counted of intervals at the first coverage, of everyone and of each group."""
    split = _see(test, spec)
    quantiles = take_quantiles(intervals, intervals.levels[0], split)
    groups: dict[str, Flags | None] = {EVERYONE: None, **split.groups}
    return [
        metric
        for name, flags in split.evaluated.find_shares(quantiles).items()
        for group, members in groups.items()
        for metric in test.sample.measure_mean(ON, name, flags, members=members, group=group)
    ]


def measure_held(
    coverage: float,
    held: Floats,
    sample: Sample,
    *,
    members: Flags | None = None,
    group: str = EVERYONE,
    widths: Sequence[Metric] = (),
) -> list[CoveragePoint]:
    """How often intervals of a stated coverage held; nothing of a group that has nobody.

    Args:
        coverage: as stated.
        held: 1 where an interval held, or a share, [n].
        sample: whose rows these are.
        members: who belongs to the group, [n]; None is everyone.
        group: what they are called.
        widths: one of the same group, or none.
    """
    metrics = sample.measure_mean(HELD, HELD, held, members=members, group=group)
    return [
        CoveragePoint(
            coverage=coverage,
            group=group,
            n=metric.n,
            events=metric.events,
            held=_estimate(metric),
            width=next(map(_estimate, widths), None),
        )
        for metric in metrics
    ]


def _estimate(metric: Metric) -> Estimate:
    return Estimate(value=metric.value, low=metric.low, high=metric.high)


def _make_summary(evaluated: QuantileEvaluated, width: Floats) -> Weighted:
    return lambda weights: {WIDTH: evaluated.summarise_width(width, weights)}


def choose_strata(split: Calibrated, seed: int) -> Strata | None:
    """The strata that lift the groups which a single quantile leaves short, if any do.

    All is decided inside the calibration split: quantiles come from four fifths, coverage from the
    fifth left out. Kept is what halves the groups' shortfall beyond three points.
    """
    candidates = [None, *_propose(split)]
    short = [measure_shortfall(split, strata, seed) for strata in candidates]
    best = int(np.argmin(short))
    return candidates[best] if short[best] < short[0] / 2 else None


def _propose(split: Calibrated) -> list[Strata]:
    found = []
    for by, values in {PREDICTION: split.evaluated.prediction, **split.numbers}.items():
        for shares in _SHARES:
            edges = sorted({float(f"{edge:.4g}") for edge in np.quantile(values, shares)})
            place = np.searchsorted(edges, values, side="right")
            if np.bincount(place, minlength=len(edges) + 1).min() >= _FEWEST:
                found.append(Strata(by=by, edges=tuple(edges)))
    return found


def measure_shortfall(split: Calibrated, strata: Strata | None, seed: int) -> float:
    """By how much more than three points each group lacks coverage at the first level, in all."""
    place, coverage = split.place(strata), COVERAGES[0]
    fold = np.random.default_rng(seed).permutation(np.arange(split.n) % _FOLDS)
    quantiles = np.empty(split.n)
    for i in range(_FOLDS):
        for stratum in np.unique(place):
            here = place == stratum
            found = split.evaluated.find_quantile(here & (fold != i), coverage)
            quantiles[here & (fold == i)] = found if np.isfinite(found) else 1e30
    held = split.evaluated.hold(quantiles)
    lacking = [
        coverage - SHORT - float(held[members].mean())
        for members in split.groups.values()
        if members.sum() >= _FEWEST
    ]
    return float(np.maximum(lacking, 0).sum()) if lacking else 0.0
