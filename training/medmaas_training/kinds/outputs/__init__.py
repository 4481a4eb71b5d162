"""What is said of an output, and how one is drafted; <kind>.py is the room of a kind."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect, find_room, list_kinds
from medmaas.model.manifest import (
    ClassesIntervals,
    Input,
    Intervals,
    Level,
    Output,
    QuantileIntervals,
)
from medmaas_training.drafting.seen import OutputDraft, Question, SeenOutput
from medmaas_training.errors import TrainingError
from medmaas_training.group_names import name_group
from medmaas_training.report.markdown import table

_ROUNDING = 1e-3
ANY_SIZE = -1  # of a dimension
Form = Literal["probabilities", "numbers", "a survival curve", "another form"]


class OutputDescription(ABC):
    """An output, in words.

    Attributes:
        labels: those that an answer chooses from; none where it chooses none.
        notice: what a reader must be told first; None is nothing.
        form: what a model must give to become it.
        days: of the columns of a survival curve; none of other forms.
        names: of the columns, where each is an answer by itself; none of other forms.
    """

    labels: tuple[str, ...] = ()
    form: Form = "another form"
    days: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    notice: str | None = None

    def __init__(self, output: Output) -> None:
        self.output = output

    @abstractmethod
    def describe(self) -> str:
        """What an answer is, after `gives`."""

    @abstractmethod
    def count_columns(self, field: str) -> tuple[str, int]:
        """What says how long the last dimension of the tensor of a field is, and how long."""

    def list_sizes(self, field: str) -> tuple[int, ...] | None:
        """All dimensions of the tensor of a field but the first; None where the last one tells."""
        del field
        return None

    def check_answer(self, numbers: NDArray[np.float64]) -> list[str]:
        """What the registry cannot know of a tensor's numbers, a sentence each."""
        del numbers
        return []

    def decide(self, numbers: NDArray[np.floating[Any]]) -> NDArray[Any] | None:
        """What the tensor of n rows [n, ...] says at each place; None of what has no places."""
        del numbers
        return None

    def describe_recommendation(self) -> list[str]:
        """The parts of a card that say how a recommendation is made; none where there is none."""
        return []

    def describe_levels(self, intervals: Intervals, spec: Input) -> list[str]:
        """The parts of a card that list what intervals are made of.

        That is, a quantile per stratum and per group.
        """
        strata = intervals.strata
        header = ["coverage", "quantile"]
        if strata:
            edges = [f"{edge:g}" for edge in strata.edges]
            below = f"{strata.by} below {edges[0]}"
            header = ["coverage", below, *(f"from {edge}" for edge in edges)]
        if isinstance(intervals, ClassesIntervals) and intervals.by:
            header = ["coverage", *self.labels]
        if isinstance(intervals, QuantileIntervals):
            header += [name_group(spec, group) for group in intervals.groups or ()]
        rows = [
            [f"{level.coverage:g}", *(f"{quantile:.4g}" for quantile in level.quantiles)]
            for level in (expect(level, Level) for level in intervals.levels)
        ]
        return [table(header, rows)]


def are_probabilities(numbers: NDArray[np.float64]) -> bool:
    """Whether all lie between 0 and 1, but for rounding."""
    return bool((numbers >= -_ROUNDING).all() and (numbers <= 1 + _ROUNDING).all())


def is_near(number: float, wanted: float) -> bool:
    """But for rounding."""
    return abs(number - wanted) <= _ROUNDING


class OutputRoom(Protocol):
    """The module of a kind of output."""

    def make(self, output: Output) -> OutputDescription:
        """What describes."""

    def draft(self, seen: SeenOutput) -> OutputDraft | None:
        """What the tensor and the outcome tell, if the tensor can be of this kind."""


def describe_output(output: Output) -> OutputDescription:
    """An output, in words."""
    room: OutputRoom = find_room(__name__, output.kind)
    return room.make(output)


def draft_output(tensors: Sequence[SeenOutput]) -> OutputDraft:
    """The draft of the tensor and the kind that fit best; asked for where several do.

    Raises:
        TrainingError: none is of any kind.
    """
    rooms: list[OutputRoom] = [find_room(__name__, kind) for kind in list_kinds(Output)]
    drafts = [draft for seen in tensors for room in rooms if (draft := room.draft(seen))]
    if not drafts:
        raise TrainingError(
            "the graph gives no tensor of floats that any kind of output is made of: "
            "docs/own-model.md says what a graph gives"
        )
    best = max(draft.fit for draft in drafts)
    first, *others = [draft for draft in drafts if draft.fit == best]
    asked: list[Question] = []
    fields = first.fields
    more = [seen.tensor.name for seen in tensors if seen.tensor.name != fields["tensor"]]
    if more and {draft.fields["tensor"] for draft in others} <= {fields["tensor"]}:
        words = f"the graph gives {', '.join(more)}, too: is the answer made of this one alone?"
        asked.append(Question(("tensor",), words))
    for name in ("tensor", "kind"):
        found = dict.fromkeys(str(draft.fields[name]) for draft in (first, *others))
        if len(found) > 1:
            words = f"{' or '.join(found)}? What is written here is of {first.fields[name]}"
            asked.append(Question((name,), words))
            fields = fields | {name: None}
    return OutputDraft(fields, best, (*asked, *first.questions), first.title, first.told)
