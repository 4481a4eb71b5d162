"""One row never costs another its answer, and a job that dies leaves nothing behind."""

import base64
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from medmaas.batch import storage
from medmaas.batch.deadline import Deadline
from medmaas.batch.handler import handler
from medmaas.batch.job import Job
from medmaas.batch.local import LocalFolder
from medmaas.batch.run import run
from medmaas.errors import StorageError
from medmaas.model.registry import Registry
from tests.conftest import MODELS, PATIENT, ROOT, Spoil

from .uploads import Buckets, Context, s3_event

CELLS = ROOT / "tests" / "data" / "blood_cells"
KEYS: list[Any] = [
    "images/" + "k" * 1_100, "images/\0", "images/\ud800", "images/\n", "images/..", "", ".", "/",
    "images/" + "é" * 600, "\U0010ffff", "images/\x7f", 7, None, ["images/cell.png"], {},
    "images//", "images/../../x", "images/%00", "images/nul\u0000l",
]  # fmt: skip
IDS: list[Any] = ["a\0b", "\ud800", "\x1b[0m", "=1", "\t=1", " =1", "\r", "\uff0b1", "#N/A",
                  True, 1.5, [], {}, 2**70, "i" * 300]  # fmt: skip


def pictures_of(keys: list[Any], good: dict[str, Any]) -> bytes:
    rows = [{"id": "first"} | good, *({"id": f"k{i}", "key": key} for i, key in enumerate(keys))]
    return "".join(json.dumps(row) + "\n" for row in [*rows, {"id": "last"} | good]).encode()


def read(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def test_no_key_of_a_picture_costs_another_row_its_answer_here(
    tmp_path: Path, registry: Registry
) -> None:
    picture = next(CELLS.glob("*.jpg"))
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "cell.jpg").write_bytes(picture.read_bytes())
    (tmp_path / "images" / "loop").symlink_to("loop")
    keys = [*KEYS, "images/loop", "images/loop/x", "images/cell.jpg/x"]
    (tmp_path / "cells.jsonl").write_bytes(pictures_of(keys, {"key": "images/cell.jpg"}))
    job = Job("blood_cell", None, str(tmp_path / "cells.jsonl"), str(tmp_path / "results"))
    assert run(job, registry, Deadline())["scored"] == 2
    answers = read((tmp_path / "results" / "predictions.jsonl").read_bytes())
    assert [one["id"] for one in answers] == ["first", "last"]
    rejects = read((tmp_path / "results" / "rejects.jsonl").read_bytes())
    assert [one["row"] for one in rejects] == [*range(2, len(keys) + 2)]


def test_no_key_of_a_picture_costs_another_row_its_answer_in_a_bucket(buckets: Buckets) -> None:
    good = {"image": base64.b64encode(next(CELLS.glob("*.jpg")).read_bytes()).decode()}
    upload = buckets.upload("incoming/blood_cell/keys.jsonl", pictures_of(KEYS, good))
    (summary,) = handler(s3_event(upload), Context())
    assert (summary["status"], summary["scored"], summary["rejected"]) == ("complete", 2, len(KEYS))


