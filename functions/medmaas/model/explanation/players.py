"""Who plays for the answer to an instance: the pieces of its tensors that are left out and shown.

A kind's own explanation and one of several inputs share them, so that left out means the same in
both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation.contributions import round_number
from medmaas.model.explanation.shapley import Coalitions, Floats
from medmaas.model.inputs import InputKind
from medmaas.model.kinds import find_room
from medmaas.model.manifest import Single
from medmaas.model.schema import NUMBER, TEXT, Schema, describe_list, describe_object

Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Case:
    """One instance that is to be taken apart.

    Attributes:
        spec: of the input.
        inputs: what read it.
        tensors: as it was read, one row each.
        instance: as it was sent.
        centres: what features of a row become that are left out, [k, features].
        most: into how many pieces at most, where their number may be chosen.
        of: the number of the answer that is explained, as an answer calls it.
    """

    spec: Single
    inputs: InputKind
    tensors: Tensors
    instance: object
    centres: NDArray[np.float32]
    most: int
    of: str


class Players(Protocol):
    """The pieces of one instance."""

    @property
    def names(self) -> Sequence[Fact | str]:
        """What each is called."""

    def reveal(self, coalitions: Coalitions, centre: Positions) -> Tensors:
        """The tensors when only some play.

        Args:
            coalitions: [m, players], True for who plays.
            centre: what features of a row become that do not, [m] positions among the centres.
        """

    def describe(self, values: Floats, errors: Floats | None) -> dict[str, Any]:
        """What each contributed [players], as its kind tells it.

        Args:
            values: what each contributed.
            errors: standard errors of them, if sampled.
        """


class PlayersRoom(Protocol):
    """The module of a kind of input that takes its instances apart."""

    def make_players(self, case: Case) -> Players:
        """The pieces of an instance."""

    def count_players(self, case: Case) -> int:
        """How many pieces there would be if there were time for any number of them."""

    def describe_players(self) -> dict[str, Schema]:
        """JSON Schema of the properties that `Players.describe` gives."""


class Whole:
    """An instance that is one piece: it is there, or its tensors are blank."""

    names: Sequence[Fact | str] = (Fact("whole_part"),)

    def __init__(self, case: Case) -> None:
        self._tensors, self._blank = case.tensors, case.spec.blank

    def reveal(self, coalitions: Coalitions, _centre: Positions) -> Tensors:
        """All of it, or nothing."""
        return {
            name: np.where(
                coalitions.reshape(-1, *[1] * (tensor.ndim - 1)),
                tensor,
                np.asarray(self._blank, tensor.dtype),
            )
            for name, tensor in self._tensors.items()
        }

    def describe(self, _values: Floats, _errors: Floats | None) -> dict[str, Any]:
        """Nothing beyond what the whole contributed."""
        return {}


@dataclass(frozen=True, slots=True)
class FeaturePlayers:
    """Features, or groups of them, which are listed with what they contributed.

    Attributes:
        names: what each is called in a sentence.
        features: what it is called in a list.
        show: what the tensors are when some play, as of `Players.reveal`.
    """

    names: Sequence[Fact | str]
    features: Sequence[str]
    show: Callable[[Coalitions, Positions], Tensors]

    def reveal(self, coalitions: Coalitions, centre: Positions) -> Tensors:
        """The tensors when only some play."""
        return self.show(coalitions, centre)

    def describe(self, values: Floats, errors: Floats | None) -> dict[str, Any]:
        """The largest first."""
        listed = []
        for player in np.argsort(-np.abs(values), kind="stable").tolist():
            one: dict[str, Any] = {
                "feature": self.features[player],
                "contribution": round_number(values[player]),
            }
            if errors is not None:
                one["standard_error"] = round_number(errors[player])
            listed.append(one)
        return {"contributions": listed}


def describe_feature_players() -> dict[str, Schema]:
    """JSON Schema of what `FeaturePlayers.describe` gives."""
    error = {"standard_error": NUMBER | {"description": "If sampled."}}
    one = describe_object("PartFeature", {"feature": TEXT, "contribution": NUMBER}, error)
    return {"contributions": describe_list(one)}


def make_players(case: Case) -> Players:
    """The pieces of an instance; it is one where its kind tells none."""
    make: Callable[[Case], Players] = getattr(_find(case.spec.kind), "make_players", Whole)
    return make(case)


def count_players(case: Case) -> int:
    """How many pieces there are if there is time for any number of them."""
    count: Callable[[Case], int] = getattr(_find(case.spec.kind), "count_players", lambda _: 1)
    return count(case)


def describe_players(kind: str) -> dict[str, Schema]:
    """JSON Schema of what the pieces of a kind are told by."""
    describe: Callable[[], dict[str, Schema]] = getattr(_find(kind), "describe_players", dict)
    return describe()


def _find(kind: str) -> Any:  # noqa: ANN401 - a room, which may tell no players
    return find_room(__package__, kind)
