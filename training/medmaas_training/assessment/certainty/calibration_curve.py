"""Predicted against observed in groups of rising prediction: the points of a calibration curve."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import (
    CalibrationCurve,
    CalibrationPoint,
    CurveTarget,
    Estimate,
    Metric,
)
from medmaas_training.assessment.resampling import Flags, Floats, Sample, mean
from medmaas_training.observed_shares import estimate_share, group_by_prediction

_FEWEST_POINTS = 2  # one says no more than a single figure does


@dataclass(frozen=True)
class Curve:
    """What was predicted of n rows, and what was observed.

    Attributes:
        target: which number of an answer it is.
        by: what the groups go by, as in `probability of malignant`.
        predicted: probabilities, or values in the model's unit, [n].
        observed: whether it came true, or what was measured, [n].
        sample: whose rows these are.
    """

    target: CurveTarget
    by: str
    predicted: Floats
    observed: Flags | Floats
    sample: Sample

    def measure(self) -> CalibrationCurve | None:
        """Means of each group of equal size, in rising order, with 95 % intervals.

        Both are percentiles of the same resamples; but a share of people who are independent has
        Wilson's interval, and so has one of nothing or everything, whose resamples all agree.

        Returns:
            None of fewer than two groups of 20 rows.
        """
        groups = group_by_prediction(self.predicted)
        if len(groups) < _FEWEST_POINTS:
            return None
        points = [
            self._measure_group(rows, f"group {i} of {len(groups)}")
            for i, rows in enumerate(groups, start=1)
        ]
        return CalibrationCurve(
            target=self.target,
            cohort=self.sample.cohort,
            evaluated_on=f"test split, by {self.by}",
            points=tuple(sorted(points, key=lambda point: point.predicted.value)),
        )

    @property
    def _is_share(self) -> bool:
        return self.observed.dtype == bool

    def _measure_group(self, rows: NDArray[np.intp], group: str) -> CalibrationPoint:
        sample = replace(self.sample, event=self.observed.astype(bool) if self._is_share else None)

        def statistic(weights: Floats) -> dict[str, float]:
            observed = self.observed.astype(float)
            return {"predicted": mean(self.predicted, weights), "observed": mean(observed, weights)}

        members = np.isin(np.arange(len(self.predicted)), rows)
        predicted, observed = sample.measure("the group", statistic, members=members, group=group)
        return CalibrationPoint(
            group=group,
            n=observed.n,
            events=observed.events,
            predicted=_include_value(predicted),
            observed=self._bound(observed, len(rows)),
        )

    def _bound(self, observed: Metric, rows: int) -> Estimate:
        """With Wilson's interval of a share where resamples are not needed, or not enough."""
        if self._is_share and (observed.n == rows or observed.value in (0, 1)):
            return estimate_share(round(observed.value * observed.n), observed.n)
        return _include_value(observed)


def _include_value(metric: Metric) -> Estimate:
    """Resamples of what hardly varies may miss it by a rounding."""
    low, high = min(metric.low, metric.value), max(metric.high, metric.value)
    return Estimate(value=metric.value, low=low, high=high)
