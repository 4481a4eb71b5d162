"""`medmaas migrate` writes a folder in the newest contract, with the same answers, or nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from medmaas.cli import main
from medmaas.model import publication
from medmaas.model.golden import answer_instances
from medmaas.model.manifest import GoldenAnswer
from medmaas.model.registry import Model, Registry
from tests.conftest import SHIPPED, folder_of, state_contract_1


def put_back(folder: Path) -> dict[str, bytes]:
    """Make a folder of contract 1 of one that ships; gives its content."""
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    state_contract_1(manifest)
    file.write_text(json.dumps(manifest | {"contract": 1}))
    return read(folder)


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def old(survival: Path) -> Path:
    """The survival model as a folder of contract 1."""
    put_back(survival)
    return survival


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_migrated_folder_is_byte_for_byte_the_one_that_ships(
    models: Path, capsys: pytest.CaptureFixture[str], model_id: str
) -> None:
    folder, shipped = folder_of(model_id, models), folder_of(model_id)
    assert put_back(folder) != read(shipped)
    assert main(["migrate", str(folder)]) == 0
    assert read(folder) == read(shipped)
    said = capsys.readouterr().out
    digest = json.loads((shipped / "manifest.json").read_text())["digest"]
    assert said.startswith(f"{model_id} {shipped.name} is now of contract 2, digest {digest}: ")
    assert [path.name for path in sorted(models.iterdir())] == [*SHIPPED]
    assert [path.name for path in folder.parent.iterdir()] == [shipped.name]


def test_a_folder_of_contract_2_stays_as_it_is(
    survival: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read(survival)
    assert main(["migrate", str(survival)]) == 0
    assert read(survival) == before
    assert capsys.readouterr().out.startswith(
        f"survival {survival.name} is of contract 2 already, digest "
    )


def test_a_folder_is_found_from_where_one_stands(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(old)
    assert main(["migrate", "."]) == 0
    assert read(old) == read(folder_of("survival"))


def test_figures_that_were_read_by_name_are_stated(old: Path) -> None:
    file = old / "manifest.json"
    manifest = json.loads(file.read_text())
    for part in ("calibration", "coverage"):
        del manifest["card"][part]
    ends = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 40, "evaluated_on": "test split"}
    named = {"model": "network (this model)", "group": "all"}
    metrics = [
        {"metric": name} | named | ends
        for name in ("Harrell C", "predicted at 5 years", "observed at 5 years")
    ]
    manifest["card"]["metrics"] = metrics
    file.write_text(json.dumps(manifest | {"translations": {}}))
    before = Registry(old.parents[1]).get("survival").manifest.card
    assert main(["migrate", str(old)]) == 0
    stated = json.loads(file.read_text())["card"]
    assert stated["metrics"][0]["of"] == "model"
    assert stated["calibration"][0]["target"] == {"kind": "risk", "day": 1826}
    assert Registry(old.parents[1]).get("survival").manifest.card == before


def test_tensors_that_golden_cases_left_out_are_recorded(models: Path) -> None:
    folder = folder_of("solubility", models)
    put_back(folder)
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    for case in manifest["golden"]["cases"]:
        del case["outputs"]["distance"]
    file.write_text(json.dumps(manifest))
    assert main(["migrate", str(folder)]) == 0
    assert read(folder) == read(folder_of("solubility"))


def refuse(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of a folder that stays as it is."""
    before = read(folder) if folder.exists() else {}
    assert main(["migrate", str(folder)]) == 2
    assert (read(folder) if folder.exists() else {}) == before
    assert not [*folder.parents[1].glob(".*")]
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.strip()


def test_other_files_are_not_thrown_away(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (old / "notes.txt").write_text("mine")
    assert refuse(old, capsys) == (
        "medmaas: notes.txt is not one of the model's files: move it away, a model folder holds "
        "nothing else"
    )


def test_a_model_that_does_not_answer_is_not_migrated(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = old / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["golden"]["cases"][0]["instance"]["age"] = 70
    file.write_text(json.dumps(manifest))
    assert "golden case 0 does not reproduce" in refuse(old, capsys)


def test_a_folder_that_would_answer_otherwise_is_not_written(
    old: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer_otherwise(model: Model, instances: Any) -> list[GoldenAnswer]:
        answers = answer_instances(model, instances)
        changed = answers[-1].model_copy(update={"status": "abstained"})
        return answers if model.manifest.contract == 1 else [changed, *answers[1:]]

    monkeypatch.setattr(publication, "answer_instances", answer_otherwise)
    assert refuse(old, capsys) == (
        "medmaas: nothing was written, case 0 would be answered otherwise: answer.status"
    )


@pytest.mark.parametrize("fails", [1, 2])
def test_a_disk_that_fails_leaves_the_folder_as_it_was(
    old: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fails: int
) -> None:
    rename, calls = Path.rename, list[int]()

    def rename_or_fail(path: Path, target: Path) -> Path:
        calls.append(1)
        if len(calls) == fails:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", rename_or_fail)
    assert refuse(old, capsys) == (
        "medmaas: nothing was written: the folder cannot be read or written "
        "(No space left on device)"
    )


@pytest.mark.parametrize("name", ["none", "."])
def test_what_is_no_model_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["migrate", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err == (
        "medmaas: there is no manifest.json: name a folder <models>/<id>/<version>\n"
    )
