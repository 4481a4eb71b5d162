"""A picture is cut and made small in the browser; what cannot be read is said before Ask."""

import base64
import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from playwright.sync_api import Page, expect

from medmaas.model.inputs.image import Image
from medmaas.model.manifest import ImageInput
from medmaas.model.registry import Registry
from tests.conftest import ROOT
from tests.page.conftest import Open, Visit, is_answer
from tests.page.looks import require_every_look

CELL = ROOT / "tests" / "data" / "blood_cells" / "neutrophil.png"
PROBLEM = "#value-picture-problem"
DICOM = bytes(128) + b"DICM" + bytes(64)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
TWELVE_BITS = np.arange(600 * 800, dtype=np.uint16).reshape(600, 800) % 4096
ROTATED = 6  # EXIF: the right edge of what was stored is the top
CELLS = ((0.2, 0.3), (0.5, 0.3), (0.8, 0.3), (0.2, 0.7), (0.65, 0.7))


def draw(
    size: tuple[int, int] = (800, 600), cells: tuple[tuple[float, float], ...] = CELLS
) -> PIL.Image.Image:
    """A smear with stained cells, and noise as of a sensor."""
    noise = np.random.default_rng(0).integers(-8, 9, (size[1] // 4, size[0] // 4, 3))
    picture = PIL.Image.fromarray((np.array((236, 224, 220)) + noise).astype(np.uint8)).resize(size)
    pen, edge = PIL.ImageDraw.Draw(picture), min(size)
    for x, y in cells:
        for radius, colour in ((0.09, (206, 184, 206)), (0.06, (104, 64, 140))):
            middle, reach = (x * size[0], y * size[1]), radius * edge
            box = (middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach)
            pen.ellipse(box, fill=colour)
    return picture


def save(picture: PIL.Image.Image, form: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def photograph(orientation: int = 1, size: tuple[int, int] = (4000, 3000)) -> bytes:
    """What a telephone makes of it."""
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    return save(draw(size), "JPEG", quality=99, subsampling=0, exif=exif)


def open_picture(opened: Visit, content: bytes, name: str = "picture") -> Page:
    page = opened.go("#/blood_cell", ".examples button")
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#value-picture").set_input_files(file)  # type: ignore[arg-type]
    return page


def read_square(page: Page) -> tuple[int, int, int, int]:
    """Left, top, right and bottom, from what the square is called."""
    told = page.locator(".square").get_attribute("aria-label") or ""
    width, height, left, top = map(int, re.findall(r"\d+", told.replace(",", "")))
    return left, top, left + width, top + height


def ask(page: Page) -> bytes:
    """The file that is sent."""
    with page.expect_response(is_answer) as asked:
        page.get_by_role("button", name="Ask", exact=True).click()
    assert asked.value.ok, asked.value.text()
    (instance,) = (asked.value.request.post_data_json or {})["instances"]
    assert asked.value.request.post_data_buffer is not None
    assert len(asked.value.request.post_data_buffer) < 100_000
    return base64.b64decode(instance["image"])


def test_a_telephones_photograph_of_several_cells_takes_three_steps(visit: Open) -> None:
    opened = visit()
    content = photograph(ROTATED)
    assert len(content) > 4_000_000
    page = open_picture(opened, content)  # step 1: choose the file
    page.wait_for_selector(".place")
    assert "5 places stand out" in page.locator(".drop").inner_text()
    assert page.locator(".square").count() == 0, "a place was chosen silently"
    page.get_by_role("button", name="Ask", exact=True).click()
    assert not [address for address in opened.asked if address.endswith("/predict")]
    page.get_by_role("button", name="Place 2", exact=True).click()  # step 2: the cell
    sent = PIL.Image.open(BytesIO(ask(page)))  # step 3: ask
    assert (sent.format, sent.size) == ("PNG", (28, 28))
    page.wait_for_selector(".answer")
    assert opened.list_faults() == []
    page.get_by_text("What was asked about").click()
    assert "cut out of a photograph by hand" in page.locator(".given-values").inner_text()


@pytest.mark.parametrize("orientation", [1, 3, ROTATED, 8])
def test_what_is_sent_is_what_the_service_makes_of_the_part(
    visit: Open, registry: Registry, orientation: int
) -> None:
    content = photograph(orientation, (1600, 1200))
    page = open_picture(visit(), content)
    page.get_by_role("button", name="Place 1", exact=True).click()
    square = read_square(page)
    sent = np.asarray(PIL.Image.open(BytesIO(ask(page))).convert("RGB")).astype(int)
    upright = PIL.ImageOps.exif_transpose(PIL.Image.open(BytesIO(content)))
    part = upright.crop(square)
    spec = registry.get("blood_cell").manifest.input
    assert isinstance(spec, ImageInput)
    reader = Image(spec.model_copy(update={"crop": None}))
    for larger in (part, part.resize((112, 112), PIL.Image.Resampling.BICUBIC)):
        given = base64.b64encode(save(larger, "PNG")).decode()
        made = reader.read([{spec.field: given}]).tensors[spec.tensor][0].astype(int)
        apart = np.abs(sent - made)
        assert apart.max() <= (2 if larger is part else 10)
        assert apart.mean() < 1


def test_a_picture_as_the_model_learned_from_goes_as_it_is(visit: Open) -> None:
    taken = save(draw((363, 360), ((0.5, 0.5),)), "JPEG")  # as an analyser takes it
    for content, told in ((CELL.read_bytes(), "at the model's size"), (taken, "Sent as it is")):
        page = open_picture(visit(), content)
        page.wait_for_selector(".seen")
        assert told in page.locator(".sent").inner_text()
        assert ask(page) == content


def test_the_square_is_moved_and_resized_by_keyboard(visit: Open) -> None:
    page = open_picture(visit(), photograph(size=(1600, 1200)))
    page.get_by_role("button", name="Place 4", exact=True).press("Enter")
    before = read_square(page)
    page.locator(".square").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    moved = read_square(page)
    assert moved[0] > before[0]
    assert moved[1] < before[1] - 5
    page.keyboard.press("-")
    smaller = read_square(page)
    assert smaller[2] - smaller[0] < moved[2] - moved[0]
    page.keyboard.press("+")
    page.keyboard.press("+")
    larger = read_square(page)
    assert larger[2] - larger[0] > moved[2] - moved[0]
    assert larger[2] - larger[0] == larger[3] - larger[1]
    for _ in range(80):
        page.keyboard.press("Shift+ArrowLeft")
    assert read_square(page)[0] == 0


def test_the_square_is_moved_and_resized_by_a_pointer(visit: Open) -> None:
    page = open_picture(visit(), photograph(size=(1600, 1200)))
    page.wait_for_selector(".place")
    stage = page.locator(".cropper .stage")
    stage.click(position={"x": 150, "y": 120})
    square = page.locator(".square")
    before = read_square(page)
    box = square.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 20, steps=4)
    page.mouse.up()
    moved = read_square(page)
    assert moved[0] > before[0]
    assert moved[2] - moved[0] == before[2] - before[0]
    box = square.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"], box["y"] + box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 30, box["y"] + box["height"] + 30, steps=4)
    page.mouse.up()
    larger = read_square(page)
    assert larger[2] - larger[0] > moved[2] - moved[0]
    assert larger[:2] == moved[:2]


def say_size(width: int, height: int) -> bytes:
    """A PNG that is nothing but its header."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = [(len(chunk) - 4, chunk, zlib.crc32(chunk)) for chunk in (header, b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(f">I{size + 4}sI", size, chunk, check) for size, chunk, check in chunks
    )


def draw_two(form: str) -> bytes:
    return save(draw(), form, save_all=True, append_images=[draw(cells=())])


# what is said, and the file
NO_PICTURE: dict[str, Callable[[], bytes]] = {
    "a DICOM file": lambda: DICOM,
    "a HEIC photograph": lambda: HEIC,
    "a TIFF file": lambda: save(draw(), "TIFF"),
    "a PDF": lambda: b"%PDF-1.7\n",
    "a drawing": lambda: SVG,
    "The file is empty": lambda: b"",
    "no picture": lambda: b"not a picture",
    "is cut off": lambda: save(draw(), "PNG")[:-30],
    "The file is cut off": lambda: save(draw(), "JPEG")[:-3000],
    "is damaged": lambda: say_size(800, 600),
    "colours of print": lambda: save(draw().convert("CMYK"), "JPEG"),
    "fewer pixels than the 28": lambda: save(draw((27, 40)), "PNG"),
    "fewer pixels": lambda: save(PIL.Image.new("RGB", (1, 1)), "PNG"),
    "several pictures": lambda: draw_two("GIF"),
    "holds several": lambda: draw_two("PNG"),
    "several pictures, one": lambda: draw_two("WEBP"),
    "uses fewer": lambda: save(PIL.Image.fromarray(TWELVE_BITS), "PNG"),
    "120 megapixels": lambda: say_size(12_000, 11_000),
}


@pytest.mark.parametrize("problem", NO_PICTURE)
def test_what_cannot_be_read_is_said_at_once_and_nothing_is_sent(visit: Open, problem: str) -> None:
    opened = visit()
    page = open_picture(opened, NO_PICTURE[problem]())
    expect(page.locator(PROBLEM)).to_contain_text(problem)
    assert page.locator(".drop img, .drop canvas").count() == 0
    page.get_by_role("button", name="Ask", exact=True).click()
    assert not [address for address in opened.asked if address.endswith("/predict")]
    assert opened.list_faults() == []


def test_after_a_dicom_another_picture_is_asked_about(visit: Open) -> None:
    page = open_picture(visit(), DICOM, "IM0001")
    expect(page.locator(PROBLEM)).to_contain_text("export the picture")
    page.locator("#value-picture").set_input_files(CELL)
    expect(page.locator(PROBLEM)).to_be_empty()
    page.wait_for_selector(".seen")
    assert ask(page) == CELL.read_bytes()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "BMP"])
def test_what_the_browser_can_read_becomes_a_png_and_that_is_said(visit: Open, form: str) -> None:
    page = open_picture(visit(), save(draw(), form))
    page.get_by_role("button", name="Place 1", exact=True).click()
    assert "sends the part as PNG" in page.locator(".drop .notes").inner_text()
    assert PIL.Image.open(BytesIO(ask(page))).size == (28, 28)


def test_what_is_see_through_is_laid_on_white_and_that_is_said(visit: Open) -> None:
    clear = draw().convert("RGBA")
    clear.putalpha(PIL.Image.new("L", clear.size, 0))
    page = open_picture(visit(), save(clear, "PNG"))
    page.wait_for_selector(".cropper .stage")
    assert "laid on white" in page.locator(".drop .notes").inner_text()
    page.locator(".cropper .stage").click()
    assert np.asarray(PIL.Image.open(BytesIO(ask(page))).convert("RGB")).min() == 255


def test_a_grey_picture_is_told_that_the_model_learned_from_colours(visit: Open) -> None:
    for mode in ("L", "RGB"):
        page = open_picture(visit(), save(draw().convert("L").convert(mode), "PNG"))
        page.wait_for_selector(".cropper .stage")
        assert "learned from colours" in page.locator(".drop .notes").inner_text()


def test_the_one_thing_that_stands_out_is_framed_in_sight(visit: Open) -> None:
    page = open_picture(visit(), save(draw(cells=((0.3, 0.6),)), "PNG"))
    page.wait_for_selector(".square")
    left, top, right, bottom = read_square(page)
    assert abs((left + right) / 2 - 240) < 10
    assert abs((top + bottom) / 2 - 360) < 10
    assert "Check it" in page.locator(".drop").inner_text()


def test_several_files_at_once_are_none(visit: Open) -> None:
    page = visit().go("#/blood_cell", ".examples button")
    page.evaluate(
        """picture => { const data = new DataTransfer();
        for (const name of ['a.png', 'b.png'])
          data.items.add(new File([picture], name, {type: 'image/png'}));
        document.querySelector('.drop').dispatchEvent(
          new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }""",
        "x",
    )
    expect(page.locator(PROBLEM)).to_contain_text("one picture at a time")


def test_clearing_and_examples_take_the_photograph_away(visit: Open) -> None:
    for name in ("Start anew", "neutrophil, drawn"):
        page = open_picture(visit(), photograph(size=(800, 600)))
        page.wait_for_selector(".cropper .stage")
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(".cropper .stage")).to_have_count(0)
        assert page.locator("#value-picture").evaluate("field => field.value") == ""


def test_the_photograph_is_accessible_in_every_look(visit: Open) -> None:
    opened = visit()
    page = open_picture(opened, photograph(size=(1600, 1200)))
    page.locator(".place").nth(1).click()
    page.wait_for_selector(".sent img")
    require_every_look(opened, "photograph")


def test_a_refused_picture_is_accessible_in_every_look(visit: Open) -> None:
    opened = visit()
    page = open_picture(opened, DICOM)
    expect(page.locator(PROBLEM)).not_to_be_empty()
    require_every_look(opened, "dicom")


def test_a_map_is_drawn_openly_only_where_it_was_measured_to_say_something(
    visit: Open, registry: Registry
) -> None:
    explanation = registry.get("blood_cell").manifest.explanation
    won = explanation and explanation.trial and all(check.is_won for check in explanation.trial)
    page = visit().go("#/blood_cell", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons .sentence")
    assert page.locator(".reasons .heat").is_visible() is bool(won)
    if explanation and not explanation.trial:
        page.get_by_text("of which nobody measured").click()
        assert page.locator(".reasons .heat").is_visible()
        assert "speaks for it in the" in page.locator(".reasons figure").inner_text()
    assert " 0.0 points" not in page.locator(".reasons").inner_text()


def test_the_size_of_what_is_sent_does_not_grow_with_the_photograph(visit: Open) -> None:
    for size in ((400, 300), (3000, 4000)):
        page = open_picture(visit(), photograph(size=size))
        page.get_by_role("button", name="Place 1", exact=True).click()
        assert len(ask(page)) < 10_000


def test_nothing_of_a_picture_is_kept(visit: Open, tmp_path: Path) -> None:
    opened = visit()
    page = open_picture(opened, photograph(size=(800, 600)), "meier-19480203.jpg")
    page.locator(".place").first.click()
    ask(page)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert not [address for address in opened.asked if "meier" in address]
    opened.page.context.storage_state(path=tmp_path / "state.json")
    assert "meier" not in (tmp_path / "state.json").read_text()
