"""Instances of JSON become the tensors of a graph; one file per kind of input.

- reading.py is what every kind gives: tensors, problems and warnings.
- The kinds: tabular.py (named values) and series.py (rows in time), both by features.py;
  image.py (a PNG or JPEG); text.py (a line of characters, of a molecule checked by smiles.py).
- cells.py reads the cells of a CSV file as the values that JSON would hold.
"""

from typing import Protocol

from medmaas.model.inputs.reading import InputKind, Reading
from medmaas.model.kinds import find_room
from medmaas.model.manifest import Input

__all__ = ["InputKind", "InputRoom", "Reading", "make_input"]


class InputRoom(Protocol):
    """The module of a kind of input."""

    def make(self, spec: Input) -> InputKind:
        """What reads."""


def make_input(spec: Input) -> InputKind:
    """What reads for a manifest's input."""
    room: InputRoom = find_room(__name__, spec.kind)
    return room.make(spec)
