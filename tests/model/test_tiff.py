"""TIFF pictures, written by numpy, because Pillow reads them."""

import base64
import struct
import time
import tracemalloc
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medmaas.errors import Problem
from medmaas.model.inputs.image import Image
from medmaas.model.manifest import ImageInput, Window
from medmaas.words import ENGLISH, Words

WINDOW = Window(low=0, high=4095)
DEFLATE, PACKBITS, OLD_DEFLATE, JPEG = 8, 32773, 32946, 7


def write(
    pixels: NDArray[Any],
    order: str = "<",
    *,
    photometric: int | None = None,
    compression: int = 1,
    rows_of_strip: int | None = None,
    more: tuple[tuple[int, int, tuple[int, ...]], ...] = (),
    following: int = 0,
) -> bytes:
    """A file of one page: [rows, columns] or with channels, 8 or 16 bits."""
    rows, columns = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    step = rows_of_strip or rows
    data = pixels.astype(pixels.dtype.newbyteorder("<" if order == "<" else ">"))
    strips = [data[start : start + step].tobytes() for start in range(0, rows, step)]
    if compression in {DEFLATE, OLD_DEFLATE}:
        strips = [zlib.compress(strip) for strip in strips]
    if compression == PACKBITS:
        strips = [b"".join(b"\0" + bytes((one,)) for one in strip) for strip in strips]
    starts, place = [], 8
    for strip in strips:
        starts.append(place)
        place += len(strip)
    if photometric is None:
        photometric = 1 if channels == 1 else 2
    bits = (pixels.dtype.itemsize * 8,) * channels
    entries = {
        256: (4, (columns,)), 257: (4, (rows,)), 258: (3, bits), 259: (3, (compression,)),
        262: (3, (photometric,)), 273: (4, tuple(starts)), 277: (3, (channels,)),
        278: (4, (step,)), 279: (4, tuple(map(len, strips))),
        305: (2, tuple(b"MEIER^ANNA\0")),
    }  # fmt: skip
    entries |= {tag: (kind, values) for tag, kind, values in more}
    body, held = b"".join(strips), b""
    body += bytes(len(body) % 2)
    start = 8 + len(body)
    beyond = start + 2 + 12 * len(entries) + 4
    table = b""
    for tag in sorted(entries):
        kind, values = entries[tag]
        packed = struct.pack(f"{order}{len(values)}{ {2: 'B', 3: 'H', 4: 'I'}[kind] }", *values)
        table += struct.pack(f"{order}HHI", tag, kind, len(values))
        if len(packed) <= 4:
            table += packed.ljust(4, b"\0")
        else:
            table += struct.pack(f"{order}I", beyond + len(held))
            held += packed + bytes(len(packed) % 2)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    directory = struct.pack(f"{order}H", len(entries)) + table
    directory += struct.pack(f"{order}I", following)
    return mark + struct.pack(f"{order}I", start) + body + directory + held


def read_all(content: bytes, rows: int = 24, columns: int = 30, mode: str = "L") -> Any:
    spec: dict[str, Any] = {"tensor": "image", "mode": mode, "window": WINDOW}
    image = Image(ImageInput(height=rows, width=columns, tiff=True, **spec))
    return image.read([{"image": base64.b64encode(content).decode()}])


def read(content: bytes, rows: int = 24, columns: int = 30, mode: str = "L") -> NDArray[np.uint8]:
    reading = read_all(content, rows, columns, mode)
    assert reading.problems == []
    pixels: NDArray[np.uint8] = reading.tensors["image"][0]
    return pixels[..., 0] if mode == "L" else pixels


def refuse(content: bytes) -> str:
    (problem,) = read_all(content).problems
    assert isinstance(problem, Problem)
    for language in ("en", "zh"):
        assert "{{" not in Words(language).say(problem.fact)
    return problem.fact.code


SHADES = np.random.default_rng(0).integers(0, 4096, (24, 30)).astype(np.uint16)
EIGHT = (SHADES >> 4).astype(np.uint8)
COLOURS = np.random.default_rng(1).integers(0, 256, (24, 30, 3)).astype(np.uint8)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [1, DEFLATE, OLD_DEFLATE, PACKBITS])
@pytest.mark.parametrize("strip", [None, 5, 1])
@pytest.mark.parametrize("photometric", [0, 1])
def test_16_bits_are_read_by_the_models_window_as_of_a_png(
    order: str, compression: int, strip: int | None, photometric: int
) -> None:
    shades = SHADES if photometric else 65535 - SHADES  # zero is white
    options: dict[str, Any] = {"compression": compression, "rows_of_strip": strip}
    content = write(shades, order, photometric=photometric, **options)
    expected = np.rint(SHADES / 4095 * 255)
    assert (read(content) == expected).all()


