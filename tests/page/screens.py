"""Every view that the page has, each in what may be seen of it, and how a reader gets there.

What waits for the network to be quiet waits for no part of a view: a view may be drawn anew, and
the way to it stays.
"""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.conftest import ROOT, SHIPPED
from tests.page.conftest import Visit, is_answer
from tests.page.files import ask as send_file


def _open(opened: Visit, view: str) -> Page:
    page = opened.go(f"#/{view}", "main h2, main h3")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until nothing is asked of the service any more."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")


def _answer(model: str, example: int = 0) -> Callable[[Visit], None]:
    def answer(opened: Visit) -> None:
        page = _open(opened, model)
        with page.expect_response(is_answer):
            page.locator(".examples button").nth(example).click()
        settle(page)

    return answer


def _force(opened: Visit) -> None:
    _answer("survival", -1)(opened)
    with opened.page.expect_response(is_answer):
        opened.page.get_by_role("button", name="Show the answer anyway").click()
    settle(opened.page)


def _refuse(opened: Visit) -> None:
    page = _open(opened, "survival")
    page.locator("#value-age").fill("167")
    with page.expect_response(is_answer):
        page.locator("button[type=submit]").click()
    settle(page)


def _preview(opened: Visit) -> None:
    page = _open(opened, "survival/file")
    page.locator("#file").set_input_files(ROOT / "examples" / "patients.csv")
    page.wait_for_selector(".preview")


def _score(opened: Visit) -> None:
    _preview(opened)
    send_file(opened.page)
    settle(opened.page)


def _stay(view: str) -> Callable[[Visit], None]:
    def stay(opened: Visit) -> None:
        _open(opened, view)

    return stay


SCREENS: dict[str, Callable[[Visit], None]] = {
    "catalogue": _stay(""),
    **{f"ask-{model}": _stay(model) for model in SHIPPED},
    **{f"answer-{model}": _answer(model) for model in SHIPPED},
    "abstained": _answer("survival", -1),
    "forced": _force,
    "refused": _refuse,
    "file": _stay("survival/file"),
    "preview": _preview,
    "scored": _score,
    **{f"card-{model}": _stay(f"{model}/card") for model in SHIPPED},
    "unknown": _stay("nothing"),
}
