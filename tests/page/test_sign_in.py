"""Where a token is asked for, a person signs in, and the token stays in memory."""

import json
from collections.abc import Iterator

import pytest

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.page.conftest import Open, serve
from tests.page.issuer import Gateway, Issuer, issuing
from tests.page.looks import require_every_look

BUTTON = "main button"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def guarded(registry: Registry, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("MEDMAAS_SIGN_IN", issuer.settings)
    yield from serve(Gateway(create_app(registry), issuer))


def test_a_person_signs_in_asks_and_leaves_no_token_behind(
    visit: Open, guarded: str, issuer: Issuer
) -> None:
    opened = visit(at=guarded)
    page = opened.go("", BUTTON)
    assert "answers only people who have signed in" in page.locator("main").inner_text()
    page.locator(BUTTON).click()
    page.wait_for_selector(".entry")
    page.locator("a.button[href='#/survival']").click()
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons")
    assert page.url == f"{guarded}/#/survival", "code and state are gone from the address"
    kept = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    assert json.loads(kept) == [{}, {}, ""]
    assert opened.list_faults() == []
    elsewhere = {url.split("?")[0] for url in opened.asked if not url.startswith(guarded)}
    assert elsewhere <= {f"{issuer.address}/authorize", f"{issuer.address}/token", "data:,"}


def test_without_signing_in_nothing_is_answered(visit: Open, guarded: str) -> None:
    opened = visit(at=guarded)
    page = opened.go("#/survival", BUTTON)
    assert page.locator(".examples").count() == 0
    assert not any("/models" in url for url in opened.asked)


def test_a_person_who_is_refused_may_try_again(visit: Open, guarded: str, issuer: Issuer) -> None:
    issuer.refuses = True
    page = visit(at=guarded).go("", BUTTON)
    page.locator(BUTTON).click()
    page.wait_for_selector(".failure")
    issuer.refuses = False
    page.locator(BUTTON).click()
    page.wait_for_selector(".entry")


def test_a_code_without_the_state_that_was_sent_is_not_taken(
    visit: Open, guarded: str, issuer: Issuer
) -> None:
    issuer.challenges["stolen"] = "x"
    page = visit(at=guarded).go("?code=stolen&state=forged", ".failure")
    assert "stolen" in issuer.challenges
    assert page.url == f"{guarded}/"


def test_a_token_that_ends_is_renewed(visit: Open, guarded: str, issuer: Issuer) -> None:
    issuer.lifetime = 1
    page = visit(at=guarded).go("", BUTTON)
    page.locator(BUTTON).click()
    page.wait_for_selector(".entry")
    assert issuer.refreshed >= 1


def test_a_token_that_is_taken_back_ends_at_the_sign_in(
    visit: Open, guarded: str, issuer: Issuer
) -> None:
    page = visit(at=guarded).go("", BUTTON)
    page.locator(BUTTON).click()
    page.wait_for_selector(".entry")
    issuer.tokens.clear()
    page.locator("a.button[href='#/survival']").click()
    page.wait_for_selector("text=answers only people who have signed in")


def test_a_person_who_signs_out_is_forgotten_by_the_page_and_by_the_issuer(
    visit: Open, guarded: str, issuer: Issuer
) -> None:
    opened = visit(at=guarded)
    page = opened.go("", BUTTON)
    page.locator(BUTTON).click()
    page.wait_for_selector(".entry")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("text=answers only people who have signed in")
    assert issuer.ended == 1
    assert page.url == f"{guarded}/"
    assert opened.list_faults() == []


def test_where_nobody_says_where_to_sign_in_the_page_says_so(
    visit: Open, registry: Registry, issuer: Issuer
) -> None:
    for address in serve(Gateway(create_app(registry), issuer)):
        page = visit(at=address).go("", ".failure")
        assert "names no place to do so" in page.locator(".failure").inner_text()


def test_a_service_that_cannot_be_reached_is_said_to_be_so(visit: Open) -> None:
    opened = visit()
    opened.page.route("**/*", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_())  # fmt: skip # noqa: E501
    page = opened.go("", ".failure")
    assert "cannot be reached" in page.locator(".failure").inner_text()


def test_signing_in_is_accessible(visit: Open, guarded: str) -> None:
    opened = visit(at=guarded)
    opened.go("", BUTTON)
    require_every_look(opened, "sign-in")
