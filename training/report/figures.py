"""Intervals: by resampling people, or by the spread of folds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.stats import t

from medmaas.model.manifest import Metric

Rows = NDArray[np.intp]
Figures = dict[tuple[str, str], float]  # by metric and model
Statistic = Callable[[Rows], Figures]


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class People:
    """Whom a figure is of: n rows of a table, and who in the whole table had the outcome."""

    evaluated_on: str
    rows: Rows
    event: NDArray[np.bool_]
    group: str = "all"

    def make_metric(self, metric: str, model: str, estimate: Estimate) -> Metric:
        """A figure of these people, as a card takes it."""
        return Metric(
            metric=metric,
            model=model,
            evaluated_on=self.evaluated_on,
            group=self.group,
            n=len(self.rows),
            events=int(self.event[self.rows].sum()),
            value=estimate.value,
            low=estimate.low,
            high=estimate.high,
        )


def bootstrap(statistic: Statistic, people: People, *, seed: int, resamples: int) -> list[Metric]:
    """Percentile intervals (Efron 1979) of figures of the same people, and so paired.

    Args:
        statistic: from rows, drawn with replacement, to figures.
        people: who is drawn from.
        seed: of the draws.
        resamples: how often as many people are drawn as there are.
    """
    n = len(people.rows)
    draws = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    label = f"Resampling {people.evaluated_on}, {people.group}"
    sampled = [statistic(people.rows[draw]) for draw in track(draws, label, transient=True)]
    metrics = []
    for (metric, model), value in statistic(people.rows).items():
        figures = [figures[metric, model] for figures in sampled]
        low, high = map(float, np.nanpercentile(figures, [2.5, 97.5]))
        metrics.append(people.make_metric(metric, model, Estimate(value, low, high)))
    return metrics


def fold_mean(values: Sequence[float]) -> Estimate:
    """Mean over folds, with Student's interval of their spread.

    The folds share people, so the interval is somewhat too narrow (Bengio & Grandvalet 2004).
    """
    mean, n = float(np.mean(values)), len(values)
    margin = float(t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Estimate(mean, mean - margin, mean + margin)


def quote(metrics: Sequence[Metric], on: str, model: str, metric: str) -> str:
    """The one figure of this name, with its interval, for a sentence."""
    (m,) = [m for m in metrics if (m.evaluated_on, m.model, m.metric) == (on, model, metric)]
    return f"{m.value:.4f} ({m.low:.4f} to {m.high:.4f})"
