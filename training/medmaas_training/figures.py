"""Intervals: by resampling people, or by the spread of folds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

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
from medmaas_training.progress import track

Rows = NDArray[np.intp]
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
    """Whom a figure is of: n rows of a table, and who in the whole table had the outcome."""

    cohort: Cohort
    evaluated_on: str
    rows: Rows
    event: NDArray[np.bool_]
    group: str = EVERYONE

    def make_metric(
        self,
        metric: str,
        model: str,
        estimate: Estimate,
        *,
        own: Own,
        measure: Measure | None = None,
    ) -> Metric:
        """A figure of these people, as a card takes it."""
        return Metric(
            metric=metric,
            measure=measure,
            of=own.get(model, "baseline"),
            model=model,
            cohort=self.cohort,
            evaluated_on=self.evaluated_on,
            group=self.group,
            n=len(self.rows),
            events=int(self.event[self.rows].sum()),
            value=estimate.value,
            low=estimate.low,
            high=estimate.high,
        )


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

    Args:
        statistic: from rows, drawn with replacement, to figures.
        people: who is drawn from.
        own: which of the models is this one, or a variant of it.
        seed: of the draws.
        resamples: how often as many people are drawn as there are.
        measures: by the metric's name, which of the measures it is that a card knows.
    """
    n = len(people.rows)
    draws = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    sampled = [statistic(people.rows[draw]) for draw in track(draws)]
    metrics = []
    for (metric, model), value in statistic(people.rows).items():
        figures = [figures[metric, model] for figures in sampled]
        low, high = map(float, np.nanpercentile(figures, [2.5, 97.5]))
        estimate = Estimate(value=value, low=low, high=high)
        measure = (measures or {}).get(metric)
        metrics.append(people.make_metric(metric, model, estimate, own=own, measure=measure))
    return metrics


def fold_mean(values: Sequence[float]) -> Estimate:
    """Mean over folds, with Student's interval of their spread.

    The folds share people, so the interval is somewhat too narrow (Bengio & Grandvalet 2004).
    """
    mean, n = float(np.mean(values)), len(values)
    margin = float(t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Estimate(value=mean, low=mean - margin, high=mean + margin)


def quote(metrics: Sequence[Metric], on: str, model: str, metric: str) -> str:
    """The one figure of this name, with its interval, for a sentence."""
    (m,) = [m for m in metrics if (m.evaluated_on, m.model, m.metric) == (on, model, metric)]
    return f"{m.value:.4f} ({m.low:.4f} to {m.high:.4f})"
