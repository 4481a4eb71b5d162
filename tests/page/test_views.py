"""Every view in both languages and themes: accessible, at home on a telephone, and discreet."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, SHIPPED
from tests.page.conftest import Open
from tests.page.looks import require_every_look

OPEN = "() => document.querySelectorAll('.answer details').forEach(one => {one.open = true})"


@pytest.mark.parametrize("model", SHIPPED)
def test_every_answer_is_accessible(visit: Open, model: str) -> None:
    opened = visit()
    page = opened.go(f"#/{model}", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons")
    require_every_look(opened, model, OPEN)
    assert opened.list_faults() == []


@pytest.mark.parametrize("view", ["", "survival/card", "chemo_dose/card", "survival/file"])
def test_every_other_view_is_accessible(visit: Open, view: str) -> None:
    opened = visit()
    page = opened.go(f"#/{view}", ".entry, .panel")
    if view.endswith("file"):
        page.locator("#file").set_input_files(ROOT / "examples" / "patients.csv")
        page.wait_for_selector("h4")
    require_every_look(opened, view.replace("/", "-") or "catalogue")
    assert opened.list_faults() == []


def test_abstentions_and_refusals_are_accessible(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/survival", ".examples button")
    page.locator(".examples button").last.click()
    page.wait_for_selector(".doubt.stop")
    require_every_look(opened, "abstained")
    page.locator(".fold button").click()  # the last look is that of a telephone
    page.locator("#value-age").fill("167")
    page.locator("button[type=submit]").click()
    page.wait_for_selector(".failure")
    require_every_look(opened, "refused")


def test_the_browser_chooses_the_language_and_a_person_may_change_it(visit: Open) -> None:
    page = visit("zh-CN").go("#/survival", ".examples button")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.get_by_role("button", name="询问").is_visible()
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("button", name="Ask").is_visible()


def test_both_languages_have_the_same_words() -> None:
    def list_keys(words: dict[str, object], path: str = "") -> set[str]:
        return {
            key
            for name, value in words.items()
            for key in (
                list_keys(value, f"{path}{name}.") if isinstance(value, dict) else {path + name}
            )
        }

    locales = ROOT / "page" / "locales"
    english, chinese = (
        list_keys(json.loads((locales / f"{language}.json").read_text()))
        for language in ("en", "zh")
    )
    assert english == chinese


def test_a_patient_is_asked_about_by_the_keyboard_alone(visit: Open) -> None:
    page = visit().go("", ".entry")

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        pytest.fail(f"{selector} is not reached by the Tab key")

    tab_to("a[href='#/survival']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".examples button")
    for name, text in (
        ("age", "67"),
        ("sex", "F"),
        ("creatinine", "1.1"),
        ("kappa", "1.2"),
        ("lambda", "1.5"),
        ("mgus", "n"),
    ):
        tab_to(f"#value-{name}")
        page.keyboard.type("f" if name == "sex" else text)
    tab_to("button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".reasons")
    tab_to(".what-if summary")
    page.keyboard.press("Enter")
    tab_to(".sliders input")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".what-if-answer .figures")


def test_the_page_asks_nothing_of_any_other_origin(visit: Open) -> None:
    opened = visit()
    for model in SHIPPED:
        page = opened.go(f"#/{model}", ".examples button")
        page.locator(".examples button").first.click()
        page.wait_for_selector(".reasons")
        opened.go(f"#/{model}/card", ".part")
    outside = [url for url in opened.asked if not url.startswith((opened.address, "data:"))]
    assert outside == []


CANARY = "73.125"


def test_nothing_of_a_patient_is_stored_in_the_address_or_logged(
    visit: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    opened = visit()
    page = opened.go("#/survival", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons")
    page.locator("#value-age").fill(CANARY)
    with page.expect_response("**/explain") as answered:
        page.get_by_role("button", name="Ask").click()
    assert CANARY in (answered.value.request.post_data or "")
    kept = page.evaluate(
        """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,
        location.href, document.title, history.state,
        (await indexedDB.databases()).length, (await caches.keys()).length])"""
    )
    address = f"{opened.address}/#/survival"
    title = page.title()
    assert json.loads(kept) == [{}, {}, "", address, title, None, 0, 0]
    assert opened.context.cookies() == []
    assert all(CANARY not in url for url in opened.asked)
    written = "".join(capfd.readouterr())
    assert "/explain" in written, "the log was not caught"
    assert CANARY not in written


def test_a_small_file_becomes_answers_and_rejects(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    page.locator("#file").set_input_files(ROOT / "examples" / "patients.csv")
    page.wait_for_selector("h4")
    told = page.locator("main").inner_text()
    assert "9 answered, 1 rejected" in told
    assert "outside 0 to 120 years" in told
    assert "not for time-critical decisions" in told
    assert re.search(r"survival \d+\.\d+\.\d+\s+SHA-256\s+[0-9a-f]{64}", told)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save predictions.csv").click()
    target = tmp_path / "saved.csv"
    saved.value.save_as(target)
    lines = target.read_text().splitlines()
    assert lines[0].startswith("row,id,median_days,risk_365,risk_1826,risk_3652")
    assert len(lines) == 10


def test_the_card_draws_calibration_and_coverage(visit: Open) -> None:
    page = visit().go("#/survival/card", ".part")
    told = page.locator(".card").inner_text()
    assert "One county, one period, ethnicity not recorded" in told
    assert "Predicted against observed, at 5 years" in told
    assert "Promised 90% (line), held" in told
    assert page.locator(".ranges .target-line").count() > 10
    page.get_by_text(re.compile(r"All \d+ figures")).click()
    page.get_by_label("Filter the figures").fill("uno")
    assert "Uno" in page.locator("details .scroll table").first.inner_text()
