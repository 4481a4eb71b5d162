"""The Lambda handler, with events as AWS sends them."""

import base64
import gzip
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from medmaas.api import app as lambda_module
from medmaas.errors import UnsupportedEventError
from tests.conftest import MODELS, ROOT, SHIPPED, folder_of

EVENTS = ROOT / "tests" / "events"
OVER_HTTP = ["http_api_v2", "http_api_v1", "rest_api", "alb", "alb_multi_value_headers"]


class Context:
    """What Lambda passes beside the event."""

    aws_request_id = "8d2f5a7e-invocation"


def invoke(event: dict[str, Any]) -> dict[str, Any]:
    return lambda_module.handler(event, Context())  # type: ignore[arg-type]


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


@pytest.mark.parametrize("name", OVER_HTTP)
def test_every_gateway_gets_the_same_answer(name: str) -> None:
    answer = invoke(recorded(name))
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False
    expected = json.loads(invoke(recorded("http_api_v2"))["body"])["predictions"]
    assert json.loads(answer["body"])["predictions"] == expected


def test_a_body_in_base64_is_read() -> None:
    event = recorded("http_api_v1")
    assert not event["isBase64Encoded"]
    encoded = base64.b64encode(event["body"].encode()).decode()
    answer = invoke(event | {"body": encoded, "isBase64Encoded": True})
    assert answer["statusCode"] == 200


def put(event: dict[str, Any], path: str, body: str | None, *, base64: bool) -> dict[str, Any]:
    """The same event with another path and body."""
    changed: dict[str, Any] = json.loads(json.dumps(event))
    changed |= {"body": body, "isBase64Encoded": base64, "path": path, "rawPath": path}
    if "http" in changed["requestContext"]:
        changed["requestContext"]["http"]["path"] = path
    return changed


@pytest.mark.parametrize("body", ["%%%notb64", "e30", "e30=\n", "e30=e30=", "e3-_", "\u00e9", "="])
@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_body_that_is_not_base64_is_refused_with_the_cause(name: str, body: str) -> None:
    for path in ("/models/survival/predict", "/v2/models/survival/infer",
                 "/v2/repository/index", "/fhir/models/survival/$evaluate"):  # fmt: skip
        answer = invoke(put(recorded(name), path, body, base64=True))
        assert answer["statusCode"] == 400
        assert "announces a body in base64" in answer["body"]
        assert body not in answer["body"].replace("=", "") or body == "="


@pytest.mark.parametrize("name", OVER_HTTP)
def test_who_reads_no_body_does_not_mind_one_that_is_not_base64(name: str) -> None:
    event = put(recorded(name), "/models", "%%%", base64=True)
    event["httpMethod"] = "GET"
    if "http" in event["requestContext"]:
        event["requestContext"]["http"]["method"] = "GET"
    assert invoke(event)["statusCode"] == 200


@pytest.mark.parametrize("body", ["\ud800", "", None])
@pytest.mark.parametrize("name", OVER_HTTP)
def test_half_a_character_and_no_body_are_no_json(name: str, body: str | None) -> None:
    answer = invoke(put(recorded(name), "/models/survival/predict", body, base64=False))
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["code"] == "body_not_json"


def test_what_travels_in_base64_is_at_most_4_4_mb() -> None:
    body = base64.b64decode(recorded("http_api_v2")["body"])
    for length, status in ((4_400_000, 200), (4_400_001, 413)):
        whole = base64.b64encode(body + b" " * (length - len(body))).decode()
        event = put(recorded("rest_api"), "/models/survival/predict", whole, base64=True)
        answer = invoke(event)
        assert answer["statusCode"] == status
    assert "4.4 MB" in answer["body"]
    assert "compress" in answer["body"]


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_compressed_body_travels_in_base64(name: str) -> None:
    body = gzip.compress(base64.b64decode(recorded("http_api_v2")["body"]))
    path = "/models/survival/predict"
    event = put(recorded(name), path, base64.b64encode(body).decode(), base64=True)
    for headers, value in (("headers", "gzip"), ("multiValueHeaders", ["gzip"])):
        if event.get(headers):
            event[headers]["Content-Encoding"] = value
    assert invoke(event)["statusCode"] == 200


@pytest.mark.parametrize(
    ("header", "value"),
    [("x-forwarded-port", "443, 443"), ("x-forwarded-port", "https"), ("host", "[::1]:80"),
     ("host", "a:b"), ("host", ""), ("x-none", None), ("x-half", "\ud800")],
)  # fmt: skip
@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_header_that_cannot_be_read_stops_no_answer(
    name: str, header: str, value: str | None
) -> None:
    event = recorded(name)
    for kind, one in (("headers", value), ("multiValueHeaders", [value])):
        if event.get(kind):
            others = {key: text for key, text in event[kind].items() if key.lower() != header}
            event[kind] = others | {header: one}
    assert invoke(event)["statusCode"] == 200


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_body_written_as_json_in_the_event_is_no_text(name: str) -> None:
    event = recorded(name) | {"body": {"instances": []}}
    assert invoke(event)["statusCode"] == 400


def test_the_request_id_is_the_gateways_own() -> None:
    event = recorded("http_api_v2")
    answer = invoke(event)
    assert json.loads(answer["body"])["request_id"] == event["requestContext"]["requestId"]


def test_the_request_id_is_the_invocations_where_the_gateway_has_none() -> None:
    assert invoke(recorded("alb"))["headers"]["x-request-id"] == Context.aws_request_id


def test_a_console_test_without_headers_is_refused_not_broken() -> None:
    answer = invoke(recorded("rest_api_null_headers"))
    assert answer["statusCode"] == 415


@pytest.mark.parametrize("name", ["s3_put", "sqs", "eventbridge"])
def test_an_event_that_is_no_request_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(UnsupportedEventError, match="answers HTTP requests only"):
        invoke(recorded(name))


@pytest.mark.parametrize("event", [{}, {"instances": []}, {"version": "2.0"}, [], None, 5, "text"])
def test_a_direct_invocation_is_refused_in_one_sentence(event: Any) -> None:
    with pytest.raises(UnsupportedEventError, match="answers HTTP requests only"):
        invoke(event)


def test_a_load_balancer_may_name_no_query_at_all() -> None:
    for name in ("alb", "alb_multi_value_headers"):
        event = recorded(name)
        for key in ("queryStringParameters", "multiValueQueryStringParameters"):
            event.pop(key, None)
        assert invoke(event)["statusCode"] == 200
        assert invoke(event | {"multiValueQueryStringParameters": {}})["statusCode"] == 200


def test_a_card_travels_as_text() -> None:
    event = json.loads((ROOT / "events" / "card.json").read_text())
    answer = invoke(event)
    assert answer["isBase64Encoded"] is False
    assert answer["body"] == (folder_of("survival") / "card.md").read_text()


def test_no_path_is_logged_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    event = recorded("http_api_v2")
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/canary-77"
    with caplog.at_level(logging.DEBUG):
        assert invoke(event)["statusCode"] == 404
    assert "canary-77" not in caplog.text


def test_a_snapshot_holds_every_model(tmp_path: Path) -> None:
    code = "from medmaas.api.app import registry; print(len(registry._models))"
    environment = {
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "MEDMAAS_MODELS": str(MODELS),
        "HOME": str(tmp_path),
        "PATH": os.defpath,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{len(SHIPPED)}\n"
