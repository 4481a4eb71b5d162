"""Operators beyond the standard are allowed by name; every opset that ONNX Runtime runs joins."""

import json
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from medmaas.model.operators import find_operators
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from tests.training.own_files import WEIGHTS, Own, instances, make_graph, node
from tests.training.test_zipmap import make_zipped

NEWEST = onnx.defs.onnx_opset_version()


def fused(domain: str = "com.microsoft", operator: str = "FusedMatMul") -> bytes:
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(domain, 1)]
    nodes = [
        node(operator, "features w", "l", domain=domain, alpha=0.5),
        node("Softmax", "l", "probabilities", axis=1),
    ]
    return make_graph(nodes, WEIGHTS, opset_imports=opsets)


def test_an_operator_that_onnx_runtime_ships_joins_by_its_name(own: Own) -> None:
    own.graph = fused()
    own.draft["operators"] = ["com.microsoft::FusedMatMul"]
    assert own.add() == 0
    model = Registry(own.out).get("fna_means")
    assert model.manifest.operators == ("com.microsoft::FusedMatMul",)
    assert len(predict(model, instances())) == 2


def test_one_that_is_not_named_is_refused_with_its_name_and_the_way_out(
    own: Own, capsys: Any
) -> None:
    own.graph = fused()
    assert own.add() == 2
    said = capsys.readouterr().err
    assert "standard: com.microsoft::FusedMatMul: export it without them, or allow them" in said
    assert "by operators: [com.microsoft::FusedMatMul]" in said
    own.draft["operators"] = ["com.microsoft::Gelu"]
    assert own.add() == 2, "another name allows nothing"


def test_what_onnx_runtime_does_not_ship_is_refused_even_by_name(own: Own, capsys: Any) -> None:
    own.graph = fused("com.example", "Anything")
    own.draft["operators"] = ["com.example::Anything"]
    assert own.add() == 2
    assert "the graph cannot be loaded" in capsys.readouterr().err


def test_a_folder_whose_manifest_names_no_operator_does_not_answer(own: Own) -> None:
    own.graph = fused()
    own.draft["operators"] = ["com.microsoft::FusedMatMul"]
    assert own.add() == 0
    folder = own.out / "fna_means/1.0.0"
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["operators"]
    unstated: dict[str, Any] = {"contract": 1, "digest": None, "files": []}
    for case in manifest["golden"]["cases"]:
        case.pop("answer")
    (folder / "manifest.json").write_text(json.dumps(manifest | unstated))
    ((_, _, refused),) = Registry(own.out).list()
    assert "operators_not_named" in str(getattr(refused, "fact", refused))


def test_operators_are_read_from_the_bytes_as_the_library_reads_them() -> None:
    """In branches, too, and with opsets that the file does not import."""
    x = helper.make_tensor_value_info("z", TensorProto.FLOAT, None)
    inner = helper.make_graph(
        [helper.make_node("Gelu", ["features"], ["z"], domain="com.microsoft")], "inner", [], [x]
    )
    yes = helper.make_node("Constant", [], ["yes"], value_ints=[1])
    cast = node("Cast", "yes", "is", to=TensorProto.BOOL)
    branch = helper.make_node("If", ["is"], ["y"], then_branch=inner, else_branch=inner)
    quick = node("QuickGelu", "y", "probabilities", domain="com.microsoft", alpha=1.5)
    content = make_graph([yes, cast, branch, quick])
    assert find_operators(content) == ("com.microsoft::Gelu", "com.microsoft::QuickGelu")
    assert find_operators(make_graph([node("Relu", "features", "probabilities")])) == ()
    mentioned = make_graph(
        [node("Relu", "features", "probabilities")], producer_name="com.microsoft"
    )
    assert find_operators(mentioned) == (), "a name in a text is no operator"


@pytest.mark.parametrize("opset", range(9, NEWEST + 1))
def test_every_opset_from_9_on_joins(own: Own, opset: int) -> None:
    own.graph = make_graph(
        [node("MatMul", "features w", "l"), node("Softmax", "l", "probabilities", axis=1)],
        WEIGHTS,
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=4 if opset == 9 else 10,
    )
    assert own.add() == 0
    assert Registry(own.out).get("fna_means").manifest.artefact.opset == opset


@pytest.mark.parametrize("version", [{"opset_imports": [helper.make_opsetid("", NEWEST + 9)]},
                                     {"ir_version": onnx.IR_VERSION + 9}])  # fmt: skip
def test_a_newer_graph_is_refused_with_what_to_export(
    own: Own, capsys: Any, version: dict[str, Any]
) -> None:
    nodes = [node("MatMul", "features w", "l"), node("Softmax", "l", "probabilities", axis=1)]
    own.graph = make_graph(nodes, WEIGHTS, **version)
    assert own.add() == 2
    assert "export it with opset 20 and IR version 10" in capsys.readouterr().err


def state_two(own: Own, labels: list[str]) -> None:
    features = own.draft["input"]["features"][:2]
    case = {one["name"]: 1 for one in features}
    own.draft["input"] = {"kind": "tabular", "tensor": "x", "features": features}
    own.draft["output"] = {"kind": "classes", "tensor": "probability", "labels": labels}
    for feature in features:
        feature["hard_range"] = feature["training_range"] = {"low": 0, "high": 9}
    own.draft["golden"] = {"cases": [{"instance": case}]}


def test_zipmap_comes_off_when_a_graph_is_added(own: Own) -> None:
    own.graph = make_zipped(("benign", "malignant")).SerializeToString()
    state_two(own, ["benign", "malignant"])
    assert own.add() == 0
    model = Registry(own.out).get("fna_means")
    assert [tensor.datatype for tensor in model.manifest.artefact.outputs] == [
        "tensor(string)", "tensor(float)"
    ]  # fmt: skip
    (answer,) = predict(model, [{"radius": 1, "texture": 1}])
    assert answer["output"]["probabilities"]["malignant"] == pytest.approx(
        1 / (1 + np.exp(-4)), abs=1e-6
    )


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (["malignant", "benign"], "must be in the order of the graph: benign, malignant"),
        (["well", "ill"], "output.labels must be those of the graph: benign, malignant"),
    ],
)
def test_labels_that_zipmap_states_otherwise_are_refused(
    own: Own, capsys: Any, labels: list[str], sentence: str
) -> None:
    own.graph = make_zipped(("benign", "malignant")).SerializeToString()
    state_two(own, labels)
    assert own.add() == 2
    assert sentence in capsys.readouterr().err


def test_numbers_of_zipmap_may_be_called_by_words(own: Own) -> None:
    own.graph = make_zipped((0, 1)).SerializeToString()
    state_two(own, ["well", "ill"])
    assert own.add() == 0
