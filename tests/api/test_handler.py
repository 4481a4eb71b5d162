"""The Lambda handler, with events as AWS sends them."""

import base64
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
