"""A history that is pasted is previewed, and replaces what was there; never is it a mix."""

import json
from typing import Any

import pytest

from tests.page.conftest import Open
from tests.page.looks import list_layout_faults, list_violations, shoot
from tests.page.pasting import (
    NURSE,
    PLAIN,
    can_take,
    list_troubles,
    mend,
    open_form,
    paste,
    preview,
    read_form,
    take,
)


def test_a_paste_of_three_rows_replaces_all_seventeen_and_can_be_undone(visit: Open) -> None:
    page = open_form(visit)
    page.locator(".examples button").nth(1).click()
    page.wait_for_selector(".reasons")
    before = read_form(page)
    assert len(before) == 17
    preview(page, PLAIN)
    assert "replaces all 17 rows" in page.locator(".preview header").inner_text()
    assert read_form(page) == before, "nothing reaches the form before it is taken"
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-7", "-3", "0"]
    assert "3 rows were taken" in page.locator(".replaced").inner_text()
    page.get_by_role("button", name="Bring back what was here").click()
    assert read_form(page) == before


def test_a_paste_into_a_cell_in_the_middle_replaces_all_as_well(visit: Open) -> None:
    page = open_form(visit)
    page.locator(".examples button").nth(1).click()
    page.wait_for_selector("#value-16-day")
    paste(page, PLAIN, "#value-8-platelets")
    page.wait_for_selector(".preview")
    take(page)
    assert len(read_form(page)) == 3


def test_a_single_value_that_is_pasted_stays_an_edit_of_its_cell(visit: Open) -> None:
    page = open_form(visit)
    paste(page, "4.8", "#value-0-anc")
    paste(page, " 4,8\n", "#value-0-anc")
    assert page.locator(".preview").count() == 0


def test_a_discarded_paste_changes_nothing(visit: Open) -> None:
    page = open_form(visit)
    page.locator(".examples button").first.click()
    page.wait_for_selector("#value-1-day")
    before = read_form(page)
    preview(page, PLAIN)
    page.keyboard.press("Escape")
    page.wait_for_selector(".preview", state="detached")
    assert read_form(page) == before


def test_ids_of_two_patients_are_refused_and_named(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "Pat-Nr\tday\tANC\n4711\t-7\t4.8\n\t-3\t5\n0815\t-5\t3.1\n0815\t0\t2.2\n")
    assert "2 patients: 4711, 0815" in page.locator(".trouble.persons").inner_text()
    assert not can_take(page)
    mend(page, "Take only 4711 (2 rows)")
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-7", "-3"]


def test_two_tables_without_ids_are_asked_about(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tANC\n-20\t4.8\n-10\t5\n0\t5.1\n-19\t2.2\n-9\t3\n-1\t3.3\n")
    assert list_troubles(page) == ["restart"]
    mend(page, "Take only rows 1 to 3")
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-20", "-10", "0"]


def test_a_heading_that_comes_again_is_asked_about(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tANC\n-7\t4.8\n0\t5\nday\tANC\n-6\t2.2\n0\t2.1\n")
    assert "again" in list_troubles(page)
    mend(page, "Take only the rows above row 3")
    take(page)
    assert [row["anc"] for row in read_form(page)] == ["4.8", "5"]


def test_equal_rows_of_a_day_are_left_out_and_different_ones_refused(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tANC\n-7\t4.8\n-7\t4.8\n0\t5\n")
    assert list_troubles(page) == ["same"]
    mend(page, "Leave the repeated row out")
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-7", "0"]
    preview(page, "day\tANC\n-7\t4.8\n-7\t1.2\n0\t5\n")
    assert list_troubles(page) == ["differ"]
    assert not can_take(page)
    mend(page, "Keep the upper row of each")
    take(page)
    assert [row["anc"] for row in read_form(page)] == ["4.8", "5"]


def test_rows_of_a_day_that_complete_each_other_are_joined_only_if_asked(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tANC\tPLT\n-7\t4.8\t\n-7\t\t230\n0\t5\t240\n")
    assert list_troubles(page) == ["split"]
    mend(page, "Join the rows of one day")
    take(page)
    assert read_form(page)[0] == {"day": "-7", "anc": "4.8", "platelets": "230"}


def test_two_rows_of_one_day_in_the_form_are_not_asked_about(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/chemo_dose", "#bring")
    page.locator(".examples button").first.click()
    page.wait_for_selector(".reasons")
    page.locator("#value-1-day").fill("-7")
    assert "Rows 1, 2 are both of day -7" in page.locator(".twins").inner_text()
    asked = len([url for url in opened.asked if "predict" in url])
    for way in ("button[type=submit]", ".stale-notice button", "#value-1-anc"):
        page.locator(way).press("Enter")
        assert "Not asked" in page.locator(".twins strong").inner_text()
        assert len([url for url in opened.asked if "predict" in url]) == asked
    page.get_by_role("button", name="Keep row 2").click()
    assert page.locator(".twins").count() == 0
    assert [row["anc"] for row in read_form(page)] == ["5.2"]


def test_what_the_service_refuses_is_told_once_per_sort_with_ways_to_its_cells(
    visit: Open,
) -> None:
    page = open_form(visit)
    page.locator(".examples button").nth(1).click()
    page.wait_for_selector(".reasons")
    for row in (9, 2, 4):
        page.locator(f"#value-{row}-anc").fill("999")
    page.locator("#value-1-dose").fill("7")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".cell-problems")
    assert page.locator(".cell-problems li").count() == 2
    ways = page.locator(".cell-problems button")
    assert ways.all_inner_texts() == ["dose, row 2", "ANC, row 3", "ANC, row 5", "ANC, row 10"]
    ways.nth(2).click()
    assert page.evaluate("document.activeElement.id") == "value-4-anc"


def test_cells_are_wide_enough_for_their_values(visit: Open) -> None:
    page = open_form(visit)
    page.locator(".examples button").nth(1).click()
    page.wait_for_selector("#value-16-day")
    widths: list[float] = page.evaluate(
        """() => [...document.querySelectorAll('.series :is(input, select)')]
        .map(one => one.getBoundingClientRect().width)"""
    )
    assert min(widths) >= 80
    assert "0 is today" in page.locator(".time-help").inner_text()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_the_preview_is_accessible(visit: Open, locale: str, theme: str, width: int) -> None:
    opened = visit(locale, theme, width)
    page = opened.go("#/chemo_dose", "#bring")
    preview(page, NURSE)
    shoot(opened, f"history-{locale}-{theme}-{width}")
    assert list_violations(opened) + list_layout_faults(opened) == []
    assert opened.list_faults() == []


def test_nothing_of_a_paste_leaves_the_browser_before_it_is_asked_about(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/chemo_dose", "#bring")
    page.wait_for_load_state("networkidle")
    before = len(opened.asked)
    preview(page, NURSE)
    page.keyboard.press("Escape")
    assert len(opened.asked) == before
    stored: Any = page.evaluate("() => ({...localStorage, ...sessionStorage})")
    assert "4800" not in json.dumps(stored)
