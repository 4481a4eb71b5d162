"""Instances of JSON become the tensors of a graph; one file per kind of input.

- reading.py is what every kind gives: tensors, problems and warnings.
- <kind>.py is the room of a kind. features.py reads named values, of a row or of rows in time;
  picture.py opens files, appearance.py says which pictures look like none of the training data.
  tiff.py looks through TIFF, dicom.py makes a picture of a DICOM file: dicom_header.py reads its
  elements, dicom_pixels.py its pixels, dicom_shades.py what they are to the eye.
- cells.py reads the cells of a CSV file as the values that JSON would hold; spelled.py takes apart
  numbers that people write with something beside, amounts.py says what they are to a feature;
  typed.py reads one number as a form holds it.
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
