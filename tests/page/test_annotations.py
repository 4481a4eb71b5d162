"""Labels at times of a record, as a reader has them before them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.annotated_models import add_ectopy, add_renal, add_rhythm
from tests.page.asking import answer_otherwise, ask, ask_example
from tests.page.conftest import Open, Visit, serve
from tests.page.files import ask as ask_file
from tests.page.files import choose, save_csv
from tests.page.looks import require_every_look

OPEN = "() => document.querySelectorAll('main details').forEach(one => {one.open = true})"
BAND, ROWS = ".timeline .lane svg", ".annotation-list tbody tr"
LONG, HOURS = 5_000, 24


@pytest.fixture(name="address", scope="module")
def _address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = tmp_path_factory.mktemp("added") / "models"
    for add in (add_rhythm, add_ectopy, add_renal):
        add(models)
    yield from serve(create_app(Registry(models)))


def open_example(visit: Open, model: str, locale: str = "en-GB") -> Visit:
    opened = visit(locale=locale)
    opened.go(f"#/{model}", ".examples button")
    ask_example(opened.page)
    return opened


def lengthen(prediction: dict[str, Any]) -> None:
    """As of a day with more ectopic beats than are listed."""
    at = [round(i * 17.25, 2) for i in range(LONG)]
    labels = ("ventricular beat", "supraventricular beat", None)
    prediction["output"] = {
        "annotations": [
            {"time_seconds": time, "label": labels[i % 7 % 3], "probability": 0.9}
            for i, time in enumerate(at)
        ],
        "left_out": 12,
        "counts": {"normal beat": 90_000, "ventricular beat": 3_000, "supraventricular beat": 1},
        "undecided": 700,
        "steps": 93_701,
        "start_seconds": 0.0,
        "end_seconds": HOURS * 3600.0,
    }


@pytest.mark.parametrize("model", ["rhythm", "ectopy", "renal"])
def test_answers_are_accessible_and_have_room_in_every_look(visit: Open, model: str) -> None:
    opened = open_example(visit, model)
    opened.page.wait_for_selector(BAND)
    require_every_look(opened, f"answer-{model}", OPEN)
    assert opened.list_faults() == []


def test_a_day_of_beats_is_accessible_and_has_room(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/ectopy", ".examples button")
    answer_otherwise(page, lengthen)
    ask_example(page)
    page.wait_for_selector(BAND)
    require_every_look(opened, "answer-ectopy-day", OPEN)
    assert opened.list_faults() == []


@pytest.mark.parametrize(
    ("locale", "verdict", "judged"),
    [
        ("en-GB", "fast 2 · pause 1", "Among 8 windows, from 0 s to 8 s of the record."),
        ("zh-CN", "快速 2 · 停搏 1", "共判读 8 个窗口，自记录的 0 秒 至 8 秒。"),
    ],
)
def test_what_was_found_is_told_and_drawn(
    visit: Open, locale: str, verdict: str, judged: str
) -> None:
    page = open_example(visit, "rhythm", locale).page
    assert page.locator(".verdict").first.inner_text() == verdict
    assert page.locator(".told .rank").inner_text().strip() == judged
    page.wait_for_selector(BAND)
    lanes = page.locator(".timeline .lane-label").all_inner_texts()
    assert [lane.split()[-1] for lane in lanes[:2]] == verdict.replace(" 2", "").replace(
        " 1", ""
    ).split(" · ")
    cells = [row.split("\t") for row in page.locator(ROWS).all_inner_texts()]
    assert len(cells) == 2
    assert cells[0][0].split()[0] == "2"


def test_an_episode_is_drawn_at_its_time(visit: Open) -> None:
    page = open_example(visit, "rhythm").page
    page.wait_for_selector(BAND)
    ground, mark = (
        page.locator(f".timeline .lane >> nth=0 >> {one}").first.bounding_box()
        for one in (".ground", ".mark-of-label rect")
    )
    assert ground
    assert mark
    share = (mark["x"] - ground["x"]) / ground["width"]
    assert abs(share - 2 / 8) < 0.01
    assert abs(mark["width"] / ground["width"] - 2 / 8) < 0.01


@pytest.mark.parametrize(
    ("locale", "said", "undecided"),
    [
        ("en-GB", "No failing among 4 windows", "2 windows are undecided: no label is likely"),
        ("zh-CN", "4 个窗口中未见衰竭", "2 个窗口未定：没有足够可能的标签。"),
    ],
)
def test_that_nothing_was_found_is_not_called_normal(
    visit: Open, locale: str, said: str, undecided: str
) -> None:
    page = open_example(visit, "renal", locale).page
    page.wait_for_selector(BAND)
    assert undecided in page.locator(".told").inner_text()
    ask(page, creatinine="1", glucose="100")
    assert page.locator(".verdict").first.inner_text() == said
    assert page.locator(BAND).count() == 0
    answer = page.locator(".answer").inner_text().lower()
    assert not any(word in answer for word in ("normal", "healthy", "正常", "健康"))


def press(page: Page, name: str) -> None:
    """By the keyboard."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_annotations_are_walked_through_by_the_keyboard(visit: Open) -> None:
    page = open_example(visit, "ectopy").page
    page.wait_for_selector(BAND)
    said = page.locator(".timeline-keys p")
    press(page, "Next")
    assert said.inner_text() == "1 of 2: ventricular beat, 1.85 s"
    press(page, "Next")
    assert said.inner_text() == "2 of 2: supraventricular beat, 3.15 s"
    assert page.get_by_role("button", name="Next", exact=True).is_disabled()
    assert page.locator(".annotation-list .is-chosen").inner_text().startswith("3.15 s")
    before = page.locator(".timeline .axis text").all_inner_texts()
    press(page, "Zoom in")
    after = page.locator(".timeline .axis text").all_inner_texts()
    assert before != after
    press(page, "Zoom out")
    assert page.locator(".timeline .axis text").all_inner_texts() == before


