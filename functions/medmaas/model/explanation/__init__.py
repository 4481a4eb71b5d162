"""What an answer rests on; one file per kind of input, loaded when it is first asked for.

- <kind>.py is the room of a kind. A row has background.py (what features are compared with) and
  counterfactual.py (the change that would change the answer, with values from grid.py), a history
  flips.py (the change of a count that changes a recommendation), a line molecule.py (its atoms and
  bonds), free text words.py.
- players.py is what rooms take instances apart into, so that several inputs play one game.
- shapley.py computes Shapley values of any game; budget.py says when to stop, and calls.py begins
  no call of the graph that would end later.
- log_odds.py is what a picture's map is measured in.
- contributions.py lists them, and drivers.py names what drove an answer.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import Budget, OutOfTimeError
from medmaas.model.kinds import find_room, list_kinds
from medmaas.model.manifest import Input
from medmaas.model.registry import Model
from medmaas.model.schema import (
    BOOLEAN,
    FACT,
    TEXT,
    Schema,
    describe_any,
    describe_object,
)

_MORE = 1.05  # than it may take: what is left is for writing it down


class Explainer(Protocol):
    """Explains the answers of a model, one at a time."""

    def explain(self, tensors: Tensors, instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one instance; what it says are Facts.

        Args:
            tensors: as it was read, one row each.
            instance: as it was sent.
            budget: what it may take.

        Raises:
            OutOfTimeError: that is not enough for any explanation.
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
    """One explanation per row of tensors, which share the budget.

    Or, where there is no time for any: `{"sentence": a Fact, "complete": False}`.
    """
    explainer = make_explainer(model)
    limit = None if budget.limit is None else max(round(budget.limit, 2), 0)
    unexplained = {"sentence": Fact("no_time_to_explain", seconds=limit), "complete": False}
    explained = []
    for i, instance in enumerate(instances):
        row = {name: tensor[i : i + 1] for name, tensor in tensors.items()}
        share = budget.share((len(instances) - i) * _MORE)
        with suppress(OutOfTimeError):
            explained.append(explainer.explain(row, instance, share))
        if len(explained) == i:
            explained.append(unexplained)
    return explained


def describe_explanation(model: Model | None = None) -> Schema:
    """JSON Schema of one explanation, by any model if none is given; or of why there is none."""
    if model:
        own = make_explainer(model).json_schema() | {"title": "Explanation"}
        return describe_any(own, _UNEXPLAINED)
    rooms: list[ExplanationRoom] = [find_room(__name__, kind) for kind in list_kinds(Input)]
    return describe_any(*(room.describe_explanation() for room in rooms), _UNEXPLAINED)


_UNEXPLAINED = describe_object(
    "Unexplained",
    {
        "sentence": TEXT | {"description": "Why there is no explanation."},
        "complete": BOOLEAN | {"description": "Always false."},
        **FACT,
    },
)
