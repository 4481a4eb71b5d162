"""What the server says of itself and its models, and what a request may choose."""

import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas import __version__
from medmaas.api.app import create_app
from medmaas.inference_protocol.views import TensorView
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED, version_of
from tests.inference_protocol.tensors import (
    FEATURES,
    PATIENT_COLUMNS,
    infer,
    list_instances,
    make_columns,
    make_raw,
    predict,
    read_data,
    read_outputs,
)

VIEWS = [name for model_id in SHIPPED for name in (model_id, f"{model_id}.columns")]


def test_the_server_names_its_extensions(client: TestClient) -> None:
    for path in ("/v2", "/v2/"):
        assert client.get(path).json() == {
            "name": "medmaas",
            "version": __version__,
            "extensions": ["binary_tensor_data", "model_repository", "statistics"],
        }


def test_the_server_is_live_and_ready(client: TestClient) -> None:
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}


@pytest.mark.parametrize("name", VIEWS)
def test_a_model_says_what_it_takes_and_gives_and_what_its_card_says(
    client: TestClient, registry: Registry, name: str
) -> None:
    manifest = registry.get(name.partition(".")[0]).manifest
    told = client.get(f"/v2/models/{name}").json()
    assert client.get(f"/v2/models/{name}/versions/{manifest.version}").json() == told
    assert told.keys() == {"name", "versions", "platform", "inputs", "outputs", "properties"}
    assert (told["name"], told["versions"]) == (name, [manifest.version])
    assert told["platform"] == "onnx_onnxv1"
    for tensor in told["inputs"] + told["outputs"]:
        assert tensor.keys() == {"name", "datatype", "shape"}
        assert tensor["shape"][0] == -1
    names = [tensor["name"] for tensor in told["outputs"]]
    assert len(set(names)) == len(names)
    assert names[-4:] == ["status", "reason", "warnings", "explanation"]
    properties = told["properties"]
    assert all(isinstance(said, str) and said for said in properties.values())
    assert properties["sha256"] == manifest.artefact.sha256
    assert properties["digest"] == manifest.digest
    assert properties["title"] == manifest.title
    assert properties["intended_use"] == manifest.card.intended_use
    assert properties["stage"].startswith("Research use only")
    assert "outputs" in properties["explanation"]
    assert client.get(properties["card"]).status_code == 200


@pytest.mark.parametrize("name", VIEWS)
def test_what_is_given_is_what_metadata_promise(
    client: TestClient, registry: Registry, name: str
) -> None:
    model = registry.get(name.partition(".")[0])
    make = make_columns if "." in name else make_raw
    instances = list_instances(model)
    told = {t["name"]: t for t in client.get(f"/v2/models/{name}").json()["outputs"]}
    found = read_outputs(infer(client, name, make(model, instances)))
    assert list(found) == [output for output in told if output != "explanation"]
    for output in found.values():
        promised = told[output["name"]]
        assert output["datatype"] == promised["datatype"]
        assert output["shape"] == [len(instances), *promised["shape"][1:]]


def test_features_are_named_as_in_the_manifest(client: TestClient) -> None:
    told = client.get("/v2/models/survival.columns").json()["inputs"]
    assert told == [
        {"name": tensor["name"], "datatype": tensor["datatype"], "shape": [-1]}
        for tensor in PATIENT_COLUMNS
    ]


def test_the_index_names_both_views_of_every_model(client: TestClient) -> None:
    index = client.post("/v2/repository/index").json()
    assert [entry["name"] for entry in index] == VIEWS
    assert {entry["state"] for entry in index} == {"READY"}
    assert client.post("/v2/repository/index", json={"ready": True}).json() == index


@pytest.mark.parametrize("request_id", ["42", "", 'ä\u0000"\\'])
def test_an_id_comes_back(client: TestClient, request_id: str) -> None:
    answer = infer(client, "survival", [FEATURES], id=request_id).json()
    assert answer["id"] == request_id


def test_there_is_no_id_where_none_was_sent(client: TestClient) -> None:
    answer = infer(client, "survival", [FEATURES]).json()
    assert answer.keys() == {"model_name", "model_version", "parameters", "outputs"}


def test_outputs_are_those_that_were_asked_for_in_this_order(client: TestClient) -> None:
    names = ["status", "risk_1826", "interval_at_least_days", "risk_365"]
    outputs = [{"name": name} for name in names]
    everything = read_data(infer(client, "survival.columns", PATIENT_COLUMNS))
    found = read_data(infer(client, "survival.columns", PATIENT_COLUMNS, outputs=outputs))
    assert list(found) == names
    assert found == {name: everything[name] for name in names}


@pytest.mark.parametrize("outputs", [None, []])
def test_no_outputs_are_all_but_explanations(client: TestClient, outputs: Any) -> None:
    found = read_data(infer(client, "survival", [FEATURES], outputs=outputs))
    assert list(found) == ["survival", "interval_at_least_days", "status", "reason", "warnings"]
    explained = infer(client, "survival", [FEATURES], parameters={"explain": True})
    assert list(read_data(explained)) == [*found, "explanation"]


