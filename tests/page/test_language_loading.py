"""A reader loads the words of one language, and of another when they choose it."""

import re

from playwright.sync_api import Page, Route, expect

from tests.page.conftest import Open

WORDS = re.compile(r"/(en|zh)-\w+\.js$")
# all that ever stood on the page, from before its first script on
WATCH = """() => {
    window.seen = [];
    new MutationObserver(() => {
        const text = document.querySelector('header')?.innerText;
        if (text && text !== seen.at(-1)) seen.push(text);
    }).observe(document, {subtree: true, childList: true, characterData: true});
}"""


def list_loaded(asked: list[str]) -> list[str]:
    return [found[1] for url in asked if (found := WORDS.search(url))]


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_one_language_is_loaded_and_no_other_is_ever_seen(visit: Open) -> None:
    opened = visit(locale="zh-CN")
    opened.page.add_init_script(f"({WATCH})()")
    page = opened.go("", ".rows, main h2")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert list_loaded(opened.asked) == ["zh"]
    seen = page.evaluate("seen")
    assert seen
    assert all("仅" in text for text in seen)
    choose(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "仅" not in page.inner_text("header")
    choose(page, "中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert list_loaded(opened.asked) == ["zh", "en"]
    assert opened.list_faults() == []


def test_a_browser_of_a_third_language_reads_english(visit: Open) -> None:
    opened = visit(locale="fr-FR")
    opened.go("", "main h2")
    assert list_loaded(opened.asked) == ["en"]


def test_of_two_languages_chosen_quickly_the_last_is_spoken(visit: Open) -> None:
    opened = visit()
    page = opened.go("", "main h2")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(WORDS, hold)
    choose(page, "中文")
    choose(page, "English")
    page.wait_for_timeout(100)
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.get_by_role("button", name="English").get_attribute("aria-pressed") == "true"


def test_a_language_that_cannot_be_loaded_is_told_and_the_page_stays(visit: Open) -> None:
    opened = visit()
    page = opened.go("", "main h2")
    page.route(WORDS, lambda route: route.abort())
    choose(page, "中文")
    expect(page.locator("header [role=alert]")).to_contain_text("could not be loaded")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.unroute(WORDS)
    choose(page, "中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.locator("header [role=alert]").count() == 0


def test_without_any_words_the_page_says_so_in_both(visit: Open) -> None:
    page = visit().page
    page.route(WORDS, lambda route: route.abort())
    page.goto(visit().address)
    expect(page.locator("#page")).to_contain_text("reload it. / 页面未能载入")
