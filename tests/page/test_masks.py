"""A mask is drawn over its picture and told in a table: by keyboard, on paper, in two languages."""

import base64
import json
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from medmaas.api.app import create_app
from medmaas.model.outputs.drawing import draw_mask, draw_shades
from medmaas.model.registry import Registry
from tests.conftest import ROOT
from tests.masks import (
    add_model,
    export_unet,
    fit_unet,
    invent_cells,
    read_png,
    write_png,
    write_shades,
)
from tests.model.dicoms import make, write
from tests.page.asking import ask_example
from tests.page.conftest import SCREENSHOTS, Open, is_answer, serve
from tests.page.looks import AXE, FIND, LAID_OUT, RULES

NODE = ROOT / ".venv" / "bin" / "node"
SIDE = 64
SHADES = {
    "threshold": {"value": 0.5, "chosen": "by hand"},
    "objects": {"connectivity": 8, "smallest": 3},
    "pixel_spacing": [0.5, 0.25],
    "uncertainty": {"tensor": "doubt", "measure": "4 p (1 - p)", "high": 1},
}
# how many pixels of the drawing over the picture are of which colour
COUNT = """canvas => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const counts = {};
  for (let i = 0; i < data.length; i += 4) {
    const key = data[i + 3] ? [...data.slice(i, i + 3)].join(' ') : 'none';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}"""
GREEN = "0 158 115"


