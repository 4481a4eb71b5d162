"""An answer says how far it may be believed: in the strip, above it, beside it, and on paper."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from medmaas.model.manifest import Number, TabularInput
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED
from tests.page.conftest import Open, is_answer
from tests.page.looks import require_every_look

SIZE = "one => getComputedStyle(one).fontSize"
# as it is drawn, where a drawing is scaled, too; an index of a formula is small by custom
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.strip *, .answer *')]
    .filter(one => one.checkVisibility() && !one.matches('.unseen, .molecule .small')
      && [...one.childNodes].some(it => it.nodeType === 3 && it.data.trim()))
    .map(one => parseFloat(getComputedStyle(one).fontSize) * 0.75
      * (one.matches('svg text') ? one.getScreenCTM().a : 1)))"""
MILLIGRAMS = "light chains in mg/L taken for mg/dL"


def ask_example(page: Page, name: str | int = 0) -> None:
    """Ask about an example by its title or place, until all is there."""
    buttons = page.locator(".examples button")
    (buttons.nth(name) if isinstance(name, int) else buttons.filter(has_text=name)).click()
    page.wait_for_selector(".answer[aria-busy=false]")


def ask(page: Page, **values: str) -> None:
    """Fill in values and ask."""
    for name, value in values.items():
        page.locator(f"#value-{name}").fill(value)
    with page.expect_response(is_answer):
        page.locator("button[type=submit]").click()
    page.wait_for_selector(".answer[aria-busy=false]")