@pytest.mark.parametrize("cause", ["KeyTooLongError", "InvalidURI", "ParamValidationError"])
def test_a_key_that_storage_refuses_is_one_without_a_picture(
    buckets: Buckets, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    upload = buckets.upload("incoming/blood_cell/refused.jsonl", b"")
    source = storage.open_source(
        Job("m", None, f"s3://{upload.bucket}/{upload.key}", "s3://x/", etag="e", size=1)
    )

    def refuse(_service: str) -> Any:
        raise StorageError("storage_failed", cause=cause)

    with monkeypatch.context() as patched:
        patched.setattr(storage, "client", refuse)
        assert source.read_neighbour("images/x", 1) is None


def test_no_id_costs_another_row_its_answer(tmp_path: Path, registry: Registry) -> None:
    rows = [
        {"id": "first"} | PATIENT,
        *({"id": one} | PATIENT for one in IDS),
        {"id": -3} | PATIENT,
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    results = tmp_path / "results"
    run(Job("survival", None, str(file), str(results)), registry, Deadline())
    answers = read((results / "predictions.jsonl").read_bytes())
    assert [one["id"] for one in answers] == ["first", -3]
    rejects = read((results / "rejects.jsonl").read_bytes())
    assert [(one["row"], one["id"], one["field"]) for one in rejects] == [
        (row, None, "id") for row in range(2, len(IDS) + 2)
    ]


@pytest.mark.parametrize("value", ["\ud800", "\0", "\ufeff", "\U0010ffff", {"\ud800": 1}, 1e308])
def test_no_value_costs_another_row_its_answer(
    tmp_path: Path, registry: Registry, value: object
) -> None:
    rows = [PATIENT, PATIENT | {"sex": value}, PATIENT | {"age": value}, PATIENT]
    for model, field in (("survival", None), ("solubility", "smiles")):
        lines = [{field: "CCO"}, {field: value}, {field: "CCO"}] if field else rows
        file = tmp_path / f"{model}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in lines))
        results = tmp_path / model
        summary = run(Job(model, None, str(file), str(results)), registry, Deadline())
        assert (summary["scored"], summary["rejected"]) == (2, len(lines) - 2)


def test_results_of_another_version_are_no_duplicate(
    tmp_path: Path, models: Path, change_manifest: Spoil
) -> None:
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_bytes((ROOT / "examples" / "patients.csv").read_bytes())
    job = Job("survival", None, str(file), str(results))
    assert run(job, Registry(models), Deadline())["status"] == "complete"
    assert run(job, Registry(models), Deadline())["status"] == "duplicate"
    change_manifest(lambda manifest: manifest.update(version="9.0.0"))
    (folder,) = (models / "survival").iterdir()
    folder.rename(folder.with_name("9.0.0"))
    assert run(job, Registry(models), Deadline())["status"] == "complete"
    assert json.loads((results / "manifest.json").read_text())["model"]["version"] == "9.0.0"


def test_results_are_their_owners_alone(tmp_path: Path, registry: Registry) -> None:
    results = tmp_path / "new" / "results"
    source = str(ROOT / "examples" / "patients.csv")
    previous = os.umask(0)
    try:
        run(Job("survival", None, source, str(results)), registry, Deadline())
    finally:
        os.umask(previous)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in results.iterdir()}
    assert modes == dict.fromkeys(("predictions.csv", "rejects.jsonl", "manifest.json"), 0o600)
    assert stat.S_IMODE(results.stat().st_mode) == 0o700


def test_a_file_appears_whole_under_its_name_or_not_at_all(tmp_path: Path) -> None:
    folder = LocalFolder(str(tmp_path))
    writer = folder.open("a.csv")
    writer.write(b"patients")
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    writer.abort()
    assert [*tmp_path.iterdir()] == []
    for content in (b"one", b"two"):
        folder.write("a.csv", content)
        assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
        assert (tmp_path / "a.csv").read_bytes() == content


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_job_that_is_killed_leaves_nothing_behind(tmp_path: Path, end: signal.Signals) -> None:
    if not _has_nameless_files(tmp_path) and end is signal.SIGKILL:
        pytest.skip("this file system has no files without a name")
    header, *rows = (ROOT / "examples" / "patients.csv").read_text().splitlines()
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_text("\n".join([header, *(rows * 60_000)]))
    command = [sys.executable, "-m", "medmaas", "batch", "survival", str(file), str(results)]
    with subprocess.Popen([*command, "--models", str(MODELS)], stderr=subprocess.PIPE) as job:
        while not results.exists() and job.poll() is None:
            sleep(0.01)
        sleep(0.5)
        assert job.poll() is None, "it is at work"
        job.send_signal(end)
        assert job.wait() != 0
    assert [*results.iterdir()] == []


def _has_nameless_files(folder: Path) -> bool:
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600))
    except OSError:
        return False
    return True
