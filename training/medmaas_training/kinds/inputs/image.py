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


def make(spec: Input) -> ImageDescription:
    """What describes."""
    return ImageDescription(expect(spec, ImageInput))
