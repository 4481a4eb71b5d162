"""A card opens with a page to decide by: a verdict from its facts, marks by rules, a checklist."""

import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED, folder_of, state_contract_1
from tests.page.conftest import Open, serve
from tests.page.looks import UNFOLD, require_every_look

QUESTIONS = [
    "External validation",
    "Calibration",
    "Coverage",
    "Gain over contenders",
    "Worst group",
    "Share refused",
]
CONTENT = ViewportSize(
    width=718, height=1047
)  # of an A4 page within 10 mm of margin, in CSS pixels
LIMITS = ("value", "low", "high")
SHOWN = """one => getComputedStyle(one).display !== 'none'
    && one.getClientRects().length > 0"""

Card = dict[str, Any]


@pytest.fixture
def change_card(models: Path) -> Iterator[Callable[[str, Callable[[Card], None]], str]]:
    """Serves a copy of the models in which the card of one was changed, and tells where."""
    running: list[Iterator[str]] = []

    def change(model: str, edit: Callable[[Card], None]) -> str:
        path = folder_of(model, models) / "manifest.json"
        manifest = json.loads(path.read_text())
        edit(manifest)
        state_contract_1(manifest)  # which has no digest
        path.write_text(json.dumps(manifest))
        running.append(serve(create_app(Registry(models))))
        return next(running[-1])

    yield change
    for one in running:
        next(one, None)


def find_figure(manifest: Card, **of: Any) -> Card:
    """The first of its figures that is so."""
    figures = manifest["card"]["metrics"]
    found: Card = next(
        one for one in figures if all(one.get(key) == value for key, value in of.items())
    )
    return found


def read_tiles(page: Page) -> dict[str, tuple[str, str]]:
    """By title, the mark and all that is said."""
    return {
        tile.locator("h4").inner_text(): (
            tile.locator(".judged").inner_text(),
            tile.inner_text(),
        )
        for tile in page.locator(".tile").all()
    }


def add_from_elsewhere(manifest: Card, **changes: Any) -> None:
    """The same order and calibration on 3,000 people of another county."""
    elsewhere = {"cohort": "external", "evaluated_on": "another county", "n": 3000, "events": 900}
    own = find_figure(manifest, metric="Harrell C", of="model", cohort="test", group="all")
    ratio = find_figure(manifest, measure="observed_expected", of="model", group="all")
    right = {"value": 1.02, "low": 0.95, "high": 1.09}
    manifest["card"]["metrics"] += [own | elsewhere | changes, ratio | elsewhere | right | changes]


def find_worst_ratio(manifest: Card) -> Card:
    """The group in which what happened is farthest from what was expected."""
    ratios = [
        one
        for one in manifest["card"]["metrics"]
        if one.get("measure") == "observed_expected"
        and one["of"] == "model"
        and one["group"] != "all"
    ]
    return max(ratios, key=lambda one: abs(math.log(one["value"])))


def write_share(held: dict[str, float]) -> str:
    value, low, high = (f"{100 * held[key]:.1f}".removesuffix(".0") for key in LIMITS)
    return f"{value}% ({low}% to {high}%)"


def add_gain(manifest: Card, against: str, value: float, half: float) -> None:
    own = find_figure(manifest, metric="Harrell C", of="model", cohort="test", group="all")
    gain = {"metric": "gain in Harrell C", "against": against, "value": value}
    manifest["card"]["metrics"].append(own | gain | {"low": value - half, "high": value + half})


@pytest.mark.parametrize("model", SHIPPED)
def test_the_sheet_says_for_whom_and_judges_six_questions(
    visit: Open, registry: Registry, model: str
) -> None:
    opened = visit(width=1280)
    page = opened.go(f"#/{model}/card", ".part")
    card = registry.get(model).manifest.card
    told = page.locator("#part-sheet").inner_text()
    for text in (card.intended_use, card.intended_users, *card.out_of_scope):
        assert text.replace("_", " ") in told
    tiles = read_tiles(page)
    assert list(tiles) == QUESTIONS
    for mark, said in tiles.values():
        assert mark in {"good", "doubtful", "not measured"}
        assert mark == "not measured" or re.search(
            r"n = [\d,]+ · (own source|from elsewhere)", said
        )
    assert opened.list_faults() == []


