"""Assesses several numbers: each by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    CoverageCurve,
    Group,
    Input,
    Level,
    Metric,
    NamedValue,
    NamedValueTarget,
    Output,
    QuantileIntervals,
    Strata,
    ValuesIntervals,
    ValuesOutput,
)
from medmaas.model.outputs.values import bound, settle
from medmaas_training.assessment.certainty.calibration_curve import Curve
from medmaas_training.assessment.certainty.conformal import find_quantile
from medmaas_training.assessment.certainty.intervals import (
    WIDTH,
    assess_intervals,
    measure_held,
)
from medmaas_training.assessment.evaluated import (
    Answered,
    Intervals,
    QuantileEvaluated,
    Tensors,
    round_output,
)
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.resampling import Flags, Floats, Sample, mean, middle
from medmaas_training.assessment.splits import Array
from medmaas_training.errors import TrainingError

ON = "test split, each value by itself"
ON_EACH = "test split, intervals of each value"
MAE, RMSE = "mean absolute error", "root mean squared error"


@dataclass(frozen=True)
class EvaluatedValues(QuantileEvaluated):
    """Numbers and what was measured.

    Attributes:
        given: of the graph, [n, values].
        y: what was measured, NaN where nothing was, [n, values].
        output: of the manifest.
    """

    given: Floats
    y: Floats
    output: ValuesOutput

    has_strata: ClassVar[bool] = False

    @property
    def width_of(self) -> str:
        """Without a unit, so that all have a mean."""
        return "mean width of the intervals, in standard deviations of what was measured"

    @property
    def prediction(self) -> Floats:
        """The first value, [n]."""
        return self.given[:, 0]

    @property
    def residuals(self) -> Floats:
        """Absolute, of what the graph gives, the short way round of angles, [n, values]."""
        return _measure_apart(self.given, self.y, self.output)

    @property
    def errors(self) -> Floats:
        """The same of what an answer says, counts being whole."""
        return _measure_apart(settle(self.given, self.output), self.y, self.output)

    @property
    def scales(self) -> Floats:
        """The standard deviation of what was measured, [values]; 1 where all is the same."""
        apart = _measure_apart(_find_middles(self.y, self.output), self.y, self.output)
        scales: Floats = np.sqrt(np.nanmean(apart**2, axis=0))
        return np.where(scales > 0, scales, 1.0)

    def list_values(self) -> Iterator[tuple[NamedValue, int, Flags]]:
        """Every value, its column, and whether it was measured, [n]."""
        for i, value in enumerate(self.output.values):
            yield value, i, ~np.isnan(self.y[:, i])

    def find_quantile(self, rows: Flags, coverage: float) -> float:
        """The largest one of all values."""
        some = replace(self, given=self.given[rows], y=self.y[rows])
        return max(some.find_quantiles(np.zeros(0, np.intp), 1, coverage))

    def find_quantiles(
        self, place: NDArray[np.intp], strata: int, coverage: float
    ) -> tuple[float, ...]:
        """Of the absolute residual of each value; infinite where too few were measured."""
        del place, strata
        residuals = self.residuals
        return tuple(
            find_quantile(residuals[known, i], coverage) for _, i, known in self.list_values()
        )

    def spread(
        self,
        intervals: QuantileIntervals,
        level: Level,
        place: NDArray[np.intp],
        members: Sequence[Flags] = (),
    ) -> Floats:
        """Half the width of each interval, [n, values]."""
        del intervals, place, members
        half: Floats = np.tile(level.quantiles, (len(self.given), 1))
        return half

    def bound(self, quantiles: Floats) -> tuple[Floats, Floats]:
        """Low and high ends as answers have them, [n, values] each."""
        if not len(quantiles):
            return quantiles, quantiles
        return bound(self.given, quantiles[0], self.output)

    def hold_each(self, quantiles: Floats) -> Floats:
        """Whether what was measured is within, [n, values]; NaN where nothing was."""
        low, high = self.bound(quantiles)
        y = settle(self.y, self.output)
        within = (low <= y) & (y <= high)
        around = (low > high) & ((y >= low) | (y <= high))  # through the end of a period
        return np.where(np.isnan(y), np.nan, within | around)

    def hold(self, quantiles: Floats) -> Floats:
        """The share of the values that were measured of which it holds."""
        held: Floats = np.nanmean(self.hold_each(quantiles), axis=1)
        return held

    def measure_widths(self, quantiles: Floats) -> Floats:
        """From low to high, [n, values]."""
        low, high = self.bound(quantiles)
        widths = high - low
        for value, i, _ in self.list_values():
            if value.period:
                widths[:, i] = np.where(widths[:, i] < 0, widths[:, i] + value.period, widths[:, i])
        return widths

    def measure_width(self, quantiles: Floats) -> Floats:
        """The mean over values, each in its standard deviations."""
        width: Floats = (self.measure_widths(quantiles) / self.scales).mean(axis=1)
        return width

    def make_intervals(
        self, levels: Sequence[Level], strata: Strata | None, groups: Sequence[Group] = ()
    ) -> ValuesIntervals:
        """A low and a high end of each value."""
        del strata, groups
        return ValuesIntervals(levels=tuple(levels))

    def find_losses(self) -> tuple[str, Floats]:
        """Absolute errors, each in standard deviations of what was measured, their mean."""
        losses: Floats = np.nanmean(self.errors / self.scales, axis=1)
        return f"{MAE} in standard deviations, mean of values", losses

    def find_curves(self, sample: Sample) -> list[Curve]:
        """Measured by predicted value, but of angles, which have no order."""
        return [
            Curve(
                NamedValueTarget(name=value.name),
                f"predicted {value.name}",
                self.given[known, i],
                self.y[known, i],
                replace(sample, patient=sample.patient[known]),
            )
            for value, i, known in self.list_values()
            if value.period is None and known.any()
        ]


def _measure_apart(one: Floats, other: Floats, output: ValuesOutput) -> Floats:
    """How far numbers are from each other, [n, values]: on a circle where they are angles."""
    apart: Floats = np.abs(one - other)
    for i, value in enumerate(output.values):
        if value.period:
            around = np.mod(apart[:, i], value.period)
            apart[:, i] = np.minimum(around, value.period - around)
    return apart


def _find_middles(y: Floats, output: ValuesOutput) -> Floats:
    """The mean of each value, [1, values]; of an angle the mean direction."""
    middles: Floats = np.nanmean(y, axis=0, keepdims=True)
    for i, value in enumerate(output.values):
        if value.period:
            turns = np.exp(2j * np.pi * y[:, i] / value.period)
            middles[0, i] = np.angle(np.nanmean(turns)) * value.period / (2 * np.pi)
    return middles


class ValuesAssessor(OutputAssessor):
    """Several numbers per row."""

    method = (
        "Split conformal prediction of the absolute residual of each value by itself (Vovk, "
        "Gammerman & Shafer 2005), of angles the short way round"
    )
    draws_calibration = False  # each is in a unit of its own
    needs_threshold = True

    def __init__(self, output: ValuesOutput) -> None:
        super().__init__(output)
        self._values = output
        self.unit = output.values[0].unit

    def evaluate(
        self,
        spec: Input,  # noqa: ARG002
        rows: Array,  # noqa: ARG002
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401, ARG002
    ) -> EvaluatedValues:
        """Of numbers [n, values], NaN or None where nothing was measured.

        Raises:
            TrainingError: of some case nothing was measured.
        """
        y = np.asarray(outcome, float)
        if np.isnan(y).all(axis=1).any():
            raise TrainingError("every case must have one value at least that was measured")
        return EvaluatedValues(round_output(outputs[self.output.tensor]), y, self._values)

    def assess_intervals(
        self, calibration: Answered, test: Answered, spec: Input
    ) -> tuple[Intervals | None, list[CoverageCurve]]:
        """With coverage and width of each value."""
        intervals, curves = assess_intervals(calibration, test, spec)
        if intervals is None:
            return None, []
        return intervals, [*curves, _measure_each(expect(intervals, ValuesIntervals), test)]

    def measure_answers(self, test: Answered) -> list[Metric]:
        """How far each value is from what was measured."""
        evaluated = expect(test.evaluated, EvaluatedValues)
        errors = np.nan_to_num(evaluated.errors)
        name, losses = evaluated.find_losses()
        metrics = test.sample.measure_mean(ON, name, losses)
        for value, i, known in evaluated.list_values():

            def miss(weights: Floats, i: int = i) -> dict[str, float]:
                squared = mean(errors[:, i] ** 2, weights)
                return {MAE: mean(errors[:, i], weights), RMSE: float(np.sqrt(squared))}

            metrics += test.sample.measure(ON, miss, members=known, group=value.name)
        return metrics


def _measure_each(intervals: ValuesIntervals, test: Answered) -> CoverageCurve:
    evaluated, points = expect(test.evaluated, EvaluatedValues), []
    for level in intervals.levels:
        half = np.tile(level.quantiles, (len(evaluated.y), 1))
        held, widths = evaluated.hold_each(half), evaluated.measure_widths(half)
        for value, i, known in evaluated.list_values():

            def summarise(weights: Floats, width: Floats = widths[:, i]) -> dict[str, float]:
                return {WIDTH: middle(width, weights)}

            name, sample = value.name, test.sample
            points += measure_held(
                level.coverage,
                np.nan_to_num(held[:, i]),
                sample,
                members=known,
                group=name,
                widths=sample.measure(WIDTH, summarise, members=known, group=name),
            )
    return CoverageCurve(
        cohort=test.sample.cohort,
        evaluated_on=ON_EACH,
        width_of="width of the interval, in the unit of the value",
        points=tuple(points),
    )


def make(output: Output) -> ValuesAssessor:
    """What assesses."""
    return ValuesAssessor(expect(output, ValuesOutput))
