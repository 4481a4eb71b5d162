"""Intervals learned from the calibration split, and how often they hold on the test split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from medmaas.model.intervals import find_members
from medmaas.model.manifest import (
    EVERYONE,
    PREDICTION,
    CoverageCurve,
    CoveragePoint,
    Estimate,
    Group,
    Input,
    Level,
    Metric,
    Number,
    QuantileIntervals,
    Strata,
)
from medmaas_training.assessment.certainty.groups import (
    FEWEST_LEARNED,
    Values,
    find_all_members,
    find_values,
    list_groups,
)
from medmaas_training.assessment.evaluated import Answered, Intervals, QuantileEvaluated
from medmaas_training.assessment.resampling import Flags, Floats, Sample, Weighted
from medmaas_training.assessment.splits import Array

Groups = Mapping[str, Flags]

COVERAGES = (0.9, 0.8, 0.95)
ON = "test split, intervals"
ON_PLAIN = "test split, one quantile for everyone"
ON_WORST = "test split, the groups in which intervals held least"
HELD, WIDTH = "held", "width"
SHORT = 0.03  # points of coverage that a group may lack
_SHORT_OF_GROUP = 0.01  # that one may lack which can have a quantile of its own
_FOLDS = 5
_SHOWN = 5
_FEWEST = 30  # cases of a group
# cases of a stratum: of fewer, its own coverage would vary by more than what it is to repair
_FEWEST_OF_STRATUM = 100
_SHARES = ((0.5,), (1 / 3, 2 / 3), (0.05,), (0.1,), (0.2,), (0.8,), (0.9,))


@dataclass(frozen=True)
class Calibrated:
    """A split as intervals see it.

    Attributes:
        evaluated: what the model gave, and what came of it.
        numbers: by name, what strata may go by, each [n] and never missing.
        groups: whom to look at apart, [n] each.
        features: by name, what groups with quantiles of their own may go by, [n] each.
    """

    evaluated: QuantileEvaluated
    numbers: Mapping[str, Floats]
    groups: Groups
    features: Values = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Cases."""
        return len(self.evaluated.prediction)

    @property
    def values(self) -> Values:
        """What groups go by: the features, and the prediction."""
        return {PREDICTION: self.evaluated.prediction, **self.features}

    def place(self, strata: Strata | None) -> NDArray[np.intp]:
        """The stratum of each case, [n]."""
        if strata is None:
            return np.zeros(self.n, np.intp)
        by = self.evaluated.prediction if strata.by == PREDICTION else self.numbers[strata.by]
        return np.searchsorted(np.array(strata.edges), by, side="right")

    def list_members(self, groups: Sequence[Group]) -> list[Flags]:
        """Who belongs to each group, [n] each."""
        return [find_members(group, self.values[group.by]) for group in groups]


def see(
    evaluated: QuantileEvaluated, spec: Input, rows: Array, groups: Groups | None = None
) -> Calibrated:
    """Rows as the graph takes them, and what was given for them, as intervals see them."""
    features = find_values(spec, rows)
    numbers = {
        feature.name: features[feature.name].astype(float)
        for feature in spec.row_features
        if isinstance(feature, Number) and feature.required
    }
    return Calibrated(evaluated, numbers, groups or {}, features)


def assess_intervals(
    calibration: Answered, test: Answered, spec: Input
) -> tuple[Intervals | None, list[CoverageCurve]]:
    """Intervals learned from the calibration split, and how often they hold on the test split.

    None if the calibration split is too small; with strata, groups and distance where these repair
    what one quantile leaves short.
    """
    seed = test.sample.seed
    unlearned, measured = see_split(calibration, spec), see_split(test, spec)
    learned = replace(unlearned, evaluated=unlearned.evaluated.normalise(seed))
    plain = learn_intervals(unlearned, None)
    if plain is None:
        return None, []
    intervals = _learn_apart(learned, spec, seed) if learned.evaluated.has_strata else None
    intervals = intervals or plain
    curves = [measure_intervals(intervals, measured, test.sample)]
    if intervals != plain:
        curves.append(measure_intervals(plain, measured, test.sample, as_answered=False))
    groups = list_groups(spec, learned.values, ends_alone=False)
    worst = measure_worst(intervals, measured, spec, groups, test.sample)
    return intervals, [*curves, *worst]


def _learn_apart(learned: Calibrated, spec: Input, seed: int) -> Intervals | None:
    """With strata and groups where these repair what one quantile leaves short."""
    strata = choose_strata(learned, seed)
    if strata and learn_intervals(learned, strata) is None:
        strata = None
    groups = choose_groups(learned, spec, strata, seed)
    return learn_intervals(learned, strata, groups)


def see_split(split: Answered, spec: Input) -> Calibrated:
    """A split as intervals see it, with what strata may go by."""
    evaluated = split.evaluated.require_quantiles()
    groups = {**split.cases.groups, **evaluated.find_groups()}
    return see(evaluated, spec, split.cases.rows, groups)


