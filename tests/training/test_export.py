"""A model is written whole, proved and self-contained, or not at all."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from medmaas.model.manifest import (
    Card,
    ClassesOutput,
    Manifest,
    Number,
    PolicyOutput,
    Range,
    TabularInput,
)
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.errors import TrainingError
from medmaas_training.export import (
    Identity,
    check_graph,
    compare,
    convert_sklearn,
    convert_torch,
    write_model,
)
from medmaas_training.report.card import render_card
from tests.conftest import MODELS, folder_of

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(200, 2))
PIPELINE = make_pipeline(SimpleImputer(), LogisticRegression()).fit(X, X[:, 0] > 0)
SPEC = TabularInput(
    tensor="features",
    features=tuple(
        Number(
            name=name,
            description="A number.",
            unit="1",
            hard_range=Range(low=-10, high=10),
            training_range=Range(low=-3, high=3),
        )
        for name in ("a", "b")
    ),
)
GOLDEN = [{"a": 0.5, "b": 0.1}]


@pytest.fixture(scope="module")
def card() -> Card:
    """Any card will do, but for curves of numbers that the answers do not have."""
    manifest = json.loads((folder_of("survival") / "manifest.json").read_text())
    return Card.model_validate(manifest["card"] | {"calibration": ()}, strict=False)


def write(out: Path, card: Card, **changes: Any) -> Path:
    arguments: dict[str, Any] = {
        "graph": convert_sklearn(PIPELINE, 2),
        "spec": SPEC,
        "output": ClassesOutput(tensor="probabilities", labels=("no", "yes")),
        "trained": PIPELINE.predict_proba,
        "test_rows": X,
        "golden": GOLDEN,
        "card": card,
    }
    return write_model(out, Identity("tiny", "0.1.0", "Tiny", "MIT", 0), **arguments | changes)


def graph_of(nodes: list[onnx.NodeProto], **more: Any) -> onnx.ModelProto:
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 2]) for n in ("x", "y")]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], more.pop("initializer", []))
    return helper.make_model(graph, **more)


def test_what_is_written_answers_like_the_trained_model(tmp_path: Path, card: Card) -> None:
    folder = write(tmp_path, card)
    assert {path.name for path in folder.iterdir()} == {"model.onnx", "manifest.json", "card.md"}
    model = Registry(tmp_path).get("tiny")
    (prediction,) = predict(model, [{"a": 1.0, "b": -1.0}])
    expected = PIPELINE.predict_proba([[1.0, -1.0]])[0, 1]
    assert prediction["output"]["probabilities"]["yes"] == pytest.approx(expected, abs=1e-5)
    assert model.manifest.parity
    assert model.manifest.parity.rows == 200


def test_a_graph_that_disagrees_is_not_written(tmp_path: Path, card: Card) -> None:
    with pytest.raises(TrainingError, match=r"differ by 2\.0e-05, more than 1e-05"):
        write(tmp_path, card, trained=lambda rows: PIPELINE.predict_proba(rows) + 2e-5)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_gives_nan_is_not_written() -> None:
    with pytest.raises(TrainingError, match="differ by nan"):
        compare(
            convert_sklearn(PIPELINE, 2).SerializeToString(),
            lambda rows: PIPELINE.predict_proba(rows) * np.nan,
            X,
            ["probabilities"],
        )


def test_what_the_registry_would_refuse_is_not_written(tmp_path: Path, card: Card) -> None:
    with pytest.raises(TrainingError, match="golden case 0: a outside -10 to 10"):
        write(tmp_path, card, golden=[{"a": 99, "b": 0}])
    assert list(tmp_path.iterdir()) == []


def test_a_version_stays_as_it_is(tmp_path: Path, card: Card) -> None:
    folder = write(tmp_path, card)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert write(tmp_path, card) == folder  # the same model
    with pytest.raises(TrainingError, match=r"tiny 0\.1\.0 is there already as another model"):
        write(tmp_path, card, golden=[{"a": 0.1, "b": 0.2}])
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_operators_of_an_unknown_domain_are_refused() -> None:
    node = helper.make_node("Anything", ["x"], ["y"], domain="com.example")
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.example", 1)]
    with pytest.raises(TrainingError, match="outside the ONNX standard"):
        check_graph(graph_of([node], opset_imports=opsets))


def test_functions_are_refused() -> None:
    opsets = [helper.make_opsetid("", 20)]
    function = helper.make_function(
        "", "F", ["a"], ["b"], [helper.make_node("Neg", ["a"], ["b"])], opsets
    )
    model = graph_of([helper.make_node("F", ["x"], ["y"])], functions=[function])
    with pytest.raises(TrainingError, match="defines functions"):
        check_graph(model)


def _weight_elsewhere() -> TensorProto:
    weight = numpy_helper.from_array(np.ones((1, 2), dtype=np.float32), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../../etc/passwd")
    return weight


def _refuse_weights(model: onnx.ModelProto) -> None:
    with pytest.raises(TrainingError, match="weights in another file"):
        check_graph(model)


def test_weights_in_another_file_are_refused() -> None:
    node = helper.make_node("Add", ["x", "w"], ["y"])
    _refuse_weights(graph_of([node], initializer=[_weight_elsewhere()]))


def test_a_constant_in_another_file_is_refused() -> None:
    node = helper.make_node("Constant", [], ["y"], value=_weight_elsewhere())
    _refuse_weights(graph_of([node]))


def test_a_sparse_constant_in_another_file_is_refused() -> None:
    indices = numpy_helper.from_array(np.array([0, 1]), "i")
    sparse = helper.make_sparse_tensor(_weight_elsewhere(), indices, [1, 2])
    _refuse_weights(graph_of([helper.make_node("Constant", [], ["y"], sparse_value=sparse)]))


def test_a_branch_that_is_nothing_but_weights_in_another_file_is_refused() -> None:
    w = helper.make_tensor_value_info("w", TensorProto.FLOAT, [1, 2])
    branch = helper.make_graph([], "branch", [], [w], [_weight_elsewhere()])
    yes = helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True)))  # noqa: FBT003
    node = helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch)
    _refuse_weights(graph_of([yes, node]))


def test_what_hides_in_the_branch_of_a_condition_is_refused() -> None:
    hidden = helper.make_node("Anything", [], ["z"], domain="com.example")
    z = helper.make_tensor_value_info("z", TensorProto.FLOAT, None)
    branch = helper.make_graph([hidden], "branch", [], [z])
    yes = helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True)))  # noqa: FBT003
    node = helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch)
    with pytest.raises(TrainingError, match="outside the ONNX standard"):
        check_graph(graph_of([yes, node], opset_imports=[helper.make_opsetid("", 20)]))


def test_a_torch_module_keeps_nothing_of_the_machine_that_exported_it() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Softmax(dim=1))
    content = convert_torch(module, torch.zeros(2, 2), "p").SerializeToString()
    assert b".py" not in content
    assert b"stack_trace" not in content
    rows = X.astype(np.float32)
    with torch.no_grad():
        expected = module(torch.from_numpy(rows)).double().numpy()
    parity = compare(content, lambda _: expected, X, ["p"])
    assert parity.largest_difference < 1e-6


@pytest.mark.parametrize("path", sorted(MODELS.glob("*/*")), ids=lambda path: path.parent.name)
def test_the_models_that_ship_are_self_contained_and_their_cards_true(path: Path) -> None:
    check_graph(onnx.load(path / "model.onnx"))
    manifest = Manifest.model_validate_json((path / "manifest.json").read_bytes())
    assert (path / "card.md").read_text() == render_card(manifest)
    assert manifest.parity
    assert manifest.parity.largest_difference <= 1e-5
    rows, tested = manifest.parity.rows, manifest.card.data.split.test
    decisions = isinstance(manifest.output, PolicyOutput)  # several per patient
    assert rows > tested if decisions else rows == tested
    assert len(manifest.card.source_attributes) == 31
