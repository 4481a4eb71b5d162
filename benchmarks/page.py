"""The page in a real browser on this machine: when it can be used, and how fast a slider answers.

Usable is the first view when every model of the catalogue is there, with an empty cache; a slider
has answered when the new curve is drawn.
"""

import shutil
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measurement import Measurement, NotMeasuredError
from benchmarks.server import serving

TITLE = "The page in Chromium, median"
VIEWS = 5
VIEW_LIMIT_S = 1.0
MOVES = 25
MOVE_LIMIT_MS = 100.0
_USABLE = "() => document.querySelectorAll('.entry').length && performance.now()"
_MOVE = """value => new Promise(drawn => {
  const slider = document.querySelector('.sliders input');
  const place = document.querySelector('.what-if-answer');
  const started = performance.now();
  const observer = new MutationObserver(() => requestAnimationFrame(() => {
    observer.disconnect();
    drawn(performance.now() - started);
  }));
  observer.observe(place, {subtree: true, childList: true, characterData: true, attributes: true});
  slider.value = value;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
})"""


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Open the catalogue in fresh browsers' profiles, then move the slider of age."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise NotMeasuredError("chromium is not on PATH")
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        address = f"http://127.0.0.1:{server.port}/"
        seconds = median(_open(browser, address) for _ in range(1 if smallest else VIEWS))
        page = browser.new_page()
        milliseconds = median(_move(page, address, 1 if smallest else MOVES))
        browser.close()
    return [
        Measurement("first view usable after navigation, cold cache", seconds, "s", VIEW_LIMIT_S),
        Measurement("a slider answered and drawn", milliseconds, "ms", MOVE_LIMIT_MS),
    ]


def _open(browser: Browser, address: str) -> float:
    """Seconds from navigation until the catalogue is there, in a profile that knows nothing."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address, wait_until="commit")
    milliseconds = page.wait_for_function(_USABLE).json_value()
    context.close()
    return float(milliseconds) / 1000


def _move(page: Page, address: str, moves: int) -> list[float]:
    """Milliseconds of every move of the first slider of survival."""
    page.goto(f"{address}#/survival")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons")
    page.locator(".what-if > summary").click()
    return [float(page.evaluate(_MOVE, 55 + move)) for move in range(moves)]
