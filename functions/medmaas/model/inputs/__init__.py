"""Instances of JSON become the tensors of a graph; one file per kind of input.

- reading.py is what every kind gives: tensors, problems and warnings.
- <kind>.py is the room of a kind. features.py reads named values, of a row or of rows in time;
  picture.py opens files, appearance.py says which pictures look like none of the training data.
  tiff.py looks through TIFF, dicom.py makes a picture of a DICOM file: dicom_header.py reads its
  elements, dicom_pixels.py its pixels, dicom_shades.py what they are to the eye.
- tokenizer.py takes free text apart by a file of the model's folder, for tokens.py, the second form
  of a text.
- cells.py reads the cells of a CSV file as the values that JSON would hold; spelled.py takes apart
  numbers that people write with something beside, amounts.py says what they are to a feature;
  typed.py reads one number as a form holds it.
"""

from collections.abc import Mapping
from typing import Protocol

from medmaas.errors import InvalidModelError
from medmaas.model.inputs.reading import InputKind, Reading
from medmaas.model.kinds import find_room
from medmaas.model.manifest import Input

__all__ = ["NO_FILES", "Files", "InputKind", "InputRoom", "Reading", "make_input"]

Files = Mapping[str, bytes]  # of a model's folder, by name
NO_FILES: Files = {}


class InputRoom(Protocol):
    """The module of a kind of input."""

    def make(self, spec: Input) -> InputKind:
        """What reads."""


class FilesRoom(Protocol):
    """The same of a kind that may be read with files of the model's folder."""

    def make(self, spec: Input, files: Files) -> InputKind:
        """What reads with these files, which are all that the spec names."""


def make_input(spec: Input, files: Files = NO_FILES) -> InputKind:
    """What reads for a manifest's input.

    Args:
        spec: of the input.
        files: of the model's folder, by name; those that the spec names are used.

    Raises:
        InvalidModelError: a file is missing, or is none that can be read.
    """
    room = find_room(__name__, spec.kind)
    if not spec.files:
        plain: InputRoom = room
        return plain.make(spec)
    if missing := [name for name in spec.files if name not in files]:
        raise InvalidModelError("file_missing", file=missing[0])
    with_files: FilesRoom = room
    return with_files.make(spec, files)
