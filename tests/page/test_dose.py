"""The answer of a dose: two marks per option, true doses, and nothing barred that looks best."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from medmaas.model.manifest import PolicyOutput
from medmaas.model.registry import Registry
from tests.page.conftest import SCREENSHOTS, Open, is_answer
from tests.page.looks import require_every_look

ACROSS = "() => [...document.querySelectorAll('.dose .plot .option :is(.dot, .cross)')].length"


def ask(visit: Open, example: int) -> Page:
    page = visit().go("#/chemo_dose", ".examples button")
    with page.expect_response(is_answer) as told:
        page.locator(".examples button").nth(example).click()
    page.wait_for_selector(f"text={told.value.json()['request_id']}")
    page.wait_for_selector(".answer[aria-busy=false]")
    return page


def list_options(page: Page) -> list[list[str]]:
    """Per option its name and its two marks."""
    found = page.locator(".options tbody th")
    return [found.nth(i).inner_text().split("\n") for i in range(found.count())]


def find_limits(registry: Registry) -> dict[str, float]:
    """The limit of every outcome that has one."""
    output = registry.get("chemo_dose").manifest.output
    assert isinstance(output, PolicyOutput)
    return {limit.outcome: limit.at_most for limit in output.limits}


def test_the_absolute_risk_stands_large_and_before_all_others(
    visit: Open, registry: Registry
) -> None:
    page = visit().go("#/chemo_dose", ".examples button")
    with page.expect_response(is_answer) as answer:
        page.locator(".examples button").nth(1).click()
    page.wait_for_selector(".answer[aria-busy=false]")
    output = answer.value.json()["predictions"][0]["output"]
    (chosen,) = (one for one in output["options"] if one["action"] == output["recommended"])
    first, risk = next(iter(chosen["risks"].items()))
    assert page.locator(".in-hundred").inner_text() == f"{100 * risk:.0f} in 100"
    assert "Neutrophils below 0.5" in page.locator(".expected").inner_text()
    limit = 100 * find_limits(registry)[first]
    assert f"within the limit of {limit:.0f}" in page.locator(".expected").inner_text()
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    largest = page.locator(".in-hundred").evaluate(size)
    assert largest > page.locator("h2").evaluate(size)


def test_the_rule_of_today_and_the_limit_are_two_marks(visit: Open) -> None:
    barred = list_options(ask(visit, -1))
    assert barred == [
        ["100 %", "✕ barred today", "▲ over the limit"],
        ["100 % + G-CSF", "✕ barred today", "▲ over the limit"],
        ["75 %", "✕ barred today", "▲ over the limit"],
        ["50 %", "✕ barred today", "✓ within the limit"],
        ["★ delay 7 days", "✓ may be given today", "▲ over the limit"],
    ]


def test_a_barred_option_is_never_the_one_that_is_named(visit: Open) -> None:
    page = ask(visit, -1)
    named = page.locator(".options tbody.chosen")
    assert named.count() == 1
    assert "barred" not in named.inner_text()
    assert page.locator(".plot .named.barred").count() == 0
    assert page.locator(".plot .barred .barred-word").count() == 4, "told by a word"
    assert page.locator(".plot .barred .cross").count() == 4, "and by a shape"
    assert page.locator(".plot .barred .dot").count() == 0
    assert "least" not in page.locator(".options").inner_text().lower()


def test_what_alone_may_be_given_over_the_limit_is_not_recommended(visit: Open) -> None:
    page = ask(visit, -1)
    verdict = page.locator(".verdict").first.inner_text()
    assert verdict.endswith("not an acceptable one: delay 7 days")
    assert "recommended" not in page.locator(".mark-legend").inner_text()
    assert "the only one left" in page.locator(".mark-legend").inner_text()


def test_the_chart_moves_no_option_from_its_number(visit: Open, registry: Registry) -> None:
    page = ask(visit, 1)
    assert page.evaluate(ACROSS) == 5
    ticks: dict[str, float] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.dose .plot .axis > g')]
        .map(one => [one.textContent, one.transform.baseVal[0].matrix.e]))"""
    )
    marks: list[float] = page.evaluate(
        "() => [...document.querySelectorAll('.dose .plot .dot')].map(one => one.cx.baseVal.value)"
    )
    names = page.locator(".plot .mark-name").all_text_contents()
    span = ticks["100"] - ticks["0"]
    shares = [(mark - ticks["0"]) / span * 100 for mark in marks]
    for name, share in zip(names, shares, strict=True):
        assert share == pytest.approx(float(name.strip("<>")), abs=1)
    strips = page.locator(".plot .strip-name").all_text_contents()
    assert strips == ["Dose 100%", "Dose 75%", "Dose 50%"]
    limit = page.locator(".plot .limit line").get_attribute("x1")
    at_most = find_limits(registry)["anc_below_0.5"]
    assert (float(limit or 0) - ticks["0"]) / span == pytest.approx(at_most)


