"""What became of a card is kept and counted, without free text."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.cds_hooks.feedback import list_override_reasons
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
OVERRIDE_REASONS = list_override_reasons(ENGLISH)


@pytest.fixture
def table(make_table: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    name = make_table()
    monkeypatch.setenv("MEDMAAS_FEEDBACK_TABLE", name)
    return name


@pytest.fixture
def services(registry: Registry) -> TestClient:
    app = create_app(registry)
    app.state.clock = lambda: NOW
    return TestClient(app)


def accepted(**changes: Any) -> dict[str, Any]:
    return {
        "card": str(uuid4()),
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": str(uuid4())}],
        "outcomeTimestamp": "2026-03-01T10:05:31Z",
    } | changes


def overridden(reason: dict[str, Any]) -> dict[str, Any]:
    return {
        "card": str(uuid4()),
        "outcome": "overridden",
        "overrideReason": {"reason": reason, "userComment": "Mrs Invented is my aunt"},
        "outcomeTimestamp": "2026-03-01T10:05:31+01:00",
    }


def give(services: TestClient, *feedback: object, status: int = 200) -> None:
    response = services.post("/cds-services/chemo_dose/feedback", json={"feedback": list(feedback)})
    assert response.status_code == status, response.text


def test_feedback_is_kept_in_the_table_once_and_without_free_text(
    table: str, services: TestClient
) -> None:
    ours, foreign = overridden(OVERRIDE_REASONS[0]), overridden({"code": "aunt", "system": "x"})
    strange = overridden(OVERRIDE_REASONS[0] | {"code": ["aunt"]})
    for _ in range(2):
        give(services, accepted(card=ours["card"]), ours, foreign, strange)
    items = boto3.client("dynamodb").scan(TableName=table)["Items"]
    assert len(items) == 4
    assert {item["outcome"]["S"] for item in items} == {"accepted", "overridden"}
    assert {item["reason"]["S"] for item in items if "reason" in item} == {"data-wrong", "other"}
    assert {item["service"]["S"] for item in items} == {"chemo_dose"}
    assert all(int(item["expires"]["N"]) == NOW.timestamp() + 365 * 86_400 for item in items)
    assert "aunt" not in json.dumps(items)


def test_without_a_table_feedback_is_a_line_of_the_log_and_counted(
    services: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "MEDMAAS_FEEDBACK_TABLE" not in os.environ
    give(services, accepted(), overridden(OVERRIDE_REASONS[1]))
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["kept"]["outcome"] for line in lines if "kept" in line] == [
        "accepted",
        "overridden",
    ]
    (access,) = [line for line in lines if "route" in line]
    assert access["feedback"] == {"accepted": 1, "overridden": 1}
    assert "aunt" not in json.dumps(lines)


def test_a_table_that_does_not_answer_is_a_503(
    table: str, services: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert table
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    give(services, accepted(), status=503)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        7,
        accepted(card="7"),
        accepted(outcome="ignored"),
        accepted(acceptedSuggestions=[]),
        accepted(acceptedSuggestions=["1"]),
        accepted(acceptedSuggestions=[{"id": str(uuid4())}] * 101),
        accepted(card=11111111111111111111111111111111),
        accepted(outcomeTimestamp="2026-03-01"),
        accepted(outcomeTimestamp="2026-03-01T10:05:31"),
        accepted(outcomeTimestamp=None),
    ],
)
def test_feedback_that_breaks_a_rule_is_refused(services: TestClient, wrong: object) -> None:
    give(services, accepted(), wrong, status=400)


def test_feedback_on_a_service_that_is_none_is_not_found(services: TestClient) -> None:
    response = services.post("/cds-services/solubility/feedback", json={"feedback": [accepted()]})
    assert response.status_code == 404
    assert services.post("/cds-services/chemo_dose/feedback", json={}).status_code == 400
