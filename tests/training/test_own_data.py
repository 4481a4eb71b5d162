"""The recipes learn from any table: columns are found and described, and what was odd is told."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.datasets import load_wine
from sksurv.datasets import load_gbsg2

from medmaas.cli import main as answer
from medmaas.model.inputs.tabular import Tabular
from medmaas.model.manifest import (
    Boolean,
    Choice,
    ClassesOutput,
    Feature,
    Manifest,
    Metric,
    Number,
    TabularInput,
)
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.survival.design import make_design
from medmaas_training.survival.network import SurvivalNetwork
from medmaas_training.tabular.data_yaml import RECORD
from medmaas_training.tabular.own_columns import describe_columns, invent_instances
from medmaas_training.tabular.own_data import read_own_cases, read_own_people
from medmaas_training.tabular.own_notes import Notes
from tests.training.conftest import CLASSES, SURVIVAL, Train, table, write

NETWORK = "logistic-hazard network (this model)"
FOLDS = "5 stratified folds of all people"
NOTES = """
data:
  source: German Breast Cancer Study Group 2
  licence: as the package that carries it
  inclusion: women of a trial
  population: Women with node-positive breast cancer.
columns:
  age: {unit: a, description: Age at diagnosis., low: 18, high: 110}
  progrec: {unit: fmol/mg, loinc: 10861-3}
  tsize: {unit: mm}
  time: {unit: d}
"""
KEEP = "columns: {time: {keep: true}, event: {keep: true}}"


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of fewer resamples: nothing here is about how wide they are."""
    for module in ("survival.evaluation", "classes.metrics"):
        monkeypatch.setattr(f"medmaas_training.{module}._RESAMPLES", 25)
    monkeypatch.setattr(
        "medmaas_training.assessment.reasons.faithfulness.agreement._ROUNDS", 5
    )  # of shap, which takes longest


def read_manifest(folder: Path, model_id: str) -> Manifest:
    return Manifest.model_validate_json(
        (folder / "models" / model_id / "1.0.0" / "manifest.json").read_bytes()
    )


def read_features(manifest: Manifest) -> tuple[Feature, ...]:
    assert isinstance(manifest.input, TabularInput)
    return manifest.input.features


def find(manifest: Manifest, on: str, model: str, metric: str) -> Metric:
    (found,) = (
        m
        for m in manifest.card.metrics
        if (m.evaluated_on, m.model, m.metric, m.group) == (on, model, metric, "all")
    )
    return found


def test_survival_is_learned_from_a_trial_it_was_not_made_for(train: Train, tmp_path: Path) -> None:
    """GBSG2: 686 women, recurrence-free survival; Cox's C was measured elsewhere as 0.667."""
    X, outcome = load_gbsg2()
    path = write(tmp_path, X.assign(cens=outcome["cens"].astype(int), time=outcome["time"]), NOTES)
    code, output, errors = train(
        "survival", "--data", str(path), "--time", "time", "--event", "cens",
        "--id", "my-survival", "--out", str(tmp_path / "models"),
    )  # fmt: skip
    assert code == 0
    assert "medmaas train" not in errors
    assert "my-survival" in output
    manifest = read_manifest(tmp_path, "my-survival")
    assert find(manifest, FOLDS, "Cox", "Harrell C").value == pytest.approx(0.667, abs=0.01)
    assert find(manifest, FOLDS, NETWORK, "Harrell C").value > 0.65
    kinds = {feature.name: type(feature) for feature in read_features(manifest)}
    assert kinds == {
        "age": Number, "estrec": Number, "horTh": Boolean, "menostat": Choice, "pnodes": Number,
        "progrec": Number, "tgrade": Choice, "tsize": Number,
    }  # fmt: skip
    assert manifest.card.population == "Women with node-positive breast cancer."
    card = (tmp_path / "models/my-survival/1.0.0/card.md").read_text()
    for foreign in ("FLCHAIN: serum", "creatinine", "Olmsted", "MGUS"):
        assert foreign not in card
    assert (tmp_path / "reports/my-survival/1.0.0/index.html").exists()
    model = Registry(tmp_path / "models").get("my-survival")
    for case in manifest.golden.cases:
        (answer,) = predict(model, [case.instance])
        assert answer["status"] == "ok"


