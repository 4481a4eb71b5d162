"""Nothing that a caller sends is ever logged, repeated in an error, or shown in a trace."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Model, Registry
from tests.conftest import PATIENT

CANARY = "canary-4b1d"


def send_canaries(client: TestClient, url: str = "/models/survival/predict") -> list[str]:
    """Requests of every kind, each with the canary in it; the texts that came back."""
    bodies: list[Any] = [
        {"instances": [PATIENT | {"sex": CANARY}]},
        {"instances": [PATIENT | {"age": [CANARY]}]},
        {"instances": [PATIENT | {f"name {CANARY}": 1}]},
        {"instances": [CANARY]},
        {"instances": CANARY},
        {CANARY: 1, "instances": [PATIENT]},
        [CANARY],
    ]
    headers = {"x-patient": CANARY, "authorization": f"Bearer {CANARY}", "x-request-id": CANARY}
    query = {"patient": CANARY}
    answers = [client.post(url, json=body, headers=headers, params=query) for body in bodies]
    raw = f'{{"instances": [{{"{CANARY}'.encode()
    answers.append(client.post(url, content=raw, headers={"content-type": "application/json"}))
    answers.append(client.post(url, content=raw, headers={"content-type": CANARY}))
    answers += [client.get(f"/{path}{CANARY}") for path in ("", "models/", "docs/")]
    answers.append(client.request(f"SAY-{CANARY}", url))
    assert all(answer.status_code >= 400 for answer in answers)
    return [answer.text + str(answer.headers) for answer in answers]


def test_no_refusal_repeats_what_was_sent(client: TestClient) -> None:
    assert [text for text in send_canaries(client) if CANARY in text] == []


def test_the_log_has_one_line_per_request_and_nothing_of_the_caller(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    texts = send_canaries(client)
    output, log = capfd.readouterr()
    lines = [json.loads(line) for line in log.splitlines()]
    assert len(lines) == len(texts)
    assert CANARY not in output + log
    assert all(line["status"] >= 400 for line in lines)


def test_the_log_says_which_model_answered_which_request_how_fast(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    response = client.post("/models/survival/predict", json={"instances": [PATIENT]})
    line = json.loads(capfd.readouterr().err)
    assert line.pop("duration_ms") >= 0
    assert line == {
        "request_id": response.headers["x-request-id"],
        "method": "POST",
        "route": "/models/{model_id}/predict",
        "status": 200,
        "model": response.json()["model"],
    }


class FailingRegistry(Registry):
    """Fails as no code should, with a value in the message."""

    def get(self, model_id: str, version: str | None = None) -> Model:
        raise RuntimeError(f"cannot find {CANARY} for {model_id} {version}")


def test_a_failure_of_the_service_is_a_plain_500_and_leaves_no_value_in_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    client = TestClient(create_app(FailingRegistry(tmp_path)))
    response = client.post("/models/survival/predict", json={"instances": [{"sex": CANARY}]})
    assert response.status_code == 500
    assert response.headers["x-request-id"] in response.json()["error"]
    _, log = capfd.readouterr()
    assert CANARY not in response.text + log
    assert json.loads(log)["exception"] == "RuntimeError"
