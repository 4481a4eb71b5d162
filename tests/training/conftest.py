"""The command line of training, as a person meets it, and a table of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from medmaas_training.__main__ import main
from tests.training.own_files import Own

Train = Callable[..., tuple[int, str, str]]

SURVIVAL = ("survival", "--time", "time", "--event", "event")
CLASSES = ("breast_fna", "--target", "ill")


@pytest.fixture
def train(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Train:
    """Run a recipe; its exit code, what it printed, and what it printed as errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main([*arguments, "--reports", str(tmp_path / "reports")])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return code, *capfd.readouterr()

    return run


def table(rows: int = 200, **changes: Any) -> pd.DataFrame:
    """People whose marker tells who is ill, and who dies sooner."""
    draw = np.random.default_rng(0)
    marker = draw.lognormal(0, 1, rows).round(2)
    ill = draw.random(rows) < marker / (1 + marker)
    columns = {
        "age": draw.integers(40, 90, rows),
        "marker": marker,
        "stage": draw.choice(["I", "II", "III"], rows),
        "smoker": draw.choice(["yes", "no"], rows),
        "ill": np.where(ill, "ill", "well"),
        "time": (draw.exponential(600, rows) / (0.5 + ill)).round() + 1,
        "event": (draw.random(rows) < 0.7).astype(int),
    }
    return pd.DataFrame(columns | changes, index=range(rows))


def write(folder: Path, people: pd.DataFrame, notes: str = "") -> Path:
    path = folder / "own.csv"
    people.to_csv(path, index=False)
    if notes:
        path.with_suffix(".yaml").write_text(notes)
    return path


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    """A complete draft and a graph that fits it."""
    monkeypatch.chdir(tmp_path)
    return Own(tmp_path)
