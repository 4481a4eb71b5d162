"""What is measured or trained again is a new version, and no version is written over."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest

from medmaas.errors import InvalidModelError
from medmaas.model.folder import open_folder
from medmaas.model.manifest import Manifest
from medmaas.model.registry import Registry
from medmaas_training import assess
from medmaas_training.assessment.assess import Assessment
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.catalogue.folder import place_model
from medmaas_training.catalogue.versions import choose_version, find_folder
from medmaas_training.errors import TrainingError
from medmaas_training.figures import Measured
from medmaas_training.recipes.breast_fna import recipe
from medmaas_training.report.page import conclude, read_manifest
from tests.conftest import ROOT, folder_of

Assess = Callable[..., tuple[int, str, str]]
ID = "breast_fna"
TODAY = datetime(2031, 1, 2, tzinfo=UTC)
FOLDER = folder_of(ID)
OLD = FOLDER.name
_MAJOR, _MINOR, _ = OLD.split(".")
NEXT = f"{_MAJOR}.{int(_MINOR) + 1}.0"
OTHER = "9.0.1"


def read(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def find(manifest: Manifest, folder: Path) -> Assessment:
    """What an assessment finds that finds nothing new."""
    assert manifest.uncertainty
    assert manifest.explanation
    graph = onnx.load(str(folder / "model.onnx"))
    measured = Measured([], [])
    judged = (manifest.input, manifest.uncertainty, manifest.explanation)
    return Assessment(graph, *judged, measured, [])


def change(found: Assessment) -> Assessment:
    """The same, with one figure changed."""
    uncertainty = found.uncertainty.model_copy(update={"calibrated_on": "other people, n = 1"})
    return replace(found, uncertainty=uncertainty)


@pytest.fixture
def measure(
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Assess:
    """Assess breast_fna again, all being stated but not measured; code, output and errors."""
    shutil.copytree(ROOT / "reports" / ID, tmp_path / "reports" / ID)
    nothing = Cases(np.zeros(0), None)
    splits = Splits(nothing, nothing, nothing)
    monkeypatch.setattr(recipe, "make_splits", lambda *_: splits)
    clock = SimpleNamespace(now=lambda _: TODAY)
    monkeypatch.setattr("medmaas_training.assessment.assess.datetime", clock)

    def run(*arguments: str, finds: Callable[[Assessment], Assessment] = change) -> Any:
        found = finds(find(read_manifest(FOLDER), FOLDER))
        monkeypatch.setattr("medmaas_training.assessment.assess.assess", lambda *_, **__: found)
        places = ("--out", str(models), "--reports", str(tmp_path / "reports"))
        code = assess.main([ID, *places, *arguments])
        return code, *capsys.readouterr()

    return run


def test_what_is_assessed_again_is_the_next_version(
    measure: Assess, models: Path, tmp_path: Path
) -> None:
    before = read(models / ID), read(tmp_path / "reports")
    assert measure()[0] == 0
    after, reports = read(models / ID), read(tmp_path / "reports")
    assert {*after} == {*before[0]} | {f"{NEXT}/{name.split('/')[1]}" for name in before[0]}
    assert before[0].items() <= after.items()
    assert before[1].items() <= reports.items()
    assert f"{ID} {NEXT}" in reports[f"{ID}/{NEXT}/index.html"].decode()
    assert after[f"{NEXT}/model.onnx"] == after[f"{OLD}/model.onnx"]
    old, new = (Registry(models).get(ID, version) for version in (OLD, NEXT))
    assert old.digest != new.digest
    assert new.identity["sha256"] == old.identity["sha256"]
    assert new.manifest.created == TODAY.date()
    assert new.manifest.uncertainty
    assert new.manifest.uncertainty.calibrated_on == "other people, n = 1"
    assert [case.answer for case in new.manifest.golden.cases] == [
        case.answer for case in old.manifest.golden.cases
    ]
    assert Registry(models).get(ID).manifest.version == NEXT


def test_an_assessment_that_changes_nothing_writes_nothing(
    measure: Assess, models: Path, tmp_path: Path
) -> None:
    before = read(tmp_path)
    for arguments in ((), ("--as", OTHER)):
        code, said, _ = measure(*arguments, finds=lambda found: found)
        assert (code, read(tmp_path)) == (0, before)
        assert "nothing changed, nothing was written" in " ".join(said.split())
    assert not (models / ID / NEXT).exists()


def test_the_newest_version_is_assessed_unless_another_is_named(
    measure: Assess, models: Path
) -> None:
    assert measure()[0] == 0
    written = read(models / ID)
    assert "nothing changed" in measure()[1]  # against the next
    assert measure("--version", OLD, "--as", OTHER)[0] == 0
    assert read(models / ID).items() > written.items()
    assert {path.name for path in (models / ID).iterdir()} == {OLD, OTHER, NEXT}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--as", OLD),
            f"breast_fna {OLD} in --out is there already, and a version stays as it is: name "
            "another with --as",
        ),
        (("--as", "2"), "--as must be three numbers, as in 1.1.0"),
        (("--as", "../1.0.1"), "--as must be three numbers, as in 1.1.0"),
        (("--version", OTHER), "--out: there is no "),
        (("--reports", "nowhere"), f"--reports: there is no nowhere/breast_fna/{OLD}/index.html"),
    ],
)
def test_an_assessment_that_cannot_be_written_is_refused(
    measure: Assess, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    before = read(tmp_path)
    code, _, errors = measure(*arguments)
    assert code == 2
    assert errors.startswith(f"medmaas assess: {sentence}")
    assert read(tmp_path) == before


def test_a_training_writes_the_version_after_the_newest(models: Path) -> None:
    assert choose_version(models, "new", None) == "1.0.0"
    assert choose_version(models, ID, None) == NEXT
    assert choose_version(models, ID, OTHER) == OTHER
    shutil.copytree(FOLDER, models / ID / "99.10.3")
    shutil.copytree(FOLDER, models / ID / "99.9.0")
    (models / ID / "draft").mkdir()
    (models / ID / "draft" / "model.onnx").touch()
    assert choose_version(models, ID, None) == "99.11.0"
    assert find_folder(models, ID) == models / ID / "99.10.3"
    assert find_folder(models, ID, "draft") is None
    with pytest.raises(TrainingError, match=r"breast_fna 99\.9\.0 in --out is there already"):
        choose_version(models, ID, "99.9.0")


def test_a_training_that_gives_the_same_model_leaves_it_and_its_report_alone(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = models / ID / OLD
    before, graph = read(tmp_path), (folder / "model.onnx").read_bytes()
    renamed = {"version": NEXT, "created": date(2001, 1, 1), "training_commit": "another"}
    again = read_manifest(folder).model_copy(update=renamed)
    assert place_model(models, again, graph, after=folder) == folder
    conclude(tmp_path / "reports", folder, NEXT, [], [])
    assert read(tmp_path) == before
    assert "nothing changed: " in capsys.readouterr().out


@pytest.mark.parametrize("spoil", ["licence", "graph"])
def test_another_model_does_not_take_the_place_of_one_that_is_there(
    models: Path, tmp_path: Path, spoil: str
) -> None:
    folder = models / ID / OLD
    graph, manifest = (folder / "model.onnx").read_bytes(), read_manifest(folder)
    if spoil == "licence":
        manifest = manifest.model_copy(update={"licence": "MIT"})
    else:
        (folder / "model.onnx").write_bytes(b"not what the manifest lists")
    before = read(tmp_path)
    with pytest.raises(TrainingError, match=f"breast_fna {OLD} is there already as another"):
        place_model(models, manifest, graph)
    assert read(tmp_path) == before
    written = place_model(
        models, manifest.model_copy(update={"version": OTHER}), graph, after=folder
    )
    assert written == models / ID / OTHER
    assert json.loads((written / "manifest.json").read_text())["licence"] == manifest.licence


def test_a_file_beside_the_model_is_sealed_and_is_part_of_what_it_is(
    models: Path, tmp_path: Path, measure: Assess
) -> None:
    folder = models / ID / OLD
    graph = (folder / "model.onnx").read_bytes()
    manifest = read_manifest(folder).model_copy(update={"version": OTHER})
    more = {"data.yaml": b"missing: [999]\n"}
    written = place_model(models, manifest, graph, more=more, after=folder)
    assert written == models / ID / OTHER, "with the file it is another model"
    renamed = manifest.model_copy(update={"version": "9.0.2"})
    assert place_model(models, renamed, graph, more=more, after=written) == written
    shutil.copytree(tmp_path / "reports" / ID / OLD, tmp_path / "reports" / ID / OTHER)
    assert measure()[0] == 0
    assert (models / ID / "9.1.0" / "data.yaml").read_bytes() == more["data.yaml"]
    (written / "data.yaml").write_bytes(b"missing: [998]\n")
    with pytest.raises(InvalidModelError) as refused:
        open_folder(written)
    assert refused.value.fact.code == "other_file"
