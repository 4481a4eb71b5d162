"""The protocol through the Lambda handler, where binary travels as base64."""

import base64
import json
from typing import Any

import numpy as np
import pytest

from medmaas.api import app as lambda_module
from medmaas.model.registry import Registry
from tests.conftest import ROOT
from tests.inference_protocol.tensors import (
    FEATURES,
    LENGTH,
    join_binary,
    list_instances,
    make_raw,
    read_binary,
)

EVENTS = ROOT / "tests" / "events"
PATH = "/v2/models/survival/infer"
GATEWAYS = ["http_api_v2", "http_api_v1", "rest_api", "alb"]


class Context:
    """What Lambda passes beside the event."""

    aws_request_id = "8d2f5a7e-invocation"


def send(gateway: str, body: bytes, headers: dict[str, str], *, encode: bool) -> Any:
    event = json.loads((EVENTS / f"{gateway}.json").read_text())
    event["headers"] |= {"content-length": str(len(body))} | headers
    if "multiValueHeaders" in event:
        event["multiValueHeaders"] = {name: [v] for name, v in event["headers"].items()}
    event["path"] = event["rawPath"] = PATH
    if "http" in event["requestContext"]:
        event["requestContext"]["http"]["path"] = PATH
    event["body"] = base64.b64encode(body).decode() if encode else body.decode()
    event["isBase64Encoded"] = encode
    return lambda_module.handler(event, Context())  # type: ignore[arg-type]


def read_headers(answer: Any) -> dict[str, str]:
    headers = answer.get("headers") or {n: v[0] for n, v in answer["multiValueHeaders"].items()}
    return {name.lower(): value for name, value in headers.items()}


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize("encode", [True, False], ids=["base64", "text"])
def test_json_is_answered_as_text(gateway: str, encode: bool) -> None:  # noqa: FBT001
    body = json.dumps({"inputs": [FEATURES]}).encode()
    answer = send(gateway, body, {"content-type": "application/json"}, encode=encode)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert json.loads(answer["body"])["model_name"] == "survival"


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_binary_is_answered_as_base64(gateway: str, registry: Registry) -> None:
    model = registry.get("survival")
    (raw,) = make_raw(model, list_instances(model))
    rows = np.array(raw.pop("data"), np.float32).tobytes()
    raw["parameters"] = {"binary_data_size": len(rows)}
    outputs = [{"name": "survival", "parameters": {"binary_data": True}}, {"name": "status"}]
    body, headers = join_binary({"inputs": [raw], "outputs": outputs}, [rows])
    answer = send(gateway, body, headers, encode=True)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    told = read_headers(answer)
    assert told["content-type"] == "application/octet-stream"
    found = read_binary(base64.b64decode(answer["body"]), int(told[LENGTH]))
    assert found["status"] == ["ok", "ok", "abstained", "abstained"]
    survival = np.array(found["survival"]).reshape(4, -1)
    assert np.isnan(survival).any(axis=1).tolist() == [False, False, True, True]


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_refusal_is_text_whatever_was_sent(gateway: str) -> None:
    body, headers = join_binary({"inputs": []}, [b"\xff"])
    answer = send(gateway, body, headers, encode=True)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (400, False)
    assert json.loads(answer["body"]).keys() == {"error", "code", "limits"}
