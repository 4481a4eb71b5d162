"""Predicted against observed in groups of rising prediction: the points of a calibration curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Metric
from training.assessment.resampling import Flags, Floats, Sample, mean
from training.report.observed_shares import group_by_prediction, wilson

Point = tuple[Metric, Metric]  # predicted, observed

_FEWEST_POINTS = 2  # one says no more than a single figure does


@dataclass(frozen=True)
class Curve:
    """What was predicted of n rows, and what was observed.

    Attributes:
        of: what it is, as in `share of malignant`.
        by: what the groups go by, as in `probability of malignant`.
        predicted: probabilities, or values in the model's unit, [n].
        observed: whether it came true, or what was measured, [n].
        sample: whose rows these are.
    """

    of: str
    by: str
    predicted: Floats
    observed: Flags | Floats
    sample: Sample

    def measure(self) -> list[Point]:
        """Means of each group of equal size, in rising order, with 95 % intervals.

        Both are percentiles of the same resamples; but a share of people who are independent has
        Wilson's interval, and so has one of nothing or everything, whose resamples all agree.

        Returns:
            None of fewer than two groups of 20 rows.
        """
        groups = group_by_prediction(self.predicted)
        if len(groups) < _FEWEST_POINTS:
            return []
        points = []
        for i, rows in enumerate(groups, start=1):
            predicted, observed = self._measure_group(rows, f"group {i} of {len(groups)}")
            points.append((_include_value(predicted), self._bound(observed, len(rows))))
        return points

    @property
    def _is_share(self) -> bool:
        return self.observed.dtype == bool

    def _measure_group(self, rows: NDArray[np.intp], group: str) -> list[Metric]:
        event = self.observed.astype(bool) if self._is_share else None
        sample = Sample(self.sample.patient, event, self.sample.seed)
        names = f"predicted {self.of}", f"observed {self.of}"

        def statistic(weights: Floats) -> dict[str, float]:
            both = self.predicted, self.observed.astype(float)
            return {name: mean(of, weights) for name, of in zip(names, both, strict=True)}

        members = np.isin(np.arange(len(self.predicted)), rows)
        return sample.measure(f"test split, by {self.by}", statistic, members=members, group=group)

    def _bound(self, observed: Metric, rows: int) -> Metric:
        """With Wilson's interval of a share where resamples are not needed, or not enough."""
        if self._is_share and (observed.n == rows or observed.value in (0, 1)):
            low, high = wilson(round(observed.value * observed.n), observed.n)
            observed = observed.model_copy(update={"low": low, "high": high})
        return _include_value(observed)


def _include_value(metric: Metric) -> Metric:
    """Resamples of what hardly varies may miss it by a rounding."""
    low, high = min(metric.low, metric.value), max(metric.high, metric.value)
    return metric.model_copy(update={"low": low, "high": high})
