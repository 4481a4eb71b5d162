"""The built function that scores files, in Lambda's own protocol, with moto as its AWS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.emulator import BATCH_HANDLER, Emulator, Tools
from infra.emulator import running as running_function
from infra.local_stack import INCOMING, Stack, manifests, running

from .conftest import ROOT

EVENTS = ROOT / "events" / "batch"
PATIENTS = (ROOT / "examples" / "patients.csv").read_bytes()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def function(
    tools: Tools,
    built: Path,
    models: Path,
    stack: Stack,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Emulator]:
    """The built function, running as on Lambda."""
    with running_function(
        *(tools, built / "BatchFunction", models, tmp_path_factory.mktemp("batch")),
        handler=BATCH_HANDLER,
        variables=stack.environment(),
    ) as started:
        yield started


def upload(stack: Stack, key: str, body: bytes) -> str:
    """Put a file there; gives the folder of its results."""
    etag = stack.client("s3").put_object(Bucket=INCOMING, Key=key, Body=body)["ETag"].strip('"')
    return f"{key.replace('incoming/', 'results/', 1).rpartition('.')[0]}/{etag}"


def test_a_message_is_answered_and_gone(stack: Stack, function: Emulator) -> None:
    folder = upload(stack, "incoming/survival/ten rows.csv", PATIENTS)
    while stack.invoke(lambda event, _context: function.invoke(event)):
        pass
    manifest = manifests(stack)[folder]
    assert (manifest["rows"], manifest["scored"], manifest["rejected"]) == (10, 9, 1)
    left = stack.client("sqs").get_queue_attributes(
        QueueUrl=stack.queue_url,
        AttributeNames=["ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    assert left == {"ApproximateNumberOfMessagesNotVisible": "0"}


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_every_example_event_is_answered(stack: Stack, function: Emulator, name: str) -> None:
    upload(stack, "incoming/survival/patients.csv", PATIENTS)
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    answer = function.invoke(event)
    assert "errorType" not in answer, answer


def test_the_log_names_no_patient_and_no_file(stack: Stack, function: Emulator) -> None:
    rows = b"id,age,sex,creatinine,kappa,lambda,mgus\nsecret-1,67,F,1,1,1,false\n" + (
        b"secret-2,67,secret-3,1,1,1,false\nsecret-4,secret-5,F,1,1,1,false\n"
    )
    folder = upload(stack, "incoming/survival/secret-6.csv", rows)
    while stack.invoke(lambda event, _context: function.invoke(event)):
        pass
    assert manifests(stack)[folder]["rejected"] == 2
    assert "secret" not in function.log.read_text()


def test_scoring_leaves_nothing_on_the_machine(function: Emulator) -> None:
    assert list(function.home.rglob("*")) == []
