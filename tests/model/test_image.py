"""Pictures become the pixels that the model was trained on; what is no picture is refused."""

import base64
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.inputs import picture as files
from medmaas.model.inputs.appearance import measure
from medmaas.model.inputs.image import Image
from medmaas.model.manifest import Appearance, Crop, ImageInput, Normalisation, Range, Window
from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.conftest import ROOT

CELLS = ROOT / "tests" / "data" / "blood_cells"
SPEC = ImageInput(tensor="image", height=28, width=28, mode="RGB", crop=Crop(side=200, of=360))
JPEG = (CELLS / "eosinophil.jpg").read_bytes()
CELL = PIL.Image.open(CELLS / "eosinophil.jpg")
CELL.load()


def read(content: bytes, spec: ImageInput = SPEC) -> NDArray[Any]:
    """The pixels of a file that is taken."""
    reading = Image(spec).read([{"image": base64.b64encode(content).decode()}])
    assert reading.problems == []
    pixels: NDArray[Any] = reading.tensors["image"][0]
    return pixels


def refusal(value: object) -> str:
    """The one problem of a value that is not taken."""
    (problem,) = Image(SPEC).read([{"image": value}]).problems
    assert problem.field == "image"
    return ENGLISH.say(problem.fact)


def refusal_of(content: bytes) -> str:
    return refusal(base64.b64encode(content).decode())


def warnings(content: bytes) -> list[str]:
    reading = Image(SPEC).read([{"image": base64.b64encode(content).decode()}])
    return [ENGLISH.say(warning.fact) for warning in reading.warnings[0]]


def doubts(content: bytes, spec: ImageInput = SPEC) -> list[str]:
    """Codes of why there is no answer."""
    reading = Image(spec).read([{"image": base64.b64encode(content).decode()}])
    assert reading.problems == []
    return [one.code for one in reading.held if one]


