"""What is taken along of an answer: its foot, a copy, its print; and how a telephone shows it."""

import json
import re

import pytest

from tests.conftest import SHIPPED
from tests.page.asking import SMALLEST, ask, ask_example
from tests.page.conftest import Open, is_answer


def test_what_was_asked_stands_at_the_foot_with_its_units_and_can_be_copied(visit: Open) -> None:
    opened = visit()
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened.go("#/survival", ".examples button")
    ask_example(page)
    given = page.locator(".given-values").inner_text()
    assert re.search(r"age\s+67 years", given)
    assert re.search(r"kappa\s+1\.2 mg/dL", given)
    page.get_by_role("button", name="Copy").click()
    page.wait_for_function("() => document.querySelector('.provenance [role=status]').textContent")
    copied: str = page.evaluate("navigator.clipboard.readText()")
    lines = copied.splitlines()
    assert lines[0] == "Research use only, not for time-critical decisions"
    assert lines[1].startswith("Survival of people over 50")
    assert "6 in 100 people like this die within 5 years" in lines
    assert "kappa: 1.2 mg/dL" in lines
    assert "Never tested on people from elsewhere." in copied
    assert "people under 50" in copied
    assert re.search(r"Digest of the model folder: [0-9a-f]{64}", copied)
    assert re.search(r"Asked: \w+", copied)


def test_the_page_says_if_the_browser_forbids_copying(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})"
    )
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("The browser does not allow copying.").wait_for()


def test_on_a_telephone_the_form_folds_to_one_line_and_the_answer_comes_first(
    visit: Open,
) -> None:
    page = visit(width=390).go("#/survival", ".examples button")
    ask_example(page)
    assert not page.locator("form").is_visible()
    assert "The patient: 6 values" in page.locator(".fold").inner_text()
    assert page.evaluate("document.activeElement.classList.contains('answer')")
    page.evaluate("scrollTo(0, 900)")
    box = page.locator(".strip .stage").bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert box["height"] <= 60
    stays = page.locator(".strip .stage").inner_text()
    assert re.fullmatch(r"Research use only, .+ survival \d+\.\d+\.\d+", stays)
    page.get_by_role("button", name="change").click()
    assert page.locator("form").is_visible()
    assert page.evaluate("document.activeElement.closest('form') !== null")
    ask(page, age="70")
    assert not page.locator("form").is_visible()
    assert re.search(r"age\s+70 years", page.locator(".given-values").inner_text())


def test_a_refusal_leaves_the_form_open_on_a_telephone(visit: Open) -> None:
    page = visit(width=390).go("#/survival", ".examples button")
    ask_example(page)
    page.get_by_role("button", name="change").click()
    page.locator("#value-age").fill("167")
    page.locator("button[type=submit]").click()
    page.wait_for_selector(".failure")
    assert page.locator("#value-age").is_visible()


@pytest.mark.parametrize(
    "model", [one for one in SHIPPED if one != "chemo_dose"]
)  # whose print is its own
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_an_answer_is_printed_at_nine_points_or_more(visit: Open, model: str, locale: str) -> None:
    page = visit(locale).go(f"#/{model}", ".examples button")
    ask_example(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1047})
    for part in (".strip", ".verdict", ".believe", ".reasons", ".given-values"):
        assert page.locator(part).first.is_visible(), part
    assert page.evaluate(SMALLEST) >= 8.99
    printed = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_every_horizon_is_printed(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    with page.expect_response(is_answer) as told:
        ask_example(page)
    risk = told.value.json()["predictions"][0]["output"]["risk"]
    page.emulate_media(media="print")
    shown = page.locator(".horizons").inner_text()
    for share in risk.values():
        assert f"{100 * share:.1f}".removesuffix(".0") + "%" in shown


def test_at_twice_the_size_the_strip_leaves_room_to_read(visit: Open) -> None:
    page = visit(width=640).go("#/survival", ".examples button")
    page.set_viewport_size({"width": 640, "height": 400})
    ask_example(page)
    page.evaluate("scrollTo(0, 900)")
    box = page.locator(".strip .stage").bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert box["height"] <= 60


def test_nothing_of_an_answer_is_kept(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.hash])")
    assert json.loads(kept) == [{}, {}, "#/survival"]
