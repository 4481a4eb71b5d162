"""On the Chinese page the service speaks Chinese: answers, reasons, warnings, problems, cards."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Route

from tests.conftest import ROOT, SHIPPED
from tests.page.conftest import Open
from tests.page.files import ask

ENGLISH = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}\b")  # two words in a row, as names are not
OPEN = "document.querySelectorAll('details').forEach(one => {one.open = true})"
LABELS = """one => [...one.querySelectorAll('[aria-label], [title], img')]
    .flatMap(it => ['aria-label', 'title', 'alt'].map(name => it.getAttribute(name) ?? ''))"""


def list_english(shown: Locator) -> list[str]:
    """Every line that is seen or read aloud and holds English words in a row."""
    lines = shown.inner_text().splitlines() + shown.evaluate(LABELS)
    return sorted({line for line in lines if ENGLISH.search(line.replace("et al", ""))})


def ask_about_example(page: Page, number: int) -> None:
    page.locator(".examples button").nth(number).click()
    page.wait_for_selector(".reasons, .doubt.stop")


@pytest.mark.parametrize("model", SHIPPED)
def test_every_example_is_answered_in_chinese(visit: Open, model: str) -> None:
    page = visit("zh-CN").go(f"#/{model}", ".examples button")
    for number in range(page.locator(".examples button").count()):
        ask_about_example(page, number)
        page.evaluate(OPEN)
        assert list_english(page.locator("main")) == []
        assert (
            page.locator(".answer [lang=en]").filter(has_text=re.compile("[a-z]{3}")).count() == 0
        )


@pytest.mark.parametrize("model", SHIPPED)
def test_a_card_is_chinese_but_for_names(visit: Open, model: str) -> None:
    page = visit("zh-CN").go(f"#/{model}/card", ".part")
    page.evaluate(OPEN)
    for part in page.locator(".part").all():
        if "参考文献" in part.inner_text():
            part.locator("ul").last.evaluate("one => one.remove()")
        assert list_english(part) == []


def test_what_drove_an_answer_is_said_in_the_order_of_chinese(visit: Open) -> None:
    page = visit("zh-CN").go("#/survival", ".examples button")
    ask_about_example(page, 1)
    told = page.locator(".sentence").inner_text()
    assert re.match(r"与平均患者相比，年龄 84 岁使 5 年内风险升高 \d+ 个百分点；", told)
    assert "λ 轻链 2.8 mg/dL 使其升高" in told
    assert page.locator(".sentence [lang]").count() == 0


def test_a_problem_stands_beside_its_field_in_chinese(visit: Open) -> None:
    page = visit("zh-CN").go("#/survival", ".examples button")
    page.locator("#value-age").fill("167")
    page.get_by_role("button", name="询问", exact=True).click()
    page.wait_for_selector(".failure")
    field = page.locator(".field", has=page.locator("#value-age"))
    assert field.locator(".problem").inner_text() == "问题： 超出允许范围（0 至 120 岁）"
    links = page.locator(".failure a").all_inner_texts()
    assert links == ["年龄", "性别", "血清游离 κ 轻链", "血清游离 λ 轻链", "已知单克隆丙种球蛋白病"]
    assert "超出允许范围" not in page.locator(".failure").inner_text()
    assert page.locator("#value-kappa-problem").inner_text() == "问题： 必填"


def test_a_problem_of_a_history_names_its_row_in_chinese(visit: Open) -> None:
    page = visit("zh-CN").go("#/chemo_dose", ".examples button")
    page.locator("#value-0-anc").fill("-1")
    page.get_by_role("button", name="询问", exact=True).click()
    page.wait_for_selector(".failure")
    assert page.locator(".failure a").all_inner_texts()[:2] == [
        "日，第 1 行",
        "中性粒细胞，第 1 行",
    ]
    told = page.locator("form").inner_text()
    assert told.count("必填") == 1
    assert told.count("超出允许范围（0 至") == 1


def test_a_warning_is_chinese(visit: Open) -> None:
    page = visit("zh-CN").go("#/survival", ".examples button")
    ask_about_example(page, 0)
    page.locator("#value-creatinine").fill("")
    page.get_by_role("button", name="询问", exact=True).click()
    page.wait_for_selector(".doubt")
    assert "肌酐 缺失，以训练集中位数填补：1 mg/dL" in page.locator(".doubt").inner_text()


def test_an_abstention_gives_its_reason_in_chinese(visit: Open) -> None:
    page = visit("zh-CN").go("#/solubility", ".examples button")
    page.locator("#value-text").fill("C")
    page.get_by_role("button", name="询问", exact=True).click()
    page.wait_for_selector(".withheld")
    assert "这与模型所学的分子差异过大。" in page.locator(".withheld").inner_text()
    page.locator(".withheld summary").click()
    told = page.locator(".withheld details p").inner_text()
    assert re.fullmatch(r"该病例与模型所学的数据不同 （距离 [\d.]+，不超过 [\d.]+ 时作答）", told)


def test_a_refusal_of_the_shell_is_chinese(visit: Open) -> None:
    page = visit("zh-CN").go("#/nothing", ".failure")
    told = page.locator(".failure").inner_text()
    assert told == f"没有此模型；现有模型：{', '.join(SHIPPED)}"


def test_what_the_page_has_no_words_for_is_said_in_english_and_marked(visit: Open) -> None:
    def answer_in_new_words(route: Route) -> None:
        answer = route.fetch()
        told = json.loads(answer.text().replace('"not_a_number"', '"of_a_later_version"'))
        route.fulfill(response=answer, json=told)

    page = visit("zh-CN").go("#/survival", ".examples button")
    page.route("**/read", answer_in_new_words)
    page.locator("#value-age").fill("old")
    page.get_by_role("button", name="询问", exact=True).click()
    page.wait_for_selector(".failure")
    problem = page.locator("#value-age-problem")
    assert problem.locator("[lang=en]").inner_text() == "must be a number, 0 to 120 a"
    assert page.locator("form [lang=en]").count() == 1


def test_rejects_of_a_file_are_shown_and_saved_in_chinese(visit: Open) -> None:
    page = visit("zh-CN").go("#/survival/file", "#file")
    page.locator("#file").set_input_files(ROOT / "examples" / "patients.csv")
    ask(page)
    told = page.locator("main").inner_text()
    assert "超出允许范围（0 至 120 岁）" in told
    assert "outside" not in told
    with page.expect_download() as saved:
        page.get_by_role("button", name="保存 CSV").click()
    content = saved.value.path().read_text("utf-8-sig")
    assert "超出允许范围（0 至 120 岁）" in content
    assert "outside" not in content


def test_the_english_page_says_what_the_service_says_with_units_spelled_out(visit: Open) -> None:
    page = visit().go("#/survival", ".examples button")
    with page.expect_response("**/explain") as told:
        page.locator(".examples button").nth(1).click()
    page.wait_for_selector(".reasons")
    explanation = told.value.json()["predictions"][0]["explanation"]
    sentence = explanation["sentence"].replace("age 84 a ", "age 84 years ")
    assert page.locator(".sentence").inner_text() == sentence
    assert explanation["counterfactual"]["sentence"] in page.locator(".reasons").inner_text()
