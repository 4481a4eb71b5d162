"""What is entered: read as people write it, in a unit that is known, and of one patient alone."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.page.asking import choose_language
from tests.page.conftest import Open, Visit, is_answer
from tests.page.looks import list_layout_faults, list_violations, require_every_look, take_looks

PATIENT = {"age": "67", "creatinine": "1.1", "kappa": "1.2", "lambda": "1.5"}


def open_form(visit: Open, model: str = "survival", **browser: Any) -> tuple[Visit, Page]:
    opened = visit(**browser)
    return opened, opened.go(f"#/{model}", "form :is(input, textarea)")


def fill_patient(page: Page, unit: str = "mg/dL", **values: str) -> None:
    for name, text in (PATIENT | values).items():
        page.locator(f"#value-{name}").fill(text)
    for name in ("kappa", "lambda"):
        page.locator(f"#unit-{name}").select_option(unit)
    page.locator("#value-sex").select_option("F")
    page.locator("#value-mgus").select_option("false")


def submit(page: Page) -> None:
    page.locator("button[type=submit]").click()


def ask(page: Page) -> dict[str, Any]:
    """What was sent of the patient."""
    with page.expect_request("**/predict") as asked:
        submit(page)
    page.wait_for_selector(".answer[aria-busy=false]")
    (instance,) = json.loads(asked.value.post_data or "")["instances"]
    return dict(instance)


def take_example(page: Page) -> None:
    page.locator(".examples button").first.click()
    page.wait_for_selector(".answer[aria-busy=false]")


EDITS: dict[str, Callable[[Page], object]] = {
    "typing": lambda page: page.locator("#value-age").fill("95"),
    "deleting": lambda page: page.locator("#value-creatinine").fill(""),
    "a choice": lambda page: page.locator("#value-sex").select_option("M"),
    "yes or no": lambda page: page.locator("#value-mgus").select_option("true"),
    "a unit": lambda page: page.locator("#unit-kappa").select_option("mg/L"),
    "the keyboard": lambda page: page.locator("#value-age").press("Delete"),
}


def test_any_edit_greys_the_answer_until_it_is_asked_again(visit: Open) -> None:
    _, page = open_form(visit)
    take_example(page)
    assert page.locator(".stale").count() == 0
    for name, edit in EDITS.items():
        edit(page)
        page.wait_for_selector(".stale .answer")
        assert "Asked before the last change: ask again" in page.locator(".asked").inner_text(), (
            name
        )
        page.get_by_role("button", name="Ask again").click()
        page.wait_for_selector(".asked:not(.stale) .answer[aria-busy=false]")


def test_what_is_no_edit_leaves_the_answer_as_it_is(visit: Open) -> None:
    _, page = open_form(visit)
    take_example(page)
    page.locator(".what-if > summary").click()
    with page.expect_response(is_answer):
        page.locator(".sliders input").first.press("PageUp")
    page.get_by_role("button", name="SI", exact=True).click()
    assert page.locator("#value-creatinine").input_value() == "97.24"
    choose_language(page, "中文")
    assert page.locator(".stale").count() == 0


@pytest.mark.parametrize(
    ("model", "edit"),
    [
        ("chemo_dose", lambda page: page.locator("#value-0-anc").fill("0.4")),
        ("chemo_dose", lambda page: page.locator(".series tbody button").first.click()),
        ("solubility", lambda page: page.locator("#value-text").fill("CCCCO")),
    ],
    ids=["a cell", "a row", "a text"],
)
def test_an_edit_of_every_kind_of_form_greys_its_answer(
    visit: Open, model: str, edit: Callable[[Page], object]
) -> None:
    _, page = open_form(visit, model)
    take_example(page)
    edit(page)
    page.wait_for_selector(".stale .answer")


def test_a_stale_answer_says_so_large_where_it_is_printed(visit: Open) -> None:
    opened, page = open_form(visit)
    take_example(page)
    page.locator("#value-age").fill("95")
    page.wait_for_selector(".stale")
    for look in take_looks(opened):
        assert list_violations(opened) + list_layout_faults(opened) == [], look
    choose_language(page, "English")
    page.emulate_media(media="print")
    stamp = page.get_by_text("This answer is not of the values that are now in the form.")
    assert stamp.is_visible()
    size = stamp.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    sizes = page.locator(".answer *").evaluate_all(
        "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert size >= max(sizes)
    assert "Ask again" not in page.locator("main").inner_text()


def test_an_answer_that_comes_after_an_edit_is_greyed(visit: Open) -> None:
    _, page = open_form(visit)
    fill_patient(page)

    def edit_first(route: Route) -> None:
        page.locator("#value-age").fill("95")
        route.continue_()

    page.route("**/predict", edit_first, times=1)  # an average patient is asked about later
    submit(page)
    page.wait_for_selector(".stale .answer")


def read_form(page: Page) -> list[str]:
    values: list[str] = page.locator("form :is(input, select):not(.unit)").evaluate_all(
        "all => all.map(one => one.value)"
    )
    return values


def test_a_new_patient_empties_form_answer_and_problems(visit: Open) -> None:
    _, page = open_form(visit)
    empty = read_form(page)
    page.locator("#value-age").fill("167")
    submit(page)
    page.wait_for_selector(".failure")
    page.get_by_role("button", name="New patient").click()
    page.wait_for_selector(".failure", state="detached")
    assert read_form(page) == empty
    assert page.evaluate("document.activeElement.id") == "value-age"
    take_example(page)
    page.get_by_role("button", name="New patient").click()
    page.wait_for_selector(".answer", state="detached")
    assert read_form(page) == empty
    page.get_by_role("link", name="Card").click()
    page.wait_for_selector(".part")
    page.get_by_role("link", name="Ask", exact=True).click()
    page.wait_for_selector("#value-age")
    assert read_form(page) == empty


def go_to_card_and_back(page: Page) -> None:
    page.get_by_role("link", name="Card").click()
    page.wait_for_selector(".part")
    page.go_back()


def leave_by_the_catalogue(page: Page) -> None:
    page.get_by_role("link", name="medmaas").click()
    page.wait_for_selector(".entry")
    page.go_back()


def leave_for_another_model(page: Page) -> None:
    page.evaluate("location.hash = '#/solubility'")
    page.wait_for_selector("#value-text")
    page.go_back()


def leave_the_page(page: Page) -> None:
    page.goto("about:blank")
    page.go_back()


def test_a_patient_stays_while_one_is_with_the_model_and_no_longer(visit: Open) -> None:
    _, page = open_form(visit)
    empty = read_form(page)
    page.locator("#value-age").fill("67")
    go_to_card_and_back(page)
    page.wait_for_selector("#value-age")
    assert page.locator("#value-age").input_value() == "67"
    for leave in (leave_by_the_catalogue, leave_for_another_model, leave_the_page):
        page.locator("#value-age").fill("67")
        leave(page)
        page.wait_for_selector("#value-age")
        assert read_form(page) == empty, leave.__name__
        assert page.locator(".answer").count() == 0


def test_a_page_that_the_browser_keeps_holds_nobody(visit: Open) -> None:
    _, page = open_form(visit)
    page.locator("#value-age").fill("67")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert page.locator("input").count() == 0
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.wait_for_selector("#value-age")
    assert page.locator("#value-age").input_value() == ""


def test_two_tabs_hold_two_patients(visit: Open) -> None:
    opened, page = open_form(visit)
    page.locator("#value-age").fill("67")
    other = opened.context.new_page()
    other.goto(f"{opened.address}/#/survival")
    other.wait_for_selector("#value-age")
    assert other.locator("#value-age").input_value() == ""
    other.locator("#value-age").fill("81")
    assert page.locator("#value-age").input_value() == "67"


def test_light_chains_have_no_unit_until_one_is_chosen(visit: Open) -> None:
    _, page = open_form(visit)
    for name in ("kappa", "lambda"):
        assert page.locator(f"#unit-{name}").input_value() == ""
    assert page.locator("#unit-creatinine").input_value() == "mg/dL"
    for name, text in PATIENT.items():
        page.locator(f"#value-{name}").fill(text)
    page.locator("#value-sex").select_option("F")
    page.locator("#value-mgus").select_option("false")
    submit(page)
    page.wait_for_selector(".failure")
    assert page.locator(".answer").count() == 0
    assert "Choose the unit" in page.locator("#value-kappa-problem").inner_text()
    assert "mg/dL, mg/L" in page.locator("#value-kappa-problem").inner_text()
    assert "2 problems" in page.locator(".failure").inner_text()
    page.locator(".failure a").nth(1).click()
    assert page.evaluate("document.activeElement.id") == "unit-lambda"
    for name in ("kappa", "lambda"):
        page.locator(f"#unit-{name}").select_option("mg/L")
    assert "Choose the unit" not in page.locator("form").inner_text()
    assert ask(page)["kappa"] == 0.12


def with_ranges(low: float, high: float) -> Callable[[Route], None]:
    """Answers with the manifest of a model whose creatinine was learned so."""

    def answer(route: Route) -> None:
        response = route.fetch()
        told = response.json()
        (feature,) = (f for f in told["input"]["features"] if f["name"] == "creatinine")
        feature["training_range"] = {"low": low, "high": high}
        route.fulfill(response=response, json=told)

    return answer


@pytest.mark.parametrize(
    ("low", "high", "asks"),
    [(0.4, 10.8, False), (0.9, 1.4, False), (0.01, 20, True), (0, 5, True)],
)
def test_a_unit_is_asked_for_where_the_middle_of_the_range_is_usual_in_another(
    visit: Open, *, low: float, high: float, asks: bool
) -> None:
    page = visit().page
    page.route("**/models/survival", with_ranges(low, high))
    page.goto(f"{visit().address}/#/survival")
    page.wait_for_selector("#unit-creatinine")
    assert (page.locator("#unit-creatinine").input_value() == "") == asks


def test_a_value_far_out_tells_the_unit_that_was_likely_meant(visit: Open) -> None:
    _, page = open_form(visit)
    page.locator("#value-creatinine").fill("118")
    field = page.locator(".field", has=page.locator("#value-creatinine"))
    assert re.search(r"1\d0 times the usual: µmol/L\?", field.locator(".suspect").inner_text())
    field.get_by_role("button", name="Take µmol/L").click()
    assert page.locator("#unit-creatinine").input_value() == "umol/L"
    assert page.locator("#value-creatinine").input_value() == "118"
    assert field.locator(".suspect").count() == 0
    assert "That is 1.3348 mg/dL." in page.locator("#value-creatinine-help").inner_text()


def test_the_likely_unit_is_told_before_a_distance_and_a_problem_of_range(visit: Open) -> None:
    _, page = open_form(visit)
    fill_patient(page, kappa="12", **{"lambda": "15"})
    submit(page)
    page.wait_for_selector(".doubt.stop")
    told = page.locator("section[aria-labelledby=answer]").inner_text()
    assert re.search(r"times the usual [\d.]+ mg/dL\. Was it measured in mg/L\?", told)
    assert told.index("times the usual") < told.index("The numbers behind it")
    page.locator(".unusual button").first.click()
    page.wait_for_selector(".stale")
    page.locator("#value-creatinine").fill("118")
    submit(page)
    page.wait_for_selector(".failure")
    field = page.locator(".field", has=page.locator("#value-creatinine")).inner_text()
    assert field.index("times the usual: µmol/L?") < field.index("outside 0.1 to 20 mg/dL")


SPELLINGS = {
    "31,4": ("31.4", "mg/dL"),
    "31.4": ("31.4", "mg/dL"),
    "118 µmol/L": ("118", "umol/L"),
    "118 umol/l H": ("118", "umol/L"),
    "1 234": ("1234", "mg/dL"),
    "１１８": ("118", "mg/dL"),  # noqa: RUF001 - as Chinese keyboards write it
    "1.1 L": ("1.1", "mg/dL"),
    "1,1*": ("1.1", "mg/dL"),
}


def test_values_are_taken_as_people_have_them(visit: Open) -> None:
    _, page = open_form(visit)
    value, unit = page.locator("#value-creatinine"), page.locator("#unit-creatinine")
    for text, (number, code) in SPELLINGS.items():
        page.get_by_role("button", name="New patient").click()
        expect(page.locator("#value-age")).to_be_focused()  # it is another form
        value.fill(text)
        value.blur()
        page.wait_for_function(
            "number => document.getElementById('value-creatinine').value === number", arg=number
        )
        assert unit.input_value() == code, text
        if text != number:
            assert f"Read from “{text}”." in page.locator("#value-creatinine-help").inner_text()


def test_a_unit_behind_a_number_chooses_the_unit_that_is_asked_for(visit: Open) -> None:
    _, page = open_form(visit)
    fill_patient(page)
    page.locator("#value-kappa").fill("12,5 mg/L")
    instance = ask(page)  # at once: it is read before it is sent
    assert instance["kappa"] == 1.25
    assert page.locator("#unit-kappa").input_value() == "mg/L"
    assert page.locator(".stale").count() == 0


def test_what_is_done_with_a_bound_is_said_beside_its_field(visit: Open) -> None:
    _, page = open_form(visit)
    fill_patient(page, creatinine="<5", kappa="≤ 5")
    page.locator("#value-kappa").blur()
    page.wait_for_selector("#value-kappa-problem:not(:empty)")
    assert "counts as missing" in page.locator("#value-creatinine-help").inner_text()
    assert "bounds a value that was not measured" in (
        page.locator("#value-kappa-problem").inner_text()
    )
    page.locator("#value-kappa").fill("1.2")
    assert ask(page)["creatinine"] == "<5 mg/dL"
    assert "counts as missing" in page.locator(".answer .doubt").inner_text()


def test_a_comma_that_may_be_either_is_asked_about(visit: Open) -> None:
    _, page = open_form(visit)
    fill_patient(page, creatinine="1,100")
    submit(page)
    page.wait_for_selector(".failure")
    assert "which number" in page.locator("#value-creatinine-problem").inner_text()
    page.get_by_role("button", name="Take 1.1", exact=True).click()
    assert ask(page)["creatinine"] == 1.1


def test_ranges_reasons_and_what_was_asked_are_in_the_unit_that_was_entered(visit: Open) -> None:
    _, page = open_form(visit)
    assert "0.4 to 10.8" in page.locator("#value-creatinine-help").inner_text()
    fill_patient(page, unit="mg/L", kappa="45", creatinine="118 umol/L", **{"lambda": "60"})
    instance = ask(page)
    assert instance["kappa"] == 4.5
    assert "35.4 to 955" in page.locator("#value-creatinine-help").inner_text()
    page.locator(".reasons summary").click()
    reasons = page.locator(".reasons").inner_text()
    for said in ("creatinine 118 µmol/L", "kappa 45 mg/L", "lambda 60 mg/L"):
        assert said in reasons
    assert "mg/dL" not in reasons
    given = page.locator(".given-values").inner_text()
    assert "67 years" in given
    assert "118 µmol/L (1.33482 mg/dL)" in given
    page.locator(".what-if > summary").click()
    assert "118 µmol/L" in page.locator(".sliders").inner_text()
    page.locator("#value-creatinine").fill("3000")
    submit(page)
    page.wait_for_selector(".failure")
    assert "outside 8.84 to 1768 µmol/L" in page.locator("#value-creatinine-problem").inner_text()


def test_the_units_of_the_page_are_remembered_and_nothing_else(visit: Open) -> None:
    opened, page = open_form(visit)
    take_example(page)
    page.get_by_role("button", name="SI", exact=True).click()
    assert page.locator("#value-kappa").input_value() == "12"
    assert page.locator("#unit-kappa").input_value() == "mg/L"
    assert ask(page)["creatinine"] == 1.1, "what is shown rounded is asked as it was"
    assert page.evaluate("JSON.stringify({...localStorage})") == '{"units":"si"}'
    page.reload()
    page.wait_for_selector("#value-age")
    assert page.locator("#unit-creatinine").input_value() == "umol/L"
    assert page.locator("#unit-kappa").input_value() == "", "a system chooses no doubtful unit"
    page.get_by_role("button", name="Conventional").click()
    assert page.locator("#unit-creatinine").input_value() == "mg/dL"
    assert opened.list_faults() == []


def test_problems_stand_once_in_the_order_of_the_form_with_a_way_to_each(visit: Open) -> None:
    opened, page = open_form(visit)
    page.locator("#value-age").fill("167")
    page.locator("#value-kappa").fill("abc")
    submit(page)
    page.wait_for_selector(".failure:focus")
    assert "5 problems" in page.locator(".failure").inner_text()
    links = page.locator(".failure a")
    for i, name in enumerate(["age", "sex", "kappa", "lambda", "mgus"]):
        links.nth(i).click()
        assert page.evaluate("document.activeElement.id") == f"value-{name}"
    told = page.locator("form").inner_text()
    assert told.count("outside 0 to 120 years") == 1
    assert told.count("must be a number") == 1
    assert told.count("is required") == 3
    assert page.evaluate("location.hash") == "#/survival"
    require_every_look(opened, "problems")


def test_units_that_cannot_be_read_hold_the_form_back(visit: Open) -> None:
    opened = visit()
    opened.page.route("**/units", lambda route: route.abort())
    page = opened.go("#/survival", ".failure")
    assert "cannot be reached" in page.locator(".failure").inner_text()
    assert page.locator("#value-age").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_field_is_one_line_and_on_a_phone_its_name_is_above(visit: Open, width: int) -> None:
    _, page = open_form(visit, width=width)
    label = page.locator("label[for=value-creatinine]").bounding_box()
    places = [
        page.locator(selector).bounding_box()
        for selector in ("#value-creatinine", "#unit-creatinine", "#value-creatinine-help .usual")
    ]
    assert label
    value, unit, usual = (place for place in places if place)
    assert value["height"] >= 44
    assert unit["height"] >= 44
    assert unit["y"] == pytest.approx(value["y"], abs=2)
    if width == 1280:
        assert label["x"] < value["x"] < unit["x"] < usual["x"]
        assert value["y"] - 10 < usual["y"] < value["y"] + value["height"]
    else:
        assert label["y"] + label["height"] <= value["y"] + 1
