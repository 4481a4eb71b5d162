"""`POST /models/{id}/file`: what it takes, what it tells, and that it keeps nothing."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.table.answering import MOST_BYTES, MOST_ROWS
from tests.conftest import PATIENT, SHIPPED
from tests.table.cases import HEADER, LINES, PLAIN, workbook

FILE = "/models/survival/file"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CANARY = "canary-77"


def send(client: TestClient, content: str | bytes, path: str = FILE, **headers: str) -> Any:
    given = {"content-type": "text/csv"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return client.post(path, content=content, headers=given)


def test_every_row_has_its_number_its_id_and_its_prediction_or_problems(client: TestClient) -> None:
    body = send(client, f"{HEADER}\n{LINES[0]}\nB2,167,X,1,1,1,true\n").json()
    assert set(body) == {"request_id", "model", "notes", "answered", "rejected", "rows"}
    first, second = body["rows"]
    assert (first["row"], first["id"], first["prediction"]["status"]) == (1, "A1", "ok")
    assert (second["row"], second["id"]) == (2, "B2")
    assert [one["field"] for one in second["problems"]] == ["age", "sex"]
    assert (body["answered"], body["rejected"]) == (1, 1)


def test_a_row_is_answered_as_an_instance_is(client: TestClient) -> None:
    body = client.post("/models/survival/predict", json={"instances": [PATIENT]}).json()
    assert send(client, PLAIN).json()["rows"][0]["prediction"] == body["predictions"][0]


@pytest.mark.parametrize("model", [one for one in SHIPPED if one != "blood_cell"])
def test_every_kind_that_fits_a_table_is_answered(client: TestClient, model: str) -> None:
    files = {
        "survival": PLAIN,
        "solubility": "id,smiles\na,CCO\nb,c1ccccc1\n",
        "chemo_dose": "id,day,anc,platelets,wbc\na,-7,4,200,6\na,0,5,210,7\nb,0,x,1,1\n",
        "breast_fna": "id\na\n",
    }
    answer = send(client, files[model], f"/models/{model}/file")
    if model == "breast_fna":
        assert answer.json()["code"] == "header_lacks"
        return
    rows = answer.json()["rows"]
    assert [row["id"] for row in rows][:2] == [*("A1", "A2")] or rows[0]["id"] == "a"
    assert "prediction" in rows[0]


def test_pictures_are_told_where_they_fit(client: TestClient) -> None:
    answer = send(client, "id,image\na,b\n", "/models/blood_cell/file")
    assert (answer.status_code, answer.json()["code"]) == (422, "csv_not_taken")


@pytest.mark.parametrize("media", ["application/json", "text/plain", "", "multipart/form-data"])
def test_another_content_type_is_refused(client: TestClient, media: str) -> None:
    answer = send(client, PLAIN, content_type=media)
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_media_type_of_file")


@pytest.mark.parametrize(
    "media", ["text/csv", "Text/CSV; header=present", "text/tab-separated-values", XLSX]
)
def test_what_a_file_is_is_read_from_its_bytes(client: TestClient, media: str) -> None:
    for content in (PLAIN.encode(), workbook(PLAIN)):
        assert send(client, content, content_type=media).json()["answered"] == 3


def test_the_charset_of_the_content_type_names_the_encoding(client: TestClient) -> None:
    content = PLAIN.replace("A1", "甲").encode("gb18030")
    body = send(client, content, content_type="text/csv; charset=GB18030").json()
    assert [row["id"] for row in body["rows"]] == ["甲", "A2", "A3"]
    twice = send(client, content, f"{FILE}?encoding=gbk", content_type="text/csv; charset=gbk")
    assert (twice.status_code, twice.json()["details"][0]["code"]) == (422, "said_twice")


def test_a_file_that_is_too_large_is_refused(client: TestClient) -> None:
    answer = send(client, b"x" * (MOST_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    lines = "\n".join([HEADER, *[LINES[0]] * MOST_ROWS])
    assert send(client, lines).json()["answered"] == MOST_ROWS
    answer = send(client, f"{lines}\n{LINES[0]}")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_rows")


def test_rows_of_a_series_are_counted_one_by_one(client: TestClient) -> None:
    rows = [f"p{i // 20},{i % 20 - 20},4,200,6" for i in range(MOST_ROWS + 1)]
    content = "\n".join(["id,day,anc,platelets,wbc", *rows])
    assert send(client, content, "/models/chemo_dose/file").status_code == 413


def test_an_id_that_is_missing_joins_nobody(client: TestClient) -> None:
    content = "id,day,anc,platelets,wbc\na,-7,4,200,6\n,0,5,210,7\n , 0,5,210,7\nb,0,5,210,7\n"
    rows = send(client, content, "/models/chemo_dose/file").json()["rows"]
    assert ["prediction" in row for row in rows] == [False] * len(rows)
    assert [one["code"] for row in rows for one in row["problems"]] == [
        "row_may_belong", "required", "required", "row_may_belong",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("encoding=klingon", "options_wrong"),
        ("missing=", "options_wrong"),
        ("missing=" + "x" * 65, "options_wrong"),
        ("&".join(["missing=a"] * 51), "options_wrong"),
        ("coverage=0.5&coverage=0.9", "options_wrong"),
        ("coverage=x", "options_wrong"),
        ("force=1", "options_wrong"),
        ("coverage=0.77", "coverage_not_stored"),
        ("explain=true", "unknown_query"),
        (f"name={CANARY}", "unknown_query"),
    ],
)
def test_what_cannot_be_asked_is_refused(client: TestClient, query: str, code: str) -> None:
    answer = send(client, PLAIN, f"{FILE}?{query}")
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert not {"klingon", CANARY} & {*answer.text.split()}


def test_options_are_those_of_instances(client: TestClient) -> None:
    body = send(client, PLAIN, f"{FILE}?coverage=0.95&force=true").json()
    assert {row["prediction"]["interval"]["coverage"] for row in body["rows"]} == {0.95}


def test_csv_comes_where_it_is_accepted_and_json_is_not(client: TestClient) -> None:
    for accept in ("text/csv", "text/csv;q=0.9, text/plain"):
        answer = send(client, PLAIN, accept=accept)
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.text.startswith("row,id,")
        assert answer.headers["medmaas-digest"]
    for accept in ("*/*", "application/json, text/csv"):
        assert send(client, PLAIN, accept=accept).json()["answered"] == 3


def test_notes_and_problems_speak_chinese(client: TestClient) -> None:
    content = PLAIN.replace(",", ";").replace("67", "old")
    body = send(client, content, accept_language="zh").json()
    assert body["notes"][0]["note"] == "按分号分隔的列读取"
    assert "必须" in body["rows"][0]["problems"][0]["problem"] or "须" in json.dumps(
        body["rows"][0], ensure_ascii=False
    )


def test_the_version_may_be_named(client: TestClient) -> None:
    version = client.get("/models/survival").json()["version"]
    assert send(client, PLAIN, f"/models/survival/versions/{version}/file").status_code == 200
    assert send(client, PLAIN, "/models/survival/versions/9.9.9/file").status_code == 404
    assert client.get(FILE).status_code == 405


def test_nothing_of_a_file_is_logged_or_repeated(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    row = ",".join([CANARY] * 7)
    contents = [
        f"{HEADER},{CANARY}\n{row},1\n",
        f"{CANARY}\n{CANARY}\n",
        f"{HEADER}\n{CANARY},67,{CANARY},<{CANARY},1,1,1\n",
        f'{HEADER}\n"{CANARY}\n{row}',
        f"<{CANARY}>",
        f"sep={CANARY}\n{HEADER}\n",
    ]
    for content in contents:
        answer = send(client, content, f"{FILE}?missing={CANARY}-x")
        told = answer.json()
        for one in told.get("rows", ()):
            one.pop("id")
        assert CANARY not in json.dumps(told)
    logged = capfd.readouterr()
    assert CANARY not in logged.out + logged.err
    assert logged.err.count('"route":"/models/{model_id}/file"') == len(contents)
