"""Parameters that the server does not know, and those that are null."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api import routes
from medmaas.model.explanation.budget import Budget
from tests.inference_protocol.tensors import FEATURES, infer, read_data, read_outputs

UNKNOWN: dict[str, Any] = {"priority": 3, "sequence_id": 7, "of_their_own": {"a": [1, None]}}
PASSED_BY: dict[str, dict[str, Any]] = {
    "unknown, of the request": {"parameters": UNKNOWN},
    "unknown, of an input": {"inputs": [FEATURES | {"parameters": UNKNOWN}]},
    "unknown, of an output": {"outputs": [{"name": "survival", "parameters": UNKNOWN}]},
    "null, of the request": {"parameters": None},
    "null, of an input": {"inputs": [FEATURES | {"parameters": None}]},
    "null, of an output": {"outputs": [{"name": "survival", "parameters": None}]},
    "null, one of them": {
        "parameters": dict.fromkeys(("force", "coverage", "explain", "binary_data_output")),
        "inputs": [FEATURES | {"parameters": {"binary_data_size": None}}],
        "outputs": [
            {"name": "survival", "parameters": {"binary_data": None, "classification": None}}
        ],
    },
    "null, all that may be left out": {"id": None, "outputs": None, "parameters": None},
}


@pytest.mark.parametrize("changes", PASSED_BY.values(), ids=PASSED_BY)
def test_what_is_unknown_or_null_changes_no_answer(
    client: TestClient, changes: dict[str, Any]
) -> None:
    inputs, rest = [FEATURES], dict(changes)
    expected = read_data(infer(client, "survival", inputs))
    found = read_data(infer(client, "survival", rest.pop("inputs", inputs), **rest))
    assert found.items() <= expected.items()
    assert found["survival"]


def test_a_known_parameter_beside_an_unknown_one_counts(client: TestClient) -> None:
    strange = FEATURES | {"data": [88, 1, 2.4, 4.1, 14, 1]}
    asked = {"parameters": UNKNOWN | {"force": True}}
    outputs = read_outputs(infer(client, "survival", [strange], **asked))
    assert outputs["status"]["data"] == ["forced"]


@pytest.mark.parametrize("body", [None, {}, {"parameters": None}, {"parameters": UNKNOWN}])
def test_a_model_that_answers_is_loaded_and_stays(client: TestClient, body: Any) -> None:
    of_model = "/v2/repository/models/survival.columns"
    loaded = client.post(f"{of_model}/load", json=body) if body else client.post(f"{of_model}/load")
    assert loaded.status_code == 200
    assert loaded.json() == {"name": "survival.columns", "load": True}
    told = client.post(f"{of_model}/unload", json={"parameters": {"unload_dependents": True}})
    assert told.status_code == 200
    assert told.json()["unload"] is False
    assert "stay loaded" in told.json()["message"]
    assert client.get("/v2/models/survival.columns/ready").status_code == 200


def test_a_row_that_abstains_has_no_null_in_its_numbers(client: TestClient) -> None:
    strange = FEATURES | {"shape": [2, 6], "data": FEATURES["data"] + [88, 1, 2.4, 4.1, 14, 1]}
    outputs = read_outputs(infer(client, "survival.columns", columns_of(strange["data"])))
    numbers = {name: o["data"] for name, o in outputs.items() if o["datatype"] == "FP64"}
    assert outputs["status"]["data"] == ["ok", "abstained"]
    assert isinstance(numbers["risk_1826"][0], float)
    for answered, withheld in numbers.values():
        assert isinstance(answered, float) or answered == "NaN"  # a median that is not reached
        assert withheld == "NaN"


def columns_of(rows: list[Any]) -> list[dict[str, Any]]:
    """Two rows of the tensor, as columns."""
    names = {"age": "FP64", "sex": "BYTES", "creatinine": "FP64", "kappa": "FP64",
             "lambda": "FP64", "mgus": "BOOL"}  # fmt: skip
    made = []
    for position, (name, datatype) in enumerate(names.items()):
        data = rows[position::6]
        if name == "sex":
            data = ["FM"[code] for code in data]
        if name == "mgus":
            data = [bool(value) for value in data]
        made.append({"name": name, "shape": [2], "datatype": datatype, "data": data})
    return made


@pytest.mark.parametrize("missing", ["NaN", None])
def test_what_may_be_missing_is_said_in_both_ways(client: TestClient, missing: Any) -> None:
    rows = FEATURES["data"] * 2
    columns = columns_of(rows)
    left_out = [c for c in columns if c["name"] != "creatinine"]
    said = [c | {"data": [missing] * 2} if c["name"] == "creatinine" else c for c in columns]
    expected = read_data(infer(client, "survival.columns", left_out))
    assert read_data(infer(client, "survival.columns", said)) == expected


def test_without_time_every_row_says_that_it_is_not_explained(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "Budget", lambda _: Budget(0))
    two = FEATURES | {"shape": [2, 6], "data": [*FEATURES["data"], *FEATURES["data"]]}
    told = read_data(infer(client, "survival", [two], parameters={"explain": True}))
    assert len(told["survival"]) == 2 * len(
        read_data(infer(client, "survival", [FEATURES]))["survival"]
    )
    for explanation in map(json.loads, told["explanation"]):
        assert explanation["code"] == "no_time_to_explain"
    assert len(told["explanation"]) == 2
