"""What is assessed of an input; <kind>.py is the room of a kind."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.kinds import find_room
from medmaas.model.manifest import (
    Background,
    Check,
    Dependence,
    Importance,
    Input,
    Output,
    StandardisedDistance,
    TensorDistance,
)
from medmaas.model.registry import Model
from medmaas_training.assessment.certainty.embedded_distance import fit_embedded_distance
from medmaas_training.assessment.reasons.games import Case, Trained
from medmaas_training.assessment.reasons.sample import FAST, MANY, SLOW, WIDE, Sample, Sizes
from medmaas_training.assessment.resampling import Floats
from medmaas_training.assessment.splits import Array


class InputAssessor(ABC):
    """A kind of input, as an assessment sees it.

    Attributes:
        method: how an answer is explained, in words.
        of_the_named: whether explanations are of the label that is named, whichever it is.
        has_counterfactuals: whether there are explanations by what would change the answer.
    """

    method: ClassVar[str]
    of_the_named: ClassVar[bool] = False
    has_counterfactuals: ClassVar[bool] = False

    def __init__(self, spec: Input) -> None:
        self.spec = spec

    @abstractmethod
    def make_case(self, model: Model, row: Array) -> Case:
        """One row as a game, as the graph takes it, [...]."""

    def fit_distance(
        self,
        graph: onnx.ModelProto,
        outputs: tuple[str, ...],
        rows: Array,
        classes: NDArray[np.int64] | None,
    ) -> tuple[onnx.ModelProto, StandardisedDistance | TensorDistance | None]:
        """A distance from the train split, and the graph that gives it: in what a network embeds.

        Args:
            graph: of the model.
            outputs: those that an answer is made of.
            rows: of the train split, as the graph takes them, [n, ...].
            classes: of each, [n], for a distance to the nearest class.
        """
        return fit_embedded_distance(graph, [*self.spec.tensors], outputs, rows, classes)

    def find_limits(self, rows: Array) -> Input:
        """The input with what can be said of all of the train split [n, ...], and of nothing else.

        Beyond it there is no answer.
        """
        del rows
        return self.spec

    def find_doubtful(self, rows: Array) -> NDArray[np.bool_]:
        """Which rows the reader holds back, as the graph takes them [n, ...]."""
        return np.zeros(len(rows), bool)

    def choose_sizes(self) -> Sizes:
        """As much as there is time for where inputs go through a graph one by one."""
        return SLOW

    def find_background(
        self, rows: Array, answers: Callable[[], Floats], seed: int
    ) -> Background | None:
        """What explanations are against, of the train split [n, ...], if that is anybody."""
        del rows, answers, seed
        return None

    def measure_dependence(
        self, model: Model, sample: Sample, seen: Array, importance: Sequence[Importance]
    ) -> list[Dependence]:
        """The mean answer if all had the same value of a feature.

        Args:
            model: of the input.
            sample: of the test split.
            seen: the train split.
            importance: of the features.
        """
        del model, sample, seen, importance
        return []

    def name_measure(self, of: str, output: Output) -> str:
        """What is explained, given what the number of the answer is called."""
        del output
        return of

    def hold_trial(self, model: Model, rows: Array, of: str, seed: int) -> tuple[Check, ...] | None:
        """What explanations gain over a rival that does not ask the model; None without a rival.

        Args:
            model: of the input.
            rows: of the test split, as the graph takes them [n, ...].
            of: what is explained.
            seed: of the draws.
        """
        del model, rows, of, seed
        return None

    def check_agreement(
        self,
        model: Model,
        sample: Sample,
        seen: Array,
        sizes: Sizes,
        *,
        seed: int,
        trained: Trained | None,
    ) -> list[Check]:
        """What else attributions must agree with.

        Args:
            model: of the input.
            sample: of the test split.
            seen: the train split.
            sizes: how much is measured.
            seed: of the draws.
            trained: the model as it was fitted; None is the graph.
        """
        del model, sample, seen, sizes, seed, trained
        return []


class InputRoom(Protocol):
    """The module of a kind of input."""

    def make(self, spec: Input) -> InputAssessor:
        """What assesses."""


def make_input_assessor(spec: Input) -> InputAssessor:
    """What assesses explanations and distances of an input."""
    room: InputRoom = find_room(__name__, spec.kind)
    return room.make(spec)


def make_case(model: Model, row: Array) -> Case:
    """One row of a model as a game, as the graph takes it, [...]."""
    return make_input_assessor(model.manifest.input).make_case(model, row)


def choose_by_width(features: int) -> Sizes:
    """As much as there is time for where inputs go through a graph together."""
    return WIDE if features > MANY else FAST
