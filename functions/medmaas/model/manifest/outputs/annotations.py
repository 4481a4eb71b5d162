"""Labels at times of a record."""

from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Alias, Contract, Sentence, require_unique
from medmaas.model.manifest.inputs import Input
from medmaas.model.manifest.outputs.spec import OutputSpec

_PARTS = ";"  # parts the annotations of an answer in a file
UNDECIDED = "?"  # stands there for a label
_ABSENT = -1  # in golden cases, which hold no NaN: neither probability nor time is below 0
Seconds = Annotated[float, Field(ge=0, le=604_800)]  # a week
Positive = Annotated[float, Field(gt=0, le=604_800)]


class WindowTimes(Contract):
    """Steps at fixed times: step i is of the window that begins at start + i * step.

    Of windows after the end of a record every probability is NaN.
    """

    kind: Literal["windows"] = "windows"
    start_seconds: Seconds = Field(
        default=0, description="When the first begins, from the record's start."
    )
    step_seconds: Positive = Field(description="From the start of one to that of the next.")
    window_seconds: Positive = Field(
        description="How long each is: longer than the step where they overlap."
    )


class BeatTimes(Contract):
    """Steps at times that the graph itself gives; the probabilities of no beat may be any."""

    kind: Literal["beats"] = "beats"
    time_tensor: Sentence = Field(
        description="What the graph calls its second output, float32 [n, steps]: seconds from the "
        "record's start, increasing, NaN where there is no beat."
    )


Time = Annotated[WindowTimes | BeatTimes, Field(discriminator="kind")]


class AnnotationsOutput(OutputSpec):
    """A probability per label at each step, float32 [n, steps, labels], which sum to 1."""

    kind: Literal["annotations"] = "annotations"
    labels: tuple[Sentence, ...] = Field(
        min_length=2,
        description="At least two words without a semicolon, in the order of the tensor's last "
        "dimension.",
    )
    aliases: tuple[Alias, ...] | None = Field(
        default=None,
        description="What the labels are called in ASCII, in their order, where a protocol names "
        "tensors after them.",
    )
    background: Sentence | None = Field(
        default=None,
        description="The one of labels that an answer counts but does not list, as normal beat; "
        "absent: all are listed.",
    )
    time: Time = Field(description="When each step is: windows or beats.")
    undecided_below: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="A step whose likeliest label is less likely than this has no label: it is "
        "undecided. Absent: each has its likeliest.",
    )

    @model_validator(mode="after")
    def _labels_are_words(self) -> Self:
        require_unique(((label, None) for label in self.labels), "label")
        if any(_PARTS in label or label.strip() == UNDECIDED for label in self.labels):
            raise ValueError(
                "labels must hold no semicolon, which parts annotations, and not be ?, which "
                "stands for an undecided one"
            )
        if self.background is not None and self.background not in self.labels:
            raise ValueError("background must be one of labels")
        if self.aliases is not None:
            if len(self.aliases) != len(self.labels):
                raise ValueError("aliases must hold one for each of labels")
            require_unique(((alias, None) for alias in self.aliases), "alias")
        if self.time_tensor == self.tensor:
            raise ValueError("time.time_tensor must be another output than tensor")
        return self

    def require_input(self, spec: Input) -> None:
        """Raise ValueError if windows after the end of a record would be labelled with others."""
        if self.time_tensor is None and spec.hides_end:
            raise ValueError(
                "input.shorter must be absent where output labels windows: the graph cannot tell "
                "the zeros after the end of a recording from a flat line"
            )

    @property
    def time_tensor(self) -> str | None:
        """What the graph calls the times of beats; None of windows."""
        return self.time.time_tensor if isinstance(self.time, BeatTimes) else None

    @property
    def listed(self) -> tuple[str, ...]:
        """The labels that an answer lists."""
        return tuple(label for label in self.labels if label != self.background)

    @property
    def tensors(self) -> tuple[str, ...]:
        """The outputs of the graph that an answer is made of."""
        return (self.tensor, self.time_tensor) if self.time_tensor else (self.tensor,)

    @property
    def tensor_fields(self) -> tuple[str, ...]:
        """Which of its fields states each of `tensors`."""
        return ("tensor", "time.time_tensor")[: len(self.tensors)]

    def sample(self, _tensor: str, row: NDArray[Any]) -> NDArray[Any]:
        """What a golden case records of a row of a tensor: -1 for NaN, which is no step."""
        return np.where(np.isnan(row), row.dtype.type(_ABSENT), row).ravel()

    def restore(self, _tensor: str, numbers: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """A row of a tensor of this shape, of what `sample` took of it."""
        return np.where(numbers == _ABSENT, np.nan, numbers).astype(numbers.dtype).reshape(shape)
