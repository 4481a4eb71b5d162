"""docs/own-model.md, run as it is written."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy.stats import binomtest

from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.add import main
from medmaas_training.draft import main as draft
from tests.conftest import ROOT
from tests.training.drafts import CARD, LICENCE, answer

PAGE = (ROOT / "docs/own-model.md").read_text()
BLOCKS = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
MADE, SKLEARN, TORCH, BY_HAND = BLOCKS[:4]
(SEVERAL,) = re.findall(r"## Several labels.+?```python\n(.+?)```", PAGE, re.DOTALL)
(MEASURED,) = re.findall(r"## Measure it.+?```python\n(.+?)```", PAGE, re.DOTALL)
(MASK,) = (block for block in BLOCKS if '"kind": "mask"' in block)
(RHYTHM,) = re.findall(r"## Labels at times.+?```python\n(.+?)```", PAGE, re.DOTALL)
(COMPARED,) = re.findall(r"## How it is compared.+?```python\n(.+?)```", PAGE, re.DOTALL)
(COMMAND,) = re.findall(r"^```sh\nmedmaas add (.+?)\n```", PAGE, re.MULTILINE)
(DRAFTING,) = re.findall(r"medmaas draft (tumour.+)\n", PAGE)
(ADDING,) = re.findall(r"medmaas add (tumour.+)\n", PAGE)
DRAFT = yaml.safe_load((ROOT / "docs/own-model.yaml").read_text())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader of the page stands, with the draft that it names."""
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs/own-model.yaml", tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(code, "own-model.md", "exec"), names)  # noqa: S102 - the page is ours
    return names


def test_a_file_and_a_table_become_a_model_in_three_steps(folder: Path, capsys: Any) -> None:
    model = run(MADE, {})["model"]
    assert draft(shlex.split(DRAFTING)) == 0
    told = capsys.readouterr().out
    assert "card.intended_use is missing" in told
    path = folder / "tumour.yaml"
    known = [one for one in CARD if one[0] != "metrics"]
    known[-1] = ("split", "{train: 285, calibration: 0, test: null}")
    text, lines = answer(path.read_text(), [LICENCE, *known])
    assert lines <= 12, "about a dozen"
    path.write_text(text)
    assert f"Then: medmaas add {ADDING}" in told
    assert main(shlex.split(ADDING)) == 0
    served = Registry(folder / "models").get("tumour")
    typical = served.manifest.examples[0].instance
    (prediction,) = predict(served, [typical])
    (expected,) = model.predict_proba([[*typical.values()]])
    given = prediction["output"]["probabilities"]
    assert [given[label] for label in model.classes_] == pytest.approx(expected, abs=1e-4)
    assert prediction["status"] == "ok", "an example is of somebody whom the model knows"
    card = served.manifest.card
    assert (card.data.split.calibration, card.data.split.test) == (284, 284)
    assert all(metric.n for metric in card.metrics)
    assert served.manifest.uncertainty


def test_ten_lines_of_scikit_learn_put_a_model_into_the_catalogue(folder: Path) -> None:
    names = run(SKLEARN, {})
    assert len([line for line in SKLEARN.splitlines() if line]) == 10
    model = Registry(folder / "models").get("fna_means")
    assert model.manifest.parity is not None
    assert model.manifest.parity.rows == 143
    instance = model.example
    (prediction,) = predict(model, [instance])
    expected = names["model"].predict_proba([list(instance.values())])[0]
    given = list(prediction["output"]["probabilities"].values())
    assert given == pytest.approx(expected, abs=1e-5)


