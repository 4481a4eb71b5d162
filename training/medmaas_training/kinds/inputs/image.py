"""A picture, in words and drafted."""

import base64
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from medmaas.model.kinds import expect
from medmaas.model.manifest import ImageInput, Input
from medmaas_training.drafting.seen import SURE, InputDraft, Question, SeenInput
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table
from medmaas_training.report.markdown import bullets

_SPOTS = 6
_SHAPE = 4  # dimensions: n, and height, width, channels in either order
_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}
_BYTES = {"tensor(uint8)", "tensor(int32)", "tensor(int64)"}
_CHANNELS = {1, 3}


class ImageDescription(InputDescription):
    """One field, and how its picture is prepared."""

    is_short = False

    def __init__(self, spec: ImageInput) -> None:
        super().__init__(spec)
        self._image = spec

    def describe(self) -> list[str]:
        """What it is, and what is done to it before the graph reads it."""
        spec = self._image
        steps = ["upright by its EXIF orientation, transparency on white, every other data dropped"]
        if spec.crop:
            steps.append(
                f"centre crop of {spec.crop.side} pixels where the shorter edge has about "
                f"{spec.crop.of} (in proportion, with a warning, elsewhere)"
            )
        steps.append(f"{spec.resample} to {spec.width} x {spec.height} pixels, {spec.mode}")
        steps += _describe_files(spec)
        steps.append(f"a picture of exactly {spec.width} x {spec.height} enters as it is")
        return [f"`{spec.field}`: {spec.description}", bullets(steps)]

    def tabulate(self) -> Table:
        """One row."""
        spec, crop = self._image, self._image.crop
        cut = f"centre {crop.side} of {crop.of}, then " if crop else ""
        size = f"{cut}{spec.height} x {spec.width} pixels, {spec.mode}, {spec.resample}"
        return ("field", "meaning", "enters as"), [[spec.field, spec.description, size]]

    def explain_size(self, shape: Sequence[int]) -> str:
        """A picture of another size or layout."""
        del shape
        return "correct input.height, width, mode, or layout (PyTorch: NCHW)"

    def explain_type(self, datatype: str, needs: str) -> str | None:
        """A graph of bytes normalises itself."""
        if datatype == "tensor(uint8)":
            return "leave out input.normalisation"
        return super().explain_type(datatype, needs)

    def invent(self, draw: np.random.Generator) -> dict[str, Any]:
        """Spots on a ground, drawn by chance, as a PNG of the size that the graph takes."""
        spec = self._image
        rows, columns = np.mgrid[: spec.height, : spec.width]
        shades = np.full((spec.height, spec.width, spec.channels), draw.integers(64, 192))
        for _ in range(_SPOTS):
            row, column = draw.uniform(0, spec.height), draw.uniform(0, spec.width)
            radius = draw.uniform(0.05, 0.3) * min(spec.height, spec.width)
            inside = (rows - row) ** 2 + (columns - column) ** 2 < radius**2
            shades[inside] = draw.integers(0, 256, spec.channels)
        file = BytesIO()
        bytes_ = shades.astype(np.uint8)
        Image.fromarray(bytes_[:, :, 0] if spec.channels == 1 else bytes_).save(file, "PNG")
        return {spec.field: base64.b64encode(file.getvalue()).decode()}


def _describe_files(spec: ImageInput) -> list[str]:
    """How files are read that are neither PNG nor JPEG."""
    steps = ["TIFF of one page is read too, 16 bits by `window`"] if spec.tiff else []
    dicom = spec.dicom
    if dicom is None:
        return steps
    steps.append(
        f"DICOM of one frame is read too, of modality {', '.join(dicom.modalities)}: bits stored, "
        "Rescale or Modality LUT, then black and white, then MONOCHROME1 inverted, padding black"
    )
    if window := dicom.window:
        unit = f" {window.unit}" if window.unit else ""
        steps.append(f"black is {window.low:g}{unit} and below, white {window.high:g} and above")
    else:
        steps.append("black and white by the file's own VOI LUT or window, the first of several")
    if spacing := dicom.pixel_spacing:
        beyond = "has no answer" if spacing.beyond == "hold" else "is resampled"
        steps.append(
            f"a pixel of {spacing.millimetres:g} mm, within {spacing.tolerance:.0%}; what differs "
            f"more {beyond}"
        )
    return steps


def make(spec: Input) -> ImageDescription:
    """What describes."""
    return ImageDescription(expect(spec, ImageInput))


def draft(seen: SeenInput) -> InputDraft | None:
    """One tensor of four dimensions, of which one is 1 or 3 channels."""
    tensor, *others = seen.tensors
    is_float = tensor.datatype in _FLOATS
    if others or len(tensor.shape) != _SHAPE or not (is_float or tensor.datatype in _BYTES):
        return None
    first, second, third = tensor.shape[1:]
    layouts = {}
    if first in _CHANNELS:
        layouts["NCHW"] = (first, second, third)
    if third in _CHANNELS:
        layouts["NHWC"] = (third, first, second)
    if not layouts:
        return None
    layout, (channels, height, width) = next(iter(layouts.items()))
    fields: dict[str, Any] = {
        "kind": "image",
        "tensor": tensor.name,
        "height": height if height > 0 else None,
        "width": width if width > 0 else None,
        "mode": "RGB" if channels == max(_CHANNELS) else "L",
        "layout": layout,
    }
    questions = []
    if len(layouts) > 1:
        unknown = dict.fromkeys(("height", "width", "mode", "layout"))
        fields |= unknown
        questions.append(Question(("layout",), f"{' or '.join(layouts)}? The shape fits both"))
    if is_float:
        fields["normalisation"] = {"mean": None, "deviation": None}
        words = (
            "what is done to bytes before the graph: (value / 255 - mean) / deviation, a list of "
            "one number per channel each; mean 0 and deviation 1 where they are only divided by 255"
        )
        questions.append(Question(("normalisation",), words, covers=True))
    return InputDraft(fields, SURE, tuple(questions))
