"""What is said of an input; <kind>.py is the room of a kind."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from medmaas.model.kinds import find_room
from medmaas.model.manifest import Input
from medmaas_training.report.features import Table

_WAYS = {
    "tensor(float)": "export it with float32 (skl2onnx: FloatTensorType, PyTorch: .float())",
    "tensor(uint8)": "put the normalisation of bytes into the graph, or state input.normalisation",
    "tensor(int64)": "let the graph take int64 codes",
}
_OF_SOME = {"tensor(int32)", "tensor(int64)", "tensor(float16)"}  # which hold some features


class InputDescription(ABC):
    """An input, in words."""

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


def describe_input(spec: Input) -> InputDescription:
    """An input, in words."""
    room: InputRoom = find_room(__name__, spec.kind)
    return room.make(spec)
