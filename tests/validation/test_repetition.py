"""A model is measured again on people of another period or site, and both stand side by side."""

import json
from pathlib import Path

import pytest

from medmaas_training.assess import main
from tests.validation.conftest import Json, join, read
from tests.validation.foreign import CLASSES, Foreign


def measure(models: Path, data: Path, *options: str) -> int:
    told = ["foreign", "--data", str(data), "--target", "state", *options]
    return main([*told, "--out", str(models), "--reports", str(data.parent / "reports")])


@pytest.fixture(scope="module")
def again(joined: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the model, measured on 50 people of another year."""
    folder = tmp_path_factory.mktemp("again")
    models = folder / "models" / "foreign" / "1.0.0"
    models.mkdir(parents=True)
    for path in (joined / "foreign" / "1.0.0").iterdir():
        (models / path.name).write_bytes(path.read_bytes())
    data = CLASSES.write(folder, 50, 7)
    called = ["--called", "2026, St. Mary", "--as", "1.4.0", "--elsewhere"]
    assert measure(folder / "models", data, *called) == 0
    return folder / "models"


def test_both_sets_stand_on_the_card_with_the_change(again: Path, joined: Path) -> None:
    first, both = read(joined)["card"], read(again)["card"]
    assert both["metrics"][: len(first["metrics"])] == first["metrics"]
    own = [m for m in both["metrics"] if (m["group"], m["of"]) == ("all", "model")]
    found = {(m["metric"], m["evaluated_on"]): m for m in own}
    new, old = found["AUC", "2026, St. Mary"], found["AUC", "validation set"]
    change = found["change in AUC", "2026, St. Mary, less validation set"]
    assert (new["n"], new["cohort"]) == (50, "external")
    assert change["value"] == pytest.approx(new["value"] - old["value"])
    assert change["low"] < change["value"] < change["high"]
    assert change["high"] - change["low"] > new["high"] - new["low"]


def test_nothing_of_the_model_changes_unless_that_is_asked_for(again: Path, joined: Path) -> None:
    for part in ("artefact", "uncertainty", "explanation", "input", "golden"):
        assert read(again)[part] == read(joined)[part]
    assert read(again)["version"] == "1.4.0"


def test_the_coverage_of_the_new_set_is_of_the_intervals_that_are_served(again: Path) -> None:
    curves = read(again)["card"]["coverage"]
    (new,) = [curve for curve in curves if curve["evaluated_on"].startswith("2026, St. Mary")]
    assert new["points"][0]["n"] == 50


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--called", "2026, St. Mary"], "the card has figures of a set of this name"),
        ([], "--data and --called must name a set"),
        (["--called", "other", "--version", "9.0.0"], "there is no"),
        (["--called", "x" * 61], "--called must be a name of at most 60"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str], said: str, again: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert measure(again, again.parent / "cases.csv", *options) == 2
    assert said in capsys.readouterr().err


@pytest.mark.soak
def test_quantiles_are_learned_anew_where_that_is_asked_for(again: Path) -> None:
    data = CLASSES.write(again.parent, 90, 8)
    before = read(again)
    assert measure(again, data, "--called", "2027", "--renew", "--as", "2.0.0") == 0
    after = json.loads((again / "foreign/2.0.0/manifest.json").read_text())
    assert after["uncertainty"]["intervals"] != before["uncertainty"]["intervals"]
    kept: list[Json] = [c for c in after["card"]["coverage"] if c["of"] == "variant"]
    assert len(kept) == len(before["card"]["coverage"])


@pytest.mark.soak
def test_recalibration_changes_the_graph_and_is_shown_before_and_after(tmp_path: Path) -> None:
    sure = CLASSES.graph.replace("logits = Add(weighed, b)", "l = Add(weighed, b)").replace(
        "p = Softmax<axis = -1>(logits)",
        "five = Add(l, l)\n    six = Add(five, l)\n    p = Softmax<axis = -1>(six)",
    )
    model = Foreign(
        sure, CLASSES.spec, CLASSES.output, CLASSES.instance, CLASSES.options, CLASSES.write
    )
    (tmp_path / "data").mkdir()
    data = CLASSES.write(tmp_path / "data", 900, 1)
    manifest = read(join(model, tmp_path, data, *CLASSES.options, "--recalibrate"))
    figures = {
        m["model"]: m["value"]
        for m in manifest["card"]["metrics"]
        if m["metric"] == "Brier score" and m["group"] == "all" and not m.get("against")
    }
    assert figures["this model"] < figures["this model before recalibration"] - 0.005
    assert any("by a power of 0.3" in limit for limit in manifest["card"]["limits"])
    labels = manifest["golden"]["cases"][0]["outputs"]["p"]
    assert sum(labels) == pytest.approx(1, abs=1e-5)