def save(picture: PIL.Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def test_an_original_becomes_exactly_the_pixels_of_the_training_set() -> None:
    expected = np.asarray(PIL.Image.open(CELLS / "eosinophil.png"))
    assert (read(JPEG) == expected).all()
    assert read(JPEG).dtype == np.uint8


def test_a_picture_of_the_models_own_size_enters_as_it_is() -> None:
    expected = np.asarray(PIL.Image.open(CELLS / "platelet.png"))
    assert (read((CELLS / "platelet.png").read_bytes()) == expected).all()


def test_the_crop_is_exact_for_pictures_a_little_larger_than_the_usual() -> None:
    larger = PIL.Image.new("RGB", (366, 369))
    larger.paste(CELL.crop((80, 81, 280, 281)), (83, 84))
    assert (read(save(larger)) == read(save(CELL))).all()
    assert warnings(save(larger)) == []


def test_another_size_is_cut_in_proportion_and_has_no_answer() -> None:
    doubled = save(CELL.resize((720, 726), PIL.Image.Resampling.BICUBIC))
    assert np.abs(read(doubled).astype(int) - read(JPEG)).mean() < 2
    assert doubts(doubled) == ["picture_of_other_scale"]
    assert "shorter edge has 360 pixels" in ENGLISH.say(Fact("picture_of_other_scale", edge=360))


@given(st.integers(51, 500), st.integers(51, 500))
@settings(max_examples=20)
def test_any_size_that_shows_enough_pixels_is_read(width: int, height: int) -> None:
    assert read(save(CELL.resize((width, height)))).shape == (28, 28, 3)


@pytest.mark.parametrize("size", [(1, 1), (27, 28), (30, 4000)])
def test_a_picture_that_shows_too_little_is_refused(size: tuple[int, int]) -> None:
    assert refusal_of(save(CELL.resize(size))).startswith("has fewer pixels than the 28 x 28")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P"])
def test_grey_and_palette_become_colour(mode: str) -> None:
    pixels = read(save(CELL.convert(mode))).astype(int)
    expected = CELL.convert("RGB") if mode == "P" else CELL.convert("L").convert("RGB")
    assert np.abs(pixels - read(save(expected))).mean() < 12


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    deep = np.asarray(CELL.convert("L")).astype(np.uint16) * 257
    assert (read(save(PIL.Image.fromarray(deep))) == read(save(CELL.convert("L")))).all()


TWELVE_BITS = (np.asarray(CELL.convert("L")).astype(np.uint16) * 16).clip(0, 4095)
WINDOWED = SPEC.model_copy(update={"window": Window(low=0, high=4095)})


def test_twelve_bits_in_a_file_of_sixteen_are_refused_where_no_window_is_stated() -> None:
    for shades in (TWELVE_BITS, TWELVE_BITS * 4, TWELVE_BITS * 8 // 2):
        assert "uses fewer, as of 12 bits" in refusal_of(save(PIL.Image.fromarray(shades)))


def test_one_bright_spot_does_not_make_twelve_bits_sixteen() -> None:
    shades = TWELVE_BITS.copy()
    shades[:4, :4] = 65535  # a marker that somebody burnt in
    assert "uses fewer, as of 12 bits" in refusal_of(save(PIL.Image.fromarray(shades)))


def test_twelve_bits_are_read_by_the_window_that_the_manifest_states() -> None:
    pixels = read(save(PIL.Image.fromarray(TWELVE_BITS)), WINDOWED).astype(int)
    assert np.abs(pixels - read(save(CELL.convert("L")))).max() <= 2


def test_a_window_cuts_off_what_is_darker_or_brighter() -> None:
    window = Window(low=1000, high=2000, largest=4095)
    spec = SPEC.model_copy(update={"window": window, "mode": "L"})
    shades = np.full((360, 363), 1500, np.uint16)
    shades[:120], shades[240:] = 0, 4095
    pixels = read(save(PIL.Image.fromarray(shades)), spec)
    assert set(np.unique(pixels[[0, -1]])) == {0, 255}
    assert pixels[14, 14] == 128


def test_shades_beyond_those_of_the_window_are_refused() -> None:
    deep = np.asarray(CELL.convert("L")).astype(np.uint16) * 257
    content = base64.b64encode(save(PIL.Image.fromarray(deep))).decode()
    (problem,) = Image(WINDOWED).read([{"image": content}]).problems
    assert "holds shades above 4095" in ENGLISH.say(problem.fact)


def test_a_window_changes_nothing_of_a_picture_of_eight_bits() -> None:
    assert (read(JPEG, WINDOWED) == read(JPEG)).all()


@pytest.mark.parametrize(("low", "high", "largest"), [(5, 5, None), (9, 5, None), (0, 9, 5)])
def test_a_window_that_is_none_is_refused(low: int, high: int, largest: int | None) -> None:
    with pytest.raises(ValueError, match="low must be below high"):
        Window(low=low, high=high, largest=largest)


def write_png(shades: NDArray[np.uint16], colour: int) -> bytes:
    """A PNG of 16 bits, which Pillow cannot write in colour: [height, width, channels]."""
    height, width, _ = shades.shape
    head = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in shades)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(write_chunk(*chunk) for chunk in chunks)


def write_chunk(name: bytes, content: bytes) -> bytes:
    checked = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checked


@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (4, 2), (6, 4)])
def test_twelve_bits_are_refused_in_colour_and_with_transparency_too(
    colour: int, channels: int
) -> None:
    shades = np.repeat(TWELVE_BITS[..., None], channels, axis=2)
    assert "uses fewer, as of 12 bits" in refusal_of(write_png(shades, colour))


def test_sixteen_bits_of_colour_are_read_unless_a_window_would_apply() -> None:
    content = write_png(np.asarray(CELL).astype(np.uint16) * 257, 2)
    assert (read(content) == read(JPEG)).all()
    value = base64.b64encode(content).decode()
    (problem,) = Image(WINDOWED).read([{"image": value}]).problems
    assert problem.fact.code == "colour_of_16_bits"


@pytest.mark.parametrize("shade", [0, 3, 128, 255])
def test_a_picture_of_one_shade_has_no_answer(shade: int) -> None:
    assert doubts(save(PIL.Image.new("RGB", (360, 363), (shade,) * 3))) == ["picture_is_plain"]
    noise = np.random.default_rng(0).integers(0, 12, (360, 363, 3)) + min(shade, 240)
    picture = PIL.Image.fromarray(noise.astype(np.uint8))
    assert doubts(save(picture)) == ["picture_is_plain"]


def test_a_cell_is_a_picture_that_has_an_answer() -> None:
    assert doubts(JPEG) == []
    assert doubts((CELLS / "platelet.png").read_bytes()) == []


@pytest.mark.parametrize("edge", [280, 300, 320, 400, 560, 720])
def test_a_picture_cropped_tighter_or_scaled_has_no_answer(edge: int) -> None:
    left, top = (CELL.width - edge) // 2, (CELL.height - edge) // 2
    tighter = CELL.crop((left, top, left + edge, top + edge))
    assert doubts(save(tighter)) == ["picture_of_other_scale"]