def learn_intervals(
    split: Calibrated, strata: Strata | None, groups: Sequence[Group] = ()
) -> Intervals | None:
    """One quantile per coverage and stratum, then one per group.

    None if there are too few cases for any coverage.
    """
    place, levels = split.place(strata), []
    members = split.list_members(groups)
    for coverage in COVERAGES:
        count = len(strata.edges) + 1 if strata else 1
        quantiles = split.evaluated.find_quantiles(place, count, coverage)
        quantiles += tuple(split.evaluated.find_quantile(some, coverage) for some in members)
        if np.isfinite(quantiles).all():
            levels.append(Level(coverage=coverage, quantiles=quantiles))
    return split.evaluated.make_intervals(levels, strata, groups) if levels else None


def take_quantiles(intervals: QuantileIntervals, level: Level, split: Calibrated) -> Floats:
    """What a level is to each case: what its interval is made of, [n], or its set, [n, labels]."""
    place, members = split.place(intervals.strata), split.list_members(intervals.groups or ())
    return split.evaluated.spread(intervals, level, place, members)


def measure_intervals(
    intervals: Intervals,
    split: Calibrated,
    sample: Sample,
    *,
    as_answered: bool = True,
    on: str = ON,
) -> CoverageCurve:
    """Coverage and width at every level, of everyone; at the first also of each group.

    Args:
        intervals: of answers, or others made to compare these with.
        split: that they are measured on.
        sample: whose rows it is of.
        as_answered: whether they are those of answers; else one quantile is for everyone.
        on: the rows in words, if they are those of answers.
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
        evaluated_on=on if as_answered else ON_PLAIN,
        width_of=split.evaluated.width_of,
        points=tuple(points),
    )


def measure_worst(
    intervals: Intervals, split: Calibrated, spec: Input, groups: Sequence[Group], sample: Sample
) -> list[CoverageCurve]:
    """Of all these groups the five in which intervals at the first coverage held least.

    None if there are no more than that.
    """
    level = intervals.levels[0]
    found = find_all_members(spec, groups, split.values)
    if len(found) <= _SHOWN:
        return []
    quantiles = take_quantiles(intervals, level, split)
    held, width = split.evaluated.hold(quantiles), split.evaluated.measure_width(quantiles)
    summarise = _make_summary(split.evaluated, width)
    points: list[CoveragePoint] = []
    for name in sorted(found, key=lambda name: held[found[name]].mean())[:_SHOWN]:
        members = found[name]
        widths = sample.measure(WIDTH, summarise, members=members, group=name)
        points += measure_held(
            level.coverage, held, sample, members=members, group=name, widths=widths
        )
    return [
        CoverageCurve(
            cohort=sample.cohort,
            evaluated_on=ON_WORST,
            width_of=split.evaluated.width_of,
            picked_from=len(found),
            points=tuple(points),
        )
    ]


def count_intervals(intervals: Intervals, test: Answered, spec: Input) -> list[Metric]:
    """What else is counted of intervals at the first coverage, of everyone and of each group."""
    split = see_split(test, spec)
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
            if np.bincount(place, minlength=len(edges) + 1).min() >= _FEWEST_OF_STRATUM:
                found.append(Strata(by=by, edges=tuple(edges)))
    return found


def choose_groups(
    split: Calibrated, spec: Input, strata: Strata | None, seed: int
) -> tuple[Group, ...]:
    """The groups that coverage is a point short in without a quantile of their own.

    As for strata, all is decided inside the calibration split. Looked at are the tenths at both
    ends of each feature and of the prediction, choices, and those whose value is missing, if they
    are at most a third: of more, the quantile of everyone is theirs.
    """
    candidates = list_groups(spec, split.values, ends_alone=True)
    held = cross_fit(split, strata, seed)
    return tuple(
        group
        for group, some in zip(candidates, split.list_members(candidates), strict=True)
        if FEWEST_LEARNED <= some.sum() <= split.n / 3
        and held[some].mean() < COVERAGES[0] - _SHORT_OF_GROUP
    )


def cross_fit(split: Calibrated, strata: Strata | None, seed: int) -> Floats:
    """Whose mean is the coverage at the first level, by quantiles of the other four fifths, [n]."""
    place, evaluated = split.place(strata), split.evaluated
    fold = np.random.default_rng(seed).permutation(np.arange(split.n) % _FOLDS)
    quantiles = np.empty(split.n)
    for i in range(_FOLDS):
        for stratum in np.unique(place):
            here = place == stratum
            found = evaluated.find_quantile(here & (fold != i), COVERAGES[0])
            quantiles[here & (fold == i)] = found if np.isfinite(found) else 1e30
    return evaluated.hold(evaluated.widen(quantiles))


def measure_shortfall(split: Calibrated, strata: Strata | None, seed: int) -> float:
    """By how much more than three points each group lacks coverage at the first level, in all."""
    held = cross_fit(split, strata, seed)
    lacking = [
        COVERAGES[0] - SHORT - float(held[members].mean())
        for members in split.groups.values()
        if members.sum() >= _FEWEST
    ]
    return float(np.maximum(lacking, 0).sum()) if lacking else 0.0
