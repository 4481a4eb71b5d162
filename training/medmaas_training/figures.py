"""Intervals: by resampling people, or by the spread of folds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import (
    EVERYONE,
    CalibrationCurve,
    Cohort,
    CoverageCurve,
    Estimate,
    Measure,
    Metric,
    Of,
)
from medmaas_training.comparisons import Pair, find_pairs
from medmaas_training.progress import track

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]
Figures = dict[tuple[str, str], float]  # by metric and model
Statistic = Callable[[Rows], Figures]
Own = Mapping[str, Of]  # by name, what is the model or a variant of it; all others are baselines


@dataclass(frozen=True)
class Measured:
    """What a card takes: single figures, calibration curves, and how often intervals held."""

    metrics: Sequence[Metric]
    calibration: Sequence[CalibrationCurve] = ()
    coverage: Sequence[CoverageCurve] = ()


@dataclass(frozen=True)
class People:
    """Whom a figure is of.

    Attributes:
        cohort: who they are to the model.
        evaluated_on: the same in words.
        rows: theirs in a table, [n].
        event: who in the whole table had the outcome.
        group: all, or the name of a group.
        units: of the whole table, the same number for rows that belong together, as those of one
            person do: they are drawn together. None if every row stands for itself.
    """

    cohort: Cohort
    evaluated_on: str
    rows: Rows
    event: NDArray[np.bool_]
    group: str = EVERYONE
    units: Rows | None = None

    def make_metric(
        self,
        metric: str,
        model: str,
        estimate: Estimate,
        *,
        own: Own,
        measure: Measure | None = None,
        against: str | None = None,
    ) -> Metric:
        """A figure of these people, or a gain over another model's, as a card takes it."""
        return Metric(
            metric=metric,
            measure=measure,
            of=own.get(model, "baseline"),
            model=model,
            against=against,
            cohort=self.cohort,
            evaluated_on=self.evaluated_on,
            group=self.group,
            n=len(self.rows),
            events=int(self.event[self.rows].sum()),
            value=estimate.value,
            low=estimate.low,
            high=estimate.high,
        )

    def draw(self, seed: int, resamples: int) -> list[Rows]:
        """As many of these people again, or as many units, drawn with replacement."""
        rng = np.random.default_rng(seed)
        if self.units is None:
            n = len(self.rows)
            return [*self.rows[rng.integers(0, n, size=(resamples, n))]]
        _, unit = np.unique(self.units[self.rows], return_inverse=True)
        ends = np.cumsum(np.bincount(unit))[:-1]
        together = np.split(self.rows[np.argsort(unit, kind="stable")], ends)
        draws = rng.integers(0, len(together), size=(resamples, len(together)))
        return [np.concatenate([together[i] for i in drawn]) for drawn in draws]


def bootstrap(
    statistic: Statistic,
    people: People,
    *,
    own: Own,
    seed: int,
    resamples: int,
    measures: Mapping[str, Measure] | None = None,
) -> list[Metric]:
    """Percentile intervals (Efron 1979) of figures of the same people, and so paired.

    After the figures come the gains over every contender. A resample without a figure, as one that
    lacks a class, is passed by; so is a figure that these people do not give.

    Args:
        statistic: from rows, drawn with replacement, to figures; NaN where there is none.
        people: who is drawn from.
        own: which of the models is this one, or a variant of it.
        seed: of the draws.
        resamples: how often as many people are drawn as there are.
        measures: by the metric's name, which of the measures it is that a card knows.
    """
    sampled = [statistic(rows) for rows in track(people.draw(seed, resamples))]
    whole = {key: value for key, value in statistic(people.rows).items() if not np.isnan(value)}
    drawn = {key: np.array([figures[key] for figures in sampled]) for key in whole}
    metrics = [
        people.make_metric(
            *key, _estimate(value, drawn[key]), own=own, measure=(measures or {}).get(key[0])
        )
        for key, value in whole.items()
    ]
    for pair in find_pairs(whole, own):
        more, less = pair.sides
        gain = _estimate(whole[more] - whole[less], drawn[more] - drawn[less])
        metrics.append(_make_gain(people, pair, gain, own))
    return metrics


def _estimate(value: float, drawn: Floats) -> Estimate:
    low, high = map(float, np.nanpercentile(drawn, [2.5, 97.5]))
    return Estimate(value=value, low=low, high=high)


def compare_folds(
    values: Mapping[tuple[str, str], Sequence[float]], people: People, *, own: Own
) -> list[Metric]:
    """Means over folds of the same people, and the gains over every contender, fold by fold.

    Args:
        values: by metric and model, one value per fold.
        people: of all folds.
        own: which of the models is this one, or a variant of it.
    """
    metrics = [people.make_metric(*key, fold_mean(of), own=own) for key, of in values.items()]
    for pair in find_pairs(values, own):
        more, less = pair.sides
        gains = np.subtract(values[more], values[less])
        metrics.append(_make_gain(people, pair, fold_mean(gains), own))
    return metrics


def _make_gain(people: People, pair: Pair, gain: Estimate, own: Own) -> Metric:
    return people.make_metric(pair.name, pair.model, gain, own=own, against=pair.contender)


def fold_mean(values: Sequence[float] | Floats) -> Estimate:
    """Mean over folds, with Student's interval of their spread.

    The folds share people, so the interval is somewhat too narrow (Bengio & Grandvalet 2004).
    """
    mean, n = float(np.mean(values)), len(values)
    from scipy.stats import t  # noqa: PLC0415 - who adds a model needs no SciPy

    margin = float(t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Estimate(value=mean, low=mean - margin, high=mean + margin)


def quote(metrics: Sequence[Metric], on: str, model: str, metric: str) -> str:
    """The one figure of this name, with its interval, for a sentence."""
    (m,) = [m for m in metrics if (m.evaluated_on, m.model, m.metric) == (on, model, metric)]
    return f"{m.value:.4f} ({m.low:.4f} to {m.high:.4f})"
