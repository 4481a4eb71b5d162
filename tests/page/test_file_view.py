"""A file on the page: what leaves the machine, what is told of it, and how it is read."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.page.conftest import Open
from tests.table.cases import CASES, HEADER, LINES, PLAIN, workbook

NAME = "Erika Mustermann"
WIDE = "\n".join(
    [f"name,{HEADER},ward", *(f'"{NAME}, {i}",{line},7B' for i, line in enumerate(LINES)), ""]
)


def choose(page: Page, tmp_path: Path, content: str | bytes, name: str = "rows.csv") -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    page.locator("#file").set_input_files(path)


def catch(page: Page) -> list[bytes]:
    """What the page sends of files from now on."""
    sent = list[bytes]()

    def keep(route: Route) -> None:
        sent.append(route.request.post_data_buffer or b"")
        route.continue_()

    page.route("**/file*", keep)
    return sent


# what a browser adds is how the bytes come to the service: one of each way to be read or refused
NAMES = [
    "plain", "utf-8 with a mark", "utf-16 le", "utf-16 be", "gbk not named", "semicolons",
    "semicolons and decimal commas", "sep= with a semicolon", "carriage returns", "DOS",
    "blanks in the header", "units", "another unit", "almost called so", "empty columns",
    "empty rows", "more cells than the header", "an open quote", "'0x1' for a number",
    "'=1+1' as an id", "xls", "html", "nothing",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_page_reads_every_file_as_the_table_says(
    visit: Open, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    page = visit().go("#/survival/file", "#file")
    choose(page, tmp_path, case.content)
    page.wait_for_selector(".failure, .provenance")
    told = page.locator("main").inner_text()
    if case.refused:
        assert page.locator(".provenance").count() == 0
        return
    rejected = len({row for row, *_ in case.rejected})
    assert f"{len(case.answered)} answered, {rejected} rejected" in told
    assert page.locator(".notes li").count() == len(case.notes)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_columns_that_the_model_does_not_use_do_not_leave_the_machine(
    visit: Open, tmp_path: Path, separator: str, encoding: str
) -> None:
    page = visit().go("#/survival/file", "#file")
    sent = catch(page)
    text = WIDE if separator == "," else WIDE.replace(", ", "  ").replace(",", separator)
    choose(page, tmp_path, text.encode(encoding))
    page.get_by_role("button", name="Send it without them").click()
    page.wait_for_selector(".provenance")
    assert "3 answered, 0 rejected" in page.locator("main").inner_text()
    header, rows = sent
    for content in (header, rows):
        assert "Erika" not in content.decode("utf-16" if encoding == "utf-16" else "utf-8")
    assert b"7B" not in rows.replace(b"\0", b"")
    listed = json.dumps(sent[1].decode("utf-16" if encoding == "utf-16" else "utf-8"))
    assert "A1" in listed
    assert "ward" not in listed


def test_the_columns_are_named_before_the_rows_are_sent(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    sent = catch(page)
    choose(page, tmp_path, WIDE)
    page.wait_for_selector("li:has-text('ward')")
    assert page.locator("[role=status] li").all_inner_texts() == ["name", "ward"]
    assert len(sent) == 1, "the header alone"
    assert sent[0].decode() == f"name,{HEADER},ward\n"


def test_rows_that_cannot_be_cut_are_rejected_and_hold_nothing(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    sent = catch(page)
    rows = WIDE.strip().split("\n")
    broken = [f"{NAME},B1,67,F", f'"{NAME},B2,67,F,1,1,1,true,7B', f"{rows[1]},{NAME}", ""]
    choose(page, tmp_path, "\n".join([rows[0], *broken, *rows[1:]]))
    page.get_by_role("button", name="Send it without them").click()
    page.wait_for_selector(".provenance")
    told = page.locator("main").inner_text()
    assert "3 answered, 3 rejected" in told
    assert "has a quote that is not closed" in told
    assert b"Erika" not in sent[1]
    assert page.locator("table").last.locator("td:first-child, th[scope=row]").all_inner_texts()[
        :3
    ] == ["1", "2", "3"]


def test_a_spreadsheet_travels_whole_and_the_page_says_so(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    sent = catch(page)
    content = workbook(PLAIN)
    choose(page, tmp_path, content, "rows.xlsx")
    page.wait_for_selector("button:has-text('Send it')")
    assert "all that it holds travels" in page.locator("main").inner_text()
    assert sent == []
    page.get_by_role("button", name="Send it").click()
    page.wait_for_selector(".provenance")
    assert "3 answered, 0 rejected" in page.locator("main").inner_text()
    assert "read as a spreadsheet" in page.locator(".notes").inner_text()
    assert sent == [content]


def test_a_first_line_that_may_be_a_patient_is_not_sent(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    sent = catch(page)
    choose(page, tmp_path, "\n".join(LINES))
    page.wait_for_selector("[role=status]:not(:empty)")
    page.wait_for_selector("text=Nothing was sent")
    assert sent == []


def test_words_for_missing_values_may_be_declared(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    page.locator("#missing").fill("NA, not done")
    choose(page, tmp_path, PLAIN.replace("M,,", "M,not done,"))
    page.wait_for_selector(".provenance")
    assert "3 answered, 0 rejected" in page.locator("main").inner_text()


def test_answers_of_another_model_folder_are_not_saved(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    choose(page, tmp_path, PLAIN)
    page.wait_for_selector(".provenance")

    def answer_by_another(route: Route) -> None:
        answer = route.fetch()
        headers = {**answer.headers, "medmaas-digest": "0" * 64}
        route.fulfill(response=answer, headers=headers)

    page.route("**/file*", answer_by_another)
    page.get_by_role("button", name="Save predictions.csv").click()
    page.wait_for_selector(".failure")
    assert "the model has changed since" in page.locator(".failure").inner_text()


def test_what_is_saved_is_what_batch_writes(visit: Open, tmp_path: Path, registry: Any) -> None:
    from medmaas.cli import main  # noqa: PLC0415

    page = visit().go("#/survival/file", "#file")
    choose(page, tmp_path, PLAIN)
    page.wait_for_selector(".provenance")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save predictions.csv").click()
    assert main(["batch", "survival", str(tmp_path / "rows.csv"), str(tmp_path / "out")]) == 0
    written = (tmp_path / "out" / "predictions.csv").read_bytes()
    assert saved.value.path().read_bytes() == written
    assert registry.get("survival").digest in page.locator("main").inner_text()
