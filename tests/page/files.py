"""What tests of the view of a file do there, and how what it saved is read back."""

import csv
import io
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route
from python_calamine import load_workbook

ASK = ".preview .buttons button"
Grid = list[list[Any]]


def choose(page: Page, tmp_path: Path, content: str | bytes, name: str = "rows.csv") -> None:
    # in a folder of its own: a browser does not tell of the same file chosen twice
    path = tmp_path / str(sum(1 for _ in tmp_path.iterdir())) / name
    path.parent.mkdir()
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    page.locator("#file").set_input_files(path)


def ask(page: Page, unit: str = "mg/dL") -> None:
    """Say the unit where the file does not, and send it."""
    page.wait_for_selector(".preview")
    if page.locator("select[aria-invalid=true]").count():
        page.locator("select[aria-invalid=true]").first.select_option(unit)
    page.locator(ASK).click()
    page.wait_for_selector(".results, .failure[role=alert]", timeout=30_000)


def read_counts(page: Page) -> tuple[int, ...]:
    """How many were answered, abstained from and rejected."""
    texts = page.locator(".count strong").all_inner_texts()
    return tuple(int(text.replace(",", "")) for text in texts)


def catch(page: Page) -> list[bytes]:
    """What the page sends of files from now on."""
    sent = list[bytes]()

    def keep(route: Route) -> None:
        sent.append(route.request.post_data_buffer or b"")
        route.continue_()

    page.route("**/file*", keep)
    return sent


def save(page: Page, name: str) -> bytes:
    """What a button saves."""
    with page.expect_download() as saved:
        page.get_by_role("button", name=name).click()
    return Path(saved.value.path()).read_bytes()


def save_csv(page: Page, separator: str = ",") -> list[dict[str, str]]:
    """The rows of the CSV that is saved, which has a mark for Excel."""
    content = save(page, "Save CSV")
    assert content.startswith(b"\xef\xbb\xbf")
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=separator, strict=True))


def read_workbook(content: bytes) -> dict[str, Grid]:
    """The sheets of a workbook, by a reader of others."""
    workbook = load_workbook(io.BytesIO(content))
    names = workbook.sheet_names
    return {name: workbook.get_sheet_by_name(name).to_python() for name in names}
