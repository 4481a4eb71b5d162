"""XGBoost, LightGBM and CatBoost by the ecosystem's own converters, in one call of export."""

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.errors import TrainingError
from medmaas_training.export import export
from tests.conftest import ROOT
from tests.exporting import (
    CLASSES,
    LABELS,
    MAY_MISS,
    NAMES,
    NUMBERS,
    VALUE,
    choice,
    load_cells,
    lose_values,
    number,
    prove,
)

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore")]  # of the libraries
X, Y = load_cells()
LOST = lose_values(X)
THREE = np.digitize(X[:, 0], [12, 15])
GRADES = CLASSES | {"labels": ["0", "1", "2"]}
WORDS = CLASSES | {"labels": ["benign", "malignant"]}
FRAME = pd.DataFrame({"radius": X[:, 0], "sex": np.where(Y, "F", "M"), "texture": LOST[:, 1]})
FEATURES = [number("radius"), choice("sex", "M", "F"), number("texture", missing="as a model does")]


def make(library: str, kind: str, **more: Any) -> Any:
    """An estimator of a library, without what it writes to the terminal or to files."""
    if library == "xgboost":
        import xgboost  # noqa: PLC0415 - of an environment of its own

        return getattr(xgboost, f"XGB{kind}")(n_estimators=9, **more)
    if library == "lightgbm":
        import lightgbm  # noqa: PLC0415 - as above

        return getattr(lightgbm, f"LGBM{kind}")(n_estimators=9, verbose=-1, **more)
    import catboost  # noqa: PLC0415 - as above

    quiet = {"verbose": 0, "allow_writing_files": False}
    return getattr(catboost, f"CatBoost{kind}")(iterations=9, **quiet, **more)


ALL = pytest.mark.parametrize("library", ["xgboost", "lightgbm", "catboost"])


@ALL
def test_classes_values_and_missing_values_are_the_models_own(library: str) -> None:
    classifier = make(library, "Classifier").fit(LOST, Y)
    trained = prove(classifier, LOST, MAY_MISS, CLASSES)
    assert np.abs(trained.answer(X) - trained.answer(LOST)).max() > 0.1, "missing matters"
    prove(make(library, "Classifier").fit(LOST, THREE), LOST, MAY_MISS, GRADES)
    prove(classifier, LOST, MAY_MISS, LABELS | {"labels": LABELS["labels"][:1]})
    regressor = make(library, "Regressor").fit(LOST, X[:, 0])
    prove(regressor, LOST, MAY_MISS, VALUE, tolerance=1e-4)


@ALL
def test_words_of_classes_and_names_of_columns_are_kept(library: str) -> None:
    y = np.where(Y, "benign", "malignant") if library != "xgboost" else 1 - Y
    frame = pd.DataFrame(X, columns=["mean radius", *NAMES[1:]])[[*NAMES[:0:-1], "mean radius"]]
    features = [number("radius", header="mean radius"), *NUMBERS[1:]]
    stated = CLASSES if library == "xgboost" else WORDS
    prove(make(library, "Classifier").fit(frame, y), frame, features, stated)


@ALL
def test_encoded_words_before_it_join_as_one_pipeline(library: str) -> None:
    columns = ColumnTransformer(
        [("words", OneHotEncoder(sparse_output=False), ["sex"])], remainder="passthrough"
    )
    prove(
        make_pipeline(columns, make(library, "Classifier")).fit(FRAME, Y), FRAME, FEATURES, CLASSES
    )


def test_a_sparse_matrix_before_xgboost_is_refused_because_its_zeros_are_missing() -> None:
    columns = ColumnTransformer(
        [("words", OneHotEncoder(), ["sex"])], remainder="passthrough", sparse_threshold=1
    )
    model = make_pipeline(columns, make("xgboost", "Classifier")).fit(FRAME, Y)
    with pytest.raises(TrainingError, match=r"fit it with OneHotEncoder.sparse_output=False"):
        prove(model, FRAME, FEATURES, CLASSES)


def test_estimators_within_those_of_scikit_learn_join() -> None:
    xgboost = make("xgboost", "Classifier")
    prove(CalibratedClassifierCV(xgboost, cv=2).fit(X, Y), X, NUMBERS, CLASSES)
    vote = VotingClassifier([("a", xgboost), ("b", LogisticRegression())], voting="soft")
    prove(vote.fit(X, Y), X, NUMBERS, CLASSES)
    both = np.column_stack([Y, X[:, 0] > 14]).astype(int)
    for library in ("xgboost", "lightgbm"):
        model = MultiOutputClassifier(make(library, "Classifier"))
        prove(model.fit(X, both), X, NUMBERS, LABELS)


@pytest.mark.parametrize("score", [None, 0.3])
def test_the_base_score_of_xgboost_is_in_the_graph(score: float | None) -> None:
    prove(make("xgboost", "Classifier", base_score=score).fit(LOST, Y), LOST, MAY_MISS, CLASSES)


@pytest.mark.parametrize("objective", ["count:poisson", "reg:gamma", "reg:tweedie"])
def test_a_mean_behind_a_logarithm_is_a_value(objective: str) -> None:
    model = make("xgboost", "Regressor", objective=objective).fit(LOST, X[:, 0])
    prove(model, LOST, MAY_MISS, VALUE, tolerance=1e-4)
    poisson = make("lightgbm", "Regressor", objective="poisson").fit(LOST, X[:, 0])
    prove(poisson, LOST, MAY_MISS, VALUE, tolerance=1e-4)
    catboost = make("catboost", "Regressor", loss_function="Poisson").fit(LOST, X[:, 0])
    prove(catboost, LOST, MAY_MISS, VALUE, tolerance=1e-4)


