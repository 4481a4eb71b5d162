"""One PNG or JPEG in base64: the pixels that the model was trained on, and nothing else of it."""

import base64
import binascii
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageOps

from medmaas.facts import Fact
from medmaas.model.inputs.reading import (
    InvalidValueError,
    Notes,
    Reading,
    Tensor,
    WithoutColumns,
    collect,
    describe_field,
    read_object,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import ImageInput, Input
from medmaas.model.schema import Schema

MAX_PIXELS = 20_000_000
MAX_PIXELS_TOGETHER = 200_000_000  # about five seconds of decoding on one processor
_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
PIL.Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and says what to do
_LIKE_TRAINING = 0.1
_RESAMPLE = {
    "bicubic": PIL.Image.Resampling.BICUBIC,
    "bilinear": PIL.Image.Resampling.BILINEAR,
}

Box = tuple[int, int, int, int]


class Image(WithoutColumns):
    """Pictures to uint8 [n, height, width, channels], or as the manifest says otherwise.

    Upright by their EXIF orientation, transparency on white, grey and palette turned into the
    manifest's mode. Only pixels are read: EXIF, text and colour profiles end here.
    """

    def __init__(self, spec: ImageInput) -> None:
        self._spec = spec

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        spec = self._spec
        notes = [Notes(index) for index in range(len(instances))]
        pixels = np.zeros((len(instances), spec.height, spec.width, spec.channels), np.uint8)
        left = MAX_PIXELS_TOGETHER
        for row, instance, note in zip(pixels, instances, notes, strict=True):
            given = read_object(instance, (spec.field,), note)
            try:
                with _open(given.get(spec.field), left) as picture:
                    left -= picture.width * picture.height
                    row[:] = self._prepare(_decode(picture), note).reshape(row.shape)
            except InvalidValueError as error:
                if isinstance(instance, dict):
                    note.refuse(spec.field, error.fact)
        return collect(spec.tensor, self._arrange(pixels), notes)

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read pixels as the graph takes them: any that are bytes, finite numbers otherwise."""
        notes = [Notes(index) for index in range(len(tensor))]
        for pixels, note in zip(tensor, notes, strict=True):
            if not np.isfinite(pixels).all():
                note.refuse(self._spec.field, Fact("not_finite"))
        return collect(self._spec.tensor, tensor, notes)

    def locate(self, instance: object) -> tuple[PIL.Image.Image, Box]:
        """The upright picture of an instance that could be read, and what of it the model sees.

        Returns:
            The picture; left, top, right and bottom in its pixels.

        Raises:
            InvalidValueError: it cannot be read.
        """
        value = instance.get(self._spec.field) if isinstance(instance, dict) else None
        with _open(value, MAX_PIXELS) as picture:
            upright = _decode(picture)
        if upright.size == (self._spec.width, self._spec.height):
            return upright, (0, 0, *upright.size)
        box, _ = self._box(upright.size)
        return upright, box

    def _prepare(self, picture: PIL.Image.Image, notes: Notes) -> NDArray[np.uint8]:
        size = (self._spec.width, self._spec.height)
        if picture.size != size:
            box, caution = self._box(picture.size)
            if caution:
                notes.warn(self._spec.field, caution)
            picture = picture.convert(self._spec.mode).crop(box)
            picture = picture.resize(size, _RESAMPLE[self._spec.resample])
        return np.asarray(picture.convert(self._spec.mode))

    def _box(self, size: tuple[int, int]) -> tuple[Box, Fact | None]:
        """What of a picture the model sees, and a warning if training pictures were not like it.

        The crop is exact where the shorter edge is within a tenth of the training pictures', and in
        proportion elsewhere; without one, the largest centred box of the tensor's shape.
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
            caution = Fact("cut_in_proportion", edge=crop.of)
        if box[0] < self._spec.width or box[1] < self._spec.height:
            width, height = self._spec.width, self._spec.height
            raise InvalidValueError("too_few_pixels", width=width, height=height)
        left, top = (size[0] - box[0]) // 2, (size[1] - box[1]) // 2
        return (left, top, left + box[0], top + box[1]), caution

    def _arrange(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | NDArray[np.float32]:
        tensor: NDArray[np.uint8] | NDArray[np.float32] = pixels
        if normalisation := self._spec.normalisation:
            scaled = (pixels / 255 - normalisation.mean) / normalisation.deviation
            tensor = scaled.astype(np.float32)
        return tensor if self._spec.layout == "NHWC" else tensor.transpose(0, 3, 1, 2).copy()

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        spec = self._spec
        picture = {
            "type": "string",
            "title": spec.field,
            "description": f"{spec.description} At most {MAX_PIXELS // 10**6} megapixels.",
            "contentEncoding": "base64",
        }
        return describe_field(spec.field, picture)


def make(spec: Input) -> Image:
    """What reads."""
    return Image(expect(spec, ImageInput))


def _open(value: object, pixels_left: int) -> PIL.Image.Image:
    """The header of a picture, its size within limits, nothing decoded yet."""
    if not isinstance(value, str) or not value:
        raise InvalidValueError("not_a_picture")
    try:
        content = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValueError("not_base64") from None
    if content.startswith(_PNG_START) and _PNG_END not in content:
        raise _damaged()  # Pillow forgives a missing end
    try:
        picture = PIL.Image.open(BytesIO(content), formats=("PNG", "JPEG"))
    except Exception:  # noqa: BLE001 - Pillow's plugins raise anything on a disguised file
        raise InvalidValueError("not_png_or_jpeg") from None
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large()
    if picture.width * picture.height > pixels_left:
        most = MAX_PIXELS_TOGETHER // 10**6
        raise InvalidValueError("too_many_megapixels_together", megapixels=most)
    return picture


def _decode(picture: PIL.Image.Image) -> PIL.Image.Image:
    """All pixels, upright, opaque."""
    try:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if upright.mode.startswith("I;16"):  # Pillow would cut off at 255
            upright = PIL.Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
        if upright.has_transparency_data:
            upright = upright.convert("RGBA")
            white = PIL.Image.new("RGBA", upright.size, "white")
            upright = PIL.Image.alpha_composite(white, upright)
    except Exception:  # noqa: BLE001 - as above
        raise _damaged() from None
    return upright


def _damaged() -> InvalidValueError:
    return InvalidValueError("damaged_picture")


def _too_large() -> InvalidValueError:
    return InvalidValueError("too_many_megapixels", megapixels=MAX_PIXELS // 10**6)
