"""Which numbers of an answer are explained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.facts import Fact
from medmaas.model.columns import Floats, Tensors


@dataclass(frozen=True, slots=True)
class Target:
    """One number of an answer.

    Attributes:
        name: as an answer or a table calls it.
        words: what it is called.
        unit: a UCUM code, 1 for probabilities.
        is_probability: whether it is a probability; a value with unit 1 is not.
    """

    name: str
    words: Fact
    unit: str = "1"
    is_probability: bool = True


class Targets(Protocol):
    """What is explained of one kind of answer.

    Attributes:
        targets: the numbers, in the order of their columns.
        decides: from targets [n, targets] to what an answer decides by itself [n], if it does.
        exclude_each_other: whether one of them comes true, and no other: they sum to 1.
    """

    targets: tuple[Target, ...]
    exclude_each_other: bool
    decides: Callable[[Floats], NDArray[Any]] | None

    def read(self, outputs: Tensors) -> Floats:
        """What may be averaged over a background, [n, raw], of the graph's outputs.

        Raises:
            ModelOutputError: a number is not finite.
        """

    def settle(self, raw: Floats) -> Floats:
        """What was read, and perhaps averaged, as targets, [n, raw] to [n, targets]."""

    def about(self, recommended: str | None) -> "Targets":
        """The same, told of what the answer recommends, if it does."""

    def show(self, prediction: Floats) -> list[int]:
        """The positions of the targets that an explanation of this prediction shows."""

    def headline(self, prediction: Floats) -> int:
        """The position of the one among them that its sentence is about."""


class AsTheyAre:
    """Numbers that an answer gives as the graph does, all shown."""

    decides: Callable[[Floats], NDArray[Any]] | None = None
    exclude_each_other = False

    def __init__(self, tensor: str, targets: Sequence[Target]) -> None:
        self._tensor = tensor
        self.targets = tuple(targets)

    def read(self, outputs: Tensors) -> Floats:
        """The tensor, [n, targets]."""
        return read_numbers(outputs, self._tensor, len(self.targets))

    def settle(self, raw: Floats) -> Floats:
        """The same."""
        return raw

    def about(self, _recommended: str | None) -> Targets:
        """The same."""
        return self

    def show(self, _prediction: Floats) -> list[int]:
        """All of them."""
        return list(range(len(self.targets)))

    def headline(self, _prediction: Floats) -> int:
        """The first."""
        return 0


def read_numbers(outputs: Tensors, tensor: str, columns: int) -> Floats:
    """A tensor of the graph as numbers [n, columns], not rounded.

    Raises:
        ModelOutputError: one is not finite.
    """
    table: Floats = outputs[tensor].reshape(len(outputs[tensor]), columns).astype(np.float64)
    if not np.isfinite(table).all():
        raise ModelOutputError("explanation_not_finite")
    return table
