"""Assesses probabilities of classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    ClassesIntervals,
    ClassesOutput,
    CurveTarget,
    Group,
    Input,
    LabelTarget,
    Level,
    Output,
    QuantileIntervals,
    RightAnswersTarget,
    Strata,
)
from medmaas.model.outputs.classes import take_labels
from medmaas_training.assessment.certainty.calibration import Claim
from medmaas_training.assessment.certainty.calibration_curve import Curve
from medmaas_training.assessment.certainty.conformal import find_quantile
from medmaas_training.assessment.certainty.recalibration import LEAST, Recalibrator, Rows
from medmaas_training.assessment.evaluated import (
    QuantileEvaluated,
    Tensors,
    round_output,
)
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.resampling import Flags, Floats, Sample, mean
from medmaas_training.assessment.splits import Array

NAMED = "the named label"
ONE_LABEL = "share of sets with one label"
_UNSURE, _FEWEST_UNSURE = (0.05, 0.1, 0.2), 50


@dataclass(frozen=True)
class EvaluatedClasses(QuantileEvaluated):
    """Probabilities p [n, labels] and the labels that were true, y [n]."""

    p: Floats
    y: NDArray[np.int64]
    labels: tuple[str, ...]

    @property
    def width_of(self) -> str:
        """Sets have labels."""
        return "mean number of labels in the prediction set"

    @property
    def prediction(self) -> Floats:
        """The largest probability, [n]."""
        largest: Floats = self.p.max(1)
        return largest

    has_strata: ClassVar[bool] = False

    def find_quantile(self, rows: Flags, coverage: float) -> float:
        """Of one less the probability of the true label."""
        return find_quantile(1 - self.p[np.arange(len(self.y)), self.y][rows], coverage)

    def find_quantiles(
        self, place: NDArray[np.intp], strata: int, coverage: float
    ) -> tuple[float, ...]:
        """One per label, of its own cases; that of all cases where it has too few."""
        del place, strata
        together = self.find_quantile(np.ones(len(self.y), bool), coverage)
        found = [self.find_quantile(self.y == i, coverage) for i in range(len(self.labels))]
        return tuple(one if np.isfinite(one) else together for one in found)

    def spread(
        self,
        intervals: QuantileIntervals,
        level: Level,
        place: NDArray[np.intp],
        members: Sequence[Flags] = (),
    ) -> Floats:
        """Which labels are in the set of each case, [n, labels]."""
        del place, members
        return take_labels(self.p, level, intervals.levels).astype(float)

    def hold(self, quantiles: Floats) -> Floats:
        """Whether the true label is in the set."""
        held: Floats = quantiles[np.arange(len(self.y)), self.y]
        return held

    def measure_width(self, quantiles: Floats) -> Floats:
        """Labels in the set."""
        sizes: Floats = quantiles.sum(1)
        return sizes

    def find_shares(self, quantiles: Floats) -> dict[str, Floats]:
        """How many sets decide."""
        return {ONE_LABEL: (self.measure_width(quantiles) == 1).astype(float)}

    def make_intervals(
        self, levels: Sequence[Level], strata: Strata | None, groups: Sequence[Group] = ()
    ) -> ClassesIntervals:
        """Prediction sets."""
        del strata, groups
        cases = np.bincount(self.y, minlength=len(self.labels)).tolist()
        return ClassesIntervals(levels=tuple(levels), by="label", cases=tuple(cases))

    def summarise_width(self, width: Floats, weights: Floats) -> float:
        """The mean size."""
        return mean(width, weights)

    def find_groups(self) -> dict[str, Flags]:
        """Each label's cases, and the least sure answers: the smallest share that has 50 cases."""
        share = next((s for s in _UNSURE if s * len(self.p) >= _FEWEST_UNSURE), 0.5)
        unsure = self.prediction <= np.quantile(self.prediction, share)
        of_label = {label: self.y == i for i, label in enumerate(self.labels)}
        return of_label | {f"least sure {100 * share:.0f} % of answers": unsure}

    def find_losses(self) -> tuple[str, Floats]:
        """Errors."""
        return "error rate", (self.p.argmax(1) != self.y).astype(float)

    def find_judgement(self) -> tuple[str, Floats]:
        """The largest probability."""
        return "largest probability", -self.prediction

    def find_claims(self, sample: Sample) -> list[tuple[Claim, Sample]]:
        """The probability of the label that is named, and of each label."""
        right = self.p.argmax(1) == self.y
        claims = [Claim("the label that is named", self.prediction, right)]
        claims += [Claim(name, self.p[:, i], self.y == i) for i, name in enumerate(self.labels)]
        return [(claim, sample) for claim in claims]

    def find_curves(self, sample: Sample) -> list[Curve]:
        """Of two labels the second, of more the named one."""
        target: CurveTarget = RightAnswersTarget()
        if len(self.labels) > 2:
            right = self.p.argmax(1) == self.y
            return [Curve(target, f"probability of {NAMED}", self.prediction, right, sample)]
        label, p = self.labels[1], self.p[:, 1]
        target = LabelTarget(label=label)
        return [Curve(target, f"probability of {label}", p, self.y == 1, sample)]

    def find_recalibrators(self) -> list[Recalibrator]:
        """A temperature."""
        return [Temperature(self)]


class Temperature:
    """Probabilities of classes, their logarithms divided by a number (Guo et al. 2017)."""

    normalises = True

    def __init__(self, evaluated: EvaluatedClasses) -> None:
        self.name = "all labels"
        self._logs, self._y = np.log(np.maximum(evaluated.p, LEAST)), evaluated.y

    def fit(self, rows: Rows) -> tuple[float, ...]:
        """The power that the probabilities are raised to: one over the temperature."""
        found = minimize_scalar(
            lambda power: float(self.lose((float(power),))[rows].mean()), bounds=(0.1, 10)
        )
        return (float(found.x),)

    def lose(self, numbers: tuple[float, ...] = (1.0,)) -> Floats:
        """Log loss of each row, [n]."""
        logs: Floats = log_softmax(numbers[0] * self._logs, axis=1)
        return -logs[np.arange(len(self._y)), self._y]


class ClassesAssessor(OutputAssessor):
    """Probabilities that sum to 1."""

    method = (
        "Class-conditional conformal prediction: sets in which each label has its coverage, of "
        "the probability itself (Vovk 2012); a label at least half as likely as the likeliest is "
        "taken, too, so that coverage may exceed what is asked for"
    )
    draws_calibration = False

    def __init__(self, output: ClassesOutput) -> None:
        super().__init__(output)
        self._names = output.labels
        self.labels = len(output.labels)

    def evaluate(
        self,
        spec: Input,  # noqa: ARG002
        rows: Array,  # noqa: ARG002
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401, ARG002
    ) -> EvaluatedClasses:
        """Of labels' positions [n]."""
        return EvaluatedClasses(round_output(outputs[self.output.tensor]), outcome, self._names)

    def find_classes(self, outcome: Any) -> NDArray[np.int64]:  # noqa: ANN401
        """The outcome itself."""
        labels: NDArray[np.int64] = outcome
        return labels

    def find_focus(self, answers: Floats) -> int:
        """Of two classes the second, so that every sign means the same; else the named one."""
        return 1 if self.labels == 2 else super().find_focus(answers)

    def name_focus(self, *, of_the_named: bool) -> str:
        """The second of two labels, unless explanations are of the one that is named."""
        return NAMED if of_the_named or self.labels > 2 else super().name_focus(of_the_named=False)


def make(output: Output) -> ClassesAssessor:
    """What assesses."""
    return ClassesAssessor(expect(output, ClassesOutput))
