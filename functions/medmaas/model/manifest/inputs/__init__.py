"""What a model takes; <kind>.py states a kind, and the tensor it becomes.

spec.py is what every kind states, named.py what those state whose instances name their values;
features.py is such a value.
"""

from typing import Annotated

from pydantic import Field

from medmaas.model.manifest.inputs.features import Boolean, Choice, Feature, Number
from medmaas.model.manifest.inputs.image import Appearance, Crop, ImageInput, Normalisation, Window
from medmaas.model.manifest.inputs.series import SeriesInput
from medmaas.model.manifest.inputs.spec import InputSpec, Shape
from medmaas.model.manifest.inputs.tabular import TabularInput
from medmaas.model.manifest.inputs.text import TextInput, Tokens

__all__ = [
    "Appearance",
    "Boolean",
    "Choice",
    "Crop",
    "Feature",
    "ImageInput",
    "Input",
    "InputSpec",
    "Normalisation",
    "Number",
    "SeriesInput",
    "Shape",
    "TabularInput",
    "TextInput",
    "Tokens",
    "Window",
]


Input = Annotated[TabularInput | SeriesInput | ImageInput | TextInput, Field(discriminator="kind")]
