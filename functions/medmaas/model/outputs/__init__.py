"""The tensors of a graph become answers; one class per kind of output."""

from medmaas.model.manifest import (
    ClassesOutput,
    Manifest,
    PolicyOutput,
    SeriesInput,
    SurvivalOutput,
    ValueOutput,
)
from medmaas.model.outputs.answer import Answer, OutputKind, Table
from medmaas.model.outputs.classes import Classes, describe_classes
from medmaas.model.outputs.policy import Policy, describe_policy
from medmaas.model.outputs.survival import Survival, describe_survival
from medmaas.model.outputs.value import Value, describe_value
from medmaas.model.schema import Schema, describe_any

__all__ = [
    "Answer",
    "Classes",
    "OutputKind",
    "Policy",
    "Survival",
    "Table",
    "Value",
    "describe_output",
    "make_output",
]


def make_output(manifest: Manifest) -> OutputKind:
    """The class that answers as a manifest says."""
    match manifest.output, manifest.input:
        case ClassesOutput() as spec, _:
            return Classes(spec)
        case ValueOutput() as spec, _:
            return Value(spec)
        case SurvivalOutput() as spec, _:
            return Survival(spec)
        case PolicyOutput() as spec, SeriesInput() as series:
            return Policy(spec, series)
        case _:
            raise AssertionError("the manifest pairs a policy with a series")


def describe_output() -> Schema:
    """JSON Schema of one answer of any model."""
    return describe_any(
        describe_classes(), describe_value(), describe_survival(), describe_policy()
    )
