"""How the headings, dates, numbers and words of a pasted history are read, and what is asked."""

import pytest
from playwright.sync_api import Route

from tests.page.conftest import Open, is_answer
from tests.page.pasting import (
    DROP,
    NURSE,
    can_take,
    list_troubles,
    mend,
    open_form,
    paste,
    preview,
    read_form,
    take,
)


def test_a_nurses_table_is_read_with_dates_commas_units_and_words(visit: Open) -> None:
    page = open_form(visit)
    preview(page, NURSE)
    assert list_troubles(page) == ["columns", "today", "bounds"]
    assert not can_take(page)
    mend(page, "Leave this column out")
    assert page.get_by_label("Today is").input_value() == "2025-12-31"
    mend(page, "Yes, today is December 31, 2025")
    mend(page, "Take the bound itself: <500 as 500")
    assert list_troubles(page) == []
    take(page)
    assert read_form(page) == [
        {"day": "-62", "anc": "4.8", "platelets": "230", "wbc": "7.1"},
        {
            "day": "-55",
            "anc": "5.2",
            "platelets": "245",
            "wbc": "7.4",
            "dose": "1",
            "gcsf": "false",
        },
        {"day": "-48", "anc": "0.5", "platelets": "173", "wbc": "1.8"},
        {
            "day": "-34",
            "anc": "5",
            "platelets": "224",
            "wbc": "7.4",
            "dose": "0.75",
            "gcsf": "true",
        },
        {"day": "0", "anc": "4.8", "platelets": "216", "wbc": "7.2"},
    ]
    with page.expect_response(is_answer) as told:
        page.get_by_role("button", name="Ask", exact=True).click()
    assert told.value.status == 200


def test_the_headings_that_the_table_itself_shows_are_read(visit: Open) -> None:
    for locale in ("en-GB", "zh-CN"):
        page = open_form(visit, locale)
        shown = page.locator(".series thead th").all_inner_texts()[:-1]
        headings = "\t".join(text.replace("\n", " ").strip() for text in shown)
        preview(page, f"{headings}\n-7\t4.8\t230\t7.1\t\t\n0\t5.2\t245\t7.4\t\t\n")
        assert list_troubles(page) == []
        take(page)
        assert read_form(page)[0] == {"day": "-7", "anc": "4.8", "platelets": "230", "wbc": "7.1"}


@pytest.mark.parametrize(
    "headings",
    [
        ["Day", "Neutrophils (10^9/L)", "PLT [10*3/µL]", "WBC, K/uL"],
        [
            "Tag",
            "Neutrophile Granulozyten abs. (G/l)",
            "Thrombozyten Gpt/l",
            "Leukozyten (Tsd./µl)",
        ],
        ["日期", "中性粒细胞绝对值(10^9/L)", "血小板计数（10⁹/L）", "白细胞 10^9/L"],
        ["day", "751-8", "777-3", "6690-2"],
    ],
)
def test_columns_are_found_by_what_people_call_them(visit: Open, headings: list[str]) -> None:
    page = open_form(visit)
    preview(page, "\t".join(headings) + "\n-7\t4.8\t230\t7.1\n0\t5.2\t245\t7.4\n")
    assert list_troubles(page) == []
    take(page)
    assert read_form(page)[1] == {"day": "0", "anc": "5.2", "platelets": "245", "wbc": "7.4"}


