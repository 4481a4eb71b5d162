"""A part that no browser shows, a DICOM or a recording, is drawn by the service as a whole is."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from onnx import TensorProto
from playwright.sync_api import Page, expect

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.model.radiographs import INPUT as FILM
from tests.model.radiographs import SIDE, radiograph
from tests.page.conftest import Open, browser, serve, visit
from tests.page.looks import list_violations, shoot
from tests.parts.models import AGE, PATIENT, SEX
from tests.parts.test_siblings import add, sum_up
from tests.waveform.models import INPUT as WAVEFORM
from tests.waveform.recordings import as_counts, draw, write_csv

__all__ = ["browser", "visit"]  # fixtures

Json = dict[str, Any]
LEADS, RATE = ("I", "II"), 100
ECG = WAVEFORM | {
    "leads": [{"name": name} for name in LEADS],
    "sampling_rate": RATE,
    "samples": 10 * RATE,
    "tensor": "ecg",
}
PARTS: list[Json] = [
    {"name": "film", "input": FILM | {"tensor": "film"}},
    {"name": "earlier", "input": FILM | {"tensor": "earlier"}, "missing": "one film is enough"},
    {"name": "trace", "input": ECG, "missing": "the graph leaves it out"},
    {"name": "patient", "input": PATIENT | {"features": [AGE, SEX]}},
]
SHAPES: dict[str, tuple[int, list[Any]]] = {
    "film": (TensorProto.UINT8, [SIDE, SIDE, 1]),
    "earlier": (TensorProto.UINT8, [SIDE, SIDE, 1]),
    "ecg": (TensorProto.FLOAT, [len(LEADS), 10 * RATE]),
    "patient": (TensorProto.FLOAT, [2]),
}


def encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture(name="models", scope="module")
def _models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    trace = as_counts(draw(RATE, 10, len(LEADS)), RATE, LEADS)
    case = {
        "film": {"image": encode(radiograph(5))},
        "trace": trace,
        "patient": {"age": 70, "sex": "M"},
    }
    assert add(folder, "ward", sum_up(SHAPES), PARTS, case) == 0
    return folder / "models"


@pytest.fixture(name="client", scope="module")
def _client(models: Path) -> TestClient:
    return TestClient(create_app(Registry(models)))


@pytest.fixture(name="address", scope="module")
def _address(models: Path) -> Iterator[str]:
    yield from serve(create_app(Registry(models)))


def post(client: TestClient, **body: Any) -> Any:
    return client.post("/models/ward/draw", json=body)


def test_a_part_is_drawn_whatever_the_others_are(client: TestClient) -> None:
    film = {"film": {"image": encode(radiograph(5, edge=200))}}
    told = post(client, instance=film, part="film").json()
    assert told["drawing"]["width"] == 200
    assert [warning["field"] for warning in told["warnings"]] == ["film.image"] * 2
    more = film | {"patient": {"age": "nobody knows"}}
    beside = post(client, instance=more, part="film")
    # a field that is no part of what is drawn is told, as everywhere
    assert (beside.status_code, beside.json()["details"][0]["field"]) == (422, "patient")
    trace = as_counts(draw(RATE, 10, len(LEADS)), RATE, LEADS)
    told = post(client, instance={"trace": trace}, part="trace").json()
    assert [*told["drawing"]["leads"]] == [*LEADS]


def test_why_the_model_will_abstain_is_said_of_the_part(client: TestClient) -> None:
    film = {"film": {"image": encode(radiograph(5, PresentationIntentType="FOR PROCESSING"))}}
    told = post(client, instance=film, part="film").json()
    assert told["code"] == "held_by_part"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"instance": {"film": {"image": "x"}}, "part": "film"}, "film.image", None),
        ({"instance": {}, "part": "film"}, "film", "required"),
        ({"instance": {}, "part": "spleen"}, "part", "not_one_of"),
        ({"instance": {}, "part": 3}, "part", "not_one_of"),
        ({"instance": [], "part": "film"}, None, None),
    ],
)
def test_what_is_wrong_with_a_part_is_said_by_its_name(
    client: TestClient, body: Json, field: str | None, code: str | None
) -> None:
    refused = post(client, **body)
    assert refused.status_code == 422
    (problem,) = refused.json()["details"]
    assert problem["field"] == field
    assert code is None or problem["code"] == code


def test_a_part_that_is_not_given_or_that_people_see_is_not_drawn(client: TestClient) -> None:
    for instance, part in (({}, "earlier"), ({"patient": {"age": 70, "sex": "M"}}, "patient")):
        refused = post(client, instance=instance, part=part)
        assert (refused.status_code, refused.json()["code"]) == (422, "not_drawn")


def test_a_model_without_parts_takes_none(registry: Registry) -> None:
    shipped = TestClient(create_app(registry))
    body = {"instance": registry.get("survival").example, "part": "film"}
    refused = shipped.post("/models/survival/draw", json=body)
    assert refused.status_code == 422
    assert refused.json()["details"][0]["code"] == "must_be_left_out"


def choose(page: Page, field: str, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator(f"[id='value-{field}']").set_input_files(file)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("locale", "read", "width"),
    [("en-GB", "How the file was read", 1280), ("zh-CN", "文件的读取方式", 390)],
)
def test_parts_are_drawn_before_they_are_asked_about_and_explained_over(
    visit: Open, locale: str, read: str, width: int
) -> None:
    opened = visit(locale, width=width)
    page = opened.go("#/ward", "fieldset.part")
    choose(page, "film.image", "IM1", radiograph(5, edge=200))
    choose(page, "earlier.image", "IM2", radiograph(6, edge=300))
    samples = draw(RATE, 10, len(LEADS))
    choose(page, "trace.ecg", "a.csv", write_csv(samples, RATE, LEADS))
    film, earlier, trace, _ = page.locator("fieldset.part").all()
    for part, edge in ((film, 200), (earlier, 300)):
        expect(part.locator(".read-picture")).to_contain_text(read)
        assert part.locator("img.given").evaluate("one => one.naturalWidth") == edge
    expect(trace.locator(".ecg svg text:not(.time)")).to_have_text([*LEADS])
    page.locator("[id='value-patient.age']").fill("70")
    page.locator("[id='value-patient.sex']").select_option("M")
    page.locator("form .buttons button[type=submit]").click()
    page.wait_for_selector(".answer[aria-busy=false] .reasons .heat svg")
    views = page.locator(".reasons .heat svg")
    assert [one.get_attribute("viewBox") for one in views.all()] == ["0 0 200 200", "0 0 300 300"]
    shoot(opened, f"parts-drawn-{locale}-{width}")
    assert list_violations(opened) == []
    assert opened.list_faults() == []


def test_what_is_wrong_with_the_file_of_a_part_is_said_at_it(visit: Open) -> None:
    opened = visit()
    page = opened.go("#/ward", "fieldset.part")
    choose(page, "earlier.image", "IM2", radiograph(Modality="CT"))
    problem = page.locator("fieldset.part .problem[role=alert]")
    expect(problem).to_contain_text("a DICOM file of modality CT")
    assert page.locator("fieldset.part").nth(1).locator(".problem[role=alert]").count() == 1
    ids = page.locator("[id]").evaluate_all("all => all.map(({id}) => id)")
    assert len(ids) == len(set(ids))
