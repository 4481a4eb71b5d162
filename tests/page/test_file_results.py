"""What became of a file on the page: counts, problems by row, and what is saved of it."""

import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.page.conftest import Open
from tests.page.files import (
    ASK,
    ask,
    choose,
    read_counts,
    read_workbook,
    save,
    save_csv,
)
from tests.table.cases import PLAIN, workbook
from tests.table.workbooks import write_workbook

GERMAN = "Nr;Name;Alter;Geschlecht;Kreatinin (µmol/L);Kappa (mg/L);Lamda (mg/L);MGUS bekannt"
IMPOSSIBLE = {22: "creatinine", 33: "age", 44: "kappa"}  # by its line
ABSTAINING = (55, 66)
EMPTY = 101


def write_german(ending: str = "\r\n") -> str:
    """300 patients as a German Excel saves them, with what goes wrong in such files."""
    draw = random.Random(7)  # noqa: S311 - not a secret
    rows = [GERMAN]
    for i in range(300):
        line = i + 2 + (i + 2 >= EMPTY)
        age = "250" if line == 33 else str(draw.randint(52, 88))
        creatinine = "-5" if line == 22 else _decimal(draw.uniform(60, 120))
        kappa = "9000,5" if line == 44 else _decimal(draw.uniform(8, 20))
        chains = ["900,0", "1,0"] if line in ABSTAINING else [kappa, _decimal(draw.uniform(9, 22))]
        sex, mgus = draw.choice("mw"), draw.choice(["ja", "nein"])
        cells = [f"P{i:04}", f"Müller, {i}", age, sex, creatinine, *chains, mgus]
        rows.append(";".join(cells))
    rows.insert(EMPTY - 1, ";;;;;;;")
    return ending.join([*rows, ""])