@pytest.mark.parametrize("compression", [1, DEFLATE])
def test_8_bits_and_colours_are_read(compression: int) -> None:
    assert (read(write(EIGHT, compression=compression)) == EIGHT).all()
    turned = write(255 - EIGHT, photometric=0, compression=compression)
    assert (read(turned) == EIGHT).all()
    assert (read(write(COLOURS, compression=compression), mode="RGB") == COLOURS).all()


def test_a_palette_is_looked_up() -> None:
    table = np.random.default_rng(2).integers(0, 256, (3, 256))
    colours = ((320, 3, tuple((257 * table).ravel().tolist())),)
    content = write(EIGHT, photometric=3, more=colours)
    assert (read(content, mode="RGB") == table.T[EIGHT]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright(orientation: int) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    png = BytesIO()
    PIL.Image.fromarray(EIGHT).save(png, "PNG", exif=exif)
    content = write(EIGHT, more=((274, 3, (orientation,)),))
    rows, columns = EIGHT.shape if orientation < 5 else EIGHT.shape[::-1]
    assert (read(content, rows, columns) == read(png.getvalue(), rows, columns)).all()


def test_shades_beyond_the_window_are_refused_whichever_end_is_white() -> None:
    assert refuse(write(SHADES * 16)) == "shades_beyond_window"
    assert refuse(write(SHADES, photometric=0)) == "shades_beyond_window"


def test_a_model_that_states_no_tiff_takes_none() -> None:
    spec = ImageInput(tensor="image", height=24, width=30, mode="L")
    (problem,) = Image(spec).read([{"image": base64.b64encode(write(EIGHT)).decode()}]).problems
    assert problem.fact.code == "not_png_or_jpeg"


REFUSED: dict[str, tuple[bytes, str]] = {
    "two pages": (write(EIGHT, following=8), "several_pictures"),
    "JPEG in it": (write(EIGHT, compression=JPEG), "tiff_of_other_compression"),
    "a sign": (write(SHADES, more=((339, 3, (2,)),)), "tiff_of_other_numbers"),
    "fractions": (write(SHADES, more=((339, 3, (3,)),)), "tiff_of_other_numbers"),
    "32 bits": (write(SHADES.astype(np.uint32)), "tiff_of_other_numbers"),
    "ink": (write(np.dstack([COLOURS, EIGHT]), photometric=5), "picture_in_print_colours"),
    "BigTIFF": (b"II+\0" + write(EIGHT)[4:], "big_tiff"),
    "65,535 pixels an edge": (
        write(EIGHT, more=((256, 4, (65535,)), (257, 4, (65535,)))),
        "too_many_megapixels",
    ),
    "60,000 strips": (write(np.zeros((60_000, 2), np.uint8), rows_of_strip=1),
                      "tiff_of_too_many_parts"),
    "a huge tile": (
        write(EIGHT, more=((322, 4, (65535,)), (323, 4, (65535,)))), "tiff_of_too_large_tiles",
    ),
    "a strip elsewhere": (write(EIGHT, more=((273, 4, (10**9,)),)), "damaged_tiff"),
    "more values than bytes": (write(EIGHT, more=((258, 3, (8,) * 70_000),))[:900], "damaged_tiff"),
    "no page": (b"II*\0" + bytes(4), "damaged_tiff"),
    "a circle": (b"II*\0\x04\0\0\0" + bytes(40), "damaged_tiff"),
    "deflated without end": (
        write(np.zeros((4000, 4900), np.uint8), compression=DEFLATE).replace(
            struct.pack("<HHII", 256, 4, 1, 4900), struct.pack("<HHII", 256, 4, 1, 60_000)
        ),
        "too_many_megapixels",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_by_its_cause_soon(name: str) -> None:
    content, code = REFUSED[name]
    began = time.process_time()
    tracemalloc.start()
    assert refuse(content) == code
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - began < 1
    assert most < 100_000_000


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_or_truncated_file_is_read_or_refused_and_never_fails(
    data: st.DataObject,
) -> None:
    content = bytearray(write(SHADES, compression=data.draw(st.sampled_from((1, DEFLATE)))))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    reading = read_all(bytes(content[: data.draw(st.integers(8, len(content)))]))
    for problem in reading.problems:
        assert "MEIER" not in ENGLISH.say(problem.fact)
