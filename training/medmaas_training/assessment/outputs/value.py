"""Assesses a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Input,
    Level,
    Output,
    Strata,
    ValueIntervals,
    ValueOutput,
    ValueTarget,
)
from medmaas_training.assessment.certainty.calibration_curve import Curve
from medmaas_training.assessment.certainty.conformal import find_quantile
from medmaas_training.assessment.evaluated import QuantileEvaluated, Tensors, round_output
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.resampling import Flags, Floats, Sample
from medmaas_training.assessment.splits import Array


@dataclass(frozen=True)
class EvaluatedValue(QuantileEvaluated):
    """Values [n] and what was measured, y [n]."""

    values: Floats
    y: Floats

    @property
    def width_of(self) -> str:
        """In the unit of the answer."""
        return "width of the interval"

    @property
    def prediction(self) -> Floats:
        """The value."""
        return self.values

    def find_quantile(self, rows: Flags, coverage: float) -> float:
        """Of the absolute residual."""
        return find_quantile(np.abs(self.y - self.values)[rows], coverage)

    def hold(self, quantiles: Floats) -> Floats:
        """Whether what was measured is within the interval."""
        return (np.abs(self.y - self.values) <= quantiles).astype(float)

    def measure_width(self, quantiles: Floats) -> Floats:
        """From its low to its high end."""
        return 2 * quantiles

    def make_intervals(self, levels: Sequence[Level], strata: Strata | None) -> ValueIntervals:
        """A low and a high value."""
        return ValueIntervals(levels=tuple(levels), strata=strata)

    def find_losses(self) -> tuple[str, Floats]:
        """Absolute errors."""
        return "mean absolute error", np.abs(self.values - self.y)

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

    def evaluate(
        self,
        spec: Input,  # noqa: ARG002
        rows: Array,  # noqa: ARG002
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401, ARG002
    ) -> EvaluatedValue:
        """Of numbers [n]."""
        return EvaluatedValue(round_output(outputs[self.output.tensor]).reshape(-1), outcome)


def make(output: Output) -> ValueAssessor:
    """What assesses."""
    return ValueAssessor(expect(output, ValueOutput))
