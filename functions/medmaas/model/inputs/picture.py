"""A PNG or JPEG file becomes its pixels, upright and opaque; so does a DICOM or TIFF file.

A file is looked through before anything is decoded: how many bits and scans it has, and whether it
holds several pictures. Of a PNG only what pixels and orientation need is handed to the decoder.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import NamedTuple

import numpy as np
import PIL.Image
from PIL import ImageOps

from medmaas.facts import Fact
from medmaas.model.inputs.reading import PACKED, InvalidValueError
from medmaas.model.manifest import ImageInput, Window

MAX_PIXELS = 20_000_000
MAX_PIXELS_BY_KEY = 40_000_000  # of a file that did not come with a request
MAX_PIXELS_TOGETHER = 200_000_000  # about five seconds of decoding on one processor
MAX_SCANS = 100  # of a JPEG; encoders write about ten
_USUAL_SCANS = 10
_PNG_START, _JPEG_START = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_HEAD = 8  # bytes: length and name of a chunk
_KEPT = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"))
_SAYS_ORIENTATION = b"Raw profile type exif\0", b"XML:com.adobe.xmp\0"
_TEXT = frozenset((b"tEXt", b"zTXt", b"iTXt"))
_MOST_TEXT = 2**16
_DEEP = 16  # bits
_MARKER, _SCAN, _FRAMES = (
    0xFF,
    0xDA,
    frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC))),
)
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length
_DICOM = slice(128, 132), b"DICM"
_TIFF = b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"
_HALF, _BRIGHTEST = 2**15, 0.001  # the share of pixels that use the upper half of 16 bits
PIL.Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and says what to do


class Picture(NamedTuple):
    """A file whose header was read.

    Attributes:
        image: nothing of it is decoded yet.
        is_deep: whether a colour has 16 bits.
        cost: of decoding, in pixels of an everyday picture.
        is_inverted: whether its zero is white.
    """

    image: PIL.Image.Image
    is_deep: bool
    cost: int
    is_inverted: bool = False


class Upright(NamedTuple):
    """A picture that was read.

    Attributes:
        image: upright, opaque, of 8 bits.
        cost: of reading, in pixels of an everyday picture.
        told: what the reader of the answer must know of how it was read.
        doubt: why there should be no answer, if so.
        spacing: mm from one pixel of the image to the next, down and across; None if the file does
            not say so.
    """

    image: PIL.Image.Image
    cost: int
    told: Sequence[Fact] = ()
    doubt: Fact | None = None
    spacing: tuple[float, float] | None = None


def read_picture(value: object, spec: ImageInput, pixels_left: int) -> Upright:
    """Read a file of any form that the model takes.

    Args:
        value: base64 as it was sent, or the bytes of a file that was fetched by its key, which may
            be larger.
        spec: what the model takes.
        pixels_left: what all pictures of a request may still cost.

    Raises:
        InvalidValueError: it cannot be read, or costs too much.
    """
    content = _read_bytes(value, spec.forms)
    most = MAX_PIXELS_BY_KEY if isinstance(value, bytes) else MAX_PIXELS
    if content[_DICOM[0]] == _DICOM[1]:
        return _read_dicom(content, spec, most, pixels_left)
    if content.startswith(PACKED):
        raise InvalidValueError("picture_is_packed")
    try:
        opened = _open(content, most, pixels_left, takes_tiff=bool(spec.tiff))
    except InvalidValueError as error:
        if error.fact.code == "not_png_or_jpeg" and (spec.dicom or spec.tiff):
            raise InvalidValueError("not_a_file_taken", forms=[*spec.forms]) from None
        raise
    with opened.image:
        return Upright(decode(opened, spec.window), opened.cost)


def name_form(content: bytes) -> str | None:
    """What a file is by its first bytes: PNG, JPEG, TIFF or DICOM; None if it is none of these."""
    if content[_DICOM[0]] == _DICOM[1]:
        return "DICOM"
    starts = (("PNG", _PNG_START), ("JPEG", _JPEG_START), ("TIFF", _TIFF))
    return next((form for form, start in starts if content.startswith(start)), None)


def _read_dicom(content: bytes, spec: ImageInput, most: int, pixels_left: int) -> Upright:
    from medmaas.model.inputs.dicom import read_dicom  # noqa: PLC0415 - only where one comes

    if spec.dicom is None:
        raise InvalidValueError("dicom_picture")
    costs = [0]

    def require(size: int, times: int) -> None:
        _require_size(size, size * times, most, pixels_left)
        costs.append(size * times)

    read = read_dicom(content, spec, spec.dicom, require)
    return Upright(read.image, max(costs), read.told, read.doubt, read.spacing)


def _read_bytes(value: object, forms: Sequence[str] = ("PNG", "JPEG")) -> bytes:
    if isinstance(value, bytes) and value:
        return value
    if not isinstance(value, str) or not value:
        if len(forms) > 2:  # noqa: PLR2004 - PNG and JPEG
            raise InvalidValueError("must_be_a_file_taken", forms=[*forms])
        raise InvalidValueError("not_a_picture")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValueError("not_base64") from None


def _require_size(size: int, cost: int, most: int, pixels_left: int) -> None:
    if size > most:
        raise InvalidValueError("too_many_megapixels", megapixels=most // 10**6)
    if cost > pixels_left:
        together = MAX_PIXELS_TOGETHER // 10**6
        raise InvalidValueError("too_many_megapixels_together", megapixels=together)


def open_picture(value: object, pixels_left: int) -> Picture:
    """The header of a PNG or JPEG, as `read_picture` takes it."""
    return _open(_read_bytes(value), MAX_PIXELS, pixels_left, takes_tiff=False)


def _open(content: bytes, most: int, pixels_left: int, *, takes_tiff: bool) -> Picture:
    """The header of a picture, its size within limits."""
    is_deep, scans, is_inverted = False, 1, False
    forms: tuple[str, ...] = ("PNG", "JPEG")
    if content.startswith(_PNG_START):
        content, is_deep = keep_pixels(content)
    elif content.startswith(_JPEG_START):
        scans = _check_jpeg(content)
    elif takes_tiff and content.startswith(_TIFF):
        from medmaas.model.inputs.tiff import keep_page  # noqa: PLC0415 - only where one comes

        content, is_deep, is_inverted = keep_page(content)
        forms = ("TIFF",)
    try:
        image = PIL.Image.open(BytesIO(content), formats=forms)
    except Exception:  # noqa: BLE001 - Pillow's plugins raise anything on a disguised file
        raise _damaged(content, forms) from None
    if image.mode in {"CMYK", "YCCK"}:
        raise InvalidValueError("picture_in_print_colours")
    size = image.width * image.height
    cost = size * -(-scans // _USUAL_SCANS)
    _require_size(size, cost, most, pixels_left)
    return Picture(image, is_deep, cost, is_inverted)


def decode(picture: Picture, window: Window | None) -> PIL.Image.Image:
    """All pixels, upright, opaque, of 8 bits.

    Args:
        picture: as it was opened.
        window: which of 65,536 shades are black and white; None if the model states none.

    Raises:
        InvalidValueError: it is damaged, or has shades that nobody can place.
    """
    try:
        picture.image.load()
        upright = ImageOps.exif_transpose(picture.image)
    except Exception:  # noqa: BLE001 - as above
        if picture.image.format == "TIFF":
            raise InvalidValueError("damaged_tiff") from None
        raise InvalidValueError("damaged_picture") from None
    if picture.is_inverted:
        upright = _invert(upright)
    if picture.is_deep:
        upright = _flatten(upright, window)
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        white = PIL.Image.new("RGBA", upright.size, "white")
        upright = PIL.Image.alpha_composite(white, upright)
    return upright


def _invert(image: PIL.Image.Image) -> PIL.Image.Image:
    """Grey whose zero is white, the other way round."""
    shades = np.asarray(image.convert("L") if image.mode == "1" else image)
    if shades.ndim > 2:  # noqa: PLR2004 - grey and transparency, which is not turned
        shades = shades.copy()
        shades[..., 0] = 255 - shades[..., 0]
        return PIL.Image.fromarray(shades)
    return PIL.Image.fromarray((255 if shades.dtype == np.uint8 else 65535) - shades)


def _flatten(image: PIL.Image.Image, window: Window | None) -> PIL.Image.Image:
    """16 bits as 8, by the window of the model; without one only if they use all 16."""
    shades = np.asarray(image)
    is_grey = shades.ndim == 2 and shades.dtype != np.uint8  # noqa: PLR2004 - no channels
    if window:
        if not is_grey:  # Pillow has cut off the lower half of every number
            raise InvalidValueError("colour_of_16_bits")
        if int(shades.max()) > window.most:
            raise InvalidValueError("shades_beyond_window", most=window.most)
        span = (shades.astype(np.float64) - window.low) / (window.high - window.low)
        return PIL.Image.fromarray((255 * span.clip(0, 1)).round().astype(np.uint8))
    eight = (shades >> 8).astype(np.uint8) if is_grey else shades
    if (eight >= _HALF >> 8).mean() < _BRIGHTEST:
        raise InvalidValueError("fewer_bits_than_16")
    return PIL.Image.fromarray(eight) if is_grey else image


def keep_pixels(content: bytes) -> tuple[bytes, bool]:
    """A PNG of the chunks that are needed, and whether it has 16 bits a colour."""
    kept, is_deep = [_PNG_START], False
    for name, chunk in _list_chunks(content):
        if name == b"acTL":
            raise InvalidValueError("several_pictures")
        if name == b"IHDR":
            is_deep = chunk[_HEAD + 8] == _DEEP
        says = name in _TEXT and chunk[_HEAD:].startswith(_SAYS_ORIENTATION)
        if name in _KEPT or (says and len(chunk) <= _MOST_TEXT):
            kept.append(chunk)
    return b"".join(kept), is_deep


def _list_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and bytes of every chunk, up to the end of the picture."""
    place, name = len(_PNG_START), b""
    while name != b"IEND":
        size = int.from_bytes(content[place : place + 4]) + _HEAD + 4
        name, chunk = content[place + 4 : place + _HEAD], content[place : place + size]
        if len(chunk) < size or (place == len(_PNG_START) and name != b"IHDR"):
            raise InvalidValueError("damaged_picture")  # Pillow forgives a missing end
        yield name, chunk
        place += size


def _check_jpeg(content: bytes) -> int:
    """How many scans a JPEG has; refuses one of more than 8 bits, or too many scans."""
    # compressed data never holds these two bytes; those of a thumbnail are counted too
    scans = content.count(bytes((_MARKER, _SCAN)))
    if scans > MAX_SCANS:
        raise InvalidValueError("too_many_scans", most=MAX_SCANS)
    place = 2
    while place + 5 <= len(content) and content[place] == _MARKER:
        marker = content[place + 1]
        if marker in _FRAMES and content[place + 4] != 8:  # noqa: PLR2004 - bits
            raise InvalidValueError("jpeg_of_other_bits")
        if marker == _SCAN:
            break
        size = int.from_bytes(content[place + 2 : place + 4])
        place += 1 if marker == _MARKER else 2 if marker in _ALONE else 2 + size
    return scans


def _damaged(content: bytes, forms: Sequence[str]) -> InvalidValueError:
    """Of a file that begins as a PNG, or is no picture at all."""
    if content.startswith(_PNG_START):
        return InvalidValueError("damaged_picture")
    if "TIFF" in forms:
        return InvalidValueError("damaged_tiff")
    return InvalidValueError("not_png_or_jpeg")
