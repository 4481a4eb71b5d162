"""However a file's arrival is told, the same rows give the same bytes as over HTTPS."""

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic_core import to_json

from infra.local_stack import INCOMING
from medmaas.batch.handler import handler
from medmaas.batch.job import Upload
from medmaas.errors import StorageError, UnsupportedEventError
from medmaas.model.registry import Model, Registry
from tests.conftest import PATIENT, ROOT, version_of

from .test_table import expect_cells
from .uploads import Buckets, Context, Event, direct, event_bridge, folder_of, messages, s3_event

TRIGGERS: dict[str, Callable[[Upload], Event]] = {
    "S3": s3_event,
    "EventBridge": event_bridge,
    "S3 by SQS": lambda upload: messages(s3_event(upload)),
    "EventBridge by SQS": lambda upload: messages(event_bridge(upload)),
    "direct": direct,
    "a job by SQS": lambda upload: messages(direct(upload)),
}
HEADER = "id,age,sex,creatinine,kappa,lambda,mgus"
ROWS = b"id,age,sex,creatinine,kappa,lambda,mgus\na,67,F,1.1,1.2,1.5,false\nb,old,F,,1,1,0\n"
CELLS = ROOT / "tests" / "data" / "blood_cells"
KINDS = (
    "survival.csv",
    "survival.jsonl",
    "survival.csv.gz",
    "breast_fna.csv",
    "breast_fna.jsonl",
    "solubility.csv",
    "solubility.jsonl",
    "chemo_dose.csv",
    "chemo_dose.jsonl.gz",
    "blood_cell.jsonl",
)
Instances = list[dict[str, Any]]


def instances_of(registry: Registry, model: str) -> Instances:
    if model == "survival":
        return [PATIENT, PATIENT | {"age": 20, "creatinine": None}]
    return [case.instance for case in registry.get(model).manifest.golden.cases]


def write_csv(instances: Instances) -> bytes:
    """A table, or the histories one after the other."""
    rows = [
        {"id": f"P{i}"} | row
        for i, instance in enumerate(instances, start=1)
        for row in instance.get("history", [instance])
    ]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def write_file(name: str, instances: Instances) -> bytes:
    if ".csv" in name:
        content = write_csv(instances)
    else:
        rows = [{"id": f"P{i}"} | instance for i, instance in enumerate(instances, start=1)]
        content = b"".join(to_json(row) + b"\n" for row in rows)
    return gzip.compress(content) if name.endswith(".gz") else content


def ask(client: TestClient, model: str, instance: object) -> bytes:
    """One answer as the bytes of the HTTPS door."""
    content = client.post(f"/models/{model}/predict", json={"instances": [instance]}).content
    return content.partition(b'"predictions":[')[2].removesuffix(b"]}")


def run(buckets: Buckets, trigger: str, upload: Upload) -> dict[str, Any]:
    """Deliver an upload's event; gives its manifest."""
    handler(TRIGGERS[trigger](upload), Context())
    return buckets.manifest(folder_of(upload))


def expect_file(model: Model, name: str, answers: Sequence[bytes], written: bytes) -> None:
    """Compare a file of predictions with the answers over HTTPS."""
    if ".csv" in name:
        rows = list(csv.reader(io.StringIO(written.decode(), newline="")))[1:]
        assert [row[2:] for row in rows] == [
            expect_cells(model, json.loads(answer)) for answer in answers
        ]
        assert [row[1] for row in rows] == [f"P{i}" for i in range(1, len(answers) + 1)]
        return
    for i, (line, answer) in enumerate(zip(written.splitlines(), answers, strict=True), start=1):
        assert line == to_json({"row": i, "id": f"P{i}"})[:-1] + b"," + answer[1:]


@pytest.mark.parametrize("name", KINDS)
def test_every_trigger_gives_the_bytes_of_the_https_door(
    buckets: Buckets, client: TestClient, registry: Registry, name: str
) -> None:
    model = name.partition(".")[0]
    instances = instances_of(registry, model)
    answers = [ask(client, model, instance) for instance in instances]
    content, seen = write_file(name, instances), set()
    for trigger in TRIGGERS:
        upload = buckets.upload(f"incoming/{model}/{trigger} {name}", content)
        manifest = run(buckets, trigger, upload)
        assert (manifest["status"], manifest["rejected"]) == ("complete", 0)
        results = buckets.read(folder_of(upload))
        kind = "csv" if ".csv" in name else "jsonl"
        seen.add((results[f"predictions.{kind}"], results["rejects.jsonl"]))
    ((predictions, rejects),) = seen
    assert rejects == b""
    expect_file(registry.get(model), name, answers, predictions)


