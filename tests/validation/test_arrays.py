"""A model is measured as it is exported, by outcomes that are in memory: `export(..., y=y)`."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from medmaas.model.manifest import Manifest
from medmaas.model.registry import Registry
from medmaas_training.add import main
from medmaas_training.errors import TrainingError
from medmaas_training.export import export

DRAW = np.random.default_rng(3)
X = DRAW.normal(size=(400, 2))
RISK = X[:, 0] + DRAW.normal(size=400) > 0
NUMBER = {"type": "number", "unit": "1", "description": "A number."}
LIMITS = {"hard_range": {"low": -20, "high": 20}, "training_range": {"low": -3, "high": 3}}
CARD = {
    "developer": "A test", "stage": "Research use only", "intended_use": "To try.",
    "intended_users": "Testers.", "population": "Nobody.", "decision_role": "None.",
    "out_of_scope": ["All."], "method": ["A regression."], "references": ["None."],
    "data": {"source": "Made.", "licence": "CC0", "n": 200, "inclusion": "All.", "cleaning": [],
             "demographics": {}, "split": {"train": 200, "calibration": 0}},
}  # fmt: skip


def draft(folder: Path, output: dict[str, Any], **more: Any) -> Path:
    features = [{"name": name, **NUMBER, **LIMITS} for name in ("a", "b")]
    tree = {
        "id": "own", "version": "1.0.0", "title": "A test", "licence": "CC0",
        "input": {"kind": "tabular", "tensor": "features", "features": features},
        "output": output, "golden": {"cases": [{"instance": {"a": 0.1, "b": -0.2}}]}, "card": CARD,
    } | more  # fmt: skip
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump(tree))
    return path


CLASSES = {"kind": "classes", "tensor": "probabilities", "labels": ["well", "ill"]}


def measure(
    folder: Path, model: object, output: dict[str, Any], y: object, **more: Any
) -> Manifest:
    place: Any = {"out": folder / "models", "reports": folder / "reports"}
    written = export(model, X[200:], draft(folder, output), y=y, **place, **more)
    assert (folder / "reports" / "own" / "1.0.0" / "index.html").exists()
    return Registry(written.parents[1]).get("own").manifest


def find(manifest: Manifest, metric: str) -> Any:
    return next(one for one in manifest.card.metrics if one.metric == metric)


@pytest.mark.parametrize("kind", [bool, int, float, "label"])
def test_outcomes_are_called_as_the_model_or_the_draft_calls_them(
    tmp_path: Path, kind: Any
) -> None:
    model = LogisticRegression().fit(X[:200], RISK[:200].astype(int))
    ill = RISK[200:]
    y = np.where(ill, "ill", "well") if kind == "label" else ill.astype(kind)
    measured = find(measure(tmp_path, model, CLASSES, y), "AUC")
    assert (measured.n, measured.events) == (200, int(RISK[200:].sum()))
    assert measured.value > 0.7


def test_it_is_measured_as_add_measures_the_same_people(tmp_path: Path) -> None:
    model = LogisticRegression().fit(X[:200], RISK[:200])
    (tmp_path / "a").mkdir()
    here = measure(tmp_path / "a", model, CLASSES, RISK[200:])
    table = pd.DataFrame(X[200:].astype(np.float32).astype(float), columns=["a", "b"])
    table["outcome"] = np.where(RISK[200:], "ill", "well")
    table.to_csv(tmp_path / "cases.csv", index=False)
    graph = next((tmp_path / "a" / "models").glob("*/*/model.onnx"))
    shutil.copy(graph, tmp_path / "own.onnx")
    asked = ["--data", str(tmp_path / "cases.csv"), "--target", "outcome"]
    places = ["--out", str(tmp_path / "models"), "--reports", str(tmp_path / "reports")]
    own = draft(tmp_path, CLASSES)
    assert main([str(tmp_path / "own.onnx"), str(own), *asked, *places]) == 0
    there = Registry(tmp_path / "models").get("own").manifest
    assert here.card.metrics == there.card.metrics
    assert here.uncertainty == there.uncertainty


def test_numbers_several_labels_and_curves_are_measured(tmp_path: Path) -> None:
    value = X[:, 0] * 3 + DRAW.normal(size=400)
    line = LinearRegression().fit(X[:200], value[:200])
    (tmp_path / "value").mkdir()
    output: dict[str, Any] = {"kind": "value", "tensor": "variable", "unit": "1"}
    root = find(measure(tmp_path / "value", line, output, value[200:]), "RMSE")
    assert root.value == pytest.approx(1, abs=0.2)
    both = np.column_stack([RISK, X[:, 1] > 0]).astype(float)
    several = MultiOutputClassifier(LogisticRegression()).fit(X[:200], both[:200])
    (tmp_path / "labels").mkdir()
    named = [{"name": name, "threshold": 0.5} for name in ("ill", "old")]
    output = {"kind": "labels", "tensor": "p", "labels": named, "thresholds": "One half."}
    looked = both[200:].copy()
    looked[:20, 0] = np.nan
    found = measure(tmp_path / "labels", several, output, looked)
    assert max(one.n for one in found.card.metrics if one.group == "ill") == 180
    assert max(one.n for one in found.card.metrics if one.group == "old") == 200
    time = np.ceil(1000 * np.exp(-X[:, 0]) * DRAW.exponential(size=400))
    cox = CoxPHSurvivalAnalysis().fit(X[:200], Surv.from_arrays(RISK[:200], time[:200]))
    (tmp_path / "curve").mkdir()
    days: dict[str, Any] = {"time_days": [0, 100, 365, 730], "horizon_days": [365, 730]}
    output = {"kind": "survival", "tensor": "survival", **days}
    came = Surv.from_arrays(RISK[200:], time[200:])
    found = measure(tmp_path / "curve", cox, output, came, time_unit="days")
    assert found.uncertainty


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (RISK[:3], "y has 3 outcomes for 200 rows"),
        (np.where(RISK[200:], "sick", "well"), "neither one of the labels well, ill"),
        (X[200:], r"y is \[200, 2\], the output as stated is \[n\]"),
        (Surv.from_arrays(RISK[200:], np.arange(200) + 1.0), "of a survival model alone"),
    ],
    ids=["short", "other words", "two columns", "follow-up"],
)
def test_an_outcome_of_another_form_is_refused(tmp_path: Path, y: Any, said: str) -> None:
    model = LogisticRegression().fit(X[:200], RISK[:200])
    with pytest.raises(TrainingError, match=said):
        measure(tmp_path, model, CLASSES, y)
    assert not (tmp_path / "models").exists()
