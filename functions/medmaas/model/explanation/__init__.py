"""What an answer rests on; one file per kind of input, loaded when it is first asked for.

- <kind>.py is the room of a kind. A row has background.py (what features are compared with) and
  counterfactual.py (the change that would change the answer, with values from grid.py), a history
  flips.py (the change of a count that changes a recommendation), a line molecule.py (its atoms and
  bonds).
- shapley.py computes Shapley values of any game; budget.py says when to stop.
- contributions.py lists them, and parts.py names what drove an answer.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import Budget
from medmaas.model.kinds import find_room, list_kinds
from medmaas.model.manifest import Input
from medmaas.model.registry import Model
from medmaas.model.schema import Schema, describe_any


class Explainer(Protocol):
    """Explains the answers of a model, one at a time."""

    def explain(self, tensors: Tensors, instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one instance; what it says are Facts.

        Args:
            tensors: as it was read, one row each.
            instance: as it was sent.
            budget: what it may take.
        """

    def json_schema(self) -> Schema:
        """JSON Schema of one explanation."""


class ExplanationRoom(Protocol):
    """The module of a kind of input."""

    def make(self, model: Model) -> Explainer:
        """What explains."""

    def describe_explanation(self) -> Schema:
        """JSON Schema of an explanation by any model of the kind."""


def make_explainer(model: Model) -> Explainer:
    """What explains a model's answers."""
    room: ExplanationRoom = find_room(__name__, model.manifest.input.kind)
    return room.make(model)


def explain(
    model: Model, tensors: Tensors, instances: Sequence[object], budget: Budget
) -> list[dict[str, Any]]:
    """One explanation per row of tensors, which share the budget."""
    explainer = make_explainer(model)
    return [
        explainer.explain(
            {name: tensor[i : i + 1] for name, tensor in tensors.items()},
            instance,
            budget.share(len(instances) - i),
        )
        for i, instance in enumerate(instances)
    ]


def describe_explanation(model: Model | None = None) -> Schema:
    """JSON Schema of one explanation, by any model if none is given."""
    if model:
        return make_explainer(model).json_schema()
    rooms: list[ExplanationRoom] = [find_room(__name__, kind) for kind in list_kinds(Input)]
    return describe_any(*(room.describe_explanation() for room in rooms))
