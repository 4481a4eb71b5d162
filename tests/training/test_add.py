"""An ONNX file of one's own joins the catalogue."""

import base64
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import TensorProto
from PIL import Image
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from medmaas.model.manifest.translations import keep_texts
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.model.unzipped import MOST_OF_MODELS
from medmaas_training.add import main
from tests.conftest import MODELS
from tests.training.own_files import (
    GRAPH,
    Own,
    X,
    Y,
    cases_of_the_pipeline,
    change,
    constant,
    export_by_hand,
    instances,
    make_graph,
    node,
)


def test_an_added_pipeline_answers_like_itself(own: Own, capsys: Any) -> None:
    own.cases = cases_of_the_pipeline()
    assert own.add() == 0
    said = capsys.readouterr()
    assert said.out.startswith("added fna_means 1.0.0 to models (at most ")
    assert said.out.endswith("from your model on 2 cases): medmaas predict fna_means FILE\n")
    model = Registry(own.out).get("fna_means")
    for prediction, case in zip(predict(model, instances()), own.cases, strict=True):
        answer = list(prediction["output"]["probabilities"].values())
        assert answer == pytest.approx(case["outputs"]["probabilities"], abs=1e-5)
    manifest = model.manifest
    assert manifest.parity is not None
    assert manifest.parity.rows == 2
    assert manifest.parity.largest_difference <= 1e-5
    assert len(manifest.card.source_attributes) == 31
    assert "over the 2 rows of the golden cases." in model.card
    assert (own.out / "fna_means/1.0.0/model.onnx").read_bytes() == GRAPH


def test_without_outputs_of_ones_own_the_command_and_the_card_say_that_nobody_compared(
    own: Own, capsys: Any
) -> None:
    assert own.add() == 0
    assert "nobody compared it with your model" in capsys.readouterr().out
    model = Registry(own.out).get("fna_means")
    assert model.manifest.parity is None
    assert "Nobody has compared ONNX and the trained model." in model.card


def test_labels_of_text_beside_the_probabilities_are_passed_by(own: Own) -> None:
    words = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, np.array(["m", "b"])[Y])
    columns = [("features", FloatTensorType([None, 10]))]
    graph = to_onnx(words, initial_types=columns, options={"zipmap": False}, target_opset=20)
    own.graph = graph.SerializeToString()
    own.draft["output"]["labels"] = ["benign", "malignant"]
    assert own.add() == 0
    model = Registry(own.out).get("fna_means")
    assert model.manifest.artefact.outputs[0].datatype == "tensor(string)"
    assert {name for case in model.manifest.golden.cases for name in case.outputs} == {
        "probabilities"
    }
    assert predict(model, instances())[0]["output"]["label"] == "malignant"


