"""A real browser on a real server: Playwright drives Chromium through the app on loopback."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright
from starlette.types import ASGIApp

from medmaas.api.app import create_app
from medmaas.model.registry import Registry

SCREENSHOTS = Path(__file__).with_name("screenshots")  # ignored by git: for a person to look at
Open = Callable[..., "Visit"]


class Visit:
    """One browser context and page, and what it did."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", lambda message: self.said.append(message.text))

    def go(self, path: str, wait: str) -> Page:
        """Open a view, and wait until something of it is there."""
        self.page.goto(f"{self.address}/{path}")
        self.page.wait_for_selector(wait)
        return self.page

    def list_faults(self) -> list[str]:
        """Everything in the console but the browser's own line of a refused request."""
        return [line for line in self.said if "the server responded with a status" not in line]


def is_answer(response: Response) -> bool:
    """Whether it answers what was asked, not what the page asks about its background."""
    asked = response.request.post_data_json if response.url.endswith("/predict") else None
    return asked is not None and len(asked["instances"]) == 1


def serve(app: ASGIApp) -> Iterator[str]:
    """The address of an application that listens on loopback until it is no longer needed."""
    config = uvicorn.Config(app, port=0, log_level=logging.CRITICAL, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def address(registry: Registry) -> Iterator[str]:
    """Where the models that ship answer."""
    yield from serve(create_app(registry))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as Debian and others package it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        if os.environ.get("MEDMAAS_REQUIRE_CHROMIUM") == "1":
            pytest.fail("chromium is not on PATH, and MEDMAAS_REQUIRE_CHROMIUM=1 needs it")
        pytest.skip("chromium is not on PATH: install it, for example by apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Opens a browser as somebody has it: language, theme, width."""
    contexts = []

    def open_browser(
        locale: str = "en-GB", theme: str = "light", width: int = 1200, at: str = address
    ) -> Visit:
        context = browser.new_context(
            locale=locale,
            color_scheme="dark" if theme == "dark" else "light",
            viewport={"width": width, "height": 900},
            accept_downloads=True,
        )
        contexts.append(context)
        return Visit(context, at)

    yield open_browser
    for context in contexts:
        context.close()
