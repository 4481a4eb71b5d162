"""Asking as a reader does, and letting the service or a model say something else."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route

from tests.page.conftest import is_answer

CODES = {"English": "en", "中文": "zh"}
SIZE = "one => getComputedStyle(one).fontSize"
# as it is drawn, where a drawing is scaled, too; an index of a formula is small by custom
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.strip *, .answer *')]
    .filter(one => one.checkVisibility() && !one.matches('.unseen, .molecule .small')
      && [...one.childNodes].some(it => it.nodeType === 3 && it.data.trim()))
    .map(one => parseFloat(getComputedStyle(one).fontSize) * 0.75
      * (one.matches('svg text') ? one.getScreenCTM().a : 1)))"""
MILLIGRAMS = "light chains in mg/L taken for mg/dL"


def choose_language(page: Page, name: str) -> None:
    """As its reader does, until its words are there."""
    page.get_by_role("button", name=name, exact=True).click()
    page.locator(f"html:lang({CODES[name]})").wait_for()


def ask_example(page: Page, name: str | int = 0) -> None:
    """Ask about an example by its title or place, until all is there."""
    buttons = page.locator(".examples button")
    (buttons.nth(name) if isinstance(name, int) else buttons.filter(has_text=name)).click()
    page.wait_for_selector(".answer[aria-busy=false]")


def ask(page: Page, **values: str) -> None:
    """Fill in values and ask."""
    for name, value in values.items():
        page.locator(f"#value-{name}").fill(value)
    with page.expect_response(is_answer):
        page.locator("button[type=submit]").click()
    page.wait_for_selector(".answer[aria-busy=false]")


def answer_otherwise(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """Let the service answer as it would not by itself."""

    def alter(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        for prediction in told["predictions"]:
            change(prediction)
        route.fulfill(response=answer, json=told)

    page.route(re.compile("/(predict|explain)$"), alter)


def change_model(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """Let a model state something else."""

    def alter(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        change(told)
        route.fulfill(response=answer, json=told)

    page.route(re.compile("/models/[^/]+$"), alter)
