"""What rooms of kinds are shown of a graph and a table, and what they say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Tensor
from medmaas_training.drafting.opened import Opened
from medmaas_training.drafting.table import Outcome, Table

Place = tuple[str | int, ...]
Array = NDArray[Any]
Tree = dict[str, Any]

NAMED, SURE, LIKELY, POSSIBLE = 4, 3, 2, 1  # how well a kind fits


@dataclass(frozen=True)
class Question:
    """What only a person knows.

    Attributes:
        place: where in the draft, key by key.
        words: the question; no value of the table.
        covers: whether it asks for all that is None below its place, too.
    """

    place: Place
    words: str
    covers: bool = False

    def below(self, *place: str | int) -> "Question":
        """The same of a part that lies at `place`."""
        return replace(self, place=(*place, *self.place))


@dataclass(frozen=True)
class SeenInput:
    """Tensors that a graph takes, and what may tell what they are.

    Attributes:
        tensors: of the graph's inputs those that are meant: all, or those of a part.
        opened: the graph.
        table: of past cases; None if none was given, or if it is not of these tensors.
        beside: the folder of the graph.
    """

    tensors: tuple[Tensor, ...]
    opened: Opened
    table: Table | None
    beside: Path


@dataclass(frozen=True)
class InputDraft:
    """An input as a draft states it.

    Attributes:
        fields: of the manifest's input; None where a person is asked.
        fit: how well the tensors are of this kind.
        questions: by places below the input.
        rows: the cases of the table as the tensors take them, by name, [n, ...]; None if there are
            none.
        told: what must be told of how the table was read, a clause each.
    """

    fields: Tree
    fit: int
    questions: tuple[Question, ...] = ()
    rows: Mapping[str, Array] | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeenOutput:
    """One tensor of floats that a graph gives, and what may tell what it is.

    Attributes:
        tensor: name, type and shape.
        opened: the graph.
        takes: the input, as its draft states it.
        values: what it gives for a few rows, [n, ...]; None if it could not be run.
        of_cases: whether these rows are the cases of the table.
        outcome: of these cases; None if none was named.
    """

    tensor: Tensor
    opened: Opened
    takes: Tree
    values: Array | None
    of_cases: bool
    outcome: Outcome | None

    @property
    def size(self) -> tuple[int, ...]:
        """The dimensions of a row's answer, -1 where that is any number."""
        shape = self.tensor.shape[1:]
        if self.values is None or len(shape) != self.values.ndim - 1:
            return shape if self.values is None else self.values.shape[1:]
        return tuple(
            seen if size == -1 else size
            for size, seen in zip(shape, self.values.shape[1:], strict=True)
        )

    @property
    def ending(self) -> str:
        """The operator that makes it, as Softmax; empty if that says nothing."""
        return self.opened.endings.get(self.tensor.name, "")

    @property
    def own_labels(self) -> tuple[str, ...]:
        """The labels that the graph states of its columns."""
        return self.opened.labels.get(self.tensor.name, ())

    def are_probabilities(self) -> bool:
        """Whether all values lie between 0 and 1, but for rounding."""
        if self.values is None:
            return self.ending in {"Sigmoid", "Softmax"}
        known = self.values[np.isfinite(self.values)]
        return bool(known.size) and bool(((known >= -_ROUNDING) & (known <= 1 + _ROUNDING)).all())

    def sum_to_one(self, axis: int = -1) -> bool:
        """Whether the probabilities along an axis do, but for rounding."""
        if not self.are_probabilities():
            return False
        if self.values is None:
            return self.ending == "Softmax"
        sums = self.values.sum(axis=axis)
        sums = sums[np.isfinite(sums)]
        return bool(sums.size) and bool((np.abs(sums - 1) <= _ROUNDING).all())


_ROUNDING = 1e-3


@dataclass(frozen=True)
class OutputDraft:
    """An output as a draft states it.

    Attributes:
        fields: of the manifest's output; None where a person is asked.
        fit: how well the tensor is of this kind.
        questions: by places below the output.
        title: what the model answers, in a few words; empty if nobody can tell.
        told: what must be told, a clause each.
    """

    fields: Tree
    fit: int
    questions: tuple[Question, ...] = ()
    title: str = ""
    told: tuple[str, ...] = field(default=())


def ask_below(questions: Sequence[Question], *place: str | int) -> tuple[Question, ...]:
    """The questions of a part that lies at `place`."""
    return tuple(question.below(*place) for question in questions)
