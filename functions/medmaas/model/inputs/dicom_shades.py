"""What the stored numbers of a grey DICOM picture are to the eye: a shade from 0 to 255 each.

A table of all numbers that a pixel can hold is brought through the transforms of PS3.3 C.11 and
PS3.4 N.2: bits stored, sign, Modality LUT or Rescale, then VOI LUT or window, then inversion. A
picture is one look into it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.inputs import dicom_header as tags
from medmaas.model.inputs.dicom_header import Header
from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.manifest import DicomPictures

Floats = NDArray[np.float64]
_WHITE = 255
_SIGN = 0x8000
_ENTRIES = 0x1_0000  # what a descriptor means that says 0
_UNIT_OF_CT = "HU"
_ROWS = 32
_FEW_BITS = 8  # are shades as they are


class Cells(NamedTuple):
    """How a number stands in its cell.

    Attributes:
        allocated: bits of a cell, 8 or 16.
        stored: bits of the number; what stands above or below them is none of the picture.
        high: the highest of them.
        is_signed: whether it is in two's complement.
    """

    allocated: int
    stored: int
    high: int
    is_signed: bool


class Shades(NamedTuple):
    """A shade for every cell [2**allocated], how they were found, and why to doubt them."""

    table: NDArray[np.uint8]
    told: list[Fact]
    doubt: Fact | None = None

    def look_up(self, cells: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
        """The shades of a picture, some rows at a time, which fit a processor's cache."""
        shades = np.empty(cells.shape, np.uint8)
        for start in range(0, len(cells), _ROWS):
            rows = slice(start, start + _ROWS)
            np.take(self.table, cells[rows], out=shades[rows], mode="clip")
        return shades


class _Values(NamedTuple):
    """Values of a table's cells, and of the least and the greatest stored number."""

    values: Floats
    low: float
    high: float
    told: Fact
    unit: str
    is_stated: bool = True


def make_shades(header: Header, cells: Cells, spec: DicomPictures, *, is_inverted: bool) -> Shades:
    """The shade of every number that a pixel can hold.

    Raises:
        InvalidValueError: the file does not say which it is, or contradicts itself.
    """
    stored = _read_cells(cells)
    found = _apply_modality(header, cells, stored)
    told, doubt = [found.told], None
    if spec.window:
        _require_values(header, found, spec.window.unit)
        low, high = spec.window.low, spec.window.high
        share = (found.values - low) / (high - low)
        told.append(Fact("dicom_by_model_window", low=low, high=high))
    else:
        share, how = _apply_voi(header, found)
        told.append(how)
        if how.code == "dicom_by_all_values" and cells.stored > _FEW_BITS:
            doubt = Fact("dicom_without_window")
    shades = np.rint(_WHITE * share.clip(0, 1)).astype(np.uint8)
    if is_inverted:
        shades = _WHITE - shades
        told.append(Fact("dicom_inverted"))
    padded = _find_padding(header, cells, stored)
    if padded is not None:
        shades[padded] = 0
        told.append(Fact("dicom_padding_black"))
    return Shades(shades, told, doubt)


def _read_cells(cells: Cells) -> NDArray[np.int64]:
    """The number in each possible cell [2**allocated]."""
    bits = np.arange(2**cells.allocated) >> (cells.high + 1 - cells.stored)
    bits &= 2**cells.stored - 1
    if cells.is_signed:
        bits = np.where(bits < 2 ** (cells.stored - 1), bits, bits - 2**cells.stored)
    return bits


def _find_padding(
    header: Header, cells: Cells, stored: NDArray[np.int64]
) -> NDArray[np.bool_] | None:
    """Which cells are padding, none of the picture; None if the file has none."""
    words = header.list_words(tags.PADDING)
    if not words:
        return None
    limits = [words[0], header.find_word(tags.PADDING_LIMIT, words[0])]
    low, high = sorted(one - 2 * _SIGN * (cells.is_signed and one >= _SIGN) for one in limits)
    # some pad with a number of more bits than are stored
    whole = np.arange(2**cells.allocated) == words[0]
    padded: NDArray[np.bool_] = ((stored >= low) & (stored <= high)) | whole
    return padded