@pytest.mark.parametrize("model", SHIPPED)
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_sheet_fits_a_screen_and_a_page(visit: Open, model: str, locale: str) -> None:
    page = visit(locale, width=1280).go(f"#/{model}/card", ".part")
    sheet = "document.querySelector('#part-sheet').getBoundingClientRect().height"
    assert page.evaluate(sheet) <= 1020
    page.emulate_media(media="print")
    page.set_viewport_size(CONTENT)
    # the rules of the marks begin the second page
    top = "document.querySelector('.rules').getBoundingClientRect().top + scrollY"
    assert page.evaluate(top) <= CONTENT["height"]
    rules = page.locator(".rules").evaluate("one => getComputedStyle(one).breakBefore")
    assert rules == "page"


def test_the_verdict_follows_from_the_facts(visit: Open, models: Path) -> None:
    manifest = json.loads((folder_of("survival", models) / "manifest.json").read_text())
    curves = [one for one in manifest["card"]["coverage"] if one["of"] == "model"]
    points = [point for curve in curves for point in curve["points"] if point["coverage"] == 0.9]
    (held,) = (point["held"] for point in points if point["group"] == "all")
    groups = [point for point in points if point["group"] != "all"]
    short = [
        point["group"].replace("_", " ")
        for point in groups
        if point["held"]["value"] < 0.85 or point["held"]["high"] < 0.9
    ]
    worst = find_worst_ratio(manifest)
    page = visit().go("#/survival/card", ".part")
    told = page.locator(".told").inner_text()
    assert "Tested only on cases of its own source, n = 7,874." in told
    assert f"Its 90% intervals hold: {write_share(held)}." in told
    fall = f"They fall short in {len(short)} of {len(groups)} groups: {', '.join(short)}."
    assert (fall if short else f"They hold in all {len(groups)} groups.") in told
    tiles = read_tiles(page)
    assert tiles["External validation"][0] == "not measured"
    assert tiles["Coverage"][0] == "good"
    assert tiles["Calibration"][0] == "doubtful"  # at 1 year its interval reaches 1.56
    assert "observed/expected at 1 year" in tiles["Calibration"][1]
    assert worst["group"] in tiles["Worst group"][1]
    assert worst["evaluated_on"] in tiles["Worst group"][1]  # which says how it was picked
    assert f"{worst['value']:.3f}" in tiles["Worst group"][1]
    assert tiles["Share refused"][0] == "doubtful"  # of those with MGUS half are
    assert "mgus true: 54.2% (35.1% to 72.1%)" in tiles["Share refused"][1]


def test_a_gain_is_judged_over_the_contender_that_comes_closest(
    visit: Open, change_card: Callable[[str, Callable[[Card], None]], str]
) -> None:
    def edit(manifest: Card) -> None:
        card = manifest["card"]
        others = [one for one in card["metrics"] if one["metric"] != "gain in Harrell C"]
        card["metrics"] = others
        add_gain(manifest, "Cox, age alone", 0.02, 0.01)
        add_gain(manifest, "Cox, logged laboratory values", 0.0007, 0.02)
        *first, last, closest = card["metrics"]
        card["metrics"] = [last, closest, *first]  # the first that is compared is judged

    page = visit(at=change_card("survival", edit)).go("#/survival/card", ".part")
    mark, said = read_tiles(page)["Gain over contenders"]
    assert mark == "doubtful"
    assert "over Cox, logged laboratory values" in said
    told = page.locator(".told").inner_text()
    assert (
        "Not shown to be better than its closest contender, Cox, logged laboratory values: gain in "
        "Harrell C 0.0007 (-0.019 to 0.021)." in told
    )
    page.evaluate(UNFOLD)
    forest = page.locator(".forest", has_text="gain in Harrell C")
    assert "above 0 this model is better" in forest.inner_text()
    assert forest.locator(".target-line").count() == 2


def test_people_from_elsewhere_decide(
    visit: Open, change_card: Callable[[str, Callable[[Card], None]], str]
) -> None:
    opened = visit(at=change_card("survival", add_from_elsewhere))
    page = opened.go("#/survival/card", ".part")
    tiles = read_tiles(page)
    assert tiles["External validation"][0] == "good"
    assert "n = 3,000 · from elsewhere · another county" in tiles["External validation"][1]
    assert tiles["Calibration"][0] == "good"
    assert "1.020 (0.950 to 1.090)" in tiles["Calibration"][1]
    told = page.locator(".told").inner_text()
    assert "Tested on cases from elsewhere, n = 3,000." in told
    assert (
        "Measured on its own source only: Gain over contenders, Coverage, Worst group, "
        "Share refused." in told
    )
    assert opened.list_faults() == []


