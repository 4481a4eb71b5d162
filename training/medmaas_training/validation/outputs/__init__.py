"""What came of the people of a validation set; <kind>.py is the room of a kind of output."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import find_room
from medmaas.model.manifest import Measure, Output
from medmaas.table.source import Source
from medmaas_training.assessment.evaluated import Tensors
from medmaas_training.errors import TrainingError
from medmaas_training.validation.request import Request
from medmaas_training.validation.table import Cells

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Scores = Mapping[str, float]

FEWEST_OF_SIDE = 20  # cases, to promise a coverage of: fewer say little of the rest


@dataclass(frozen=True)
class Came:
    """What came of n rows.

    Attributes:
        outcome: as `Cases` hold it, of the rows that are known.
        known: of which rows, [n].
        told: what its reader must know, a sentence each.
    """

    outcome: Any
    known: Flags
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """What an outcome may be read with.

    Attributes:
        request: what the user says of the set.
        source: of the table, beside which files are.
        answer: gives the outputs of the graph for the first row.
    """

    request: Request
    source: Source
    answer: Callable[[], Tensors]


@dataclass(frozen=True)
class Rival:
    """What the model is compared with: from what it learns to answers like the graph's.

    Attributes:
        name: of it.
        predict: from the features of rows, and how many there are, to answers.
    """

    name: str
    predict: Callable[[Floats | None, int], Any]


@dataclass(frozen=True)
class Risk:
    """A probability that something is done by, and what came of it.

    Attributes:
        name: of what.
        p: of each row, [n].
        happened: [n]; or, under censoring, (event, time in days).
        day: of the horizon, under censoring.
    """

    name: str
    p: Floats
    happened: Any
    day: float | None = None


class OutcomeReader(ABC):
    """A kind of output, as a validation set sees it.

    Attributes:
        resamples: of figures: as many as there is time for.
        measures: by the name of a figure, which measure of the card it is.
    """

    resamples: ClassVar[int] = 500
    measures: ClassVar[Mapping[str, Measure]] = {}

    def __init__(self, output: Output) -> None:
        self.output = output

    @abstractmethod
    def name_columns(self, request: Request) -> list[InputColumn]:
        """The columns of the outcome.

        Raises:
            TrainingError: which option is missing, or is of another kind.
        """

    @abstractmethod
    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """The outcome of rows, given their cells of these columns."""

    def stratify(self, outcome: Any) -> Rows:  # noqa: ANN401 - of the kind, see Cases
        """Groups of rows that both halves need some of, [n]."""
        return np.zeros(len(outcome), np.intp)

    def find_gaps(self, outcome: Any) -> list[str]:  # noqa: ANN401 - as above
        """Why no coverage can be promised, a clause each."""
        del outcome
        return []

    def find_missing(self, outcome: Any) -> list[str]:  # noqa: ANN401 - as above
        """What cannot be measured at all, and why, a clause each."""
        del outcome
        return []

    def take(self, outputs: Tensors) -> Any:  # noqa: ANN401 - as `score` takes it
        """What is scored of the graph's outputs; None if the assessment scores all there is."""
        del outputs
        return None

    def score(self, answers: Any, outcome: Any, learned: Any) -> Scores:  # noqa: ANN401
        """Figures of the answers to some rows, given what came of them and of others."""
        del answers, outcome, learned
        return {}

    def find_events(self, outcome: Any) -> Flags | None:  # noqa: ANN401
        """Who had the outcome, if that is to be counted, [n]."""
        del outcome
        return None

    def make_rivals(
        self,
        learned: Any,  # noqa: ANN401
        X: Floats | None,
        categories: Mapping[int, int],
    ) -> list[Rival]:
        """The simplest answer that there is, then a simple model if there are columns.

        Args:
            learned: outcome of the rows that it learns from.
            X: their features, NaN for missing; None if they have none.
            categories: by column of a choice, how many words.
        """
        del learned, X, categories
        return []

    def find_risks(self, answers: Any, outcome: Any) -> list[Risk]:  # noqa: ANN401
        """What a decision curve is drawn of."""
        del answers, outcome
        return []

    def find_classes(self, outcome: Any) -> Mapping[str, NDArray[np.int64]]:  # noqa: ANN401
        """By name, what a column may give away by itself, [n] each."""
        del outcome
        return {}


class OutcomeRoom(Protocol):
    """The module of a kind of output."""

    def make(self, output: Output) -> OutcomeReader:
        """What reads."""


def make_outcome_reader(output: Output) -> OutcomeReader:
    """What reads the outcome of an output."""
    room: OutcomeRoom = find_room(__name__, output.kind)
    return room.make(output)


def require_targets(request: Request, count: int, of: str) -> list[tuple[str, str | None]]:
    """The columns of --target, which must be so many.

    Raises:
        TrainingError: they are others.
    """
    refuse_follow_up(request)
    if len(request.targets) != count:
        needed = "one column" if count == 1 else f"{count} columns, one each"
        raise TrainingError(f"--target must name {needed}, of {of}")
    return [*request.targets]


def refuse_follow_up(request: Request) -> None:
    """Refuse what is of survival."""
    for name in ("time", "event", "unit"):
        if getattr(request, name):
            raise TrainingError(f"--{name} is of survival, this model answers with another kind")


def match_targets(request: Request, names: Sequence[str], of: str) -> list[str]:
    """The column of each of several labels or values: as said, as called, or in this order.

    Raises:
        TrainingError: one has none, or one that nobody can tell.
    """
    refuse_follow_up(request)
    said = {name: column for column, name in request.targets if name is not None}
    if unknown := [name for name in said if name not in names]:
        raise TrainingError(f"--target: none of {of} is called as {len(unknown)} of those after =")
    plain = [column for column, name in request.targets if name is None]
    called = {name: name for name in names if name in plain}
    found = said | called
    if not request.targets:
        return [*names]
    if not found and len(plain) == len(names):
        return plain
    if missing := [name for name in names if name not in found]:
        raise TrainingError(
            f"--target names no column of {', '.join(missing)}: name all of {of}, in their order "
            "or as COLUMN=NAME"
        )
    return [found[name] for name in names]
