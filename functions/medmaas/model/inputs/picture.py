"""A PNG or JPEG file becomes its pixels, upright and opaque.

A file is looked through before anything is decoded: how many bits and scans it has, and whether it
holds several pictures. Of a PNG only what pixels and orientation need is handed to the decoder.
"""

import base64
import binascii
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

import numpy as np
import PIL.Image
from PIL import ImageOps

from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.manifest import Window

MAX_PIXELS = 20_000_000
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
_HALF, _BRIGHTEST = 2**15, 0.001  # the share of pixels that use the upper half of 16 bits
PIL.Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and says what to do


class Picture(NamedTuple):
    """A file whose header was read.

    Attributes:
        image: nothing of it is decoded yet.
        is_deep: whether a colour has 16 bits.
        cost: of decoding, in pixels of an everyday picture.
    """

    image: PIL.Image.Image
    is_deep: bool
    cost: int


def open_picture(value: object, pixels_left: int) -> Picture:
    """The header of a picture in base64, its size within limits.

    Args:
        value: as it was sent.
        pixels_left: what all pictures of a request may still cost.

    Raises:
        InvalidValueError: it cannot be read, or costs too much.
    """
    if not isinstance(value, str) or not value:
        raise InvalidValueError("not_a_picture")
    try:
        content = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValueError("not_base64") from None
    is_deep, scans = False, 1
    if content.startswith(_PNG_START):
        content, is_deep = keep_pixels(content)
    elif content.startswith(_JPEG_START):
        scans = _check_jpeg(content)
    elif content[_DICOM[0]] == _DICOM[1]:
        raise InvalidValueError("dicom_picture")
    try:
        image = PIL.Image.open(BytesIO(content), formats=("PNG", "JPEG"))
    except Exception:  # noqa: BLE001 - Pillow's plugins raise anything on a disguised file
        raise _damaged(content) from None
    if image.mode in {"CMYK", "YCCK"}:
        raise InvalidValueError("picture_in_print_colours")
    size = image.width * image.height
    if size > MAX_PIXELS:
        raise InvalidValueError("too_many_megapixels", megapixels=MAX_PIXELS // 10**6)
    cost = size * -(-scans // _USUAL_SCANS)
    if cost > pixels_left:
        most = MAX_PIXELS_TOGETHER // 10**6
        raise InvalidValueError("too_many_megapixels_together", megapixels=most)
    return Picture(image, is_deep, cost)


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
        raise InvalidValueError("damaged_picture") from None
    if picture.is_deep:
        upright = _flatten(upright, window)
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        white = PIL.Image.new("RGBA", upright.size, "white")
        upright = PIL.Image.alpha_composite(white, upright)
    return upright


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


def _damaged(content: bytes) -> InvalidValueError:
    """Of a file that begins as a PNG, or is no picture at all."""
    if content.startswith(_PNG_START):
        return InvalidValueError("damaged_picture")
    return InvalidValueError("not_png_or_jpeg")