def answer_otherwise(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """Let the service answer as it would not by itself."""

    def alter(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        for prediction in told["predictions"]:
            change(prediction)
        route.fulfill(response=answer, json=told)

    page.route(re.compile("/(predict|explain)$"), alter)


def change_model(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """Let a model state something else."""

    def alter(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        change(told)
        route.fulfill(response=answer, json=told)

    page.route(re.compile("/models/[^/]+$"), alter)


@pytest.mark.parametrize("model", SHIPPED)
def test_a_strip_stays_that_says_for_whom_how_good_and_where_tested(
    visit: Open, registry: Registry, model: str
) -> None:
    page = visit().go(f"#/{model}", ".strip")
    manifest = registry.get(model).manifest
    told = page.locator(".strip").inner_text()
    assert "esearch use only" in told
    assert f"{manifest.title} {manifest.version}" in told
    assert manifest.card.population in told
    assert re.search(r": [\d.]+ \([\d.]+ to [\d.]+\) n = [\d,]+", told)
    if manifest.card.data.simulated:
        assert "Tested on simulated patients only." in told
    else:
        elsewhere = any(m.cohort == "external" for m in manifest.card.metrics if m.of == "model")
        tested = "Also" if elsewhere else "Never"
        assert re.search(rf"{tested} tested on (people|pictures|molecules) from elsewhere", told)
        assert re.search(r"· (higher|lower) is better", told)
    ask_example(page)
    page.evaluate("scrollTo(0, 600)")
    assert page.evaluate("document.querySelector('.strip').getBoundingClientRect().top") == 0


def test_a_model_that_was_tested_elsewhere_says_so(visit: Open) -> None:
    def test_elsewhere(told: dict[str, Any]) -> None:
        first = next(m for m in told["card"]["metrics"] if m["metric"] == "Harrell C")
        told["card"]["metrics"].append(
            first | {"cohort": "external", "value": 0.612, "of": "model", "group": "all"}
        )

    page = visit().go("", ".entry")
    change_model(page, test_elsewhere)
    page.goto(page.url.partition("#")[0] + "#/survival")
    page.wait_for_selector(".strip")
    told = page.locator(".strip").inner_text()
    assert "Also tested on people from elsewhere." in told
    assert "Harrell C: 0.612" in told


def test_the_risk_is_told_by_people_and_by_any_horizon(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    with page.expect_response(is_answer) as told:
        ask_example(page)
    risk = told.value.json()["predictions"][0]["output"]["risk"]
    for day, name in ((1826, "5 years"), (365, "1 year"), (3652, "10 years")):
        page.locator(".answer > .told").get_by_role("radio", name=name).check()
        count = round(100 * risk[str(day)])
        sentence = f"{count} in 100 people like this die within {name}"
        assert page.locator(".verdict").inner_text() == sentence
        assert page.locator("svg.hundred").get_attribute("aria-label") == sentence
        drawn = page.locator("svg.hundred .filled").get_attribute("d") or ""
        assert drawn.count("z") == 2 * count
    assert page.locator(".horizons label").count() == 3


@pytest.mark.parametrize(
    ("risk", "sentence", "filled"),
    [
        (0, "0 in 100 people like this die within 5 years", 0),
        (0.001, "Fewer than 1 in 100 people like this die within 5 years", 0),
        (0.011, "1 in 100 people like this dies within 5 years", 1),
        (0.999, "More than 99 in 100 people like this die within 5 years", 100),
        (1, "100 in 100 people like this die within 5 years", 100),
    ],
)
def test_a_risk_near_nothing_or_all_is_told_as_what_it_is(
    visit: Open, risk: float, sentence: str, filled: int
) -> None:
    page = visit().go("#/survival", ".examples button")
    answer_otherwise(page, lambda one: one["output"]["risk"].update({"1826": risk}))
    ask_example(page)
    assert page.locator(".verdict").inner_text() == sentence
    drawn = page.locator("svg.hundred .filled").get_attribute("d") or ""
    assert drawn.count("z") == 2 * filled


def test_a_risk_is_low_or_high_among_the_people_that_were_tested(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page, 0)
    assert "in 10 of the people it was tested on" in page.locator(".rank").inner_text()
    ask_example(page, 1)
    assert page.locator(".rank").inner_text().startswith("High: among the highest")


def test_the_labels_of_the_set_are_named_first(visit: Open) -> None:
    def widen(one: dict[str, Any]) -> None:
        one["interval"]["labels"] = ["benign", "malignant"]

    page = visit().go("#/breast_fna", ".examples button")
    answer_otherwise(page, widen)
    ask_example(page)
    assert re.fullmatch(
        r"malignant [\d.]+% or benign [\d.]+%", page.locator(".verdict").inner_text()
    )
    assert "among those named here" in page.locator(".interval").first.inner_text()


def test_a_logarithm_is_told_as_what_it_is_of_too(visit: Open) -> None:
    page = visit().go("#/solubility", ".examples button")
    ask_example(page, "caffeine")
    told = page.locator(".told").inner_text()
    assert re.search(r"-0\.\d+ log₁₀\(mol/L\)", told)
    assert re.search(r"That is about 0\.\d+ mol/L\.", told)


@pytest.mark.parametrize("model", SHIPPED)
def test_whether_to_believe_it_is_three_lines(visit: Open, model: str) -> None:
    page = visit().go(f"#/{model}", ".examples button")
    ask_example(page)
    lines = page.locator(".believe .marks > li").all_inner_texts()
    assert len(lines) == 3
    for line, name in zip(
        lines, ("Within the data:", "Calibrated here:", "Within the intended use:"), strict=True
    ):
        assert name in line
    assert re.search(r"predicted .+[,;] (but )?observed( was)? .+ \(.+ to .+\)", lines[1])
    above = page.evaluate(
        """() => document.querySelector('.verdict').getBoundingClientRect().bottom
        <= document.querySelector('.believe').getBoundingClientRect().top"""
    )
    assert above


def test_a_model_whose_card_measured_nothing_says_that_nothing_is_known(visit: Open) -> None:
    def forget(told: dict[str, Any]) -> None:
        told["card"] |= {"calibration": [], "coverage": []}
        del told["uncertainty"]
        del told["explanation"]

    page = visit().go("", ".entry")
    change_model(page, forget)
    page.goto(page.url.partition("#")[0] + "#/survival")
    page.wait_for_selector(".examples button")
    ask_example(page)
    lines = page.locator(".believe .marks > li").all_inner_texts()
    assert "does not measure how unlike" in lines[0]
    assert "Not measured" in lines[1]
    assert page.locator(".rank, .turned-out, path.curve.average").count() == 0


def test_outside_its_intended_use_is_said_above_the_answer_and_as_large(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    ask(page, age="45")
    block = page.locator(".outside-use")
    told = block.inner_text()
    assert "Outside its intended use" in told
    assert "age 45 years: the model learned from 50 to 101 years." in told
    assert "people under 50" in told
    sizes = {one.evaluate(SIZE) for one in page.locator(".outside-use .verdict").all()}
    assert sizes == {page.locator(".told .verdict").evaluate(SIZE)}
    assert page.evaluate(
        """() => document.querySelector('.outside-use').getBoundingClientRect().bottom
        <= document.querySelector('.told').getBoundingClientRect().top"""
    )
    assert page.locator(".marks .good").count() == 0
    assert page.locator(".turned-out, .observed").count() == 0  # nobody such was tested


def test_what_lies_outside_is_told_in_the_unit_that_was_entered(
    visit: Open, registry: Registry
) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    page.locator("#unit-creatinine").select_option("umol/L")
    ask(page, creatinine="1200")
    told = page.locator(".outside-use").inner_text()
    spec = registry.get("survival").manifest.input
    assert isinstance(spec, TabularInput)
    numbers = [one for one in spec.features if isinstance(one, Number)]
    (learned,) = (one.training_range for one in numbers if one.name == "creatinine")
    low, high = (f"{88.4 * end:.3g}" for end in (learned.low, learned.high))
    found = re.search(r"creatinine 1,200 µmol/L: the model learned from (.+) to (.+) µmol/L", told)
    assert found
    assert [f"{float(one.replace(',', '')):.3g}" for one in found.groups()] == [low, high]
    assert "mg/dL" not in told


def test_a_value_of_a_history_outside_is_named_by_its_row(visit: Open) -> None:
    page = visit().go("#/chemo_dose", ".examples button")
    ask_example(page)
    page.locator("#value-0-platelets").fill("1000")
    with page.expect_response(is_answer):
        page.locator("button[type=submit]").click()
    page.wait_for_selector(".outside-use")
    told = page.locator(".outside-use").inner_text()
    assert "platelets, row 1 1,000 10⁹/L: the model learned from" in told


def test_an_abstention_says_its_probable_cause_and_the_way_out(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    with page.expect_response(is_answer) as answer:
        ask_example(page, MILLIGRAMS)
    limits = answer.value.json()["predictions"][0]["limits"]
    block = page.locator(".believe")
    told = block.inner_text()
    assert "The model does not answer." in told
    found = re.search(r"lambda 15 mg/dL: (\d+) times the usual ([\d.]+) mg/dL\. Was it", told)
    assert found
    assert 15 / float(found[2]) == pytest.approx(int(found[1]), rel=0.1)
    assert "Was it measured in mg/L?" in told
    assert "What to do:" in told
    assert "distance" not in told
    block.locator("summary").click()
    numbers = rf"\(distance {limits['distance']:.4g}, answered up to {limits['limit']:.4g}\)"
    assert re.search(numbers, block.inner_text())
    assert page.locator(".told, .marks, .reasons, .turned-out").count() == 0


def test_the_likely_unit_is_asked_about_once_and_taken_by_one_button(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page, MILLIGRAMS)
    answer = page.locator("section[aria-labelledby=answer]")
    assert answer.inner_text().count("lambda 15 mg/dL:") == 1
    assert answer.inner_text().count("Take mg/L") == 2  # kappa and lambda, once each
    line = answer.locator(".unusual li", has_text="lambda")
    line.get_by_role("button", name="Take mg/L").click()
    assert page.locator("#unit-lambda").input_value() == "mg/L"
    assert page.locator("#value-lambda").input_value() == "15"
    page.wait_for_selector(".stale")
    assert answer.get_by_role("button", name="Take mg/L").count() == 0, "it is of other values"


def test_what_is_unusual_is_told_in_the_unit_that_was_entered(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page, MILLIGRAMS)
    for name, value in (("kappa", "120"), ("lambda", "150")):
        page.locator(f"#unit-{name}").select_option("mg/L")
        page.locator(f"#value-{name}").fill(value)
    ask(page)
    told = page.locator(".withheld").inner_text()
    assert re.search(r"lambda 150 mg/L: \d+ times the usual 1\d mg/L", told)
    assert "measured in mg/L" not in told
    assert "mg/dL" not in page.locator(".unusual").inner_text()


def test_an_abstention_for_what_is_missing_names_it(visit: Open) -> None:
    def withhold(one: dict[str, Any]) -> None:
        one |= {"status": "abstained", "output": None, "reason": "too many", "warnings": []}
        one |= {"code": "too_many_missing", "limits": {"missing": 1, "most": 0}}
        one.pop("interval", None)

    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    page.locator("#value-creatinine").fill("")
    answer_otherwise(page, withhold)
    ask(page)
    told = page.locator(".withheld").inner_text()
    assert "Too much is missing: 1 values. It answers with at most 0 missing." in told
    assert "Missing: creatinine" in told
    assert "fill in what is known" in told


def test_an_abstention_between_labels_names_them(visit: Open) -> None:
    def withhold(one: dict[str, Any]) -> None:
        labels = ["monocyte", "lymphocyte", "basophil"]
        one |= {"status": "abstained", "output": None, "reason": "undecided"}
        one |= {"code": "undecided", "limits": {"coverage": 0.9, "count": 2, "labels": labels}}

    page = visit().go("#/blood_cell", ".examples button")
    answer_otherwise(page, withhold)
    ask_example(page)
    told = page.locator(".withheld").inner_text()
    assert "monocyte, lymphocyte, basophil" in told
    assert "decide between these without this model" in told


def test_a_recommendation_that_is_held_back_still_shows_the_options(visit: Open) -> None:
    def hold(one: dict[str, Any]) -> None:
        one |= {"status": "abstained", "reason": "the last anc is below 1.5", "code": "held"}
        one["limits"] = {"feature": "anc", "below": 1.5, "unit": "10*9/L"}
        one["output"]["recommended"] = None

    page = visit().go("#/chemo_dose", ".examples button")
    answer_otherwise(page, hold)
    ask_example(page)
    told = page.locator(".withheld").inner_text()
    assert "The model recommends no treatment." in told
    assert "no treatment today" in told
    assert page.locator(".withheld button").count() == 0
    assert page.locator(".options tbody tr").count() > 1


@pytest.mark.parametrize(
    ("model", "example"), [("survival", 2), ("solubility", 3), ("blood_cell", 5)]
)
def test_a_forced_answer_is_hatched_and_holds_nothing_that_makes_it_look_sure(
    visit: Open, model: str, example: int
) -> None:
    page = visit().go(f"#/{model}", ".examples button")
    ask_example(page, example)
    page.get_by_role("button", name="Show the answer anyway").click()
    page.wait_for_selector(".forced")
    forced = page.locator(".forced")
    for medium in ("screen", "print"):
        page.emulate_media(media=medium)
        ground = forced.evaluate("one => getComputedStyle(one).backgroundImage")
        assert "repeating-linear-gradient" in ground
    assert forced.evaluate("one => getComputedStyle(one).printColorAdjust") == "exact"
    page.emulate_media(media="screen")
    word, verdict = page.locator(".forced-word"), forced.locator(".verdict")
    assert "Forced: the model withheld this answer." in word.inner_text()
    assert "too unlike the" in word.inner_text()
    assert word.evaluate(SIZE) == verdict.evaluate(SIZE) != "32px"
    told = page.locator(".answer").inner_text()
    assert not re.search(r"In \d+% of cases|of such patients live at least|in the set", told)
    assert page.locator(".turned-out, .marks, .observed, .whisker, .band, .hundred").count() == 0
    assert page.locator(".rank").count() == (1 if model == "solubility" else 0)  # another unit


def test_no_more_than_three_reasons_are_shown_and_the_rest_are_folded(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    bars = page.locator(".reasons table.bars tbody tr")
    assert [one.is_visible() for one in bars.all()] == [True] * 3 + [False] * 3
    page.get_by_text("3 smaller parts").first.click()
    assert all(one.is_visible() for one in bars.all())


def test_sampled_reasons_are_not_ranked(visit: Open) -> None:
    page = visit().go("#/breast_fna", ".examples button")
    ask_example(page)
    reasons = page.locator(".reasons")
    assert "asked again, their sizes and order change" in reasons.inner_text()
    assert reasons.locator(".sentence").count() == 0
    assert not reasons.locator("table.bars").is_visible()
    for side in reasons.locator(".sides ul").all():
        names = side.locator("li").all_inner_texts()
        assert names == sorted(names, key=str.lower)
    assert reasons.locator(".sides li").count() >= 1


def test_reasons_that_ran_out_of_time_say_so_in_plain_sight(visit: Open) -> None:
    def stop(one: dict[str, Any]) -> None:
        if "explanation" in one:
            one["explanation"]["complete"] = False
            one["explanation"]["parts"]["method"] = {"code": "sampled_shapley_values", "limits": {}}

    page = visit().go("#/survival", ".examples button")
    answer_otherwise(page, stop)
    ask_example(page)
    told = page.locator(".reasons .unranked")
    assert told.inner_text().startswith("Time ran out while these were sampled")
    assert told.evaluate(SIZE) == "16px"


def test_what_would_change_an_answer_is_no_advice(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    told = page.locator(".reasons").inner_text()
    assert "What the model would answer otherwise (not a treatment effect):" in told
    assert "fate" not in told


def test_the_names_of_the_lines_stand_on_them_and_apart(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    for example in (0, 1):
        ask_example(page, example)
        page.wait_for_selector("path.curve.average")
        names = page.locator(".line-name")
        assert {"This patient", "The average patient"} <= set(names.all_text_contents())
        boxes = [box for one in names.all() if (box := one.bounding_box())]
        for i, one in enumerate(boxes):
            for other in boxes[:i]:
                apart = (
                    one["x"] >= other["x"] + other["width"]
                    or other["x"] >= one["x"] + one["width"]
                    or one["y"] >= other["y"] + other["height"] - 4
                    or other["y"] >= one["y"] + one["height"] - 4
                )
                assert apart, names.all_text_contents()
    assert page.locator(".legend").count() == 0


def test_what_was_asked_stands_at_the_foot_with_its_units_and_can_be_copied(visit: Open) -> None:
    opened = visit()
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened.go("#/survival", ".examples button")
    ask_example(page)
    given = page.locator(".given-values").inner_text()
    assert re.search(r"age\s+67 years", given)
    assert re.search(r"kappa\s+1\.2 mg/dL", given)
    page.get_by_role("button", name="Copy").click()
    page.wait_for_function("() => document.querySelector('.provenance [role=status]').textContent")
    copied: str = page.evaluate("navigator.clipboard.readText()")
    lines = copied.splitlines()
    assert lines[0] == "Research use only, not for time-critical decisions"
    assert lines[1].startswith("Survival of people over 50")
    assert "6 in 100 people like this die within 5 years" in lines
    assert "kappa: 1.2 mg/dL" in lines
    assert "Never tested on people from elsewhere." in copied
    assert "people under 50" in copied
    assert re.search(r"Digest of the model folder: [0-9a-f]{64}", copied)
    assert re.search(r"Asked: \w+", copied)


def test_the_page_says_if_the_browser_forbids_copying(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})"
    )
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("The browser does not allow copying.").wait_for()


def test_on_a_telephone_the_form_folds_to_one_line_and_the_answer_comes_first(
    visit: Open,
) -> None:
    page = visit(width=390).go("#/survival", ".examples button")
    ask_example(page)
    assert not page.locator("form").is_visible()
    assert "The patient: 6 values" in page.locator(".fold").inner_text()
    assert page.evaluate("document.activeElement.classList.contains('answer')")
    page.evaluate("scrollTo(0, 900)")
    box = page.locator(".strip .stage").bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert box["height"] <= 60
    stays = page.locator(".strip .stage").inner_text()
    assert re.fullmatch(r"Research use only, .+ survival \d+\.\d+\.\d+", stays)
    page.get_by_role("button", name="change").click()
    assert page.locator("form").is_visible()
    assert page.evaluate("document.activeElement.closest('form') !== null")
    ask(page, age="70")
    assert not page.locator("form").is_visible()
    assert re.search(r"age\s+70 years", page.locator(".given-values").inner_text())


def test_a_refusal_leaves_the_form_open_on_a_telephone(visit: Open) -> None:
    page = visit(width=390).go("#/survival", ".examples button")
    ask_example(page)
    page.get_by_role("button", name="change").click()
    page.locator("#value-age").fill("167")
    page.locator("button[type=submit]").click()
    page.wait_for_selector(".failure")
    assert page.locator("#value-age").is_visible()


@pytest.mark.parametrize(
    "model", [one for one in SHIPPED if one != "chemo_dose"]
)  # whose print is its own
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_an_answer_is_printed_at_nine_points_or_more(visit: Open, model: str, locale: str) -> None:
    page = visit(locale).go(f"#/{model}", ".examples button")
    ask_example(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1047})
    for part in (".strip", ".verdict", ".believe", ".reasons", ".given-values"):
        assert page.locator(part).first.is_visible(), part
    assert page.evaluate(SMALLEST) >= 8.99
    printed = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_every_horizon_is_printed(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    with page.expect_response(is_answer) as told:
        ask_example(page)
    risk = told.value.json()["predictions"][0]["output"]["risk"]
    page.emulate_media(media="print")
    shown = page.locator(".horizons").inner_text()
    for share in risk.values():
        assert f"{100 * share:.1f}".removesuffix(".0") + "%" in shown


@pytest.mark.parametrize("what", ["forced", "outside"])
def test_forced_answers_and_those_outside_are_accessible(visit: Open, what: str) -> None:
    opened = visit()
    page = opened.go("#/survival", ".examples button")
    ask_example(page, 2 if what == "forced" else 0)
    if what == "forced":
        page.get_by_role("button", name="Show the answer anyway").click()
        page.wait_for_selector(".forced")
    else:
        ask(page, age="45")
    require_every_look(opened, what)


def test_at_twice_the_size_the_strip_leaves_room_to_read(visit: Open) -> None:
    page = visit(width=640).go("#/survival", ".examples button")
    page.set_viewport_size({"width": 640, "height": 400})
    ask_example(page)
    page.evaluate("scrollTo(0, 900)")
    box = page.locator(".strip .stage").bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert box["height"] <= 60


def test_nothing_of_an_answer_is_kept(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    ask_example(page)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.hash])")
    assert json.loads(kept) == [{}, {}, "#/survival"]
