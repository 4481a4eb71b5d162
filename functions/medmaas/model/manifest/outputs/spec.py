"""What every kind of output states."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from numpy.typing import NDArray
from pydantic import Field

from medmaas.model.manifest.contract import Contract, Sentence
from medmaas.model.manifest.inputs import Input
from medmaas.model.manifest.record import Orders

Probability = Annotated[float, Field(ge=0, le=1)]

TENSOR = "What the graph calls its output."


class OutputSpec(Contract):
    """What every kind of output states."""

    tensor: Sentence = Field(description=TENSOR)

    def require_input(self, spec: Input) -> None:
        """Raise ValueError if the output cannot be of this input."""

    @property
    def named_labels(self) -> tuple[str, ...]:
        """The labels whose probabilities an answer gives; none of other kinds."""
        return ()

    @property
    def named_values(self) -> tuple[str, ...]:
        """The names of the numbers that an answer is, where it is several."""
        return ()

    @property
    def ordered(self) -> Orders | None:
        """What its actions order in a record system; None where there is nothing to order."""
        return None

    @property
    def counted(self) -> str | None:
        """The feature that must be known before there is an answer, if one must be."""
        return None

    @property
    def guards(self) -> Mapping[str, float]:
        """By feature that an answer depends on, below which newest value an action is forbidden."""
        return {}

    @property
    def tensors(self) -> tuple[str, ...]:
        """The outputs of the graph that an answer is made of."""
        return (self.tensor,)

    @property
    def tensor_fields(self) -> tuple[str, ...]:
        """Which of its fields states each of `tensors`."""
        return ("tensor",)

    def sample(self, _tensor: str, row: NDArray[Any]) -> NDArray[Any]:
        """What a golden case records of a row of a tensor [...]: all of its numbers, flat."""
        return row.ravel()

    def take(self, _tensor: str, numbers: Sequence[float]) -> Sequence[float]:
        """What `sample` takes of all numbers of a row of a tensor, as somebody wrote them down."""
        return numbers

    def restore(self, _tensor: str, numbers: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """A row of a tensor of this shape, of what `sample` took of it."""
        return numbers.reshape(shape)
