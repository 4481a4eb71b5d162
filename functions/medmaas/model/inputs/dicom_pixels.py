"""The pixels of a DICOM file as they are stored, whether compressed or not.

What is compressed says its size a second time. That is looked at before anything is decoded.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medmaas.model.inputs.dicom_header import Header, refuse_syntax, run_quietly
from medmaas.model.inputs.dicom_shades import Cells
from medmaas.model.inputs.reading import InvalidValueError

_NATIVE = frozenset(("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"))
_RLE = "1.2.840.10008.1.2.5"
_EXTENDED = "1.2.840.10008.1.2.4.51"
_JPEG_2000 = "1.2.840.10008.1.2.4.9", "1.2.840.10008.1.2.4.20"
_QUICK = 1  # what a pixel costs; decoders in Python, and of JPEG 2000, are slower
_SLOW = 4
_MOST_FRAGMENTS, _MOST_SCANS = 10_000, 10
_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), 0xF7))
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_SIZE_OF_J2K = b"\xff\x4f\xff\x51"
_RLE_HEAD = 64


class Form(NamedTuple):
    """What a file says of its pixels.

    Attributes:
        samples: 1, or 3 of colour.
        photometric: Photometric Interpretation.
        is_planar: whether colours stand one after the other, each as a whole.
    """

    rows: int
    columns: int
    samples: int
    cells: Cells
    photometric: str
    is_planar: bool

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.rows * self.columns

    @property
    def size(self) -> int:
        """Bytes of all of them, not compressed."""
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.pixels * samples * self.cells.allocated // 8

    def cells_as_decoded(self, syntax: str) -> Cells:
        """How numbers stand in what is decoded: a decoder puts them at the low end of a cell."""
        if is_native(syntax) or syntax == _RLE:
            return self.cells
        return self.cells._replace(high=self.cells.stored - 1)


def weigh(syntax: str) -> int:
    """What decoding a pixel costs, beside one of an everyday picture."""
    return _SLOW if syntax == _RLE or syntax.startswith(_JPEG_2000) else _QUICK


def is_native(syntax: str) -> bool:
    """Whether pixels are not compressed."""
    return syntax in _NATIVE


def decode_pixels(header: Header, form: Form) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Cells [rows, columns], or RGB [rows, columns, 3].

    Raises:
        InvalidValueError: they are damaged, or no decoder is here.
    """
    pixels = header.pixels
    if pixels is None or is_native(header.syntax) == pixels.is_encapsulated:
        raise InvalidValueError("damaged_dicom")
    if is_native(header.syntax):
        swapped = not header.is_little_endian and pixels.vr != "OB"
        return _shape(_read_native(pixels.content, form, swapped=swapped), form)
    frame = _join_fragments(pixels.content)
    if header.syntax == _RLE:
        return _shape(_decode_rle(frame, form), form._replace(is_planar=True))
    return _decode(header.syntax, frame, form)


