"""Whatever fails, and however often an event comes: no row lost, none doubled, no false manifest.

Every run is a file, and a schedule drawn from a seed: messages twice, in any order, two at once,
out of time; the process killed before or after any request, or the request failing. The function
and its boto3 are real, S3 and SQS are moto's, and the queue's part is played here.
"""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any

import moto.s3.models
import pytest
from moto.s3.exceptions import NoSuchUpload
from moto.s3.models import S3Backend

from medmaas.batch.job import Upload
from medmaas.model.registry import Registry
from medmaas.table import csv_rows, json_rows
from medmaas.table.csv_answers import write_header
from medmaas.table.lines import Limits
from tests.conftest import ROOT

from .bad_rows import Made, make_histories, make_instances, make_table
from .files import score
from .uploads import HURRY_MS, Buckets, Event, folder_of, messages
from .zygote import FAULTS, SMALL

SEEDS = 200
BATCH = 20
SAMPLE = 40  # seeds of `make test`; all of them are for `make soak`
TROUBLE = 10  # invocations, after which nothing fails any more
PATIENCE = 60  # invocations, after which a job must be done
REQUESTS = 16  # more than most invocations make
KINDS = ("survival/{}.csv", "survival/{}.csv.gz", "survival/{}.jsonl", "chemo_dose/{}.csv")
AT_ONCE = 0.25

Outcome = dict[str, Any] | None
Invocation = dict[str, Any]


