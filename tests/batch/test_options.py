"""Explanations, coverages and forced answers of files: on every way, or refused as a whole."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic_core import to_json

from medmaas.api.app import create_app
from medmaas.batch import handler
from medmaas.batch.job import Job, Upload
from medmaas.errors import InvalidRequestError
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.assessed import FIRST, OTHER
from tests.conftest import PATIENT

from .test_command import batch
from .uploads import Buckets, Context, Event, direct, folder_of, messages, s3_event

pytestmark = pytest.mark.usefixtures("assessed")

HEADER = "id,age,sex,creatinine,kappa,lambda,mgus\n"
SURE, DOUBTFUL = "a,67,F,1.1,1.2,1.5,false\n", "b,67,F,,1.2,1.5,false\n"
ROWS = (HEADER + SURE + DOUBTFUL).encode()
LINES = b"".join(
    to_json(row) + b"\n"
    for row in ({"id": "a"} | PATIENT, {"id": "b"} | PATIENT | {"creatinine": None})
)
ASKED: dict[str, dict[str, Any]] = {
    "explain": {"explain": True},
    "coverage": {"coverage": OTHER},
    "force": {"force": True},
    "all": {"explain": True, "coverage": OTHER, "force": True},
}


def as_metadata(asked: Mapping[str, Any]) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in asked.items()}


def by_metadata(buckets: Buckets, name: str, content: bytes, asked: Mapping[str, Any]) -> Upload:
    """An upload that says itself how it is to be answered, and has been scored."""
    upload = buckets.upload(f"incoming/survival/{name}", content, **as_metadata(asked))
    assert handler.handler(messages(s3_event(upload)), Context()) == {"batchItemFailures": []}
    return upload


def ask(client: TestClient, row: Mapping[str, Any], asked: Mapping[str, Any]) -> Any:
    instance = {name: value for name, value in row.items() if name != "id"}
    return client.post("/models/survival/predict", json={"instances": [instance], **asked})


@pytest.mark.parametrize("name", ASKED)
def test_an_upload_is_answered_as_its_metadata_says(
    buckets: Buckets, assessed: Registry, name: str
) -> None:
    asked, client = ASKED[name], TestClient(create_app(assessed))
    upload = by_metadata(buckets, f"{name}.jsonl", LINES, asked)
    assert buckets.manifest(folder_of(upload))["options"] == asked
    written = buckets.read(folder_of(upload))["predictions.jsonl"].splitlines()
    for line, row in zip(written, map(json.loads, LINES.splitlines()), strict=True):
        answer = ask(client, row, asked)
        if answer.status_code == 422:  # there is nothing to explain
            answer = ask(client, row, {**asked, "explain": False})
        (prediction,) = answer.json()["predictions"]
        assert {k: v for k, v in json.loads(line).items() if k not in {"row", "id"}} == prediction


@pytest.mark.parametrize("name", ASKED)
def test_a_job_is_answered_as_an_upload_that_asks_the_same(buckets: Buckets, name: str) -> None:
    asked = ASKED[name]
    upload = by_metadata(buckets, f"{name} job.csv", ROWS, asked)
    other = buckets.upload(f"incoming/survival/{name} plain.csv", ROWS)
    for event in (direct(other) | asked, messages(direct(other) | asked)):
        handler.handler(event, Context())
        assert without_manifest(buckets, other) == without_manifest(buckets, upload)
        assert buckets.manifest(folder_of(other))["options"] == asked


def without_manifest(buckets: Buckets, upload: Upload) -> dict[str, bytes]:
    results = buckets.read(folder_of(upload))
    assert json.loads(results.pop("manifest.json"))["status"] == "complete"
    return results


def test_what_a_job_does_not_say_its_file_may(buckets: Buckets) -> None:
    upload = buckets.upload("incoming/survival/both.csv", ROWS, coverage=str(FIRST), force="true")
    handler.handler(direct(upload) | {"coverage": OTHER}, Context())
    assert buckets.manifest(folder_of(upload))["options"] == {"coverage": OTHER, "force": True}


def test_metadata_of_other_purposes_is_passed_by(buckets: Buckets) -> None:
    upload = by_metadata(buckets, "others.csv", ROWS, {"purpose": "study", "explain": False})
    assert "options" not in buckets.manifest(folder_of(upload))


def read_table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_a_row_that_abstains_is_said_to_in_a_column(buckets: Buckets) -> None:
    plain, forced = (
        read_table(without_manifest(buckets, upload)["predictions.csv"])
        for upload in (
            by_metadata(buckets, "column.csv", ROWS, {}),
            by_metadata(buckets, "forced column.csv", ROWS, {"force": True}),
        )
    )
    assert [bool(row["abstained"]) for row in plain] == [False, True]
    assert [row["risk_1826"] == "" for row in plain] == [False, True]
    assert [row["forced"] for row in forced] == ["", "true"]
    assert all(row["risk_1826"] for row in forced)


def test_a_row_that_abstains_is_not_explained(buckets: Buckets) -> None:
    upload = by_metadata(buckets, "explained column.csv", ROWS, {"explain": True})
    rows = read_table(without_manifest(buckets, upload)["predictions.csv"])
    assert [bool(row["explanation"]) for row in rows] == [True, False]


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"explain": "yes"}, "x-amz-meta-explain must be true or false"),
        ({"explain": "True"}, "x-amz-meta-explain must be true or false"),
        ({"force": "1"}, "x-amz-meta-force must be true or false"),
        ({"coverage": "95"}, "x-amz-meta-coverage must be a number of at least 0.5 and below 1"),
        ({"coverage": "NaN"}, "x-amz-meta-coverage must be a number of at least 0.5 and below 1"),
        ({"coverage": '"canary"'}, "x-amz-meta-coverage must be"),
        ({"coverage": "0.8"}, f"those that the model stores: {FIRST}, {OTHER}"),
        ({"coverage": "canary", "force": ""}, "x-amz-meta-force must be true or false"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_as_a_whole(
    buckets: Buckets, metadata: dict[str, str], reason: str
) -> None:
    name = "-".join(f"{k} {len(v)}" for k, v in metadata.items())
    upload = buckets.upload(f"incoming/survival/{name}.csv", ROWS, **metadata)
    handler.handler(s3_event(upload), Context())
    assert buckets.find_names(folder_of(upload)) == ["manifest.json"]
    manifest = buckets.manifest(folder_of(upload))
    assert manifest["status"] == "refused"
    assert reason in manifest["reason"]
    assert "canary" not in json.dumps(manifest)


def test_a_coverage_of_a_model_without_intervals_is_refused(buckets: Buckets) -> None:
    upload = buckets.upload("incoming/solubility/x.csv", b"id,smiles\na,CCO\n", coverage="0.77")
    handler.handler(s3_event(upload), Context())
    assert "coverage" in buckets.manifest(folder_of(upload))["reason"]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"explain": "true"}, "must be true or false"),
        ({"explain": None}, "must be true or false"),
        ({"force": 1}, "must be true or false"),
        ({"coverage": 90}, "must be a number of at least 0.5 and below 1, such as 0.9"),
        ({"coverage": "0.9"}, "must be a number of at least 0.5 and below 1, such as 0.9"),
    ],
)
def test_a_job_with_a_wrong_option_is_refused_by_its_limit(
    wrong: dict[str, Any], problem: str
) -> None:
    event = {"model": "survival", "source": "x", "destination": "y"} | wrong
    with pytest.raises(InvalidRequestError) as raised:
        Job.from_event(event)
    assert "explain, coverage, force, language, encoding and missing" in ENGLISH.say(
        raised.value.fact
    )
    assert [ENGLISH.say(detail.fact) for detail in raised.value.details] == [problem]


@pytest.mark.parametrize("asked", [{}, *ASKED.values()])
def test_a_job_keeps_its_options_on_its_way(asked: dict[str, Any]) -> None:
    job = Job.from_event({"model": "m", "source": "x", "destination": "y"} | asked)
    assert Job.from_event(json.loads(json.dumps(job.to_event()))) == job
    assert job.asked == asked


def test_other_options_are_other_results(buckets: Buckets) -> None:
    upload = buckets.upload("incoming/survival/others again.csv", ROWS)
    seen = list[str]()
    for asked in ({}, ASKED["force"], ASKED["force"], ASKED["coverage"], {}, {}):
        summary = handler.handler(direct(upload) | asked, Context())
        seen.append(summary["status"])
        assert buckets.manifest(folder_of(upload)).get("options", {}) == asked
    assert seen == ["complete", "complete", "duplicate", "complete", "complete", "duplicate"]


def test_instances_in_an_event_are_answered_as_it_asks() -> None:
    doubtful = PATIENT | {"creatinine": None}
    event: Event = {"model": "survival", "instances": [PATIENT, doubtful], "coverage": OTHER}
    sure, doubt = handler.handler(event, Context())["predictions"]
    assert sure["interval"]["coverage"] == OTHER
    assert (sure["status"], doubt["status"]) == ("ok", "abstained")
    explained, forced = handler.handler(event | ASKED["all"], Context())["predictions"]
    assert explained["explanation"]["sentence"]
    assert (forced["status"], "explanation" in forced) == ("forced", False)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"explain": 1}, "explain must be true or false"),
        ({"coverage": 0.8}, f"{FIRST}, {OTHER}"),
        ({"explain": True, "instances": [PATIENT] * 51}, "at most 50"),
        ({"explain": True, "explain_seconds": 2}, "leave it out"),
    ],
)
def test_an_event_that_asks_for_what_there_is_not_is_refused(wrong: Event, sentence: str) -> None:
    with pytest.raises(InvalidRequestError, match=sentence):
        handler.handler({"model": "survival", "instances": [PATIENT]} | wrong, Context())


def test_a_command_asks_by_flags(tmp_path: Path, models: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(ROWS)
    options = ("--models", models, "--force", "--coverage", str(OTHER))
    done = batch("survival", tmp_path / "rows.csv", tmp_path / "results", *options)
    assert done.stdout.startswith("2 rows: 2 scored"), done.stderr
    manifest = json.loads((tmp_path / "results" / "manifest.json").read_bytes())
    assert manifest["options"] == {"force": True, "coverage": OTHER}
    wrong = batch("survival", tmp_path / "rows.csv", tmp_path / "other", "--coverage", "90")
    assert wrong.returncode == 2
    assert "coverage must be a number of at least 0.5 and below 1" in wrong.stderr
    assert not (tmp_path / "other").exists()
