"""A set that cannot be says what can still be measured, and that is measured."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from medmaas.model.manifest import Estimate
from medmaas_training.add import main
from medmaas_training.validation.change import recover
from tests.validation.conftest import join, read
from tests.validation.foreign import CLASSES, SURVIVAL, VALUE, Foreign

Row = list[str]
Change = Callable[[list[Row]], list[Row]]


def write(foreign: Foreign, folder: Path, n: int, change: Change) -> Path:
    (folder / "data").mkdir()
    path = foreign.write(folder / "data", n, 1)
    rows = [*csv.reader(path.read_text().splitlines())]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([rows[0], *change(rows[1:])])
    return path


def test_of_twenty_people_figures_are_measured_and_no_promise_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = read(join(VALUE, tmp_path, write(VALUE, tmp_path, 20, lambda rows: rows)))
    told = capsys.readouterr().out
    assert "No intervals were learned, because 20 people are fewer than 50" in told
    assert "whether the model should abstain from an answer is not known" in told
    assert manifest.get("uncertainty") is None
    assert manifest["card"]["metrics"][0]["metric"] == "RMSE"
    assert manifest["card"]["metrics"][0]["n"] == 20
    assert any("fewer than 50" in limit for limit in manifest["card"]["limits"])


def test_of_one_class_nothing_is_said_of_telling_it_from_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(CLASSES, tmp_path, 120, lambda rows: [row for row in rows if row[3] == "sick"])
    manifest = read(join(CLASSES, tmp_path, path))
    assert "All are sick: how well it tells sick from anything else" in capsys.readouterr().out
    assert {m["metric"] for m in manifest["card"]["metrics"]}.isdisjoint({"AUC", "gain in AUC"})
    assert manifest["uncertainty"].get("intervals") is None
    assert manifest["uncertainty"]["distance"]


def test_of_people_whose_outcome_nobody_knows_the_distance_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(VALUE, tmp_path, 60, lambda rows: [[*row[:3], "high"] for row in rows])
    manifest = read(join(VALUE, tmp_path, path))
    assert "Nothing of its answers was measured" in capsys.readouterr().out
    assert manifest["uncertainty"]["distance"]
    assert manifest["uncertainty"].get("intervals") is None
    assert {metric["metric"] for metric in manifest["card"]["metrics"]} >= {"share refused"}


@pytest.mark.parametrize(
    ("foreign", "change", "said"),
    [
        (CLASSES, lambda rows: rows[:4], "bring more past cases"),
        (CLASSES, lambda rows: rows[:0], "the file has no rows"),
        (CLASSES, lambda rows: [["200", *row[1:]] for row in rows], "none of 30 rows can be read"),
        (VALUE, lambda rows: [[*row[:3], ""] for row in rows], "no outcome is known"),
        (SURVIVAL, lambda rows: [[*row[:4], "9"] for row in rows], "neither 0 nor 1"),
    ],
)
def test_a_set_of_which_nothing_can_be_measured_is_refused_in_a_sentence(
    foreign: Foreign, change: Change, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, draft = foreign.put(tmp_path)
    data = write(foreign, tmp_path, 30, change)
    arguments = [str(model), str(draft), "--data", str(data), *foreign.options]
    assert main([*arguments, "--out", str(tmp_path / "models")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


def test_the_interval_of_a_change_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        one, other = rng.normal(0.7, 0.02), rng.normal(0.8, 0.03)
        change = recover(
            Estimate(value=other, low=other - 1.96 * 0.03, high=other + 1.96 * 0.03),
            Estimate(value=one, low=one - 1.96 * 0.02, high=one + 1.96 * 0.02),
        )
        held += change.low <= 0.1 <= change.high
    assert 370 <= held <= 394