@pytest.fixture(name="address", scope="module")
def _address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fitted U-Net, and a graph whose answers are known."""
    models = tmp_path_factory.mktemp("page") / "models"
    models.mkdir()
    rng = np.random.default_rng(0)
    made = [invent_cells(rng, SIDE) for _ in range(48)]
    pictures, masks = map(np.stack, zip(*made, strict=True))
    graph = export_unet(fit_unet(pictures, masks, steps=50), SIDE)
    zh = {
        "Cells in a picture": "图像中的细胞", "nucleus": "细胞核", "ground": "背景",
    }  # fmt: skip
    more: Any = {"translations": {"zh": zh}}
    add_model(models, graph, "unet", side=SIDE, output={"objects": {}}, **more)
    add_model(models, write_shades(SIDE), "shades", side=SIDE, output=SHADES, **more)
    takes = {
        "kind": "image", "tensor": "pixels", "height": SIDE, "width": SIDE, "mode": "L",
        "layout": "NCHW", "dicom": {"modalities": ["DX"]},
    }  # fmt: skip
    threshold = {"threshold": SHADES["threshold"]}
    add_model(models, write_shades(SIDE), "dicom", side=SIDE, output=threshold, input=takes)
    yield from serve(create_app(Registry(models)))


def ask(visit: Open, address: str, model: str, **looks: Any) -> Page:
    page: Page = visit(at=address, **looks).go(f"#/{model}", ".examples")
    ask_example(page)
    page.wait_for_selector(".masked canvas")
    return page


def count(page: Page) -> dict[str, int]:
    """Pixels by colour, once the drawing no longer changes."""
    before: dict[str, int] = {}
    while (counted := page.locator(".masked canvas").evaluate(COUNT)) != before:
        before = counted
        page.wait_for_timeout(100)
    return before


@pytest.mark.parametrize("model", ["unet", "shades"])
def test_the_drawing_has_as_many_pixels_as_the_table_tells(
    visit: Open, address: str, model: str
) -> None:
    page = ask(visit, address, model)
    cells = page.locator("table.areas tbody td").all_inner_texts()
    pixels = int(cells[1].replace(",", ""))
    assert pixels > 100
    assert count(page) == {"none": SIDE * SIDE - pixels, GREEN: pixels}
    assert page.locator("table.areas tbody th").inner_text() == "nucleus"
    assert int(cells[-1]) >= 1
    if model == "shades":
        assert float(cells[2].replace(",", "")) == pytest.approx(pixels / 8, rel=1e-3)


def test_a_class_is_hidden_contours_and_uncertainty_are_shown_by_keyboard(
    visit: Open, address: str
) -> None:
    page = ask(visit, address, "shades")
    filled = count(page)[GREEN]
    page.get_by_role("checkbox", name="nucleus").focus()
    page.keyboard.press("Space")
    assert count(page) == {"none": SIDE * SIDE}
    page.keyboard.press("Space")
    page.get_by_role("radio", name="Areas").focus()
    page.keyboard.press("ArrowDown")
    assert 0 < count(page)[GREEN] < filled
    page.keyboard.press("ArrowDown")
    assert "200 50 155" in "".join(count(page)) or "none" in count(page)
    expect(page.get_by_text("Clear is 0, full colour is 1.")).to_be_visible()
    slider = page.locator(".masked input[type=range]")
    slider.focus()
    page.keyboard.press("End")
    assert page.locator(".masked canvas").evaluate("one => one.style.opacity") == "1"


def test_a_map_of_any_depth_is_read_as_pillow_writes_it() -> None:
    rng = np.random.default_rng(0)
    down, across = np.mgrid[:45, :37]
    maps = [rng.integers(0, labels, (7, 13), np.uint8) for labels in (2, 3, 4, 9, 200)]
    maps += [(down + across).astype(np.uint8), (down * across % 251).astype(np.uint8)]
    files = [draw_mask(one, int(one.max()) + 1, 0) for one in maps]
    files += [draw_shades(one) for one in maps]
    asked = json.dumps([base64.b64encode(file).decode() for file in files])
    command = [str(NODE if NODE.exists() else "node"), "maps.mjs"]
    done = subprocess.run(
        command, cwd=Path(__file__).parent, input=asked, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == [one.ravel().tolist() for one in [*maps, *maps]]


def test_every_filter_of_png_is_undone() -> None:
    """Pillow chooses filters by itself: here each row has one of its own."""
    rng = np.random.default_rng(1)
    values, rows = rng.integers(0, 256, (10, 6)), bytearray()
    before = np.zeros(6, int)
    for number, row in enumerate(values):
        kind, left, corner = number % 5, np.r_[0, row[:-1]], np.r_[0, before[:-1]]
        sums = left + before - corner
        apart = np.abs(sums - np.stack([left, before, corner]))
        paeth = np.choose(apart.argmin(0), [left, before, corner])
        guess = [0 * row, left, before, (left + before) // 2, paeth][kind]
        rows += bytes([kind, *((row - guess) % 256).tolist()])
        before = row
    chunks = [
        b"IHDR" + struct.pack(">IIBBBBB", 6, 10, 8, 0, 0, 0, 0),
        *(b"IDAT" + part for part in (zlib.compress(rows)[:9], zlib.compress(rows)[9:])),
        b"IEND",
    ]
    file = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks
    )
    content = base64.b64encode(file).decode()
    np.testing.assert_array_equal(read_png(content), values)  # Pillow agrees that it is one
    command = [str(NODE if NODE.exists() else "node"), "maps.mjs"]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parent,
        input=json.dumps([content]),
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == [values.ravel().tolist()]


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_mask_is_well_laid_out_in_both_languages(
    visit: Open, address: str, locale: str, width: int
) -> None:
    page = ask(visit, address, "shades", locale=locale, width=width)
    assert page.evaluate(LAID_OUT) == []
    page.evaluate(AXE.read_text())
    assert page.evaluate(FIND, RULES) == []
    SCREENSHOTS.mkdir(exist_ok=True)
    page.locator(".answer").screenshot(path=SCREENSHOTS / f"mask_{locale[:2]}_{width}.png")
    if locale == "zh-CN":
        assert "占图像比例" in page.locator(".answer").inner_text()
        assert "细胞核" in page.locator("table.areas").inner_text()


def test_print_keeps_the_mask_and_its_key(visit: Open, address: str) -> None:
    page = ask(visit, address, "unet")
    page.emulate_media(media="print")
    assert page.locator(".masked canvas").is_visible()
    assert page.get_by_text("nucleus", exact=True).first.is_visible()
    assert not page.locator(".masked .slider").is_visible()
    Path(SCREENSHOTS).mkdir(exist_ok=True)
    page.locator(".answer").screenshot(path=SCREENSHOTS / "mask_print.png")


def test_a_part_that_the_page_made_smaller_has_no_area_in_mm2(visit: Open, address: str) -> None:
    """The service sees a picture of its own size; only the page knows that it is no such one."""
    page = visit(at=address).go("#/shades", ".examples")
    wide = np.full((256, 600), 30, np.uint8)
    wide[60:200, 80:220] = 220
    file: Any = {
        "name": "wide.png",
        "mimeType": "image/png",
        "buffer": base64.b64decode(write_png(wide)),
    }
    page.locator("#value-picture").set_input_files(file)
    page.wait_for_selector(".cropper, .sent")
    if page.locator(".sent").count() == 0:
        page.locator(".cropper .stage").click(position={"x": 60, "y": 50})
        page.wait_for_selector(".sent")
    with page.expect_response(is_answer) as told:
        page.locator("button[type=submit]").click()
    (prediction,) = told.value.json()["predictions"]
    assert prediction["output"]["areas"][0]["mm2"] is not None
    page.wait_for_selector(".masked canvas")
    heads = page.locator("table.areas thead th").all_inner_texts()
    assert "Pixels" in heads
    assert "Area in mm²" not in heads
    assert "nobody says how large a pixel is" in page.locator(".answer").inner_text()


def test_a_mask_lies_over_a_dicom_as_the_service_draws_it(visit: Open, address: str) -> None:
    """No browser shows the file, and the drawing of a large one has fewer pixels than it."""
    page = visit(at=address).go("#/dicom", ".examples")
    shades = np.full((1_200, 1_500), 30, np.uint8)
    shades[300:900, 450:1_050] = 220
    content = write(make(shades, PixelSpacing=[0.1, 0.1]))
    file: Any = {"name": "IM1", "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#value-picture").set_input_files(file)
    page.wait_for_selector(".read-picture img")
    with page.expect_response(is_answer) as told:
        page.locator("form button[type=submit]").click()
    (prediction,) = told.value.json()["predictions"]
    (area,) = prediction["output"]["areas"]
    assert area["mm2"] == pytest.approx(60 * 60, rel=0.05)
    page.wait_for_selector(".masked canvas")
    assert page.locator(".masked .stage img").evaluate("one => one.naturalWidth") == 1_024
    page.wait_for_function("document.querySelector('.masked canvas').style.left == '10%'")
    assert page.locator(".masked canvas").evaluate("one => one.style.width") == "80%"
    assert "Area in mm²" in page.locator("table.areas thead th").all_inner_texts()
