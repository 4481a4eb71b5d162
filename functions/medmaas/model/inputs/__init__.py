"""Instances of JSON become the tensors of a graph; one file per kind of input.

- reading.py is what every kind gives: tensors, problems and warnings.
- The kinds: tabular.py (named values) and series.py (rows in time), both by features.py;
  image.py (a PNG or JPEG); text.py (a line of characters, of a molecule checked by smiles.py).
- cells.py reads the cells of a CSV file as the values that JSON would hold.
"""

from typing import assert_never

from medmaas.model.inputs.reading import InputKind, Reading
from medmaas.model.inputs.series import Series
from medmaas.model.inputs.tabular import Tabular
from medmaas.model.inputs.text import Text
from medmaas.model.manifest import ImageInput, Input, SeriesInput, TabularInput, TextInput

__all__ = ["InputKind", "Reading", "Series", "Tabular", "Text", "make_input"]


def make_input(spec: Input) -> InputKind:
    """The class that reads for a manifest's input."""
    match spec:
        case TabularInput():
            return Tabular(spec)
        case SeriesInput():
            return Series(spec)
        case TextInput():
            return Text(spec)
        case ImageInput():
            # Pillow costs a cold start only where there are pictures to read
            from medmaas.model.inputs.image import Image  # noqa: PLC0415

            return Image(spec)
        case _:
            assert_never(spec)
