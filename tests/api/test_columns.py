"""A table of values is answered in columns: the same answers as those of its rows."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from medmaas.model.registry import Registry
from tests.conftest import PATIENT

Json = dict[str, Any]

PEOPLE: list[Json] = [
    PATIENT,
    PATIENT | {"creatinine": None, "sex": "M"},  # a warning
    PATIENT | {"age": 104},  # beyond those seen in training
    PATIENT | {"creatinine": 19.5, "kappa": 90, "lambda": 0.3},  # too far
] * 4


def name_curve(output: Json) -> Json:
    risks = {f"risk_{day}": risk for day, risk in output["risk"].items()}
    pairs = zip(output["time_days"], output["survival"], strict=True)
    curve = {f"survival_{day}": share for day, share in pairs}
    return {"median_days": output["median_days"], **risks, **curve}


def name_classes(output: Json) -> Json:
    shares = {f"probability_{label}": p for label, p in output["probabilities"].items()}
    return {"label": output["label"], **shares}


OUTPUTS: dict[str, Callable[[Json], Json]] = {
    "survival": name_curve,
    "breast_fna": name_classes,
    "solubility": dict,
}
URL = "/models/{}/predict"
INTERVALS = {"at_least_days", "labels", "low", "high"}


def name_cells(prediction: Json, named: Callable[[Json], Json]) -> Json:
    """What the columns hold of a prediction, but for what is withheld."""
    reason = prediction.get("reason")
    warnings = [{k: v for k, v in one.items() if k != "problem"} for one in prediction["warnings"]]
    interval = prediction.get("interval") or {}
    return {
        "status": prediction["status"],
        "reason": reason and {"code": prediction["code"], "limits": prediction["limits"]},
        **(named(prediction["output"]) if prediction["output"] else {}),
        **{f"interval_{name}": interval[name] for name in INTERVALS & interval.keys()},
        "warnings": warnings,
    }


def list_instances(registry: Registry, model_id: str) -> list[Json]:
    cases = registry.get(model_id).manifest.golden.cases
    return PEOPLE if model_id == "survival" else [case.instance for case in cases]


def turn(instances: list[Json]) -> dict[str, list[Any]]:
    return {name: [one.get(name) for one in instances] for name in instances[0]}


@pytest.mark.parametrize("model_id", OUTPUTS)
@pytest.mark.parametrize("options", [{}, {"force": True}, {"coverage": 0.8}], ids=str)
@pytest.mark.parametrize("rows", [1, None])
def test_columns_hold_what_the_answers_to_their_rows_hold(
    client: TestClient, registry: Registry, model_id: str, options: Json, rows: int | None
) -> None:
    instances, url = list_instances(registry, model_id)[:rows], f"/models/{model_id}/predict"
    answer = client.post(url, json={"columns": turn(instances), **options}).json()
    predictions = client.post(url, json={"instances": instances, **options}).json()["predictions"]
    assert answer.keys() == {"request_id", "model", "columns"}
    columns = answer["columns"]
    for row, prediction in enumerate(predictions):
        expected = name_cells(prediction, OUTPUTS[model_id])
        cells = {name: column[row] for name, column in columns.items()}
        assert cells == dict.fromkeys(columns) | expected
    assert all(len(column) == len(instances) for column in columns.values())


@pytest.mark.parametrize("path", ["/models/{model_id}/predict", *map(URL.format, OUTPUTS)])
def test_requests_and_answers_in_columns_are_as_documented(
    client: TestClient, registry: Registry, path: str
) -> None:
    document = client.get("/openapi.json").json()
    columns = document["paths"][path]["post"]["x-columns"]
    schemas = {"components": document["components"]}
    for model_id in OUTPUTS:
        body = {"columns": turn(list_instances(registry, model_id)), "force": False}
        is_own = path in {URL.format(model_id), "/models/{model_id}/predict"}
        answer = client.post(URL.format(model_id), json=body).json()
        assert Draft202012Validator(schemas | columns["request"]).is_valid(body) is is_own
        assert Draft202012Validator(schemas | columns["answer"]).is_valid(answer) is is_own


def test_some_of_the_people_are_warned_of_and_some_get_no_answer(client: TestClient) -> None:
    columns = client.post("/models/survival/predict", json={"columns": turn(PEOPLE)}).json()[
        "columns"
    ]
    assert set(columns["status"]) == {"ok", "abstained"}
    assert {one["code"] for warnings in columns["warnings"] for one in warnings} == {
        "missing",
        "outside_training",
    }


def test_a_column_that_is_left_out_is_missing_in_every_row(client: TestClient) -> None:
    people = turn([PATIENT, PATIENT])
    nulls = client.post(
        "/models/survival/predict", json={"columns": people | {"creatinine": [None, None]}}
    )
    del people["creatinine"]
    absent = client.post("/models/survival/predict", json={"columns": people})
    assert absent.json()["columns"] == nulls.json()["columns"]


def test_every_problem_of_every_row_is_listed_as_for_instances(client: TestClient) -> None:
    wrong = [PATIENT | {"age": True}, PATIENT, PATIENT | {"sex": "X", "kappa": -1}]
    by_columns = client.post("/models/survival/predict", json={"columns": turn(wrong)})
    by_rows = client.post("/models/survival/predict", json={"instances": wrong})
    assert by_columns.status_code == 422
    assert len(by_columns.json()["details"]) == 3
    assert by_columns.json() == by_rows.json()


@pytest.mark.parametrize(
    ("model_id", "columns", "field"),
    [
        ("survival", turn([PATIENT]) | {"weight": [70]}, "weight"),
        ("solubility", {"smile": ["C"]}, "smile"),
    ],
)
def test_an_unknown_column_is_one_problem(
    client: TestClient, model_id: str, columns: Json, field: str
) -> None:
    response = client.post(f"/models/{model_id}/predict", json={"columns": columns})
    assert response.status_code == 422
    first = response.json()["details"][0]
    assert (first["instance"], first["field"], first["code"]) == (None, field, "unknown_field")


AGE = {"age": [60]}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"columns": []}, 422, "columns_without_lists"),
        ({"columns": {"age": 60}}, 422, "columns_without_lists"),
        ({"columns": {"age": [60], "sex": []}}, 422, "columns_unequal"),
        ({"columns": {}}, 422, "nothing_to_predict"),
        ({"columns": {"age": []}}, 422, "nothing_to_predict"),
        ({"columns": {"age": [60] * 1001}}, 413, "too_many_instances"),
        ({"columns": AGE, "a": 1}, 422, "body_holds_more"),
        ({"columns": {}, "instances": []}, 422, "body_holds_more"),
        ({"columns": AGE, "force": 1}, 422, "options_wrong"),
        ({"columns": AGE, "coverage": 0.7}, 422, "coverage_not_stored"),
        ({"columns": AGE, "explain": True}, 422, "columns_not_explained"),
    ],
)
def test_what_is_no_table_is_refused(
    client: TestClient, body: Json, status: int, code: str
) -> None:
    response = client.post("/models/survival/predict", json=body)
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("path", "columns", "code"),
    [
        ("survival/explain", AGE, "columns_not_explained"),
        ("chemo_dose/predict", {"history": [[]]}, "columns_not_taken"),
        ("blood_cell/predict", {"image": [""]}, "columns_not_taken"),
    ],
)
def test_columns_are_refused_where_there_are_none(
    client: TestClient, path: str, columns: Json, code: str
) -> None:
    response = client.post(f"/models/{path}", json={"columns": columns})
    assert (response.status_code, response.json()["code"]) == (422, code)
