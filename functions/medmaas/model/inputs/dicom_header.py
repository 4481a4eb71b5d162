"""The elements of a DICOM file that its picture needs; of all others nothing is kept.

Values are read here from their bytes, because pydicom's own conversion warns, and logs, by naming
what stands in the header.
"""

import logging
import math
import struct
import warnings
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple, NoReturn

from medmaas.model.inputs.reading import InvalidValueError

PREAMBLE = slice(128, 132), b"DICM"
MOST_READS = 30_000  # pydicom reads an element in up to three; a header has a few hundred

SOP_CLASS, MODALITY, INTENT = 0x0008_0016, 0x0008_0060, 0x0008_0068
MAGNIFICATION, IMAGER_SPACING, SPACING = 0x0018_1114, 0x0018_1164, 0x0028_0030
SAMPLES, PHOTOMETRIC, PLANAR, FRAMES = 0x0028_0002, 0x0028_0004, 0x0028_0006, 0x0028_0008
ROWS, COLUMNS, ASPECT = 0x0028_0010, 0x0028_0011, 0x0028_0034
ALLOCATED, STORED, HIGH_BIT, SIGNED = 0x0028_0100, 0x0028_0101, 0x0028_0102, 0x0028_0103
PADDING, PADDING_LIMIT = 0x0028_0120, 0x0028_0121
CENTER, WIDTH, FUNCTION = 0x0028_1050, 0x0028_1051, 0x0028_1056
INTERCEPT, SLOPE, RESCALE_TYPE = 0x0028_1052, 0x0028_1053, 0x0028_1054
PALETTE_FORMS = 0x0028_1101, 0x0028_1102, 0x0028_1103
PALETTE_DATA = 0x0028_1201, 0x0028_1202, 0x0028_1203
BURNT_IN = 0x0028_0301
MODALITY_LUT, VOI_LUT = 0x0028_3000, 0x0028_3010
LUT_FORM, LUT_TYPE, LUT_DATA = 0x0028_3002, 0x0028_3004, 0x0028_3006
SHAPE, PIXELS = 0x2050_0020, 0x7FE0_0010
_KEPT = (
    SOP_CLASS, MODALITY, INTENT, MAGNIFICATION, IMAGER_SPACING, SPACING, SAMPLES, PHOTOMETRIC,
    PLANAR, FRAMES, ROWS, COLUMNS, ASPECT, ALLOCATED, STORED, HIGH_BIT, SIGNED, PADDING,
    PADDING_LIMIT, CENTER, WIDTH, FUNCTION, INTERCEPT, SLOPE, RESCALE_TYPE, *PALETTE_FORMS,
    *PALETTE_DATA, BURNT_IN, MODALITY_LUT, VOI_LUT, SHAPE,
)  # fmt: skip
_FUNCTIONAL_GROUPS = frozenset((0x5200_9229, 0x5200_9230))
_UNDEFINED = 0xFFFF_FFFF  # as a length
_META_GROUP, _SYNTAX = 2, 0x0010
_LONG = frozenset((b"OB", b"OW", b"OF", b"SQ", b"UT", b"UN", b"UC", b"UR", b"OD", b"OL", b"OV"))
_DEFLATED = frozenset(("1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.205"))


class Pixels(NamedTuple):
    """Where pixels stand in a file.

    Attributes:
        content: from their first byte on; up to their last, if they are not compressed.
        vr: the representation that the file itself states, if it states any.
        is_encapsulated: whether they stand in fragments, as compressed ones do.
    """

    content: memoryview
    vr: str | None
    is_encapsulated: bool


class Header:
    """Elements by tag, as bytes.

    Attributes:
        pixels: of the picture, if there are any.
        is_enhanced: whether it states by frame what pixels stand for.
        syntax: UID of the transfer syntax.
        is_little_endian: of the pixels too, where they are not compressed.
    """

    def __init__(
        self,
        elements: Mapping[int, Any],
        syntax: str,
        *,
        is_little_endian: bool,
        pixels: "Pixels | None" = None,
        is_enhanced: bool = False,
    ) -> None:
        self._elements, self.pixels, self.is_enhanced = elements, pixels, is_enhanced
        self.syntax, self.is_little_endian = syntax, is_little_endian

    def find_bytes(self, tag: int) -> bytes:
        """The value as it stands; nothing if it is not there.

        Raises:
            InvalidValueError: the file ends before the value does.
        """
        element = self._elements.get(tag)
        if element is None or not isinstance(element.value, bytes):
            return b""
        value: bytes = element.value
        if len(value) != element.length:
            raise InvalidValueError("damaged_dicom")
        return value

    def list_texts(self, tag: int) -> list[str]:
        """The values of a text, without the blanks around them; none if it is empty."""
        text = self.find_bytes(tag).decode("latin-1").strip(" \0")
        return [one.strip() for one in text.split("\\")] if text else []

    def find_text(self, tag: int) -> str:
        """The first value of a text; empty if there is none."""
        return next(iter(self.list_texts(tag)), "")

    def list_numbers(self, tag: int) -> list[float]:
        """The values of a decimal string.

        Raises:
            InvalidValueError: one is no finite number.
        """
        try:
            numbers = [float(text) for text in self.list_texts(tag)]
        except ValueError:
            raise InvalidValueError("damaged_dicom") from None
        if not all(map(math.isfinite, numbers)):
            raise InvalidValueError("damaged_dicom")
        return numbers

    def list_words(self, tag: int) -> list[int]:
        """The values of unsigned numbers of 16 bits."""
        value = self.find_bytes(tag)
        order = "<" if self.is_little_endian else ">"
        return list(struct.unpack_from(f"{order}{len(value) // 2}H", value))

    def find_word(self, tag: int, default: int = 0) -> int:
        """An unsigned number of 16 bits."""
        return next(iter(self.list_words(tag)), default)

    def list_items(self, tag: int) -> Sequence["Header"]:
        """The items of a sequence."""
        element = self._elements.get(tag)
        if element is None:
            return ()
        items = element.value
        if isinstance(items, bytes):
            file = _Bounded(items)
            reader = import_reader()
            order = element.is_implicit_VR, element.is_little_endian
            items = run_quietly(lambda: reader.read_sequence(file, *order, len(items), "iso8859"))
        return [
            Header(_list_elements(item), self.syntax, is_little_endian=self.is_little_endian)
            for item in items or ()
        ]


