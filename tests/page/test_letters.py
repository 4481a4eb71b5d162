"""Free text on the page: asked, explained word by word, and told what of it was not read."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.free_text.models import NOTE, write_fitted, write_random
from tests.page.conftest import Open, Visit, serve
from tests.page.files import ask as ask_file
from tests.page.files import choose, read_counts, save_csv
from tests.page.looks import require_every_look

TEXT = "👨‍👩‍👧 患者男性 72 岁, 胸痛 cafe\u0301\n<b>severe</b> chest pain & fever"
LONG = f"{NOTE} {'no fever ' * 30}chest pain 😀"


@pytest.fixture(scope="module", name="letters")
def _letters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = tmp_path_factory.mktemp("models")
    write_fitted(models)
    write_random(models)
    yield from serve(create_app(Registry(models)))


def ask(opened: Visit, text: str, model: str = "letters") -> None:
    page = opened.go(f"#/{model}", "textarea")
    page.locator("textarea").fill(text)
    page.locator("form button[type=submit]").click()
    page.wait_for_selector(".words table")


def test_an_example_is_answered_and_its_words_are_coloured(visit: Open, letters: str) -> None:
    opened = visit(at=letters)
    page = opened.go("#/letters", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".words table")
    assert page.locator(".explained").inner_text() == NOTE
    assert "chest" in page.locator(".explained .up").all_inner_texts()
    assert page.get_by_text("Read as 20 tokens.").is_visible()
    assert page.locator(".explained del").count() == 0
    assert opened.list_faults() == []


@pytest.mark.parametrize(
    ("model", "text"),
    [("letters", TEXT), ("bytes", "😀 72 岁, 胸痛 cafe\u0301\nchest pain & fever")],
)
def test_places_are_right_beyond_the_characters_of_two_units(
    visit: Open, letters: str, model: str, text: str
) -> None:
    opened = visit(at=letters)
    ask(opened, text, model)
    page = opened.page
    assert page.locator(".explained").text_content() == text
    words = page.locator(".words tbody th").all_inner_texts()
    listed = {word.strip('"“”') for word in words}
    assert {"72", "岁", "chest", "pain", "fever"} <= listed
    assert any(word.startswith("cafe") for word in listed)
    for row in page.locator(".words tbody tr").all():
        word = row.locator("th q").text_content() or ""
        place = int(row.locator("td").first.inner_text().replace(",", ""))
        assert text[place - 1 :].startswith(word)
    assert opened.list_faults() == []


def test_what_was_not_read_is_struck_through_and_told(visit: Open, letters: str) -> None:
    opened = visit(at=letters)
    ask(opened, LONG)
    page = opened.page
    struck = page.locator(".explained del").text_content() or ""
    assert struck.endswith("chest pain 😀")
    assert LONG.endswith(struck)
    place = len(LONG) - len(struck) + 1
    assert page.get_by_text(f"{len(struck)} characters, from character {place} on").is_visible()
    assert page.get_by_text(f"what stands from character {place} on").first.is_visible()
    assert page.get_by_text("only its first 30 of").first.is_visible()


def test_a_text_that_is_refused_is_told_at_its_field(visit: Open, letters: str) -> None:
    opened = visit(at=letters)
    page = opened.go("#/bytes", "textarea")
    page.locator("textarea").fill(LONG)
    page.locator("form button[type=submit]").click()
    page.wait_for_selector("textarea[aria-invalid=true]")
    said = page.locator("#value-text-problem").inner_text()
    assert "shorten it to what stands before character" in said


def test_characters_are_counted_and_nothing_is_kept(visit: Open, letters: str) -> None:
    opened = visit(at=letters)
    page = opened.go("#/letters", "textarea")
    page.locator("textarea").fill("😀é!")
    assert "3 of at most 20,000 characters" in page.locator("#value-text-help").inner_text()
    ask(opened, NOTE)
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "chest" not in kept
    assert "chest" not in page.url


def test_an_answer_reads_in_chinese(visit: Open, letters: str) -> None:
    opened = visit(locale="zh-CN", at=letters)
    ask(opened, LONG)
    page = opened.page
    assert page.get_by_text("读作 30 个词元。").is_visible()
    assert page.get_by_text("未被读取").first.is_visible()
    assert page.get_by_text("个词元中只读取了前").first.is_visible()


def test_every_look_of_a_text_is_laid_out_well(visit: Open, letters: str) -> None:
    opened = visit(at=letters)
    ask(opened, LONG)
    require_every_look(opened, "letters")


def test_a_file_of_texts_with_lines_is_answered_row_by_row(
    visit: Open, letters: str, tmp_path: Path
) -> None:
    opened = visit(at=letters)
    page = opened.go("#/letters/file", "#file")
    written = io.StringIO(newline="")
    csv.writer(written).writerows(
        [["id", "letter"], ["a", NOTE], ["b", 'back pain\r\n"no" fever, 发热'], ["c", "\u200b"]]
    )
    choose(page, tmp_path, written.getvalue())
    ask_file(page)
    assert read_counts(page) == (2, 0, 1)
    answered = save_csv(page)
    assert [row["id"] for row in answered] == ["a", "b", "c"]
    assert answered[0]["label"] == "urgent"
    assert opened.list_faults() == []
