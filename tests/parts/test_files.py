"""Rows of a file hold parts: a table's cells beside keys of pictures, or objects in JSON Lines."""

import base64
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from infra.local_stack import Stack, running
from medmaas.batch import handler as batch
from medmaas.batch import storage
from medmaas.cli import main
from medmaas.model.registry import Registry
from tests.batch.uploads import Buckets, Context, s3_event
from tests.parts.models import CASES, OLD, ROWS, YOUNG, Json, draw_scan

HEAD = "id,scan.image,patient.age,patient.sex,patient.crp\n"
TABLE = (
    HEAD + "a,images/one.png,70,M,12\nb,images/two.png,31,F,\nc,images/three.png,,,\n"
    "d,images/none.png,31,F,\ne,,31,F,\nf,images/one.png,31,,3\ng,images/one.png,old,F,3\n"
)
REJECTS = [
    ("d", "scan.key", "no_such_picture"),
    ("e", "scan", "required"),
    ("f", "patient.sex", "required"),
    ("g", "patient.age", "not_a_number"),
]
PICTURES = {"one": draw_scan(1), "two": draw_scan(2), "three": draw_scan(3)}


def read_lines(content: bytes) -> list[Json]:
    return [json.loads(line) for line in content.splitlines()]


def expect_rejects(content: bytes) -> None:
    rejects = [(one["id"], one["field"], one["code"]) for one in read_lines(content)]
    assert rejects == REJECTS


def predict(asked: TestClient, model: str) -> list[Json]:
    answer = asked.post(f"/models/{model}/predict", json={"instances": CASES[model]}).json()
    predictions: list[Json] = answer["predictions"]
    return predictions


def expect_rows(asked: TestClient, content: bytes) -> None:
    """Three rows, answered as over HTTPS."""
    rows = [*csv.DictReader(content.decode().splitlines())]
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    for row, answer in zip(rows, predict(asked, "scan_patient"), strict=True):
        assert row["label"] == answer["output"]["label"]
        assert float(row["probability_ill"]) == answer["output"]["probabilities"]["ill"]
    assert "patient" in rows[2]["warnings"]
    assert "the graph takes the mean patient" in rows[2]["warnings"]


def put_pictures(folder: Path) -> None:
    (folder / "images").mkdir(parents=True)
    for name, picture in PICTURES.items():
        (folder / "images" / f"{name}.png").write_bytes(base64.b64decode(picture))


@pytest.mark.parametrize("head", ["scan.image", "scan.key", "Scan.Image"])
def test_a_table_names_pictures_by_key_beside_its_values(
    of_parts: Path, asked: TestClient, tmp_path: Path, head: str
) -> None:
    put_pictures(tmp_path)
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_text(TABLE.replace("scan.image", head))
    assert main(["batch", "scan_patient", str(file), str(results), "--models", str(of_parts)]) == 0
    expect_rows(asked, (results / "predictions.csv").read_bytes())
    expect_rejects((results / "rejects.jsonl").read_bytes())


def test_a_table_is_explained(of_parts: Path, tmp_path: Path) -> None:
    put_pictures(tmp_path)
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_text(HEAD + "a,images/one.png,70,M,12\n")
    asked = ["batch", "scan_patient", str(file), str(results), "--models", str(of_parts)]
    assert main([*asked, "--explain"]) == 0
    (row,) = csv.DictReader((results / "predictions.csv").read_text().splitlines())
    assert "patient: sex M" in row["explanation"]


def test_lines_of_json_hold_keys_in_the_part_that_they_are_of(
    of_parts: Path, asked: TestClient, tmp_path: Path
) -> None:
    put_pictures(tmp_path)
    rows = [
        {"id": 1, "scan": {"key": "images/one.png"}, "patient": OLD | {"crp": 12}},
        {"id": 2, "scan": {"image": PICTURES["two"]}, "patient": YOUNG},
        {"id": 3, "scan": {"key": "images/three.png"}},
        {"id": 4, "scan": {"key": 5}, "patient": {"age": -1}},
    ]
    file, results = tmp_path / "rows.jsonl", tmp_path / "results"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["batch", "scan_patient", str(file), str(results), "--models", str(of_parts)]) == 0
    answers = read_lines((results / "predictions.jsonl").read_bytes())
    expected = predict(asked, "scan_patient")
    assert [one["output"] for one in answers] == [one["output"] for one in expected]
    rejects = read_lines((results / "rejects.jsonl").read_bytes())
    assert [(one["field"], one["code"]) for one in rejects] == [
        ("scan.key", "not_a_key"),
        ("patient.age", "outside"),
        ("patient.sex", "required"),
    ]


def test_a_table_holds_a_text_beside_values(
    of_parts: Path, asked: TestClient, tmp_path: Path
) -> None:
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_text(
        "id,note.line,patient.age (a),patient.sex\na,abba cde,70,M\nb,dead,,\nc,xyz,7,\n"
    )
    assert main(["batch", "note_patient", str(file), str(results), "--models", str(of_parts)]) == 0
    rows = [*csv.DictReader((results / "predictions.csv").read_text().splitlines())]
    expected = [one["output"]["label"] for one in predict(asked, "note_patient")]
    assert [row["label"] for row in rows] == expected
    rejects = read_lines((results / "rejects.jsonl").read_bytes())
    assert [(one["id"], one["field"]) for one in rejects] == [
        ("c", "note.line"),
        ("c", "patient.sex"),
    ]


def test_rows_in_time_come_in_lines_of_json_and_not_in_a_table(
    of_parts: Path, asked: TestClient, tmp_path: Path, capsys: Any
) -> None:
    file, results = tmp_path / "rows.jsonl", tmp_path / "results"
    file.write_text(json.dumps({"id": "a", "history": {"rows": ROWS}, "patient": OLD}) + "\n")
    given = [str(results), "--models", str(of_parts)]
    assert main(["batch", "history_patient", str(file), *given]) == 0
    (answer,) = read_lines((results / "predictions.jsonl").read_bytes())
    assert answer["output"] == predict(asked, "history_patient")[0]["output"]
    table = tmp_path / "rows.csv"
    table.write_text("id,history.day,history.creatinine\na,-1,2\n")
    assert main(["batch", "history_patient", str(table), *given]) != 0
    assert "send .jsonl" in capsys.readouterr().err


def test_a_file_that_is_posted_has_no_pictures_beside_it(asked: TestClient) -> None:
    response = asked.post(
        "/models/scan_patient/file",
        content=(HEAD + "a,images/one.png,70,M,12\n").encode(),
        headers={"content-type": "text/csv"},
    )
    assert response.status_code == 200, response.text
    assert b"scan.key" in response.content
    assert b"nothing_beside_rows" in response.content


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running() as started:
        yield started


@pytest.fixture
def buckets(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, registry_of_parts: Registry
) -> Iterator[Buckets]:
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)
    storage.client.cache_clear()
    monkeypatch.setattr(batch, "registry", registry_of_parts)
    found = Buckets(stack)
    found.take_messages()
    yield found
    storage.client.cache_clear()


def test_a_bucket_holds_the_table_and_the_pictures(buckets: Buckets, asked: TestClient) -> None:
    for name, picture in PICTURES.items():
        buckets.upload(f"images/{name}.png", base64.b64decode(picture))
    upload = buckets.upload("incoming/scan_patient/rows.csv", TABLE.encode())
    batch.handler(s3_event(upload), Context())
    (folder,) = {name.rpartition("/")[0] for name in buckets.find_names("")}
    written = buckets.read(f"{folder}/")
    expect_rows(asked, written["predictions.csv"])
    expect_rejects(written["rejects.jsonl"])
