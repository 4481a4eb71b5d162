"""Pictures of every view, for a person to lay side by side: `python -m tests.page.pictures before`.

They are written to the folder that is named, or to tests/page/screenshots, which git ignores.
"""

import argparse
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import MODELS
from tests.page.asking import choose_language
from tests.page.conftest import SCREENSHOTS, Visit, serve
from tests.page.looks import LANGUAGES, SETTLED
from tests.page.screens import SCREENS

README = "survival"  # the answer that the README shows
READMES_PICTURE = Path(__file__).parents[2] / "docs" / "images" / "page.png"


def main() -> None:
    asked = _read_arguments()
    os.environ.setdefault("MEDMAAS_LOG_LEVEL", "ERROR")
    with _drive() as (browser, address):
        if asked.readme:
            _shoot_for_readme(browser, address)
            return
        asked.folder.mkdir(parents=True, exist_ok=True)
        for name, reach in SCREENS.items():
            if not asked.only or any(part in name for part in asked.only):
                path = asked.folder / f"{name}{asked.suffix}.png"
                _shoot(browser, address, asked, reach, path)
                print(path)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.page.pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SCREENSHOTS)
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--only", nargs="*", help="views whose names hold one of these words")
    parser.add_argument("--suffix", default="", help="what the names of the files end with")
    parser.add_argument("--readme", action="store_true", help="the picture of the README alone")
    return parser.parse_args()


@contextmanager
def _drive() -> Iterator[tuple[Browser, str]]:
    """Chromium, and where the models that ship answer."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    serving = serve(create_app(Registry(MODELS)))
    address = next(serving)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            yield browser, address
            browser.close()
    finally:
        next(serving, None)


def _shoot(
    browser: Browser,
    address: str,
    asked: argparse.Namespace,
    reach: Callable[[Visit], None],
    path: Path,
) -> None:
    context = browser.new_context(
        locale="en-GB",
        color_scheme=asked.theme,
        viewport={"width": asked.width, "height": 900},
    )
    opened = Visit(context, address)
    reach(opened)
    choose_language(opened.page, LANGUAGES[asked.language])
    opened.page.evaluate(SETTLED)
    opened.page.screenshot(path=path, full_page=True)
    context.close()


def _shoot_for_readme(browser: Browser, address: str) -> None:
    """One screen of an answer, as sharp as a good screen shows it."""
    context = browser.new_context(
        locale="en-GB", viewport={"width": 1280, "height": 1280}, device_scale_factor=2
    )
    opened = Visit(context, address)
    SCREENS[f"answer-{README}"](opened)
    opened.page.evaluate("scrollTo(0, 0)")
    opened.page.screenshot(path=READMES_PICTURE)
    context.close()
    print(READMES_PICTURE)


if __name__ == "__main__":
    main()
