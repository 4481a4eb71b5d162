"""Assesses labels at times of a record, step by step, people being drawn whole (AAMI EC57)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    AnnotationsOutput,
    CoverageCurve,
    Input,
    Metric,
    Output,
    PolicyIntervals,
)
from medmaas.model.outputs.annotations import NO_LABEL, NO_STEP, choose_labels, read_steps
from medmaas_training.assessment.certainty.calibration import Claim
from medmaas_training.assessment.evaluated import (
    Answered,
    Evaluated,
    Intervals,
    Tensors,
    round_output,
)
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.resampling import OWN, THIS_MODEL, Flags, Floats, Sample
from medmaas_training.assessment.splits import AnnotatedSteps, Array
from medmaas_training.classes.metrics import ACCURACY, SENSITIVITY
from medmaas_training.errors import TrainingError
from medmaas_training.figures import Figures, People, Rows, bootstrap
from medmaas_training.observed_shares import estimate_share

ON = "test split, step by step"
PREDICTIVE_VALUE = "positive predictive value"
MACRO_SENSITIVITY = "mean sensitivity of labels"
UNDECIDED = "share of steps undecided"
LIKELIEST = "the likeliest label"
FEWEST_PEOPLE = 5  # who have a label: of fewer, an interval over people says nothing
_NONE = -1  # among true labels: nobody said
_RESAMPLES = 500
_MISSED = 2  # columns of a confusion beyond the labels: undecided, no step

Labels = NDArray[np.intp]


@dataclass(frozen=True)
class EvaluatedAnnotations(Evaluated):
    """What steps were called, and what they were.

    Attributes:
        p: [n, steps, labels].
        given: the position of each step's label, NO_LABEL or NO_STEP, [n, steps].
        y: the position of the true label, -1 where nobody said, [n, steps].
        output: of the manifest.
        frequent: the position of the label that the train split has most of.
    """

    p: Floats
    given: Labels
    y: Labels
    output: AnnotationsOutput
    frequent: int

    @property
    def known(self) -> Flags:
        """Which steps somebody labelled, [n, steps]."""
        known: Flags = self.y != _NONE
        return known

    def count(self) -> Floats:
        """Steps by true and by given label, [n, labels, labels and two].

        The last two columns are the undecided, and those that the model has no step at.
        """
        size = len(self.output.labels)
        counts = np.zeros((len(self.y), size, size + _MISSED))
        columns = self.given.copy()
        columns[self.given == NO_LABEL], columns[self.given == NO_STEP] = size, size + 1
        rows, steps = np.nonzero(self.known)
        np.add.at(counts, (rows, self.y[rows, steps], columns[rows, steps]), 1)
        return counts

    def find_losses(self) -> tuple[str, Floats]:
        """The share of the steps of each record that have another label than the true one."""
        wrong = ((self.given != self.y) & self.known).sum(1)
        return "share of steps without their label", wrong / self.known.sum(1)

    def find_judgement(self) -> tuple[str, Floats]:
        """The largest probability, mean of the steps."""
        there = self.given != NO_STEP
        largest = (self.p.max(2) * there).sum(1) / np.maximum(there.sum(1), 1)
        return "mean of the largest probabilities", -largest

    def find_claims(self, sample: Sample) -> list[tuple[Claim, Sample]]:
        """The probability of each label, on the steps that somebody labelled."""
        at = self.known & (self.given != NO_STEP)
        rows, steps = np.nonzero(at)
        if not len(rows):
            return []
        of = replace(sample, patient=sample.patient[rows], event=None)
        _, own = np.unique(of.patient, return_inverse=True)
        of = replace(of, patient=own)
        return [
            (Claim(name, self.p[rows, steps, i], self.y[rows, steps] == i), of)
            for i, name in enumerate(self.output.labels)
        ]


class AnnotationsAssessor(OutputAssessor):
    """A label per step."""

    method = "Annotations have no intervals"
    draws_calibration = False

    def __init__(self, output: AnnotationsOutput) -> None:
        super().__init__(output)
        self._spec = output

    def evaluate(
        self,
        spec: Input,  # noqa: ARG002
        rows: Array,  # noqa: ARG002
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401
    ) -> EvaluatedAnnotations:
        """Of labels' positions [n, steps], -1 where nobody said, or AnnotatedSteps.

        Raises:
            TrainingError: other shapes, or a record of which nobody labelled any step.
        """
        p, times = read_steps(outputs, self._spec)
        p, y = round_output(p), _list_labels(outcome)
        if y.shape != times.shape:
            raise TrainingError(
                f"the outcome must hold a label per step, [{', '.join(map(str, times.shape))}], "
                f"not [{', '.join(map(str, y.shape))}]"
            )
        if y.min(initial=0) < _NONE or y.max(initial=0) >= len(self._spec.labels):
            raise TrainingError("the outcome must hold positions of output.labels, -1 for none")
        if (y == _NONE).all(axis=1).any():
            raise TrainingError("every record must have a label at one step at least")
        given = choose_labels(p, times, self._spec)
        seen = _list_labels(train)
        counts = np.bincount(seen[seen != _NONE].ravel(), minlength=len(self._spec.labels))
        return EvaluatedAnnotations(p, given, y, self._spec, int(counts.argmax()))

    def find_owners(self, outcome: Any, n: int) -> tuple[NDArray[np.intp], Flags | None]:  # noqa: ANN401
        """The people, whose records are drawn together."""
        if not isinstance(outcome, AnnotatedSteps):
            return super().find_owners(outcome, n)
        _, person = np.unique(outcome.person, return_inverse=True)
        return person, None

    def assess_intervals(
        self,
        calibration: Answered,  # noqa: ARG002
        test: Answered,  # noqa: ARG002
        spec: Input,  # noqa: ARG002
    ) -> tuple[Intervals | PolicyIntervals | None, list[CoverageCurve]]:
        """None: the kind has none."""
        return None, []

    def measure_answers(self, test: Answered) -> list[Metric]:
        """Accuracy beside the most frequent label; each label's figures; what it is taken for."""
        evaluated = expect(test.evaluated, EvaluatedAnnotations)
        counts = evaluated.count()
        metrics = _measure_whole(evaluated, counts, test.sample)
        for i, name in enumerate(self._spec.labels):
            metrics += _measure_label(counts, i, name, test.sample)
            metrics += self._measure_confusion(counts, i, name, test.sample)
        return metrics

    def name_focus(self, *, of_the_named: bool) -> str:
        """Whichever it is, but for the background; the only one there is."""
        del of_the_named
        return LIKELIEST if len(self._spec.listed) > 1 else self._spec.listed[0]

    def _measure_confusion(
        self, counts: Floats, true: int, name: str, sample: Sample
    ) -> Iterator[Metric]:
        """Of the steps of one label, which share was called what else; not what never was."""
        called = [*self._spec.labels, "undecided", "no step"]
        all_of_it = counts[:, true].sum(1)
        for column, other in enumerate(called):
            some = counts[:, true, column]
            if column != true and some.any():
                yield from _measure_ratio(sample, f"share called {other}", some, all_of_it, name)


