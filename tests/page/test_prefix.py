"""The page behind a proxy that puts a prefix before every path."""

from collections.abc import Iterator

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.page.conftest import Open, serve
from tests.page.issuer import Issuer, issuing

PREFIX = "/med/models"


class Proxy:
    """Passes on what is below the prefix, without it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        rest = scope["path"].removeprefix(PREFIX)
        if rest == scope["path"]:
            await PlainTextResponse("not here", 404)(scope, receive, send)
            return
        await self._app({**scope, "path": rest or "/"}, receive, send)


@pytest.fixture(params=["told", "not told"])
def proxied(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The address of the page, without a slash at its end only where the service knows it."""
    is_told = request.param == "told"
    if is_told:
        monkeypatch.setenv("MEDMAAS_URL", f"http://127.0.0.1{PREFIX}")
    for address in serve(Proxy(create_app(registry))):
        yield f"{address}{PREFIX}{'' if is_told else '/'}"


def test_a_patient_is_asked_about_behind_a_proxy(visit: Open, proxied: str) -> None:
    opened = visit(at=proxied)
    page = opened.page
    page.goto(proxied)
    page.wait_for_selector(".entry")
    page.locator("a.button[href='#/survival']").click()
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons")
    assert opened.list_faults() == []
    below = [url for url in opened.asked if url != "data:,"]
    assert all(url.startswith(proxied) for url in below)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


def test_the_issuer_sends_a_person_back_behind_the_proxy(
    visit: Open, registry: Registry, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDMAAS_SIGN_IN", issuer.settings)
    for address in serve(Proxy(create_app(registry))):
        page = visit(at=address).page
        page.goto(f"{address}{PREFIX}/")
        page.locator("main button").click()
        page.wait_for_selector(".entry")
        assert page.url == f"{address}{PREFIX}/"
