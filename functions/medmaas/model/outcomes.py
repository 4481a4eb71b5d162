"""An answer as people read it, whatever its kind: events with their chances, and a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from medmaas.facts import Fact
from medmaas.model.columns import Table
from medmaas.model.inputs.reading import Seen
from medmaas.model.manifest import Decision, Orders


@dataclass(frozen=True, slots=True)
class Outcome:
    """An event that an answer speaks of.

    Attributes:
        name: what happens.
        probability: that it does, from 0 to 1.
        by_day: until when, if the answer says so.
        why: what the number is judged by, if anything.
    """

    name: Fact
    probability: float
    by_day: int | None = None
    why: Fact | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that an answer is.

    Attributes:
        name: what it is called; None where it is the only one, called as the model is.
        value: the number.
        unit: a UCUM code, 1 if it has none.
    """

    name: Fact | None
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Figures:
    """A table.

    Attributes:
        head: names of the columns.
        rows: as many cells each.
    """

    head: Sequence[Fact]
    rows: Sequence[Sequence[Fact]]


class OutputDefaults:
    """What holds of most kinds of output."""

    notice: str | None = None
    orders: Orders | None = None
    recommends: ClassVar[bool] = False
    judges_itself: ClassVar[bool] = False
    most_rows: int | None = None
    drawn: frozenset[str] = frozenset()

    @property
    def warns(self) -> bool:
        """Of what a recommendation rests on."""
        return self.recommends

    def place(self, table: Table, _seen: Sequence[Seen | None]) -> Table:
        """The same: an answer has no place in a picture."""
        return table

    def list_quantities(self, _output: dict[str, Any]) -> list[Quantity]:
        """An answer is not a number."""
        return []

    def list_outcomes(
        self, _output: dict[str, Any], _interval: dict[str, Any] | None
    ) -> list[Outcome]:
        """It speaks of no events."""
        return []

    def list_figures(self, _output: dict[str, Any]) -> Figures | None:
        """One line is all."""
        return None

    def is_alarming(self, _output: dict[str, Any], _decision: Decision | None) -> bool:
        """Nothing else is done at one answer than at another, as far as a manifest says."""
        return False
