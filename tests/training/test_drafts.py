"""A draft of a graph and a table, at most fifteen lines of a person, and the model answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sksurv.datasets import load_whas500

from tests.training.drafts import (
    FLOAT,
    INT64,
    UINT8,
    Mine,
    linear,
    make_graph,
    node,
    weigh,
)

X, Y = load_breast_cancer(return_X_y=True)
NAMES = [str(name) for name in load_breast_cancer().feature_names]


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Mine:
    return Mine(tmp_path)


def export(model: Any, columns: int, **options: Any) -> bytes:
    types = [("features", FloatTensorType([None, columns]))]
    return bytes(to_onnx(model, initial_types=types, **options).SerializeToString())


def tabulate(rows: Any, names: list[str], **more: Any) -> dict[str, Any]:
    return dict(zip(names, rows.T.tolist(), strict=True)) | more


def test_a_classifier_with_zipmap_of_breast_cancer(mine: Mine, capsys: Any) -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    words = np.array(["malignant", "benign"])[Y]
    table = tabulate(X, NAMES, diagnosis=words)
    assert mine.draft(export(model, 30), table, "--target", "diagnosis") == 0
    told = capsys.readouterr()
    assert mine.tree["output"]["labels"] == ["malignant", "benign"], (
        "by the cases, not the alphabet"
    )
    assert "labels are in the order that the cases of diagnosis speak for" in told.err
    assert "card.intended_use is missing: what the model is for" in told.out
    assert mine.add() == 0
    row = X[0].round(6)
    instance = dict(zip([one["name"] for one in mine.tree["input"]["features"]], row, strict=True))
    (answered,) = mine.predict(instance)
    expected = model.predict_proba([row])[0]
    assert list(answered["output"]["probabilities"].values()) == pytest.approx(expected, abs=1e-4)


def test_a_regression_of_diabetes(mine: Mine) -> None:
    people = load_diabetes(scaled=False)
    model = LinearRegression().fit(people.data, people.target)
    table = tabulate(people.data, people.feature_names, progression=people.target)
    assert mine.draft(export(model, 10), table, "--target", "progression") == 0
    assert mine.tree["output"]["kind"] == "value"
    assert mine.add(("unit", '"1"')) == 0
    assert 20 < mine.predict()[0]["output"]["value"] < 400


def test_three_classes_that_the_graph_names_itself(mine: Mine) -> None:
    flowers = load_iris()
    words = flowers.target_names[flowers.target]
    model = LogisticRegression(max_iter=1000).fit(flowers.data, words)
    table = tabulate(flowers.data, ["sepal length (cm)", "b", "c", "d"], species=words)
    graph = export(model, 4, options={"zipmap": False})
    assert mine.draft(graph, table, "--target", "species") == 0
    assert mine.tree["output"]["labels"] == ["setosa", "versicolor", "virginica"]
    assert mine.tree["input"]["features"][0]["unit"] == "cm"
    assert mine.add() == 0
    assert len(mine.predict()[0]["output"]["probabilities"]) == 3


def test_a_survival_curve_of_whas500(mine: Mine) -> None:
    people, outcome = load_whas500()
    names = ["age", "bmi", "hr", "sysbp"]
    weights = np.array([[0.03], [-0.02], [0.01], [-0.005]], np.float32)
    times = np.array([[0, 0.1, 0.2, 0.3]], np.float32)
    graph = make_graph(
        [node("MatMul", "x w", "l"), node("Exp", "l", "h"), node("Mul", "h t", "u"),
         node("Neg", "u", "m"), node("Exp", "m", "s")],
        [("x", FLOAT, ["n", 4])], [("s", FLOAT, ["n", 4])], w=weights, t=times,
    )  # fmt: skip
    table = tabulate(
        people[names].to_numpy(dtype=float), names, lenfol=outcome["lenfol"].tolist(),
        fstat=outcome["fstat"].astype(int),
    )  # fmt: skip
    assert mine.draft(graph, table, "--time", "lenfol", "--event", "fstat", "--unit", "days") == 0
    assert mine.tree["output"]["kind"] == "survival"
    assert mine.tree["title"] == "Survival without fstat, from 4 features"
    assert "the cases are followed to day 2" in mine.yaml.read_text()
    assert mine.add(("time_days", "[0, 365, 730, 1095]"), ("horizon_days", "[365]")) == 0
    assert 0 < mine.predict()[0]["output"]["risk"]["365"] < 1


def test_one_column_of_a_sigmoid_is_one_label(mine: Mine) -> None:
    rows = np.random.default_rng(0).normal(size=(300, 3)).round(2)
    died = (rows[:, 0] > 0).astype(int)
    graph = linear([[3], [0], [0]], "Sigmoid")
    assert mine.draft(graph, tabulate(rows, ["a", "b", "c"], died=died), "--target", "died") == 0
    output = mine.tree["output"]
    assert output["labels"] == [{"name": "died", "threshold": 0.5}]
    assert mine.add() == 0
    assert mine.predict({"a": 2, "b": 0, "c": 0})[0]["output"]["labels"] == ["died"]


def test_several_targets_name_several_values(mine: Mine) -> None:
    rows = np.random.default_rng(0).normal(50, 9, size=(200, 3)).round(1)
    table = tabulate(rows, ["a", "b", "c"])
    table |= {"ef (%)": rows[:, 0], "mass (g)": rows[:, 1]}
    graph = linear([[1, 0], [0, 1], [0, 0]])
    assert mine.draft(graph, table, "--target", "ef (%),mass (g)") == 0
    assert [one["unit"] for one in mine.tree["output"]["values"]] == ["%", "g"]
    assert mine.add(title="Two numbers") == 0
    assert mine.predict({"a": 50, "b": 60, "c": 40})[0]["output"]["values"]["ef"]["value"] == 50


def test_a_graph_of_one_input_per_column_is_joined_by_their_names(mine: Mine) -> None:
    draw = np.random.default_rng(0)
    people: dict[str, Any] = {
        "patient id": [f"P{i:05}" for i in range(300)],
        "age": draw.integers(20, 90, 300),
        "sex": draw.choice(["F", "M"], 300),
        "smoker": draw.choice(["yes", "no"], 300),
        "crp": draw.lognormal(1, 1, 300).round(1),
    }
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(people)
    ill = np.where(frame.age / 50 + (frame.sex == "M") > 1.6, "ill", "well")
    model = make_pipeline(
        ColumnTransformer(
            [
                ("words", OneHotEncoder(), ["sex", "smoker"]),
                ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["crp", "age"]),
            ]
        ),
        LogisticRegression(),
    ).fit(frame, ill)
    number, text = FloatTensorType([None, 1]), StringTensorType([None, 1])
    types = [("crp", number), ("sex", text), ("smoker", text), ("age", number)]
    graph = to_onnx(model, initial_types=types).SerializeToString()
    missing = ["" if i % 9 == 0 else value for i, value in enumerate(people["crp"])]
    assert mine.draft(graph, people | {"crp": missing, "y": ill}, "--target", "y") == 0
    features = {one["name"]: one for one in mine.tree["input"]["features"]}
    assert [*features] == ["crp", "sex", "smoker", "age"], "by the graph's names and order"
    assert features["smoker"]["choices"] == ["no", "yes"]
    assert "missing" in features["crp"], "the graph imputes it"
    assert mine.add() == 0
    instances: list[dict[str, Any]] = [{"crp": 3.5, "sex": "M", "smoker": "yes", "age": 44},
                 {"crp": None, "sex": "F", "smoker": "no", "age": 80}]  # fmt: skip
    answers = [one["output"]["probabilities"] for one in mine.predict(*instances)]
    own = model.predict_proba(pandas.DataFrame(instances).assign(crp=[3.5, np.nan]))
    assert [[*one.values()] for one in answers] == pytest.approx(own, abs=1e-5)


def test_a_picture(mine: Mine) -> None:
    graph = make_graph(
        [node("Flatten", "x", "f"), node("MatMul", "f w", "l"), node("Softmax", "l", "p", axis=1)],
        [("x", FLOAT, ["n", 3, 8, 8])],
        [("p", FLOAT, ["n", 2])],
        w=weigh(192, 2),
    )
    assert mine.draft(graph) == 0
    tree = mine.tree["input"]
    assert (tree["kind"], tree["layout"], tree["mode"]) == ("image", "NCHW", "RGB")
    scale = ("normalisation", "{mean: [0, 0, 0], deviation: [1, 1, 1]}")
    assert mine.add(scale, ("labels", "[a, b]"), title="Spots") == 0
    assert {*mine.predict()[0]["output"]["probabilities"]} == {"a", "b"}


def test_a_mask_of_a_picture(mine: Mine) -> None:
    graph = make_graph(
        [node("Cast", "x", "c", to=FLOAT), node("Conv", "c w", "l", kernel_shape=[1, 1]),
         node("Softmax", "l", "p", axis=1)],
        [("x", UINT8, ["n", 1, 8, 8])], [("p", FLOAT, ["n", 2, 8, 8])],
        w=np.array([[[[0.1]]], [[[-0.1]]]], np.float32),
    )  # fmt: skip
    assert mine.draft(graph) == 0
    answers = ("labels", "[spot, ground]"), ("background", "ground")
    assert mine.add(*answers, title="Spots") == 0
    assert mine.predict()[0]["output"]["areas"]


def test_an_ecg_of_twelve_leads(mine: Mine) -> None:
    graph = make_graph(
        [node("ReduceMean", "x axes", "m", keepdims=0), node("MatMul", "m w", "l"),
         node("Sigmoid", "l", "p")],
        [("x", FLOAT, ["n", 12, 500])], [("p", FLOAT, ["n", 1])],
        axes=np.array([2]), w=weigh(12, 1),
    )  # fmt: skip
    assert mine.draft(graph) == 0
    leads = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    answers = (
        ("leads", f"[{', '.join(f'{{name: {lead}}}' for lead in leads)}]"),
        ("sampling_rate", "50"),
        ("unit", "mV"),
        ("amplitude", "{low: -5, high: 5}"),
        ("labels", "[{name: AFIB, threshold: 0.5}]"),
    )
    assert mine.add(*answers, title="A rhythm", most=17) == 0
    assert mine.predict()[0]["output"]["probabilities"]["AFIB"] == pytest.approx(0.5, abs=0.1)


def test_a_history_of_a_table_in_long_form(mine: Mine) -> None:
    graph = make_graph(
        [node("IsNaN", "x", "gap"), node("Where", "gap zero x", "full"),
         node("ReduceSum", "full axes", "m", keepdims=0), node("MatMul", "m w", "v")],
        [("x", FLOAT, ["n", "rows", 3])], [("v", FLOAT, ["n", 1])],
        zero=np.float32(0), axes=np.array([1]), w=weigh(3, 1),
    )  # fmt: skip
    draw = np.random.default_rng(0)
    table = {
        "who": [f"P{i // 4}" for i in range(400)],
        "day": [i % 4 * 7 for i in range(400)],
        "creatinine (mg/dL)": draw.lognormal(0, 0.3, 400).round(2),
        "dose": draw.integers(0, 5, 400),
    }
    assert mine.draft(graph, table, "--group", "who") == 0
    tree = mine.tree["input"]
    assert (tree["kind"], tree["features"][1]["unit"]) == ("series", "mg/dL")
    assert [one["name"] for one in tree["features"]] == ["day", "creatinine_mg_dL", "dose"]
    assert mine.add(("unit", "mg/dL"), title="A course") == 0
    assert np.isfinite(mine.predict()[0]["output"]["value"])


def test_tokens_with_the_tokenizer_beside(mine: Mine) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    words = ["[PAD]", "[UNK]", "an", "invented", "text"]
    model = tokenizers.models.WordLevel({w: i for i, w in enumerate(words)}, unk_token=words[1])
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(mine.folder / "tokenizer.json"))
    graph = make_graph(
        [node("Cast", "input_ids", "a", to=FLOAT), node("Cast", "attention_mask", "b", to=FLOAT),
         node("Mul", "a b", "f"), node("MatMul", "f w", "l"), node("Softmax", "l", "p", axis=1)],
        [("input_ids", INT64, ["n", 16]), ("attention_mask", INT64, ["n", 16])],
        [("p", FLOAT, ["n", 2])], w=weigh(16, 2),
    )  # fmt: skip
    assert mine.draft(graph) == 0
    assert mine.tree["input"]["tokens"] == {
        "file": "tokenizer.json", "mask_tensor": "attention_mask",
    }  # fmt: skip
    about = ("description", "A text.")
    assert mine.add(about, ("labels", "[a, b]"), title="A text") == 0
    assert mine.predict({"text": "an invented text"})[0]["status"] == "ok"


def test_a_picture_beside_a_table(mine: Mine) -> None:
    graph = make_graph(
        [node("Cast", "scan", "c", to=FLOAT), node("Flatten", "c", "s"),
         node("Concat", "s patient", "f", axis=1), node("MatMul", "f w", "l"),
         node("Softmax", "l", "p", axis=1)],
        [("scan", UINT8, ["n", 4, 4, 1]), ("patient", FLOAT, ["n", 2])], [("p", FLOAT, ["n", 2])],
        w=weigh(18, 2, 0.001),
    )  # fmt: skip
    draw = np.random.default_rng(0)
    table = {"age": draw.integers(20, 90, 100), "weight": draw.normal(70, 9, 100).round(1)}
    assert mine.draft(graph, table) == 0
    scan, patient = mine.tree["input"]["parts"]
    assert (scan["input"]["kind"], patient["input"]["kind"]) == ("image", "tabular")
    assert mine.add(("labels", "[a, b]"), title="Both") == 0
    assert mine.predict()[0]["status"] == "ok"


def test_names_that_the_graph_states_give_the_order_of_the_columns(mine: Mine) -> None:
    rows = np.random.default_rng(0).normal(size=(200, 3)).round(2)
    metadata = {"feature_names": json.dumps(["c", "a", "b"])}
    graph = linear([[5, -5], [0, 0], [0, 0]], "Softmax", metadata=metadata)
    table = tabulate(rows, ["a", "b", "c"], y=np.where(rows[:, 2] > 0, "high", "low"))
    assert mine.draft(graph, table, "--target", "y") == 0
    assert [one["name"] for one in mine.tree["input"]["features"]] == ["c", "a", "b"]
    assert mine.tree["output"]["labels"] == ["high", "low"]
    assert "in its order?" not in mine.yaml.read_text()


def test_whole_numbers_are_stated_as_such(mine: Mine) -> None:
    rows = np.random.default_rng(0).integers(0, 30, size=(200, 3))
    graph = linear([[1], [0], [0]], datatype=INT64)
    assert mine.draft(graph, tabulate(rows, ["a", "b", "c"]) | {"y": rows[:, 0] + 0.5},
                      "--target", "y") == 0  # fmt: skip
    assert all(one["whole"] for one in mine.tree["input"]["features"])
    assert mine.add(("unit", '"1"')) == 0
    assert mine.predict({"a": 7, "b": 1, "c": 2})[0]["output"]["value"] == 7
