"""What a model takes; <kind>.py states a kind, and the tensor it becomes.

spec.py is what every kind states, named.py what those state whose instances name their values;
features.py is such a value; dicom.py is which DICOM files a picture may be.
"""

from typing import Annotated

from pydantic import Field

from medmaas.model.manifest.inputs.dicom import DicomPictures, PixelSpacing, ValueWindow
from medmaas.model.manifest.inputs.features import Boolean, Choice, Feature, Number
from medmaas.model.manifest.inputs.image import Appearance, Crop, ImageInput, Normalisation, Window
from medmaas.model.manifest.inputs.series import SeriesInput
from medmaas.model.manifest.inputs.spec import InputSpec, Shape
from medmaas.model.manifest.inputs.tabular import TabularInput
from medmaas.model.manifest.inputs.text import TextInput, Tokens
from medmaas.model.manifest.inputs.waveform import (
    Lead,
    Rates,
    Signal,
    WaveformInput,
    WaveformSource,
)

__all__ = [
    "Appearance",
    "Boolean",
    "Choice",
    "Crop",
    "DicomPictures",
    "Feature",
    "ImageInput",
    "Input",
    "InputSpec",
    "Lead",
    "Normalisation",
    "Number",
    "PixelSpacing",
    "Rates",
    "SeriesInput",
    "Shape",
    "Signal",
    "TabularInput",
    "TextInput",
    "Tokens",
    "ValueWindow",
    "WaveformInput",
    "WaveformSource",
    "Window",
]


Input = Annotated[
    TabularInput | SeriesInput | ImageInput | TextInput | WaveformInput,
    Field(discriminator="kind"),
]
