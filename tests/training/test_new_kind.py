"""A new kind needs its rooms and nothing else: training has no list of kinds."""

import sys
from types import ModuleType
from typing import Any

import numpy as np
import onnx
import pytest
from sklearn.linear_model import LinearRegression

from medmaas.model.explanation.background import make_game
from medmaas.model.inputs import tabular
from medmaas.model.manifest import Input, Number, Output, Range, TabularInput, ValueOutput
from medmaas.model.registry import Model
from medmaas_training.assessment.certainty.uncertainty import assess_uncertainty
from medmaas_training.assessment.inputs import InputAssessor
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.outputs.value import EvaluatedValue
from medmaas_training.assessment.reasons.explanation import assess_explanation
from medmaas_training.assessment.reasons.games import Case
from medmaas_training.assessment.resampling import Floats
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.catalogue.graph import convert_sklearn
from medmaas_training.kinds.inputs import InputDescription, describe_input
from medmaas_training.kinds.outputs import OutputDescription, describe_output
from medmaas_training.report.features import Table

WIDE = Range(low=-100, high=100)
FEATURES = tuple(
    Number(name=f"x{i}", description="x", unit="1", hard_range=WIDE, training_range=WIDE)
    for i in range(3)
)
TABLE = TabularInput(tensor="features", features=FEATURES)
PANEL = TabularInput.model_construct(kind="panel", tensor="features", features=FEATURES)
VALUE = ValueOutput(tensor="variable", unit="1")
COUNT = ValueOutput.model_construct(kind="count", tensor="variable", unit="1")


class EvaluatedCount(EvaluatedValue):
    def find_losses(self) -> tuple[str, Floats]:
        return "mean miscount", np.abs(self.values - self.y)


class CountAssessor(OutputAssessor):
    method = "Counted on fingers"

    def evaluate(
        self, spec: Input, rows: Any, outputs: Any, outcome: Any, train: Any
    ) -> EvaluatedCount:
        del spec, rows, train
        return EvaluatedCount(outputs[self.output.tensor].reshape(-1).astype(float), outcome)


class CountDescription(OutputDescription):
    def describe(self) -> str:
        return "how many"

    def count_columns(self, field: str) -> tuple[str, int]:
        return field, 1


class PanelAssessor(InputAssessor):
    method = "Panels are taken away"

    def make_case(self, model: Model, row: Any) -> Case:
        names = tuple(f"panel {i}" for i in range(len(row)))
        players = [[i] for i in range(len(row))]
        return Case(names, make_game(model, row.astype(np.float32), players))


class PanelDescription(InputDescription):
    def describe(self) -> list[str]:
        return ["Panels."]

    def tabulate(self) -> Table:
        return ["panel"], []

    def explain_size(self, shape: Any) -> str:
        return f"{len(shape)} panels"


def add_room(monkeypatch: pytest.MonkeyPatch, name: str, **functions: Any) -> None:
    module = ModuleType(name)
    vars(module).update(functions)
    monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture(name="rooms", autouse=True)
def _rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    add_room(monkeypatch, "medmaas_training.assessment.outputs.count", make=CountAssessor)
    add_room(monkeypatch, "medmaas_training.kinds.outputs.count", make=CountDescription)
    add_room(monkeypatch, "medmaas_training.assessment.inputs.panel", make=PanelAssessor)
    add_room(monkeypatch, "medmaas_training.kinds.inputs.panel", make=PanelDescription)
    monkeypatch.setitem(sys.modules, "medmaas.model.inputs.panel", tabular)


@pytest.fixture(name="splits")
def _splits() -> Splits:
    draw = np.random.default_rng(0)
    rows = [draw.normal(size=(200, 3)).astype(np.float32).astype(float) for _ in range(3)]
    train, calibration, test = (Cases(r, r @ [3.0, 1.0, 0.0] + draw.normal(size=200)) for r in rows)
    return Splits(train, calibration, test)


@pytest.fixture(name="graph")
def _graph(splits: Splits) -> onnx.ModelProto:
    return convert_sklearn(LinearRegression().fit(splits.train.rows, splits.train.outcome), 3)


def test_a_new_kind_of_output_is_assessed_by_its_room(
    graph: onnx.ModelProto, splits: Splits
) -> None:
    output: Output = COUNT
    found = assess_uncertainty(graph, TABLE, output, splits, seed=0)
    assert found.uncertainty.method.startswith(CountAssessor.method)
    assert found.uncertainty.intervals
    assert any("mean miscount" in metric.metric for metric in found.metrics)


def test_a_new_kind_of_input_is_explained_by_its_room(
    graph: onnx.ModelProto, splits: Splits
) -> None:
    cases = [{feature.name: 0 for feature in FEATURES}]
    found = assess_explanation(graph, PANEL, VALUE, cases, None, splits, seed=0).explanation
    assert found.method == PanelAssessor.method
    assert [part.part for part in found.importance] == ["panel 0", "panel 1", "panel 2"]


def test_new_kinds_are_described_by_their_rooms() -> None:
    assert describe_output(COUNT).describe() == "how many"
    assert describe_input(PANEL).describe() == ["Panels."]
