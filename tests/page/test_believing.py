"""Whether an answer may be believed, and what stands in its place where it may not."""

import re
from typing import Any

import pytest

from medmaas.model.manifest import Number, TabularInput
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED
from tests.page.asking import MILLIGRAMS, SIZE, answer_otherwise, ask, ask_example, change_model
from tests.page.conftest import Open, is_answer
from tests.page.looks import require_every_look


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