@dataclass(frozen=True)
class Function:
    """Lambda, of which a child process is one invocation."""

    process: subprocess.Popen[str]

    def invoke(self, *invocations: Invocation) -> list[Outcome]:
        """Run invocations at once; None for one that was killed."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(invocations), file=self.process.stdin, flush=True)
        outcomes: list[Outcome] = json.loads(self.process.stdout.readline())
        return outcomes


def _upload_part(
    backend: S3Backend, bucket: str, upload: str, *rest: Any, real: Any = S3Backend.upload_part
) -> Any:
    """Answer as S3 does where the upload is gone; moto alone fails."""
    if upload not in backend.get_bucket(bucket).multiparts:
        raise NoSuchUpload(upload_id=upload)
    return real(backend, bucket, upload, *rest)


@pytest.fixture
def function(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    """The function with chunks of 50 rows, and parts of 5,000 bytes, which moto is told to take."""
    monkeypatch.setattr(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", 1)
    monkeypatch.setattr(S3Backend, "upload_part", _upload_part)
    for reader in (csv_rows, json_rows):  # here, files are one chunk
        monkeypatch.setattr(reader, "LIMITS", Limits(10**6, 10**7, SMALL.line))
    environment = os.environ | buckets.stack.environment()
    environment |= {"AWS_MAX_ATTEMPTS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.batch.zygote", "small"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT / "functions")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield Function(process)
        process.communicate()  # the end of its input ends it


@dataclass
class Run:
    """One file on its way through the function."""

    buckets: Buckets
    function: Function
    made: Made
    expected: dict[str, bytes]
    upload: Upload
    rng: Random
    waiting: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def folder(self) -> str:
        return folder_of(self.upload)

    def go(self) -> None:
        """Deliver messages until there is none; look at what is there after every step."""
        self.waiting = self.buckets.take_messages() * self.rng.choice([1, 1, 2, 3])
        assert self.waiting
        steps = 0
        while self.waiting:
            steps += 1
            assert steps < PATIENCE, "it never ends"
            self.step(trouble=steps < TROUBLE)
            self.check()
        assert "manifest.json" in self.buckets.find_names(self.folder)

    def step(self, *, trouble: bool) -> None:
        """Deliver one message, or two at once; put back what did not succeed."""
        self.rng.shuffle(self.waiting)
        count = 2 if trouble and self.rng.random() < AT_ONCE else 1
        delivered, self.waiting = self.waiting[:count], self.waiting[count:]
        outcomes = self.function.invoke(*(self.draw(body, trouble=trouble) for body in delivered))
        for body, outcome in zip(delivered, outcomes, strict=True):
            assert outcome is None or "error" not in outcome, outcome
            failed = outcome is None or outcome["batchItemFailures"]
            if failed or (trouble and self.rng.random() < 0.1):
                self.waiting.append(body)
        self.waiting += self.buckets.take_messages()

    def draw(self, body: str, *, trouble: bool) -> Invocation:
        """An invocation, and what befalls it."""
        fault = None
        if trouble and self.rng.random() < 0.7:
            fault = [self.rng.choice(FAULTS), self.rng.randrange(REQUESTS)]
        hurry = self.rng.random() < (0.6 if trouble else 0.2)
        return {
            "event": messages(body),
            "remaining_ms": HURRY_MS if hurry else 900_000,
            "fault": fault,
        }

    def check(self) -> None:
        """If there is a manifest, everything must be there, and as it says."""
        if "manifest.json" not in self.buckets.find_names(self.folder):
            return
        results = self.buckets.read(self.folder)
        manifest = json.loads(results["manifest.json"])
        assert manifest["status"] == "complete", manifest
        assert manifest["rows"] == manifest["scored"] + manifest["rejected"] == self.made.rows
        assert manifest["rejected"] == len(self.made.bad)
        assert {part["key"] for part in manifest["parts"]} == set(self.expected)
        for part in manifest["parts"]:
            content = results[part["key"]]
            assert (len(content), sha256(content).hexdigest()) == (part["bytes"], part["sha256"])
            assert content == self.expected[part["key"]]


Begin = Callable[[int], Run]


@pytest.fixture
def begin(buckets: Buckets, function: Function, registry: Registry) -> Begin:
    """Upload the file of a seed."""

    def upload(seed: int) -> Run:
        rng = Random(seed)  # noqa: S311
        name = KINDS[seed % len(KINDS)]
        kind = name.split(".")[1]
        made = _make(name, rng)
        content = bytes(made.content)
        expected = _expect(content, name, registry)
        _check_rows(made, expected, kind)
        packed = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
        there = buckets.upload(f"incoming/{name.format(f'seed {seed}')}", packed)
        return Run(buckets, function, made, expected, there, rng)

    return upload


def _make(name: str, rng: Random) -> Made:
    seed = rng.randrange(2**32)
    if name.startswith("chemo"):
        return make_histories(rng.randrange(15, 60), 0.1, seed)
    make = make_instances if name.endswith("jsonl") else make_table
    return make(rng.randrange(60, 350), 0.15, seed)


def _expect(content: bytes, name: str, registry: Registry) -> dict[str, bytes]:
    """The results of one chunk in memory: no storage, nothing that could fail."""
    model = registry.get(name.partition("/")[0])
    kind = name.split(".")[1]
    scored = score(content, model, kind)
    assert model.uncertainty
    header = write_header(model) if kind == "csv" else b""
    return {
        f"predictions.{kind}": header + scored["predictions"],
        "rejects.jsonl": scored["rejects"],
    }


def _check_rows(made: Made, expected: dict[str, bytes], kind: str) -> None:
    """Each row is once in what is expected, where its maker says."""
    answers = expected[f"predictions.{kind}"].decode()
    if kind == "csv":
        read = list(csv.DictReader(io.StringIO(answers, newline="")))
        scored = [int(line["row"]) for line in read]
    else:
        scored = [json.loads(line)["row"] for line in answers.splitlines()]
    rejects = expected["rejects.jsonl"].splitlines()
    assert scored == list(made.good)
    assert {json.loads(line)["row"] for line in rejects} == set(made.bad)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=[pytest.mark.soak] if first >= SAMPLE else [])
        for first in range(0, SEEDS, BATCH)
    ],
)
def test_whatever_fails_every_row_is_scored_or_rejected_once(begin: Begin, first: int) -> None:
    for seed in range(first, first + BATCH):
        run = begin(seed)
        try:
            run.go()
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise


def _invocation(event: Event, **more: Any) -> Invocation:
    return {"event": event, "remaining_ms": 900_000, "fault": None} | more


@pytest.mark.parametrize("seed", range(SEEDS, SEEDS + len(KINDS)))
def test_two_at_once_end_in_the_same_bytes(begin: Begin, seed: int) -> None:
    run = begin(seed)
    (message,) = run.buckets.take_messages()
    for outcome in run.function.invoke(*[_invocation(messages(message))] * 2):
        assert outcome == {"batchItemFailures": []}
    run.check()
    assert {"manifest.json", *run.expected} == set(run.buckets.find_names(run.folder))
