"""The page of a model of several parts, in a real browser and both languages."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Page, Response, expect

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import ROOT
from tests.page.conftest import SCREENSHOTS, Open, browser, serve, visit
from tests.parts.models import draw_scan
from tests.parts.test_siblings import TWO_VIEWS, VIEWS, add, sum_up

__all__ = ["browser", "visit"]  # fixtures

Json = dict[str, Any]
AXE = ROOT / "page" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def address(registry_of_parts: Registry) -> Iterator[str]:
    yield from serve(create_app(registry_of_parts))


def write_png(seed: int, side: int = 16) -> bytes:
    shades = np.random.default_rng(seed).integers(0, 256, (side, side)).astype(np.uint8)
    file = BytesIO()
    PIL.Image.fromarray(shades).save(file, "PNG")
    return file.getvalue()


def choose_picture(page: Page) -> None:
    field = page.locator("input[type=file]")
    field.set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": write_png(1)})
    page.wait_for_selector(".sent img")


def ask(page: Page) -> None:
    page.locator("form .buttons button[type=submit]").click()


def list_bodies(asked: list[Response]) -> list[Json]:
    """What was sent to be explained."""
    bodies = [one.request.post_data_json for one in asked if one.url.endswith("/explain")]
    return [body for body in bodies if body is not None]


def judge(page: Page) -> None:
    """Nothing that axe finds."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then(({violations}) => violations.map(({id, nodes}) => "
                          "id + ' ' + nodes.map(({html}) => html.slice(0, 120))))")  # fmt: skip
    assert found == []


def photograph(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"parts-{name}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("locale", "submit"), [("en-GB", "Ask"), ("zh-CN", "询问")])
def test_a_picture_and_its_patient_are_asked_about_together(
    visit: Open, locale: str, submit: str, width: int
) -> None:
    opened = visit(locale=locale, width=width)
    page = opened.go("#/scan_patient", "fieldset.part")
    assert submit
    assert page.locator("fieldset.part").count() == 2
    choose_picture(page)
    page.locator("[id='value-patient.age']").fill("70")
    page.locator("[id='value-patient.sex']").select_option("M")
    page.locator("[id='value-patient.crp']").fill("12")
    page.locator("[id='unit-patient.crp']").select_option("mg/L")
    asked: list[Response] = []
    page.on("response", lambda one: asked.append(one))  # noqa: PLW0108 - no method of a list
    ask(page)
    page.wait_for_selector(".reasons .bars")
    bodies = list_bodies(asked)
    (sent,) = bodies[0]["instances"]
    assert sent["patient"] == {"age": 70, "sex": "M", "crp": 12}
    assert set(sent["scan"]) == {"image"}
    parts = page.locator(".reasons div.part")
    assert parts.count() == 2
    assert parts.nth(0).locator("svg rect").count() == 16
    assert parts.nth(1).locator("tbody tr").count() == 3
    judge(page)
    photograph(page, f"{locale}-{width}")
    assert opened.list_faults() == []


def test_problems_stand_in_their_part(visit: Open) -> None:
    page = visit().go("#/scan_patient", "fieldset.part")
    page.locator("[id='value-patient.age']").fill("300")
    ask(page)
    page.wait_for_selector("[role=alert] li, .refused li")
    scan, patient = page.locator("fieldset.part").all()
    assert "300" not in page.locator("fieldset.part .problem").all_inner_texts()
    expect(scan.locator("[aria-invalid=true]")).to_have_count(1)
    expect(patient.locator("[id='value-patient.age'][aria-invalid=true]")).to_have_count(1)
    expect(patient.locator("[id='value-patient.sex'][aria-invalid=true]")).to_have_count(1)
    photograph(page, "problems")
    page.locator("[id='value-patient.age']").fill("30")
    expect(patient.locator("[id='value-patient.age'][aria-invalid=true]")).to_have_count(0)


def test_a_part_that_may_be_missing_is_left_out_and_told(visit: Open) -> None:
    page = visit().go("#/scan_patient", "fieldset.part")
    choose_picture(page)
    assert "the graph takes the mean patient" in page.locator("fieldset.part").nth(1).inner_text()
    asked: list[Response] = []
    page.on("response", lambda one: asked.append(one))  # noqa: PLW0108 - no method of a list
    ask(page)
    page.wait_for_selector(".reasons .bars")
    bodies = list_bodies(asked)
    assert set(bodies[0]["instances"][0]) == {"scan"}
    assert page.locator(".what-if").count() == 0
    assert "moves nothing" in page.locator(".reasons div.part").nth(1).inner_text()
    photograph(page, "missing")


@pytest.mark.parametrize("model", ["history_patient", "note_patient", "maybe_scan"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_examples_of_every_mixture_are_answered(visit: Open, model: str, locale: str) -> None:
    opened = visit(locale=locale)
    page = opened.go(f"#/{model}", "fieldset.part")
    for example in page.locator(".examples button").all():
        example.click()
        page.wait_for_selector(".reasons .bars")
        expect(page.locator(".reasons div.part")).to_have_count(2)
    judge(page)
    photograph(page, f"{model}-{locale}")
    assert opened.list_faults() == []


def test_units_are_chosen_within_a_part(visit: Open) -> None:
    page = visit().go("#/scan_patient", "fieldset.part")
    choose_picture(page)
    page.locator("[id='value-patient.age']").fill("70")
    page.locator("[id='value-patient.sex']").select_option("M")
    page.locator("[id='value-patient.crp']").fill("1.2")
    page.locator("[id='unit-patient.crp']").select_option("mg/dL")
    asked: list[Response] = []
    page.on("response", lambda one: asked.append(one))  # noqa: PLW0108 - no method of a list
    ask(page)
    page.wait_for_selector(".reasons .bars")
    bodies = list_bodies(asked)
    assert json.loads(json.dumps(bodies[0]["instances"][0]["patient"]["crp"])) == 12


def test_a_pasted_picture_goes_into_the_part_that_has_the_focus(
    visit: Open, tmp_path: Path
) -> None:
    both = {"frontal": {"image": draw_scan(1)}, "lateral": {"image": draw_scan(2)}}
    assert add(tmp_path, "views", sum_up(TWO_VIEWS), VIEWS, both) == 0
    for served in serve(create_app(Registry(tmp_path / "models"))):
        opened = visit(at=served)
        page = opened.go("#/views", "fieldset.part")
        ids = page.locator("[id]").evaluate_all("all => all.map(({id}) => id)")
        assert len(ids) == len(set(ids))
        paste = """png => {
          const data = new DataTransfer();
          const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
          data.items.add(new File([bytes], "x.png", { type: "image/png" }));
          dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        }"""
        page.evaluate(paste, draw_scan(3))
        page.locator("[id='value-lateral.image']").focus()
        page.evaluate(paste, draw_scan(3))
        page.wait_for_selector(".sent img")
        frontal, lateral = page.locator("fieldset.part").all()
        assert (frontal.locator(".sent").count(), lateral.locator(".sent").count()) == (0, 1)
        assert opened.list_faults() == []


def test_the_file_view_says_where_pictures_are_named(visit: Open) -> None:
    page = visit().go("#/scan_patient/file", ".panel")
    assert "by their keys" in page.inner_text("main")
