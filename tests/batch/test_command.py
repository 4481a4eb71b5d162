"""`medmaas batch` on files of this machine."""

import csv
import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local_stack import RESULTS
from medmaas.batch.deadline import Deadline
from medmaas.batch.job import Job
from medmaas.batch.run import run
from medmaas.errors import ModelUnavailableError
from medmaas.model.registry import Registry
from tests.conftest import MODELS, ROOT, Spoil, version_of

from .uploads import Buckets

TEN = ROOT / "examples" / "patients.csv"


def batch(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "medmaas", "batch", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_ten_rows_are_scored_or_rejected_and_accounted_for(tmp_path: Path) -> None:
    done = batch("survival", TEN, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"10 rows: 9 scored, 1 rejected; see {tmp_path}/manifest.json\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "manifest.json",
        "predictions.csv",
        "rejects.jsonl",
    ]
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["status"], manifest["rows"]) == ("complete", 10)
    assert manifest["model"] == Registry(MODELS).get("survival").identity
    for part in manifest["parts"]:
        content = (tmp_path / part["key"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            part["bytes"],
            part["sha256"],
        )
    rows = list(csv.DictReader((tmp_path / "predictions.csv").read_text().splitlines()))
    assert [row["row"] for row in rows] == ["1", "2", "3", "4", "5", "7", "8", "9", "10"]
    (reject,) = (tmp_path / "rejects.jsonl").read_text().splitlines()
    assert json.loads(reject) == {
        "row": 6,
        "id": "P-006",
        "field": "age",
        "problem": "outside 0 to 120 a",
        "code": "outside",
        "limits": {"low": 0, "high": 120, "unit": "a"},
    }


def test_a_file_is_scored_once_and_a_changed_one_again(tmp_path: Path) -> None:
    file, results = tmp_path / "patients.csv", tmp_path / "results"
    file.write_bytes(TEN.read_bytes())
    assert batch("survival", file, results).returncode == 0
    manifest = (results / "manifest.json").read_bytes()
    assert "(scored before)" in batch("survival", file, results).stdout
    assert (results / "manifest.json").read_bytes() == manifest
    file.write_bytes(TEN.read_bytes() + b"P-011,60,F,1,1,1,true\n")
    assert batch("survival", file, results).stdout.startswith("11 rows: 10 scored")


def test_a_file_is_scored_again_by_another_folder_of_the_same_version(
    tmp_path: Path, models: Path, change_manifest: Spoil
) -> None:
    results, place = tmp_path / "results", ("--models", models)
    assert batch("survival", TEN, results, *place).returncode == 0
    assert "(scored before)" in batch("survival", TEN, results, *place).stdout

    change_manifest(lambda manifest: manifest.update(title="Another title", translations={}))
    assert "(scored before)" not in batch("survival", TEN, results, *place).stdout
    manifest = json.loads((results / "manifest.json").read_text())
    assert manifest["model"] == Registry(models).get("survival").identity

    before = (results / "manifest.json").read_bytes()
    change_manifest(lambda manifest: manifest.pop("digest"))  # whose answers these are is not known
    job = Job("survival", version_of("survival"), str(TEN), str(results))
    with pytest.raises(ModelUnavailableError):
        run(job, Registry(models), Deadline())
    assert (results / "manifest.json").read_bytes() == before


def test_a_compressed_file_gives_the_same(tmp_path: Path) -> None:
    compressed = tmp_path / "patients.csv.gz"
    compressed.write_bytes(gzip.compress(TEN.read_bytes()))
    for file, folder in ((TEN, "plain"), (compressed, "gzip")):
        assert batch("survival", file, tmp_path / folder).returncode == 0
    for name in ("predictions.csv", "rejects.jsonl"):
        same = (tmp_path / "plain" / name, tmp_path / "gzip" / name)
        assert same[0].read_bytes() == same[1].read_bytes()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nope", str(TEN)), "there is no such model"),
        (("survival", "no-such-file.csv"), "the file cannot be read"),
        (("survival", "README.md"), "the file's name must end in .csv"),
        (("solubility", str(TEN)), "the header lacks smiles"),
        (("blood_cell", str(TEN)), "the instances of this model do not fit into CSV"),
        (("survival", str(TEN), "--version", "9.0.0"), "there is no such version"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    model, file, *rest = arguments
    done = batch(model, file, tmp_path / "results", *rest)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_picture_may_be_a_file_beside_the_rows_but_nowhere_else(tmp_path: Path) -> None:
    pictures = tmp_path / "rows" / "pictures"
    pictures.mkdir(parents=True)
    picture = next((ROOT / "tests" / "data" / "blood_cells").glob("*.jpg"))
    (pictures / "cell.jpg").write_bytes(picture.read_bytes())
    (tmp_path / "outside.jpg").write_bytes(picture.read_bytes())
    file = tmp_path / "rows" / "cells.jsonl"
    keys = ["pictures/cell.jpg", "../outside.jpg", "pictures/none.jpg", 7]
    file.write_text("".join(json.dumps({"id": i, "key": key}) + "\n" for i, key in enumerate(keys)))
    assert batch("blood_cell", file, tmp_path / "results").stdout.startswith("4 rows: 1 scored")
    rejects = (tmp_path / "results" / "rejects.jsonl").read_text().splitlines()
    assert [json.loads(line)["field"] for line in rejects] == ["key"] * 3


def test_buckets_are_read_and_written_as_folders_are(buckets: Buckets, tmp_path: Path) -> None:
    upload = buckets.upload("by hand/ten patients.csv", TEN.read_bytes())
    done = batch("survival", f"s3://{upload.bucket}/{upload.key}", f"s3://{RESULTS}/by hand")
    assert (
        done.stdout == f"10 rows: 9 scored, 1 rejected; see s3://{RESULTS}/by hand/manifest.json\n"
    )
    assert batch("survival", TEN, tmp_path).returncode == 0
    results = buckets.read("by hand/")
    for name in ("predictions.csv", "rejects.jsonl"):
        assert results[name] == (tmp_path / name).read_bytes()
