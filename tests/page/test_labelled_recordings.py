"""What an answer says of the times of a recording stands on the axis of its ECG paper."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.annotated_models import add_monitor
from tests.page.asking import answer_otherwise, ask_example, change_model
from tests.page.conftest import Open, Visit, serve
from tests.page.looks import require_every_look
from tests.waveform.recordings import draw

BEATS, RATE = 5_000, 100
CHOSEN = "all => all.map(one => +one.getAttribute('x') + one.getAttribute('width') / 2)"
# milliseconds until what a button does is drawn
PRESS = """async () => {
    const began = performance.now();
    [...document.querySelectorAll('.timeline-keys button')].at(1).click();
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - began;
}"""


@pytest.fixture(name="address", scope="module")
def _address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = tmp_path_factory.mktemp("added") / "models"
    add_monitor(models)
    yield from serve(create_app(Registry(models)))


def open_example(visit: Open, locale: str = "en-GB") -> Visit:
    opened = visit(locale=locale)
    opened.go("#/monitor", ".examples button")
    ask_example(opened.page)
    opened.page.wait_for_selector(".ecg-mark")
    return opened


def lengthen(page: Page) -> None:
    """As of an hour and a half with a beat in each second, read as one lead."""

    def alter(prediction: dict[str, Any]) -> None:
        labels = ("ventricular beat", "supraventricular beat", None)
        prediction["output"] = {
            "annotations": [
                {"time_seconds": i + 0.4, "label": labels[i % 3], "probability": 0.9}
                for i in range(BEATS)
            ],
            "left_out": 0,
            "counts": {"normal beat": 0, "ventricular beat": 1_667, "supraventricular beat": 1_667},
            "undecided": 1_666,
            "steps": BEATS,
            "start_seconds": 0.4,
            "end_seconds": BEATS - 0.6,
        }
        prediction.pop("explanation", None)

    samples = np.tile(np.rint(draw(RATE, 10, 1)[0] / 0.005).astype("<i2"), BEATS // 10)
    leads = {"II": {"int16": base64.b64encode(samples.tobytes()).decode(), "gain": 0.005}}

    def alter_drawing(route: Route) -> None:
        told = json.loads(route.fetch().text())
        told["drawing"] |= {"leads": leads, "sampling_rate": RATE, "recorded_rate": RATE}
        route.fulfill(json=told)

    answer_otherwise(page, alter)
    page.route("**/draw", alter_drawing)


def test_labels_stand_at_their_times_below_the_leads(visit: Open) -> None:
    opened = open_example(visit)
    page = opened.page
    said = page.locator(".annotation-list tbody th").all_inner_texts()
    assert len(said) == page.locator(".ecg-mark").count() >= 5
    marks = page.locator(".ecg-mark rect").evaluate_all(CHOSEN)
    assert sorted(marks) == pytest.approx([17 + 25 * float(one.split()[0]) for one in said])
    paper, lanes = page.locator(".answer .paper:has(.lanes) > svg").all()
    edges = "one => [one.getBoundingClientRect().left, one.getBoundingClientRect().right]"
    assert paper.evaluate(edges) == lanes.evaluate(edges)
    assert page.locator(".lanes .undecided .ecg-mark text").all_text_contents() == ["?"]
    assert page.locator(".timeline .lane svg").count() == 0  # one axis, not two
    assert opened.list_faults() == []


def test_the_keyboard_goes_from_label_to_label(visit: Open) -> None:
    page = open_example(visit).page
    said, paper = page.locator(".timeline-keys p"), page.locator(".answer .ecg .paper").first
    paper.focus()
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(said).to_contain_text("2 of ")
    page.keyboard.press("p")
    expect(said).to_contain_text("1 of ")
    # over the leads and over the lanes
    second = float(page.locator(".annotation-list .is-chosen").inner_text().split()[0])
    chosen = page.locator(".answer .chosen-time").evaluate_all(CHOSEN)
    assert chosen == pytest.approx([17 + 25 * second] * 2)
    # in the table, where the focus goes along
    page.locator(".annotation-list .is-chosen").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".annotation-list tr:nth-child(2) button:focus.is-chosen")).to_have_count(1)
    expect(said).to_contain_text("2 of ")


def test_times_and_labels_are_printed_with_their_paper(visit: Open) -> None:
    page = open_example(visit).page
    times = page.locator(".annotation-list tbody th").all_inner_texts()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    assert page.locator(".annotation-list tbody th").all_inner_texts() == times
    assert page.locator(".annotation-list .when").first.is_visible()
    assert page.locator(".timeline-keys").is_hidden()
    paper = page.locator(".answer .paper:has(.lanes)")
    assert paper.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    scroll = page.locator(".annotation-rows .scroll")
    assert scroll.evaluate("one => one.scrollHeight <= one.clientHeight + 1")


def test_what_is_chosen_is_brought_in_sight_however_close(visit: Open) -> None:
    page = open_example(visit).page
    paper = page.locator(".answer .ecg .paper").first
    paper.focus()
    for key in "++++n":
        page.keyboard.press(key)
    page.locator(".ecg-mark").last.dispatch_event("click")
    expect(page.locator(".ecg-mark.is-chosen")).to_have_count(1)
    box, mark = paper.bounding_box(), page.locator(".lanes .chosen-time").bounding_box()
    assert box
    assert mark
    assert box["x"] < mark["x"] < box["x"] + box["width"]
    # the lanes stay, however far down the leads go
    lanes = page.locator(".lanes").bounding_box()
    assert lanes
    assert lanes["y"] + lanes["height"] <= box["y"] + box["height"] + 1


def test_an_episode_is_as_long_as_it_lasted(visit: Open) -> None:
    def alter(prediction: dict[str, Any]) -> None:
        episode = {"start_seconds": 2, "end_seconds": 4, "label": None, "probability": None}
        prediction["output"] |= {"annotations": [episode], "start_seconds": 1, "end_seconds": 9}

    page = visit().go("#/monitor", ".examples button")
    windows = {"kind": "windows", "step_seconds": 1, "window_seconds": 1}
    change_model(page, lambda told: told["output"].update(time=windows))
    answer_otherwise(page, alter)
    page.reload()
    ask_example(page)
    page.wait_for_selector(".ecg-mark")
    box = "all => all.map(one => ['x', 'width'].map(it => Number(one.getAttribute(it))))"
    assert page.locator(".ecg-mark rect").evaluate_all(box) == [[17 + 50, 50]]
    assert page.locator(".ecg-mark text").text_content() == "?"
    # before and after what was looked at nobody knows
    unjudged = page.locator(".lanes .unjudged").evaluate_all(box)
    assert unjudged == [[17, 25], [17 + 225, 25]]


def test_five_thousand_beats_leave_the_page_quick(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/monitor", ".examples button")
    lengthen(page)
    ask_example(page)
    page.wait_for_selector(".ecg-mark")
    assert 0 < page.locator(".ecg-mark").count() < 100
    assert page.locator(".annotation-list tbody tr").count() == 50
    assert min(page.evaluate(PRESS) for _ in range(5)) < 100
    page.locator(".annotation-list tbody th button").last.click()
    page.locator(".annotation-list tbody th button").last.press("ArrowDown")
    expect(page.locator(".annotation-rows [role=status]")).to_have_text("51 to 100 of 5,000")
    expect(page.locator(".ecg-mark.is-chosen")).to_have_count(1)
    assert page.locator(".answer .paper").evaluate("one => one.scrollLeft") > 2_000
    assert opened.list_faults() == []


def test_where_the_recording_cannot_be_drawn_the_labels_still_are(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/monitor", ".examples button")
    page.route("**/draw", lambda route: route.abort())
    ask_example(page)
    page.wait_for_selector(".timeline .lane svg")
    assert page.locator(".timeline-keys").count() == 1


@pytest.mark.soak
def test_a_labelled_recording_is_accessible_in_every_look(visit: Open) -> None:
    opened = open_example(visit)
    opened.page.locator(".timeline-keys button").nth(1).click()
    require_every_look(opened, "answer-monitor")