def _decimal(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


class Hand:
    """Somebody at the page, whose steps are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps = page, 0

    def choose(self, tmp_path: Path, content: bytes) -> None:
        self.steps += 1
        choose(self.page, tmp_path, content)
        self.page.wait_for_selector(".preview")

    def click(self, name: str) -> None:
        self.steps += 1
        self.page.get_by_role("button", name=name).click()

    def save(self, name: str) -> bytes:
        self.steps += 1
        return save(self.page, name)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "windows-1252"])
def test_a_german_file_with_mistakes_goes_back_into_excel_in_three_steps(
    visit: Open, tmp_path: Path, encoding: str
) -> None:
    page = visit("de-DE").go("#/survival/file", "#file")
    hand = Hand(page)
    hand.choose(tmp_path, write_german().encode(encoding))
    assert "called almost so: check" in page.locator(".columns").inner_text()
    assert "w is read as female" in page.locator(".preview").inner_text()
    hand.click("Ask about 300 rows")
    page.wait_for_selector(".results")
    assert read_counts(page) == (295, 2, 3)
    assert page.locator(".whys.rejected button").all_inner_texts() == ["row 22", "row 33", "row 44"]
    assert page.locator(".whys.abstained button").all_inner_texts() == ["row 55", "row 66"]
    sheets = read_workbook(hand.save("Save for Excel"))
    assert hand.steps == 3

    assert [*sheets] == ["inputs", "results", "problems"]
    assert {name: len(rows) for name, rows in sheets.items()} == {
        "inputs": 301, "results": 301, "problems": 6,
    }  # fmt: skip
    assert sheets["inputs"][0] == ["line", *GERMAN.split(";")]
    assert sheets["inputs"][1][1:3] == ["P0000", "Müller, 0"]
    assert isinstance(sheets["inputs"][1][5], float), "decimal commas are numbers in a workbook"
    told = {row[0]: (row[2], row[3], row[4]) for row in sheets["problems"][1:]}
    assert told[33] == ("rejected", "age", "250")
    assert told[22] == ("rejected", "creatinine", "-5")
    assert told[44] == ("rejected", "kappa", "9000,5")
    assert told[55][0] == told[66][0] == "abstained"
    statuses = {row[0]: row[2] for row in sheets["results"][1:]}
    assert EMPTY not in statuses
    assert [line for line, status in statuses.items() if status == "rejected"] == [*IMPOSSIBLE]

    rows = save_csv(page, ";")
    assert len(rows) == 300
    assert [row["Nr"] for row in rows[:2]] == ["P0000", "P0001"]
    assert rows[0]["line"] == "2"
    assert rows[-1]["line"] == "302"
    assert "," in rows[0]["risk_1826"]
    assert "." not in rows[0]["risk_1826"]
    assert [int(row["line"]) for row in rows if row["status"] == "abstained"] == [*ABSTAINING]
    assert all(row["reason"] for row in rows if row["status"] != "answered")


def test_what_is_answered_is_what_batch_writes(visit: Open, tmp_path: Path, registry: Any) -> None:
    import csv  # noqa: PLC0415

    from medmaas.cli import main  # noqa: PLC0415

    page = visit().go("#/survival/file", "#file")
    choose(page, tmp_path, PLAIN)
    ask(page)
    rows = save_csv(page)
    source = tmp_path / "plain.csv"
    source.write_text(PLAIN)
    assert main(["batch", "survival", str(source), str(tmp_path / "out")]) == 0
    text = (tmp_path / "out" / "predictions.csv").read_text("utf-8")
    written = list(csv.DictReader(text.splitlines()))
    for one, other in zip(rows, written, strict=True):
        for name in ("risk_365", "risk_1826", "risk_3652", "interval_at_least_days"):
            assert float(one[name] or -1) == float(other[name] or -1)
        assert one["id"] == other["id"]
        assert one["warnings"] == other["warnings"]
    assert registry.get("survival").digest in page.locator("main").inner_text()
    assert rows[0]["model"] == f"survival {registry.get('survival').manifest.version}"


def test_an_abstention_is_no_answer_and_each_is_shown_alone(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    lines = ["D1,67,F,1,90,0.1,false", "D2,167,F,1,1,1,false", "D3,68,F,1,91,0.1,false"]
    choose(page, tmp_path, PLAIN + "\n".join([*lines, ""]))
    ask(page)
    assert read_counts(page) == (3, 2, 1)
    ids = page.locator("table.answers tbody td:nth-child(2)")
    abstained = page.locator("button.count.abstained")
    abstained.click()
    assert abstained.get_attribute("aria-pressed") == "true"
    assert ids.all_inner_texts() == ["D1", "D3"]
    abstained.click()
    assert ids.count() == 6
    assert page.locator(".whys.abstained li").count() == 1, "one kind is said once"
    page.get_by_label("Search").fill("d2")
    assert ids.all_inner_texts() == ["D2"]
    assert page.locator(".seek [role=status]").inner_text() == "1 to 1 of 1"


def test_a_problem_leads_to_its_row_whatever_is_hidden(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    rows = [f"E{i},67,F,1.1,1.2,1.5,false" for i in range(250)]
    rows[220] = "E220,200,F,1.1,1.2,1.5,false"
    choose(page, tmp_path, "\n".join([PLAIN.split("\n")[0], *rows, ""]))
    ask(page)
    assert page.locator("table.answers tbody tr").count() == 100
    page.locator("button.count.answered").click()
    page.get_by_label("Search").fill("E1")
    page.get_by_role("button", name="row 222").click()
    page.wait_for_selector("table.answers th:focus")
    assert page.locator("table.answers th:focus").inner_text() == "222"
    assert page.locator(".seek [role=status]").inner_text() == "201 to 250 of 250"
    assert page.locator(".results .save button").first.is_visible()


def test_rows_are_sorted_by_what_they_hold(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    choose(page, tmp_path, PLAIN)
    ask(page)
    first = page.locator("table.answers tbody tr td:nth-child(2)")
    page.get_by_role("button", name="risk within 5 years").click()
    rising = first.all_inner_texts()
    assert page.locator("th[aria-sort=ascending]").count() == 1
    page.get_by_role("button", name="risk within 5 years").click()
    assert first.all_inner_texts() == rising[::-1]
    assert rising != sorted(rising)


def test_what_a_spreadsheet_would_calculate_is_saved_as_text(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    evil = ["=1+1", "+cmd", "@SUM(A1)", "-A3"]
    rows = [f"{cell},67,F,1.1,1.2,1.5,false,-1.5" for cell in evil]
    choose(page, tmp_path, "\n".join([f"{PLAIN.splitlines()[0]},note", *rows, ""]))
    ask(page)
    assert read_counts(page) == (4, 0, 0)
    saved = save_csv(page)
    assert [row["id"] for row in saved] == [f"'{cell}" for cell in evil]
    assert saved[0]["note"] == "-1.5"
    sheets = read_workbook(save(page, "Save for Excel"))
    assert [row[1] for row in sheets["inputs"][1:]] == evil
    import zipfile  # noqa: PLC0415
    from io import BytesIO  # noqa: PLC0415

    content = save(page, "Save for Excel")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist())


def test_a_spreadsheet_comes_back_with_its_own_lines(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/survival/file", "#file")
    rows: list[Any] = [["Report"], []]
    rows += [["id", "age", "sex", "creatinine", "kappa", "lambda", "mgus", "ward"]]
    rows += [["007", 67.0, "F", 1.1, 1.2, 1.5, False, "7B"], []]
    rows += [["008", 200.0, "F", 1.1, 1.2, 1.5, False, "7B"]]
    choose(page, tmp_path, write_workbook({"Rows": rows}), "rows.xlsx")
    ask(page)
    assert read_counts(page) == (1, 0, 1)
    sheets = read_workbook(save(page, "Save for Excel"))
    assert sheets["inputs"][1:] == [
        [4, "007", 67, "F", 1.1, 1.2, 1.5, "false", "7B"],
        [6, "008", 200, "F", 1.1, 1.2, 1.5, "false", "7B"],
    ]
    assert [row[0] for row in sheets["problems"][1:]] == [6]


def test_histories_are_told_by_their_own_lines(visit: Open, tmp_path: Path) -> None:
    page = visit().go("#/chemo_dose/file", "#file")
    rows = ["Fall;Tag;Neutrophile;Thrombozyten;Leukozyten;Dosis;G-CSF"]
    rows += ["A;-21;4,5;230;7,1;1;nein", "A;0;4,1;210;6,5;;", "", "B;-21;4,5;x;7,1;1;nein"]
    rows += ["B;0;4,1;210;6,5;;"]
    choose(page, tmp_path, "\n".join([*rows, ""]))
    page.wait_for_selector(".preview")
    page.get_by_label("Fall is taken for").select_option("id")
    ask(page)
    answered, abstained, rejected = read_counts(page)
    assert (answered + abstained, rejected) == (1, 1)
    assert page.locator(".whys.rejected button").all_inner_texts() == ["row 5"]
    assert page.locator("table.answers tbody th").all_inner_texts() == ["2", "5"]


def test_a_thousand_rows_are_shown_within_a_second_of_the_answer(
    visit: Open, tmp_path: Path
) -> None:
    page = visit().go("#/solubility/file", "#file")
    choose(page, tmp_path, "smiles\n" + "CCO\nC1CC(\n" * 500)
    page.wait_for_selector(".preview")
    page.evaluate(
        """() => {
          const read = Response.prototype.json;
          Response.prototype.json = async function () {
            const told = await read.call(this);
            if (told.rows) performance.mark('told');
            return told;
          };
          new MutationObserver((_, observer) => {
            if (!document.querySelector('table.answers')) return;
            observer.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('shown')));
          }).observe(document.body, {childList: true, subtree: true});
        }"""
    )
    page.locator(ASK).click()
    page.wait_for_function("() => performance.getEntriesByName('shown').length", timeout=60_000)
    took = page.evaluate("performance.measure('took', 'told', 'shown').duration")
    assert read_counts(page) == (500, 0, 500)
    assert took < 1000


def test_more_than_a_thousand_rows_are_refused_before_they_travel(
    visit: Open, tmp_path: Path
) -> None:
    page = visit().go("#/solubility/file", "#file")
    choose(page, tmp_path, "smiles\n" + "CCO\n" * 1001)
    page.wait_for_selector(".preview .failure")
    assert "At most 1,000 rows" in page.locator(".preview .failure").inner_text()
    assert page.locator(ASK).is_disabled()


@pytest.mark.parametrize("width", [390, 1280])
def test_save_stays_in_view_and_the_table_scrolls_by_itself(
    visit: Open, tmp_path: Path, width: int
) -> None:
    page = visit(width=width).go("#/survival/file", "#file")
    choose(page, tmp_path, workbook(PLAIN + PLAIN.split("\n", 1)[1] * 40), "rows.xlsx")
    ask(page)
    inside = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(inside)
    for part in (0, 0.5, 0.9):
        page.evaluate(
            "part => scrollTo(0, part * document.querySelector('.answers').scrollHeight)", part
        )
        page.evaluate("new Promise(shown => requestAnimationFrame(() => setTimeout(shown)))")
        box = page.get_by_role("button", name="Save for Excel").bounding_box()
        assert box
        assert part == 0 or 0 <= box["y"] < 200
    too_small = page.evaluate(
        """() => [...document.querySelectorAll('.file button, .file select, .file input')]
          .map(one => one.getBoundingClientRect().height)
          .filter(height => height && height < 43.5).length"""
    )
    assert too_small == 0
