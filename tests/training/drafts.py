"""Graphs and tables of users who have nothing else, and what a person adds to a draft of them."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from fastapi.testclient import TestClient
from onnx import TensorProto, helper, numpy_helper

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from medmaas_training import add, draft

Json = dict[str, Any]
FLOAT, INT64, UINT8 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.UINT8
STRING = TensorProto.STRING
MOST_LINES = 15  # that a person may have to add
DRAW = np.random.default_rng(7)
METRIC = (
    "[{metric: accuracy, model: this model, evaluated_on: test split, n: 100, value: 0.9, "
    "low: 0.8, high: 0.95}]"
)
# what is null in every draft, in the order of its lines
CARD = (
    ("developer", "A hospital"),
    ("intended_use", "Show how a draft becomes a model."),
    ("intended_users", "Readers of tests."),
    ("population", "Nobody."),
    ("out_of_scope", "[deciding anything]"),
    ("source", "Made by a test."),
    ("licence", "CC0"),
    ("n", "400"),
    ("split", "{train: 300, calibration: 0, test: 100}"),
    ("metrics", METRIC),
)
LICENCE = ("licence", "Apache-2.0")


def node(operator: str, takes: str, gives: str, **attributes: Any) -> Any:
    return helper.make_node(operator, takes.split(), gives.split(), **attributes)


def make_graph(
    nodes: Sequence[Any],
    takes: Sequence[tuple[str, int, list[Any]]],
    gives: Sequence[tuple[str, int, list[Any]]],
    metadata: Mapping[str, str] | None = None,
    **weights: Any,
) -> bytes:
    graph = helper.make_graph(
        list(nodes),
        "own",
        [helper.make_tensor_value_info(*one) for one in takes],
        [helper.make_tensor_value_info(*one) for one in gives],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    helper.set_model_props(model, dict(metadata or {}))
    return bytes(model.SerializeToString())


def weigh(rows: int, columns: int, scale: float = 0.01) -> Any:
    return (DRAW.normal(size=(rows, columns)) * scale).astype(np.float32)


def linear(weights: Any, ending: str = "", datatype: int = FLOAT, **more: Any) -> bytes:
    """x [n, f] times weights [f, k], and an operator behind."""
    weights = np.asarray(weights, np.float32)
    f, k = weights.shape
    nodes = [node("Cast", "x", "c", to=FLOAT), node("MatMul", "c w", "l" if ending else "y")]
    if ending:
        nodes.append(node(ending, "l", "y", **({"axis": 1} if ending == "Softmax" else {})))
    return make_graph(
        nodes, [("x", datatype, ["n", f])], [("y", FLOAT, ["n", k])], w=weights, **more
    )


def write_table(path: Path, columns: Mapping[str, Any], header: Sequence[str] = ()) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header or [*columns])
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def answer(text: str, answers: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """A draft whose null lines a person answers, from above to below; how many lines that took."""
    lines, at = text.splitlines(), 0
    for key, value in answers:
        while not (lines[at].strip().startswith(f"{key}:") and "null" in lines[at]):
            at += 1
            assert at < len(lines), f"{key} is not asked for"
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at] = f"{indent}{key}: {value}"
    return "\n".join(lines) + "\n", len(answers)


@dataclass
class Mine:
    """A user's folder: a graph, a table, and what the commands make of them."""

    folder: Path
    name: str = "mine"

    @property
    def yaml(self) -> Path:
        return self.folder / f"{self.name}.yaml"

    @property
    def tree(self) -> Any:
        return yaml.safe_load(self.yaml.read_text())

    def draft(self, graph: bytes, table: Mapping[str, Any] | None = None, *options: str) -> int:
        model = self.folder / f"{self.name}.onnx"
        model.write_bytes(graph)
        if table is not None:
            options = ("--data", str(write_table(self.folder / "cases.csv", table)), *options)
        return draft.main([str(model), *options])

    def add(
        self, *answers: tuple[str, str], title: str | None = None, most: int = MOST_LINES
    ) -> int:
        """Answer what is null as a person would, in few lines, and add the model."""
        before = [("title", title)] if title else []
        text, lines = answer(self.yaml.read_text(), [*before, LICENCE, *answers, *CARD])
        assert lines <= most, lines
        self.yaml.write_text(text)
        model = self.folder / f"{self.name}.onnx"
        return add.main([str(model), str(self.yaml), "--out", str(self.folder / "models")])

    def predict(self, *instances: Json) -> list[Json]:
        """Over HTTP; the model's own example where no instance is given."""
        registry = Registry(self.folder / "models")
        client = TestClient(create_app(registry))
        asked = [*instances] or [registry.get(self.name).example]
        response = client.post(f"/models/{self.name}/predict", json={"instances": asked})
        assert response.status_code == 200, response.text
        found: list[Json] = response.json()["predictions"]
        return found


ROWS = np.random.default_rng(0).normal(50, 10, size=(200, 3)).round(1)
ILL = np.where(ROWS[:, 0] > 50, "ill", "well")
HALF = linear([[-0.02, 0.02], [0, 0], [0, 0]], "Softmax")


def tabulate(*names: str, rows: Any = ROWS, **more: Any) -> dict[str, Any]:
    return dict(zip(names or ("a", "b", "c"), rows.T.tolist(), strict=True)) | more


def draft_table(mine: Mine, columns: dict[str, Any], *options: str, graph: bytes = HALF) -> Any:
    """The tree of what is drafted of a table."""
    assert mine.draft(graph, columns, *options) == 0
    return mine.tree
