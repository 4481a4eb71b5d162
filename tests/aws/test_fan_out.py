"""infra/fan_out.asl.json, run by moto's interpreter with the real handler behind its Lambda task.

One thing differs from AWS: moto's Distributed Map goes on when a range fails, and AWS's stops. So
it is the task "finish" that must miss the range here; either way the job is kept.
"""

import json
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl

from infra.local_stack import INCOMING, RESULTS, Context, Stack, manifests, running
from medmaas.batch import handler as batch
from medmaas.batch import storage
from medmaas.errors import StorageError

from .step_functions import FanOut, Function, Task, definition

ROLE = "arn:aws:iam::123456789012:role/any"
ROWS = 9_000  # three chunks, and a file is cut between chunks
REJECTED = ROWS // 7
RANGE_BYTES = 100_000  # a chunk each
HEADER = "id,age,sex,creatinine,kappa,lambda,mgus"


@cache
def table() -> str:
    """Invented patients; every seventh is too old, every eleventh has a line break in the id."""
    lines = [HEADER]
    for row in range(1, ROWS + 1):
        age = 200 if row % 7 == 0 else 50 + row % 40
        name = f'"P\n{row}"' if row % 11 == 0 else f"P{row}"
        lines.append(f"{name},{age},{'FM'[row % 2]},1.{row % 10},1.2,1.{row % 9},false")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running() as started:
        yield started


@pytest.fixture
def fan_out(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[FanOut]:
    function = Function()
    monkeypatch.setitem(default_user_config, "lambda", {"use_docker": False})
    monkeypatch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})
    monkeypatch.setenv("MOTO_PORT", str(urlsplit(stack.endpoint).port))
    monkeypatch.setattr(
        LambdaSimpleBackend,
        "invoke",
        lambda _self, _name, _qualifier, body, _headers, answer: function.invoke(body, answer),
    )
    # its retries wait by the clock
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda _seconds: None))
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)
    storage.client.cache_clear()
    dead_letters = stack.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]
    created = stack.client("stepfunctions").create_state_machine(
        name="fan-out", definition=definition(dead_letters), roleArn=ROLE
    )
    yield FanOut(stack, function, created["stateMachineArn"], dead_letters)
    storage.client.cache_clear()


@pytest.fixture
def job(stack: Stack, request: pytest.FixtureRequest) -> Task:
    """A file that is worth several ranges, of each test's own."""
    name = request.node.name
    stack.client("s3").put_object(Bucket=INCOMING, Key=f"images/{name}.csv", Body=table())
    return {
        "model": "survival",
        "source": f"s3://{INCOMING}/images/{name}.csv",
        "destination": f"s3://{RESULTS}/results/survival/{name}/",
    }


def read(stack: Stack, url: str, start: str) -> list[str]:
    """The results below a folder whose names begin so, in order."""
    s3, prefix = stack.client("s3"), url.removeprefix(f"s3://{RESULTS}/") + start
    listed = s3.list_objects_v2(Bucket=RESULTS, Prefix=prefix).get("Contents", [])
    keys = sorted(item["Key"] for item in listed)
    return [s3.get_object(Bucket=RESULTS, Key=key)["Body"].read().decode() for key in keys]


def folder(job: Task) -> str:
    return str(job["destination"]).removeprefix(f"s3://{RESULTS}/").rstrip("/")


def together(stack: Stack, job: Task) -> tuple[int, str, str]:
    """How many parts there are, their predictions below one header, and their rejects."""
    parts = read(stack, job["destination"], "predictions")
    header = parts[0].splitlines(keepends=True)[0]
    assert all(part.startswith(header) for part in parts)
    predictions = header + "".join(part.removeprefix(header) for part in parts)
    return len(parts), predictions, "".join(read(stack, job["destination"], "rejects"))


@pytest.fixture
def whole(fan_out: FanOut, job: Task) -> tuple[str, str]:
    """What one function makes of the same file: predictions and rejects."""
    alone = job | {"destination": job["destination"].replace("/survival/", "/whole/")}
    assert batch.handler(alone, Context())["status"] == "complete"
    count, predictions, rejects = together(fan_out.stack, alone)
    assert (count, len(rejects.splitlines())) == (1, REJECTED)
    return predictions, rejects


def test_the_parts_together_are_what_one_function_writes(
    fan_out: FanOut, job: Task, whole: tuple[str, str]
) -> None:
    assert fan_out.run(job, RANGE_BYTES) == "SUCCEEDED"
    assert together(fan_out.stack, job) == (3, *whole)


def test_a_range_that_runs_out_of_time_is_taken_up_again(
    fan_out: FanOut, job: Task, whole: tuple[str, str]
) -> None:
    def hurry(task: Task, context: Context) -> Any:
        first = task["task"] == "score" and "checkpoint" not in task
        return batch.handler(task, Context(deadline=0) if first else context)

    fan_out.function.handle = hurry
    assert fan_out.run(job, len(table())) == "SUCCEEDED"
    assert together(fan_out.stack, job) == (1, *whole)
    assert ["checkpoint" in task for task in fan_out.function.tasks].count(True) == 1