@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")  # PyTorch's exporter warns of itself
def test_a_network_on_normalised_pixels_first_channel_first(own: Own) -> None:
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(4, 2),
        torch.nn.Softmax(dim=1),
    ).eval()
    program = torch.onnx.export(
        network,
        (torch.zeros(2, 3, 12, 10),),
        input_names=["pixels"],
        output_names=["p"],
        dynamic_shapes=({0: torch.export.Dim("n")},),
        opset_version=20,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    own.graph = program.model_proto.SerializeToString()
    mean, deviation = [0.5, 0.4, 0.3], [0.2, 0.25, 0.3]
    pixels = np.random.default_rng(0).integers(0, 256, (12, 10, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    scaled = ((pixels / 255 - mean) / deviation).transpose(2, 0, 1)[None]
    with torch.no_grad():
        answer = network(torch.tensor(scaled, dtype=torch.float32))[0].tolist()
    own.draft["input"] = {
        "kind": "image",
        "tensor": "pixels",
        "height": 12,
        "width": 10,
        "mode": "RGB",
        "layout": "NCHW",
        "normalisation": {"mean": mean, "deviation": deviation},
    }
    own.draft["output"] = {"kind": "classes", "tensor": "p", "labels": ["left", "right"]}
    instance = {"image": base64.b64encode(file.getvalue()).decode()}
    own.cases = [{"instance": instance, "outputs": {"p": answer}}]
    assert own.add() == 0
    (prediction,) = predict(Registry(own.out).get("fna_means"), [instance])
    given = list(prediction["output"]["probabilities"].values())
    assert given == pytest.approx(answer, abs=2e-6)


def test_a_graph_that_counts_characters(own: Own) -> None:
    own.graph = make_graph(
        [
            node("Equal", "text c", "is_c"),
            node("Cast", "is_c", "ones", to=TensorProto.FLOAT),
            node("ReduceSum", "ones axes", "count", keepdims=1),
        ],
        constant("c", 1, np.int64),
        constant("axes", [1], np.int64),
        takes=[("text", TensorProto.INT64, ["n", 8])],
        gives=("count", ["n", 1]),
    )
    own.draft["input"] = {
        "kind": "text",
        "tensor": "text",
        "field": "smiles",
        "description": "A molecule.",
        "alphabet": ["C", "O"],
        "max_length": 8,
    }
    own.draft["output"] = {"kind": "value", "tensor": "count", "unit": "1"}
    own.cases = [{"instance": {"smiles": "CCO"}, "outputs": {"count": [2]}}]
    assert own.add() == 0
    answers = predict(Registry(own.out).get("fna_means"), [{"smiles": "O"}, {"smiles": "CCCC"}])
    assert [answer["output"]["value"] for answer in answers] == [0, 4]


def test_a_graph_that_finds_the_lowest_count_of_a_history(own: Own) -> None:
    own.graph = make_graph(
        [
            node("Gather", "history one", "counts", axis=2),
            node("IsNaN", "counts", "unknown"),
            node("Where", "unknown high counts", "known"),
            node("ReduceMin", "known axes", "nadir", keepdims=0),
        ],
        constant("one", 1, np.int64),
        constant("high", 1000),
        constant("axes", [1], np.int64),
        takes=[("history", TensorProto.FLOAT, ["n", "rows", 2])],
        gives=("nadir", ["n"]),
    )
    features = [
        {
            "name": name,
            "type": "number",
            "unit": unit,
            "description": "A number.",
            "hard_range": {"low": -100, "high": 100},
            "training_range": {"low": -50, "high": 50},
        }
        for name, unit in (("day", "d"), ("anc", "10*9/L"))
    ]
    features[1]["missing"] = "passed by"
    own.draft["input"] = {
        "kind": "series",
        "tensor": "history",
        "features": features,
        "field": "history",
        "max_rows": 5,
    }
    own.draft["output"] = {"kind": "value", "tensor": "nadir", "unit": "10*9/L"}
    history = [{"day": -7, "anc": 4}, {"day": 0, "anc": 1.5}, {"day": 7}]
    own.cases = [{"instance": {"history": history}, "outputs": {"nadir": [1.5]}}]
    assert own.add() == 0
    model = Registry(own.out).get("fna_means")
    asked = [{"history": history}, {"history": history[:1]}]
    assert [answer["output"]["value"] for answer in predict(model, asked)] == [1.5, 4]


@pytest.mark.parametrize("path", sorted(MODELS.glob("*/*")), ids=lambda path: path.parent.name)
def test_every_model_that_ships_could_have_been_added(own: Own, path: Path) -> None:
    shipped = json.loads((path / "manifest.json").read_text())
    made = {"digest", "files"}
    measured = {"artefact", "parity", *made}  # on adding; the words for their texts go with them
    answers = [case.pop("answer") for case in shipped["golden"]["cases"]]
    stated = {k: v for k, v in shipped.items() if k not in measured | {"translations"}}
    shipped["translations"] = keep_texts(shipped["translations"], stated)
    own.draft = stated | {"translations": shipped["translations"]}
    own.graph = (path / "model.onnx").read_bytes()
    assert own.add() == 0
    added = json.loads((own.out / path.relative_to(MODELS) / "manifest.json").read_text())
    assert added.pop("parity")["largest_difference"] <= 1e-5
    assert [case["answer"] for case in added["golden"]["cases"]] == answers
    for manifest in (added, shipped):
        manifest.pop("golden")
        assert all(manifest.pop(name) for name in made)  # the card says who compared
        manifest.pop("parity", None)
    assert added == shipped


def test_a_version_is_never_written_over(own: Own, capsys: Any) -> None:
    assert own.add() == 0
    folder = own.out / "fna_means/1.0.0"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    change("created", "2001-01-01")(own)
    assert own.add() == 0  # nothing else changed
    change("title", "A better title")(own)
    assert own.add() == 2
    assert capsys.readouterr().err == (
        "medmaas add: nothing was written: fna_means 1.0.0 is there already as another model: "
        "state a new version\n"
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    own.graph = export_by_hand(target_opset=19)
    assert own.add() == 2
    said = capsys.readouterr().err
    assert said == (
        "medmaas add: version: fna_means 1.0.0 is in models as another model: state a new one\n"
    )
    assert (own.out / "fna_means/1.0.0/model.onnx").read_bytes() == GRAPH
    change("version", "1.0.1")(own)
    assert own.add() == 0
    assert Registry(own.out).get("fna_means").manifest.version == "1.0.1"
    assert sorted(path.name for path in own.out.iterdir()) == ["fna_means"]


@pytest.mark.usefixtures("own")
def test_files_that_are_not_there_are_named(capsys: Any) -> None:
    assert main(["no.onnx", "no.yaml", "--golden", "no.json"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"medmaas add: {name} cannot be read (No such file or directory)"
        for name in ("no.onnx", "no.yaml", "no.json")
    ]


def test_what_lambda_does_not_take_beside_the_code_is_refused_unread(own: Own, capsys: Any) -> None:
    assert own.add() == 0
    large = own.out / "other/1.0.0/model.onnx"
    large.parent.mkdir(parents=True)
    with large.open("wb") as file:
        file.truncate(MOST_OF_MODELS - len(GRAPH))
    change("version", "1.0.1")(own)
    assert own.add() == 2
    with large.open("wb") as file:
        file.truncate(MOST_OF_MODELS + 1)
    assert main([str(large), "manifest.yaml"]) == 2
    together, alone = capsys.readouterr().err.splitlines()
    limit = "Lambda takes 250 MB, unzipped, of code and models, and code has up to 140 MB"
    assert together == (
        f"medmaas add: {limit}, so this model and those in models have no room together: remove a "
        "version, or give the model an --out of its own"
    )
    assert alone == f"medmaas add: model.onnx is too large: {limit}"


def test_a_model_that_fits_beside_the_code_is_taken(own: Own) -> None:
    large = own.out / "other/1.0.0/model.onnx"
    large.parent.mkdir(parents=True)
    with large.open("wb") as file:
        file.truncate(MOST_OF_MODELS - 2 * len(GRAPH))
    assert own.add() == 0


def test_a_models_directory_that_is_a_file_is_refused(own: Own, capsys: Any) -> None:
    own.out.write_text("")
    assert own.add() == 2
    assert (
        "nothing was written: models cannot be written to (File exists)" in capsys.readouterr().err
    )


def test_the_command_is_medmaas_add(own: Own) -> None:
    own.graph = b"nothing"
    assert own.add() == 2
    command = [sys.executable, "-m", "medmaas", "add", "model.onnx", "manifest.yaml"]
    done = subprocess.run(command, cwd=own.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "medmaas add: the model is not an ONNX file\n"


def test_without_the_training_extra_the_command_says_how_to_get_it(own: Own) -> None:
    (own.folder / "onnx.py").write_text("raise ModuleNotFoundError('gone', name='onnx')")
    done = subprocess.run(
        [sys.executable, "-m", "medmaas", "add", "model.onnx", "manifest.yaml"],
        cwd=own.folder,
        env={**os.environ, "PYTHONPATH": str(own.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        'medmaas add: the add extra is missing (no onnx): pip install ".[add]" in a checkout\n'
    )


def test_a_draft_that_states_no_figures_meaning_means_the_model_on_its_test_split(
    own: Own,
) -> None:
    figure = {"metric": "accuracy", "evaluated_on": "10 folds of the train split", "n": 9}
    figure |= {"value": 0.9, "low": 0.8, "high": 1.0}
    names = ("this model", "the same at temperature 1", "always benign")
    change("card.metrics", [figure | {"model": name} for name in names])(own)
    assert own.add() == 0
    card = Registry(own.out).get("fna_means").manifest.card
    assert [(m.model, m.of, m.cohort) for m in card.metrics] == [
        (name, "model", "test") for name in names
    ]


def test_a_draft_may_bring_curves_of_its_answers(own: Own) -> None:
    side = {"value": 0.2, "low": 0.1, "high": 0.3}
    point = {"group": "group 1 of 2", "n": 30, "predicted": side, "observed": side}
    label = {"kind": "label", "label": "malignant"}
    curve = {"target": label, "evaluated_on": "test split, by it", "points": [point]}
    change("card.calibration", [curve])(own)
    assert own.add() == 0
    card = Registry(own.out).get("fna_means").manifest.card
    assert card.calibration[0].model_dump(mode="json", exclude_none=True) == curve | {
        "cohort": "test"
    }
    assert "predicted share of malignant" in Registry(own.out).get("fna_means").card
