"""What an answer says: the strip above it, the verdict in words, its reasons and its curve."""

import re
from typing import Any

import pytest

from medmaas.model.registry import Registry
from tests.conftest import SHIPPED
from tests.page.asking import SIZE, answer_otherwise, ask_example, change_model
from tests.page.conftest import Open, is_answer


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