def test_outputs_say_what_is_given_whatever_parameters_say(client: TestClient) -> None:
    asked = {"outputs": [{"name": "status"}], "parameters": {"explain": True}}
    assert list(read_data(infer(client, "survival", [FEATURES], **asked))) == ["status"]


def test_what_may_be_missing_is_null_or_left_out(client: TestClient) -> None:
    null = [t | {"data": [None]} if t["name"] == "creatinine" else t for t in PATIENT_COLUMNS]
    absent = [t for t in PATIENT_COLUMNS if t["name"] != "creatinine"]
    found = read_data(infer(client, "survival.columns", null))
    assert found == read_data(infer(client, "survival.columns", absent))
    assert "creatinine: is missing" in found["warnings"][0]
    raw = FEATURES | {"data": [67, 0, None, 1.2, 1.5, 0]}
    assert read_data(infer(client, "survival", [raw]))["warnings"] == found["warnings"]


def test_another_coverage_is_another_interval(client: TestClient, registry: Registry) -> None:
    model = registry.get("solubility")
    instances = [{"smiles": "CCO"}]
    for coverage in (0.8, 0.9, 0.95):
        asked = {"parameters": {"coverage": coverage}}
        found = read_data(infer(client, "solubility", make_raw(model, instances), **asked))
        (prediction,) = predict(client, model, instances, coverage=coverage)
        interval = prediction["interval"]
        assert found["interval_low"] == [interval["low"]]
        assert found["interval_high"] == [interval["high"]]


def test_parameters_of_tritons_schedulers_change_nothing(client: TestClient) -> None:
    parameters = {"sequence_id": 7, "sequence_start": True, "priority": 1, "timeout": 5_000}
    expected = infer(client, "survival", [FEATURES]).json()
    assert infer(client, "survival", [FEATURES], parameters=parameters).json() == expected


def test_what_nobody_asked_for_is_not_computed(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = registry.get("survival")
    for kind in (model.output, model.uncertainty):
        monkeypatch.delattr(type(kind), "tabulate")
    client = TestClient(create_app(registry))
    outputs = [{"name": "survival"}, {"name": "status"}]
    assert read_data(infer(client, "survival", [FEATURES], outputs=outputs))["status"] == ["ok"]


def test_statistics_count_instances_requests_and_refusals(registry: Registry) -> None:
    client = TestClient(create_app(registry))
    two = FEATURES | {"shape": [2, 6], "data": FEATURES["data"] * 2}
    for _ in range(3):
        assert infer(client, "survival", [two]).status_code == 200
    assert infer(client, "survival", [FEATURES | {"datatype": "FP64"}]).status_code == 422
    (counted,) = client.get("/v2/models/survival/stats").json()["model_stats"]
    version = version_of("survival")
    assert (counted["name"], counted["version"]) == ("survival", version)
    assert (counted["inference_count"], counted["execution_count"]) == (6, 3)
    assert counted["last_inference"] > 0
    steps = counted["inference_stats"]
    assert {name: step["count"] for name, step in steps.items()} == {
        "success": 3, "fail": 1, "queue": 0,
        "compute_input": 3, "compute_infer": 3, "compute_output": 3,
    }  # fmt: skip
    parts = sum(steps[name]["ns"] for name in steps if name.startswith("compute"))
    assert steps["success"]["ns"] == parts > 0
    assert steps["fail"]["ns"] > 0
    versioned = client.get(f"/v2/models/survival/versions/{version}/stats").json()["model_stats"]
    assert versioned == [counted]
    everything = client.get("/v2/models/stats").json()["model_stats"]
    assert [one["name"] for one in everything] == VIEWS
    (other,) = [one for one in everything if one["name"] == "survival.columns"]
    assert other["inference_count"] == 0


def test_the_log_names_the_model_and_nothing_of_the_request(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    infer(client, "survival.columns", PATIENT_COLUMNS, id="canary-4b1d")
    (line,) = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert line["route"] == "/v2/models/{name}/infer"
    assert line["model"]["id"] == "survival"
    assert line.keys() == {"request_id", "method", "route", "status", "model", "duration_ms"}


def test_outputs_that_could_not_be_withheld_are_not_offered(registry: Registry) -> None:
    model = registry.get("survival")
    artefact = model.manifest.artefact
    label = artefact.outputs[0].model_copy(update={"name": "label", "datatype": "tensor(string)"})
    outputs = artefact.model_copy(update={"outputs": (*artefact.outputs, label)})
    other = replace(model, manifest=model.manifest.model_copy(update={"artefact": outputs}))
    names = [spec.name for spec in TensorView(other).outputs]
    assert "survival" in names
    assert "label" not in names