def test_of_a_long_list_fifty_are_shown_at_once_and_what_is_left_out_is_told(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/ectopy", ".examples button")
    answer_otherwise(page, lengthen)
    ask_example(page)
    page.wait_for_selector(BAND)
    assert page.locator(ROWS).count() == 50
    press(page, "Next page")
    assert page.locator(ROWS).count() == 50
    assert page.locator(".annotation-rows [role=status]").inner_text() == "51 to 100 of 5,000"
    told = page.locator(".timeline .help").inner_text()
    assert told.startswith("Only the first 5,000 are listed, up to 23:57:")
    assert "12 more are counted" in told
    assert page.locator(".timeline .mark-of-label").count() < 2_500
    assert page.locator(".timeline .unjudged").count() > 0


@pytest.mark.parametrize(
    ("locale", "heads"),
    [("en-GB", ["annotations", "count", "undecided"]), ("zh-CN", ["标注", "未定"])],
)
def test_a_file_is_answered_in_columns(
    visit: Open, tmp_path: Path, locale: str, heads: list[str]
) -> None:
    opened = visit(locale=locale)
    page = opened.go("#/renal/file", "#file")
    choose(page, tmp_path, "id,creatinine [mg/dL],glucose [mg/dL]\na,4.5,100\nb,1,100\n")
    ask_file(page)
    shown = page.locator(".results").inner_text().lower()
    assert [head for head in heads if head not in shown] == []
    if locale == "en-GB":
        first, second = save_csv(page)
        assert first["annotations"] == "0-172800 s ?; 172800-345600 s failing"
        assert (first["count_failing"], first["left_out"]) == ("2", "0")
        assert (second["annotations"], second["count_steady"]) == ("", "4")
    assert opened.list_faults() == []


def test_what_is_copied_names_what_was_found(visit: Open) -> None:
    opened = open_example(visit, "rhythm")
    opened.page.wait_for_selector(BAND)
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.page.get_by_role("button", name="Copy").click()
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert "fast 2 · pause 1" in copied
    assert "Among 8 windows" in copied