def test_groups_of_its_own_source_still_count_where_elsewhere_has_none(
    visit: Open, change_card: Callable[[str, Callable[[Card], None]], str]
) -> None:
    worst: list[Card] = []

    def edit(manifest: Card) -> None:
        worst.append(find_worst_ratio(manifest))
        add_from_elsewhere(manifest)
        elsewhere = {"cohort": "external", "evaluated_on": "another county", "n": 3000}
        card = manifest["card"]
        refused = find_figure(manifest, measure="abstention", group="all")
        card["metrics"].append(refused | elsewhere | {"value": 0.03, "low": 0.02, "high": 0.04})
        (own, *_) = card["coverage"]
        point = own["points"][0] | {"n": 3000, "held": {"value": 0.91, "low": 0.9, "high": 0.92}}
        card["coverage"].append(own | elsewhere | {"points": [point]})
        del card["coverage"][-1]["n"]

    tiles = read_tiles(visit(at=change_card("survival", edit)).go("#/survival/card", ".part"))
    assert "91% (90% to 92%)" in tiles["Coverage"][1]
    assert "3% (2% to 4%)" in tiles["Share refused"][1]
    assert tiles["Share refused"][0] == "doubtful"
    assert "mgus true: 54.2%" in tiles["Share refused"][1]
    assert worst[0]["group"] in tiles["Worst group"][1]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"n": 150, "events": 30}, "Tested on few cases from elsewhere, n = 150."),
        (
            {"value": 0.5, "low": 0.45, "high": 0.55},
            "Tested on cases from elsewhere, n = 3,000, with doubts.",
        ),
    ],
)
def test_few_people_from_elsewhere_or_a_doubt_there_are_no_validation(
    visit: Open,
    change_card: Callable[[str, Callable[[Card], None]], str],
    changes: Card,
    told: str,
) -> None:
    address = change_card("survival", lambda manifest: add_from_elsewhere(manifest, **changes))
    page = visit(at=address).go("#/survival/card", ".part")
    assert told in page.locator(".told").inner_text()
    assert read_tiles(page)["External validation"][0] == "doubtful"


def test_simulated_people_are_no_validation(visit: Open) -> None:
    page = visit().go("#/chemo_dose/card", ".part")
    assert "Tested in simulation only" in page.locator(".told .first").inner_text()
    mark, said = read_tiles(page)["External validation"]
    assert mark == "doubtful"
    assert "nobody real" in said


def test_a_card_with_one_figure_is_told_as_not_measured(
    visit: Open, change_card: Callable[[str, Callable[[Card], None]], str]
) -> None:
    def edit(manifest: Card) -> None:
        card = manifest["card"]
        card["metrics"] = [find_figure(manifest, of="model")]
        card["coverage"] = card["calibration"] = []
        for name in ("uncertainty", "explanation"):
            manifest.pop(name, None)
        manifest["translations"] = {}

    opened = visit(at=change_card("blood_cell", edit))
    page = opened.go("#/blood_cell/card", ".part")
    assert {mark for mark, _ in read_tiles(page).values()} == {"not measured"}
    told = page.locator(".told").inner_text()
    assert "It gives no intervals. It never refuses, whatever is entered." in told
    page.evaluate(UNFOLD)
    assert "n = 1,709" in page.locator(".forest").inner_text()
    assert "not known" in page.locator("#part-groups").inner_text()
    assert opened.list_faults() == []


def test_the_rule_of_every_mark_is_in_a_fold(visit: Open) -> None:
    page = visit().go("#/survival/card", ".part")
    page.get_by_text("How the marks are found").click()
    assert page.locator(".rules dt").all_inner_texts() == QUESTIONS
    assert "at most 2 points below what is promised" in page.locator(".rules").inner_text()


def test_a_mark_has_a_word_beside_its_colour(visit: Open) -> None:
    page = visit().go("#/survival/card", ".part")
    marks = {
        tile.locator(".judged").inner_text(): tile.locator(".judged").evaluate(
            "one => getComputedStyle(one).backgroundColor"
        )
        for tile in page.locator(".tile").all()
    }
    assert len(set(marks.values())) == len(marks) == 3


