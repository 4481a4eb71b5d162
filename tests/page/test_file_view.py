"""A file on the page: how it is read, which column is which, and what leaves the machine."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.conftest import ROOT
from tests.page.asking import choose_language
from tests.page.conftest import Open
from tests.page.files import ASK, ask, catch, choose, read_counts, save
from tests.table.cases import CASES, HEADER, LINES, PLAIN, workbook
from tests.table.workbooks import write_workbook

NAME = "Erika Mustermann"
WIDE = "\n".join(
    [f"name,{HEADER},ward", *(f'"{NAME}, {i}",{line},7B' for i, line in enumerate(LINES)), ""]
)
USES = "table.columns tr:nth-child(2) td:has(select) select:first-child"


def open_view(visit: Open, model: str = "survival", **how: Any) -> Page:
    return visit(**how).go(f"#/{model}/file", "#file")


def list_uses(page: Page) -> list[str]:
    """What each column of a file is taken for."""
    page.wait_for_selector(".preview")
    return [select.input_value() for select in page.locator(USES).all()]


# what a browser adds is how the bytes come to the service: one of each way to be read or refused
NAMES = [
    "plain", "utf-8 with a mark", "utf-16 le", "utf-16 be", "semicolons",
    "semicolons and decimal commas", "sep= with a semicolon", "carriage returns", "DOS",
    "blanks in the header", "units", "empty columns", "empty rows", "an open quote",
    "'0x1' for a number", "both decimal marks", "one decimal point among many commas",
    "a unit behind every decimal comma", "a point that may separate thousands",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_page_reads_every_file_as_the_table_says(
    visit: Open, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    page = open_view(visit)
    choose(page, tmp_path, case.content)
    ask(page)
    rejected = len({row for row, *_ in case.rejected})
    answered, abstained, refused = read_counts(page)
    assert (answered + abstained, refused) == (len(case.answered), rejected)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (CASES["xls"].content, "rows.csv", "old Excel workbook"),
        (CASES["html"].content, "rows.csv", "HTML or XML"),
        (b"", "rows.csv", "the file is empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "rows.csv", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "rows.csv", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "rows.txt", "a picture"),
        (b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0", "rows.csv", "neither a table of text nor"),
        (workbook(PLAIN)[:300], "rows.xlsx", "the workbook is damaged"),
        (b"PK\x03\x04 nothing", "rows.xlsx", "the workbook is damaged"),
        (b"stub", "rows.xlsx", "the workbook is damaged"),
        (b'[{"age": 67}]', "rows.csv", "JSON"),
    ],
)
def test_what_is_no_table_is_refused_at_once_in_words(
    visit: Open, tmp_path: Path, content: bytes, name: str, words: str
) -> None:
    page = open_view(visit)
    sent = catch(page)
    choose(page, tmp_path, content, name)
    page.wait_for_selector(".failure")
    assert words in page.locator(".failure").inner_text()
    assert page.locator("table").count() == 0
    assert sent == []
    choose_language(page, "中文")
    assert re.search("[\u4e00-\u9fff]", page.locator(".failure").inner_text())


def test_an_archive_that_is_no_workbook_is_called_what_it_is(visit: Open, tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    page = open_view(visit)
    choose(page, tmp_path, file.getvalue(), "rows.xlsx")
    page.wait_for_selector(".failure")
    assert "a Word document" in page.locator(".failure").inner_text()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "windows-1252"])
def test_columns_that_the_model_does_not_use_do_not_leave_the_machine(
    visit: Open, tmp_path: Path, separator: str, encoding: str
) -> None:
    page = open_view(visit)
    sent = catch(page)
    text = WIDE if separator == "," else WIDE.replace(", ", "  ").replace(",", separator)
    choose(page, tmp_path, text.replace("Erika", "Jürgen").encode(encoding))
    page.wait_for_selector(".preview")
    assert "Jürgen" in page.locator("table.columns").inner_text()
    assert sent == [], "nothing has travelled before it is asked for"
    assert "left out before anything is sent: name, ward" in page.locator("main").inner_text()
    ask(page)
    assert read_counts(page) == (3, 0, 0)
    (content,) = sent
    text = content.decode()
    assert "rgen" not in text
    assert "7B" not in text
    assert "ward" not in text
    assert "A1" not in text, "ids are put beside the answers here"
    assert "A1" in page.locator("table.answers").inner_text()


def test_a_spreadsheet_travels_without_what_the_model_does_not_use(
    visit: Open, tmp_path: Path
) -> None:
    rows: list[list[str | float]] = [["Station 7B"], [], ["id", "Name", *HEADER.split(",")[1:]]]
    rows += [["A1", NAME, 67.0, "F", 1.1, 1.2, 1.5, False]]
    rows += [["A2", NAME, 54.0, "M", 0.9, 0.8, 1.1, True]]
    other: list[list[str | float]] = [["secret", "cells"], ["Erika", 1.0]]
    page = open_view(visit)
    sent = catch(page)
    choose(page, tmp_path, write_workbook({"Rows": rows, "Notes": other}), "rows.xlsx")
    assert list_uses(page) == ["id", "", "age", "sex", "creatinine", "kappa", "lambda", "mgus"]
    ask(page)
    assert read_counts(page) == (2, 0, 0)
    with zipfile.ZipFile(io.BytesIO(sent[0])) as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist())
    for word in (b"Erika", b"secret", b"7B", b"A1", b"Notes"):
        assert word not in parts
    assert page.locator("table.answers tbody th").all_inner_texts() == ["4", "5"]


@pytest.mark.parametrize(
    "name", ["a percentage", "a date for a number", "an error", "merged cells", "a formula"]
)
def test_what_a_sheet_shows_otherwise_than_it_holds_is_still_refused(
    visit: Open, tmp_path: Path, name: str
) -> None:
    from tests.table.cases import changed  # noqa: PLC0415
    from tests.table.workbooks import DATE, PERCENT, Cell  # noqa: PLC0415

    content = {
        "a percentage": changed(3, Cell(0.45, PERCENT)),
        "a date for a number": changed(3, Cell(45_000.0, DATE)),
        "an error": changed(3, Cell("#N/A")),
        "merged cells": changed(3, 1.1, merged=("D2:D3",)),
        "a formula": changed(3, Cell(None, formula="A1+1")),
    }[name]
    page = open_view(visit)
    choose(page, tmp_path, content, "rows.xlsx")
    ask(page)
    answered, _, rejected = read_counts(page)
    assert rejected >= 1
    assert answered + rejected == 3


def test_columns_are_found_by_what_people_call_them(visit: Open, tmp_path: Path) -> None:
    headers = {
        "Patient ID,AGE,Gender,Serum creatinine (mg/dL),FLC kappa (mg/dL),FLC lambda [mg/dL],Mgus":
        ["id", "age", "sex", "creatinine", "kappa", "lambda", "mgus"],
        "Fall-Nr,Alter (Jahre),Geschlecht,Kreatinin µmol/L,Kappa (mg/l),Lambda_mg_l,MGUS bekannt":
        ["id", "age", "sex", "creatinine", "kappa", "lambda", "mgus"],
        "病历号,年龄,性别,血肌酐（μmol/L）,κ轻链(mg/L),λ轻链(mg/L),MGUS":
        ["id", "age", "sex", "creatinine", "kappa", "lambda", "mgus"],
        "id,age,sex,creatinin,kapa (mg/dL),lamda (mg/dL),mgus":
        ["id", "age", "sex", "creatinine", "kappa", "lambda", "mgus"],
    }  # fmt: skip
    page = open_view(visit)
    for header, uses in headers.items():
        choose(page, tmp_path, PLAIN.replace(HEADER, header))
        page.wait_for_selector(f".columns th:has-text('{header.split(',')[0]}')")
        assert list_uses(page) == uses
        assert page.locator(ASK).is_enabled()
    assert page.locator(".almost").count() == 3


def test_a_column_is_mapped_by_hand_and_travels_by_the_name_of_the_model(
    visit: Open, tmp_path: Path
) -> None:
    page = open_view(visit)
    sent = catch(page)
    choose(page, tmp_path, PLAIN.replace("age,sex", "X1,sex"))
    page.wait_for_selector(".preview .failure")
    told = page.locator(".preview .failure").inner_text()
    assert "No column was found for age. Choose it above" in told
    assert page.locator(ASK).is_disabled()
    page.get_by_label("X1 is taken for").select_option("age")
    page.get_by_label("creatinine is taken for").select_option("")
    ask(page)
    assert read_counts(page) == (3, 0, 0)
    lines = sent[0].decode().splitlines()
    assert lines[:3] == ["sep=,", "age,sex,kappa,lambda,mgus", "67,F,1.2,1.5,false"]


def test_a_unit_that_the_file_does_not_say_must_be_chosen(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit)
    sent = catch(page)
    choose(page, tmp_path, PLAIN)
    page.wait_for_selector(".preview .failure")
    assert "Laboratories report kappa, lambda in more units than one" in (
        page.locator(".preview .failure").inner_text()
    )
    page.get_by_label("Unit of kappa").select_option("mg/L")
    assert page.get_by_label("Unit of lambda").input_value() == "mg/L"
    page.get_by_label("Unit of lambda").select_option("mg/dL")
    page.locator(ASK).click()
    page.wait_for_selector(".results")
    assert sent[0].decode().splitlines()[2] == "67,F,1.1,1.2 mg/L,1.5,false"
    assert "kappa was converted from mg/L" in page.locator(".notes").inner_text()


def test_a_file_that_comes_before_the_units_is_asked_for_its_own_all_the_same(
    visit: Open, tmp_path: Path
) -> None:
    opened, held = visit(), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    opened.page.route("**/units", hold)
    page = opened.go("#/survival/file", "#file")
    choose(page, tmp_path, PLAIN)
    page.wait_for_selector(".told:not(:empty)")
    held[0].continue_()
    page.wait_for_selector(".preview")
    assert "kappa, lambda" in page.locator(".preview .failure").inner_text()
    assert page.get_by_label("Unit of kappa").input_value() == ""


def test_a_file_whose_units_cannot_be_read_is_held_back_and_not_taken_for_our_own(
    visit: Open, tmp_path: Path
) -> None:
    opened = visit()
    opened.page.route("**/units", lambda route: route.abort())
    page = opened.go("#/survival/file", "#file")
    choose(page, tmp_path, PLAIN)
    page.wait_for_selector(".failure")
    page.wait_for_timeout(200)
    assert page.locator(".preview").count() == 0
    opened.page.unroute("**/units")
    choose(page, tmp_path, PLAIN)
    page.wait_for_selector(".preview")
    assert "kappa, lambda" in page.locator(".preview .failure").inner_text()
    assert page.get_by_label("Unit of kappa").input_value() == ""


def test_numbers_that_another_unit_would_make_usual_are_doubted(
    visit: Open, tmp_path: Path
) -> None:
    page = open_view(visit)
    text = PLAIN.replace("F,1.1,", "F,97,").replace("M,0.9,", "M,88,")
    choose(page, tmp_path, text.replace("kappa,lambda", "kappa (mg/dL),lambda (mg/dL)"))
    page.wait_for_selector(".doubt")
    assert "µmol/L they would be usual" in page.locator(".doubt").inner_text()
    page.get_by_label("Unit of creatinine").select_option("umol/L")
    assert page.locator(".doubt").count() == 0
    ask(page)
    assert read_counts(page) == (3, 0, 0)


def test_two_columns_of_one_name_are_asked_about(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit)
    text = PLAIN.replace(HEADER, f"{HEADER},Age").replace("false\n", "false,70\n")
    choose(page, tmp_path, text.replace("true\n", "true,70\n").replace(",age,", ",AGE,"))
    page.wait_for_selector(".preview .failure")
    assert "Two columns may be age" in page.locator(".preview .failure").inner_text()


def test_titles_above_the_header_and_empty_lines_count_as_excel_counts(
    visit: Open, tmp_path: Path
) -> None:
    lines = ["Laboratory report;;;;;;", "", "printed on Monday;;;;;;", HEADER.replace(",", ";")]
    rows = [f'"A1\nsecond line";{LINES[0].replace(",", ";")[3:]}', "", "B1;200;F;1;1;1;false"]
    page = open_view(visit)
    choose(page, tmp_path, "\r\n".join([*lines, *rows, ""]))
    ask(page)
    assert read_counts(page) == (1, 0, 1)
    assert page.locator("table.answers tbody th").all_inner_texts() == ["5", "7"]
    assert page.locator(".whys button").all_inner_texts() == ["row 7"]


def test_the_header_and_the_characters_may_be_chosen(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit)
    choose(page, tmp_path, "\n".join(LINES))
    page.wait_for_selector(".preview")
    assert page.get_by_label("Column names").input_value() == "-1", "numbers are no names"
    assert page.locator(".columns tbody tr").count() == 3
    choose(page, tmp_path, f"Müller\n{PLAIN}".encode("windows-1252"))
    page.wait_for_selector(".columns th:has-text('age')")
    assert page.get_by_label("Characters").input_value() == "windows-1252"
    page.get_by_label("Column names").select_option("0")
    page.wait_for_selector(".columns th:has-text('Müller')")
    page.get_by_label("Characters").select_option("windows-1251")
    page.wait_for_selector(".columns th:has-text('age')")


def test_chinese_characters_are_read_in_their_own_encoding(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit, locale="zh-CN")
    header = "姓名,年龄,性别,肌酐,κ轻链 (mg/dL),λ轻链 (mg/dL),MGUS"
    rows = [line.replace("A1", "张三").replace("F", "女") for line in LINES]
    choose(page, tmp_path, "\n".join([header, *rows, ""]).encode("gb18030"))
    assert list_uses(page) == ["", "age", "sex", "creatinine", "kappa", "lambda", "mgus"]
    assert "张三" in page.locator(".columns").inner_text()
    page.locator(ASK).click()
    page.wait_for_selector(".results")
    assert read_counts(page) == (3, 0, 0)


def test_rows_that_cannot_be_read_are_rejected_and_hold_nothing(
    visit: Open, tmp_path: Path
) -> None:
    page = open_view(visit)
    sent = catch(page)
    rows = WIDE.strip().split("\n")
    broken = [f"{NAME},B1,67,F", f'"{NAME},B2,67,F,1,1,1,true,7B', f"{rows[1]},{NAME}", ""]
    choose(page, tmp_path, "\n".join([rows[0], *broken, f"{NAME},B4,,,,,,,7B", *rows[1:]]))
    ask(page)
    assert read_counts(page) == (3, 0, 4)
    told = page.locator(".whys").inner_text()
    assert "has a quote that is not closed" in told
    assert "has 4 columns, the header has 9" in told
    assert "holds nothing in the columns that the model uses" in told
    assert b"Erika" not in sent[0]
    assert page.locator("table.answers tbody th").all_inner_texts()[:5] == ["2", "3", "4", "6", "7"]


def test_words_for_missing_values_may_be_declared(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit)
    choose(page, tmp_path, PLAIN.replace("M,,", "M,not done,"))
    page.get_by_text("Words that stand for a missing value").click()
    page.locator("#missing").fill("NA, not done")
    ask(page)
    assert read_counts(page) == (3, 0, 0)


@pytest.mark.parametrize("how", ["cells", "file"])
def test_a_table_is_pasted(visit: Open, how: str) -> None:
    page = open_view(visit)
    page.evaluate(
        """([text, how]) => {
          const data = new DataTransfer();
          if (how === 'file') data.items.add(new File([text], 'a.csv'));
          else data.setData('text/plain', text);
          const event = new ClipboardEvent('paste', {clipboardData: data, cancelable: true});
          document.querySelector('#paste').dispatchEvent(event);
        }""",
        [PLAIN.replace(",", "\t"), how],
    )
    ask(page)
    assert read_counts(page) == (3, 0, 0)


@pytest.mark.parametrize("content", ["CCO\nc1ccccc1\nC1CC(\n", "CCO;ethanol\nCC;ethane\nX;x\n"])
def test_molecules_need_no_header(visit: Open, tmp_path: Path, content: str) -> None:
    page = open_view(visit, "solubility")
    choose(page, tmp_path, content, "molecules.txt")
    ask(page)
    assert read_counts(page) == (2, 0, 1)
    assert page.locator(".whys button").all_inner_texts() == ["row 3"]


def test_a_sheet_of_molecules_needs_no_header(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit, "solubility")
    content = write_workbook({"Rows": [["CCO", "ethanol"], ["X", "none"], [None, "lost"]]})
    choose(page, tmp_path, content, "rows.xlsx")
    ask(page)
    assert read_counts(page) == (1, 0, 2)
    assert page.locator(".whys button").all_inner_texts() == ["row 2", "row 3"]


def test_a_header_alone_says_what_to_do(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit)
    choose(page, tmp_path, f"{HEADER}\n")
    page.wait_for_selector(".preview .failure")
    assert "no rows below them" in page.locator(".preview .failure").inner_text()
    assert page.locator(ASK).is_disabled()


@pytest.mark.parametrize("model", ["survival", "chemo_dose", "solubility", "breast_fna"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_the_template_is_read_back_by_page_and_service(
    visit: Open, tmp_path: Path, registry: Any, model: str, locale: str
) -> None:
    from medmaas.table.answering import answer_file  # noqa: PLC0415

    page = open_view(visit, model, locale=locale)
    content = save(page, "Save an empty template")
    assert content.startswith(b"\xef\xbb\xbf")
    assert (b";" in content) == (locale == "de-DE")
    answered = answer_file(content, registry.get(model))
    assert not [fact for fact in answered.notes if fact.code.startswith("columns")]
    choose(page, tmp_path, content)
    uses = list_uses(page)
    assert uses[0] == "id"
    assert "" not in uses
    assert len(uses) == len(set(uses))
    assert "no rows below them" in page.locator(".preview .failure").inner_text()
    assert page.locator("select[aria-invalid=true]").count() == 0


def test_a_picture_goes_elsewhere_in_words(visit: Open) -> None:
    page = visit().go("#/blood_cell/file", ".panel")
    assert "one by one" in page.locator(".panel").inner_text()


def test_the_language_changes_and_nothing_is_lost(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit)
    choose(page, tmp_path, PLAIN.replace("age,", "X1,").replace("67", "167"))
    page.wait_for_selector(".preview")
    page.get_by_label("X1 is taken for").select_option("age")
    choose_language(page, "中文")
    assert list_uses(page)[1] == "age"
    ask(page)
    assert "超出允许范围" in page.locator(".whys").inner_text()
    choose_language(page, "English")
    assert read_counts(page) == (2, 0, 1)
    assert "outside 0 to 120 years" in page.locator(".whys").inner_text()


def test_the_keyboard_alone_does_it(visit: Open, tmp_path: Path) -> None:
    page = open_view(visit)
    text = PLAIN.replace("kappa,lambda", "kappa (mg/dL),lambda (mg/dL)")
    choose(page, tmp_path, text.replace("age,", "X1,"))
    page.wait_for_selector(".preview")
    page.get_by_label("X1 is taken for").focus()
    page.keyboard.type("age")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.preview .buttons button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".results h3:focus")
    assert read_counts(page) == (3, 0, 0)


def test_the_example_of_the_repository_is_asked_about(visit: Open) -> None:
    page = open_view(visit)
    page.locator("#file").set_input_files(ROOT / "examples" / "patients.csv")
    ask(page)
    assert sum(read_counts(page)) == 10