def answer_with_the_least_bad(page: Page) -> None:
    """No option keeps all limits, and more than one may be given."""

    def change_answer(route: Route) -> None:
        told = route.fetch().json()
        output: dict[str, Any] = told["predictions"][0]["output"]
        output["least_bad"] = True
        for i, option in enumerate(output["options"]):
            option["within_limit"] = False
            option["allowed"] = option["action"] == output["recommended"] or i > 3
        route.fulfill(json=told)

    page.route(re.compile(r"/(predict|explain)$"), change_answer)


def test_five_outcomes_and_several_limits_have_their_columns(
    visit: Open, registry: Registry
) -> None:
    opened = visit()
    answer_with_the_least_bad(opened.page)
    page = opened.go("#/chemo_dose", ".examples button")
    page.locator(".examples button").nth(1).click()
    page.wait_for_selector(".answer[aria-busy=false]")
    verdict = page.locator(".verdict").first.inner_text()
    assert verdict == "Least bad option, not an acceptable one: 100 % + G-CSF"
    head = page.locator(".options thead th").all_inner_texts()
    output = registry.get("chemo_dose").manifest.output
    assert isinstance(output, PolicyOutput)
    assert len(output.outcomes) == 5
    limits = find_limits(registry)
    stated = [limits.get(outcome.name) for outcome in output.outcomes]
    assert [text.split("\n")[-1] if "limit" in text else None for text in head] == [
        None,
        *(None if limit is None else f"limit {100 * limit:.0f}" for limit in stated),
        None,
    ]
    assert page.locator(".mark-legend").inner_text().count("least bad") == 1
    SCREENSHOTS.mkdir(exist_ok=True)
    printed = page.pdf(path=SCREENSHOTS / "dose-five.pdf", format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    require_every_look(opened, "dose-five")


def test_a_dose_is_printed_at_a_size_that_is_read(visit: Open) -> None:
    page = ask(visit, 1)
    page.emulate_media(media="print")
    small: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('.dose *, .given-values *')]
        .filter(one => one.getClientRects().length && !one.closest('.unseen')
          && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .filter(one => parseFloat(getComputedStyle(one).fontSize) < 7.4 * 4 / 3)
        .map(one => one.textContent)"""
    )
    assert small == []
    body = page.locator(".verdict").evaluate("() => getComputedStyle(document.body).fontSize")
    assert float(body.removesuffix("px")) >= 8.5 * 4 / 3 - 0.01


def test_what_was_asked_is_a_sheet_with_its_days_side_by_side(visit: Open) -> None:
    page = ask(visit, 1)
    sheet = page.locator(".flowsheet")
    assert sheet.locator("thead th").all_inner_texts()[:3] == ["day", "-68", "-63"]
    assert "ANC 10⁹/L" in sheet.inner_text()


def test_a_history_is_drawn_with_its_doses(visit: Open) -> None:
    page = ask(visit, 1)
    assert page.locator(".trends .trend-name").all_text_contents() == ["ANC", "platelets", "WBC"]
    assert page.locator(".trends .given-text").all_text_contents() == ["100%", "75%", "75% + G-CSF"]
    assert page.locator(".trends .newest").first.text_content() == "4.8"
    heights: list[float] = page.evaluate(
        """() => [...document.querySelectorAll('.trends .dot')].slice(0, 17)
        .map(one => one.cy.baseVal.value)"""
    )
    # 0.3, 3 and 0.5: as far apart as their ratios
    low, middle = heights[3], heights[4]
    assert 0 < low - middle < heights[3] - heights[2]