LIKE_CELLS = Appearance(
    brightness=Range(low=140, high=217),
    contrast=Range(low=20, high=63),
    colour=Range(low=25, high=71),
    covered=Range(low=0.05, high=0.81),
)


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        (lambda x: x, None),
        (lambda x: x * 0.5, "picture_of_other_brightness"),
        (lambda x: 255 - (255 - x) * 0.3, "picture_of_other_brightness"),
        (lambda x: 180 + (x - 180) * 0.35, "picture_of_other_contrast"),
        (lambda x: x.mean(-1, keepdims=True).repeat(3, -1), "picture_of_other_colour"),
        (lambda x: x * 0.95, None),
    ],
)
def test_what_looks_like_no_training_picture_has_no_answer(
    change: Callable[[NDArray[Any]], NDArray[Any]], doubt: str | None
) -> None:
    changed = change(np.asarray(CELL).astype(float)).round().clip(0, 255).astype(np.uint8)
    spec = SPEC.model_copy(update={"appearance": LIKE_CELLS})
    found = doubts(save(PIL.Image.fromarray(changed)), spec)
    assert found == ([doubt] if doubt else [])


def test_what_covers_a_picture_is_measured_against_its_ground() -> None:
    ground = np.full((40, 40, 1), 220, np.uint8)
    for covered in (0, 10, 30):
        picture = ground.copy()
        picture[:covered] = 100
        assert measure(picture).covered == covered / 40


def test_grey_becomes_colour_only_where_the_model_learned_from_grey() -> None:
    spec = SPEC.model_copy(update={"appearance": LIKE_CELLS})
    assert doubts(save(CELL.convert("L")), spec) == ["picture_of_other_colour"]
    assert doubts(save(CELL.convert("L"))) == []


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
def test_a_tensor_is_held_against_the_same_limits(layout: str) -> None:
    normalisation = Normalisation(mean=(0.5, 0.4, 0.3), deviation=(0.2, 0.2, 0.1))
    update = {"appearance": LIKE_CELLS, "layout": layout, "normalisation": normalisation}
    image = Image(SPEC.model_copy(update=update))
    files = [JPEG, save(CELL.convert("L")), save(PIL.Image.new("RGB", (360, 363)))]
    reading = image.read([{"image": base64.b64encode(file).decode()} for file in files])
    again = image.read_tensor(reading.tensors["image"])
    assert again.held == reading.held
    assert [bool(reason) for reason in again.held] == [False, True, True]


def test_a_doubt_is_why_a_model_abstains_unless_it_is_forced(registry: Registry) -> None:
    model = registry.get("blood_cell")
    tighter = {"image": base64.b64encode(save(CELL.crop((40, 41, 320, 321)))).decode()}
    whole = {"image": base64.b64encode(JPEG).decode()}
    abstained, answered = predict(model, [tighter, whole])
    assert (abstained["status"], abstained["output"]) == ("abstained", None)
    assert abstained["reason"] == Fact("picture_of_other_scale", edge=360)
    assert abstained["warnings"] == []
    assert (answered["status"], answered["warnings"]) == ("ok", [])
    forced, _ = predict(model, [tighter, whole], Options(force=True))
    assert (forced["status"], forced["reason"].code) == ("forced", "picture_of_other_scale")
    assert forced["output"]


def test_transparency_shows_white() -> None:
    clear = PIL.Image.new("RGBA", (360, 363), (255, 0, 0, 0))
    assert (read(save(clear)) == 255).all()
    half = CELL.convert("RGBA")
    half.putalpha(255)
    assert (read(save(half)) == read(save(CELL))).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright_by_its_exif_orientation(orientation: int) -> None:
    undo = {
        2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
        3: PIL.Image.Transpose.ROTATE_180,
        4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
        5: PIL.Image.Transpose.TRANSPOSE,
        6: PIL.Image.Transpose.ROTATE_90,
        7: PIL.Image.Transpose.TRANSVERSE,
        8: PIL.Image.Transpose.ROTATE_270,
    }
    turned = CELL.transpose(undo[orientation]) if orientation in undo else CELL
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    assert (read(save(turned, exif=exif)) == read(save(CELL))).all()


def test_grey_models_read_grey() -> None:
    grey = ImageInput(tensor="image", height=28, width=28, mode="L")
    pixels = read(save(CELL.resize((28, 28))), grey)
    assert pixels.shape == (28, 28, 1)
    assert (pixels[..., 0] == np.asarray(CELL.resize((28, 28)).convert("L"))).all()


