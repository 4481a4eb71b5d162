"""A TIFF file of one page, of which only what pixels need is handed to the decoder.

TIFF 6.0, sections 2 to 8 and 15. Its directory is looked through before anything is decoded, and
written anew with the tags that are known here.
"""

import struct
from typing import NamedTuple

from medmaas.model.inputs.reading import InvalidValueError

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_STRIPS, _STRIP_SIZES, _TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_SIZES = 273, 279, 322, 323, 324, 325
_SAMPLES, _FORMAT, _INK = 277, 339, 5
_ORIENTATION, _ROWS, _PLANAR, _PREDICTOR, _COLOURS, _EXTRA = 274, 278, 284, 317, 320, 338
_KEPT = frozenset((
    _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _STRIPS, _STRIP_SIZES,
    _TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_SIZES, _SAMPLES, _FORMAT, _ORIENTATION, _ROWS,
    _PLANAR, _PREDICTOR, _COLOURS, _EXTRA,
))  # fmt: skip
_SIZES = {1: 1, 3: 2, 4: 4}  # bytes of BYTE, SHORT, LONG
_READ = frozenset((1, 5, 8, 32773, 32946))  # none, LZW, Deflate, PackBits, Deflate as it was once
_WHITE_IS_ZERO, _BLACK_IS_ZERO = 0, 1
_DEEP = 16  # bits
_MOST_TAGS, _MOST_PARTS, _LARGEST_TILE = 1_000, 10_000, 2_048


class Page(NamedTuple):
    """A file of the tags that are needed.

    Attributes:
        is_deep: whether a colour has 16 bits.
        is_inverted: whether its zero is white, though the file says now that it is black: of 16
            bits Pillow does not turn it.
    """

    content: bytes
    is_deep: bool
    is_inverted: bool


def keep_page(content: bytes) -> Page:
    """Look through a TIFF file.

    Raises:
        InvalidValueError: it is damaged, or of a form that is not read.
    """
    order = "<" if content.startswith(b"II") else ">"
    if content[2:4] not in {b"*\0", b"\0*"}:
        raise InvalidValueError("big_tiff")
    tags, following = _read_directory(content, order)
    if following:
        raise InvalidValueError("several_pictures")
    values = {tag: _read_values(content, order, entry) for tag, entry in tags.items()}
    bits = _check_form(values)
    _check_parts(content, values)
    photometric = values[_PHOTOMETRIC][0]
    is_inverted = photometric == _WHITE_IS_ZERO
    if is_inverted:
        tags[_PHOTOMETRIC] = struct.pack(f"{order}HHIH2x", _PHOTOMETRIC, 3, 1, _BLACK_IS_ZERO)
    entries = b"".join(tags[tag] for tag in sorted(tags))
    start = len(content) + len(content) % 2
    directory = struct.pack(f"{order}H", len(tags)) + entries + bytes(4)
    head = content[:4] + struct.pack(f"{order}I", start)
    kept = b"".join((head, content[8:], bytes(len(content) % 2), directory))
    return Page(kept, bits == _DEEP, is_inverted)


def _read_directory(content: bytes, order: str) -> tuple[dict[int, bytes], int]:
    """The entries that are kept, by tag, and where the next page begins."""
    try:
        (start,) = struct.unpack_from(f"{order}I", content, 4)
        (count,) = struct.unpack_from(f"{order}H", content, start)
        (following,) = struct.unpack_from(f"{order}I", content, start + 2 + 12 * count)
    except struct.error:
        raise InvalidValueError("damaged_tiff") from None
    if not 0 < count <= _MOST_TAGS:
        raise InvalidValueError("damaged_tiff")
    tags = {}
    for place in range(start + 2, start + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from(f"{order}H", content, place)
        if tag in _KEPT:
            tags[tag] = content[place : place + 12]
    return tags, following


def _read_values(content: bytes, order: str, entry: bytes) -> tuple[int, ...]:
    tag, kind, count = struct.unpack_from(f"{order}HHI", entry)
    if kind not in _SIZES:
        raise InvalidValueError("damaged_tiff")
    if tag in {_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES} and count > _MOST_PARTS:
        raise InvalidValueError("tiff_of_too_many_parts", most=_MOST_PARTS)
    size = _SIZES[kind] * count
    if not 0 < count <= 3 * 2**16:
        raise InvalidValueError("damaged_tiff")
    (start,) = struct.unpack_from(f"{order}I", entry, 8)
    held = entry[8 : 8 + size] if size <= 4 else content[start : start + size]  # noqa: PLR2004
    if len(held) != size:
        raise InvalidValueError("damaged_tiff")
    return struct.unpack(f"{order}{count}{'BHI'[(1, 3, 4).index(kind)]}", held)


def _check_form(values: dict[int, tuple[int, ...]]) -> int:
    """Bits of a colour."""
    if not {_WIDTH, _HEIGHT, _PHOTOMETRIC} <= values.keys():
        raise InvalidValueError("damaged_tiff")
    if values.get(_COMPRESSION, (1,))[0] not in _READ:
        raise InvalidValueError("tiff_of_other_compression")
    bits = {*values.get(_BITS, (1,))}
    if not (bits <= {1} or bits <= {8} or bits <= {16}) or {*values.get(_FORMAT, (1,))} != {1}:
        raise InvalidValueError("tiff_of_other_numbers")
    if values[_PHOTOMETRIC][0] == _INK:
        raise InvalidValueError("picture_in_print_colours")
    return bits.pop()


def _check_parts(content: bytes, values: dict[int, tuple[int, ...]]) -> None:
    """Whether strips or tiles are where they should be, and no tile is larger than any picture."""
    starts = values.get(_STRIPS) or values.get(_TILES) or ()
    sizes = values.get(_STRIP_SIZES) or values.get(_TILE_SIZES) or ()
    if not starts or len(starts) != len(sizes):
        raise InvalidValueError("damaged_tiff")
    if any(start + size > len(content) for start, size in zip(starts, sizes, strict=True)):
        raise InvalidValueError("damaged_tiff")
    edges = (*values.get(_TILE_WIDTH, (1,)), *values.get(_TILE_HEIGHT, (1,)))
    if max(edges) > _LARGEST_TILE:
        raise InvalidValueError("tiff_of_too_large_tiles", most=_LARGEST_TILE)
