"""A recording from a file, drawn as ECG paper, asked about and explained."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.page.asking import choose_language
from tests.page.conftest import Open, Visit, serve
from tests.page.looks import require_every_look
from tests.waveform.models import write_model
from tests.waveform.recordings import LEADS, SECRET, draw, write_csv, write_dicom, write_edf

COLUMNS = "3 \u00d7 4 with rhythm strip"


@pytest.fixture(scope="module", name="ecg_address")
def _ecg_address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assert browser
    models = tmp_path_factory.mktemp("models")
    write_model(models)
    yield from serve(create_app(Registry(models)))


@pytest.fixture(name="opened")
def _opened(visit: Open, ecg_address: str) -> Visit:
    opened = visit(at=ecg_address)
    opened.page.set_default_timeout(20_000)
    opened.page.goto(f"{ecg_address}/#/ecg")
    opened.page.wait_for_selector("#value-recording", state="attached")
    return opened


def choose(page: Page, folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.write_bytes(content)
    page.set_input_files("#value-recording", path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.edf", write_edf(draw(250), 250), "EDF: 12 leads, 10 s, recorded at 250 Hz"),
        ("a.dcm", write_dicom(draw()), "DICOM: 12 leads, 10 s, recorded at 500 Hz"),
        ("a.csv", write_csv(draw()), "CSV: 12 leads, 10 s, recorded at 500 Hz"),
    ],
)
def test_a_file_is_drawn_before_it_is_asked_about(
    opened: Visit, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    page = opened.page
    choose(page, tmp_path, name, content)
    expect(page.locator(".drop .lead")).to_contain_text(said)
    expect(page.locator(".ecg svg text:not(.time)")).to_have_text([*LEADS])
    assert SECRET not in page.content()
    page.click("form button[type=submit]")
    expect(page.locator("[aria-labelledby=answer]")).to_contain_text("sinus rhythm")
    expect(page.locator(".reasons .ecg svg")).to_have_count(1)
    assert page.locator(".reasons .ecg rect.up, .reasons .ecg rect.down").count() == 12 * 25
    assert re.search(r"lead \w+, [\d.]+ to [\d.]+ s", page.inner_text(".reasons"))
    assert opened.list_faults() == []


def test_the_drawing_is_to_scale(opened: Visit, tmp_path: Path) -> None:
    """25 mm/s and 10 mm/mV: the pulse is 1 mV, and a lead of 1 mV is as high as it."""
    page, samples = opened.page, draw() * 0
    samples[:, ::2] = 0.01
    samples[0, 2500] = 1.0
    choose(page, tmp_path, "a.csv", write_csv(samples))
    page.wait_for_selector(".ecg svg")
    pulse, trace = page.eval_on_selector_all(
        ".ecg svg g:first-of-type path.trace",
        "all => all.map(one => one.getBBox()).map(({width, height}) => ({width, height}))",
    )[:2]
    assert pulse["height"] == pytest.approx(10, abs=0.01)
    assert pulse["width"] == pytest.approx(7, abs=0.01)
    assert trace["height"] == pytest.approx(10, abs=0.05)
    assert trace["width"] == pytest.approx(250, abs=0.1)


def test_the_paper_is_zoomed_and_moved_by_keyboard(opened: Visit, tmp_path: Path) -> None:
    page = opened.page
    choose(page, tmp_path, "a.csv", write_csv(draw()))
    paper = page.locator(".ecg .paper")
    paper.focus()
    width = "one => one.scrollWidth"
    before = paper.evaluate(width)
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert paper.evaluate(width) > 1.8 * before
    centre = "one => (one.scrollLeft + one.clientWidth / 2) / one.scrollWidth"
    at = paper.evaluate(centre)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "at => { const one = document.querySelector('.ecg .paper');"
        "return (one.scrollLeft + one.clientWidth / 2) / one.scrollWidth > at }",
        arg=at,
    )
    page.keyboard.press("0")
    assert paper.evaluate(width) == before
    page.get_by_role("button", name="Larger").click()
    assert paper.evaluate(width) > before


def test_an_example_is_drawn_asked_about_and_explained(opened: Visit) -> None:
    page = opened.page
    page.get_by_role("button", name="Drawn, of nobody").click()
    expect(page.locator(".reasons .ecg svg")).to_have_count(1)
    expect(page.locator(".drop .ecg svg")).to_have_count(1)
    page.locator(".reasons .ecg summary").click()
    table = page.locator(".reasons .ecg table")
    expect(table.locator("tbody tr")).to_have_count(25)


def test_what_is_wrong_is_said_at_the_field(opened: Visit, tmp_path: Path) -> None:
    page = opened.page
    choose(page, tmp_path, "a.edf", write_edf(draw())[:50_000])
    problem = page.locator("#value-recording-problem")
    expect(problem).to_contain_text("truncated EDF file")
    choose(page, tmp_path, "a.csv", write_csv(draw()[:10], names=LEADS[:10]))
    expect(problem).to_contain_text("is required, and is not in the recording (V5, V6)")
    choose_language(page, "中文")
    expect(problem).to_contain_text("为必需导联")


def test_what_a_table_does_not_say_is_stated_beside_it(opened: Visit, tmp_path: Path) -> None:
    page = opened.page
    choose(page, tmp_path, "a.csv", write_csv(draw(), time=False).replace(b" [mV]", b""))
    expect(page.locator("#value-recording-problem")).to_contain_text("does not say its sampling")
    page.get_by_label("Sampling rate in Hz").fill("500")
    page.get_by_label("Unit").select_option("mV")
    expect(page.locator(".drop .lead")).to_contain_text("CSV: 12 leads, 10 s")
    page.click("form button[type=submit]")
    expect(page.locator("[aria-labelledby=answer]")).to_contain_text("sinus rhythm")


def test_a_recording_has_room_in_every_look(opened: Visit, tmp_path: Path) -> None:
    page = opened.page
    choose(page, tmp_path, "a.edf", write_edf(draw(250), 250))
    page.click("form button[type=submit]")
    page.wait_for_selector(".reasons .ecg svg")
    require_every_look(opened, "recording")


def choose_layout(page: Page, name: str) -> None:
    """By the keyboard."""
    page.get_by_role("button", name=name, exact=True).first.focus()
    page.keyboard.press("Enter")


def list_starts(page: Page) -> dict[str, tuple[int, int]]:
    """Per lead of the form's paper its row, by its height, and the second at which it begins."""
    boxes = page.locator(".drop .ecg svg g").evaluate_all(
        """all => all.map(one => {
            const box = one.querySelector('path.trace:last-of-type').getBBox();
            const [left, base] = one.querySelector('path.trace:last-of-type')
                .getAttribute('transform').match(/[\\d.]+/g).map(Number);
            return [one.querySelector('text').textContent, base, (left + box.x - 17) / 25];
        })"""
    )
    rows = sorted({base for _, base, _ in boxes})
    return {
        f"{name}{rows.index(base)}": (rows.index(base), round(at, 1)) for name, base, at in boxes
    }