def _list_labels(outcome: Any) -> Labels:  # noqa: ANN401 - as of evaluate
    labels = outcome.label if isinstance(outcome, AnnotatedSteps) else outcome
    return np.asarray(labels, np.intp)


def _measure_whole(evaluated: EvaluatedAnnotations, counts: Floats, sample: Sample) -> list[Metric]:
    """The model, and whoever calls every step by the most frequent label."""
    patients, size = int(sample.patient.max()) + 1, counts.shape[1]
    baseline = f"always {evaluated.output.labels[evaluated.frequent]}"

    def weigh(rows: Rows) -> Figures:
        times = np.bincount(rows, minlength=patients)[sample.patient]
        drawn = np.tensordot(times, counts, 1)
        of_label = drawn.sum(1)
        present = of_label > 0
        found = np.diagonal(drawn)[present] / of_label[present]
        return {
            (ACCURACY, THIS_MODEL): float(np.trace(drawn) / drawn.sum()),
            (ACCURACY, baseline): float(of_label[evaluated.frequent] / drawn.sum()),
            (MACRO_SENSITIVITY, THIS_MODEL): float(found.mean()),
            (MACRO_SENSITIVITY, baseline): float(present[evaluated.frequent] / present.sum()),
            (UNDECIDED, THIS_MODEL): float(drawn[:, size].sum() / drawn.sum()),
        }

    everyone = np.unique(sample.patient)
    people = People(sample.cohort, ON, everyone, np.zeros(patients, bool))
    metrics = bootstrap(weigh, people, own=OWN, seed=sample.seed, resamples=_RESAMPLES)
    return [metric.model_copy(update={"events": None}) for metric in metrics]


def _measure_label(counts: Floats, label: int, name: str, sample: Sample) -> list[Metric]:
    """Sensitivity and positive predictive value."""
    true, given = counts[:, label].sum(1), counts[:, :, label].sum(1)
    right = counts[:, label, label]
    return [
        *_measure_ratio(sample, SENSITIVITY, right, true, name),
        *_measure_ratio(sample, PREDICTIVE_VALUE, right, given, name),
    ]


def _measure_ratio(
    sample: Sample, name: str, some: Floats, all_of_it: Floats, group: str
) -> list[Metric]:
    """Of steps, as many as each record has, [n] each; people are drawn, never steps.

    Nothing if fewer than FEWEST_PEOPLE have any. Where all or none are, the draws do not vary: the
    interval is Wilson's of so many people.
    """
    people = len(np.unique(sample.patient[all_of_it > 0]))
    if people < FEWEST_PEOPLE:
        return []

    def divide(weights: Floats) -> dict[str, float]:
        whole = float(weights @ all_of_it)
        return {name: float(weights @ some) / whole if whole else np.nan}

    metrics = replace(sample, event=all_of_it > 0).measure(ON, divide, group=group)
    if metrics and metrics[0].value in {0, 1}:
        ends = estimate_share(people if metrics[0].value else 0, people)
        metrics = [one.model_copy(update={"low": ends.low, "high": ends.high}) for one in metrics]
    return metrics


def make(output: Output) -> AnnotationsAssessor:
    """What assesses."""
    return AnnotationsAssessor(expect(output, AnnotationsOutput))
