"""A large file in ranges of bytes: the ranges are the file, and their parts are its results."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmaas.batch import fan_out
from medmaas.batch.deadline import Deadline
from medmaas.batch.fan_out import Range
from medmaas.batch.job import Job
from medmaas.batch.run import run
from medmaas.errors import IncompleteResultsError
from medmaas.facts import Fact
from medmaas.model.registry import Registry
from medmaas.table import csv_rows
from medmaas.table.lines import Limits

from .files import GOOD, HEADER, csv_files

FILE = b"\n".join([HEADER, *[GOOD] * 50, b"a,old,F,1,1,1,true", GOOD])


class Folder:
    """A file and two folders of results: of one run, and of ranges."""

    def __init__(self, path: Path, content: bytes, name: str = "rows.csv") -> None:
        self.source = path / name
        self.source.write_bytes(content)
        self.whole, self.parts = path / "whole", path / "parts"

    def job(self, destination: Path) -> Job:
        return Job("survival", None, str(self.source), str(destination))

    def plan(self, registry: Registry, range_bytes: int) -> dict[str, Any]:
        return fan_out.plan(self.job(self.parts), registry, range_bytes, Deadline())

    def ranges(self) -> list[Range]:
        return [Range(**item) for item in json.loads((self.parts / "ranges.json").read_bytes())]


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def score_ranges(folder: Folder, registry: Registry, job: Job) -> None:
    for part_of in reversed(folder.ranges()):  # in any order
        assert fan_out.score(job, registry, part_of, Deadline(), None) == {"status": "complete"}


@given(content=csv_files(), size=st.integers(1, 400), rows=st.integers(1, 10))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_ranges_cover_the_file_once_and_give_what_one_run_gives(
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    *,
    content: bytes,
    size: int,
    rows: int,
) -> None:
    monkeypatch.setattr(csv_rows, "LIMITS", Limits(rows=rows, bytes=4_000_000, line=300))
    folder = Folder(tmp_path_factory.mktemp("file"), content)
    run(folder.job(folder.whole), registry, Deadline())
    job = Job.from_event(folder.plan(registry, size)["job"])

    ranges = folder.ranges()
    assert [part_of.index for part_of in ranges] == list(range(len(ranges)))
    ends = [0, *(part_of.end for part_of in ranges)]
    assert [part_of.start for part_of in ranges] == ends[:-1]
    assert ends[-1] == len(content)

    score_ranges(folder, registry, job)
    fan_out.finish(job)
    whole, parts = read(folder.whole / "manifest.json"), read(folder.parts / "manifest.json")
    told = ("status", "rows", "scored", "rejected", "empty_lines", "model")
    assert {name: whole[name] for name in told} == {name: parts[name] for name in told}
    assert join(folder.parts, "predictions", 1) == lines(folder.whole / "predictions.csv")
    assert join(folder.parts, "rejects", 0) == lines(folder.whole / "rejects.jsonl")


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def join(folder: Path, name: str, header: int) -> list[bytes]:
    """The lines of all parts, the header of the first alone."""
    parts = [lines(path) for path in sorted(folder.glob(f"{name}-*"))]
    assert all(part[:header] == parts[0][:header] for part in parts)
    return parts[0][:header] + [line for part in parts for line in part[header:]]


@pytest.fixture
def planned(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(csv_rows, "LIMITS", Limits(rows=5, bytes=4_000_000, line=300))
    folder = Folder(tmp_path, FILE)
    folder.plan(registry, 300)
    assert len(folder.ranges()) > 3
    return folder


def test_json_lines_are_cut_as_well(registry: Registry, tmp_path: Path) -> None:
    line = b'{"age": 67, "sex": "F", "kappa": 1.2, "lambda": 1.5, "mgus": false}\n'
    folder = Folder(tmp_path, line * 2_500, "rows.jsonl")
    job = Job.from_event(folder.plan(registry, 1)["job"])
    assert [part_of.rows for part_of in folder.ranges()] == [1_000, 1_000, 500]
    score_ranges(folder, registry, job)
    assert fan_out.finish(job)["scored"] == 2_500


def test_there_is_no_manifest_while_a_range_is_missing(registry: Registry, planned: Folder) -> None:
    job = Job.from_event(planned.plan(registry, 300)["job"])
    score_ranges(planned, registry, job)
    (planned.parts / "part-00002.json").unlink()
    with pytest.raises(IncompleteResultsError) as raised:
        fan_out.finish(job)
    assert raised.value.fact == Fact("range_not_scored", index=2)
    assert not (planned.parts / "manifest.json").exists()


def test_there_is_no_manifest_of_ranges_of_another_plan(
    registry: Registry, planned: Folder
) -> None:
    job = Job.from_event(planned.plan(registry, 300)["job"])
    score_ranges(planned, registry, job)
    planned.plan(registry, 500)
    with pytest.raises(IncompleteResultsError):
        fan_out.finish(job)


def test_a_range_that_is_scored_is_not_scored_again(registry: Registry, planned: Folder) -> None:
    job = Job.from_event(planned.plan(registry, 300)["job"])
    score_ranges(planned, registry, job)
    before = {path.name: path.stat().st_mtime_ns for path in planned.parts.iterdir()}
    score_ranges(planned, registry, job)
    assert {path.name: path.stat().st_mtime_ns for path in planned.parts.iterdir()} == before


def test_a_file_that_is_scored_is_not_planned_again(registry: Registry, planned: Folder) -> None:
    job = Job.from_event(planned.plan(registry, 300)["job"])
    score_ranges(planned, registry, job)
    fan_out.finish(job)
    assert planned.plan(registry, 300)["status"] == "duplicate"


def test_a_file_that_can_never_work_is_refused_instead_of_planned(
    registry: Registry, tmp_path: Path
) -> None:
    folder = Folder(tmp_path, b"name\nx\n")
    plan = folder.plan(registry, 300)
    assert (plan["status"], "ranges" in plan) == ("refused", False)
    assert read(folder.parts / "manifest.json")["status"] == "refused"
