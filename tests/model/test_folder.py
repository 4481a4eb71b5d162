"""A model folder is one thing: no byte of it changes unnoticed, and none is passed over."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmaas.errors import ModelUnavailableError
from medmaas.model.folder import list_files, seal
from medmaas.model.manifest import Manifest
from medmaas.model.predict import predict
from medmaas.model.registry import Model, Registry
from medmaas.words import ENGLISH
from tests.conftest import SHIPPED, Spoil, folder_of, state_contract_1, write_manifest

FILES = ("manifest.json", "model.onnx", "card.md")
FOLDER = folder_of("survival")


def refusal(models: Path, model_id: str = "survival") -> str:
    """Why a model of a directory does not answer."""
    with pytest.raises(ModelUnavailableError) as refused:
        Registry(models).get(model_id)
    return ENGLISH.say(refused.value.fact)


def run(command: str, folder: Path) -> str:
    """The first word that a shell prints."""
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)  # noqa: S602, PLW1510
    return done.stdout.split()[0]


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_shipped_model_is_called_by_the_digest_that_a_shell_finds(
    registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    told = run(
        """grep -vE '^ "digest": "[0-9a-f]{64}",$' manifest.json | sha256sum""",
        folder_of(model_id),
    )
    assert told == model.digest == model.manifest.digest == model.identity["digest"]
    assert model.manifest.contract == 2


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_shipped_manifest_lists_every_file_beside_it(model_id: str) -> None:
    folder = folder_of(model_id)
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    assert [file["name"] for file in listed] == ["card.md", "model.onnx"]
    assert {path.name for path in folder.iterdir()} == set(FILES)
    for file in listed:
        assert file["size"] == (folder / file["name"]).stat().st_size
        assert file["sha256"] == run(f"sha256sum {file['name']}", folder)


@given(
    name=st.sampled_from(FILES),
    place=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 7),
)
@settings(max_examples=60)
def test_a_changed_byte_is_a_model_that_does_not_answer(
    tmp_path_factory: pytest.TempPathFactory, name: str, place: float, bit: int
) -> None:
    models = tmp_path_factory.mktemp("changed")
    folder = Path(shutil.copytree(FOLDER, models / "survival" / FOLDER.name))
    content = bytearray((folder / name).read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    (folder / name).write_bytes(content)
    assert f"survival {FOLDER.name} is not available" in refusal(models)


def test_what_stands_beside_the_digest_is_covered_by_it(models: Path, survival: Path) -> None:
    path = survival / "manifest.json"
    sealed = path.read_text()
    line = next(line for line in sealed.splitlines() if line.startswith(' "digest"'))
    for changed in (
        sealed.replace(line, f'{line} "title": "Another",').replace(' "title": "Surv', ' "x": "'),
        sealed.replace(line, f"{line}\n{line}"),
        json.dumps(json.loads(sealed)),
    ):
        assert changed != sealed
        path.write_text(changed)
        assert "manifest.json" in refusal(models)


def test_a_signature_may_stand_beside_and_changes_no_digest(models: Path, survival: Path) -> None:
    before = Registry(models).get("survival").digest
    (survival / "model.sig").write_text("{}")
    assert Registry(models).get("survival").digest == before
    (survival / "model.sig").unlink()
    (survival / "model.sig").mkdir()
    assert "model.sig is a link or a folder" in refusal(models)


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "weights.bin", "other.sig", "folder"])
def test_what_no_manifest_lists_is_refused_by_name(models: Path, survival: Path, name: str) -> None:
    (survival / name).mkdir() if name == "folder" else (survival / name).touch()
    assert f"{name} is not one of the model's files" in refusal(models)


@pytest.mark.parametrize("name", FILES)
def test_a_link_is_refused_whatever_it_leads_to(models: Path, survival: Path, name: str) -> None:
    (survival / name).unlink()
    (survival / name).symlink_to(FOLDER / name)
    assert f"{name} is a link or a folder" in refusal(models)


def test_a_file_that_is_listed_belongs_to_the_folder(
    models: Path, survival: Path, change_manifest: Spoil
) -> None:
    notes = {"name": "NOTES", "size": 0, "sha256": run("sha256sum /dev/null", survival)}
    change_manifest(lambda manifest: manifest["files"].append(notes))
    assert refusal(models).endswith("NOTES is missing")
    (survival / "NOTES").touch()
    assert Registry(models).get("survival").manifest.files[-1].name == "NOTES"
    (survival / "NOTES").write_text("more")
    assert refusal(models).endswith(
        "NOTES does not have the size and sha256 that manifest.json lists"
    )


MISFITS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no digest": (lambda m: m.pop("digest"), "digest must be there in contract 2"),
    "no files": (lambda m: m.pop("files"), "files must list model.onnx, card.md"),
    "no card": (lambda m: m["files"].pop(0), "files must list model.onnx, card.md"),
    "a file twice": (lambda m: m["files"].append(m["files"][0]), "all others once"),
    "itself": (lambda m: m["files"][0].update(name="manifest.json"), "not manifest.json"),
    "a path": (lambda m: m["files"][0].update(name="../card.md"), "files.0.name"),
    "a folder": (lambda m: m["files"][0].update(name="a/card.md"), "files.0.name"),
    "hidden": (lambda m: m["files"][0].update(name=".card.md"), "files.0.name"),
    "another graph": (lambda m: m["files"][1].update(size=1), "size and sha256 of artefact"),
    "no answer": (lambda m: m["golden"]["cases"][1].pop("answer"), "must hold an answer"),
    "other tensors": (
        lambda m: m["golden"]["cases"][1].update(outputs={"other": [1]}),
        "all tensors it is made of",
    ),
    "contract 1 with files": (lambda m: m.update(contract=1), "are of contract 2"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_manifest_that_does_not_state_its_folder_is_refused(
    models: Path, change_manifest: Spoil, name: str
) -> None:
    edit, says = MISFITS[name]
    change_manifest(edit)
    assert says in refusal(models)


def reach(tree: Any, *path: str | int) -> Any:
    for step in path:
        tree = tree[step]
    return tree


LEVELS = ("uncertainty", "intervals", "levels")
DECIDING: list[tuple[str, tuple[str | int, ...], Any]] = [
    ("survival", ("output", "horizon_days", 0), 334),
    ("survival", ("output", "time_days", 1), 31),
    ("survival", (*LEVELS, 0, "quantiles", 0), 0.1139),
    ("survival", (*LEVELS, 1, "quantiles", 0), 0.2),
    ("survival", (*LEVELS, 2, "coverage"), 0.96),
    ("survival", ("uncertainty", "distance", "threshold"), 2.4),
    ("survival", ("uncertainty", "most_missing"), 0),
    ("survival", ("input", "features", 2, "missing"), "taken as 1"),
    ("breast_fna", ("output", "labels"), ["malignant", "benign"]),
    ("breast_fna", (*LEVELS, 0, "quantiles", 0), 1.0),
    ("breast_fna", ("uncertainty", "distance", "threshold"), -3.0),
    ("blood_cell", (*LEVELS, 0, "coverage"), 0.91),
    ("blood_cell", ("uncertainty", "distance", "threshold"), 3.0),
    ("solubility", ("output", "unit"), "mol/L"),
    ("solubility", (*LEVELS, 0, "quantiles", 0), 0.7633),
    ("solubility", ("uncertainty", "intervals", "typical_distance"), 0.5),
    ("solubility", ("uncertainty", "distance", "threshold"), 1.5),
    ("chemo_dose", ("output", "limit", "at_most"), 0.27),
    ("chemo_dose", ("output", "limit", "outcome"), "anc_below_1.0"),
    ("chemo_dose", ("output", "actions", 2, "dose"), 0.8),
    ("chemo_dose", ("output", "shield", "holds", 0, "below"), 0.5),
    ("chemo_dose", ("output", "shield", "fewest_counts"), 4),
    ("chemo_dose", (*LEVELS, 0, "risks", "anc_below_0.5"), 2.0),
    ("chemo_dose", (*LEVELS, 0, "nadirs", 0, "low"), 0.05),
    ("chemo_dose", ("uncertainty", "intervals", "group_size"), 90),
    ("chemo_dose", ("uncertainty", "distance", "threshold"), -3.0),
]


@pytest.mark.parametrize(
    ("model_id", "path", "value"),
    DECIDING,
    ids=[".".join(map(str, (model_id, *path))) for model_id, path, _ in DECIDING],
)
def test_a_model_whose_rule_was_changed_does_not_answer_even_under_a_true_digest(
    models: Path, model_id: str, path: tuple[str | int, ...], value: Any
) -> None:
    file = folder_of(model_id, models) / "manifest.json"
    manifest = json.loads(file.read_text())
    *way, last = path
    reach(manifest, *way)[last] = value
    manifest |= {"translations": {}}
    manifest["card"] |= {"calibration": []}
    file.write_bytes(seal(Manifest.model_validate(manifest)))
    said = refusal(models, model_id)
    assert "would be answered otherwise than manifest.json says: answer." in said


def test_a_changed_limit_that_no_golden_case_meets_is_another_digest(
    models: Path, registry: Registry
) -> None:
    file = folder_of("chemo_dose", models) / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["output"]["shield"]["holds"][1]["below"] = 50.0
    write_manifest(file, manifest)
    changed, shipped = Registry(models).get("chemo_dose"), registry.get("chemo_dose")
    assert changed.identity["sha256"] == shipped.identity["sha256"]
    assert changed.identity["digest"] != shipped.identity["digest"]


@pytest.mark.parametrize("number", [None, 1])
@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_folder_of_contract_1_answers_the_same_under_a_digest_of_its_own(
    models: Path, registry: Registry, model_id: str, number: int | None
) -> None:
    folder = folder_of(model_id, models)
    old = put_back(folder, number)
    shipped = registry.get(model_id)
    instances = [case.instance for case in shipped.manifest.golden.cases]
    instances += [example.instance for example in shipped.manifest.examples]
    assert predict(old, instances) == predict(shipped, instances)
    told = run("sha256sum card.md manifest.json model.onnx | sha256sum", folder)
    assert old.digest == told != shipped.digest
    assert old.manifest.contract == 1


def put_back(folder: Path, number: int | None = 1) -> Model:
    """A folder of contract 1 in the place of one of contract 2."""
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    state_contract_1(manifest)
    file.write_text(json.dumps(manifest | ({"contract": number} if number else {})))
    return Registry(folder.parents[1]).get(folder.parent.name)


def test_a_changed_card_is_another_digest_in_contract_1(models: Path, survival: Path) -> None:
    before = put_back(survival).digest
    (survival / "card.md").write_text("Nothing to worry about.")
    assert Registry(models).get("survival").digest != before


def test_a_graph_that_names_weights_beside_it_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "models/survival/1.0.0"))
    graph = onnx.load(str(folder / "model.onnx"))
    weight = max(graph.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    for place in (folder, tmp_path):
        (place / "w.bin").write_bytes(weight.raw_data)
    weight.ClearField("raw_data")
    weight.data_location = onnx.TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="w.bin")
    content = graph.SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    sha256 = hashlib.sha256(content).hexdigest()
    manifest["artefact"] |= {"sha256": sha256, "size_bytes": len(content)}
    names = ("card.md", "model.onnx", "w.bin")
    files = list_files({name: (folder / name).read_bytes() for name in names})
    manifest["files"] = [file.model_dump() for file in files]
    write_manifest(folder / "manifest.json", manifest)
    monkeypatch.chdir(tmp_path)
    said = "the graph keeps weights in another file, which nothing verifies: save them inside the"
    assert said in refusal(tmp_path / "models")
