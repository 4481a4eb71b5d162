"""The tensors of a graph become answers; one file per kind of output.

- The kinds: classes.py (a label), value.py (a number), survival.py (a curve; curve.py finds when it
  falls to a level) and policy.py (a recommended action, behind fixed rules).
"""

from typing import Any, ClassVar, Protocol

from medmaas.model.columns import Columns, Table, Tensors
from medmaas.model.manifest import (
    ClassesOutput,
    Manifest,
    PolicyOutput,
    SeriesInput,
    SurvivalOutput,
    ValueOutput,
)
from medmaas.model.outputs.classes import Classes
from medmaas.model.outputs.policy import Policy
from medmaas.model.outputs.survival import Survival
from medmaas.model.outputs.value import Value

__all__ = ["Classes", "OutputKind", "Policy", "Survival", "Value", "make_output"]


class OutputKind(Protocol):
    """Tensors of one kind, to answers in columns.

    Attributes:
        columns: their names.
        bars: whether the kind has rules of its own, so that its tables say who is `barred`, and
            warn.
    """

    columns: Columns
    bars: ClassVar[bool]

    def tabulate(self, outputs: Tensors, inputs: Tensors) -> Table:
        """The answers to all rows of the graph's outputs, given what went in.

        Raises:
            ModelOutputError: other columns, or a number that is not finite.
        """

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """The same answers as objects, as JSON holds them."""

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer's output."""


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
