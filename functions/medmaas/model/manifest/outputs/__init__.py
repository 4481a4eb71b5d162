"""What a model answers; <kind>.py states a kind, and the tensors it is made of.

spec.py is what every kind states.
"""

from typing import Annotated

from pydantic import Field

from medmaas.model.manifest.outputs.annotations import AnnotationsOutput, BeatTimes, WindowTimes
from medmaas.model.manifest.outputs.classes import ClassesOutput
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

__all__ = [
    "Action",
    "AnnotationsOutput",
    "BeatTimes",
    "ClassesOutput",
    "Hold",
    "Limit",
    "Outcome",
    "Output",
    "OutputSpec",
    "PolicyOutput",
    "Probability",
    "Quantity",
    "Shield",
    "SurvivalOutput",
    "ValueOutput",
    "WindowTimes",
]


Output = Annotated[
    ClassesOutput | ValueOutput | SurvivalOutput | PolicyOutput | AnnotationsOutput,
    Field(discriminator="kind"),
]
