"""What a model takes; <kind>.py states a kind, and the tensor it becomes.

spec.py is what every kind states, named.py what those state whose instances name their values;
features.py is such a value; dicom.py is which DICOM files a picture may be. single.py lists the
kinds that may be a part of another input.
"""

from typing import Annotated

from pydantic import Field

from medmaas.model.manifest.inputs.dicom import DicomPictures, PixelSpacing, ValueWindow
from medmaas.model.manifest.inputs.features import Boolean, Choice, Feature, Number
from medmaas.model.manifest.inputs.image import Appearance, Crop, ImageInput, Normalisation, Window
from medmaas.model.manifest.inputs.parts import Part, PartsInput
from medmaas.model.manifest.inputs.series import SeriesInput
from medmaas.model.manifest.inputs.single import Single
from medmaas.model.manifest.inputs.spec import AnyInputSpec, InputSpec, Shape
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
    "AnyInputSpec",
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
    "Part",
    "PartsInput",
    "PixelSpacing",
    "Rates",
    "SeriesInput",
    "Shape",
    "Signal",
    "Single",
    "TabularInput",
    "TextInput",
    "Tokens",
    "ValueWindow",
    "WaveformInput",
    "WaveformSource",
    "Window",
]


Input = Annotated[Single | PartsInput, Field(discriminator="kind")]
