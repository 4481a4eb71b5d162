"""What a model answers; <kind>.py states a kind, and the tensors it is made of.

spec.py is what every kind states.
"""

from typing import Annotated

from pydantic import Field

from medmaas.model.manifest.outputs.annotations import AnnotationsOutput, BeatTimes, WindowTimes
from medmaas.model.manifest.outputs.classes import ClassesOutput
from medmaas.model.manifest.outputs.labels import Label, LabelsOutput
from medmaas.model.manifest.outputs.mask import MaskOutput, Objects, PixelThreshold, UncertaintyMap
from medmaas.model.manifest.outputs.policy import (
    Action,
    Hold,
    Limit,
    Outcome,
    PolicyOutput,
    Quantity,
    Shield,
)
from medmaas.model.manifest.outputs.spec import OutputSpec, Probability
from medmaas.model.manifest.outputs.survival import SurvivalOutput
from medmaas.model.manifest.outputs.value import ValueOutput
from medmaas.model.manifest.outputs.values import NamedValue, ValuesOutput

__all__ = [
    "Action",
    "AnnotationsOutput",
    "BeatTimes",
    "ClassesOutput",
    "Hold",
    "Label",
    "LabelsOutput",
    "Limit",
    "MaskOutput",
    "NamedValue",
    "Objects",
    "Outcome",
    "Output",
    "OutputSpec",
    "PixelThreshold",
    "PolicyOutput",
    "Probability",
    "Quantity",
    "Shield",
    "SurvivalOutput",
    "UncertaintyMap",
    "ValueOutput",
    "ValuesOutput",
    "WindowTimes",
]


Output = Annotated[
    ClassesOutput
    | ValueOutput
    | SurvivalOutput
    | PolicyOutput
    | LabelsOutput
    | ValuesOutput
    | MaskOutput
    | AnnotationsOutput,
    Field(discriminator="kind"),
]
