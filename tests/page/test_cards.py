"""Every card draws how often what the model says came true, in the reader's language."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED, state_contract_1
from tests.page.conftest import Open, Visit, serve
from tests.page.looks import UNFOLD, require_every_look

TITLES = {
    "blood_cell": ["share of right answers"],
    "breast_fna": ["share of malignant"],
    "chemo_dose": [
        "share of ANC below 0.5",
        "share of ANC below 1.0",
        "share of platelets below 50",
        "share of ANC below 0.5 for a week",
    ],
    "solubility": ["value"],
    "survival": ["at 1 year", "at 5 years", "at 10 years"],
}


def unfold(opened: Visit, model: str) -> Page:
    """The card of a model with every part open."""
    page = opened.go(f"#/{model}/card", ".part")
    page.evaluate(UNFOLD)
    return page


@pytest.mark.parametrize("model", SHIPPED)
def test_every_card_draws_predicted_against_observed(
    visit: Open, registry: Registry, model: str
) -> None:
    opened = visit()
    page = unfold(opened, model)
    curves = page.locator("figure:has(.average)")
    titles = curves.locator("figcaption").all_inner_texts()
    assert titles == [f"Predicted against observed, {of}" for of in TITLES[model]]
    card = registry.get(model).manifest.card
    groups = sum(len(curve.points) for curve in card.calibration)
    assert curves.locator(".dot").count() == groups
    assert curves.locator(".whisker").count() == groups
    assert opened.list_faults() == []


@pytest.mark.parametrize("model", SHIPPED)
def test_a_dot_above_the_diagonal_is_a_group_that_had_more_than_was_predicted(
    visit: Open, model: str
) -> None:
    page = unfold(visit(), model)
    for figure in page.locator("figure:has(.average)").all():
        line = figure.locator(".average")
        x1, y1, x2, y2 = (float(line.get_attribute(end) or 0) for end in ("x1", "y1", "x2", "y2"))
        figure.locator("summary").click()
        rows = [row.inner_text().split("\t") for row in figure.locator("tbody tr").all()]
        for dot, (_, predicted, observed, _) in zip(
            figure.locator(".dot").all(), rows, strict=True
        ):
            x, y = (float(dot.get_attribute(end) or 0) for end in ("cx", "cy"))
            above = y1 + (x - x1) / (x2 - x1) * (y2 - y1) - y
            more = read_number(observed) - read_number(predicted)
            if more:
                assert (above > 0) == (more > 0), (predicted, observed)


@pytest.mark.parametrize("model", SHIPPED)
def test_the_points_of_curves_are_among_all_figures(
    visit: Open, registry: Registry, model: str
) -> None:
    card = registry.get(model).manifest.card
    predicted = [point.predicted for curve in card.calibration for point in curve.points]
    held = [point for curve in card.coverage for point in curve.points]
    widths = sum(point.width is not None for point in held)
    count = len(card.metrics) + 2 * len(predicted) + len(held) + widths
    page = unfold(visit(), model)
    assert page.get_by_text(f"{count} figures", exact=True).is_visible()
    page.get_by_label("Filter the figures").fill("predicted this group")
    found = page.locator("#part-all tbody tr").all_inner_texts()
    rows = [row for row in found if row.startswith("predicted ")]
    assert len(rows) == len(predicted)
    shown = [row.split("\t")[2] for row in rows]
    for estimate, cell in zip(predicted, shown, strict=True):
        assert read_number(cell) == pytest.approx(estimate.value, abs=6e-4, rel=0.06)
    page.get_by_label("Filter the figures").fill("coverage of 90% intervals")
    assert page.locator("#part-all tbody tr").count() == sum(
        point.coverage == 0.9 for point in held
    )


def test_people_from_elsewhere_and_the_lowest_groups_are_told_apart(
    visit: Open, models: Path
) -> None:
    (path,) = models.glob("solubility/*/manifest.json")
    manifest = json.loads(path.read_text())
    (own, *_) = manifest["card"]["coverage"]
    point = own["points"][0] | {"held": {"value": 0.62, "low": 0.6, "high": 0.64}}
    external = own | {"cohort": "external", "evaluated_on": "of another town", "points": [point]}
    lowest = point | {"group": "the tall", "held": {"value": 0.71, "low": 0.7, "high": 0.72}}
    picked = own | {"evaluated_on": "the lowest", "points": [lowest], "picked_from": 39}
    manifest["card"]["coverage"] = [own, picked, external]
    manifest["translations"] = {}
    state_contract_1(manifest)  # which has no digest
    path.write_text(json.dumps(manifest))
    for address in serve(create_app(Registry(models))):
        opened = visit(at=address)
        page = unfold(opened, "solubility")
        part = page.locator(".part", has_text="Coverage: do its intervals hold?")
        told = part.inner_text()
        own_text, picked_text, external_text = (
            told.partition(start)[2].partition(end)[0]
            for start, end in (
                (own["evaluated_on"], "the lowest"),
                ("the lowest", "of another town"),
                ("of another town", "No answer"),
            )
        )
        assert "62%" not in own_text + picked_text
        assert "62%" in external_text
        assert "Neither learned from nor calibrated on" in external_text
        assert "among 39 that were looked at" in picked_text
        assert "the tall" in picked_text
        assert "71%" in picked_text
        assert opened.list_faults() == []


def read_number(cell: str) -> float:
    found = re.search(r"-?[\d.]+", cell)
    assert found, cell
    return float(found[0])


def test_the_page_says_what_lies_above_the_diagonal(visit: Open) -> None:
    page = unfold(visit(), "breast_fna")
    assert "more happened than was predicted: the probability is too low" in page.content()
    page = unfold(visit(), "solubility")
    assert "more was measured than was predicted: the answer is too low" in page.content()
    assert "Predicted, log₁₀(mol/L)" in page.locator("figure:has(.average)").inner_text()


@pytest.mark.parametrize("model", SHIPPED)
def test_a_curve_is_told_in_chinese_and_to_those_who_do_not_see_it(visit: Open, model: str) -> None:
    page = unfold(visit("zh-CN"), model)
    curves = page.locator("figure:has(.average)")
    assert curves.count() == len(TITLES[model])
    for figure in curves.all():
        figure.locator("summary").click()
        assert figure.locator("[lang=en]").count() == 0
        title = figure.locator("figcaption").inner_text()
        assert "与预测对照" in title
        label = figure.locator("svg").get_attribute("aria-label") or ""
        assert label.startswith(title)
        assert "区间不含预测值的组" in label


@pytest.mark.parametrize("model", ["blood_cell", "breast_fna", "solubility"])
def test_the_other_cards_are_accessible(visit: Open, model: str) -> None:
    opened = visit()
    opened.go(f"#/{model}/card", ".part")
    require_every_look(opened, f"{model}-card", UNFOLD)


def test_a_department_approves_from_a_card_in_chinese_in_nine_steps(visit: Open) -> None:
    opened = visit("zh-CN", width=1280)
    steps = 0

    def count(act: Callable[..., None], *given: str) -> None:
        nonlocal steps
        steps += 1
        act(*given)

    page = opened.go("", ".entry")
    count(page.locator("a[href='#/survival/card']").click)
    page.wait_for_selector(".part")
    sheet = page.locator("#part-sheet")
    told = sheet.inner_text()
    for text in ("不得用于", "50 岁以下人群", "仅在同一来源的样本上测试", "未测量", "存疑", "良好"):
        assert text in told
    for check in page.get_by_role("checkbox").all():
        count(check.check)
    count(page.get_by_label("姓名").fill, "王")
    count(page.get_by_label("日期").fill, "2026-01-01")
    page.evaluate("window.printed = 0; window.print = () => {window.printed += 1}; 0")
    count(page.get_by_role("button", name="打印").click)
    assert page.evaluate("window.printed") == 1
    assert steps == 9
    assert sheet.locator("[lang=en]").count() == 0
    assert opened.list_faults() == []
