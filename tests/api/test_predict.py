"""Asking for predictions, and asking wrongly."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.api.body import MAX_BYTES
from medmaas.model.registry import Registry
from tests.conftest import PATIENT, SHIPPED, Spoil, version_of

URL = "/models/survival/predict"
JSON = {"content-type": "application/json"}


def refused(client: TestClient, status: int, **request: Any) -> dict[str, Any]:
    """The error of a request that must be refused, in the one format of all errors."""
    response = client.post(request.pop("url", URL), **request)
    assert response.status_code == status, response.text
    error: dict[str, Any] = response.json()
    assert error.keys() == {"error", "code", "limits", "details"}
    assert isinstance(error["error"], str)
    for detail in error["details"]:
        assert detail.keys() == {"instance", "field", "problem", "code", "limits"}
    return error


def test_a_patient_is_answered_with_a_curve(client: TestClient) -> None:
    response = client.post(URL, json={"instances": [PATIENT]})
    assert response.status_code == 200
    answer = response.json()
    (prediction,) = answer["predictions"]
    assert prediction["status"] == "ok"
    assert prediction["warnings"] == []
    curve = prediction["output"]["survival"]
    assert curve[0] == 1
    assert curve == sorted(curve, reverse=True)
    assert prediction["output"]["risk"].keys() == {"365", "1826", "3652"}


def test_an_answer_names_its_model_and_its_request(client: TestClient, registry: Registry) -> None:
    response = client.post(URL, json={"instances": [PATIENT]})
    assert response.json()["model"] == registry.get("survival").identity
    assert response.json()["model"].keys() == {"id", "version", "sha256", "digest"}
    assert response.json()["request_id"] == response.headers["x-request-id"]


def test_instances_are_answered_in_their_order(client: TestClient) -> None:
    ages = [50, 90, 70]
    instances = [PATIENT | {"age": age} for age in ages]
    predictions = client.post(URL, json={"instances": instances}).json()["predictions"]
    risks = [p["output"]["risk"]["3652"] for p in predictions]
    assert risks[0] < risks[2] < risks[1]


def test_a_version_can_be_named(client: TestClient) -> None:
    versioned = client.post(
        f"/models/survival/versions/{version_of('survival')}/predict", json={"instances": [PATIENT]}
    )
    newest = client.post(URL, json={"instances": [PATIENT]})
    assert versioned.json()["predictions"] == newest.json()["predictions"]


def test_a_missing_value_is_imputed_and_said_to_be(client: TestClient) -> None:
    answer = client.post(URL, json={"instances": [PATIENT | {"creatinine": None}]}).json()
    ((warning,),) = [p["warnings"] for p in answer["predictions"]]
    assert warning["field"] == "creatinine"
    assert "imputed with the training median" in warning["problem"]


def test_a_value_the_model_has_not_seen_is_answered_with_a_warning(client: TestClient) -> None:
    answer = client.post(URL, json={"instances": [PATIENT | {"age": 30}]}).json()
    ((warning,),) = [p["warnings"] for p in answer["predictions"]]
    assert warning == {
        "field": "age",
        "problem": "is outside the training data, 50 to 101 a",
        "code": "outside_training",
        "limits": {"low": 50, "high": 101, "unit": "a"},
    }


def test_an_unknown_model_is_404_and_names_what_exists(client: TestClient) -> None:
    error = refused(client, 404, url="/models/nope/predict", json={"instances": [PATIENT]})
    assert ", ".join(SHIPPED) in error["error"]


def test_an_unknown_version_is_404_and_names_what_exists(client: TestClient) -> None:
    url = "/models/survival/versions/7.0.0/predict"
    error = refused(client, 404, url=url, json={"instances": [PATIENT]})
    assert version_of("survival") in error["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"instances",
        b'{"instances": [{"age": NaN}]}',
        b'{"instances": [{"age": Infinity}]}',
        b'{"instances": [{"age": -Infinity}]}',
        '{"instances": []}'.encode("utf-16"),
        b'\xef\xbb\xbf{"instances": []}',
        b'{"instances": ["\xff"]}',
        b"[" * 100_000,
        b'{"instances": [{"age": 60, "age": 70}]}',
        b'{"instances": [{"age": ' + b"9" * 10_000 + b"}]}",
    ],
)
def test_a_body_that_is_no_json_is_400(client: TestClient, body: bytes) -> None:
    assert "not JSON" in refused(client, 400, content=body, headers=JSON)["error"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""],
)
def test_what_is_not_announced_as_json_is_415(client: TestClient, content_type: str) -> None:
    body = json.dumps({"instances": [PATIENT]})
    refused(client, 415, content=body, headers={"content-type": content_type})


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;profile="x"; Charset="UTF-8"',
    ],
)
def test_json_may_be_announced_in_any_usual_way(client: TestClient, content_type: str) -> None:
    body = json.dumps({"instances": [PATIENT]})
    response = client.post(URL, content=body, headers={"content-type": content_type})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        [],
        5,
        "instances",
        {},
        {"instances": {}},
        {"instances": None},
        {"instances": []},
        {"instances": [PATIENT], "extra": 1},
        {"instances": [PATIENT], "explain": 0},
    ],
)
def test_json_that_is_no_request_is_422(client: TestClient, body: object) -> None:
    refused(client, 422, json=body)


def test_explain_may_be_declined(client: TestClient) -> None:
    body = {"instances": [PATIENT], "explain": False}
    assert client.post(URL, json=body).status_code == 200


def test_every_problem_of_every_instance_is_listed(client: TestClient) -> None:
    instances = [
        PATIENT | {"creatinine": 4242.5, "sex": "Q4242"},
        PATIENT,
        {"age": 60, "sex": "M", "kappa": 1, "lambda": 1, "mgus": "4242", "ldl": 4242},
    ]
    error = refused(client, 422, json={"instances": instances})
    assert "4 problems" in error["error"]
    assert [(d["instance"], d["field"], d["problem"]) for d in error["details"]] == [
        (0, "sex", "must be one of F, M"),
        (0, "creatinine", "outside 0.1 to 20 mg/dL"),
        (2, "mgus", "must be true or false"),
        (
            2,
            "ldl",
            "is not a field of this model, which takes age, sex, creatinine, kappa, lambda, mgus",
        ),
    ]
    assert "4242" not in json.dumps(error)


def test_a_number_too_large_for_a_float_is_refused_by_its_limit(client: TestClient) -> None:
    body = json.dumps({"instances": [PATIENT]}).replace("67", "1e999")
    (detail,) = refused(client, 422, content=body, headers=JSON)["details"]
    assert detail["problem"] == "outside 0 to 120 a"


def test_even_five_megabytes_of_nonsense_are_refused_in_less_than_lambdas_six(
    client: TestClient,
) -> None:
    instance = ",".join(f'"a{i:x}":0' for i in range(400_000))
    body = f'{{"instances": [{{{instance}}}]}}'
    response = client.post(URL, content=body, headers=JSON)
    assert len(body) < MAX_BYTES
    assert response.status_code == 422
    assert "400,005 problems" in response.json()["error"]
    assert "the first 20,000 listed" in response.json()["error"]
    assert len(response.content) < 6_000_000


def test_a_thousand_instances_are_answered_and_one_more_is_413(client: TestClient) -> None:
    response = client.post(URL, json={"instances": [PATIENT] * 1000})
    assert len(response.json()["predictions"]) == 1000
    assert "1,000" in refused(client, 413, json={"instances": [PATIENT] * 1001})["error"]


def test_a_body_over_the_limit_is_413_announced_or_not(client: TestClient) -> None:
    body = b" " * (MAX_BYTES + 1)
    assert "5 MB" in refused(client, 413, content=body, headers=JSON)["error"]
    chunks = iter([body[: MAX_BYTES // 2]] * 3)
    assert "5 MB" in refused(client, 413, content=chunks, headers=JSON)["error"]


def test_a_length_that_is_no_number_is_not_believed(client: TestClient) -> None:
    body = json.dumps({"instances": [PATIENT]})
    headers = JSON | {"content-length": "9" * 5000}
    assert client.post(URL, content=body, headers=headers).status_code == 200


def test_a_model_that_fails_a_check_is_503_and_the_others_answer(
    models: Any, change_manifest: Spoil
) -> None:
    change_manifest(lambda manifest: manifest["artefact"].update(sha256="0" * 64))
    client = TestClient(create_app(Registry(models)))
    assert "sha256" in refused(client, 503, json={"instances": [PATIENT]})["error"]
    (example,) = [c.instance for c in Registry(models).get("breast_fna").manifest.golden.cases[:1]]
    response = client.post("/models/breast_fna/predict", json={"instances": [example]})
    assert response.status_code == 200
