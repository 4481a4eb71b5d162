"""Graphs and sessions that take as long as a test needs, and answer as before."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from medmaas.model.manifest import GRAPH, MANIFEST
from medmaas.model.session import Session, Stop
from tests.conftest import write_manifest

_WIDTH = 128


def slow_down(graph: bytes, loops: int) -> bytes:
    """A graph that first multiplies a matrix of zeros so often for every row, and adds them.

    About 2 * loops * 128 * 128 operations a row, in so many steps between which it can be stopped.
    """
    model = onnx.load_model_from_string(graph)
    tensor, answer = model.graph.input[0].name, model.graph.output[0].name
    weights = helper.make_tensor(
        "slow_weights", TensorProto.FLOAT, [_WIDTH, _WIDTH], bytes(4 * _WIDTH * _WIDTH), raw=True
    )
    state = helper.make_tensor_value_info("slow_state", TensorProto.FLOAT, None)
    after = helper.make_tensor_value_info("slow_after", TensorProto.FLOAT, None)
    body = helper.make_graph(
        [
            helper.make_node("MatMul", ["slow_state", "slow_weights"], ["slow_after"]),
            helper.make_node("Identity", ["slow_on"], ["slow_go"]),
        ],
        "slow_body",
        [
            helper.make_tensor_value_info("slow_turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("slow_on", TensorProto.BOOL, []),
            state,
        ],
        [helper.make_tensor_value_info("slow_go", TensorProto.BOOL, []), after],
    )
    numbers = {"slow_loops": [loops], "slow_width": [_WIDTH], "slow_first": [0]}
    constants = [
        helper.make_tensor(name, TensorProto.INT64, [1], value) for name, value in numbers.items()
    ]
    true = helper.make_tensor("slow_true", TensorProto.BOOL, [], [True])
    zero = helper.make_tensor("slow_zero", TensorProto.FLOAT, [], [0.0])
    slow = [
        helper.make_node("Shape", [tensor], ["slow_shape"]),
        helper.make_node("Gather", ["slow_shape", "slow_first"], ["slow_rows"]),
        helper.make_node("Concat", ["slow_rows", "slow_width"], ["slow_size"], axis=0),
        helper.make_node("Expand", ["slow_zero", "slow_size"], ["slow_begin"]),
        helper.make_node(
            "Loop", ["slow_loops", "slow_true", "slow_begin"], ["slow_end"], body=body
        ),
        helper.make_node("ReduceMax", ["slow_end"], ["slow_sum"], keepdims=0),
    ]
    for node in model.graph.node:
        node.input[:] = ["slow_answer" if name == answer else name for name in node.input]
        node.output[:] = ["slow_answer" if name == answer else name for name in node.output]
    added = helper.make_node("Add", ["slow_answer", "slow_sum"], [answer])
    nodes = [*slow, *model.graph.node, added]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend([weights, *constants, true, zero])
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def slow_folder(folder: Path, loops: int) -> None:
    """Slow a model's graph down where it lies, under a digest that fits."""
    content = slow_down((folder / GRAPH).read_bytes(), loops)
    (folder / GRAPH).write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text())
    stated = {"sha256": hashlib.sha256(content).hexdigest()}
    manifest["artefact"] |= stated | {"size_bytes": len(content)}
    (file,) = (file for file in manifest["files"] if file["name"] == GRAPH)
    file |= stated | {"size": len(content)}
    write_manifest(folder / MANIFEST, manifest)


class Clock:
    """Tells the time that it was set to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Counted(Session):
    """A session that keeps how much it was fed, and whose calls take what a clock is told."""

    def __init__(self, graph: bytes, clock: Clock | None = None, seconds: float = 0) -> None:
        super().__init__(graph)
        self.fed: list[int] = []
        self._clock, self._seconds = clock, seconds

    def run(
        self, tensors: Mapping[str, NDArray[Any]], stop: Stop | None = None
    ) -> dict[str, NDArray[np.float32]]:
        (rows,) = tensors.values()
        self.fed.append(rows.size)
        outputs = super().run(tensors, stop)
        if self._clock:
            computed = -(-len(rows) // self.at_least) * self.at_least
            self._clock.now += self._seconds * computed
            self.seconds_each = self._seconds
        return outputs