def test_a_share_of_neutrophils_is_not_taken_as_their_count(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tNEUT%\tNEUT#\tPLT\n-7\t60\t4.8\t230\n0\t61\t5.2\t245\n")
    assert list_troubles(page) == ["columns"]
    mend(page, "Leave this column out")
    take(page)
    assert read_form(page)[0] == {"day": "-7", "anc": "4.8", "platelets": "230"}


def test_an_unknown_column_is_taken_as_what_a_person_says(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tNx\tPLT\n-7\t4.8\t230\n0\t5.2\t245\n")
    page.locator(".troubles").get_by_label("What Nx holds").select_option("anc")
    take(page)
    assert read_form(page)[1] == {"day": "0", "anc": "5.2", "platelets": "245"}


def test_columns_without_a_heading_are_those_of_the_table_and_asked(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "-7\t4.8\t230\t7.1\n0\t5.2\t245\t7.4\n")
    assert list_troubles(page) == ["headless"]
    mend(page, "That is right")
    take(page)
    assert read_form(page)[0] == {"day": "-7", "anc": "4.8", "platelets": "230", "wbc": "7.1"}


@pytest.mark.parametrize(
    ("dates", "trouble"),
    [
        (["2025-12-24", "2025-12-31"], None),
        (["24.12.2025", "31.12.25"], None),
        (["24/12/2025", "31/12/2025"], None),
        (["12/24/2025", "12/31/2025"], None),
        (["2025年12月24日", "2025年12月31日"], None),
        (["24 Dec 2025", "31. Dezember 2025"], None),
        (["2025-12-24 08:30", "2025-12-31T23:59:00Z"], None),
        (["46015", "46022"], "serials"),
    ],
)
def test_dates_of_any_usual_form_become_days(
    visit: Open, dates: list[str], trouble: str | None
) -> None:
    page = open_form(visit)
    preview(page, "date\tANC\n" + "".join(f"{date}\t4.8\n" for date in dates))
    assert list_troubles(page) == ([trouble] if trouble else []) + ["today"]
    if trouble:
        mend(page, "Read 46015 as December 24, 2025")
    mend(page, "Yes, today is December 31, 2025")
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-7", "0"]


def test_a_date_that_may_be_two_is_asked_about_once(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "date\tANC\n03/04/2025\t4.8\n05/04/2025\t5\n10/04/2025\t5.1\n")
    assert list_troubles(page) == ["order"]
    mend(page, "Read 03/04/2025 as April 3, 2025")
    mend(page, "Yes, today is April 10, 2025")
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-7", "-5", "0"]


def test_dates_cross_a_year_and_those_after_today_are_told(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "date\tANC\n2025-12-28\t4.8\n2026-01-04\t5\n2026-01-11\t5.1\n")
    page.get_by_label("Today is").fill("2026-01-04")
    mend(page, "Yes, today is January 4, 2026")
    assert list_troubles(page) == ["after_today"]
    mend(page, "Leave this row out")
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-7", "0"]


def test_days_that_are_counted_forward_are_counted_back_if_asked(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tANC\n1\t4.8\n8\t0.4\n22\t5.1\n")
    mend(page, "Count back from day 22: it is today")
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-21", "-14", "0"]


def test_today_stays_the_day_that_was_named_when_its_row_is_left_out(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tANC\n1\t4.8\n8\t0.4\n22\t5.1\n")
    mend(page, "Count back from day 22: it is today")
    page.get_by_label("Take row 3").uncheck()
    take(page)
    assert [row["day"] for row in read_form(page)] == ["-21", "-14"]


@pytest.mark.parametrize(
    "table",
    [
        "Befund vom 31.12.2025\nTag\tNeutrophile (G/l)\tPLT\n-7\t4,8 H\t230\n0\t0,4 L*\t45 ↓\n",
        "day   ANC   PLT\n-7    4.8   230\n0     0.4   45\n",
        "day ANC PLT\n-7 4.8 230\n0 0.4 45\n",
        "| day | ANC | PLT |\n|---|---|---|\n| -7 | 4.8 | 230 |\n| 0 | 0.4 | 45 |\n",
        'day,ANC,PLT\n-7,"4,8",230\n0,"0,4",45\n',
        "Tag;Neutrophile (/µl);PLT (/µl)\n-7;4'800;230.000\n0;400;45'000\n",
        "day\tANC\tPLT(10^4/µL)\n-7\t4800 /µL\t23\n0\t0.4 G/L\t4.5\n",
        "day\tANC\tPLT\n0\t0.4\t45\n-7\t4.8\t230\n",
    ],
)
def test_a_table_is_read_however_it_was_written(visit: Open, table: str) -> None:
    page = open_form(visit)
    preview(page, table)
    if list_troubles(page) == ["marks"]:
        mend(page, "Read 230.000 as 230,000")
    assert list_troubles(page) == []
    take(page)
    assert read_form(page) == [
        {"day": "-7", "anc": "4.8", "platelets": "230"},
        {"day": "0", "anc": "0.4", "platelets": "45"},
    ]


def test_doses_and_drugs_are_read_as_the_model_takes_them(visit: Open) -> None:
    page = open_form(visit)
    preview(
        page,
        "day\tANC\tdocetaxel\tpegfilgrastim\n"
        "-21\t5\t100 mg/m²\tNeulasta\n-7\t4\t75 %\tno\n0\t5\t\t\n",
    )
    assert list_troubles(page) == []
    take(page)
    assert read_form(page)[:2] == [
        {"day": "-21", "anc": "5", "dose": "1", "gcsf": "true"},
        {"day": "-7", "anc": "4", "dose": "0.75", "gcsf": "false"},
    ]


def test_a_number_whose_comma_may_be_either_is_asked_about(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day;ANC\n-7;4,800\n0;5,200\n")
    assert list_troubles(page) == ["marks"]
    mend(page, "Read 4,800 as 4.8")
    take(page)
    assert [row["anc"] for row in read_form(page)] == ["4.8", "5.2"]


def test_counts_per_microlitre_without_a_unit_are_offered_that_unit(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tANC\n-7\t4800\n0\t5200\n")
    assert "ANC are outside 0 to 200 10⁹/L" in page.locator(".trouble.outside").inner_text()
    mend(page, "ANC is in /µL")
    take(page)
    assert [row["anc"] for row in read_form(page)] == ["4.8", "5.2"]


def test_eighty_eight_problems_of_one_sort_are_one_message(visit: Open) -> None:
    page = open_form(visit)
    rows = "".join(f"{-i}\tn/m\t230\n" for i in range(60, 0, -1))
    preview(page, f"day\tANC\tPLT\n{rows}0\t5\t240\n")
    assert list_troubles(page) == ["unread"]
    assert "60 values cannot be read" in page.locator(".trouble").inner_text()
    page.locator(".row-links button").first.click()
    assert page.evaluate("document.activeElement.id") == "pasted-0"
    mend(page, "Leave these 60 values empty")
    take(page)
    assert len(read_form(page)) == 61


def test_more_rows_than_the_model_takes_are_told(visit: Open) -> None:
    page = open_form(visit)
    preview(page, "day\tANC\n" + "".join(f"{-i}\t4.8\n" for i in range(69, -1, -1)))
    assert list_troubles(page) == ["many"]
    mend(page, "Leave the 6 oldest rows out")
    take(page)
    assert len(read_form(page)) == 64


def test_a_table_whose_days_stand_side_by_side_is_turned(visit: Open) -> None:
    page = open_form(visit)
    preview(
        page,
        "Parameter\tEinheit\t24.12.2025\t31.12.2025\nNeutrophile\tG/l\t4,8\t5,2\n"
        "Thrombozyten\t/µl\t230000\t245000\n",
    )
    mend(page, "Yes, today is December 31, 2025")
    take(page)
    assert read_form(page) == [
        {"day": "-7", "anc": "4.8", "platelets": "230"},
        {"day": "0", "anc": "5.2", "platelets": "245"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252", "gb18030"])
def test_a_file_is_dropped_whatever_its_encoding(visit: Open, encoding: str) -> None:
    page = open_form(visit)
    text = "Tag;Neutrophile (/µl);G-CSF\n-7;4800;ja\n0;5200;nein\n"
    page.evaluate(DROP, ["#bring", "a.csv", [*text.encode(encoding)]])
    page.wait_for_selector(".preview")
    assert list_troubles(page) == []
    take(page)
    assert read_form(page)[0] == {"day": "-7", "anc": "4.8", "gcsf": "true"}


def test_a_workbook_that_is_dropped_is_called_that(visit: Open) -> None:
    page = open_form(visit)
    page.evaluate(DROP, ["#bring", "a.xlsx", [*b"PK\x03\x04"]])
    page.wait_for_selector(".bring .problem")
    assert "workbook" in page.locator(".bring .problem").inner_text()


def test_nothing_is_pasted_before_the_units_are_known(visit: Open) -> None:
    opened, held = visit(), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    opened.page.route("**/units", hold)
    page = opened.go("#/chemo_dose", ".examples button")
    page.wait_for_function("() => document.activeElement !== null")
    assert page.locator("#bring").count() == 0
    paste(page, NURSE, "body")
    page.locator("form button[type=submit]").click()
    assert page.locator(".answer, .preview").count() == 0
    held[0].continue_()
    page.wait_for_selector("#bring")
    assert page.locator(".preview").count() == 0
    preview(page, NURSE)
    heads = page.locator(".preview thead").inner_text()
    assert "/µL" in heads  # read as it was stated, and converted
    mend(page, "Leave this column out")
    mend(page, "Yes, today is December 31, 2025")
    mend(page, "Take the bound itself: <500 as 500")
    take(page)
    assert read_form(page)[0]["anc"] == "4.8"
