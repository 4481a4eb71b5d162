"""A card sets side by side what was measured of each label, value and class of a mask."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.added_models import FINDINGS, add_chest, add_heart
from tests.masks import add_model, write_shades
from tests.page.asking import change_model
from tests.page.conftest import Open, serve
from tests.page.looks import UNFOLD, require_every_look
from tests.page.test_masks import SHADES

Json = dict[str, Any]
ENDS = ("low", "value", "high")
SIDE, OTSU = 64, "Otsu's threshold"
PERFORMANCE = "#part-performance"


@pytest.fixture(name="address", scope="module")
def _address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = tmp_path_factory.mktemp("named") / "models"
    models.mkdir()
    add_model(models, write_shades(SIDE), "shades", side=SIDE, output=SHADES)
    add_chest(models)
    add_heart(models)
    yield from serve(create_app(Registry(models)))


def measure(metric: str, value: float, **more: Any) -> Json:
    """Invented, of no picture and nobody."""
    return {
        "metric": metric,
        "of": "model",
        "model": "this model",
        "cohort": "test",
        "evaluated_on": "test split, masks",
        "group": "all",
        "n": 40,
        "value": value,
        "low": value - 0.05,
        "high": value + 0.05,
    } | more


def of_masks(label: str) -> list[Json]:
    """As an assessment writes them: the model, and the same of a baseline."""
    own = [
        measure(f"Dice, {label}", 0.91, measure="dice"),
        measure(f"intersection over union, {label}", 0.84, measure="iou"),
        measure(f"mean absolute error of the share of {label}", 0.07),
        measure(f"mean absolute error of the number of {label}", 1.3, measure="count_error"),
    ]
    rival = [
        one | {"of": "baseline", "model": OTSU} | {end: one[end] / 2 for end in ENDS} for one in own
    ]
    gain = measure(f"Dice, {label}", 0.2, against=OTSU)
    people = measure("Dice, of small pictures", 0.8, group="small pictures", measure="dice")
    return [*own, *rival, gain, people]


def open_card(visit: Open, model: str, metrics: list[Json], locale: str = "en-GB") -> Page:
    opened = visit(locale=locale)
    change_model(opened.page, lambda told: told["card"].update(metrics=metrics))
    page = opened.go(f"#/{model}/card", PERFORMANCE)
    page.evaluate(UNFOLD)
    return page


def read_rows(page: Page) -> list[list[str]]:
    cells = page.locator(f"{PERFORMANCE} .matrix tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return [list(map(str, row)) for row in cells]


def test_dice_and_its_like_stand_side_by_side_with_the_baseline(visit: Open) -> None:
    page = open_card(visit, "shades", of_masks("nucleus"))
    heads = page.locator(f"{PERFORMANCE} .matrix thead th").all_inner_texts()
    assert heads == [
        "What is named",
        "Dice: overlap, 1 is best",
        "Intersection over union: 1 is best",
        "mean absolute error of the share",
        "Objects too many or too few: 0 is best",
    ]
    ((name, dice, iou, _, count),) = read_rows(page)
    assert name == "nucleusn = 40"
    assert "0.910 (0.860 to 0.960)" in dice
    assert f"{OTSU} 0.455" in dice
    assert "0.840" in iou
    assert f"{OTSU} 0.650" in count
    # what stands here is not said again, and the gain over the baseline is
    forest = page.locator(f"{PERFORMANCE} .forest").inner_text()
    assert f"over {OTSU}" in forest
    assert "0.910" not in forest


def test_figures_of_each_label_are_no_groups_of_people(visit: Open) -> None:
    metrics = [measure("mean AUC", 0.8), measure("AUC", 0.7, group="F", n=20)]
    for name in FINDINGS[:2]:
        metrics += [
            measure("AUC", 0.8, group=name),
            measure("sensitivity", 0.6, group=name, n=12),
        ]
    page = open_card(visit, "chest", metrics)
    rows = read_rows(page)
    assert [row[0] for row in rows] == [*FINDINGS[:2]]
    assert all("n = 40" in row[1] and "n = 12" in row[2] for row in rows)
    groups = page.locator("#part-groups").inner_text()
    assert "F" in groups.split()
    assert not any(name in groups for name in FINDINGS[:2])
    assert "mean AUC" in page.locator(f"{PERFORMANCE} .forest").inner_text()


def test_figures_of_each_value_say_its_unit(visit: Open) -> None:
    opened = visit()
    told = opened.context.request.get(f"{opened.address}/models/heart").json()
    values = told["output"]["values"]
    metrics = [measure("mean absolute error", 2.5, group=one["name"]) for one in values]
    page = open_card(visit, "heart", metrics)
    rows = read_rows(page)
    assert len(rows) == len(values) > 1
    assert "%" in page.locator(f"{PERFORMANCE} .matrix tbody").inner_text()


@pytest.mark.parametrize("locale", ["zh-CN"])
def test_the_measures_are_called_as_in_the_language(visit: Open, locale: str) -> None:
    page = open_card(visit, "shades", of_masks("nucleus"), locale)
    assert "Dice 系数" in page.locator(f"{PERFORMANCE} .matrix").inner_text()


@pytest.mark.soak
def test_a_card_of_a_mask_has_room_in_every_look(visit: Open) -> None:
    opened = visit()
    change_model(opened.page, lambda told: told["card"].update(metrics=of_masks("nucleus")))
    opened.go("#/shades/card", PERFORMANCE)
    require_every_look(opened, "card-mask", UNFOLD)
    assert opened.list_faults() == []
