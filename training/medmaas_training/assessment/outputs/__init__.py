"""What is assessed of an answer; <kind>.py is the room of a kind of output.

evaluated_policy.py holds what would have come of each action of a policy.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import find_room
from medmaas.model.manifest import (
    CoverageCurve,
    Input,
    MaskIntervals,
    Metric,
    Output,
    PolicyIntervals,
    QuantileIntervals,
)
from medmaas.model.outputs import make_targets
from medmaas_training.assessment.certainty.intervals import (
    assess_intervals,
    count_intervals,
    measure_intervals,
    see_split,
)
from medmaas_training.assessment.evaluated import Answered, Evaluated, Intervals, Tensors
from medmaas_training.assessment.resampling import Flags, Floats
from medmaas_training.assessment.splits import Array


class OutputAssessor(ABC):
    """A kind of output, as an assessment sees it.

    Attributes:
        method: how its intervals are made, in words.
        labels: how many labels an answer chooses from; 0 where it chooses none.
        unit: of what is predicted, where that is not a probability.
        draws_calibration: whether the report of the assessment draws calibration; classes' training
            does.
        needs_threshold: whether only a threshold makes a decision of its answers.
    """

    method: ClassVar[str]
    draws_calibration: ClassVar[bool] = True
    needs_threshold: ClassVar[bool] = False
    labels: int = 0
    unit: str = ""

    def __init__(self, output: Output) -> None:
        self.output = output

    @abstractmethod
    def evaluate(
        self,
        spec: Input,
        rows: Array,
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401 - of the kind, see Cases
        train: Any,  # noqa: ANN401 - as above
    ) -> Evaluated:
        """What the model gave for n rows, and what came of it.

        Args:
            spec: of the input.
            rows: what went in.
            outputs: of the graph.
            outcome: of the same n.
            train: the outcome of the train split, which censoring is learned from.
        """

    def find_owners(self, outcome: Any, n: int) -> tuple[NDArray[np.intp], Flags | None]:  # noqa: ANN401
        """Whose each of n rows is, and whether it had the outcome, if that is to be counted."""
        del outcome
        return np.arange(n), None

    def find_classes(self, outcome: Any) -> NDArray[np.int64] | None:  # noqa: ANN401
        """The class of each row, [n], for a distance to the nearest; None if there is none."""
        del outcome
        return None

    def assess_intervals(
        self, calibration: Answered, test: Answered, spec: Input
    ) -> tuple[Intervals | PolicyIntervals | None, list[CoverageCurve]]:
        """Intervals of the calibration split, and how often they hold on the test split."""
        return assess_intervals(calibration, test, spec)

    def measure_coverage(
        self, intervals: Intervals | PolicyIntervals | None, test: Answered, spec: Input
    ) -> list[CoverageCurve]:
        """How often intervals that were learned before hold on a split."""
        if intervals is None or isinstance(intervals, PolicyIntervals | MaskIntervals):
            return []
        return [measure_intervals(intervals, see_split(test, spec), test.sample)]

    def count_intervals(
        self, intervals: Intervals | PolicyIntervals | None, test: Answered, spec: Input
    ) -> list[Metric]:
        """What else is counted of the intervals at the first coverage, on the test split."""
        if intervals is None or isinstance(intervals, PolicyIntervals):
            return []
        return count_intervals(intervals, test, spec)

    def name_method(self, intervals: Intervals | PolicyIntervals | None) -> str:
        """How intervals were made, in a sentence."""
        method = self.method
        if intervals and intervals.strata:
            method += f"; quantiles apart by {intervals.strata.by} (Mondrian)"
        if isinstance(intervals, QuantileIntervals) and intervals.groups:
            named = ", ".join(dict.fromkeys(group.by for group in intervals.groups))
            method += (
                f"; groups by {named} have quantiles of their own, the most careful of which is "
                "taken (Foygel Barber et al. 2021)"
            )
        return f"{method}."

    def measure_answers(self, test: Answered) -> list[Metric]:
        """Figures of the answers on the test split, of kinds that no training here measures."""
        del test
        return []

    def describe_groups(self, calibration: Answered, test: Answered, spec: Input) -> list[Metric]:
        """Where probabilities are least true, of groups by every feature, on the test split."""
        del calibration, test, spec
        return []

    def find_focus(self, answers: Floats) -> int:
        """The position of the number that is explained, given all of an answer, [targets]."""
        return make_targets(self.output).headline(answers)

    def name_focus(self, *, of_the_named: bool) -> str:
        """What that number is called.

        Args:
            of_the_named: whether explanations are of the label that is named, whichever it is.
        """
        del of_the_named
        names = [target.name for target in make_targets(self.output).targets]
        return names[self.find_focus(np.zeros(len(names)))]


class OutputRoom(Protocol):
    """The module of a kind of output."""

    def make(self, output: Output) -> OutputAssessor:
        """What assesses."""


def make_output_assessor(output: Output) -> OutputAssessor:
    """What assesses the answers of an output."""
    room: OutputRoom = find_room(__name__, output.kind)
    return room.make(output)
