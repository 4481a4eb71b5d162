"""Tensors of all parts, columns called after them, and records that hold some of them."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient
from tritonclient.utils import InferenceServerException

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.cds_hooks.calls import call, searchset
from tests.fhir.records import CREATININE, FHIR, NOW, bundle, observation, patient
from tests.page.conftest import serve
from tests.parts.models import CASES, MODELS_OF_PARTS, Json, draw_scan

DATATYPES = {"float32": "FP32", "uint8": "UINT8", "int64": "INT64"}
Client = Any  # tritonclient has no types


@pytest.fixture(scope="module")
def triton_client(registry_of_parts: Registry) -> Iterator[Client]:
    """Triton's own client, on a server that listens."""
    for address in serve(create_app(registry_of_parts)):
        client = triton.InferenceServerClient(address.removeprefix("http://"))
        yield client
        client.close()


def take(name: str, array: Any, datatype: str) -> Any:
    tensor = triton.InferInput(name, list(array.shape), datatype)
    tensor.set_data_from_numpy(array)
    return tensor


def read_tensors(registry: Registry, model: str, cases: list[Json]) -> dict[str, Any]:
    return dict(registry.get(model).inputs.read(cases).tensors)


def predict(asked: TestClient, model: str, cases: list[Json]) -> list[Json]:
    answer = asked.post(f"/models/{model}/predict", json={"instances": cases}).json()
    predictions: list[Json] = answer["predictions"]
    return predictions


@pytest.mark.parametrize("model", MODELS_OF_PARTS)
def test_triton_sends_a_tensor_for_each_part(
    triton_client: Client, registry_of_parts: Registry, asked: TestClient, model: str
) -> None:
    tensors = read_tensors(registry_of_parts, model, CASES[model])
    assert len(tensors) >= 2
    inputs = [take(name, array, DATATYPES[array.dtype.name]) for name, array in tensors.items()]
    answer = triton_client.infer(model, inputs)
    given = answer.as_numpy("probabilities").round(6).tolist()
    expected = predict(asked, model, CASES[model])
    probabilities = [[*one["output"]["probabilities"].values()] for one in expected]
    assert np.allclose(given, probabilities, rtol=0, atol=1.5e-6)
    warnings = [text.decode() for text in answer.as_numpy("warnings")]
    assert [bool(text) for text in warnings] == [bool(one["warnings"]) for one in expected]


def test_triton_sends_columns_called_after_their_part(
    triton_client: Client, asked: TestClient
) -> None:
    cases = CASES["scan_patient"][:2]
    pictures = [base64.b64decode(case["scan"]["image"]) for case in cases]
    inputs = [
        take("scan.image", np.array(pictures, np.object_), "BYTES"),
        take("patient.age", np.array([70.0, 31.0]), "FP64"),
        take("patient.sex", np.array([b"M", b"F"], np.object_), "BYTES"),
        take("patient.crp", np.array([12.0, np.nan]), "FP64"),
    ]
    answer = triton_client.infer("scan_patient.columns", inputs)
    labels = [label.decode() for label in answer.as_numpy("label")]
    assert labels == [one["output"]["label"] for one in predict(asked, "scan_patient", cases)]


def test_triton_is_refused_in_the_name_of_the_part(triton_client: Client) -> None:
    inputs = [
        take("scan", np.zeros((1, 16, 16, 1), np.uint8), "UINT8"),
        take("patient", np.array([[300, 0, 1]], np.float32), "FP32"),
    ]
    with pytest.raises(InferenceServerException, match=r"patient\.age"):
        triton_client.infer("scan_patient", inputs)


def send(asked: TestClient, model: str, **tensors: Any) -> Any:
    inputs = [
        {
            "name": name,
            "shape": list(array.shape),
            "datatype": DATATYPES[array.dtype.name],
            "data": [None if value != value else value for value in array.ravel().tolist()],  # noqa: PLR0124
        }
        for name, array in tensors.items()
    ]
    return asked.post(f"/v2/models/{model}/infer", json={"inputs": inputs})


def test_tensors_say_whether_a_part_is_there(
    asked: TestClient, registry_of_parts: Registry
) -> None:
    tensors = read_tensors(registry_of_parts, "maybe_scan", CASES["maybe_scan"])
    assert tensors["scan_present"].tolist() == [[1], [0]]
    assert not tensors["scan"][1].any()
    absent = np.array([[0], [0]], np.float32)
    refused = send(asked, "maybe_scan", **tensors | {"scan_present": absent})
    assert refused.status_code == 422
    assert "scan is said not to be there by scan_present" in refused.text
    half = send(asked, "maybe_scan", **tensors | {"scan_present": absent + 0.5})
    assert "must be 1 where the part is there, or 0 where it is not" in half.text


def test_blank_tensors_are_a_missing_part(asked: TestClient) -> None:
    note = np.array([[4, 5, 1, 4, *[0] * 8]])
    answer = send(asked, "note_patient", note=note, patient=np.full((1, 2), np.nan, np.float32))
    outputs = {one["name"]: one["data"] for one in answer.json()["outputs"]}
    (expected,) = predict(asked, "note_patient", CASES["note_patient"][1:])
    assert outputs["probabilities"] == pytest.approx(
        [*expected["output"]["probabilities"].values()], abs=1.5e-6
    )
    assert "the graph takes the mean patient" in outputs["warnings"][0]


