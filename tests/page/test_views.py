"""Every view in both languages and themes: accessible, at home on a telephone, and discreet."""

import json
import re

import pytest

from tests.conftest import ROOT, SHIPPED
from tests.page.asking import choose_language
from tests.page.conftest import Open
from tests.page.files import ask, read_counts, save_csv
from tests.page.looks import UNFOLD, list_layout_faults, require_every_look
from tests.page.screens import SCREENS

OPEN = "() => document.querySelectorAll('main details').forEach(one => {one.open = true})"


# the other cards are looked at where cards are tested, the other forms with their answers
LOOKED_AT = [
    name
    for name in SCREENS
    if not name.startswith(("ask-", "card-")) or name.endswith(("-survival", "-chemo_dose"))
]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_every_view_is_accessible_and_has_room_in_every_look(visit: Open, name: str) -> None:
    opened = visit()
    SCREENS[name](opened)
    require_every_look(opened, name, UNFOLD if name.startswith("card") else OPEN)
    assert opened.list_faults() == []


def test_whatever_is_too_small_cut_off_or_too_wide_is_found(visit: Open) -> None:
    opened = visit()
    SCREENS["catalogue"](opened)
    opened.page.evaluate(
        """() => { document.querySelector('main').insertAdjacentHTML('beforeend', `
        <button data-style="min-height: 20px; height: 20px; padding: 0">x</button>
        <p data-style="width: 3rem; overflow: hidden; white-space: nowrap">What is cut off</p>
        <select data-style="width: 4rem"><option>Cut off as well</option></select>
        <svg width="40" height="20"><text x="0" y="15">Cut off too</text></svg>
        <p>A <a href="#/">link</a> in a sentence</p>
        <div data-style="width: 200vw">wide</div>`);
        for (const one of document.querySelectorAll('[data-style]'))
          one.style.cssText = one.dataset.style }"""
    )
    faults = list_layout_faults(opened)
    assert [fault.split(":")[0] for fault in faults] == [
        *["small", "cut off", "cut off", "cut off"],
        "the page scrolls sideways",
    ]


def test_a_page_may_be_made_larger_by_two_fingers() -> None:
    (viewport,) = re.findall(
        r'<meta name="viewport"[^>]*>', (ROOT / "page" / "index.html").read_text()
    )
    assert "scale" not in viewport.replace("initial-scale=1", "")


def test_what_is_drawn_stays_seen_in_the_colours_of_its_reader(visit: Open) -> None:
    opened = visit()
    SCREENS["answer-breast_fna"](opened)
    opened.page.emulate_media(forced_colors="active")
    drawn = opened.page.evaluate(
        """() => [...document.querySelectorAll('.bar')].map(bar => {
        const ground = one => getComputedStyle(one).backgroundColor;
        return ground(bar) !== ground(document.body); })"""
    )
    assert drawn
    assert all(drawn)


def test_the_content_is_skipped_to_and_the_address_stays(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.url.endswith("#/survival")


def test_the_browser_chooses_the_language_and_a_person_may_change_it(visit: Open) -> None:
    page = visit("zh-CN").go("#/survival", ".examples button")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.get_by_role("button", name="询问").is_visible()
    choose_language(page, "English")
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
    singular = {key for key in english if key.endswith("_one")}  # Chinese needs none
    assert {key.replace("_one", "_other") for key in singular} <= english
    assert english - singular == chinese - singular


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
        ("kappa", "1.2 mg/dL"),
        ("lambda", "1,5 mg/dl"),
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
        page.get_by_role("button", name="Ask", exact=True).click()
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


def test_a_small_file_becomes_answers_and_rejects(visit: Open) -> None:
    page = visit().go("#/survival/file", "#file")
    page.locator("#file").set_input_files(ROOT / "examples" / "patients.csv")
    ask(page)
    assert read_counts(page)[2] == 1
    told = page.locator("main").inner_text()
    assert "outside 0 to 120 years" in told
    assert "not for time-critical decisions" in told
    assert re.search(r"survival \d+\.\d+\.\d+\s+SHA-256\s+[0-9a-f]{64}", told)
    rows = save_csv(page)
    assert [*rows[0]][7:12] == ["line", "status", "median_days", "risk_365", "risk_1826"]
    assert len(rows) == 10


def test_the_card_draws_calibration_and_coverage(visit: Open) -> None:
    page = visit().go("#/survival/card", ".part")
    page.evaluate(UNFOLD)
    told = page.locator(".card").inner_text()
    assert "One county, one period, ethnicity not recorded" in told
    assert "Predicted against observed, at 5 years" in told
    assert "Promised 90% (line), held" in told
    assert page.locator(".matrix .target-line").count() > 10
    page.get_by_label("Filter the figures").fill("uno")
    assert "Uno" in page.locator("#part-all table").inner_text()
