"""Assesses independent probabilities of labels: each label by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    CoverageCurve,
    Group,
    Input,
    LabelsIntervals,
    LabelsOutput,
    LabelTarget,
    Level,
    Metric,
    Output,
    QuantileIntervals,
    Strata,
)
from medmaas.model.outputs.labels import take_states
from medmaas_training.assessment.certainty.calibration import Claim
from medmaas_training.assessment.certainty.calibration_curve import Curve
from medmaas_training.assessment.certainty.conformal import find_quantile
from medmaas_training.assessment.certainty.intervals import (
    assess_intervals,
    measure_held,
    see_split,
    take_quantiles,
)
from medmaas_training.assessment.evaluated import (
    Answered,
    Intervals,
    QuantileEvaluated,
    Tensors,
    round_output,
)
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.resampling import Flags, Floats, Sample, mean
from medmaas_training.assessment.splits import Array
from medmaas_training.classes.metrics import AUC, AVERAGE_PRECISION, SENSITIVITY
from medmaas_training.errors import TrainingError

ON = "test split, each label by itself"
ON_EACH = "test split, intervals of each label"
SPECIFICITY = "specificity"
MEAN_AUC = "AUC, mean of labels"
FARTHEST = "the label farthest above its threshold"
_NEVER = 1.0  # a quantile that excludes nothing


@dataclass(frozen=True)
class EvaluatedLabels(QuantileEvaluated):
    """Probabilities and what was so.

    Attributes:
        p: [n, labels].
        y: 1 where a label was so, 0 where it was not, NaN where nobody looked, [n, labels].
        output: of the manifest.
    """

    p: Floats
    y: Floats
    output: LabelsOutput

    has_strata: ClassVar[bool] = False

    @property
    def width_of(self) -> str:
        """Of a label, presence and absence may both be possible."""
        return "mean number of labels of which neither presence nor absence is excluded"

    @property
    def prediction(self) -> Floats:
        """The largest probability, [n]."""
        largest: Floats = self.p.max(1)
        return largest

    @property
    def reached(self) -> Flags:
        """Whether an answer lists each label, [n, labels]."""
        reached: Flags = self.p >= [label.threshold for label in self.output.labels]
        return reached

    def list_labels(self) -> Iterator[tuple[str, int, Flags]]:
        """Every label, its column, and whether somebody looked for it, [n]."""
        for i, name in enumerate(self.output.named_labels):
            yield name, i, ~np.isnan(self.y[:, i])

    def find_quantile(self, rows: Flags, coverage: float) -> float:
        """The most careful one of all labels."""
        some = replace(self, p=self.p[rows], y=self.y[rows])
        return max(some.find_quantiles(np.zeros(0, np.intp), 1, coverage))

    def find_quantiles(
        self, place: NDArray[np.intp], strata: int, coverage: float
    ) -> tuple[float, ...]:
        """Per label of one less the probability where it was so, then of it where it was not.

        Of too few cases one that excludes nothing; infinite if no label has enough of both.
        """
        del place, strata
        pairs = [
            (
                find_quantile(1 - self.p[self.y[:, i] == 1, i], coverage),
                find_quantile(self.p[self.y[:, i] == 0, i], coverage),
            )
            for _, i, _ in self.list_labels()
        ]
        if not any(np.isfinite(pair).all() for pair in pairs):
            return (float("inf"),)
        return tuple(min(pair[which], _NEVER) for which in (0, 1) for pair in pairs)

    def spread(
        self,
        intervals: QuantileIntervals,
        level: Level,
        place: NDArray[np.intp],
        members: Sequence[Flags] = (),
    ) -> Floats:
        """Whether presence, then whether absence is possible, [n, 2 labels]; NaN if unknown."""
        del place, members
        states = np.hstack(take_states(self.p, level, intervals.levels)).astype(float)
        unknown = expect(intervals, LabelsIntervals).find_unknown(level.coverage)
        states[:, [*unknown, *(i + self.p.shape[1] for i in unknown)]] = np.nan
        return states

    def hold_each(self, quantiles: Floats) -> Floats:
        """Whether what was so is possible, [n, labels]; NaN where it is unknown, or unpromised."""
        present, absent = np.hsplit(quantiles, 2)
        held: Floats = np.where(self.y == 1, present, absent)
        held[np.isnan(self.y)] = np.nan
        return held

    def hold(self, quantiles: Floats) -> Floats:
        """The share of labels of which it holds; 1 where nothing was promised."""
        held = self.hold_each(quantiles)
        known = ~np.isnan(held)
        count = known.sum(1)
        return np.where(count, np.where(known, held, 0).sum(1) / np.maximum(count, 1), 1.0)

    def measure_width(self, quantiles: Floats) -> Floats:
        """How many labels are undecided."""
        present, absent = np.hsplit(np.nan_to_num(quantiles), 2)
        undecided: Floats = (present * absent).sum(1)
        return undecided

    def make_intervals(
        self, levels: Sequence[Level], strata: Strata | None, groups: Sequence[Group] = ()
    ) -> LabelsIntervals:
        """What cannot be excluded of each label."""
        del strata, groups
        seen = [
            {"present": int((of == 1).sum()), "absent": int((of == 0).sum())} for of in self.y.T
        ]
        return LabelsIntervals.model_validate({"levels": tuple(levels), "cases": seen})

    def summarise_width(self, width: Floats, weights: Floats) -> float:
        """The mean number."""
        return mean(width, weights)

    def find_losses(self) -> tuple[str, Floats]:
        """The mean squared difference over the labels that somebody looked for."""
        return "Brier score, mean of labels", np.nanmean((self.p - self.y) ** 2, axis=1)

    def find_claims(self, sample: Sample) -> list[tuple[Claim, Sample]]:
        """The probability of each label, on those in whom somebody looked for it."""
        return [
            (
                Claim(name, self.p[known, i], self.y[known, i] == 1),
                replace(sample, patient=sample.patient[known]),
            )
            for name, i, known in self.list_labels()
            if known.any()
        ]

    def find_curves(self, sample: Sample) -> list[Curve]:
        """Of each label, likewise."""
        return [
            Curve(LabelTarget(label=claim.name), f"probability of {claim.name}", claim.p, so, of)
            for claim, of in self.find_claims(sample)
            for so in [claim.happened]
            if so is not None
        ]


class LabelsAssessor(OutputAssessor):
    """Independent probabilities: nothing is asked of their sum."""

    method = (
        "Class-conditional conformal prediction of each label by itself, of the probability where "
        "it was so and where it was not (Vovk 2012)"
    )
    draws_calibration = False  # of many labels there is no room for it

    def __init__(self, output: LabelsOutput) -> None:
        super().__init__(output)
        self._labels = output

    def evaluate(
        self,
        spec: Input,  # noqa: ARG002
        rows: Array,  # noqa: ARG002
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401, ARG002
    ) -> EvaluatedLabels:
        """Of truths [n, labels], NaN or None where nobody looked.

        Raises:
            TrainingError: in some case nobody looked for any label.
        """
        y = np.asarray(outcome, float)
        if np.isnan(y).all(axis=1).any():
            raise TrainingError("every case must say of one label at least whether it was so")
        return EvaluatedLabels(round_output(outputs[self.output.tensor]), y, self._labels)

    def assess_intervals(
        self, calibration: Answered, test: Answered, spec: Input
    ) -> tuple[Intervals | None, list[CoverageCurve]]:
        """With the coverage of each label, where it was so and where it was not."""
        intervals, curves = assess_intervals(calibration, test, spec)
        if intervals is None:
            return None, []
        return intervals, [*curves, _measure_each(expect(intervals, LabelsIntervals), test, spec)]

    def measure_answers(self, test: Answered) -> list[Metric]:
        """How well each label is told apart, and what its threshold finds and clears."""
        evaluated = expect(test.evaluated, EvaluatedLabels)
        each = [
            metric
            for name, i, known in evaluated.list_labels()
            for metric in _measure_label(evaluated, test.sample, name, i, known)
        ]
        return [*test.sample.measure(ON, partial(_rank_all, evaluated)), *each]

    def name_focus(self, *, of_the_named: bool) -> str:
        """Whichever it is."""
        del of_the_named
        return FARTHEST


def _measure_each(intervals: LabelsIntervals, test: Answered, spec: Input) -> CoverageCurve:
    evaluated, split, points = expect(test.evaluated, EvaluatedLabels), see_split(test, spec), []
    for level in intervals.levels:
        held = evaluated.hold_each(take_quantiles(intervals, level, split))
        for name, i, _ in evaluated.list_labels():
            for state, was in (("present", 1), ("absent", 0)):
                members = (evaluated.y[:, i] == was) & ~np.isnan(held[:, i])
                shown = np.nan_to_num(held[:, i])
                points += measure_held(
                    level.coverage, shown, test.sample, members=members, group=f"{name}, {state}"
                )
    return CoverageCurve(cohort=test.sample.cohort, evaluated_on=ON_EACH, points=tuple(points))


def _measure_label(
    evaluated: EvaluatedLabels, sample: Sample, name: str, column: int, known: Flags
) -> list[Metric]:
    p, y = evaluated.p[:, column], evaluated.y[:, column] == 1
    reached = evaluated.reached[:, column].astype(float)
    of = replace(sample, event=y & known)

    def rank(weights: Floats) -> dict[str, float]:
        area, drawn = find_area(p, y, weights), weights > 0
        if np.isnan(area):
            return {AUC: area, AVERAGE_PRECISION: area}
        precision = average_precision_score(y[drawn], p[drawn], sample_weight=weights[drawn])
        return {AUC: area, AVERAGE_PRECISION: float(precision)}

    return [
        *of.measure(ON, rank, members=known, group=name),
        *of.measure_mean(ON, SENSITIVITY, reached, members=known & y, group=name),
        *of.measure_mean(ON, SPECIFICITY, 1 - reached, members=known & ~y, group=name),
    ]


def find_area(p: Floats, y: Flags, weights: Floats) -> float:
    """Under the ROC curve, each case as often as it was drawn; NaN of one side alone."""
    drawn = weights > 0
    if not 0 < y[drawn].sum() < drawn.sum():
        return float("nan")
    return float(roc_auc_score(y[drawn], p[drawn], sample_weight=weights[drawn]))


def _rank_all(evaluated: EvaluatedLabels, weights: Floats) -> dict[str, float]:
    """The mean area of the labels that have both sides; NaN if none has."""
    areas = [
        find_area(evaluated.p[:, i], evaluated.y[:, i] == 1, weights * known)
        for _, i, known in evaluated.list_labels()
    ]
    found = [area for area in areas if not np.isnan(area)]
    return {MEAN_AUC: float(np.mean(found)) if found else float("nan")}


def make(output: Output) -> LabelsAssessor:
    """What assesses."""
    return LabelsAssessor(expect(output, LabelsOutput))