def test_half_blank_tensors_are_no_missing_part(asked: TestClient) -> None:
    note, row = np.array([[4, 5, 1, 4, *[0] * 8]]), np.array([[50, np.nan]], np.float32)
    answer = send(asked, "note_patient", note=note, patient=row)
    assert answer.status_code == 422
    assert "patient.sex" in answer.text


def test_tensors_of_texts_and_rows_are_explained_and_of_pictures_by_columns(
    asked: TestClient, registry_of_parts: Registry
) -> None:
    for model in ("history_patient", "note_patient"):
        tensors = read_tensors(registry_of_parts, model, CASES[model][:1])
        inputs = [
            {"name": name, "shape": list(a.shape), "datatype": DATATYPES[a.dtype.name],
             "data": a.ravel().tolist()}
            for name, a in tensors.items()
        ]  # fmt: skip
        body = {"inputs": inputs, "parameters": {"explain": True}}
        answer = asked.post(f"/v2/models/{model}/infer", json=body).json()
        outputs = {one["name"]: one["data"] for one in answer["outputs"]}
        assert len(json.loads(outputs["explanation"][0])["by_part"]) == 2
    tensors = read_tensors(registry_of_parts, "scan_patient", CASES["scan_patient"][:1])
    inputs = [
        {"name": name, "shape": list(a.shape), "datatype": DATATYPES[a.dtype.name],
         "data": a.ravel().tolist()}
        for name, a in tensors.items()
    ]  # fmt: skip
    body = {"inputs": inputs, "parameters": {"explain": True}}
    answer = asked.post("/v2/models/scan_patient/infer", json=body)
    assert "scan_patient.columns" in answer.text
    columns = [
        {"name": "scan.image", "shape": [1], "datatype": "BYTES", "data": [draw_scan(1)]},
        {"name": "patient.age", "shape": [1], "datatype": "FP64", "data": [70]},
        {"name": "patient.sex", "shape": [1], "datatype": "BYTES", "data": ["M"]},
    ]
    body = {"inputs": columns, "parameters": {"explain": True}}
    answer = asked.post("/v2/models/scan_patient.columns/infer", json=body).json()
    outputs = {one["name"]: one["data"] for one in answer["outputs"]}
    assert len(json.loads(outputs["explanation"][0])["by_part"][0]["heat_map"]["rows"]) == 4


# records


@pytest.fixture(scope="module")
def recorded(of_parts: Path) -> TestClient:
    app = create_app(Registry(of_parts))
    app.state.clock = lambda: NOW
    return TestClient(app)


RESULTS = [
    observation(f"c{day}", CREATININE, 1.0 + day / 10, "mg/dL", f"2026-02-0{day}")
    for day in (1, 2, 3)
]


def evaluate(recorded: TestClient, model: str, *resources: Any) -> Any:
    record = json.dumps(bundle(*resources))
    headers = {"content-type": FHIR}
    return recorded.post(f"/fhir/models/{model}/$evaluate", content=record, headers=headers)


def test_a_record_fills_history_and_patient(recorded: TestClient) -> None:
    answer = evaluate(recorded, "history_patient", patient(), *RESULTS)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["resourceType"] == "RiskAssessment", told
    assert told["status"] == "final"
    used = {one["reference"] for one in told["basis"]}
    assert {one.rpartition("/")[2] for one in used} >= {"c1", "c2", "c3"}


def test_a_record_system_asks_by_itself(recorded: TestClient) -> None:
    (service,) = recorded.get("/cds-services").json()["services"]
    assert "2160-0" in service["prefetch"]["observations"]
    prefetch = {"patient": patient(), "observations": searchset(*RESULTS)}
    answer = recorded.post("/cds-services/history_patient", json=call(prefetch=prefetch))
    assert answer.status_code == 200, answer.text
    (card,) = answer.json()["cards"]
    told = evaluate(recorded, "history_patient", patient(), *RESULTS).json()
    assert told["status"] == "final"
    assert "history.creatinine" in card["detail"]


def test_a_record_without_a_birth_date_lacks_it_in_the_part(recorded: TestClient) -> None:
    answer = evaluate(recorded, "history_patient", patient(birthDate=None), *RESULTS)
    assert "patient.age" in answer.text or "birthDate" in answer.text
    assert answer.json()["resourceType"] != "RiskAssessment" or answer.json()["status"] != "final"


def test_a_picture_that_may_be_missing_is_left_out_of_a_record(recorded: TestClient) -> None:
    told = evaluate(recorded, "maybe_scan", patient()).json()
    assert told["status"] == "final"
    assert "the graph leaves the picture out" in json.dumps(told)


@pytest.mark.parametrize("model", ["scan_patient", "note_patient"])
def test_a_model_whose_required_part_is_in_no_record_reads_none(
    recorded: TestClient, model: str
) -> None:
    assert evaluate(recorded, model, patient()).status_code == 404
