"""Nothing of a patient's reaches the log, an exception, a reject or a manifest."""

import gzip
import json
from typing import Any

import pytest

from medmaas.batch import storage
from medmaas.batch.handler import handler
from medmaas.batch.job import Upload
from medmaas.errors import MedmaasError, StorageError

from .uploads import HURRY_MS, Buckets, Context, Event, direct, folder_of, messages, s3_event

CANARY = "canary-4b1d"
VALUE = "4815.1623"
HEADER = "id,age,sex,creatinine,kappa,lambda,mgus\n"
TABLE = HEADER + (
    f"{CANARY} 1,67,F,1.1,1.2,1.5,false\n"
    f"{CANARY} 2,{VALUE},F,1.1,1.2,1.5,false\n"
    f"{CANARY} 3,67,{CANARY},1.1,1.2,1.5,false\n"
    f'{CANARY} 4,67,"{CANARY},1.1,1.2,1.5,false\n'
    f"{CANARY} 5,67,F,1.1,1.2,1.5,false,{CANARY}\n"
    f"{CANARY}{'x' * 300},67,F,1.1,1.2,1.5,false\n"
)
INSTANCES: list[Any] = [
    {"id": f"{CANARY} 1", "age": 67, "sex": "F", "kappa": 1, "lambda": 1, "mgus": True},
    {"id": f"{CANARY} 2", "age": CANARY, "sex": CANARY, f"name {CANARY}": [CANARY]},
    {"id": [CANARY]},
    CANARY,
    [CANARY],
]
LINES = "".join(json.dumps(instance) + "\n" for instance in INSTANCES) + f'{{"id": "{CANARY}\n'
FILES = {
    f"survival/{CANARY}.csv": TABLE.encode(),
    f"survival/{CANARY}.csv.gz": gzip.compress(TABLE.encode()),
    f"survival/{CANARY}.jsonl": LINES.encode(),
    f"survival/unknown {CANARY}.csv": f"age,{CANARY}\n{VALUE},1\n".encode(),
    f"survival/cut {CANARY}.csv.gz": gzip.compress(TABLE.encode())[:-9],
    f"survival/{CANARY}.xls": TABLE.encode(),
    f"solubility/{CANARY}.csv": f"id,smiles\n{CANARY},{CANARY}\n".encode(),
    f"chemo_dose/{CANARY}.csv": f"id,day,anc\n{CANARY},{CANARY},1\n{CANARY} 2,0,1\n".encode(),
    f"blood_cell/{CANARY}.jsonl": f'{{"id": "{CANARY}", "key": "images/{CANARY}"}}\n'.encode(),
    f"{CANARY}/file.csv": TABLE.encode(),
    f"{CANARY}.csv": TABLE.encode(),
}


def expect_silence(*texts: str) -> None:
    for text in texts:
        assert CANARY not in text
        assert VALUE not in text


def without_ids(rejects: bytes) -> str:
    lines = [json.loads(line) for line in rejects.splitlines()]
    return json.dumps([{k: line[k] for k in line if k != "id"} for line in lines])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("remaining_ms", [900_000, HURRY_MS])
def test_ids_come_back_in_results_and_nothing_else_anywhere(
    buckets: Buckets, capfd: pytest.CaptureFixture[str], name: str, remaining_ms: int
) -> None:
    upload = buckets.upload(f"incoming/{name}", FILES[name])
    while bodies := buckets.take_messages():
        for body in bodies:
            assert not handler(messages(body), Context(remaining_ms))["batchItemFailures"]
    results = buckets.read(folder_of(upload))
    manifest = json.loads(results.pop("manifest.json"))
    if manifest["status"] == "complete":
        assert CANARY in "".join(content.decode() for content in results.values())
    assert manifest["input"].pop("source").endswith(f"incoming/{name}")
    if name.startswith(CANARY):
        manifest["model"].pop("id")  # a folder's name, of the source's key
    expect_silence(json.dumps(manifest), without_ids(results.get("rejects.jsonl", b"")))
    output, log = capfd.readouterr()
    assert log.startswith('{"request_id"')
    expect_silence(output, log)


@pytest.mark.parametrize(
    "event",
    [
        {"model": CANARY, "instances": [{"age": 1}]},
        {"model": "survival", "version": CANARY, "instances": [{"age": 1}]},
        {"model": "survival", "instances": CANARY},
        {"model": "survival", "instances": [{}], CANARY: 1},
        {"model": "survival", "source": [CANARY], "destination": CANARY},
        {"model": "survival", "source": CANARY, "destination": "s3://x/y", CANARY: 1},
        {"task": CANARY, "job": {"model": CANARY, "source": CANARY, "destination": CANARY}},
        {"task": "score", "job": {CANARY: 1}},
        {CANARY: CANARY},
        [CANARY],
    ],
)
def test_a_wrong_event_is_not_repeated(
    buckets: Buckets, capfd: pytest.CaptureFixture[str], event: Event
) -> None:
    assert buckets
    with pytest.raises(MedmaasError) as raised:
        handler(event, Context())
    error = raised.value
    expect_silence(str(error), repr(error.fact), repr(error.details), *capfd.readouterr())
    assert error.__cause__ is None or CANARY not in str(error.__cause__)


@pytest.mark.parametrize("shape", [s3_event, direct])
@pytest.mark.parametrize("down", [True, False])
def test_a_storage_that_fails_is_not_quoted(
    buckets: Buckets,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    shape: Any,
    down: bool,  # noqa: FBT001
) -> None:
    upload = buckets.upload(f"incoming/survival/{CANARY} down.csv", TABLE.encode())
    if down:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        storage.client.cache_clear()
    else:
        upload = Upload(f"{CANARY}-bucket", upload.key, upload.etag, None)
        monkeypatch.setenv("MEDMAAS_RESULTS", f"{CANARY}-results")
    event = shape(upload)
    if "destination" in event and not down:
        event |= {"destination": f"s3://{CANARY}-results/{CANARY}/"}
    with pytest.raises(StorageError) as raised:
        handler(event, Context())
    expect_silence(str(raised.value), *capfd.readouterr())
    assert raised.value.__suppress_context__


def test_the_answers_of_an_event_hold_ids_but_no_value(
    buckets: Buckets, capfd: pytest.CaptureFixture[str]
) -> None:
    assert buckets
    summary = handler({"model": "survival", "instances": INSTANCES}, Context())
    assert [line["id"] for line in summary["predictions"]] == [f"{CANARY} 1"]
    for line in summary["rejects"] + summary["predictions"]:
        line.pop("id")
    expect_silence(json.dumps(summary), *capfd.readouterr())
