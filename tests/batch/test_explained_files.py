"""Explained files, which take their time: in few rows at once, in steps, in ranges."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from infra.local_stack import RESULTS
from medmaas.batch import fan_out, handler
from medmaas.batch.deadline import Deadline
from medmaas.batch.fan_out import Range
from medmaas.batch.job import Job
from medmaas.batch.run import run
from medmaas.errors import IncompleteResultsError
from medmaas.model.options import Options
from medmaas.model.registry import Registry
from medmaas.table import score
from medmaas.table.formats import Format
from medmaas.table.reader import EXPLAINED_AT_ONCE, open_rows, rows_at_once
from tests.conftest import version_of

from .bad_rows import make_histories, make_instances, make_table
from .files import Memory
from .test_options import ASKED, ROWS, as_metadata, by_metadata, read_table, without_manifest
from .uploads import HURRY_MS, Buckets, Context, folder_of, messages

pytestmark = pytest.mark.usefixtures("assessed")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.csv", bytes(make_table(90, 0.1, 1).content)),
        ("lines.jsonl", bytes(make_instances(60, 0.1, 2).content)),
    ],
)
def test_an_explained_job_stopped_after_every_few_rows_ends_in_the_bytes_of_one_run(
    buckets: Buckets, name: str, content: bytes
) -> None:
    asked = ASKED["all"]
    expected = without_manifest(buckets, by_metadata(buckets, f"once {name}", content, asked))
    buckets.take_messages()
    upload = buckets.upload(f"incoming/survival/steps {name}", content, **as_metadata(asked))
    steps = 0
    while bodies := buckets.take_messages():
        for body in bodies:
            assert not handler.handler(messages(body), Context(HURRY_MS))["batchItemFailures"]
            steps += 1
    assert steps >= content.count(b"\n") // EXPLAINED_AT_ONCE
    assert without_manifest(buckets, upload) == expected
    assert buckets.manifest(folder_of(upload))["options"] == asked


@pytest.mark.parametrize(
    ("model", "kind", "content"),
    [
        ("survival", "csv", bytes(make_table(200, 0.1, 3).content)),
        ("survival", "jsonl", bytes(make_instances(200, 0.1, 4).content)),
        ("chemo_dose", "csv", bytes(make_histories(100, 0.1, 5).content)),
    ],
)
def test_few_rows_are_explained_at_once_and_they_are_the_same_rows(
    assessed: Registry, model: str, kind: str, content: bytes
) -> None:
    fmt = Format("csv" if kind == "csv" else "jsonl", gzip=False)
    numbers, sizes = dict[bool, list[int]](), list[int]()
    for explain in (False, True):
        rows = rows_at_once(Options(explain=explain), assessed.get(model))
        chunks = list(open_rows(Memory(content), fmt, assessed.get(model), rows=rows).chunks())
        read = [chunk.read() for chunk in chunks]
        numbers[explain] = [number for some in read for number in some.numbers]
        sizes = [len(some.numbers) for some in read]
    assert numbers[True] == numbers[False]
    assert max(sizes) < 2 * EXPLAINED_AT_ONCE


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_row_that_takes_longer_than_anybody_may_ask_for_says_so(
    assessed: Registry, monkeypatch: pytest.MonkeyPatch, kind: Literal["csv", "jsonl"]
) -> None:
    monkeypatch.setattr(score, "MOST_SECONDS", 0)
    content = bytes((make_table if kind == "csv" else make_instances)(20, 0, 6).content)
    options = Options(explain=True)
    opened = open_rows(Memory(content), Format(kind, gzip=False), assessed.get("survival"))
    scorer = score.Scorer(assessed.get("survival"), kind, options=options)
    lines = [line for chunk in opened.chunks() for line in scorer.score(chunk.read()).lines]
    told = (scorer.header + b"".join(lines)).decode()
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(told)))
        said = [row["explanation"] for row in rows if not row["abstained"]]
    else:
        answers = [json.loads(line) for line in told.splitlines()]
        said = [one["explanation"]["sentence"] for one in answers if one["status"] == "ok"]
    assert len(said) > 10
    assert all(one.startswith("there was no time to explain this answer") for one in said)


def plan(registry: Registry, path: Path, asked: Mapping[str, Any]) -> tuple[Job, list[Range]]:
    job = Job("survival", None, str(path / "rows.csv"), str(path / "parts"), **asked)
    planned = fan_out.plan(job, registry, 1, Deadline())
    ranges = json.loads((path / "parts" / "ranges.json").read_bytes())
    return Job.from_event(planned["job"]), [Range(**item) for item in ranges]


def test_ranges_are_answered_as_the_whole_is(assessed: Registry, tmp_path: Path) -> None:
    asked = ASKED["all"]
    (tmp_path / "rows.csv").write_bytes(ROWS)
    run(
        Job("survival", None, str(tmp_path / "rows.csv"), str(tmp_path / "whole"), **asked),
        assessed,
        Deadline(),
    )
    job, (part_of,) = plan(assessed, tmp_path, asked)
    fan_out.score(job, assessed, part_of, Deadline(), None)
    fan_out.finish(job)
    whole, part = (
        (tmp_path / name).read_bytes()
        for name in ("whole/predictions.csv", "parts/predictions-00000.csv")
    )
    assert part == whole
    manifest = json.loads((tmp_path / "parts" / "manifest.json").read_bytes())
    assert manifest["options"] == asked


def test_a_range_scored_in_another_way_is_scored_again(assessed: Registry, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(ROWS)
    plain, (part_of,) = plan(assessed, tmp_path, {})
    fan_out.score(plain, assessed, part_of, Deadline(), None)
    before = (tmp_path / "parts" / "predictions-00000.csv").read_bytes()
    forced, _ = plan(assessed, tmp_path, {"force": True})
    with pytest.raises(IncompleteResultsError):
        fan_out.finish(forced)
    fan_out.score(forced, assessed, part_of, Deadline(), None)
    assert (tmp_path / "parts" / "predictions-00000.csv").read_bytes() != before
    with pytest.raises(IncompleteResultsError):
        fan_out.finish(plain)
    assert fan_out.finish(forced)["status"] == "complete"


def test_no_explanation_of_a_row_is_in_the_log(
    buckets: Buckets, capfd: pytest.CaptureFixture[str]
) -> None:
    upload = by_metadata(buckets, "silent.csv", ROWS, {"explain": True})
    output, log = capfd.readouterr()
    rows = read_table(without_manifest(buckets, upload)["predictions.csv"])
    assert log.startswith('{"request_id"')
    for text in (rows[0]["explanation"], rows[1]["abstained"]):
        assert text
        assert text not in output + log


def test_large_explained_files_are_cut_into_small_ranges(buckets: Buckets) -> None:
    states = buckets.stack.client("stepfunctions")
    machine = states.create_state_machine(
        name="any",
        definition='{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]
    jobs = [
        Job("survival", version_of("survival"), "s3://in/x.csv", f"s3://{RESULTS}/x/", **asked)
        for asked in ({}, ASKED["explain"])
    ]
    for job in jobs:
        fan_out.start(job, machine)
    started = states.list_executions(stateMachineArn=machine)["executions"]
    inputs = [
        json.loads(states.describe_execution(executionArn=item["executionArn"])["input"])
        for item in started
    ]
    sizes = {content["job"]["explain"]: content["range_bytes"] for content in inputs}
    assert sizes[True] < sizes[False] == fan_out.RANGE_BYTES