def test_ten_events_are_enough(train: Train, tmp_path: Path) -> None:
    path = write(tmp_path, table(60, event=[1, 0, 0, 0, 0, 0] * 10))
    arguments = ("--data", str(path), "--id", "few", "--out", str(tmp_path / "models"))
    code, _, errors = train(*SURVIVAL, *arguments)
    assert code == 0, errors
    assert read_manifest(tmp_path, "few").card.data.events == 10


def test_classes_are_learned_from_a_table_they_were_not_made_for(
    train: Train, tmp_path: Path
) -> None:
    """Wine: three cultivars, to which a column of words and missing values are added."""
    wine = load_wine(as_frame=True).frame
    draw = np.random.default_rng(0)
    shade = pd.cut(wine["color_intensity"], [0, 3, 6, 20], labels=["pale", "red", "deep"])
    wine = wine.assign(
        shade=shade.astype(object).where(draw.random(len(wine)) > 0.1),
        hue=wine["hue"].where(draw.random(len(wine)) > 0.1),
        target=wine["target"].map(lambda code: f"cultivar {code}"),
    )
    code, _, errors = train(
        "breast_fna", "--data", str(write(tmp_path, wine)), "--target", "target",
        "--id", "wine", "--out", str(tmp_path / "models"),
    )  # fmt: skip
    few = "Warning: only 48 of 178 rows are cultivar 2: the figures are very uncertain."
    assert (code, " ".join(errors.split())) == (0, few)
    manifest = read_manifest(tmp_path, "wine")
    own = (m for m in manifest.card.metrics if (m.of, m.metric) == ("model", "accuracy"))
    (model,) = (m.model for m in own)
    assert find(manifest, "test split", model, "accuracy").value > 0.9
    assert isinstance(manifest.output, ClassesOutput)
    assert manifest.output.labels == ("cultivar 0", "cultivar 1", "cultivar 2")
    hue, shade = (
        next(f for f in read_features(manifest) if f.name == name) for name in ("hue", "shade")
    )
    assert "imputed with the training median" in (hue.missing or "")
    assert shade.missing == "imputed with the commonest in training, red"
    assert isinstance(shade, Choice)
    assert shade.choices == ("deep", "pale", "red")
    names = [feature.name for feature in read_features(manifest)]
    assert "od280_od315_of_diluted_wines" in names
    card = (tmp_path / "models/wine/1.0.0/card.md").read_text()
    for foreign in ("malignant", "aspirate", "mass"):
        assert foreign not in card
    (answer,) = predict(
        Registry(tmp_path / "models").get("wine"), [manifest.golden.cases[-1].instance]
    )
    assert {warning.field for warning in answer["warnings"]} >= {"hue", "shade"}


def test_a_class_of_ten_cases_is_enough(train: Train, tmp_path: Path) -> None:
    """Two of them are left to test on: no figure may break over a resample without any."""
    people = table(60, ill=["ill"] * 10 + ["well"] * 50)
    code, _, _ = train(
        *CLASSES, "--data", str(write(tmp_path, people)),
        "--id", "few", "--out", str(tmp_path / "models"),
    )  # fmt: skip
    assert code == 0
    measured = {m.metric for m in read_manifest(tmp_path, "few").card.metrics}
    assert {"AUC", "average precision"} <= measured
    assert "accuracy" not in measured


def test_a_logged_column_has_an_answer_at_zero_and_a_rare_word_too(tmp_path: Path) -> None:
    people = table(300)
    people.loc[0, "stage"] = "IV"
    people.loc[1, "marker"] = 0
    own = read_own_people(write(tmp_path, people), "time", "event")
    assert own.own is not None
    design = make_design(own.own.columns, own.X, own.outcome)
    assert [own.own.columns[i].name for i in design.logged] == ["marker"]
    assert set(design.horizons.values()) <= set(design.time_days)
    assert (np.diff(design.time_days) >= 1).all()
    later = np.arange(2, 300)
    network = SurvivalNetwork(own.X[later], own.outcome[later], 0, design)
    curves = network.curves(own.X[:2])
    assert ((curves > 0) & (curves <= 1)).all()


