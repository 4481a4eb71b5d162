"""A label per pixel, in words and drafted."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Intervals, Level, MaskIntervals, MaskOutput, Output
from medmaas_training.drafting.seen import SURE, OutputDraft, Question, SeenOutput
from medmaas_training.kinds.outputs import OutputDescription, are_probabilities, is_near
from medmaas_training.report.markdown import table


class MaskDescription(OutputDescription):
    """Probabilities of labels per pixel."""

    def __init__(self, output: MaskOutput) -> None:
        super().__init__(output)
        self._mask = output
        self.labels = output.found

    def describe(self) -> str:
        """Its labels, how a pixel gets one, and what is counted."""
        mask = self._mask
        found = ", ".join(mask.found)
        said = f"a mask of {mask.width} x {mask.height} pixels, which are {found} or "
        said += f"{mask.background}"
        if mask.threshold:
            said += f", from a probability of {mask.threshold.value:g} on "
            said += f"({mask.threshold.chosen})"
        if mask.pixel_spacing:
            down, across = mask.pixel_spacing
            said += f"; a pixel is {down:g} mm high and {across:g} mm wide"
        if mask.objects:
            said += f"; objects of at least {mask.objects.smallest} pixels, "
            said += f"{mask.objects.connectivity}-connected, are counted"
        if mask.uncertainty:
            said += f"; beside it {mask.uncertainty.measure} per pixel"
        return said

    def count_columns(self, field: str) -> tuple[str, int]:
        """The last dimension of its maps."""
        sizes = self.list_sizes(field)
        return "output", sizes[-1]

    def list_sizes(self, field: str) -> tuple[int, ...]:
        """Of probabilities with their labels, of the uncertainty without."""
        size = (self._mask.height, self._mask.width)
        if field != "tensor":
            return size
        channels = self._mask.channels
        return (channels, *size) if self._mask.layout == "NCHW" else (*size, channels)

    def check_answer(self, numbers: NDArray[np.float64]) -> list[str]:
        """Probabilities, which sum to 1 at every pixel if there are several."""
        way = "a sigmoid" if self._mask.threshold else "a softmax over the labels"
        if not are_probabilities(numbers):
            return [f"the graph does not give probabilities per pixel: end it with {way}"]
        sums = numbers.reshape(self._mask.channels, -1).sum(0)
        if self._mask.threshold or is_near(float(np.abs(sums - 1).max()), 0):
            return []
        return [f"the probabilities of a pixel do not sum to 1: end the graph with {way}"]

    def decide(self, numbers: NDArray[np.floating[Any]]) -> NDArray[Any]:
        """The label of each pixel."""
        if self._mask.threshold:
            return np.asarray(numbers >= self._mask.threshold.value)
        return np.asarray(numbers.argmax(axis=1 if self._mask.layout == "NCHW" else -1))

    def describe_levels(self, intervals: Intervals, spec: Input) -> list[str]:
        """Per label, how far its share of the picture may be off."""
        del spec
        levels = (expect(level, Level) for level in expect(intervals, MaskIntervals).levels)
        rows = [
            [f"{level.coverage:g}", *(f"{100 * off:.3g} %" for off in level.quantiles)]
            for level in levels
        ]
        return [
            "How far the area of each label may be off, in shares of the picture:",
            table(["coverage", *self.labels], rows),
        ]


def make(output: Output) -> MaskDescription:
    """What describes."""
    return MaskDescription(expect(output, MaskOutput))


def draft(seen: SeenOutput) -> OutputDraft | None:
    """Channels of probabilities at every pixel, of the size of the picture that it takes."""
    height, width = seen.takes.get("height"), seen.takes.get("width")
    if len(seen.size) != 3 or not (height and width):
        return None
    if seen.size[1:] == (height, width):
        layout, channels = "NCHW", seen.size[0]
    elif seen.size[:2] == (height, width):
        layout, channels = "NHWC", seen.size[2]
    else:
        return None
    fields: dict[str, object] = {"kind": "mask", "tensor": seen.tensor.name}
    fields |= {"labels": None, "background": None, "height": height, "width": width}
    fields |= {"layout": layout}
    own = seen.own_labels
    count = max(channels, 2)
    questions = [
        Question(("labels",), f"a list of {count}: what is a pixel of, in the order of channels?"),
        Question(("background",), "which of the labels is none of what is looked for?"),
    ]
    if len(own) == channels > 1:
        fields["labels"] = [*own]
    if channels == 1:
        fields["threshold"] = {"value": None, "chosen": None}
    return OutputDraft(fields, SURE, tuple(questions))