@pytest.mark.usefixtures("folder")
def test_the_figures_and_ranges_of_the_example_are_those_of_its_model() -> None:
    names = run(SKLEARN, {})
    model, X_train, X_test, y_test = (
        names[name] for name in ("model", "X_train", "X_test", "y_test")
    )
    right = {"this model": model.predict(X_test) == y_test, "always benign": y_test == 1}
    for metric in DRAFT["card"]["metrics"]:
        hits = right[metric["model"]]
        interval = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
        figures = [metric[name] for name in ("value", "low", "high")]
        assert figures == pytest.approx([hits.mean(), interval.low, interval.high], abs=5e-5)
        assert (metric["n"], metric["events"]) == (len(y_test), (y_test == 0).sum())
    data = DRAFT["card"]["data"]
    assert (data["n"], data["events"]) == (len(names["y"]), (names["y"] == 0).sum())
    assert (data["split"]["train"], data["split"]["test"]) == (len(X_train), len(X_test))
    ranges = [feature["training_range"] for feature in DRAFT["input"]["features"]]
    stated = np.array([[r["low"], r["high"]] for r in ranges])
    seen = np.column_stack([X_train.min(axis=0), X_train.max(axis=0)])
    np.testing.assert_allclose(stated, seen, rtol=0.005)


def test_a_torch_module_joins_in_the_same_way(folder: Path) -> None:
    run(TORCH, {})
    model = Registry(folder / "models").get("fna_means")
    assert model.manifest.parity is not None
    assert model.manifest.parity.rows == 143
    (first, second) = predict(model, [case.instance for case in model.manifest.golden.cases])
    assert first["output"]["label"] == "malignant"
    assert second["output"]["label"] == "benign"


def test_several_labels_and_several_values_join_in_the_same_way(folder: Path) -> None:
    run(SEVERAL, {})
    registry = Registry(folder / "models")
    (first, second) = predict(
        registry.get("fna_labels"),
        [case.instance for case in registry.get("fna_labels").manifest.golden.cases],
    )
    assert "large" in first["output"]["labels"]
    assert "large" not in second["output"]["labels"]
    (answer,) = predict(registry.get("fna_values"), [registry.get("fna_values").example])
    assert answer["output"]["values"]["radius"]["value"] > 15


def test_labels_at_times_join_in_the_same_way(folder: Path) -> None:
    run(RHYTHM, {})
    model = Registry(folder / "models").get("rhythm")
    rows = model.example["recording"]
    whole, short = predict(model, [{"recording": rows}, {"recording": rows[:60]}])
    assert (whole["output"]["steps"], short["output"]["steps"]) == (4, 1)
    assert short["output"]["end_seconds"] == 1


def test_a_tree_behind_a_scaler_joins_in_float64(folder: Path) -> None:
    run(COMPARED, {})
    parity = Registry(folder / "models").get("fna_means").manifest.parity
    assert parity is not None
    assert parity.made
    assert 500 < parity.made <= 4000
    assert parity.rounded


def test_the_command_takes_what_the_page_exports_by_hand(folder: Path, capsys: Any) -> None:
    run(BY_HAND, run(SKLEARN, {}))
    shutil.rmtree(folder / "models")
    assert main(shlex.split(COMMAND)) == 0
    assert "from your model on 2 cases" in capsys.readouterr().out
    manifest = Registry(folder / "models").get("fna_means").manifest
    assert manifest.parity is not None
    assert manifest.parity.largest_difference <= 1e-5


@pytest.mark.soak
def test_a_model_is_measured_on_cases_of_its_user_as_the_page_says(folder: Path) -> None:
    run(MEASURED, run(BY_HAND, run(SKLEARN, {})))
    manifest = Registry(folder / "models").get("fna_measured").manifest
    assert manifest.uncertainty is not None
    assert manifest.uncertainty.intervals
    assert manifest.card.metrics[0].n == 143
    assert "Our clinic measured it" in manifest.card.method[-1]
    assert "medmaas assess fna_measured" in PAGE


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of PyTorch about itself
def test_a_mask_joins_as_the_page_says(folder: Path, capsys: Any) -> None:
    run(MASK, {})
    assert "added nuclei 1.0.0" in capsys.readouterr().out
    model = Registry(folder / "models").get("nuclei")
    (prediction,) = predict(model, [model.example])
    assert prediction["output"]["areas"][0]["pixels"] == 20 * 24
    assert prediction["output"]["objects"] == {"nucleus": 1}