@pytest.mark.parametrize("model", [name[:-6] for name in KINDS if name.endswith(".jsonl")])
def test_instances_in_the_event_are_answered_as_those_of_a_file(
    buckets: Buckets, client: TestClient, registry: Registry, model: str
) -> None:
    assert buckets
    instances = instances_of(registry, model)
    summary = handler({"model": model, "instances": instances}, Context())
    assert summary["scored"] == len(instances)
    for answer, instance in zip(summary["predictions"], instances, strict=True):
        assert {k: answer[k] for k in answer if k not in {"row", "id"}} == json.loads(
            ask(client, model, instance)
        )


def test_a_picture_named_by_key_gives_the_answer_of_its_base64(
    buckets: Buckets, client: TestClient, registry: Registry
) -> None:
    paths = sorted(CELLS.glob("*.png"))[:3]
    for path in paths:
        buckets.upload(f"images/ä + {path.name}", path.read_bytes())
    rows = [{"id": f"P{i}", "key": f"images/ä + {p.name}"} for i, p in enumerate(paths, start=1)]
    rows.append({"id": "none", "key": "images/none.png"})
    lines = b"".join(to_json(row) + b"\n" for row in rows)
    upload = buckets.upload("incoming/blood_cell/by key.jsonl", lines)
    manifest = run(buckets, "S3", upload)
    assert (manifest["scored"], manifest["rejected"]) == (3, 1)
    pictures = [{"image": base64.b64encode(path.read_bytes()).decode()} for path in paths]
    answers = [ask(client, "blood_cell", picture) for picture in pictures]
    written = buckets.read(folder_of(upload))["predictions.jsonl"]
    expect_file(registry.get("blood_cell"), "x.jsonl", answers, written)


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "a+b",
        "Åsa ☃",
        "a=b&c",
        "100%",
        "%41",
        "a%2Bb",
        "sub/folder/x",
        f"{version_of('survival')}/v",
        "é",
    ],
)
def test_any_key_is_found(buckets: Buckets, trigger: str, name: str) -> None:
    upload = buckets.upload(f"incoming/survival/{name}.csv", ROWS)
    manifest = run(buckets, trigger, upload)
    assert manifest["status"] == "complete"
    assert manifest["input"]["source"] == f"s3://{INCOMING}/{upload.key}"


def test_the_message_that_s3_itself_sends_is_understood(buckets: Buckets) -> None:
    upload = buckets.upload("incoming/survival/S3 + its own é.csv", ROWS)
    assert handler(messages(*buckets.take_messages()), Context()) == {"batchItemFailures": []}
    assert buckets.manifest(folder_of(upload))["rows"] == 2


def test_a_version_in_the_key_is_the_models(buckets: Buckets) -> None:
    version = version_of("survival")
    there = buckets.upload(f"incoming/survival/{version}/file.csv", ROWS)
    none = buckets.upload("incoming/survival/9.0.0/file.csv", ROWS)
    assert run(buckets, "S3", there)["model"]["version"] == version
    assert run(buckets, "S3", none)["status"] == "refused"


def test_a_message_that_fails_brings_back_no_other(buckets: Buckets) -> None:
    good = buckets.upload("incoming/survival/beside.csv", ROWS)
    lost = direct(good) | {"destination": "s3://no-such-bucket/x/"}
    answer = handler(messages(lost, s3_event(good), "no JSON"), Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}, {"itemIdentifier": "2"}]}
    assert buckets.manifest(folder_of(good))["status"] == "complete"
    with pytest.raises(StorageError):
        handler(lost, Context())


def test_the_test_event_is_ignored(buckets: Buckets) -> None:
    assert buckets
    event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": INCOMING}
    assert handler(event, Context()) == {"status": "ignored"}
    assert handler(messages(event), Context()) == {"batchItemFailures": []}


def test_what_is_no_upload_is_passed_by(buckets: Buckets) -> None:
    upload = buckets.upload("incoming/survival/removed.csv", ROWS)
    event = s3_event(upload)
    event["Records"][0]["eventName"] = "ObjectRemoved:Delete"
    assert handler(event, Context()) == []
    assert buckets.find_names(folder_of(upload)) == []


def test_another_schema_of_s3_is_refused(buckets: Buckets) -> None:
    event = s3_event(buckets.upload("incoming/survival/schema.csv", ROWS))
    event["Records"][0]["eventVersion"] = "2.9"
    assert handler(event, Context())[0]["status"] == "complete"
    event["Records"][0]["eventVersion"] = "3.0"
    with pytest.raises(UnsupportedEventError):
        handler(event, Context())
