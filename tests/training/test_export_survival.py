"""scikit-survival: a curve of its own, at the stated times, in the unit of time that was stated."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sksurv.datasets import load_whas500
from sksurv.ensemble import (
    ComponentwiseGradientBoostingSurvivalAnalysis,
    ExtraSurvivalTrees,
    GradientBoostingSurvivalAnalysis,
    RandomSurvivalForest,
)
from sksurv.linear_model import CoxnetSurvivalAnalysis, CoxPHSurvivalAnalysis, IPCRidge
from sksurv.preprocessing import OneHotEncoder as SurvivalEncoder
from sksurv.svm import FastKernelSurvivalSVM, FastSurvivalSVM
from sksurv.tree import SurvivalTree

from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.errors import TrainingError
from medmaas_training.export import export
from tests.conftest import ROOT
from tests.exporting import CLASSES, SURVIVAL, VALUE, choice, lose_values, number, prove

FRAME, Y = load_whas500()
FRAME = FRAME.astype(float)
LOST = pd.DataFrame(lose_values(FRAME.to_numpy(), 0.2), columns=FRAME.columns)
NUMBERS = [number(name) for name in FRAME]
MAY_MISS = [number(name, missing="as the model does") for name in FRAME]
CURVE = SURVIVAL | {"time_days": [0, 1, 30, 365, 1826]}
COX = CoxPHSurvivalAnalysis(alpha=0.1)
WORDS = FRAME[["age", "bmi"]].assign(gender=pd.Categorical(np.where(FRAME.gender == 1, "F", "M")))
WITH_WORDS = [number("age"), number("bmi"), choice("gender", "M", "F")]

CURVES = {
    "Cox": COX,
    "Cox, ties by Efron": CoxPHSurvivalAnalysis(alpha=0.1, ties="efron"),
    "Coxnet": CoxnetSurvivalAnalysis(fit_baseline_model=True),
    "boosted, one column at a time": ComponentwiseGradientBoostingSurvivalAnalysis(n_estimators=9),
    "boosted trees": GradientBoostingSurvivalAnalysis(n_estimators=9),
    "boosted trees with dropout": GradientBoostingSurvivalAnalysis(
        n_estimators=9, dropout_rate=0.3, random_state=0
    ),
    "forest": RandomSurvivalForest(9, min_samples_leaf=5, random_state=0),
    "extra trees": ExtraSurvivalTrees(5, random_state=0),
    "one tree": SurvivalTree(min_samples_leaf=9),
    "pipeline": make_pipeline(StandardScaler(), COX),
}


@pytest.mark.parametrize("model", CURVES.values(), ids=CURVES)
def test_a_survival_model_gives_its_own_curve(model: Any) -> None:
    trained = prove(model.fit(FRAME, Y), FRAME[[*FRAME][::-1]], NUMBERS, CURVE, time_unit="days")
    answers = trained.answer(trained.rows[:9])
    functions = model.predict_survival_function(FRAME[:9])
    expected = [[step(day) for day in (1, 30, 365, 1826)] for step in functions]
    np.testing.assert_allclose(answers[:, 1:], expected)
    assert (answers[:, 0] == 1).all()


def test_a_curve_is_one_before_anybody_was_seen() -> None:
    late = Y.copy()
    late["lenfol"] += 100
    early = CURVE | {"time_days": [0, 50, 101, 365]}
    model = COX.fit(FRAME, late)
    answers = prove(model, FRAME, NUMBERS, early, time_unit="days").answer(FRAME.to_numpy())
    assert (answers[:, :2] == 1).all()
    assert (answers[:, 2] < 1).all()


@pytest.mark.parametrize(("unit", "days"), [("months", 365.25 / 12), ("years", 365.25), ("wk", 7)])
def test_times_are_in_the_unit_that_is_stated(unit: str, days: float) -> None:
    counted = Y.copy()
    counted["lenfol"] /= days
    curve = CURVE | {"time_days": [0, 365]}
    in_days = prove(COX.fit(FRAME, Y), FRAME, NUMBERS, curve, time_unit="days")
    expected = in_days.answer(FRAME.to_numpy())
    model = CoxPHSurvivalAnalysis(alpha=0.1).fit(FRAME, counted)
    answers = prove(model, FRAME, NUMBERS, curve, time_unit=unit).answer(FRAME.to_numpy())
    np.testing.assert_allclose(answers, expected, atol=1e-3)


def test_months_are_never_days_in_silence() -> None:
    with pytest.raises(TrainingError, match="time_unit must say in what the model's times are"):
        prove(COX.fit(FRAME, Y), FRAME, NUMBERS, CURVE)


def test_there_is_no_curve_beyond_follow_up() -> None:
    beyond = CURVE | {"time_days": [0, 365, 3000]}
    with pytest.raises(TrainingError, match="followed for at most 2358: end time_days before"):
        prove(COX.fit(FRAME, Y), FRAME, NUMBERS, beyond, time_unit="days")


def test_a_forest_sends_missing_values_where_it_learned_to() -> None:
    forest = RandomSurvivalForest(9, min_samples_leaf=5, random_state=0).fit(LOST, Y)
    prove(forest, LOST, MAY_MISS, CURVE, time_unit="days")
    imputed = make_pipeline(SimpleImputer(), StandardScaler(), COX).fit(LOST, Y)
    prove(imputed, LOST, MAY_MISS, CURVE, time_unit="days")


def test_a_forest_that_kept_no_curves_has_a_score_alone() -> None:
    forest = RandomSurvivalForest(5, low_memory=True, random_state=0).fit(FRAME, Y)
    with pytest.raises(TrainingError, match="low_memory=True, which keeps no survival curves"):
        prove(forest, FRAME, NUMBERS, CURVE, time_unit="days")
    prove(forest, FRAME, NUMBERS, VALUE, tolerance=1e-3)


@pytest.mark.parametrize(
    "model",
    [RandomSurvivalForest(5, random_state=0), FastSurvivalSVM(), IPCRidge(), COX],
    ids=lambda model: type(model).__name__,
)
def test_a_score_or_a_time_is_a_value(model: Any) -> None:
    prove(model.fit(FRAME, Y), FRAME, NUMBERS, VALUE, tolerance=0.01)


def test_words_before_a_survival_model_join() -> None:
    columns = ColumnTransformer(
        [("words", OneHotEncoder(drop="first"), ["gender"])], remainder="passthrough"
    )
    forest = make_pipeline(columns, RandomSurvivalForest(5, random_state=0))
    prove(forest.fit(WORDS, Y), WORDS, WITH_WORDS, CURVE, time_unit="days")
    cox = make_pipeline(SurvivalEncoder(), StandardScaler(), CoxPHSurvivalAnalysis(alpha=0.1))
    prove(cox.fit(WORDS, Y), WORDS, WITH_WORDS, CURVE, time_unit="days")


def test_a_survival_model_answers_as_those_of_the_catalogue_do(tmp_path: Path) -> None:
    rows = WORDS[["gender", "age", "bmi"]]
    columns = ColumnTransformer([("w", OneHotEncoder(), ["gender"])], remainder="passthrough")
    forest = make_pipeline(columns, RandomSurvivalForest(5, random_state=0)).fit(rows, Y)
    told = yaml.safe_load((ROOT / "docs" / "own-model.yaml").read_text())
    person = {"age": 70, "bmi": 25, "gender": "F"}
    told |= {
        "input": {"kind": "tabular", "tensor": "features", "features": WITH_WORDS},
        "output": CURVE,
        "golden": {"cases": [{"instance": person}]},
    }
    draft = tmp_path / "draft.yaml"
    draft.write_text(yaml.safe_dump(told))
    export(forest, rows, draft, out=tmp_path / "models", time_unit="days")
    (answer,) = predict(Registry(tmp_path / "models").get("fna_means"), [person])
    (step,) = forest.predict_survival_function(pd.DataFrame([person])[[*rows]].astype(rows.dtypes))
    assert answer["output"]["risk"]["365"] == pytest.approx(1 - step(365), abs=1e-5)


CANNOT = {
    "no baseline": (CoxnetSurvivalAnalysis(), CURVE, "Coxnet needs fit_baseline_model=True"),
    "another loss": (
        GradientBoostingSurvivalAnalysis(n_estimators=3, loss="squared"),
        CURVE,
        "loss='coxph'",
    ),
    "a kernel": (
        FastKernelSurvivalSVM(kernel="rbf", max_iter=3),
        VALUE,
        "no converter knows FastKernelSurvivalSVM",
    ),
    "classes": (COX, CLASSES, "gives survival curves, and output.kind asks for probabilities"),
}


@pytest.mark.filterwarnings("ignore:Optimization did not converge")
@pytest.mark.parametrize(("model", "output", "sentence"), CANNOT.values(), ids=CANNOT)
def test_what_has_no_curve_says_what_to_fit(model: Any, output: Any, sentence: str) -> None:
    with pytest.raises(TrainingError, match=sentence):
        prove(model.fit(FRAME, Y), FRAME, NUMBERS, output, time_unit="days")


def test_a_model_that_was_not_fitted_says_so() -> None:
    for model in (
        CoxPHSurvivalAnalysis(),
        make_pipeline(StandardScaler(), CoxPHSurvivalAnalysis()),
    ):
        with pytest.raises(TrainingError, match="the model is not fitted: call fit before export"):
            prove(model, FRAME, NUMBERS, CURVE, time_unit="days")
