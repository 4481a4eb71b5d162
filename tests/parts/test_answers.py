"""Several inputs in one instance are read, refused and answered, part by part."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from medmaas.model.inputs import picture
from medmaas.model.registry import Registry
from tests.parts.models import CASES, MODELS_OF_PARTS, OLD, ROWS, YOUNG, Json, draw_scan

SCAN: Json = {"image": draw_scan(1)}


def predict(asked: TestClient, model: str, *instances: Any) -> Json:
    response = asked.post(f"/models/{model}/predict", json={"instances": instances})
    answer: Json = response.json()
    return answer


def list_problems(answer: Json) -> list[tuple[int | None, str | None, str]]:
    return [(one["instance"], one["field"], one["code"]) for one in answer["details"]]


@pytest.mark.parametrize("model", MODELS_OF_PARTS)
def test_a_row_has_the_same_answer_alone_and_among_others(asked: TestClient, model: str) -> None:
    together = predict(asked, model, *CASES[model])["predictions"]
    alone = [predict(asked, model, case)["predictions"][0] for case in CASES[model]]
    assert together == alone
    assert {one["status"] for one in together} == {"ok"}


def test_every_problem_of_every_part_is_named_at_once(asked: TestClient) -> None:
    wrong = {
        "scan": {"image": "x", "dpi": 1},
        "patient": {"age": 300, "crp": "high"},
        "ward": 3,
    }
    answer = predict(asked, "scan_patient", wrong, {}, 5, {"scan": SCAN, "patient": 7})
    assert list_problems(answer) == [
        (0, "ward", "unknown_field"),
        (0, "scan.dpi", "unknown_field"),
        (0, "scan.image", "not_base64"),
        (0, "patient.age", "outside"),
        (0, "patient.sex", "required"),
        (0, "patient.crp", "not_a_number"),
        (1, "scan", "required"),
        (2, None, "not_an_object"),
        (3, "patient", "not_an_object"),
    ]


def test_problems_of_rows_in_time_are_named_by_part(asked: TestClient) -> None:
    rows = [{"day": -3, "creatinine": -1}, {"creatinine": 1}]
    answer = predict(asked, "history_patient", {"history": {"rows": rows}, "patient": YOUNG})
    assert list_problems(answer) == [
        (0, "history.rows[0].creatinine", "outside"),
        (0, "history.rows[1].day", "required"),
    ]


def test_problems_of_a_text_are_named_by_part(asked: TestClient) -> None:
    answer = predict(asked, "note_patient", {"note": {"line": "abz"}, "patient": YOUNG})
    assert list_problems(answer) == [(0, "note.line", "unknown_character")]


@pytest.mark.parametrize(
    "absent", [{}, {"patient": None}, {"patient": {}}, {"patient": {"age": None}}]
)
def test_a_part_that_may_be_missing_is_told_and_answered(asked: TestClient, absent: Json) -> None:
    (answer,) = predict(asked, "scan_patient", {"scan": SCAN} | absent)["predictions"]
    (warning,) = answer["warnings"]
    assert (warning["field"], warning["code"]) == ("patient", "missing")
    assert warning["problem"] == "is missing: the graph takes the mean patient"


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"history": {"rows": ROWS}}, [(0, "patient", "required")]),
        ({"history": {"rows": ROWS}, "patient": None}, [(0, "patient", "required")]),
        (
            {"history": {"rows": ROWS}, "patient": {}},
            [(0, "patient.age", "required"), (0, "patient.sex", "required")],
        ),
        ({"patient": OLD}, [(0, "history", "required")]),
    ],
)
def test_a_part_that_must_be_there_is_asked_for(
    asked: TestClient, given: Json, problems: list[Any]
) -> None:
    assert list_problems(predict(asked, "history_patient", given)) == problems


def test_half_a_part_is_no_missing_part(asked: TestClient) -> None:
    answer = predict(asked, "scan_patient", {"scan": SCAN, "patient": {"age": 50}})
    assert list_problems(answer) == [(0, "patient.sex", "required")]


def test_a_missing_picture_is_not_a_black_one(asked: TestClient) -> None:
    import base64  # noqa: PLC0415
    from io import BytesIO  # noqa: PLC0415

    import PIL.Image  # noqa: PLC0415

    file = BytesIO()
    PIL.Image.new("L", (16, 16)).save(file, "PNG")
    black = {"scan": {"image": base64.b64encode(file.getvalue()).decode()}, "patient": YOUNG}
    without, held = predict(asked, "maybe_scan", {"patient": YOUNG}, black)["predictions"]
    assert [one["field"] for one in without["warnings"]] == ["scan"]
    assert (held["status"], held["code"]) == ("abstained", "held_by_part")
    assert held["reason"].startswith("scan: ")
    assert held["limits"]["reason"]["code"] == "picture_is_plain"


def test_pixels_count_over_all_instances_and_parts(
    asked: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "MAX_PIXELS_TOGETHER", 2 * 16 * 16)
    cases = [{"scan": SCAN, "patient": OLD}] * 3
    assert list_problems(predict(asked, "maybe_scan", *cases)) == [
        (2, "scan.image", "too_many_megapixels_together")
    ]


def test_a_table_stands_for_instances_by_columns_called_after_their_part(
    asked: TestClient,
) -> None:
    columns = {
        "scan.image": [draw_scan(1), draw_scan(2), draw_scan(3)],
        "patient.age": [70, 31, None],
        "patient.sex": ["M", "F", None],
        "patient.crp": [12, None, None],
    }
    answer = asked.post("/models/scan_patient/predict", json={"columns": columns}).json()
    rows = predict(asked, "scan_patient", *CASES["scan_patient"])["predictions"]
    assert answer["columns"]["label"] == [row["output"]["label"] for row in rows]
    assert answer["columns"]["probability_ill"] == [
        row["output"]["probabilities"]["ill"] for row in rows
    ]
    assert [[one["field"] for one in row] for row in answer["columns"]["warnings"]] == [
        [],
        ["patient.crp"],
        ["patient"],
    ]


def test_a_table_with_a_column_of_no_part_is_refused(asked: TestClient) -> None:
    columns = {"scan.image": [draw_scan(1)], "patient.weight": [70], "age": [70]}
    answer = asked.post("/models/scan_patient/predict", json={"columns": columns}).json()
    assert list_problems(answer)[:2] == [
        (None, "patient.weight", "unknown_field"),
        (None, "age", "unknown_field"),
    ]


@pytest.mark.parametrize("model", MODELS_OF_PARTS)
def test_requests_and_answers_are_as_described(asked: TestClient, model: str) -> None:
    document = asked.get("/openapi.json").json()
    posted = document["paths"][f"/models/{model}/explain"]["post"]
    taken = posted["requestBody"]["content"]["application/json"]["schema"]
    given = posted["responses"]["200"]["content"]["application/json"]["schema"]
    parts = {"components": document["components"]}
    for case in CASES[model]:
        body = {"instances": [case]}
        Draft202012Validator(taken | parts).validate(body)
        answer = asked.post(f"/models/{model}/explain", json=body).json()
        Draft202012Validator(given | parts).validate(answer)
        everybody = document["paths"]["/models/{model_id}/explain"]["post"]["responses"]["200"]
        schema = everybody["content"]["application/json"]["schema"]
        Draft202012Validator(schema | parts).validate(answer)


def test_the_description_is_valid(asked: TestClient) -> None:
    validate(asked.get("/openapi.json").json())


def test_the_units_of_parts_are_told_by_part(asked: TestClient) -> None:
    units = asked.get("/models/scan_patient/units").json()["units"]
    assert list(units) == ["patient.crp"]
    body = {"values": {"patient.crp": "<5"}}
    read = asked.post("/models/scan_patient/read", json=body).json()
    assert list(read["values"]) == ["patient.crp"]


def test_golden_cases_hold_missing_parts(registry_of_parts: Registry) -> None:
    manifest = registry_of_parts.get("scan_patient").manifest
    assert "patient" not in manifest.golden.cases[2].instance
    assert json.loads(manifest.model_dump_json())["input"]["parts"][1]["missing"]
