"""Beside an answer stands what became of those for whom the model had said much the same."""

import re

import pytest

from medmaas.model.manifest import CalibrationPoint, Manifest, RiskTarget
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED
from tests.page.conftest import Open

PART = ".turned-out"


def find_nearest(manifest: Manifest, day: int, risk: float) -> CalibrationPoint:
    """The group of the test split whose mean prediction of the risk by a day is nearest."""
    (curve,) = (c for c in manifest.card.calibration if c.target == RiskTarget(day=day))
    return min(curve.points, key=lambda point: abs(point.predicted.value - risk))


@pytest.mark.parametrize("model", SHIPPED)
def test_every_kind_of_answer_is_held_against_what_was_observed(visit: Open, model: str) -> None:
    page = visit().go(f"#/{model}", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(PART)
    rows = page.locator(f"{PART} tbody tr").all_inner_texts()
    assert rows
    for row in rows:
        assert re.search(r"\(-?[\d.,]+.* to .*\)\s+\d", row) or "beyond all groups" in row


def test_what_is_observed_is_of_the_group_that_is_nearest(visit: Open, registry: Registry) -> None:
    page = visit().go("#/survival", ".examples button")
    with page.expect_response("**/predict") as told:
        page.locator(".examples button").first.click()
    risks = told.value.json()["predictions"][0]["output"]["risk"]
    page.wait_for_selector(PART)
    rows = page.locator(f"{PART} tbody tr").all_inner_texts()
    manifest = registry.get("survival").manifest
    for row, day in zip(rows, (365, 1826, 3652), strict=True):
        nearest = find_nearest(manifest, day, risks[str(day)])
        observed = nearest.observed
        shown = [f"{100 * number:.1f}".removesuffix(".0") for number in
                 (observed.value, observed.low, observed.high)]  # fmt: skip
        assert f"{shown[0]}% ({shown[1]}% to {shown[2]}%)" in row
        assert row.endswith(str(nearest.n))
    assert page.locator("svg .observed").count() == 3


def test_a_prediction_beyond_all_that_was_tested_is_said_to_be_so(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.get_by_role("button", name="a man of 84").click()
    page.wait_for_selector(PART)
    assert page.locator(PART).inner_text().count("lies beyond all groups") == 3
    assert page.locator("svg .observed").count() == 0


def test_nothing_is_held_against_an_answer_that_there_is_not(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.get_by_role("button", name="taken for mg/dL").click()
    page.wait_for_selector(".doubt.stop")
    assert page.locator(PART).count() == 0
