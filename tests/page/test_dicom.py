"""A DICOM on the page: read and drawn by the service, for a model with random weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.model.dicoms import draw, make, write
from tests.model.radiographs import radiograph, write_model
from tests.model.test_tiff import write as write_tiff
from tests.page.conftest import SCREENSHOTS, Open, Visit, is_answer, serve
from tests.page.looks import require_every_look

NAME = "radiograph_random"
PROBLEM = "#value-picture-problem"


@pytest.fixture(scope="module", name="at")
def _at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = tmp_path_factory.mktemp("models")
    write_model(models)
    yield from serve(create_app(Registry(models)))


def open_file(opened: Visit, content: bytes, name: str = "IM0001") -> Page:
    page = opened.go(f"#/{NAME}", ".examples button")
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#value-picture").set_input_files(file)  # type: ignore[arg-type]
    return page


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", ("How the file was read", "inverted", "not stated")),
        ("zh-CN", ("文件的读取方式", "已反转", "未说明")),
    ],
)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_dicom_is_shown_and_said_before_it_is_asked_about(
    visit: Open, at: str, locale: str, words: tuple[str, ...], width: int
) -> None:
    opened = visit(locale, width=width, at=at)
    content = radiograph(
        5, edge=400, PhotometricInterpretation="MONOCHROME1", PixelSpacing=[0.2, 0.2]
    )
    page = open_file(opened, content)
    page.wait_for_selector(".read-picture img")
    told = page.locator(".read-picture").inner_text()
    assert all(word in told for word in words)
    assert page.locator(".read-picture li").count() == 6
    assert page.locator(".read-picture img").evaluate("one => one.naturalWidth") == 400
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"dicom-{locale}-{width}.png", full_page=True)
    with page.expect_response(is_answer) as asked:
        page.locator("form button[type=submit]").click()
    assert asked.value.ok, asked.value.text()
    page.wait_for_selector(".reasons figure, .reasons details")
    page.locator(".reasons summary").first.click()
    page.wait_for_selector(".heat img")
    assert page.locator(".heat svg").get_attribute("viewBox") == "0 0 400 400"
    assert page.locator(".heat img").evaluate("one => one.naturalWidth") == 400
    page.screenshot(path=SCREENSHOTS / f"dicom-answer-{locale}-{width}.png", full_page=True)
    assert "IM0001" not in page.content()
    assert opened.list_faults() == []


def test_an_example_that_is_a_dicom_is_drawn_too(visit: Open, at: str) -> None:
    opened = visit(at=at)
    page = opened.go(f"#/{NAME}", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".read-picture img")
    assert opened.list_faults() == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (radiograph(Modality="CT"), "a DICOM file of modality CT: this model takes CR, DX"),
        (radiograph()[:-500], "a damaged or truncated DICOM file"),
        (radiograph(edge=1400), "more than 3.7 MB"),
    ],
)
def test_what_cannot_be_read_is_said_at_once(
    visit: Open, at: str, content: bytes, sentence: str
) -> None:
    opened = visit(at=at)
    page = open_file(opened, content)
    expect(page.locator(".drop .problem", has_text=sentence)).to_be_visible()
    assert opened.list_faults() == []


def test_why_there_will_be_no_answer_is_said_before_it_is_asked_for(visit: Open, at: str) -> None:
    made = make(draw(100, 100), BitsStored=12)
    page = open_file(visit(at=at), write(made))
    expect(page.locator(".read-picture .unsure")).to_contain_text("the file states no window")


def test_a_tiff_of_16_bits_goes_as_it_is(visit: Open, at: str) -> None:
    page = open_file(visit(at=at), write_tiff(draw(64, 64)))
    page.wait_for_selector(".read-picture img")
    with page.expect_response(is_answer) as asked:
        page.locator("form button[type=submit]").click()
    assert asked.value.ok


def test_a_dicom_is_accessible_in_every_look(visit: Open, at: str, tmp_path: Path) -> None:
    del tmp_path
    opened = visit(at=at)
    page = open_file(opened, radiograph(5, edge=300, BurnedInAnnotation="YES"))
    page.wait_for_selector(".read-picture img")
    assert "burnt into the picture" in page.locator(".read-picture .unsure").inner_text()
    require_every_look(opened, "dicom-read")
