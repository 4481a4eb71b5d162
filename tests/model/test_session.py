"""ONNX Runtime as medmaas uses it: silent, alone, and equal to another implementation."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from medmaas.errors import InvalidModelError, ModelOutputError
from medmaas.model.registry import Registry
from medmaas.model.session import Session
from tests.conftest import MODELS, SHIPPED

LOAD_A_MODEL = """
import os, sys
from pathlib import Path
from medmaas.model.registry import Registry
Registry(Path(sys.argv[1])).get("survival")
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads in /proc")
def test_loading_a_model_writes_nothing_at_home_and_starts_no_thread(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD_A_MODEL, str(MODELS)],
        env={"HOME": str(tmp_path), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("model_id", SHIPPED)
def test_the_reference_implementation_of_onnx_gives_the_same_numbers(
    registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    tensors = model.inputs.read([c.instance for c in model.manifest.golden.cases]).tensors
    graph = onnx.load(MODELS / model_id / model.manifest.version / "model.onnx")
    expected = ReferenceEvaluator(graph).run(None, tensors)
    for actual, wanted in zip(model.session.run(tensors).values(), expected, strict=True):
        np.testing.assert_allclose(actual, np.asarray(wanted), rtol=0, atol=1e-5)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_row_has_the_same_bits_whatever_rows_are_with_it(
    registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    instances = [case.instance for case in model.manifest.golden.cases] * 8
    (name, tensor), *_ = model.inputs.read(instances).tensors.items()
    tensor = vary(tensor[:37])
    together = model.session.run({name: tensor})
    for size in (1, 2, 3, 5, 16, 19):
        parts = [
            model.session.run({name: tensor[start : start + size]})
            for start in range(0, len(tensor), size)
        ]
        for output, rows in together.items():
            np.testing.assert_array_equal(np.concatenate([p[output] for p in parts]), rows)


def vary(tensor: NDArray[Any]) -> NDArray[Any]:
    """Numbers that differ from row to row; pixels and characters stay what they are."""
    if tensor.dtype != np.float32:
        return tensor
    factors = np.random.default_rng(0).uniform(0.9, 1.1, tensor.shape)
    return (tensor * factors).astype(np.float32)


def test_many_rows_give_the_same_bits_as_few(registry: Registry) -> None:
    model = registry.get("survival")
    (tensor,) = model.inputs.read([model.example]).tensors.values()
    many = {"features": vary(np.repeat(tensor, 10_001, axis=0))}
    few = {"features": many["features"][-7:]}
    np.testing.assert_array_equal(
        model.session.run(many)["survival"][-7:], model.session.run(few)["survival"]
    )


ACTIVATIONS = ("Relu", "Sigmoid", "Tanh", "Exp", "Erf", "Softplus", "Softmax", "Elu", "Gelu")


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("widths", [(1, 1, 1), (3, 7, 2), (6, 127, 38), (30, 3, 1), (101, 38, 5)])
def test_a_row_of_any_network_has_the_same_bits_whatever_rows_are_with_it(
    activation: str, widths: tuple[int, ...]
) -> None:
    random = np.random.default_rng(0)
    session = Session(make_network(activation, widths, random))
    rows = random.normal(size=(40, widths[0])).astype(np.float32)
    (together,) = session.run({"x": rows}).values()
    for size in (1, 2, 3, 13):
        parts = [session.run({"x": rows[i : i + size]}) for i in range(0, len(rows), size)]
        np.testing.assert_array_equal(np.concatenate([part["y"] for part in parts]), together)


def place_weights(node: onnx.NodeProto, where: str, location: str) -> bytes:
    """A graph from x to y that adds to x two weights w, which lie in another file.

    Args:
        node: gives y.
        where: of the graph w is named: its initializer, a constant, a sparse initializer, or the
            body of a condition.
        location: of the other file.
    """
    helper = onnx.helper
    weight = onnx.TensorProto(name="w", data_type=onnx.TensorProto.FLOAT, dims=[2])
    weight.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", location), ("length", "8")):
        weight.external_data.add(key=key, value=value)
    x, y = (helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None, 2]) for name in "xy")
    nodes, initializer, sparse = [node], [weight], []
    if "constant" in where:
        nodes, initializer = [helper.make_node("Constant", [], ["w"], value=weight), node], []
    if "sparse" in where:
        indices = onnx.numpy_helper.from_array(np.array([0, 1]), "i")
        sparse, initializer = [helper.make_sparse_tensor(weight, indices, [2])], []
    outer = []
    if "body" in where:
        body = helper.make_graph(nodes, "body", [], [y], initializer)
        other = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "other", [], [y])
        choice = helper.make_node("If", ["yes"], ["y"], then_branch=body, else_branch=other)
        outer = [onnx.numpy_helper.from_array(np.array([True]), "yes")]
        nodes, initializer = [choice], []
    graph = helper.make_graph(
        nodes, "g", [x], [y], [*outer, *initializer], sparse_initializer=sparse
    )
    opsets = [helper.make_opsetid("", 20)]
    content: bytes = helper.make_model(
        graph, opset_imports=opsets, ir_version=9
    ).SerializeToString()
    return content


