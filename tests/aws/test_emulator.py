"""The built function in Lambda's own protocol, outside a container."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.emulator import Emulator

from .conftest import ROOT

EVENTS = ROOT / "events"
RECORDED = ROOT / "tests" / "events"
OVER_HTTP = ["alb", "alb_multi_value_headers", "http_api_v1", "http_api_v2", "rest_api"]
NOT_HTTP = ["eventbridge", "s3_put", "sqs"]


def read(path: Path) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path.read_text())
    return event


def invoke(emulator: Emulator, path: Path) -> dict[str, Any]:
    answer: dict[str, Any] = emulator.invoke(read(path))
    return answer


def prediction(answer: dict[str, Any]) -> dict[str, Any]:
    """The only prediction of an answer that names its model."""
    assert answer["statusCode"] == 200, answer
    body = json.loads(answer["body"])
    assert body["model"].keys() == {"id", "version", "sha256", "digest"}
    (only,) = body["predictions"]
    assert only["status"] == "ok"
    output: dict[str, Any] = only["output"]
    return output


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_every_example_event_is_answered(emulator: Emulator, name: str) -> None:
    answer = invoke(emulator, EVENTS / f"{name}.json")
    assert answer["statusCode"] == 200, answer


def test_a_survival_curve_is_answered(emulator: Emulator) -> None:
    output = prediction(invoke(emulator, EVENTS / "predict.json"))
    assert output.keys() == {"time_days", "survival", "median_days", "risk"}
    assert len(output["time_days"]) == len(output["survival"])


def test_class_probabilities_are_answered(emulator: Emulator) -> None:
    output = prediction(invoke(emulator, EVENTS / "predict_breast_fna.json"))
    assert sum(output["probabilities"].values()) == pytest.approx(1, abs=0.01)
    assert output["label"] == max(output["probabilities"], key=output["probabilities"].__getitem__)


def test_a_picture_is_read_with_what_the_artefact_keeps_of_pillow(emulator: Emulator) -> None:
    output = prediction(invoke(emulator, EVENTS / "predict_blood_cell.json"))
    assert output["label"] == "eosinophil"


@pytest.mark.parametrize("name", OVER_HTTP)
def test_every_gateway_gets_the_same_prediction(emulator: Emulator, name: str) -> None:
    expected = prediction(invoke(emulator, EVENTS / "predict.json"))
    assert prediction(invoke(emulator, RECORDED / f"{name}.json")) == expected


def test_a_request_without_headers_is_answered(emulator: Emulator) -> None:
    answer = invoke(emulator, RECORDED / "rest_api_null_headers.json")
    assert answer["statusCode"] in {200, 415}, answer


@pytest.mark.parametrize("name", NOT_HTTP)
def test_an_event_that_is_no_request_is_refused_aloud(emulator: Emulator, name: str) -> None:
    answer = invoke(emulator, RECORDED / f"{name}.json")
    assert answer["errorType"] == "UnsupportedEventError"


def test_the_log_holds_nothing_a_caller_wrote(emulator: Emulator) -> None:
    event = read(EVENTS / "predict.json")
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/models/secret-path/predict"
    event["rawQueryString"] = "patient=secret-query"
    event["headers"] |= {"authorization": "Bearer secret-token", "x-note": "secret-header"}
    event["body"] = json.dumps({"instances": [{"age": "secret-value", "secret-field": 1}]})
    assert emulator.invoke(event)["statusCode"] == 404
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/models/survival/predict"
    assert emulator.invoke(event)["statusCode"] == 422
    log = emulator.log.read_text()
    assert event["requestContext"]["requestId"] in log, "the log is not the one that is meant"
    assert "secret" not in log


def test_answering_leaves_nothing_on_the_machine(emulator: Emulator) -> None:
    """onnxruntime would keep a device id under the home folder."""
    prediction(invoke(emulator, EVENTS / "predict.json"))
    assert list(emulator.home.rglob("*")) == []
