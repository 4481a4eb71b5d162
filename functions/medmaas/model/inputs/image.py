"""One picture in base64: the pixels that the model was trained on, and nothing else of it."""

import base64
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, ClassVar

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.inputs import picture
from medmaas.model.inputs.appearance import find_doubt
from medmaas.model.inputs.reading import (
    Allowance,
    InputColumn,
    InputDefaults,
    InvalidValueError,
    Notes,
    Reading,
    Seen,
    Tensor,
    collect,
    describe_field,
    read_object,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import ImageInput, Input
from medmaas.model.schema import Schema

_LIKE_TRAINING = 0.1
_DRAWN = 1_024  # pixels of the longer edge of what is drawn for people
_RESAMPLE = {
    "bicubic": PIL.Image.Resampling.BICUBIC,
    "bilinear": PIL.Image.Resampling.BILINEAR,
}

Box = tuple[int, int, int, int]


class Image(InputDefaults):
    """Pictures to uint8 [n, height, width, channels], or as the manifest says otherwise.

    Upright by their EXIF orientation, transparency on white, grey and palette turned into the
    manifest's mode. Only pixels are read: EXIF, text and colour profiles end here.
    """

    file_as_bytes: ClassVar[bool] = True

    def __init__(self, spec: ImageInput) -> None:
        self._spec = spec
        forms = f"{', '.join(spec.forms[:-1])} or {spec.forms[-1]}"
        self.takes = f"per instance a {forms} file, as it is or in base64"
        self.columns = (InputColumn(spec.field, "file"),)
        self.file_field = spec.field

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        return self.read_within(instances, Allowance())

    def read_within(self, instances: Sequence[object], allowance: Allowance) -> Reading:
        """The same, as far as the pixels suffice."""
        spec = self._spec
        notes = [Notes(index) for index in range(len(instances))]
        pixels = np.zeros((len(instances), spec.height, spec.width, spec.channels), np.uint8)
        left = picture.MAX_PIXELS_TOGETHER if allowance.pixels is None else allowance.pixels
        for row, instance, note in zip(pixels, instances, notes, strict=True):
            given = read_object(instance, (spec.field,), note)
            try:
                upright = picture.read_picture(given.get(spec.field), spec, left)
                left -= upright.cost
                for told in upright.told:
                    note.warn(spec.field, told)
                if upright.doubt:
                    note.hold(upright.doubt)
                row[:] = self._prepare(upright, note).reshape(row.shape)
                self._doubt(row, note)
            except InvalidValueError as error:
                if isinstance(instance, dict):
                    note.refuse(spec.field, error.fact)
        allowance.pixels = left
        return collect(spec.tensor, arrange_pixels(self._spec, pixels), notes)

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read pixels as the graph takes them: any that are bytes, finite numbers otherwise."""
        notes = [Notes(index) for index in range(len(tensor))]
        for pixels, note in zip(tensor, notes, strict=True):
            if np.isfinite(pixels).all():
                self._doubt(restore_pixels(self._spec, pixels[None])[0], note)
            else:
                note.refuse(self._spec.field, Fact("not_finite"))
        return collect(self._spec.tensor, tensor, notes)

    @property
    def file_columns(self) -> tuple[InputColumn, ...] | None:
        """A line of CSV cannot hold a picture."""
        return None

    def restore_instances(self, _tensors: Mapping[str, Tensor]) -> None:
        """A tensor does not hold the file that is to be drawn on."""

    def locate(self, instance: object) -> tuple[PIL.Image.Image, Box]:
        """The upright picture of an instance that could be read, and what of it the model sees.

        Returns:
            The picture; left, top, right and bottom in its pixels.

        Raises:
            InvalidValueError: it cannot be read.
        """
        value = instance.get(self._spec.field) if isinstance(instance, dict) else None
        upright = picture.read_picture(value, self._spec, picture.MAX_PIXELS_TOGETHER).image
        if upright.size == (self._spec.width, self._spec.height):
            return upright, (0, 0, *upright.size)
        box, _ = self._box(upright.size)
        return upright, box

    def draw(self, instance: object) -> dict[str, Any]:
        """The upright picture, small, and what of it the model sees, in its own pixels."""
        upright, (left, top, right, bottom) = self.locate(instance)
        small = upright.convert("RGB" if upright.mode in {"P", "RGB"} else "L")
        small.thumbnail((_DRAWN, _DRAWN))
        file = BytesIO()
        small.save(file, "PNG")
        return {
            "png": base64.b64encode(file.getvalue()).decode(),
            "width": upright.width,
            "height": upright.height,
            "box": {"left": left, "top": top, "width": right - left, "height": bottom - top},
        }

    def _prepare(self, upright: picture.Upright, notes: Notes) -> NDArray[np.uint8]:
        image, spacing = upright.image, upright.spacing
        size = (self._spec.width, self._spec.height)
        if image.size != size:
            box, caution = self._box(image.size)
            if caution and self._spec.crop:
                notes.hold(caution)
            elif caution:
                notes.warn(self._spec.field, caution)
            notes.seen = Seen(box, is_at_scale=caution is None, spacing=spacing)
            if image.mode != "L":  # grey becomes the same colours when it is small, and sooner
                image = image.convert(self._spec.mode)
            image = image.crop(box).resize(size, _RESAMPLE[self._spec.resample])
        else:
            notes.seen = Seen((0, 0, *size), spacing=spacing)
        return np.asarray(image.convert(self._spec.mode))

    def _doubt(self, pixels: NDArray[np.uint8], notes: Notes) -> None:
        if doubt := find_doubt(pixels, self._spec.appearance):
            notes.hold(doubt)

    def _box(self, size: tuple[int, int]) -> tuple[Box, Fact | None]:
        """What of a picture the model sees, and what is to be said if that is not as in training.

        The crop is exact where the shorter edge is within a tenth of the training pictures'. Of
        others nobody knows how large they show things: they are cut in proportion, but have no
        answer. Without a crop it is the largest centred box of the tensor's shape.
        """
        crop, edge = self._spec.crop, min(size)
        caution: Fact | None = None
        if crop is None:
            scale = min(size[0] / self._spec.width, size[1] / self._spec.height)
            box = round(self._spec.width * scale), round(self._spec.height * scale)
            caution = Fact("resized", width=self._spec.width, height=self._spec.height)
        elif abs(edge - crop.of) <= _LIKE_TRAINING * crop.of:
            box = crop.side, crop.side
        else:
            box = (round(edge * crop.side / crop.of),) * 2
            caution = Fact("picture_of_other_scale", edge=crop.of)
        if box[0] < self._spec.width or box[1] < self._spec.height:
            width, height = self._spec.width, self._spec.height
            raise InvalidValueError("too_few_pixels", width=width, height=height)
        left, top = (size[0] - box[0]) // 2, (size[1] - box[1]) // 2
        return (left, top, left + box[0], top + box[1]), caution

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        spec = self._spec
        field = {
            "type": "string",
            "title": spec.field,
            "description": f"{spec.description} At most {picture.MAX_PIXELS // 10**6} megapixels.",
            "contentEncoding": "base64",
        }
        return describe_field(spec.field, field)


def arrange_pixels(
    spec: ImageInput, pixels: NDArray[np.uint8]
) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Shades [n, height, width, channels] as the graph takes them."""
    tensor: NDArray[np.uint8] | NDArray[np.float32] = pixels
    if normalisation := spec.normalisation:
        scaled = (pixels / 255 - normalisation.mean) / normalisation.deviation
        tensor = scaled.astype(np.float32)
    return tensor if spec.layout == "NHWC" else tensor.transpose(0, 3, 1, 2).copy()


def restore_pixels(spec: ImageInput, tensor: Tensor) -> NDArray[np.uint8]:
    """The shades [n, height, width, channels] of a tensor, as the graph takes it."""
    pixels = tensor if spec.layout == "NHWC" else tensor.transpose(0, 2, 3, 1)
    if spec.normalisation:
        scaled = pixels * np.array(spec.normalisation.deviation) + np.array(spec.normalisation.mean)
        pixels = (255 * scaled).round().clip(0, 255)
    return pixels.astype(np.uint8)


def make(spec: Input) -> Image:
    """What reads."""
    return Image(expect(spec, ImageInput))
