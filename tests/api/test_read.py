"""Typed values are read by the service, which predicts nothing and repeats nothing it refuses."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator


def read(client: TestClient, model: str, **texts: object) -> dict[str, Any]:
    response = client.post(f"/models/{model}/read", json={"values": texts})
    assert response.status_code == 200, response.text
    values: dict[str, Any] = response.json()["values"]
    return values


def test_numbers_come_with_their_unit_and_what_becomes_of_them(client: TestClient) -> None:
    values = read(client, "survival", creatinine="118 µmol/L H", age="67 years", kappa="<5")
    assert values["creatinine"]["number"] == 118
    assert values["creatinine"]["unit"] == "umol/L"
    assert values["age"]["unit"] == "a"
    assert values["kappa"]["comparator"] == "<"
    assert values["kappa"]["code"] == "value_is_bound"
    assert "leave the cell empty" in values["kappa"]["problem"]


def test_a_refused_text_is_not_repeated(client: TestClient) -> None:
    values = read(client, "survival", creatinine="Canary 73.125")
    assert values["creatinine"]["code"] == "not_a_number"
    assert "73" not in json.dumps(values)


def test_a_bound_that_was_read_is_one_that_predict_takes(client: TestClient) -> None:
    texts = {"creatinine": "<0.5 mg/dL"}
    read_as = read(client, "survival", **texts)["creatinine"]
    instance = {"age": 67, "sex": "F", "kappa": 1.2, "lambda": 1.5, "mgus": False}
    told = client.post("/models/survival/predict", json={"instances": [instance | texts]}).json()
    (warning,) = told["predictions"][0]["warnings"]
    assert (warning["problem"], warning["code"]) == (read_as["note"], read_as["code"])


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"values": []},
        {"values": {}, "more": 1},
        {"values": {"height": "1"}},
        {"values": {"sex": "F"}},
        {"values": {"age": 67}},
        {"values": {"age": ""}},
        {"values": {"age": "1" * 65}},
    ],
    ids=str,
)
def test_what_is_no_texts_by_field_is_refused(client: TestClient, body: object) -> None:
    response = client.post("/models/survival/read", json=body)
    assert response.status_code == 422
    assert response.json()["code"] == "body_without_texts"
    assert response.json()["details"]


def test_the_answer_is_as_its_schema_says(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/models/{model_id}/read"]["post"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    judge = Draft202012Validator(schema | {"components": document["components"]})
    judge.validate({"values": read(client, "survival", creatinine="1,100", age="<5", kappa="3")})
