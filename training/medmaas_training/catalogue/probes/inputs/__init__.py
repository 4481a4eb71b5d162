"""What rows are made of an input; <kind>.py is the room of a kind."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from medmaas.model.kinds import find_room
from medmaas.model.manifest import Input
from medmaas_training.catalogue.probes.made import SEED, Made, Tensors


class Prober(ABC):
    """A kind of input, as far as its extremes go."""

    @abstractmethod
    def make(self, rows: Tensors, draw: np.random.Generator) -> Iterator[Made]:
        """Rows that a request might hold, and that break graphs.

        Args:
            rows: some that the graph takes, by name of its tensors [n, ...], at least one.
            draw: what draws.
        """

    def stretch(self, rows: Tensors) -> Tensors | None:
        """The same rows filled up further, as beside longer ones; None if that never happens."""
        del rows
        return None


class InputRoom(Protocol):
    """The module of a kind of input."""

    def make(self, spec: Input) -> Prober:
        """What makes rows."""


def make_prober(spec: Input) -> Prober:
    """What makes rows of an input."""
    room: InputRoom = find_room(__name__, spec.kind)
    return room.make(spec)


def make_rows(spec: Input, rows: Tensors) -> list[Made]:
    """All rows that are made of an input, at most 500 of each sort, drawn by a seed.

    Args:
        spec: of the input.
        rows: some that the graph takes, by name of its tensors [n, ...], at least one.
    """
    draw = np.random.default_rng(SEED)
    made = (some.cap(draw) for some in make_prober(spec).make(rows, draw))
    return [some for some in made if len(some)]
