"""Assesses a number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Group,
    Input,
    Level,
    Output,
    PolicyIntervals,
    QuantileIntervals,
    Strata,
    ValueIntervals,
    ValueOutput,
    ValueTarget,
)
from medmaas.model.outputs.value import widen
from medmaas_training.assessment.certainty.calibration_curve import Curve
from medmaas_training.assessment.certainty.conformal import find_quantile
from medmaas_training.assessment.certainty.embedding import DISTANCE
from medmaas_training.assessment.evaluated import (
    Intervals,
    QuantileEvaluated,
    Tensors,
    round_output,
)
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.resampling import Flags, Floats, Sample
from medmaas_training.assessment.splits import Array

_COVERAGE, _FOLDS = 0.9, 5
_THIRDS = tuple(f"{which} third by distance" for which in ("nearest", "middle", "farthest"))


@dataclass(frozen=True)
class EvaluatedValue(QuantileEvaluated):
    """Values and what was measured.

    Attributes:
        values: [n].
        y: what was measured, [n].
        distances: from the training data as the graph gives them, [n], if it does.
        typical: beyond this distance intervals are wider; None: it changes nothing.
    """

    values: Floats
    y: Floats
    distances: Floats | None = None
    typical: float | None = None

    @property
    def width_of(self) -> str:
        """In the unit of the answer."""
        return "width of the interval"

    @property
    def prediction(self) -> Floats:
        """The value."""
        return self.values

    @property
    def residuals(self) -> Floats:
        """Absolute, [n]."""
        return np.abs(self.y - self.values)

    def normalise(self, seed: int) -> "EvaluatedValue":
        """Intervals that widen beyond the median distance, unless they score worse.

        Near the training data they are as wide as at the median: few cases cannot say how much less
        may be enough.
        """
        if self.distances is None:
            return self
        typical = float(f"{np.median(self.distances):.4g}")
        if typical <= 0:
            return self
        wider = replace(self, typical=typical)
        return wider if wider.score(seed) <= self.score(seed) else self

    def score(self, seed: int) -> float:
        """The mean interval score at the first coverage (Gneiting & Raftery 2007), cross-fitted.

        The width, and what was missed by, so much heavier as the coverage is high.
        """
        fold = np.random.default_rng(seed).permutation(np.arange(len(self.y)) % _FOLDS)
        quantiles = np.empty(len(self.y))
        for i in range(_FOLDS):
            quantiles[fold == i] = self.find_quantile(fold != i, _COVERAGE)
        half = self.widen(quantiles)
        missed = np.maximum(self.residuals - half, 0)
        return float((2 * half + 2 / (1 - _COVERAGE) * missed).mean())

    def widen(self, quantiles: Floats) -> Floats:
        """Half the width of each, by its distance."""
        return self._widen(quantiles, self.typical)

    def _widen(self, quantiles: Floats, typical: float | None) -> Floats:
        if typical is None or self.distances is None:
            return quantiles
        return quantiles * widen(self.distances, typical)

    def find_quantile(self, rows: Flags, coverage: float) -> float:
        """Of the absolute residual, divided by how many times wider an interval is."""
        times = self.widen(np.ones(len(self.y)))
        return find_quantile((self.residuals / times)[rows], coverage)

    def spread(
        self,
        intervals: QuantileIntervals,
        level: Level,
        place: NDArray[np.intp],
        members: Sequence[Flags] = (),
    ) -> Floats:
        """Half the width of each interval, [n]."""
        typical = expect(intervals, ValueIntervals).typical_distance
        return self._widen(super().spread(intervals, level, place, members), typical)

    def hold(self, quantiles: Floats) -> Floats:
        """Whether what was measured is within the interval."""
        return (self.residuals <= quantiles).astype(float)

    def measure_width(self, quantiles: Floats) -> Floats:
        """From its low to its high end."""
        return 2 * quantiles

    def make_intervals(
        self, levels: Sequence[Level], strata: Strata | None, groups: Sequence[Group] = ()
    ) -> ValueIntervals:
        """A low and a high value."""
        return ValueIntervals(
            levels=tuple(levels),
            strata=strata,
            groups=tuple(groups) or None,
            typical_distance=self.typical,
        )

    def find_groups(self) -> dict[str, Flags]:
        """Thirds by distance from the training data, if the graph gives it."""
        if self.distances is None:
            return {}
        third = np.searchsorted(np.quantile(self.distances, (1 / 3, 2 / 3)), self.distances)
        return {name: third == i for i, name in enumerate(_THIRDS)}

    def find_losses(self) -> tuple[str, Floats]:
        """Absolute errors."""
        return "mean absolute error", self.residuals

    def find_curves(self, sample: Sample) -> list[Curve]:
        """Measured by predicted value."""
        return [Curve(ValueTarget(), "predicted value", self.values, self.y, sample)]


class ValueAssessor(OutputAssessor):
    """One number per row."""

    method = "Split conformal prediction of the absolute residual (Vovk, Gammerman & Shafer 2005)"
    needs_threshold = True

    def __init__(self, output: ValueOutput) -> None:
        super().__init__(output)
        self.unit = output.unit

    def name_method(self, intervals: Intervals | PolicyIntervals | None) -> str:
        """With the distance, if intervals widen with it."""
        method = super().name_method(intervals)
        typical = intervals and expect(intervals, ValueIntervals).typical_distance
        if typical is None:
            return method
        wider = f"wider beyond a distance of {typical:g}, in proportion to it"
        return f"{method.removesuffix('.')}; {wider} (Papadopoulos et al. 2011)."

    def evaluate(
        self,
        spec: Input,  # noqa: ARG002
        rows: Array,  # noqa: ARG002
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401, ARG002
    ) -> EvaluatedValue:
        """Of numbers [n]."""
        distances = round_output(outputs[DISTANCE]).reshape(-1) if DISTANCE in outputs else None
        values = round_output(outputs[self.output.tensor]).reshape(-1)
        return EvaluatedValue(values, outcome, distances)


def make(output: Output) -> ValueAssessor:
    """What assesses."""
    return ValueAssessor(expect(output, ValueOutput))
