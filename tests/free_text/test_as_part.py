"""Free text as one of several inputs."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.inputs.tokens import TokenText
from medmaas.model.registry import Registry
from tests.fhir.document_models import NOTE, write_parts
from tests.parts.models import draw_scan

CASE: dict[str, Any] = {
    "scan": {"image": draw_scan(1)},
    "note": {"letter": NOTE},
    "patient": {"age": 70, "sex": "F"},
}


@pytest.fixture(name="client", scope="module")
def _client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    models = tmp_path_factory.mktemp("models")
    write_parts(models)
    return TestClient(create_app(Registry(models)))


def predict(client: TestClient, **body: Any) -> Any:
    answer = client.post("/models/all_parts/predict", json={"instances": [CASE]} | body)
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"][0]


def test_a_part_is_read_with_the_tokenizer_of_the_folder(client: TestClient) -> None:
    model = client.app.state.registry.get("all_parts")  # type: ignore[attr-defined]
    readers = {reader.part.name: reader.kind for reader in model.inputs.parts}
    assert isinstance(readers["note"], TokenText)
    answer = predict(client)
    assert answer["status"] == "ok"
    other = CASE | {"note": {"letter": "Nothing."}}
    assert predict(client, instances=[other])["output"] != answer["output"]


def test_a_part_is_explained_as_one_piece_beside_the_others(client: TestClient) -> None:
    answer = client.post("/models/all_parts/explain", json={"instances": [CASE]})
    assert answer.status_code == 200, answer.text
    explanation = answer.json()["predictions"][0]["explanation"]
    by_part = {one["part"]: one["contribution"] for one in explanation["by_part"]}
    assert set(by_part) == {"scan", "note", "patient"}
    assert by_part["note"] != 0
    assert NOTE not in answer.text


def test_a_column_holds_the_text(client: TestClient) -> None:
    inputs = [
        {"name": name, "shape": [1], "datatype": kind, "data": [value]}
        for name, kind, value in (
            ("scan.image", "BYTES", CASE["scan"]["image"]),
            ("note.letter", "BYTES", NOTE),
            ("patient.age", "FP64", 70),
            ("patient.sex", "BYTES", "F"),
        )
    ]
    body = {"inputs": inputs}
    answer = client.post("/v2/models/all_parts.columns/infer", json=body)
    assert answer.status_code == 200, answer.text
    given = {one["name"]: one["data"][0] for one in answer.json()["outputs"]}
    chances = predict(client)["output"]["probabilities"]
    assert given["probability_urgent"] == chances["urgent"]