@pytest.mark.parametrize("location", ["w.bin", "./w.bin", "../here/w.bin", "{here}/w.bin"])
@pytest.mark.parametrize(
    "where", ["initializer", "constant", "sparse", "body", "constant of a body"]
)
def test_weights_in_another_file_are_never_read(
    where: str, location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    np.array([5, 7], np.float32).tofile(here / "w.bin")
    monkeypatch.chdir(here)
    node = onnx.helper.make_node("Add", ["x", "w"], ["y"])
    with pytest.raises(InvalidModelError, match="graph_reads_other_files"):
        Session(place_weights(node, where, location.format(here=here)))


def make_network(activation: str, widths: tuple[int, ...], random: np.random.Generator) -> bytes:
    """Layers of these widths, each a matrix and an activation, from x to y."""
    nodes, weights, x = [], [], "x"
    for i, (before, after) in enumerate(pairwise(widths), start=1):
        y = "y" if i == len(widths) - 1 else f"y{i}"
        weight = (random.normal(size=(before, after)) / before**0.5).astype(np.float32)
        weights.append(onnx.numpy_helper.from_array(weight, f"w{i}"))
        nodes.append(onnx.helper.make_node("MatMul", [x, f"w{i}"], [f"z{i}"]))
        nodes.append(onnx.helper.make_node(activation, [f"z{i}"], [y]))
        x = y
    ends = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None, width])
        for name, width in (("x", widths[0]), ("y", widths[-1]))
    ]
    graph = onnx.helper.make_graph(nodes, "network", ends[:1], ends[1:], weights)
    opsets = [onnx.helper.make_opsetid("", 20)]
    network: bytes = onnx.helper.make_model(
        graph, opset_imports=opsets, ir_version=9
    ).SerializeToString()
    return network


@pytest.mark.parametrize(
    ("shape", "at_least"),
    [
        (["n", 5], 8),
        (["n", "rows", 4], 8),
        (["n", 12, 5000], 1),
        (["n", 3, 224, 224], 1),
        ([1, 5], 1),
    ],
)
def test_rows_are_computed_together_where_that_costs_next_to_nothing(
    shape: list[str | int], at_least: int
) -> None:
    given, answer = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "y")
    )
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "any", [given], [answer])
    opset = [helper.make_opsetid("", 20)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    session = Session(model.SerializeToString())
    assert session.at_least == at_least
    rows = np.ones((3, *(2 if size == "rows" else int(size) for size in shape[1:])), np.float32)
    assert session.run({"x": rows})["y"].tolist() == (-rows).tolist()


def test_tensors_that_do_not_fit_are_an_error_without_their_values(registry: Registry) -> None:
    session = registry.get("survival").session
    with pytest.raises(ModelOutputError, match="model_failed"):
        session.run({"features": np.full((1, 5), 4242, dtype=np.float32)})
