"""What is said of an input, and how one is drafted; <kind>.py is the room of a kind."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from medmaas.model.kinds import find_room, list_kinds
from medmaas.model.manifest import Input
from medmaas_training.drafting.seen import InputDraft, Question, SeenInput
from medmaas_training.errors import TrainingError
from medmaas_training.report.features import Table

_WAYS = {
    "tensor(float)": "export it with float32 (skl2onnx: FloatTensorType, PyTorch: .float())",
    "tensor(uint8)": "put the normalisation of bytes into the graph, or state input.normalisation",
    "tensor(int64)": "let the graph take int64 codes",
}
_OF_SOME = {"tensor(int32)", "tensor(int64)", "tensor(float16)"}  # which hold some features


class InputDescription(ABC):
    """An input, in words.

    Attributes:
        is_short: whether an instance can be written into a draft; else it is invented when needed.
    """

    is_short = True

    def __init__(self, spec: Input) -> None:
        self.spec = spec

    @abstractmethod
    def describe(self) -> list[str]:
        """The parts of a card below Inputs, in Markdown."""

    @abstractmethod
    def tabulate(self) -> Table:
        """What an instance holds, field by field."""

    @abstractmethod
    def explain_size(self, shape: Sequence[int]) -> str:
        """What to do about a graph that takes another shape; -1 is any number."""

    def explain_type(self, datatype: str, needs: str) -> str | None:
        """What to do about a graph that takes another type than is needed; None: as it is said."""
        if self.spec.named_features and datatype in _OF_SOME:
            return None
        return _WAYS[needs]

    def invent(self, draw: np.random.Generator) -> dict[str, Any]:
        """An instance that nobody is, within all that is stated.

        Raises:
            TrainingError: this kind cannot be invented.
        """
        del draw
        raise TrainingError("golden.invented is not of this kind of input: state golden.cases")

    def restore(self, values: Sequence[float | None]) -> dict[str, Any] | None:
        """The instance of a row as the graph takes it; None of a kind that is no row.

        Args:
            values: [features], a choice as its position, None for missing.
        """
        del values
        return None

    def explain_count(self) -> str:
        """What to do about a graph that takes another number of tensors."""
        return (
            "export it with one tensor of all columns (skl2onnx: initial_types=[(name, "
            "FloatTensorType([None, columns]))])"
        )


class InputRoom(Protocol):
    """The module of a kind of input."""

    def make(self, spec: Input) -> InputDescription:
        """What describes."""

    def draft(self, seen: SeenInput) -> InputDraft | None:
        """What tensors and table tell, if the tensors can be of this kind.

        Raises:
            TrainingError: they are of this kind, and cannot be served so; says the way out.
        """


def describe_input(spec: Input) -> InputDescription:
    """An input, in words."""
    room: InputRoom = find_room(__name__, spec.kind)
    return room.make(spec)


def draft_input(seen: SeenInput) -> InputDraft:
    """The draft of the kind that fits best; its kind is asked for where several do.

    Raises:
        TrainingError: the tensors are of no kind.
    """
    rooms: list[InputRoom] = [find_room(__name__, kind) for kind in list_kinds(Input)]
    drafts = [draft for room in rooms if (draft := room.draft(seen))]
    if not drafts:
        raise TrainingError(
            f"the graph takes {_show(seen)}, which is no input of any kind: docs/own-model.md says "
            "what a graph takes"
        )
    best = max(draft.fit for draft in drafts)
    first, *others = [draft for draft in drafts if draft.fit == best]
    if not others:
        return first
    kinds = [str(draft.fields["kind"]) for draft in (first, *others)]
    question = Question(("kind",), f"{' or '.join(kinds)}? What is written below is of {kinds[0]}")
    return InputDraft(
        fields=first.fields | {"kind": None},
        fit=best,
        questions=(question, *first.questions),
        rows=first.rows,
        told=first.told,
    )


def _show(seen: SeenInput) -> str:
    return ", ".join(
        f"{tensor.name} ({tensor.datatype}, "
        f"[{', '.join('n' if size == -1 else str(size) for size in tensor.shape)}])"
        for tensor in seen.tensors
    )