def test_the_contents_stay_in_sight_and_lead_to_a_part(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/survival/card", ".part")
    contents = page.get_by_role("navigation", name="Contents")
    contents.get_by_role("link", name="In which groups").click()
    assert page.locator("#part-groups").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.closest('#part-groups') !== null")
    assert page.url.endswith("#/survival/card/groups")
    page.mouse.wheel(0, 3000)
    box = contents.bounding_box()
    assert box
    assert box["y"] >= 0


def test_a_link_to_a_part_opens_it(visit: Open) -> None:
    page = visit().go("#/survival/card/coverage", "#part-coverage[open]")
    assert page.locator("#part-coverage .matrix").first.is_visible()


def test_the_contents_are_a_menu_on_a_telephone(visit: Open) -> None:
    page = visit(width=390).go("#/survival/card", ".part")
    link = page.get_by_role("link", name="Stress tests")
    assert not link.is_visible()
    page.mouse.wheel(0, 1500)
    menu = page.get_by_role("button", name="Contents")
    menu.click()
    link.click()
    assert not link.is_visible()
    assert page.get_by_text("children, 0 to 17 years").first.is_visible()
    box = menu.bounding_box()
    assert box
    assert 0 <= box["y"] < 60


def test_horizons_are_columns_and_groups_are_rows(visit: Open) -> None:
    page = visit().go("#/survival/card", ".part")
    page.evaluate(UNFOLD)
    every = page.locator("#part-groups .matrix", has_text="Observed divided by expected")
    picked = every.filter(has_text="the groups in which most deaths are beyond those predicted")
    assert picked.locator("thead th").all_inner_texts() == [
        head for day in (365, 1826, 3652) for head in ("Group", f"observed/expected by day {day}")
    ]
    ratios = every.filter(has_text="by sex and age")
    assert every.count() == 1 + picked.count()
    assert ratios.locator("thead th").all_inner_texts() == [
        "Group",
        "observed/expected at 1 year",
        "observed/expected at 5 years",
        "observed/expected at 10 years",
    ]
    rows = [text.split("\n")[0] for text in ratios.locator("tbody th").all_inner_texts()]
    assert rows[0] == "all"
    assert len(rows) == 7
    assert ratios.locator("tbody td .point").count() == 21


def test_inputs_that_nobody_has_are_apart_from_groups_of_people(visit: Open) -> None:
    page = visit().go("#/survival/card", ".part")
    page.evaluate(UNFOLD)
    assert "children, 0 to 17 years" in page.locator("#part-stress").inner_text()
    for part in ("groups", "coverage", "performance"):
        assert "children" not in page.locator(f"#part-{part}").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_is_printed_whole_and_large_enough(visit: Open, theme: str) -> None:
    page = visit(theme=theme).go("#/survival/card", ".part")
    page.emulate_media(media="print")
    page.set_viewport_size(CONTENT)
    for menu in page.locator(":is(button, select, nav, [type=search])").all():
        assert not menu.evaluate(SHOWN)
    sizes = page.locator(".card :is(p, li, td, th, dt, dd, span, label, summary)").evaluate_all(
        "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 12  # 9 points
    ink = page.locator(".told .first").evaluate("one => getComputedStyle(one).color")
    assert max(int(part) for part in re.findall(r"\d+", ink)) < 100
    for details in page.locator(".card details").all():
        last = details.locator(":scope > :not(summary)").last
        assert last.evaluate("one => one.checkVisibility({contentVisibilityAuto: true})")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 3


def test_nothing_that_is_ticked_or_signed_is_kept(visit: Open) -> None:
    page = visit().go("#/survival/card", ".part")
    page.get_by_label("We measured it on our own cases").check()
    page.get_by_label("Name").fill("Canary")
    kept = (
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
    )
    assert "Canary" not in page.evaluate(kept)
    page.reload()
    page.wait_for_selector(".part")
    assert page.get_by_label("Name").input_value() == ""
    assert not page.get_by_label("We measured it on our own cases").is_checked()


def test_a_card_from_elsewhere_is_accessible(
    visit: Open, change_card: Callable[[str, Callable[[Card], None]], str]
) -> None:
    opened = visit(at=change_card("survival", add_from_elsewhere))
    page = opened.go("#/survival/card", ".part")
    page.get_by_text("How the marks are found").click()
    require_every_look(opened, "sheet")