def test_a_graph_that_does_not_normalise_gets_it_done_channels_first() -> None:
    spec = ImageInput(
        tensor="image",
        height=28,
        width=28,
        mode="RGB",
        layout="NCHW",
        normalisation=Normalisation(mean=(0.5, 0.4, 0.3), deviation=(0.2, 0.2, 0.1)),
    )
    small = CELL.resize((28, 28))
    tensor = read(save(small), spec)
    assert tensor.dtype == np.float32
    assert tensor.shape == (3, 28, 28)
    expected = (np.asarray(small)[3, 5] / 255 - [0.5, 0.4, 0.3]) / [0.2, 0.2, 0.1]
    assert tensor[:, 3, 5] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("value", [None, "", 5, ["x"], {}])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert refusal(value) == "must be a PNG or JPEG file in base64"


@pytest.mark.parametrize("value", ["data:image/png;base64,AAAA", "ä", "A", "AA=A"])
def test_what_is_no_base64_is_refused(value: str) -> None:
    assert refusal(value).startswith("is not base64")


def test_base64_in_lines_is_taken() -> None:
    lines = base64.encodebytes(JPEG).decode()
    assert Image(SPEC).read([{"image": lines}]).problems == []


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP"])
def test_a_picture_of_another_kind_is_refused(kind: str) -> None:
    assert refusal_of(save(CELL, kind)) == "is not a PNG or JPEG file"


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\xff\xd8\xff not a picture"])
def test_a_disguised_file_is_refused(content: bytes) -> None:
    assert refusal_of(content) == "is not a PNG or JPEG file"


def test_an_archive_is_refused_as_one() -> None:
    said = "is a compressed archive: unpack it, and send each picture by itself"
    assert refusal_of(b"PK\x03\x04") == said


@given(st.integers(1, 13_000), st.sampled_from(["PNG", "JPEG"]))
@settings(max_examples=40)
def test_a_truncated_file_is_refused_wherever_it_ends(missing: int, kind: str) -> None:
    whole = save(CELL, kind)
    assert "PNG or JPEG" in refusal_of(whole[:-missing])


def repeat_last_scan(content: bytes, count: int) -> bytes:
    """A JPEG that refines its last scan again and again."""
    body, end = content[:-2], content[-2:]
    scan = body[body.rindex(b"\xff\xda") :]
    return body + scan * count + end


def test_a_jpeg_of_thousands_of_scans_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    progressive = save(CELL, "JPEG", progressive=True)
    assert refusal_of(repeat_last_scan(progressive, 3000)) == (
        "is a JPEG of more than 100 scans: save it again"
    )
    assert read(progressive).shape == (28, 28, 3)
    # fewer scans count as larger pictures
    value = base64.b64encode(repeat_last_scan(progressive, 60)).decode()
    assert files.open_picture(value, files.MAX_PIXELS_TOGETHER).cost > 5 * 360 * 363
    monkeypatch.setattr(files, "MAX_PIXELS_TOGETHER", 3 * 360 * 363)
    assert "brings the request to more" in refusal(value)


def test_a_picture_in_the_colours_of_print_is_refused() -> None:
    assert refusal_of(save(CELL.convert("CMYK"), "JPEG")) == (
        "has the colours of print (CMYK): save it as RGB"
    )


def test_a_jpeg_of_twelve_bits_is_refused() -> None:
    content = bytearray(save(CELL, "JPEG"))
    content[content.index(b"\xff\xc0") + 4] = 12
    assert refusal_of(bytes(content)) == "is a JPEG of more than 8 bits: save it as PNG"


def test_a_dicom_file_is_called_one() -> None:
    assert refusal_of(bytes(128) + b"DICM" + JPEG) == (
        "is a DICOM file, of which this model's manifest states nothing (input.dicom): "
        "export the picture as PNG or JPEG"
    )


def test_a_png_of_several_pictures_is_refused() -> None:
    frames = [CELL.transpose(PIL.Image.Transpose.ROTATE_90)]
    animated = save(CELL, "PNG", save_all=True, append_images=frames)
    assert refusal_of(animated) == "holds several pictures: send one"


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2))  # fmt: skip


def test_an_interlaced_png_is_read() -> None:
    pixels = np.asarray(CELL.resize((28, 28)))
    passes = [pixels[y::down, x::right] for x, y, right, down in ADAM7]
    rows = b"".join(b"\0" + row.tobytes() for part in passes for row in part)
    head = struct.pack(">IIBBBBB", 28, 28, 8, 2, 0, 0, 1)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    content = b"\x89PNG\r\n\x1a\n" + b"".join(write_chunk(*chunk) for chunk in chunks)
    assert (read(content) == pixels).all()


