"""Files of a user with a model of their own, whole ones and spoilt ones."""

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from medmaas_training.add import main
from tests.conftest import ROOT

Tree = dict[str, Any]
X, Y = load_breast_cancer(return_X_y=True)
X = X[:, :10]
PIPELINE = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
DRAFT: Tree = yaml.safe_load((ROOT / "docs/own-model.yaml").read_text())


def export_by_hand(kind: Any = FloatTensorType, n: int | None = None, **options: Any) -> bytes:
    options = {"options": {"zipmap": False}, "target_opset": 20} | options
    graph = to_onnx(PIPELINE, initial_types=[("features", kind([n, 10]))], **options)
    return bytes(graph.SerializeToString())


GRAPH = export_by_hand()


def make_graph(
    nodes: Sequence[onnx.NodeProto],
    *initializer: onnx.TensorProto,
    takes: Sequence[tuple[str, int, list[str | int]]] = (
        ("features", TensorProto.FLOAT, ["n", 10]),
    ),
    gives: tuple[str, list[str | int]] = ("probabilities", ["n", 2]),
    **more: Any,
) -> bytes:
    inputs = [helper.make_tensor_value_info(*value) for value in takes]
    outputs = [helper.make_tensor_value_info(gives[0], TensorProto.FLOAT, gives[1])]
    graph = helper.make_graph(list(nodes), "own", inputs, outputs, list(initializer))
    more = {"opset_imports": [helper.make_opsetid("", 20)], "ir_version": 10} | more
    return bytes(helper.make_model(graph, **more).SerializeToString())


def constant(name: str, values: Any, dtype: type = np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def node(operator: str, takes: str, gives: str, **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(operator, takes.split(), gives.split(), **attributes)


WEIGHTS = constant("w", np.full((10, 2), 0.01))


@dataclass
class Own:
    """Files of a user in a folder, and what `medmaas add` makes of them."""

    folder: Path
    graph: bytes = GRAPH
    draft: Any = field(default_factory=lambda: copy.deepcopy(DRAFT))
    cases: Any = None

    @property
    def out(self) -> Path:
        return self.folder / "models"

    def add(self) -> int:
        (self.folder / "model.onnx").write_bytes(self.graph)
        text = self.draft if isinstance(self.draft, str) else yaml.safe_dump(self.draft)
        (self.folder / "manifest.yaml").write_text(text)
        arguments = ["model.onnx", "manifest.yaml", "--out", "models"]
        if self.cases is not None:
            text = self.cases if isinstance(self.cases, str) else json.dumps(self.cases)
            (self.folder / "cases.json").write_text(text)
            arguments += ["--golden", "cases.json"]
        return main(arguments)


def instances() -> list[Tree]:
    return [case["instance"] for case in DRAFT["golden"]["cases"]]


def cases_of_the_pipeline() -> list[Tree]:
    rows = [list(instance.values()) for instance in instances()]
    answers = PIPELINE.predict_proba(rows).tolist()
    return [
        {"instance": instance, "outputs": {"probabilities": answer}}
        for instance, answer in zip(instances(), answers, strict=True)
    ]


def change(path: str, value: Any) -> Callable[[Own], None]:
    """Set a field of the draft; ... removes it."""

    def spoil(own: Own) -> None:
        *parents, last = path.split(".")
        part = own.draft
        for key in parents:
            part = part[int(key) if key.isdecimal() else key]
        if value is ...:
            del part[last]
        else:
            part[last] = value

    return spoil


def take(graph: bytes) -> Callable[[Own], None]:
    return lambda own: setattr(own, "graph", graph)


def ask(cases: Any) -> Callable[[Own], None]:
    return lambda own: setattr(own, "cases", cases)


def write(draft: str) -> Callable[[Own], None]:
    return lambda own: setattr(own, "draft", draft)