class _TooManyReadsError(Exception):
    """A header of more elements than any picture has."""


class _Bounded(BytesIO):
    """Bytes that are not read without end."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        """As a file does, up to so many times."""
        self.reads += 1
        if self.reads > MOST_READS:
            raise _TooManyReadsError
        return super().read(size)


def read_header(content: bytes) -> Header:
    """Read what the picture needs.

    Raises:
        InvalidValueError: it cannot be read, here or anywhere.
    """
    syntax = _find_syntax(content)
    if syntax in _DEFLATED:  # which would be unpacked before anything of it is known
        refuse_syntax(syntax)
    reader = import_reader()

    pixels, groups = list[Pixels](), set[int]()
    file = _Bounded(content)

    def stop(tag: int, vr: str | None, length: int) -> bool:
        groups.update(_FUNCTIONAL_GROUPS & {tag})
        if tag == PIXELS:
            place, is_open = file.tell(), length == _UNDEFINED
            held = memoryview(content)[place : None if is_open else place + length]
            if not is_open and len(held) != length:
                raise InvalidValueError("damaged_dicom")
            pixels.append(Pixels(held, vr, is_open))
        return tag >= PIXELS or bool(groups)  # there may be thousands of them

    dataset = run_quietly(lambda: reader.read_partial(file, stop, specific_tags=list(_KEPT)))
    return Header(
        _list_elements(dataset),
        syntax,
        is_little_endian=bool(dataset.original_encoding[1]),
        pixels=pixels[0] if pixels else None,
        is_enhanced=bool(groups),
    )


def import_reader() -> Any:  # noqa: ANN401 - a module
    """The reader of pydicom, which must not log.

    Raises:
        InvalidValueError: it is not installed.
    """
    try:
        import pydicom.filereader  # noqa: PLC0415 - only where a file comes
    except ImportError:
        raise InvalidValueError("dicom_not_installed") from None
    logging.getLogger("pydicom").disabled = True  # it names what stands in headers
    return pydicom.filereader


def refuse_syntax(syntax: str) -> NoReturn:
    """Refuse a transfer syntax by its name in the standard.

    Raises:
        InvalidValueError: always.
    """
    import_reader()
    from pydicom.uid import UID  # noqa: PLC0415 - as above

    named = UID(syntax, 0)  # which says nothing of a wrong one
    if named.is_private or named.name == syntax or not named.is_transfer_syntax:
        raise InvalidValueError("dicom_syntax_unknown")
    raise InvalidValueError("dicom_syntax", syntax=str(named.name))


def run_quietly(read: Callable[[], Any]) -> Any:  # noqa: ANN401 - what pydicom gives
    """Run a part of pydicom, which warns by naming what stands in headers.

    Raises:
        InvalidValueError: it fails.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read()
        except (_TooManyReadsError, RecursionError):
            raise InvalidValueError("dicom_header_too_long", most=MOST_READS // 3) from None
        except Exception:  # noqa: BLE001 - pydicom raises anything on a damaged file
            raise InvalidValueError("damaged_dicom") from None


def _list_elements(dataset: Any) -> dict[int, Any]:  # noqa: ANN401 - of pydicom
    return {int(tag): dataset.get_item(tag) for tag in list(dataset.keys())}


def _find_syntax(content: bytes) -> str:
    """UID of the transfer syntax, from the file's meta information, which is always explicit."""
    place = PREAMBLE[0].stop
    for _ in range(100):
        head = content[place : place + 12]
        if len(head) < 12 or int.from_bytes(head[:2], "little") != _META_GROUP:  # noqa: PLR2004
            break
        is_long = head[4:6] in _LONG
        start = place + (12 if is_long else 8)
        size = int.from_bytes(head[8:12] if is_long else head[6:8], "little")
        if int.from_bytes(head[2:4], "little") == _SYNTAX:
            return content[start : start + size].decode("latin-1").strip(" \0")
        place = start + size
    raise InvalidValueError("damaged_dicom")
