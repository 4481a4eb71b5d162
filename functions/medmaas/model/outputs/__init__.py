"""The tensors of a graph become answers; one file per kind of output.

- answer.py is what every kind gives.
- The kinds: classes.py (a label), value.py (a number), survival.py (a curve; curve.py finds when it
  falls to a level) and policy.py (a recommended action, behind fixed rules).
"""

from medmaas.model.manifest import (
    ClassesOutput,
    Manifest,
    PolicyOutput,
    SeriesInput,
    SurvivalOutput,
    ValueOutput,
)
from medmaas.model.outputs.answer import Answer, OutputKind, Table
from medmaas.model.outputs.classes import Classes
from medmaas.model.outputs.policy import Policy
from medmaas.model.outputs.survival import Survival
from medmaas.model.outputs.value import Value

__all__ = ["Answer", "Classes", "OutputKind", "Policy", "Survival", "Table", "Value", "make_output"]


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
