"""A job that runs out of time again and again ends in the bytes of one that does not."""

import gzip
import json
from collections.abc import Callable

import moto.s3.models
import pytest
from botocore.exceptions import ClientError

from medmaas.batch import storage
from medmaas.batch.handler import handler
from medmaas.batch.job import Upload
from medmaas.batch.storage import translated_errors
from medmaas.errors import CheckpointLostError, RefusedFileError
from medmaas.table import csv_rows, histories, json_rows

from .bad_rows import make_histories, make_instances, make_table
from .uploads import HURRY_MS, Buckets, Context, folder_of, messages, s3_event
from .zygote import shrink

FILES: dict[str, Callable[[], bytes]] = {
    "survival/{}.csv": lambda: bytes(make_table(700, 0.1, 1).content),
    "survival/{}.csv.gz": lambda: gzip.compress(make_table(700, 0.1, 2).content),
    "survival/{}.jsonl": lambda: bytes(make_instances(300, 0.1, 3).content),
    "survival/{}.jsonl.gz": lambda: gzip.compress(make_instances(300, 0.1, 4).content),
    "chemo_dose/{}.csv": lambda: bytes(make_histories(60, 0.1, 5).content),
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 50 rows, and parts of 5,000 bytes."""
    for module, name in (
        (csv_rows, "LIMITS"),
        (json_rows, "LIMITS"),
        (histories, "_TOGETHER"),
        (storage, "_PART"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))  # put back afterwards
    monkeypatch.setattr(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", 1)
    shrink()


def at_once(buckets: Buckets, name: str, content: bytes) -> dict[str, bytes]:
    """The results of one invocation with time enough; without the manifest."""
    upload = buckets.upload(f"incoming/{name.format('at once')}", content)
    handler(s3_event(upload), Context())
    return without_manifest(buckets, upload)


def without_manifest(buckets: Buckets, upload: Upload) -> dict[str, bytes]:
    results = buckets.read(folder_of(upload))
    assert json.loads(results.pop("manifest.json"))["status"] == "complete"
    return results


def deliver_all(buckets: Buckets, times: int = 1) -> int:
    """Deliver what is in the queue, in a hurry, until it is empty; gives how often."""
    steps = 0
    while bodies := buckets.take_messages():
        for body in bodies * times:
            answer = handler(messages(body), Context(HURRY_MS))
            assert answer["batchItemFailures"] in ([], [{"itemIdentifier": "0"}])
            if answer["batchItemFailures"]:  # it was overtaken: the second try finds out
                assert not handler(messages(body), Context())["batchItemFailures"]
            steps += 1
    return steps


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", FILES)
def test_a_job_stopped_after_every_chunk_ends_in_the_bytes_of_one_run(
    buckets: Buckets, name: str
) -> None:
    content = FILES[name]()
    expected = at_once(buckets, name, content)
    buckets.take_messages()
    upload = buckets.upload(f"incoming/{name.format('in steps')}", content)
    assert deliver_all(buckets) > 5
    assert without_manifest(buckets, upload) == expected


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", FILES)
def test_a_checkpoint_delivered_again_when_it_is_gone_does_no_harm(
    buckets: Buckets, name: str
) -> None:
    content = FILES[name]()
    expected = at_once(buckets, name, content)
    buckets.take_messages()
    upload = buckets.upload(f"incoming/{name.format('again')}", content)
    (first,) = buckets.take_messages()
    handler(messages(first), Context(HURRY_MS))
    (second,) = buckets.take_messages()
    handler(messages(second), Context(HURRY_MS))
    assert not handler(messages(second), Context())["batchItemFailures"]
    assert without_manifest(buckets, upload).items() >= expected.items()
    deliver_all(buckets)
    assert without_manifest(buckets, upload) == expected


@pytest.mark.usefixtures("small")
def test_nothing_is_there_before_everything_is(buckets: Buckets) -> None:
    upload = buckets.upload("incoming/survival/early.csv", FILES["survival/{}.csv"]())
    buckets.take_messages()
    (summary,) = handler(s3_event(upload), Context(HURRY_MS))
    assert summary["status"] == "continued"
    assert buckets.find_names(folder_of(upload)) == [summary["checkpoint"]]


def test_a_large_file_goes_on_in_the_middle_of_its_parts(buckets: Buckets) -> None:
    content = bytes(make_table(60_000, 0.01, 6).content)  # 20 MB of answers: parts as S3 takes them
    expected = at_once(buckets, "survival/{}.csv", content)
    buckets.take_messages()
    upload = buckets.upload("incoming/survival/large in steps.csv", content)
    assert deliver_all(buckets) >= 4
    assert without_manifest(buckets, upload) == expected


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
def test_an_upload_that_is_gone_is_not_taken_for_the_file(operation: str) -> None:
    gone = ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, operation)
    with pytest.raises(CheckpointLostError), translated_errors():
        raise gone
    with pytest.raises(RefusedFileError), translated_errors():
        raise ClientError(gone.response, "GetObject")
