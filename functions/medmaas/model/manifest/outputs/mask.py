"""A class per pixel of a picture."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from medmaas.model.manifest.contract import Contract, Sentence, require_unique
from medmaas.model.manifest.inputs import Input
from medmaas.model.manifest.outputs.spec import OutputSpec

MOST_LABELS = 256  # what a byte of the PNG tells apart
_RECORDED = 4_096  # numbers per map of a golden case
_TWO = 2
Millimetres = Annotated[float, Field(gt=0)]
Spacing = Annotated[tuple[Millimetres, ...], Field(min_length=2, max_length=2)]  # down, across


class PixelThreshold(Contract):
    """From which probability a pixel belongs to what is looked for, and why from there."""

    value: float = Field(gt=0, lt=1, description="A pixel at or above it is of the label.")
    chosen: Sentence = Field(
        description="How it was chosen, as in: best Dice on the calibration split, n = 120."
    )


class Objects(Contract):
    """How the parts of a mask are counted: pixels of one label that hang together are one object.

    Two that touch are counted as one.
    """

    connectivity: int = Field(
        default=8,
        ge=4,
        le=8,
        multiple_of=4,
        description="4 or 8; 8: pixels that touch at a corner hang together, too.",
    )
    smallest: int = Field(
        default=1, ge=1, description="Pixels of an object; smaller ones are not counted."
    )


class UncertaintyMap(Contract):
    """How unsure the model is at each pixel, float32 [n, height, width]."""

    tensor: Sentence = Field(description="What the graph calls it.")
    measure: Sentence = Field(description="What it is, as in entropy in nats.")
    low: float = Field(default=0, description="The least that it can be.")
    high: float = Field(description="The most that it can be.")

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class MaskOutput(OutputSpec):
    """Probabilities of labels per pixel, float32 [n, labels, height, width].

    A pixel is of its likeliest label, the first of those alike. With `threshold` the tensor is of
    the label beside the background alone, [n, 1, height, width].
    """

    kind: Literal["mask"] = "mask"
    labels: tuple[Sentence, ...] = Field(
        min_length=2,
        max_length=MOST_LABELS,
        description="What a pixel may be, in the order of the tensor's channels: its position is "
        "the value of a pixel of the mask.",
    )
    background: Sentence = Field(
        description="The one of labels that is none of what is looked for; it has no objects."
    )
    height: int = Field(gt=0, description="Pixels from top to bottom, as many as of the input.")
    width: int = Field(gt=0, description="Pixels from left to right, as many as of the input.")
    layout: Literal["NCHW", "NHWC"] = Field(
        default="NCHW", description="NHWC: the tensor is [n, height, width, labels]."
    )
    threshold: PixelThreshold | None = Field(
        default=None, description="Of a tensor with one channel; absent, the likeliest label."
    )
    pixel_spacing: Spacing | None = Field(
        default=None,
        description="mm from one pixel of the tensor to the next, down and across, of pictures "
        "that come at the scale of the training pictures. Others, and all where it is absent, have "
        "areas in mm2 only if their file states its spacing.",
    )
    objects: Objects | None = Field(
        default=None, description="How the parts of each label are counted; absent: they are not."
    )
    uncertainty: UncertaintyMap | None = Field(
        default=None, description="A second map; absent: the model gives none."
    )

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        require_unique(((label, None) for label in self.labels), "label")
        if self.background not in self.labels:
            raise ValueError("background must be one of labels")
        if self.threshold and len(self.labels) != _TWO:
            raise ValueError("threshold needs two labels, one of them the background")
        return self

    @property
    def found(self) -> tuple[str, ...]:
        """The labels that are looked for: all but the background."""
        return tuple(label for label in self.labels if label != self.background)

    @property
    def channels(self) -> int:
        """Of the tensor."""
        return 1 if self.threshold else len(self.labels)

    @property
    def named_labels(self) -> tuple[str, ...]:
        """Those that are looked for."""
        return self.found

    @property
    def tensors(self) -> tuple[str, ...]:
        """The outputs of the graph that an answer is made of."""
        return (self.tensor, *([self.uncertainty.tensor] if self.uncertainty else []))

    @property
    def tensor_fields(self) -> tuple[str, ...]:
        """Which of its fields states each of `tensors`."""
        return ("tensor", "uncertainty.tensor")[: len(self.tensors)]

    def require_input(self, spec: Input) -> None:
        """Raise ValueError unless a picture of as many pixels comes in."""
        if spec.picture_size != (self.height, self.width):
            raise ValueError("output needs a picture of its height and width as input")

    def arrange(self, maps: NDArray[Any]) -> NDArray[Any]:
        """A tensor [n, ...] as [n, channels, height, width].

        Raises:
            ValueError: it has another number of numbers.
        """
        size = (self.height, self.width)
        if self.layout == "NHWC":
            return maps.reshape(len(maps), *size, self.channels).transpose(0, 3, 1, 2)
        return maps.reshape(len(maps), self.channels, *size)

    def sample(self, tensor: str, row: NDArray[Any]) -> NDArray[Any]:
        """Every so many-th row and column of a map: as many as a file of golden cases can hold."""
        step = self._step
        if tensor == self.tensor:
            return self.arrange(row[None])[0, :, ::step, ::step].ravel()
        if tensor not in self.tensors:
            return super().sample(tensor, row)
        return row.reshape(self.height, self.width)[::step, ::step].ravel()

    def take(self, tensor: str, numbers: Sequence[float]) -> Sequence[float]:
        """The same of a whole map; what is no whole map stays as it is."""
        channels = self.channels if tensor == self.tensor else 1
        if tensor not in self.tensors or len(numbers) != channels * self.height * self.width:
            return numbers
        taken: list[float] = self.sample(tensor, np.array(numbers)).tolist()
        return taken

    def restore(self, tensor: str, numbers: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """A map of which each recorded number fills the pixels up to the next."""
        if tensor not in self.tensors:
            return super().restore(tensor, numbers, shape)
        step = self._step
        coarse = numbers.reshape(-1, -(-self.height // step), -(-self.width // step))
        maps = coarse.repeat(step, axis=1).repeat(step, axis=2)[:, : self.height, : self.width]
        if tensor == self.tensor and self.layout == "NHWC":
            maps = maps.transpose(1, 2, 0)
        return maps.reshape(shape)

    @property
    def _step(self) -> int:
        return int(np.ceil(np.sqrt(self.height * self.width / _RECORDED)))
