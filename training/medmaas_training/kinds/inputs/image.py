"""A picture, in words."""

from collections.abc import Sequence

from medmaas.model.kinds import expect
from medmaas.model.manifest import ImageInput, Input
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table
from medmaas_training.report.markdown import bullets


class ImageDescription(InputDescription):
    """One field, and how its picture is prepared."""

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