def test_the_manifest_counts_every_row_of_every_part(fan_out: FanOut, job: Task) -> None:
    fan_out.run(job, RANGE_BYTES)
    manifest = manifests(fan_out.stack)[folder(job)]
    assert (manifest["rows"], manifest["rejected"]) == (ROWS, REJECTED)
    assert manifest["rows"] == manifest["scored"] + manifest["rejected"]
    for part in manifest["parts"]:
        (written,) = read(fan_out.stack, job["destination"], part["key"])
        assert sha256(written.encode()).hexdigest() == part["sha256"]


def test_the_manifest_is_written_last(fan_out: FanOut, job: Task) -> None:
    there: list[bool] = []

    def watch(task: Task, context: Context) -> Any:
        there.append(folder(job) in manifests(fan_out.stack))
        return batch.handler(task, context)

    fan_out.function.handle = watch
    fan_out.run(job, RANGE_BYTES)
    assert not any(there)
    assert folder(job) in manifests(fan_out.stack)
    assert [task["task"] for task in fan_out.function.tasks][-1] == "finish"


def test_the_job_of_a_range_that_fails_is_kept_and_has_no_manifest(
    fan_out: FanOut, job: Task
) -> None:
    def fail(task: Task, context: Context) -> Any:
        if task["task"] == "score" and task["range"]["index"] == 1:
            raise StorageError("the storage failed: it is tried again later")
        return batch.handler(task, context)

    fan_out.function.handle = fail
    assert fan_out.run(job, RANGE_BYTES) == "FAILED"
    (kept,) = fan_out.kept()
    assert {name: kept[name] for name in job} == job
    assert folder(job) not in manifests(fan_out.stack)


def test_a_job_that_was_kept_can_be_done_again(fan_out: FanOut, job: Task) -> None:
    def fail(_task: Task, _context: Context) -> Any:
        raise StorageError("the storage failed: it is tried again later")

    fan_out.function.handle = fail
    fan_out.run(job, RANGE_BYTES)
    (kept,) = fan_out.kept()
    fan_out.function.handle = batch.handler
    assert fan_out.run(kept, RANGE_BYTES) == "SUCCEEDED"
    assert folder(job) in manifests(fan_out.stack)


def test_a_range_that_fails_once_is_tried_again(fan_out: FanOut, job: Task) -> None:
    failed: list[Task] = []

    def fail_once(task: Task, context: Context) -> Any:
        if task not in failed:
            failed.append(task)
            raise StorageError("the storage failed: it is tried again later")
        return batch.handler(task, context)

    fan_out.function.handle = fail_once
    assert fan_out.run(job, RANGE_BYTES) == "SUCCEEDED"
    assert manifests(fan_out.stack)[folder(job)]["rows"] == ROWS


def test_a_duplicate_start_changes_nothing(fan_out: FanOut, job: Task) -> None:
    fan_out.run(job, RANGE_BYTES)
    before = read(fan_out.stack, job["destination"], "")
    fan_out.function.tasks.clear()
    assert fan_out.run(job, RANGE_BYTES) == "SUCCEEDED"
    assert read(fan_out.stack, job["destination"], "") == before
    assert [task["task"] for task in fan_out.function.tasks] == ["plan"]


def test_a_file_that_can_never_be_scored_is_refused_once(fan_out: FanOut, job: Task) -> None:
    assert fan_out.run(job | {"model": "no-such-model"}, RANGE_BYTES) == "SUCCEEDED"
    assert manifests(fan_out.stack)[folder(job)]["status"] == "refused"
    assert [task["task"] for task in fan_out.function.tasks] == ["plan"]
    assert fan_out.kept() == []


def test_states_carry_keys_and_ranges_but_no_row(fan_out: FanOut, job: Task) -> None:
    fan_out.run(job, RANGE_BYTES)
    carried = {frozenset(task) for task in fan_out.function.tasks}
    assert carried == {
        frozenset({"task", "job", "range_bytes"}),
        frozenset({"task", "job", "range"}),
        frozenset({"task", "job"}),
    }
    assert "P1" not in json.dumps(fan_out.function.tasks)


def test_a_large_upload_fans_out(fan_out: FanOut, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDMAAS_STATE_MACHINE_ARN", fan_out.state_machine)
    monkeypatch.setenv("MEDMAAS_FAN_OUT_BYTES", str(len(table())))
    key = "incoming/survival/large.csv"
    fan_out.stack.client("s3").put_object(Bucket=INCOMING, Key=key, Body=table())
    while fan_out.stack.invoke(batch.handler):
        pass
    fan_out.wait()
    (manifest,) = (v for k, v in manifests(fan_out.stack).items() if "/large/" in k)
    assert manifest["rows"] == ROWS
