"""docs/survival-to-onnx.md, run as it is written; its part on lifelines is run in tests/foreign."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sksurv.datasets import load_whas500
from sksurv.linear_model import CoxPHSurvivalAnalysis

from medmaas_training.errors import TrainingError
from medmaas_training.export import convert_survival
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "survival-to-onnx.md").read_text()
BLOCKS = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)


def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(code, "survival-to-onnx.md", "exec"), names)  # noqa: S102 - the page is ours
    return names


def test_the_examples_of_scikit_survival_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = run(BLOCKS[0], {})
    assert names["curves"].shape == (500, 4)
    assert (tmp_path / "forest.onnx").stat().st_size > 10_000
    assert run(BLOCKS[1], names)["curves"].shape == (500, 4)
    assert len(BLOCKS) == 3


def test_a_graph_alone_refuses_what_it_cannot_know() -> None:
    X, y = load_whas500()
    rows = pd.DataFrame(X[["age", "bmi"]], dtype=float)
    model = CoxPHSurvivalAnalysis().fit(rows, y)
    with pytest.raises(TrainingError, match="time_unit must say"):
        convert_survival(model, rows, [0, 30], time_unit="")
    with pytest.raises(ValueError, match="time_days must start at 0 and increase"):
        convert_survival(model, rows, [30, 365], time_unit="days")
