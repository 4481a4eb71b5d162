"""The catalogue: found by question, by what is at hand or by a word, and honest about how good."""

import json
import re

import pytest
from playwright.sync_api import Route

from tests.conftest import SHIPPED
from tests.page.conftest import Open
from tests.page.looks import require_every_look


def test_the_catalogue_says_what_for_whom_how_well_and_where_not(visit: Open) -> None:
    page = visit().go("", ".entry")
    assert page.locator(".entry").count() == len(SHIPPED)
    told = page.locator(".entry", has_text="Survival of people over 50").inner_text()
    assert told.startswith("How long?")
    assert "Adults aged 50 and over" in told
    assert re.search(r"Harrell C\s+0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)", told)
    assert "0.5 is chance, 1 is perfect." in told
    assert re.search(r"On [\d,]+ cases", told)
    assert re.search(r"Compared with:\s+\w", told)
    dose = page.locator(".entry", has_text="Docetaxel").inner_text()
    assert "learned from simulated patients" in dose
    assert "learned from real data" in told


def test_an_error_has_its_unit_and_says_that_lower_is_better(visit: Open) -> None:
    page = visit().go("", ".entry")
    told = page.locator(".entry", has_text="Solubility").inner_text()
    assert "log₁₀(mol/L)" in told
    assert "Lower is better, 0 is perfect." in told


def test_the_catalogue_is_searched_by_words(visit: Open) -> None:
    page = visit().go("", ".entry")
    page.get_by_label("Search", exact=True).fill("solubility WATER")
    assert page.locator(".entry").count() == 1
    assert page.locator(".found").inner_text() == "1 model"


def test_a_model_is_found_by_its_question_and_by_what_is_at_hand(visit: Open) -> None:
    page = visit().go("", ".entry")
    page.get_by_role("button", name="Which kind is it?").click()
    assert page.locator(".entry").count() == 2
    page.get_by_role("button", name="picture").click()
    assert page.locator(".entry h3").all_inner_texts() == ["Kind of a blood cell, from its picture"]
    page.get_by_role("button", name="picture").click()
    assert page.locator(".entry").count() == 2, "what is pressed again is let go"
    page.get_by_role("button", name="history").click()
    assert page.locator(".entry").count() == 0
    assert page.locator(".found").inner_text() == "0 models"
    page.get_by_role("button", name="Show all models").click()
    assert page.locator(".entry").count() == len(SHIPPED)


LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def test_many_models_with_long_names_and_without_figures_have_room(visit: Open) -> None:
    def tell_of_more(route: Route) -> None:
        told = route.fetch().json()
        first = told["models"][0]
        bare = {key: first[key] for key in ("id", "version", "status", "title", "input", "output")}
        told["models"] += [
            {**bare, "id": f"more_{number}", "title": f"{LONG} {number}"} for number in range(7)
        ]
        measured = first["headline"][0] | {"metric": "a measure of a later year"}
        later = {"id": "later", "input": "sound", "output": "later", "headline": [measured]}
        told["models"].append(bare | later)
        told["models"].append(
            {"id": "broken", "version": "1.0.0", "status": "unavailable", "reason": "It is broken."}
        )
        route.fulfill(json=told)

    opened = visit()
    opened.page.route("**/models", tell_of_more)
    page = opened.go("", ".entry")
    assert page.locator(".entry").count() == len(SHIPPED) + 9
    assert "It is not known how good it is." in page.locator(".entry").nth(6).inner_text()
    require_every_look(opened, "catalogue-of-many")


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("Uno C at 5 years", "0.5 is chance"),
        ("macro one-vs-rest AUC", "0.5 is chance"),
        ("sensitivity at 95 % specificity", "Higher is better"),
        ("integrated Brier score", "Lower is better"),
        ("mean absolute error", "Lower is better"),
        ("share of cycles with ANC below 0.5", "Lower is better"),
        ("share of cycles with ANC below 0.5, less one level down", None),
        ("C above Cox", None),
        ("observed/expected", None),
        ("relative dose intensity", None),
    ],
)
def test_a_figure_says_which_way_is_better_where_its_name_tells(
    visit: Open, metric: str, said: str | None
) -> None:
    def tell(route: Route) -> None:
        told = json.loads(route.fetch().text())
        told["models"] = told["models"][:1]
        told["models"][0]["headline"][0]["metric"] = metric
        route.fulfill(json=told)

    opened = visit()
    opened.page.route("**/models", tell)
    page = opened.go("", ".evidence")
    ways = page.locator(".way").all_inner_texts()
    assert [way.split(",")[0].removesuffix(".") for way in ways] == ([said] if said else [])