def _read_native(
    content: memoryview, form: Form, *, swapped: bool
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """The cells in a row; `swapped` if a big end put words of two bytes together."""
    if len(content) < form.size:
        raise InvalidValueError("damaged_dicom")
    if len(content) >= 2 * form.size > 2:  # noqa: PLR2004 - one pixel is padded to two
        raise InvalidValueError("several_pictures")
    if form.cells.allocated > 8:  # noqa: PLR2004 - bits
        return np.frombuffer(content, ">u2" if swapped else "<u2", form.size // 2)
    if swapped:
        words = np.frombuffer(content, np.uint8, len(content) // 2 * 2)
        return words.reshape(-1, 2)[:, ::-1].ravel()[: form.size]
    return np.frombuffer(content, np.uint8, form.size)


def _shape(
    cells: NDArray[np.uint8] | NDArray[np.uint16], form: Form
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """As rows and columns; colours as RGB."""
    rows, columns = form.rows, form.columns
    if form.samples == 1:
        return cells.reshape(rows, columns)
    if form.photometric == "YBR_FULL_422" and form.size == cells.size:
        pairs = cells.reshape(-1, 4)  # two of Y, one of each colour
        spread = np.stack([pairs[:, [0, 2, 3]], pairs[:, [1, 2, 3]]], axis=1)
        cells = spread.ravel().astype(np.uint8, copy=False)
    elif form.is_planar:
        cells = cells.reshape(3, rows, columns).transpose(1, 2, 0)
    if form.photometric == "RGB":
        return cells.reshape(rows, columns, 3)
    picture = PIL.Image.frombytes("YCbCr", (columns, rows), cells.tobytes())
    return np.asarray(picture.convert("RGB"))


def _join_fragments(content: memoryview) -> bytes:
    """The one frame of encapsulated pixels, PS3.5 A.4."""
    fragments, place = list[bytes](), 0
    while len(fragments) <= _MOST_FRAGMENTS and content[place : place + 4] == _ITEM:
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        fragments.append(bytes(content[place + 8 : place + 8 + size]))
        if len(fragments[-1]) != size:
            raise InvalidValueError("damaged_dicom")
        place += 8 + size
    if len(fragments) > _MOST_FRAGMENTS:
        raise InvalidValueError("dicom_of_too_many_fragments", most=_MOST_FRAGMENTS)
    if len(fragments) < 2 or content[place : place + 4] != _END:  # noqa: PLR2004
        raise InvalidValueError("damaged_dicom")
    if len(fragments[0]) > 4:  # noqa: PLR2004 - the offset of one frame
        raise InvalidValueError("several_pictures")
    return b"".join(fragments[1:])


def _decode(syntax: str, frame: bytes, form: Form) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """What a decoder gives that pydicom knows and that is installed."""
    from pydicom.pixels.decoders.base import get_decoder  # noqa: PLC0415 - only where a file comes

    try:
        decoder = run_quietly(lambda: get_decoder(syntax))
    except InvalidValueError:  # it knows none
        refuse_syntax(syntax)
    if not decoder.is_available:
        refuse_syntax(syntax)
    if _find_size(frame) != (form.rows, form.columns, form.samples):
        raise InvalidValueError("damaged_dicom")
    if frame.count(b"\xff\xda") > _MOST_SCANS and not syntax.startswith(_JPEG_2000):
        raise InvalidValueError("too_many_scans", most=_MOST_SCANS)
    cells = form.cells
    whole = b"".join((_ITEM, bytes(4), _ITEM, len(frame).to_bytes(4, "little"), frame))
    stated = {
        "rows": form.rows,
        "columns": form.columns,
        "number_of_frames": 1,
        "samples_per_pixel": form.samples,
        "bits_allocated": cells.allocated,
        "bits_stored": cells.stored,
        "pixel_representation": int(cells.is_signed),
        "photometric_interpretation": form.photometric,
        "planar_configuration": int(form.is_planar),
        "pixel_keyword": "PixelData",
    }
    try:
        pixels, _ = run_quietly(lambda: decoder.as_array(whole, index=0, **stated))
    except InvalidValueError:
        if syntax == _EXTENDED and cells.stored > 8:  # noqa: PLR2004 - bits
            refuse_syntax(syntax)
        raise
    return np.ascontiguousarray(pixels).view(f"u{cells.allocated // 8}")


def _find_size(frame: bytes) -> tuple[int, int, int]:
    """Rows, columns and components that a JPEG, JPEG-LS or JPEG 2000 says of itself."""
    begin = frame.find(_SIZE_OF_J2K, 0, 512)  # some stand in a box
    if begin >= 0:
        size = frame[begin + 8 : begin + 42]
        x, y, left, top = (int.from_bytes(size[i : i + 4]) for i in (0, 4, 8, 12))
        return y - top, x - left, int.from_bytes(size[32:34])
    place = 0
    while place + 10 <= len(frame) and frame[place] == 0xFF:  # noqa: PLR2004 - a marker
        marker = frame[place + 1]
        if marker in _FRAMES:
            rows, columns = (int.from_bytes(frame[i : i + 2]) for i in (place + 5, place + 7))
            return rows, columns, frame[place + 9]
        size_of_segment = int.from_bytes(frame[place + 2 : place + 4])
        place += 1 if marker == 0xFF else 2 if marker in _ALONE else 2 + size_of_segment  # noqa: PLR2004
    return 0, 0, 0


def _decode_rle(frame: bytes, form: Form) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """PS3.5 annex G: a segment for each byte of a pixel, the highest first.

    pydicom's own decoder would unpack a segment to 64 times its length before it looks.
    """
    width = form.cells.allocated // 8
    count = form.samples * width
    head = np.frombuffer(frame[:_RLE_HEAD], "<u4")
    if len(head) != _RLE_HEAD // 4 or head[0] != count:
        raise InvalidValueError("damaged_dicom")
    ends = [*head[1 : count + 1].tolist(), len(frame)]
    planes = [_unpack(frame[start:end], form.pixels) for start, end in pairwise(ends)]
    if width == 1:
        return np.concatenate(planes)
    return np.stack(planes[::-1], axis=1).ravel().view("<u2")


def _unpack(segment: bytes, size: int) -> NDArray[np.uint8]:
    """PackBits, up to so many bytes."""
    unpacked, place, end = bytearray(), 0, len(segment)
    while len(unpacked) < size and place + 1 < end:
        head = segment[place]
        if head < 128:  # noqa: PLR2004 - as they are
            unpacked += segment[place + 1 : place + 2 + head]
            place += 2 + head
        elif head > 128:  # noqa: PLR2004 - one, repeated
            unpacked += segment[place + 1 : place + 2] * (257 - head)
            place += 2
        else:
            place += 1
    if len(unpacked) < size:
        raise InvalidValueError("damaged_dicom")
    return np.frombuffer(unpacked, np.uint8, size)
