"""Several findings and several numbers, as a reader has them before them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.added_models import FINDINGS, add_chest, add_heart, add_molecules, add_strain
from tests.page.asking import answer_otherwise, ask, ask_example
from tests.page.conftest import Open, Visit, serve
from tests.page.files import ask as ask_file
from tests.page.files import choose, save_csv
from tests.page.looks import require_every_look

OPEN = "() => document.querySelectorAll('main details').forEach(one => {one.open = true})"


@pytest.fixture(name="address", scope="module")
def _address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = tmp_path_factory.mktemp("models")
    for add in (add_chest, add_strain, add_heart):
        add(models)
    for kind in ("labels", "values"):
        add_molecules(models, kind)
    yield from serve(create_app(Registry(models)))


def open_example(visit: Open, model: str, locale: str = "en-GB") -> Visit:
    opened = visit(locale=locale)
    opened.go(f"#/{model}", ".examples button")
    ask_example(opened.page)
    return opened


@pytest.mark.parametrize("model", ["chest", "strain", "heart"])
def test_answers_are_accessible_and_have_room_in_every_look(visit: Open, model: str) -> None:
    opened = open_example(visit, model)
    require_every_look(opened, f"answer-{model}", OPEN)
    assert opened.list_faults() == []


def test_findings_stand_by_how_far_they_are_above_their_threshold(visit: Open) -> None:
    page = open_example(visit, "chest").page
    rows = page.locator(".findings tbody tr")
    assert rows.count() == len(FINDINGS)
    standings = rows.locator(".standing").all_inner_texts()
    reached = standings.count("▲ reached")
    assert 0 < reached < len(FINDINGS)
    assert standings == ["▲ reached"] * reached + ["○ not reached"] * (len(FINDINGS) - reached)
    assert page.locator(".told .interval").inner_text().startswith(f"{reached} of 14 findings")
    states = set(page.locator(".findings td:last-child").all_inner_texts())
    assert states >= {"present", "absent", "coverage unknown: too few cases"}
    assert "do not add up to 100 %" in page.content()
    assert "Chosen by hand for tests; nobody was measured." in page.content()


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-GB", "None of the 3 findings reaches its threshold."),
        ("zh-CN", "3 项征象均未达到各自的阈值。"),
    ],
)
def test_that_none_is_reached_is_not_called_normal(visit: Open, locale: str, said: str) -> None:
    page = open_example(visit, "strain", locale).page
    ask(page, creatinine="1.5", glucose="100")
    assert page.locator(".verdict").first.inner_text() == said
    answer = page.locator(".answer").inner_text().lower()
    assert not any(word in answer for word in ("normal", "healthy", "正常", "健康"))


def test_a_probability_just_below_its_threshold_is_not_rounded_up_to_it(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/strain", ".examples button")

    def lower(prediction: dict[str, object]) -> None:
        output = {"labels": [], "probabilities": {"Kidney": 0.49997, "Sugar": 0.1, "Rest": 0.1}}
        prediction["output"] = output

    answer_otherwise(page, lower)
    ask_example(page)
    assert page.locator(".findings tbody tr").first.inner_text().count("49.997%") == 1


def test_values_have_their_units_and_an_angle_goes_on_at_the_end(visit: Open) -> None:
    page = open_example(visit, "heart").page
    told = page.locator(".numbers .verdict").all_inner_texts()
    assert [one.splitlines()[0] for one in told] == ["ejection fraction", "extrasystoles", "axis"]
    numbers = [one.splitlines()[1] for one in told]
    assert [one.split()[-1] for one in numbers] == ["%", "/h", "deg"]
    assert numbers[1] == "6 /h"
    assert page.locator(".named-values tr", has_text="axis").locator(".extent").count() == 2
    last = page.locator(".named-values tr", has_text="axis").locator("td").last.inner_text()
    assert "to 180 and on to" in last
    options = page.locator(".target option").all_inner_texts()
    assert options == ["ejection fraction", "extrasystoles", "axis"]


def test_an_impossible_value_is_withheld_with_its_reason(visit: Open) -> None:
    page = open_example(visit, "heart", "zh-CN").page
    ask(page, creatinine="15", glucose="170")
    assert "射血分数应在 5 至 90 % 之间" in page.locator(".answer").inner_text()
    assert page.locator(".named-values").count() == 0


@pytest.mark.parametrize(
    ("model", "heads"),
    [
        ("strain", ["Findings", "Kidney", "Present"]),
        ("heart", ["ejection fraction", "axis, from", "axis, unit"]),
    ],
)
def test_a_file_is_answered_in_columns(
    visit: Open, tmp_path: Path, model: str, heads: list[str]
) -> None:
    opened = visit()
    page = opened.go(f"#/{model}/file", "#file")
    choose(page, tmp_path, "id,creatinine [mg/dL],glucose [mg/dL]\na,4,170\nb,1.5,100\n")
    ask_file(page)
    shown = page.locator(".results").inner_text().lower()
    assert [head for head in heads if head.lower() not in shown] == []
    first, second = save_csv(page)
    if model == "strain":
        assert (first["labels"], second["labels"]) == ("Kidney; Sugar", "")
        assert first["interval_coverage_unknown"] == "Rest"
    else:
        assert (first["extrasystoles"], first["axis_unit"]) == ("16", "deg")
    assert opened.list_faults() == []


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("chest", "Atelectasis 53.1% · Emphysema 54.4% · Cardiomegaly 46.1%"),
        ("heart", "axis -170 deg 170 to 180 and on to -150 deg"),
    ],
)
def test_what_is_copied_names_every_number(visit: Open, model: str, line: str) -> None:
    opened = open_example(visit, model)
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.page.get_by_role("button", name="Copy").click()
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert line in copied.splitlines()


@pytest.mark.parametrize(("kind", "names"), [("labels", "liver heart"), ("values", "one two")])
def test_of_several_lines_each_number_has_its_name(visit: Open, kind: str, names: str) -> None:
    page = visit().go(f"#/tox_{kind}", "#value-text")
    page.locator("#value-text").fill("CCO\nc1ccccc1")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".claim")
    claims = page.locator(".claim").all_inner_texts()
    assert sorted({claim.split()[0] for claim in claims}) == sorted(names.split())
    assert len(claims) == 4
    assert all(claim.count("%") == (kind == "labels") for claim in claims)
