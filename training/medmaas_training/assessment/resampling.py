"""Figures of a split with intervals: patients, or else rows, are drawn again, and weighted so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import EVERYONE, Cohort, Metric
from medmaas_training.figures import Figures, Own, People, Rows, bootstrap
from medmaas_training.observed_shares import estimate_share

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Weighted = Callable[[Floats], Mapping[str, float]]

THIS_MODEL = "this model"
OWN: Own = {THIS_MODEL: "model"}
_RESAMPLES = 500


@dataclass(frozen=True)
class Sample:
    """The rows of a split, and whose they are.

    Attributes:
        patient: whose each row is, from 0 up, [n]; rows of one patient are drawn together.
        event: whether a row had the outcome, [n]; None if there is nothing to count.
        seed: of the draws.
        cohort: which split it is.
    """

    patient: NDArray[np.intp]
    event: Flags | None
    seed: int
    cohort: Cohort = "test"

    def measure(
        self, on: str, statistic: Weighted, *, members: Flags | None = None, group: str = EVERYONE
    ) -> list[Metric]:
        """Figures with percentile intervals.

        Args:
            on: what the metrics are measured on.
            statistic: from how often each row was drawn, [n], to figures by name.
            members: who belongs to the group, [n]; None is everyone.
            group: what they are called.
        """
        chosen = np.ones(len(self.patient), bool) if members is None else members
        if not chosen.any():
            return []
        patients = int(self.patient.max()) + 1
        event = np.zeros(patients, bool)
        if self.event is not None:
            event[self.patient[chosen & self.event]] = True

        def weigh(rows: Rows) -> Figures:
            times = np.bincount(rows, minlength=patients)
            figures = statistic(times[self.patient] * chosen.astype(float))
            return {(name, THIS_MODEL): value for name, value in figures.items()}

        people = People(self.cohort, on, np.unique(self.patient[chosen]), event, group)
        metrics = bootstrap(weigh, people, own=OWN, seed=self.seed, resamples=_RESAMPLES)
        if self.event is None:
            metrics = [_without_events(metric) for metric in metrics]
        return metrics

    def measure_mean(
        self,
        on: str,
        name: str,
        values: Floats,
        *,
        members: Flags | None = None,
        group: str = EVERYONE,
    ) -> list[Metric]:
        """The mean of values [n], as `measure` gives it.

        A share of patients has Wilson's interval instead, which does not vanish where all agree.
        speaks against it.
        """
        chosen = np.ones(len(values), bool) if members is None else members
        n = int(chosen.sum())
        if (
            n
            and n == len(np.unique(self.patient[chosen]))
            and np.isin(values[chosen], (0, 1)).all()
        ):
            cases = int(values[chosen].sum())
            event = np.zeros(len(chosen), bool) if self.event is None else self.event
            people = People(self.cohort, on, np.flatnonzero(chosen), event, group)
            metric = people.make_metric(name, THIS_MODEL, estimate_share(cases, n), own=OWN)
            return [metric if self.event is not None else _without_events(metric)]

        def statistic(weights: Floats) -> dict[str, float]:
            return {name: mean(values, weights)}

        return self.measure(on, statistic, members=members, group=group)


def _without_events(metric: Metric) -> Metric:
    return metric.model_copy(update={"events": None})


def mean(values: Floats, weights: Floats) -> float:
    """Of values [n], each as often as it was drawn."""
    return float(weights @ values / weights.sum())


def middle(values: Floats, weights: Floats) -> float:
    """The median of values [n], each as often as it was drawn."""
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, cumulated[-1] / 2)])