def _apply_modality(header: Header, cells: Cells, stored: NDArray[np.int64]) -> _Values:
    items = header.list_items(tags.MODALITY_LUT)
    slope, intercept = (header.list_numbers(tag) for tag in (tags.SLOPE, tags.INTERCEPT))
    unit = header.find_text(tags.RESCALE_TYPE)
    low, high = float(stored.min()), float(stored.max())
    if bool(slope) != bool(intercept) or (items and slope):
        raise InvalidValueError("dicom_transform_unclear")
    if items:
        lut, most = _read_lut(items[0])
        first = _read_first(items[0], is_signed=cells.is_signed)
        unit = items[0].find_text(tags.LUT_TYPE)
        looked_up = lut[(stored - first).clip(0, len(lut) - 1)]
        return _Values(looked_up, 0, most, Fact("dicom_values_by_lut"), unit)
    if not slope:
        told = Fact("dicom_values_as_stored")
        return _Values(stored.astype(np.float64), low, high, told, unit, is_stated=False)
    if slope[0] == 0:
        raise InvalidValueError("dicom_transform_unclear")
    low, high = sorted(slope[0] * end + intercept[0] for end in (low, high))
    values: Floats = slope[0] * stored.astype(np.float64) + intercept[0]
    return _Values(values, low, high, Fact("dicom_values_rescaled"), unit)


def _require_values(header: Header, found: _Values, unit: str | None) -> None:
    """Refuse a file that does not say which values its pixels stand for."""
    is_ct = header.find_text(tags.MODALITY) == "CT"
    if not found.is_stated and (unit or is_ct):
        raise InvalidValueError("dicom_without_values")
    stated = found.unit or (_UNIT_OF_CT if is_ct else "")
    if unit and stated != unit:
        raise InvalidValueError("dicom_of_other_unit", unit=unit)


def _apply_voi(header: Header, found: _Values) -> tuple[Floats, Fact]:
    """Shares from black to white, by the first that the file has: a table before a window."""
    if items := header.list_items(tags.VOI_LUT):
        lut, most = _read_lut(items[0])
        first = _read_first(items[0], is_signed=found.values.min() < 0)
        share = lut[np.rint(found.values - first).clip(0, len(lut) - 1).astype(np.int64)] / most
        others = len(items) - 1 + len(header.list_numbers(tags.CENTER))
        return share, Fact("dicom_by_first_lut" if others else "dicom_by_lut")
    centers, widths = header.list_numbers(tags.CENTER), header.list_numbers(tags.WIDTH)
    if len(centers) != len(widths):
        raise InvalidValueError("dicom_transform_unclear")
    if not centers:
        span = max(found.high - found.low, 1)
        return (found.values - found.low) / span, Fact("dicom_by_all_values")
    share = _apply_window(header, found.values, centers[0], widths[0])
    if len(centers) > 1:
        return share, Fact("dicom_by_first_window", count=len(centers))
    return share, Fact("dicom_by_window")


def _apply_window(header: Header, values: Floats, center: float, width: float) -> Floats:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3."""
    function = header.find_text(tags.FUNCTION) or "LINEAR"
    if width < 1 if function == "LINEAR" else width <= 0:
        raise InvalidValueError("dicom_transform_unclear")
    if function == "LINEAR" and width == 1:
        return (values > center - 0.5).astype(np.float64)
    if function == "LINEAR":
        return (values - (center - 0.5)) / (width - 1) + 0.5
    if function == "LINEAR_EXACT":
        return (values - center) / width + 0.5
    if function == "SIGMOID":
        slope = (-4 * (values - center) / width).clip(-700, 700)  # beyond, exp overflows
        share: Floats = 1 / (1 + np.exp(slope))
        return share
    raise InvalidValueError("dicom_transform_unclear")


def _read_lut(item: Header) -> tuple[Floats, int]:
    """The entries of a table, and the largest that its bits can say."""
    form, data = item.list_words(tags.LUT_FORM), item.find_bytes(tags.LUT_DATA)
    if len(form) != 3 or not 8 <= form[2] <= 16:  # noqa: PLR2004 - as the standard allows
        raise InvalidValueError("dicom_transform_unclear")
    count, bits = form[0] or _ENTRIES, form[2]
    if len(data) == 2 * count:
        entries = np.array(item.list_words(tags.LUT_DATA), np.float64)
    elif len(data) in {count, count + 1} and bits == _FEW_BITS and item.is_little_endian:
        entries = np.frombuffer(data[:count], np.uint8).astype(np.float64)
    else:
        raise InvalidValueError("dicom_transform_unclear")
    return entries, 2**bits - 1


def _read_first(item: Header, *, is_signed: bool) -> int:
    """The number that a table's first entry is of."""
    first = item.list_words(tags.LUT_FORM)[1]
    return first - 2 * _SIGN if is_signed and first >= _SIGN else first