def test_the_best_iteration_and_other_forms_of_a_model_are_used() -> None:
    early = make("xgboost", "Classifier", early_stopping_rounds=2)
    early.fit(LOST[:300], Y[:300], eval_set=[(LOST[300:], Y[300:])], verbose=0)
    prove(early, LOST, MAY_MISS, CLASSES)
    import lightgbm  # noqa: PLC0415 - as above
    import xgboost  # noqa: PLC0415

    booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(LOST, Y), 5)
    prove(booster, LOST, MAY_MISS, CLASSES)
    data = lightgbm.Dataset(LOST, Y)
    light = lightgbm.train({"objective": "binary", "verbose": -1}, data, 5)
    prove(light, LOST, MAY_MISS, CLASSES)
    for mode in ("Min", "Max"):
        model = make("catboost", "Classifier", nan_mode=mode).fit(LOST, Y)
        prove(model, LOST, MAY_MISS, CLASSES)
    zeros = make("lightgbm", "Classifier", zero_as_missing=True).fit(LOST, Y)
    prove(zeros, LOST, MAY_MISS, CLASSES)


def test_a_float32_at_a_threshold_goes_where_the_model_sends_it() -> None:
    x = np.float32(0.1)
    near = np.array([[x], [np.nextafter(x, np.float32(1))]] * 40, np.float64)
    y = np.array([0, 1] * 40)
    model = make("lightgbm", "Classifier", min_child_samples=1, min_data_in_bin=1).fit(near, y)
    trained = prove(model, near, NUMBERS[:1], CLASSES)
    assert abs(np.diff(trained.answer(near[:2])[:, 1])[0]) > 0.1, "they are told apart"


CANNOT = [
    ("xgboost", {"objective": "survival:cox"}, "keeps no baseline: fit GradientBoostingSurvival"),
    ("xgboost", {"objective": "reg:logistic"}, "objective reg:logistic is not exported: fit it"),
    ("xgboost", {"booster": "dart"}, "booster dart to ONNX: fit it with booster='gbtree'"),
    ("xgboost", {"missing": 0}, "missing values are not nan but 0"),
    (
        "lightgbm",
        {"boosting_type": "rf", "bagging_freq": 1, "bagging_fraction": 0.5},
        "writes random forests of LightGBM otherwise",
    ),
    ("catboost", {"loss_function": "LogLinQuantile"}, "LogLinQuantile is not exported: fit it"),
]


@pytest.mark.parametrize(("library", "settings", "sentence"), CANNOT)
def test_what_is_not_exact_is_refused_with_the_way_out(
    library: str, settings: dict[str, Any], sentence: str
) -> None:
    y = X[:, 0] if settings.get("objective") != "reg:logistic" else Y
    model = make(library, "Regressor", **settings).fit(X, y)
    with pytest.raises(TrainingError, match=sentence):
        prove(model, X, NUMBERS, VALUE)


def test_categories_are_encoded_before() -> None:
    frame = FRAME[["radius", "sex"]].astype({"sex": "category"})
    xgboost = make("xgboost", "Classifier", enable_categorical=True).fit(frame, Y)
    with pytest.raises(TrainingError, match="no categorical splits of XGBoost: fit it behind"):
        prove(xgboost, frame, FEATURES[:2], CLASSES)
    lightgbm = make("lightgbm", "Classifier").fit(frame, Y)
    with pytest.raises(TrainingError, match=r"takes words .sex., .*: fit it behind a ColumnTrans"):
        prove(lightgbm, frame, FEATURES[:2], CLASSES)
    catboost = make("catboost", "Classifier", cat_features=["sex"]).fit(FRAME[["radius", "sex"]], Y)
    with pytest.raises(TrainingError, match="CatBoost's own exporter to ONNX takes no categorical"):
        prove(catboost, frame, FEATURES[:2], CLASSES)


@ALL
def test_one_call_puts_a_model_into_the_catalogue(library: str, tmp_path: Any) -> None:
    draft = yaml.safe_load((ROOT / "docs/own-model.yaml").read_text())
    names = [feature["name"] for feature in draft["input"]["features"]]
    from sklearn.datasets import load_breast_cancer  # noqa: PLC0415

    cells, y = load_breast_cancer(return_X_y=True)
    model = make(library, "Classifier").fit(cells[:, :10], y)
    export(model, cells[:, :10], ROOT / "docs/own-model.yaml", out=tmp_path)
    row = dict(zip(names, cells[0, :10].tolist(), strict=True))
    (answer,) = predict(Registry(tmp_path).get("fna_means"), [row])
    expected = model.predict_proba(cells[:1, :10])[0, 0]
    assert answer["output"]["probabilities"]["malignant"] == pytest.approx(expected, abs=1e-5)


def test_a_converter_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make("xgboost", "Classifier").fit(X, Y)
    within = CalibratedClassifierCV(make("lightgbm", "Classifier"), cv=2).fit(X, Y)
    loaded = [name for name in sys.modules if name.partition(".")[0] == "onnxmltools"]
    for name in {"onnxmltools", *loaded}:
        monkeypatch.setitem(sys.modules, name, None)
    for one in (model, within):
        with pytest.raises(TrainingError, match=r"no onnxmltools.: pip install onnxmltools"):
            prove(one, X, NUMBERS, CLASSES)


@ALL
def test_a_model_that_was_not_fitted_says_so(library: str) -> None:
    with pytest.raises(TrainingError, match="the model is not fitted: call fit before export"):
        prove(make(library, "Classifier"), X, NUMBERS, CLASSES)
