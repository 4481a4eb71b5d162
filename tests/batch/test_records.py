"""Records in FHIR as a file, a Bundle per line, through folder and bucket."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.batch.deadline import Deadline
from medmaas.batch.handler import handler
from medmaas.batch.job import Job
from medmaas.batch.run import run
from medmaas.model.registry import Registry
from tests.fhir.records import NOW, bundle, condition, light_chains, observation, patient

from .uploads import Buckets, Context, folder_of, s3_event

WHOLE = bundle(patient(), *light_chains()) | {"timestamp": NOW.isoformat()}
AS_OF = {"name": "asOf", "valueDateTime": NOW.isoformat()}


def parameters(*others: dict[str, Any]) -> dict[str, Any]:
    record = {"name": "record", "resource": bundle(patient(), *light_chains())}
    return {"resourceType": "Parameters", "parameter": [record, *others]}


LINES: list[tuple[object, str | None]] = [
    (WHOLE | {"id": "b1"}, None),
    (parameters(AS_OF), None),
    (bundle(patient(), *light_chains()), "record_without_moment"),
    (WHOLE | {"timestamp": "2026-03-01"}, "record_without_moment"),
    (parameters(AS_OF, {"name": "force", "valueBoolean": True}), "options_of_the_file"),
    (bundle(patient(), *light_chains()[:1]) | {"timestamp": NOW.isoformat()}, "sentence"),
    (patient(), "record_without_moment"),
    (WHOLE | {"id": "=1+1"}, "id_is_formula"),
    (WHOLE | {"id": "\ud800"}, "not_an_id"),
    ([], "record_without_moment"),
    (None, "record_without_moment"),
    (WHOLE | {"entry": [{"resource": {"resourceType": "\ud800"}}]}, "sentence"),
    (WHOLE | {"id": "b2", "entry": [*WHOLE["entry"], {"resource": condition()}]}, None),
    (bundle(patient(), *light_chains(), observation("k", "36916-5", 12, "[lb_av]"))
     | {"timestamp": NOW.isoformat(), "id": "b3"}, "?"),
]  # fmt: skip
CONTENT = "".join(json.dumps(line) + "\n" for line, _ in LINES).encode() + b"{\n\xff\n"


def score(folder: Path, registry: Registry, content: bytes, **asked: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "records.ndjson").write_bytes(content)
    job = Job("survival", None, str(folder / "records.ndjson"), str(folder / "results"), **asked)
    assert run(job, registry, Deadline())["status"] == "complete"
    return folder / "results"


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_every_record_is_answered_or_rejected_whatever_is_beside_it(
    tmp_path: Path, registry: Registry
) -> None:
    results = score(tmp_path, registry, CONTENT)
    answers, rejects = read(results / "predictions.jsonl"), read(results / "rejects.jsonl")
    told = {one["row"]: one["code"] for one in rejects}
    for row, (_, code) in enumerate(LINES, start=1):
        if code != "?":  # which rule it breaks is FHIR's to say
            assert told.get(row) == code, row
    assert told[len(LINES) + 1] == told[len(LINES) + 2] == "line_not_json"
    rows = {one["row"] for one in answers} | set(told)
    assert rows == {*range(1, len(LINES) + 3)}
    assert {one["row"] for one in answers}.isdisjoint(told)
    assert [one["id"] for one in answers][:2] == ["b1", None]


def test_a_record_of_a_file_is_answered_as_over_https(
    tmp_path: Path, registry: Registry, client: TestClient
) -> None:
    (answer,) = read(score(tmp_path, registry, json.dumps(WHOLE).encode()) / "predictions.jsonl")
    body = json.dumps(parameters(AS_OF))
    assessed = client.post(
        "/fhir/models/survival/$evaluate",
        content=body,
        headers={"content-type": "application/fhir+json"},
    ).json()
    risks = [one["probabilityDecimal"] for one in assessed["prediction"]]
    assert [100 * one for one in answer["output"]["risk"].values()] == pytest.approx(risks)
    assert answer["as_of"] == NOW.isoformat()
    assert {one["code"] for one in answer["notes"]}, "what was assumed is told"


def test_the_same_records_give_the_same_bytes(tmp_path: Path, registry: Registry) -> None:
    first, second = (
        score(tmp_path / name, registry, CONTENT, explain=True, language="zh") for name in "ab"
    )
    for name in ("predictions.jsonl", "rejects.jsonl"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_a_model_that_reads_no_records_refuses_the_file(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / "records.ndjson").write_bytes(CONTENT)
    job = Job("solubility", None, str(tmp_path / "records.ndjson"), str(tmp_path / "results"))
    summary = run(job, registry, Deadline())
    assert (summary["status"], summary["code"]) == ("refused", "model_reads_no_records")
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["manifest.json"]


def test_records_dropped_in_a_bucket_give_what_they_give_here(
    buckets: Buckets, tmp_path: Path, registry: Registry
) -> None:
    upload = buckets.upload("incoming/survival/records.ndjson", CONTENT)
    (summary,) = handler(s3_event(upload), Context())
    assert summary["status"] == "complete"
    results, here = buckets.read(folder_of(upload)), score(tmp_path, registry, CONTENT)
    for name in ("predictions.jsonl", "rejects.jsonl"):
        assert results[name] == (here / name).read_bytes()


@pytest.mark.parametrize("name", ["records.ndjson.gz", "RECORDS.NDJSON"])
def test_records_are_known_by_their_name(buckets: Buckets, name: str) -> None:
    import gzip  # noqa: PLC0415

    content = gzip.compress(CONTENT) if name.endswith("gz") else CONTENT
    upload = buckets.upload(f"incoming/survival/{name}", content)
    (summary,) = handler(s3_event(upload), Context())
    assert (summary["status"], summary["rows"]) == ("complete", len(LINES) + 2)
