"""Every model is asked in the browser, and answers so that a clinician can distrust it."""

import json
import re
from pathlib import Path

import pytest

from medmaas.api import routes
from medmaas.model.explanation.budget import Budget
from tests.conftest import SHIPPED
from tests.page.conftest import SCREENSHOTS, Open, is_answer

ANSWERED = ".reasons"


EXPECTED = {
    "survival": (r"\d+ in 100 people like this dies? within 5 years", "path.curve.average"),
    "breast_fna": (r"(malignant|benign) \d", ".bars .bar"),
    "chemo_dose": (r"(Recommended|Least bad option, not an acceptable one): ", ".option .ring"),
    "blood_cell": (r"erythroblast \d", ".reasons .sentence"),
    "solubility": (r"between -?[\d.]+ and", "svg.explained .share"),
}


@pytest.mark.parametrize("model", SHIPPED)
def test_an_example_is_answered_by_one_click(visit: Open, model: str) -> None:
    opened = visit()
    page = opened.go(f"#/{model}", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(ANSWERED)
    said, drawn = EXPECTED[model]
    page.wait_for_selector(drawn)
    told = page.locator(".answer").inner_text()
    assert re.search(said, told)
    assert "What drove it" in told
    assert "not for time-critical decisions" in told
    assert re.search(rf"{model} \d+\.\d+\.\d+\s+SHA-256\s+[0-9a-f]{{64}}", told)
    assert opened.list_faults() == []


def test_numbers_on_the_page_are_those_of_the_service(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    with page.expect_response(is_answer) as told:
        page.locator(".examples button").first.click()
    risk = told.value.json()["predictions"][0]["output"]["risk"]["1826"]
    page.wait_for_selector(".figures")
    assert f"{100 * risk:.1f}%" in page.locator(".figures").inner_text()


def test_a_problem_is_shown_beside_its_field_as_the_service_reports_it(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.get_by_label("Age", exact=False).fill("167")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".failure")
    field = page.locator(".field", has=page.locator("#value-age"))
    assert "outside 0 to 120 years" in field.locator(".problem").inner_text()
    assert page.locator("#value-age").get_attribute("aria-invalid") == "true"
    assert "is required" in page.locator(".field", has=page.locator("#value-kappa")).inner_text()
    assert page.evaluate("document.activeElement.classList.contains('failure')")


def test_a_value_may_be_missing_where_the_manifest_allows_it(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(ANSWERED)
    page.locator("#value-creatinine").fill("")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".doubt")
    assert "imputed with the training median" in page.locator(".doubt").inner_text()


def test_another_unit_gives_the_same_answer(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(ANSWERED)
    before = page.locator(".figures").inner_text()
    kappa = page.locator("#value-kappa").input_value()
    page.locator("#value-kappa").fill(str(round(10 * float(kappa), 6)))
    page.get_by_label("Unit of kappa").select_option("mg/L")
    assert f"That is {float(kappa):g} mg/dL." in page.locator("#value-kappa-help").inner_text()
    with page.expect_response("**/explain"):
        page.get_by_role("button", name="Ask", exact=True).click()
    assert page.locator(".figures").inner_text() == before


def test_creatinine_may_come_in_micromoles(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.wait_for_selector("select.unit")
    page.get_by_label("Unit of creatinine").select_option("umol/L")
    page.locator("#value-creatinine").fill("97")
    assert "That is 1.0973 mg/dL." in page.locator("#value-creatinine-help").inner_text()


def test_an_abstention_is_seen_first_and_an_answer_only_if_forced(visit: Open) -> None:
    page = visit().go("#/solubility", ".examples button")
    page.locator("#value-text").fill("C")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".withheld")
    assert page.locator(".verdict").inner_text() == "The model does not answer."
    assert "too unlike the molecules it learned from" in page.locator(".withheld").inner_text()
    assert page.locator(".told").count() == 0
    page.get_by_role("button", name="Show the answer anyway").click()
    page.wait_for_selector(".told .verdict")
    assert "Do not rely on it" in page.locator(".forced-word").inner_text()


def test_an_answer_that_there_was_no_time_to_explain_says_so(
    visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "Budget", lambda _: Budget(0))
    page = visit().go("#/survival", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(ANSWERED)
    assert "there was no time to explain" in page.locator(".reasons .sentence").inner_text()
    assert page.locator(".reasons select").count() == 0
    assert page.locator("path.curve.average").count() == 1


def test_the_reasons_of_a_dose_begin_with_what_is_recommended(visit: Open) -> None:
    page = visit().go("#/chemo_dose", ".examples button")
    seen = set()
    for example in page.locator(".examples button").all():
        with page.expect_response(is_answer):
            example.click()
        page.wait_for_selector(".answer[aria-busy=false]")
        verdict = page.locator(".verdict").first.inner_text().partition(": ")[2]
        if page.locator(".reasons").count():
            chosen = page.locator(".reasons select option:checked").first.inner_text()
            assert chosen.startswith(f"{verdict}: ")
            seen.add(verdict)
    assert len(seen) > 1


def test_a_slider_asks_again_at_once(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(ANSWERED)
    before = page.locator(".answer > .told .figures").inner_text()
    page.get_by_text("What if?").click()
    age = page.locator(".sliders input").first
    with page.expect_response(is_answer):
        age.focus()
        age.press("PageUp")
    page.wait_for_selector(".what-if-answer .figures")
    assert page.locator(".what-if-answer .figures").inner_text() != before
    assert page.locator(".answer > .told .figures").inner_text() == before


def test_a_slider_moves_the_newest_count_of_a_history(visit: Open) -> None:
    page = visit().go("#/chemo_dose", ".examples button")
    page.locator(".examples button").first.click()
    page.wait_for_selector(ANSWERED)
    page.locator(".what-if > summary").click()
    assert page.locator(".sliders input").count() == 3, "the time stays, and what was not given"
    with page.expect_response(is_answer) as asked:
        page.locator(".sliders input").first.press("PageUp")
    sent = json.loads(asked.value.request.post_data or "")
    before, newest = sent["instances"][0]["history"]
    assert before == {"day": -7, "anc": 4.8, "platelets": 230, "wbc": 7.1}
    assert newest["anc"] > 5.2
    page.wait_for_selector(".what-if-answer .verdict, .what-if-answer .doubt")


def test_a_history_is_pasted_from_a_spreadsheet(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/chemo_dose", ".examples button")
    rows = "day\tanc\tplatelets\twbc\n-7\t4.8\t230\t7.1\n0\t5.2\t245\t7.4\n"
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData('text', text);
        document.querySelector('#bring').dispatchEvent(
          new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) }""",
        rows,
    )
    page.get_by_role("button", name="Take these 2 rows").click()
    page.wait_for_selector(".preview", state="detached")
    assert page.locator(".series tbody tr").count() == 2
    assert page.locator(".small-multiples .dot").count() == 6
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(ANSWERED)
    assert re.match(EXPECTED["chemo_dose"][0], page.locator(".verdict").inner_text())


def test_a_picture_is_taken_from_a_file(visit: Open) -> None:
    page = visit().go("#/blood_cell", ".examples button")
    cell = Path(__file__).parents[1] / "data" / "blood_cells" / "neutrophil.png"
    page.locator("#value-picture").set_input_files(cell)
    page.wait_for_selector("img.given")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".answer")
    assert page.locator(".verdict, .doubt.stop").count() >= 1


@pytest.mark.parametrize("model", SHIPPED)
def test_an_answer_is_printed_on_one_page(visit: Open, model: str) -> None:
    page = visit().go(f"#/{model}", ".examples button")
    SCREENSHOTS.mkdir(exist_ok=True)
    for i, example in enumerate(page.locator(".examples button").all()):
        with page.expect_response(is_answer) as told:
            example.click()
        page.wait_for_selector(f"text={told.value.json()['request_id']}")
        page.wait_for_selector(".answer[aria-busy=false]")
        path = SCREENSHOTS / f"{model}-{i}.pdf"
        printed = page.pdf(path=path, format="A4", print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, example.inner_text()
