"""A graph whose answer for a row depends on other rows is served row by row, or refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from fastapi.testclient import TestClient
from onnxruntime.quantization import QuantType, quantize_dynamic

from medmaas.api.app import create_app
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.catalogue.graph import convert_torch
from medmaas_training.errors import TrainingError
from medmaas_training.export import export
from tests.conftest import ROOT
from tests.training.own_files import Own, constant, instances, make_graph, node

LINEAR = node("MatMul", "features w", "z")
ENDING = node("Softmax", "d", "probabilities", axis=1)
WEIGHTS = constant("w", np.random.default_rng(0).normal(size=(10, 2)) / 100)
AXIS_0, AXIS_1 = constant("axis", [0], np.int64), constant("axis", [1], np.int64)
ONES = [constant(name, [1.0, 1.0]) for name in ("scale", "bias", "mean", "variance")]
SWITCHES = [constant("ratio", 0.5), constant("on", 1, np.bool_)]


def quantise(folder: Path) -> bytes:
    """A small network in dynamic int8, scaled by the largest value of all rows."""
    draw = np.random.default_rng(0)
    graph = make_graph(
        [
            node("MatMul", "features w1", "z1"),
            node("Relu", "z1", "z2"),
            node("MatMul", "z2 w2", "z"),
            node("Softmax", "z", "probabilities", axis=1),
        ],
        constant("w1", draw.normal(size=(10, 16)) / 3000),
        constant("w2", draw.normal(size=(16, 2))),
    )
    (folder / "plain.onnx").write_bytes(graph)
    quantize_dynamic(folder / "plain.onnx", folder / "int8.onnx", weight_type=QuantType.QInt8)
    return (folder / "int8.onnx").read_bytes()


def test_dynamic_int8_is_served_row_by_row_through_every_door(
    own: Own, tmp_path: Path, capsys: Any
) -> None:
    own.graph = quantise(tmp_path)
    assert own.add() == 0
    assert "each row is computed by itself" in capsys.readouterr().out
    model = Registry(own.out).get("fna_means")
    assert "Each row is computed by itself" in model.card
    sent = instances()
    extreme = sent[0] | {"area": 2500}
    (alone,) = predict(model, sent[:1])
    beside = predict(model, [extreme, *sent, extreme])
    assert beside[1] == alone
    client = TestClient(create_app(Registry(own.out)))
    told = client.post("/models/fna_means/predict", json={"instances": [extreme, sent[0]]}).json()
    assert told["predictions"][1]["output"] == json.loads(json.dumps(alone["output"]))


def test_as_it_is_its_answers_would_depend_on_the_rows_beside(tmp_path: Path) -> None:
    """That the test above tests something."""
    from medmaas.model.session import Session  # noqa: PLC0415

    session = Session(quantise(tmp_path))
    row = np.array([list(instances()[0].values())], np.float32)
    extreme = row.copy()
    extreme[0, 3] = 2500
    alone = session.run({"features": row})["probabilities"][0]
    beside = session.run({"features": np.vstack([row, extreme])})["probabilities"][0]
    assert np.abs(alone - beside).max() > 1e-4


REFUSED = {
    "Softmax over the first dimension": (
        [LINEAR, node("Softmax", "z", "s", axis=0), node("Mul", "s z", "d"), ENDING], []
    ),
    "ReduceMean over the first dimension": (
        [LINEAR, node("ReduceMean", "z axis", "m"), node("Sub", "z m", "d"), ENDING], [AXIS_0]
    ),
    "LayerNormalization over the first dimension": (
        [LINEAR, node("LayerNormalization", "z one", "d", axis=0), ENDING],
        [constant("one", [1.0])],
    ),
    "BatchNormalization in training mode": (
        [
            LINEAR,
            node(
                "BatchNormalization", "z scale bias mean variance", "d m v", training_mode=1
            ),
            ENDING,
        ],
        ONES,
    ),
    "alone every row gets the same answer": (
        [
            LINEAR,
            node("Transpose", "z", "t", perm=[1, 0]),
            node("ReduceMean", "t axis", "m"),
            node("Sub", "t m", "u"),
            node("Transpose", "u", "d", perm=[1, 0]),
            ENDING,
        ],
        [AXIS_1],
    ),
    "draws at random (RandomNormalLike)": (
        [LINEAR, node("RandomNormalLike", "z", "r"), node("Add", "z r", "d"), ENDING], []
    ),
    "draws at random (RandomUniformLike)": (
        [LINEAR, node("RandomUniformLike", "z", "r", seed=1.0), node("Add", "z r", "d"), ENDING],
        [],
    ),
    "draws at random (Dropout in training mode)": (
        [LINEAR, node("Dropout", "z ratio on", "d"), ENDING], SWITCHES
    ),
}  # fmt: skip


@pytest.mark.parametrize("cause", REFUSED)
def test_what_computes_over_rows_or_draws_is_refused_by_its_operator(
    own: Own, capsys: Any, cause: str
) -> None:
    nodes, more = REFUSED[cause]
    own.graph = make_graph(nodes, WEIGHTS, *more)
    assert own.add() == 2
    told = capsys.readouterr().err
    assert cause in told
    assert "model.eval()" in told
    assert not own.out.exists()


@pytest.mark.parametrize("switch", [False, True])
def test_dropout_that_is_off_joins(own: Own, *, switch: bool) -> None:
    off = [constant("ratio", 0.5), *([constant("on", 0, np.bool_)] if switch else [])]
    takes = "z ratio on" if switch else "z ratio"
    own.graph = make_graph([LINEAR, node("Dropout", takes, "d"), ENDING], WEIGHTS, *off)
    before = own.graph
    assert own.add() == 0
    assert (own.out / "fna_means/1.0.0/model.onnx").read_bytes() == before


def test_rounding_of_blocks_is_no_dependence(own: Own) -> None:
    draw = np.random.default_rng(0)
    weights = [
        constant("w1", draw.normal(size=(10, 700))),
        constant("w2", draw.normal(size=(700, 2))),
    ]
    own.graph = make_graph(
        [node("MatMul", "features w1", "h"), node("Tanh", "h", "a"), node("MatMul", "a w2", "d"),
         ENDING], *weights,
    )  # fmt: skip
    assert own.add() == 0
    shape = Registry(own.out).get("fna_means").manifest.artefact.inputs[0].shape
    assert shape == (-1, 10)


MEAN = """<ir_version: 10, opset_import: ["" : 20]>
mean (float[n, rows, 2] h) => (float[n, 1] mean)
<int64[1] rows_axis = {1}, int64[1] second = {1}, float zero = {0}, float one = {1}> {
    column = Gather<axis = 2>(h, second)
    missing = IsNaN(column)
    known = Where(missing, zero, column)
    sums = ReduceSum<keepdims = 0>(known, rows_axis)
    counted = Where(%s, zero, one)
    counts = ReduceSum<keepdims = 0>(counted, rows_axis)
    mean = Div(sums, counts)
}"""


@pytest.mark.parametrize("masked", [True, False])
def test_a_history_must_not_know_how_long_the_longest_beside_it_is(
    own: Own, capsys: Any, *, masked: bool
) -> None:
    text = MEAN % "missing"
    if not masked:  # every row counts, those of the padding too
        text = (MEAN % "never").replace("    counted", "    never = IsInf(column)\n    counted")
    own.graph = onnx.parser.parse_model(text).SerializeToString()
    own.draft["input"] = {
        "kind": "series", "tensor": "h", "field": "history", "max_rows": 6,
        "features": own.draft["input"]["features"][:2],
    }  # fmt: skip
    own.draft["output"] = {"kind": "value", "tensor": "mean", "unit": "1"}
    own.draft["golden"]["cases"] = [{"instance": {"history": [{"radius": 8, "texture": 12}]}}]
    assert own.add() == (0 if masked else 2)
    told = capsys.readouterr().err
    assert masked or "on the rows of NaN that fill it up to the longest beside it" in told
    assert masked or "mask rows whose time is NaN" in told


@pytest.mark.soak  # PyTorch's exporter takes seconds to load
def test_a_module_that_normalises_over_its_batch_is_refused(tmp_path: Path) -> None:
    class Batch(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.softmax((x - x.mean(0))[:, :2], 1)

    graph = convert_torch(Batch(), torch.randn(4, 10), "p", input_name="features")
    assert any(one.op_type == "ReduceMean" for one in graph.graph.node)
    rows = np.random.default_rng(0).uniform(1, 2, (8, 10))
    draft = ROOT / "docs/own-model.yaml"
    with pytest.raises(TrainingError, match="depends on the rows beside it"):
        export(Batch(), rows, draft, out=tmp_path / "models")
