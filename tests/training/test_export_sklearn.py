"""scikit-learn as it is used: a graph that answers as the model does, or the reason why not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import KFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from medmaas_training.errors import TrainingError
from tests.exporting import (
    CLASSES,
    LABELS,
    MAY_MISS,
    NAMES,
    NUMBERS,
    VALUE,
    VALUES,
    boolean,
    choice,
    load_cells,
    lose_values,
    number,
    prove,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = load_cells()
BOTH = np.column_stack([Y, X[:, 0] > 14]).astype(int)
LOST = lose_values(X)
FRAME = pd.DataFrame(X, columns=NAMES)
FRAME["sex"] = np.where(X[:, 1] > 18, "F", "M")
FRAME["size"] = pd.Categorical(np.where(X[:, 0] > 14, "large", "small"))
FRAME["smoker"] = X[:, 2] > 90
FEATURES = [
    *NUMBERS,
    choice("sex", "M", "F"),
    choice("size", "small", "large"),
    boolean("smoker"),
]
HOLED = FRAME.copy()
HOLED.loc[::3, "sex"] = np.nan
HOLED.loc[::5, "size"] = np.nan
HOLED.loc[::7, "radius"] = np.nan
MAY_BE_HOLED = [
    number("radius", missing="imputed"),
    *NUMBERS[1:],
    choice("sex", "M", "F", missing="a category of its own"),
    choice("size", "large", "small", missing="a category of its own"),
    boolean("smoker"),
]


def encode(encoder: object, *words: str) -> Pipeline:
    """Numbers imputed and scaled, words encoded, and a classifier behind."""
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    columns = ColumnTransformer(
        [("numbers", numbers, [*NAMES]), ("words", encoder, [*words])], remainder="passthrough"
    )
    return make_pipeline(columns, LogisticRegression())


NUMERIC = {
    "histogram boosting": (HistGradientBoostingClassifier(max_iter=9), Y, CLASSES),
    "histogram boosting of a value": (HistGradientBoostingRegressor(max_iter=9), X[:, 0], VALUE),
    "soft voting": (
        VotingClassifier(
            [("a", LogisticRegression()), ("b", RandomForestClassifier(5, random_state=0))],
            voting="soft",
        ),
        Y,
        CLASSES,
    ),
    "stacking": (
        StackingClassifier(
            [("a", LogisticRegression()), ("b", RandomForestClassifier(5, random_state=0))], cv=2
        ),
        Y,
        CLASSES,
    ),
    "calibration": (CalibratedClassifierCV(LinearSVC(), cv=2), Y, CLASSES),
    "isotonic calibration": (
        CalibratedClassifierCV(RandomForestClassifier(5, random_state=0), method="isotonic", cv=2),
        Y,
        CLASSES,
    ),
    "selection and weights": (
        make_pipeline(SelectKBest(k=2), LogisticRegression(class_weight="balanced")),
        Y,
        CLASSES,
    ),
    "a logarithm": (
        make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), LogisticRegression()),
        Y,
        CLASSES,
    ),
    "the second class alone": (
        LogisticRegression(),
        Y,
        LABELS | {"labels": LABELS["labels"][:1]},
    ),
    "labels one against the rest": (
        make_pipeline(StandardScaler(), OneVsRestClassifier(LogisticRegression())),
        BOTH,
        LABELS,
    ),
    "labels one by one": (
        make_pipeline(StandardScaler(), MultiOutputClassifier(LogisticRegression())),
        BOTH,
        LABELS,
    ),
    "labels one by one, boosted": (
        MultiOutputClassifier(HistGradientBoostingClassifier(max_iter=4)),
        BOTH,
        LABELS,
    ),
    "labels of one forest": (RandomForestClassifier(5, random_state=1), BOTH, LABELS),
    "labels of one network": (
        make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=400, random_state=0)),
        BOTH,
        LABELS,
    ),
    "values one by one": (
        MultiOutputRegressor(HistGradientBoostingRegressor(max_iter=4)),
        BOTH,
        VALUES,
    ),
    "values of one forest": (RandomForestRegressor(5), BOTH, VALUES),
    "values of one regression": (LinearRegression(), BOTH, VALUES),
    "a value learned as its logarithm": (
        TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1),
        X[:, 0] / 10,
        VALUE,
    ),
}


@pytest.mark.parametrize(("model", "y", "output"), NUMERIC.values(), ids=NUMERIC)
def test_what_is_fitted_to_numbers_joins(model: Any, y: Any, output: Any) -> None:
    prove(model.fit(X, y), X, NUMBERS, output)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(20, random_state=0),
        ExtraTreesClassifier(20, random_state=0),
        DecisionTreeClassifier(random_state=0),
        HistGradientBoostingClassifier(max_iter=9),
        make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()),
    ],
    ids=lambda model: type(model).__name__,
)
def test_a_missing_value_goes_where_the_model_sends_it(model: Any) -> None:
    trained = prove(model.fit(LOST, Y), LOST, MAY_MISS, CLASSES)
    complete = trained.answer(X)
    assert np.abs(trained.answer(LOST) - complete).max() > 0.1, "it matters"


@pytest.mark.filterwarnings("ignore:Found unknown categories:UserWarning")
@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("unknown", ["ignore", "error"])
def test_words_of_a_data_frame_are_found_by_name_and_encoded_in_the_graph(
    unknown: str, *, sparse: bool
) -> None:
    encoder = OneHotEncoder(handle_unknown=unknown, sparse_output=sparse)
    model = encode(encoder, "sex", "size").fit(FRAME, Y)
    shuffled = FRAME[["smoker", "size", *NAMES[::-1], "sex"]]
    trained = prove(model, shuffled, FEATURES, CLASSES)
    by_hand = FRAME[:1].assign(sex="M")
    row = trained.rows[:1].copy()
    row[0, 4] = 0  # M is the first choice
    np.testing.assert_allclose(trained.answer(row), model.predict_proba(by_hand))
    stated = [*FEATURES[:4], choice("sex", "M", "X", "F"), *FEATURES[5:]]
    if unknown == "ignore":
        prove(model, FRAME, stated, CLASSES)
    else:
        with pytest.raises(TrainingError, match="sex has a choice that the model was not fitted"):
            prove(model, FRAME, stated, CLASSES)


ENCODERS = {
    "the most frequent": make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()),
    "a word": make_pipeline(
        SimpleImputer(strategy="constant", fill_value="unknown"), OneHotEncoder()
    ),
    "a category": OneHotEncoder(),
    "all but the first": OneHotEncoder(drop="first"),
    "a position": OrdinalEncoder(encoded_missing_value=-1),
}


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
def test_a_word_that_is_missing_is_what_the_encoder_makes_of_it(encoder: Any) -> None:
    prove(encode(encoder, "sex", "size").fit(HOLED, Y), HOLED, MAY_BE_HOLED, CLASSES)


def test_a_position_that_is_missing_goes_its_way_in_a_tree() -> None:
    columns = ColumnTransformer(
        [("words", OrdinalEncoder(), ["sex", "size"])], remainder="passthrough"
    )
    model = make_pipeline(columns, HistGradientBoostingClassifier(max_iter=9))
    prove(model.fit(HOLED, Y), HOLED, MAY_BE_HOLED, CLASSES)


def test_words_are_encoded_by_their_outcome_and_in_several_pipelines() -> None:
    target = encode(TargetEncoder(cv=KFold(2)), "sex", "size").fit(FRAME, Y)
    prove(target, FRAME, FEATURES, CLASSES)
    columns = ColumnTransformer(
        [("words", OneHotEncoder(), ["sex", "size", "smoker"])], remainder="passthrough"
    )
    forest = make_pipeline(columns, RandomForestClassifier(4, random_state=0))
    vote = VotingClassifier(
        [("a", encode(OneHotEncoder(), "sex", "size")), ("b", forest)], voting="soft"
    )
    prove(vote.fit(FRAME, Y), FRAME, FEATURES, CLASSES)
    words = make_pipeline(OneHotEncoder(), LogisticRegression())
    prove(words.fit(FRAME[["size", "sex"]], Y), FRAME, FEATURES[4:6], CLASSES)


def test_an_array_of_words_and_numbers_joins_by_the_order_of_its_columns() -> None:
    rows = FRAME[["sex", "radius", "size"]].to_numpy(object)
    columns = ColumnTransformer(
        [("words", OneHotEncoder(), [0, 2]), ("numbers", StandardScaler(), [1])]
    )
    model = make_pipeline(columns, LogisticRegression()).fit(rows, Y)
    prove(model, rows, [FEATURES[4], FEATURES[0], FEATURES[5]], CLASSES)


def test_grades_are_choices_that_are_numbers_in_a_data_frame_and_positions_in_an_array() -> None:
    grades = np.where(X[:, 0] > 15, 3, np.where(X[:, 0] > 12, 2, 1))
    frame = pd.DataFrame({"texture": X[:, 1], "grade": grades})
    columns = ColumnTransformer([("c", OneHotEncoder(), ["grade"])], remainder="passthrough")
    model = make_pipeline(columns, LogisticRegression()).fit(frame, Y)
    features = [number("texture"), choice("grade", "3", "1", "2")]
    trained = prove(model, frame, features, CLASSES)
    assert trained.rows[:, 1].tolist() == [["3", "1", "2"].index(str(one)) for one in grades]
    codes = np.column_stack([X[:, 1], grades - 1])
    plain = prove(LogisticRegression().fit(codes, Y), codes, features, CLASSES)
    assert plain.rows[:, 1].tolist() == (grades - 1).tolist()


def test_whole_numbers_of_a_column_stay_whole_and_others_are_not_cut() -> None:
    frame = pd.DataFrame({"age": X[:, 1].astype(int), "radius": X[:, 0]})
    model = LogisticRegression().fit(frame, Y)
    trained = prove(model, frame, [number("age"), number("radius")], CLASSES)
    between = np.array([[20.5, 14.0]])
    expected = model.predict_proba(pd.DataFrame(between, columns=frame.columns))
    np.testing.assert_allclose(trained.answer(between), expected)


def test_a_column_is_found_by_its_header_and_labels_are_words() -> None:
    frame = FRAME[["perimeter", "radius"]].rename(columns={"radius": "mean radius"})
    y = np.where(Y, "benign", "malignant")
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, y)
    features = [number("radius", header="mean radius"), number("perimeter")]
    prove(model, frame, features, CLASSES | {"labels": ["benign", "malignant"]})
    with pytest.raises(TrainingError, match=r"output\.labels must be in the order of the model"):
        prove(model, frame, features, CLASSES | {"labels": ["malignant", "benign"]})


CANNOT = {
    "splines": (
        make_pipeline(SplineTransformer(), LogisticRegression()),
        "skl2onnx .* because it has no converter for SplineTransformer: use KBinsDiscretizer",
    ),
    "a Gaussian process": (
        make_pipeline(StandardScaler(), GaussianProcessClassifier()),
        "because it needs Solve, .*: fit an SVC in a CalibratedClassifierCV",
    ),
    "an imputer by neighbours": (
        make_pipeline(KNNImputer(), LogisticRegression()),
        "no operators of ONNX: use SimpleImputer",
    ),
    "a function of one's own": (
        make_pipeline(FunctionTransformer(lambda rows: rows), LogisticRegression()),
        "FunctionTransformer runs a function of Python .*: use numpy's log1p",
    ),
    "no probabilities": (LinearSVC(), "LinearSVC gives no probabilities: fit it in a Calibrated"),
}


@pytest.mark.parametrize(("model", "sentence"), CANNOT.values(), ids=CANNOT)
def test_what_cannot_be_converted_says_the_cause_and_the_way_out(model: Any, sentence: str) -> None:
    with pytest.raises(TrainingError, match=sentence):
        prove(model.fit(X[:60], Y[:60]), X[:60], NUMBERS, CLASSES)


def test_what_is_fitted_otherwise_than_stated_is_refused() -> None:
    chain = ClassifierChain(LogisticRegression()).fit(X, BOTH)
    with pytest.raises(TrainingError, match="no converter for ClassifierChain: fit a MultiOutput"):
        prove(chain, X, NUMBERS, LABELS)
    with pytest.raises(TrainingError, match=r"gives numbers, and output\.kind asks for prob"):
        prove(LinearRegression().fit(X, Y), X, NUMBERS, CLASSES)
    with pytest.raises(TrainingError, match="radius states what happens if it is missing, but"):
        prove(LogisticRegression().fit(X, Y), X, MAY_MISS, CLASSES)
    with pytest.raises(TrainingError, match="rows lack values of radius, and the model takes no"):
        prove(LogisticRegression().fit(X, Y), LOST, NUMBERS, CLASSES)
    frame = FRAME[["radius", "size"]]
    by_category = HistGradientBoostingClassifier(categorical_features="from_dtype").fit(frame, Y)
    with pytest.raises(TrainingError, match="knows no splits of HistGradientBoosting by cat"):
        prove(by_category, frame, [FEATURES[0], FEATURES[5]], CLASSES)


def test_columns_that_do_not_fit_are_named_and_no_cell_is_repeated() -> None:
    model = encode(OneHotEncoder(), "sex", "size").fit(FRAME, Y)
    with pytest.raises(TrainingError, match=r"fitted with smoker, which input\.features lacks"):
        prove(model, FRAME, FEATURES[:-1], CLASSES)
    with pytest.raises(TrainingError, match=r"not fitted with weight of input\.features"):
        prove(model, FRAME, [*FEATURES, number("weight")], CLASSES)
    with pytest.raises(TrainingError, match="rows lack the columns of smoker"):
        prove(model, FRAME.drop(columns="smoker"), FEATURES, CLASSES)
    odd = FRAME.assign(sex=FRAME.sex.where(FRAME.index != 3, "secret"))
    with pytest.raises(TrainingError, match="words in sex that are none of its") as refused:
        prove(model, odd, FEATURES, CLASSES)
    assert "secret" not in refused.value.message
    spelled = [*FEATURES[:4], choice("sex", "M", "F", spellings={"secret": "F"}), *FEATURES[5:]]
    with pytest.raises(TrainingError, match="two words in sex for one choice"):
        prove(model, odd, spelled, CLASSES)
