"""Beside an answer stands what became of those for whom the model had said much the same."""

import re

import pytest
from playwright.sync_api import Page

from medmaas.model.manifest import CalibrationPoint, Manifest, RiskTarget
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED
from tests.page.conftest import Open, is_answer

PART = ".turned-out"


def unfold(page: Page) -> None:
    """Open what became of those for whom the model had said much the same."""
    page.locator(f"{PART} summary").click()


def find_nearest(manifest: Manifest, day: int, risk: float) -> CalibrationPoint:
    """The group of the test split whose mean prediction of the risk by a day is nearest."""
    (curve,) = (c for c in manifest.card.calibration if c.target == RiskTarget(day=day))
    return min(curve.points, key=lambda point: abs(point.predicted.value - risk))


def show(point: CalibrationPoint) -> list[str]:
    """What was observed with its interval, in per cent as the page writes it."""
    of = point.observed
    return [f"{100 * number:.1f}".removesuffix(".0") for number in (of.value, of.low, of.high)]


@pytest.mark.parametrize("model", SHIPPED)
def test_every_kind_of_answer_is_held_against_what_was_observed(visit: Open, model: str) -> None:
    page = visit().go(f"#/{model}", ".examples button")
    page.locator(".examples button").first.click()
    unfold(page)
    rows = page.locator(f"{PART} tbody tr").all_inner_texts()
    assert rows
    for row in rows:
        assert re.search(r"\([-<]?[\d.,]+.* to .*\)[^(]*\s[\d,]+$", row), row


def test_what_is_observed_is_of_the_group_that_is_nearest(visit: Open, registry: Registry) -> None:
    page = visit().go("#/survival", ".examples button")
    with page.expect_response(is_answer) as told:
        page.locator(".examples button").first.click()
    risks = told.value.json()["predictions"][0]["output"]["risk"]
    unfold(page)
    rows = page.locator(f"{PART} tbody tr").all_inner_texts()
    manifest = registry.get("survival").manifest
    for row, day in zip(rows, (365, 1826, 3652), strict=True):
        nearest = find_nearest(manifest, day, risks[str(day)])
        shown = show(nearest)
        assert f"{shown[0]}% ({shown[1]}% to {shown[2]}%)" in row
        assert row.endswith(str(nearest.n))
    assert page.locator("svg g.observed").count() == 3


def test_beyond_all_that_was_tested_stands_what_the_outermost_group_showed(
    visit: Open, registry: Registry
) -> None:
    page = visit().go("#/survival", ".examples button")
    page.get_by_role("button", name="a man of 84").click()
    unfold(page)
    rows = page.locator(f"{PART} tbody tr").all_inner_texts()
    manifest = registry.get("survival").manifest
    for row, day in zip(rows, (365, 1826, 3652), strict=True):
        outermost = find_nearest(manifest, day, 1)
        shown = show(outermost)
        assert f"{shown[0]}% ({shown[1]}% to {shown[2]}%)" in row
        assert row.endswith(str(outermost.n))
        assert "lies beyond all groups that were tested" in row
    assert page.locator("svg g.observed").count() == 0  # it is not of such a prediction


def test_nothing_is_held_against_an_answer_that_there_is_not(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.get_by_role("button", name="taken for mg/dL").click()
    page.wait_for_selector(".doubt.stop")
    assert page.locator(PART).count() == 0