def test_a_picture_of_one_bit_is_read() -> None:
    assert (read(save(CELL.convert("1"))) == read(save(CELL.convert("1").convert("L")))).all()


BOMB = zlib.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    "chunk",
    [
        (b"zTXt", b"c\0\0" + BOMB),
        (b"zTXt", b"Raw profile type exif\0\0" + BOMB[:60_000]),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + BOMB),
        (b"iCCP", b"c\0\0" + BOMB),
        (b"tEXt", b"c\0" + b"a" * 2_000_000),
        (b"prVt", bytes(100_000)),
    ],
)
def test_what_a_png_holds_besides_its_pixels_costs_nothing(chunk: tuple[bytes, bytes]) -> None:
    plain = save(CELL)
    place = plain.index(b"IDAT") - 4
    content = plain[:place] + write_chunk(*chunk) + plain[place:]
    kept, _ = files.keep_pixels(content)
    assert kept in {plain, content}
    if kept == plain:
        assert (read(content) == read(plain)).all()


def test_a_png_that_inflates_to_more_than_its_pixels_is_read_no_further() -> None:
    plain = save(CELL.resize((28, 28)))
    start, end = plain.index(b"IDAT") - 4, plain.index(b"IEND") - 4
    content = plain[:start] + write_chunk(b"IDAT", BOMB) + plain[end:]
    assert (read(content) == 0).all()


def test_a_png_whose_header_is_damaged_is_called_damaged() -> None:
    damaged = bytearray(save(CELL))
    damaged[20] ^= 1  # the width, whose checksum is then wrong
    assert refusal_of(bytes(damaged)).startswith("is a damaged or truncated")


def test_the_orientation_of_a_png_survives_what_is_left_out() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    turned = CELL.transpose(PIL.Image.Transpose.ROTATE_90)
    assert (read(save(turned, exif=exif)) == read(save(CELL))).all()


def test_a_damaged_file_is_refused() -> None:
    damaged = bytearray(save(CELL))
    damaged[len(damaged) // 2] ^= 1
    assert refusal_of(bytes(damaged)).startswith("is a damaged or truncated")


def test_more_than_20_megapixels_are_refused_before_they_are_decoded() -> None:
    assert read(save(PIL.Image.new("L", (5000, 4000)))).shape == (28, 28, 3)
    for size in ((5000, 4001), (20000, 20000)):
        assert "more than 20 megapixels" in refusal_of(save(PIL.Image.new("1", size)))


def test_many_large_pictures_are_refused_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_PIXELS_TOGETHER", 300_000)
    picture = {"image": base64.b64encode(JPEG).decode()}
    problems = Image(SPEC).read([picture] * 3).problems
    assert [problem.instance for problem in problems] == [2]
    assert "brings the request to more than 0 megapixels" in ENGLISH.say(problems[0].fact)


def test_one_faulty_picture_does_not_hide_another() -> None:
    reading = Image(SPEC).read([{"image": "A"}, {"picture": 1}, 5])
    assert [(p.instance, p.field) for p in reading.problems] == [
        (0, "image"), (1, "picture"), (1, "image"), (2, None),
    ]  # fmt: skip


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: JPEG[:300] + tail))
def test_whatever_is_sent_there_is_a_sentence_and_no_failure(content: bytes) -> None:
    assert refusal_of(content)


def test_the_schema_says_how_a_picture_is_sent() -> None:
    schema = Image(SPEC).json_schema()
    assert schema["required"] == ["image"]
    assert schema["properties"]["image"]["contentEncoding"] == "base64"


def test_the_originals_are_attributed() -> None:
    assert "CC BY 4.0" in Path(CELLS, "ATTRIBUTION.md").read_text()


@pytest.mark.parametrize("resample", ["bicubic", "bilinear"])
@pytest.mark.parametrize("size", [(360, 363), (200, 57), (900, 1000)])
def test_grey_is_the_same_whether_it_becomes_colour_before_or_after_it_is_small(
    resample: str, size: tuple[int, int]
) -> None:
    rng = np.random.default_rng(0)
    grey = PIL.Image.fromarray(rng.integers(0, 256, size[::-1]).astype(np.uint8))
    spec = SPEC.model_copy(update={"resample": resample, "crop": None})
    assert (read(save(grey), spec) == read(save(grey.convert("RGB")), spec)).all()
