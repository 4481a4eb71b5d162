"""Whether what is given as a probability comes true as often: expected calibration error."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Metric
from medmaas_training.assessment.resampling import Flags, Floats, Sample

ON = "test split, calibration"
ERROR = "expected calibration error, 15 equal groups"
BY_CHANCE = "the same, if the probabilities were true"
_BINS = 15
_FEWEST = 20  # rows of a group
_DRAWS = 200


@dataclass(frozen=True)
class Claim:
    """One kind of probability that the service gives.

    Attributes:
        name: what it is of.
        p: the probability, [n].
        happened: whether it came true, [n]; None of survival.
        outcome: of survival, who died or was last seen when, [n].
        day: of survival, the horizon.
    """

    name: str
    p: Floats
    happened: Flags | None = None
    outcome: NDArray[np.void] | None = None
    day: float = 0

    def bin(self) -> NDArray[np.intp]:
        """Of each row the group of similar p, equal in size, [n]."""
        n = len(self.p)
        bins = max(1, min(_BINS, n // _FEWEST))
        place: NDArray[np.intp] = np.empty(n, np.intp)
        place[np.argsort(self.p, kind="stable")] = np.arange(n) * bins // n
        return place

    def observe(self, place: NDArray[np.intp], weights: Floats) -> Floats:
        """How often it came true in each group, [groups]; Kaplan and Meier's under censoring."""
        bins = int(place.max()) + 1
        if self.happened is not None:
            counts = np.bincount(place, weights, bins)
            share: Floats = np.bincount(place, weights * self.happened, bins) / np.maximum(
                counts, 1e-9
            )
            return share
        if self.outcome is None:
            raise TypeError
        time, event = self.outcome["time"], self.outcome["event"]
        return np.array(
            [
                estimate_risk(time[here], event[here], weights[here], self.day)
                for here in (place == i for i in range(bins))
            ]
        )

    def measure_error(self, place: NDArray[np.intp], weights: Floats) -> float:
        """The mean difference between predicted and observed, over groups."""
        bins = int(place.max()) + 1
        counts = np.bincount(place, weights, bins)
        predicted = np.bincount(place, weights * self.p, bins) / np.maximum(counts, 1e-9)
        apart = np.abs(predicted - self.observe(place, weights))
        return float(counts @ apart / counts.sum())


def estimate_risk(time: Floats, event: Flags, weights: Floats, day: float) -> float:
    """One minus Kaplan and Meier's estimate at a day, each row as often as its weight."""
    times, at = np.unique(time, return_inverse=True)
    died = np.bincount(at, weights * event, len(times))
    left = np.bincount(at, weights, len(times))
    followed = left[::-1].cumsum()[::-1]
    counted = (times <= day) & (followed > 0)
    return float(1 - np.prod(1 - died[counted] / followed[counted]))


def measure_calibration(claims: list[Claim], sample: Sample) -> list[Metric]:
    """The error of every kind of probability, beside what chance alone would give.

    A resample has more noise than the sample, so its errors are too large by about as much as the
    sample's: the interval is the basic bootstrap's (Davison & Hinkley 1997), reflected and cut.
    """
    metrics: list[Metric] = []
    for claim in claims:
        place = claim.bin()

        def statistic(
            weights: Floats, claim: Claim = claim, place: NDArray[np.intp] = place
        ) -> dict[str, float]:
            return {ERROR: claim.measure_error(place, weights)}

        of = replace(sample, event=claim.happened)
        if claim.outcome is not None:
            died = claim.outcome["event"] & (claim.outcome["time"] <= claim.day)
            of = replace(sample, event=died)
        metrics += [_reflect(m) for m in of.measure(ON, statistic, group=claim.name)]
        if claim.happened is not None:
            metrics.append(_draw_by_chance(claim, place, metrics[-1], sample.seed))
    return metrics


def _reflect(metric: Metric) -> Metric:
    low, high = (max(0.0, 2 * metric.value - end) for end in (metric.high, metric.low))
    return metric.model_copy(
        update={
            "measure": "calibration_error",
            "low": min(low, metric.value),
            "high": max(high, metric.value),
        }
    )


def _draw_by_chance(claim: Claim, place: NDArray[np.intp], measured: Metric, seed: int) -> Metric:
    rng, weights = np.random.default_rng(seed), np.ones(len(claim.p))
    errors = [
        Claim(claim.name, claim.p, rng.random(len(claim.p)) < claim.p).measure_error(place, weights)
        for _ in range(_DRAWS)
    ]
    low, high = np.percentile(errors, [2.5, 97.5])
    update = {
        "metric": BY_CHANCE,
        "value": float(np.mean(errors)),
        "low": float(low),
        "high": float(high),
    }
    return measured.model_copy(update=update)
