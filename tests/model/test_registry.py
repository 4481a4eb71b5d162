"""A model answers only after every check; one that fails is named with the reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medmaas.errors import ModelsDirectoryError, ModelUnavailableError, NotFoundError
from medmaas.model.folder import list_files
from medmaas.model.registry import Model, Registry
from medmaas.words import ENGLISH
from medmaas_training.tabular.datasets import FLCHAIN_FEATURES, SEXES, read_flchain
from tests.conftest import SHIPPED, Spoil, folder_of, version_of, write_manifest


def reason(models: Path) -> str:
    """Why the survival model of a directory does not answer."""
    with pytest.raises(ModelUnavailableError) as refused:
        Registry(models).get("survival")
    return ENGLISH.say(refused.value.fact)


def golden_case(manifest: dict[str, Any]) -> dict[str, Any]:
    case: dict[str, Any] = manifest["golden"]["cases"][0]
    return case


def test_every_model_that_ships_answers(registry: Registry) -> None:
    assert tuple(model_id for model_id, _, _ in registry.list()) == SHIPPED
    assert all(isinstance(model, Model) for _, _, model in registry.list())


def test_a_model_is_loaded_and_verified_once(registry: Registry) -> None:
    assert registry.get("survival") is registry.get("survival", version_of("survival"))


def test_an_unknown_model_is_refused_by_naming_those_there_are(registry: Registry) -> None:
    with pytest.raises(NotFoundError, match="no_such_model") as refused:
        registry.get("surviva1")
    assert refused.value.fact.limits == {"models": [*SHIPPED]}


def test_an_unknown_version_is_refused_by_naming_those_there_are(registry: Registry) -> None:
    with pytest.raises(NotFoundError, match="no_such_version") as refused:
        registry.get("survival", "9.9.9")
    assert refused.value.fact.limits == {"model": "survival", "versions": [version_of("survival")]}


def test_a_path_is_no_model(registry: Registry) -> None:
    with pytest.raises(NotFoundError):
        registry.get("../models/survival")


def test_the_newest_version_answers_by_number_not_by_letter(models: Path, survival: Path) -> None:
    for version in ("99.9.0", "99.10.0"):
        folder = Path(shutil.copytree(survival, models / f"survival/{version}"))
        manifest = json.loads((folder / "manifest.json").read_text())
        write_manifest(folder / "manifest.json", manifest | {"version": version})
    registry = Registry(models)
    assert registry.get("survival").manifest.version == "99.10.0"
    assert registry.get("survival", "99.9.0").manifest.version == "99.9.0"
    assert [m.manifest.version for m in registry.newest()][-1] == "99.10.0"


def test_an_older_version_does_not_stand_in_for_a_newest_that_fails(
    models: Path, survival: Path
) -> None:
    shutil.copytree(survival, models / "survival/99.0.0")
    registry = Registry(models)
    assert "another id or version than its folder" in reason(models)
    assert tuple(m.manifest.id for m in registry.newest()) == SHIPPED[:-1]
    assert registry.get("survival", survival.name).manifest.version == survival.name


def test_a_changed_model_file_does_not_answer(models: Path, survival: Path) -> None:
    graph = bytearray((survival / "model.onnx").read_bytes())
    graph[-1] ^= 1
    (survival / "model.onnx").write_bytes(graph)
    changed = "model.onnx does not have the size and sha256 that manifest.json lists"
    assert changed in reason(models)


@pytest.mark.parametrize("name", ["model.onnx", "card.md", "manifest.json"])
def test_a_model_with_a_missing_file_does_not_answer(
    models: Path, survival: Path, name: str
) -> None:
    (survival / name).unlink()
    assert reason(models) == f"survival {survival.name} is not available: {name} is missing"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda m: m.update(contract=3), "manifest.json.contract does not fit the contract"),
        (lambda m: m.update(surprise=1), "manifest.json.surprise does not fit the contract"),
        (lambda m: m["card"].pop("limits"), "manifest.json.card.limits does not fit"),
        (lambda m: m["output"].update(horizon_days=[7]), "horizon_days must be one of time_days"),
        (lambda m: m["output"]["time_days"].pop(), "another number of columns than its manifest"),
        (lambda m: m["output"].update(tensor="x"), "must be one of artefact.outputs"),
        (lambda m: m["input"].update(tensor="x"), "artefact.inputs must be x, as input states"),
        (lambda m: m["input"]["features"].pop(), "tensor(float) [-1, 5]"),
        (lambda m: m["artefact"]["outputs"][0].update(shape=[-1, 1]), "has other tensors"),
        (lambda m: m.update(version="2.0.0"), "another id or version than its folder"),
        (lambda m: golden_case(m)["instance"].update(age=70), "golden case 0 does not reproduce"),
        (lambda m: golden_case(m)["instance"].update(age=-1), "is not a valid instance"),
        (lambda m: golden_case(m)["outputs"]["survival"].pop(), "another shape of survival"),
    ],
)
def test_a_manifest_that_does_not_fit_says_where(
    models: Path,
    change_manifest: Spoil,
    edit: Callable[[dict[str, Any]], None],
    expected: str,
) -> None:
    change_manifest(edit)
    assert expected in reason(models)


def test_a_manifest_that_is_no_json_is_refused(models: Path, survival: Path) -> None:
    (survival / "manifest.json").write_text("{")
    assert "manifest.json does not fit the contract" in reason(models)


def test_a_file_that_is_no_graph_is_refused(
    models: Path, survival: Path, change_manifest: Spoil
) -> None:
    (survival / "model.onnx").write_bytes(b"no graph")
    (file,) = list_files({"model.onnx": b"no graph"})

    def name_it(manifest: dict[str, Any]) -> None:
        manifest["artefact"] |= {"sha256": file.sha256, "size_bytes": file.size}
        manifest["files"][1] = file.model_dump()

    change_manifest(name_it)
    assert "ONNX Runtime cannot load the graph" in reason(models)


def test_the_other_models_go_on(models: Path, survival: Path) -> None:
    (survival / "card.md").unlink()
    registry = Registry(models)
    assert registry.get("breast_fna").manifest.id == "breast_fna"


def test_folders_that_are_no_models_are_passed_by(models: Path) -> None:
    (models / "python" / "lib").mkdir(parents=True)
    (models / "README").write_text("no model")
    assert tuple(model_id for model_id, _, _ in Registry(models).list()) == SHIPPED


def test_a_directory_without_models_says_what_to_name(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "none"):
        with pytest.raises(ModelsDirectoryError, match="no_models"):
            Registry(directory).require_models()


def test_golden_cases_are_nobody_in_the_data() -> None:
    """A manifest is public: it must not carry a person's row."""
    people = {tuple(row) for row in read_flchain(None).X.tolist()}
    manifest = json.loads((folder_of("survival") / "manifest.json").read_text())
    for case in manifest["golden"]["cases"]:
        person = case["instance"] | {"sex": SEXES.index(case["instance"]["sex"])}
        assert tuple(person[name] for name in FLCHAIN_FEATURES) not in people