def test_what_leaks_or_identifies_is_left_out_and_told(train: Train, tmp_path: Path) -> None:
    people = table()
    people = people.assign(
        patient_id=range(1000, 1200),
        cause=people["smoker"].where(people["ill"] == "ill"),
        place="here",
        note=[f"text {i % 30}" for i in range(200)],
        titre=[*("<1" for _ in range(20)), *np.arange(180) / 4],
        empty=None,
    )
    code, _, errors = train(
        *CLASSES, "--data", str(write(tmp_path, pd.concat([people, people.head(5)]), KEEP)),
        "--id", "own", "--out", str(tmp_path / "models"),
    )  # fmt: skip
    assert code == 0
    manifest = read_manifest(tmp_path, "own")
    names = [feature.name for feature in read_features(manifest)]
    assert names == ["age", "marker", "stage", "smoker", "time", "event", "titre"]
    limits = " ".join(manifest.card.limits)
    for told in (
        "atient_id is left out: by its name it is an identifier",
        "ause is left out: it is known only where the outcome is one and the same",
        "lace is left out: every value it has is the same",
        "ote is left out: text of more than 20 different words",
        "mpty is left out: no row has a value",
        "5 rows are copies of others",
        "ime is kept, as the .yaml says, although by its name it is known only at or after",
    ):
        assert told in " ".join(errors.split())
        assert told in limits
    below = "what is only known to be below a limit (<) is read as the limit: titre 25 (first in"
    assert below in " ".join(errors.split())
    assert any(below in clause for clause in manifest.card.data.cleaning)
    written = (tmp_path / "models/own/1.0.0" / RECORD).read_bytes()
    assert RECORD in [file.name for file in manifest.files]
    assert Notes.model_validate(yaml.safe_load(written)).of("titre").bounds == "limit"
    arguments = ["batch", "own", str(tmp_path / "own.csv"), str(tmp_path / "answers")]
    assert answer([*arguments, "--models", str(tmp_path / "models")]) == 0
    answers = json.loads((tmp_path / "answers" / "manifest.json").read_text())
    assert (answers["scored"], answers["rejected"]) == (205, 0), "the file that trained is answered"
    text = (tmp_path / "models/own/1.0.0/manifest.json").read_text()
    assert str(tmp_path) not in text
    assert json.loads(text)["card"]["data"]["source"].startswith("a table given by whoever")


def test_a_table_says_of_its_columns_what_can_be_known(tmp_path: Path) -> None:
    people = table()
    people["Blut-Zucker (mg/dL)"] = people["marker"] - 1
    people["flag"] = np.arange(200) % 2
    people.loc[:4, "age"] = np.nan
    notes = "columns: {marker: {unit: ng/mL, description: A marker., loinc: 1-8, low: 0, high: 99}}"
    own = read_own_cases(write(tmp_path, people, notes), "ill").own
    assert own is not None
    spec = describe_columns(own.columns, own.X)
    by_name = {feature.name: feature for feature in spec.features}
    marker, age, sugar = (by_name[n] for n in ("marker", "age", "Blut_Zucker_mg_dL"))
    assert isinstance(marker, Number)
    assert (marker.unit, marker.loinc, marker.missing) == ("ng/mL", ("1-8",), None)
    assert (marker.hard_range.low, marker.hard_range.high) == (0, 99)
    assert isinstance(age, Number)
    assert (age.hard_range.low, age.hard_range.high) == (0, 120), "by its name"
    assert age.missing is not None
    assert isinstance(sugar, Number)
    assert sugar.unit == "mg/dL", "by its header"
    assert sugar.hard_range.low == -sugar.hard_range.high
    flag = by_name["flag"]
    assert isinstance(flag, Number)
    assert (flag.hard_range.low, flag.hard_range.high) == (0, 1)
    assert by_name["stage"] == Choice(
        name="stage", description="Column stage of the training data.", choices=("I", "II", "III")
    )
    assert isinstance(by_name["smoker"], Boolean)


def test_invented_instances_are_accepted_by_the_input_they_are_for(tmp_path: Path) -> None:
    people = table()
    people.loc[:9, "marker"] = np.nan
    own = read_own_cases(write(tmp_path, people), "ill").own
    assert own is not None
    instances = invent_instances(own.columns, own.X)
    reading = Tabular(describe_columns(own.columns, own.X)).read(instances)
    assert reading.problems == []
    assert instances[-1]["marker"] is None


@pytest.mark.parametrize(("unit", "days"), [("d", 1), ("wk", 7), ("mo", 30.4375), ("a", 365.25)])
def test_follow_up_is_in_the_unit_that_the_notes_give(
    unit: str, days: float, tmp_path: Path
) -> None:
    people = table()
    path = write(tmp_path, people, f"columns: {{time: {{unit: {unit}}}}}")
    own = read_own_people(path, "time", "event")
    np.testing.assert_allclose(own.time, people["time"] * days)
