"""Requests that are refused, and what every refusal is."""

from typing import Any

from tests.inference_protocol.tensors import (
    FEATURES,
    PATIENT_COLUMNS,
)

CANARY = "canary-4b1d"
NUMBER = 987654.25  # no limit of ours
URL = "/v2/models/survival/infer"
JSON = {"content-type": "application/json"}


def tensor(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (FEATURES | changes).items() if value is not ...}


def column(name: str, /, **changes: Any) -> list[dict[str, Any]]:
    return [t | changes if t["name"] == name else t for t in PATIENT_COLUMNS]


def assert_refused(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"error", "code", "limits"}
    said: str = response.json()["error"]
    assert said
    for secret in (CANARY, "987654", "0.625"):
        assert secret not in response.text
    return said
