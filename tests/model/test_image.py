"""Pictures become the pixels that the model was trained on; what is no picture is refused."""

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medmaas.model.inputs import image
from medmaas.model.inputs.image import Image
from medmaas.model.manifest import Crop, ImageInput, Normalisation
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


def test_another_size_is_cut_in_proportion_and_warned_of() -> None:
    doubled = save(CELL.resize((720, 726), PIL.Image.Resampling.BICUBIC))
    assert np.abs(read(doubled).astype(int) - read(JPEG)).mean() < 2
    assert warnings(doubled) == [
        "was cut in proportion: the training pictures had edges of 360 pixels"
    ]


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


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"%PDF-1.7", b"\xff\xd8\xff not a picture"])
def test_a_disguised_file_is_refused(content: bytes) -> None:
    assert refusal_of(content) == "is not a PNG or JPEG file"


@given(st.integers(1, 13_000), st.sampled_from(["PNG", "JPEG"]))
@settings(max_examples=40)
def test_a_truncated_file_is_refused_wherever_it_ends(missing: int, kind: str) -> None:
    whole = save(CELL, kind)
    assert "PNG or JPEG" in refusal_of(whole[:-missing])


def test_a_damaged_file_is_refused() -> None:
    damaged = bytearray(save(CELL))
    damaged[len(damaged) // 2] ^= 1
    assert refusal_of(bytes(damaged)).startswith("is a damaged or truncated")


def test_more_than_20_megapixels_are_refused_before_they_are_decoded() -> None:
    assert read(save(PIL.Image.new("L", (5000, 4000)))).shape == (28, 28, 3)
    for size in ((5000, 4001), (20000, 20000)):
        assert "more than 20 megapixels" in refusal_of(save(PIL.Image.new("1", size)))


def test_many_large_pictures_are_refused_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "MAX_PIXELS_TOGETHER", 300_000)
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