def test_twelve_leads_are_laid_out_as_clinicians_know_them_and_that_is_remembered(
    opened: Visit, tmp_path: Path
) -> None:
    page = opened.page
    choose(page, tmp_path, "a.csv", write_csv(draw()))
    page.wait_for_selector(".drop .ecg svg")
    assert list_starts(page)["V611"] == (11, 0)
    choose_layout(page, COLUMNS)
    columns = (("I", "II", "III"), ("aVR", "aVL", "aVF"), ("V1", "V2", "V3"), ("V4", "V5", "V6"))
    told = {
        f"{name}{row}": (row, 2.5 * column)
        for column, names in enumerate(columns)
        for row, name in enumerate(names)
    }
    assert list_starts(page) == told | {"II3": (3, 0)}
    assert "Four columns of 2.5 s" in page.locator(".drop .ecg .help").inner_text()
    assert page.evaluate("({...localStorage})") == {"ecg": "columns"}
    page.click("form button[type=submit]")
    expect(page.locator(".reasons .ecg svg g")).to_have_count(13)  # every paper, at once
    page.reload()
    choose(page, tmp_path, "a.csv", write_csv(draw()))
    expect(page.locator(".drop .ecg svg g")).to_have_count(13)
    choose_layout(page, "One lead a row")
    expect(page.locator(".drop .ecg svg g")).to_have_count(12)


@pytest.mark.parametrize("layout", ["One lead a row", COLUMNS])
def test_both_layouts_are_printed_whole(opened: Visit, layout: str) -> None:
    page = opened.page
    page.get_by_role("button", name="Drawn, of nobody").click()
    expect(page.locator(".reasons .ecg svg")).to_have_count(1)
    choose_layout(page, layout)
    for _ in range(2):
        page.get_by_role("button", name="Larger").last.click()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    paper = page.locator(".reasons .ecg .paper")
    assert paper.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    assert paper.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert page.locator(".reasons .ecg .tools").is_hidden()


def test_leads_that_are_not_the_twelve_have_one_layout(visit: Open, tmp_path: Path) -> None:
    models = tmp_path / "models"
    write_model(models, leads=[{"name": "II"}, {"name": "V5"}])
    serving = serve(create_app(Registry(models)))
    opened = visit(at=next(serving))
    page = opened.go("#/ecg", ".examples button")
    page.locator(".examples button").click()
    page.wait_for_selector(".drop .ecg svg")
    assert page.locator(".ecg .layouts").count() == 0
    next(serving, None)
