"""The tensors of a graph become answers; one file per kind of output.

<kind>.py is the room of a kind; curve.py finds when a survival curve falls to a level;
policy_bands.py says how sure a policy's risks are; segmentation.py tells the pixels of a picture
apart, components.py finds the objects that they make, drawing.py writes them as PNG, and areas.py
says how sure their areas are.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from medmaas.facts import Fact
from medmaas.model.columns import Columns, Table, Tensors
from medmaas.model.inputs.reading import Seen
from medmaas.model.intervals import IntervalKind
from medmaas.model.kinds import find_room, list_kinds
from medmaas.model.manifest import Decision, Intervals, Manifest, Orders, Output
from medmaas.model.outcomes import Figures, Outcome, Quantity
from medmaas.model.schema import Schema, describe_any
from medmaas.model.targets import Targets

Json = dict[str, Any]


class OutputKind(Protocol):
    """Tensors of one kind, to answers in columns.

    Attributes:
        columns: their names.
        notice: what every answer must say of itself, if anything.
        orders: what its actions order in a record system, if it recommends any.
        recommends: whether an answer recommends an action, by rules of its own: its tables say who
            is `barred`, and warn.
        judges_itself: whether its tables say which answers are `impossible`.
        warns: whether its tables warn.
        most_rows: how many rows it answers at once, where more would not fit a small memory.
        drawn: names of what in an answer is a drawing, whose bytes differ with who compresses them.
    """

    columns: Columns
    notice: str | None
    orders: Orders | None
    recommends: ClassVar[bool]
    judges_itself: ClassVar[bool]
    most_rows: int | None
    drawn: frozenset[str]

    @property
    def warns(self) -> bool:
        """See above."""

    def place(self, table: Table, seen: Sequence[Seen | None]) -> Table:
        """The same answers, told where in the picture that was sent they are."""

    def tabulate(self, outputs: Tensors, inputs: Tensors) -> Table:
        """The answers to all rows of the graph's outputs, given what went in.

        Raises:
            ModelOutputError: other columns, or a number that is not finite.
        """

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """The same answers as objects, as JSON holds them."""

    def json_schema(self) -> Schema:
        """JSON Schema of one answer's output."""

    def list_quantities(self, output: Json) -> list[Quantity]:
        """The numbers that an answer is; none if it is no number."""

    def list_outcomes(self, output: Json, interval: Json | None) -> list[Outcome]:
        """The events that an answer speaks of, each with its chance; none of a number."""

    def summarise(self, output: Json, decision: Decision | None) -> Fact:
        """An answer in one line."""

    def list_figures(self, output: Json) -> Figures | None:
        """What an answer holds, as a table for people; None where one line is all."""

    def is_alarming(self, output: Json, decision: Decision | None) -> bool:
        """Whether something else is done at this answer, by what the manifest says."""


class OutputRoom(Protocol):
    """The module of a kind of output."""

    def make(self, manifest: Manifest) -> OutputKind:
        """What answers."""

    def make_intervals(self, spec: Intervals, manifest: Manifest) -> IntervalKind:
        """How sure it is."""

    def make_targets(self, output: Output) -> Targets:
        """What is explained."""

    def describe_answer(self) -> Schema:
        """JSON Schema of one answer of any model of the kind."""

    def describe_interval(self) -> Schema | None:
        """JSON Schema of one interval of any model of the kind; None if the kind has none."""


def make_output(manifest: Manifest) -> OutputKind:
    """What answers as a manifest says."""
    return _find_room(manifest.output).make(manifest)


def make_intervals(spec: Intervals, manifest: Manifest) -> IntervalKind:
    """What makes a manifest's intervals."""
    return _find_room(manifest.output).make_intervals(spec, manifest)


def make_targets(output: Output) -> Targets:
    """What is explained of the answers that a manifest's output gives."""
    return _find_room(output).make_targets(output)


def _find_room(output: Output) -> OutputRoom:
    room: OutputRoom = find_room(__name__, output.kind)
    return room


def describe_output() -> Schema:
    """JSON Schema of one answer of any model."""
    return describe_any(*(room.describe_answer() for room in _list_rooms()))


def describe_interval() -> Schema:
    """JSON Schema of one interval of any model."""
    return describe_any(*filter(None, (room.describe_interval() for room in _list_rooms())))


def _list_rooms() -> list[OutputRoom]:
    return [find_room(__name__, kind) for kind in list_kinds(Output)]
