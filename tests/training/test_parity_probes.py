"""`export` compares a graph with its model where graphs break, not only on the rows given."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from skl2onnx.sklapi import CastTransformer
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from medmaas.model.manifest import Choice, Number, Range, TabularInput
from medmaas.model.registry import Registry
from medmaas.model.session import Session
from medmaas_training.catalogue.draft import INPUT_PART, OUTPUT_PART, parse
from medmaas_training.catalogue.parity import compare, probe_parity
from medmaas_training.catalogue.probes.crossings import make_crossings
from medmaas_training.catalogue.probes.inputs import make_rows
from medmaas_training.catalogue.probes.inputs.tabular import complete
from medmaas_training.catalogue.probes.trees import find_trees
from medmaas_training.errors import TrainingError
from medmaas_training.export import export
from tests.conftest import ROOT

DRAFT: dict[str, Any] = yaml.safe_load((ROOT / "docs/own-model.yaml").read_text())
X, Y = load_breast_cancer(return_X_y=True)
X = X[:, :10]
GAPS = np.where(np.random.default_rng(0).random(X.shape) < 0.2, np.nan, X)
TREE = DecisionTreeClassifier(random_state=0)
FOREST = RandomForestClassifier(20, random_state=0)
TO_FLOAT64, TO_FLOAT32 = CastTransformer(dtype=np.float64), CastTransformer()
WIDE = Range(low=-1e6, high=1e6)


def put(model: Any, rows: Any, folder: Path, **features: Any) -> Any:
    """What the manifest of an exported model says of its comparison."""
    draft = copy.deepcopy(DRAFT)
    for feature in draft["input"]["features"]:
        feature.update(features)
    (folder / "draft.yaml").write_text(yaml.safe_dump(draft))
    export(model, rows, folder / "draft.yaml", out=folder / "models")
    found = Registry(folder / "models").get("fna_means")
    assert found.manifest.parity
    return found


def test_a_graph_that_takes_missing_values_otherwise_is_found_though_rows_are_complete() -> None:
    """As a converter wrote a forest that was fitted with them, whose trees have a side for each."""
    forest = FOREST.fit(GAPS, Y)
    draft = copy.deepcopy(DRAFT)
    for feature in draft["input"]["features"]:
        feature["missing"] = "the trees decide"
    spec, output = parse(INPUT_PART, draft, "input"), parse(OUTPUT_PART, draft, "output")
    assert spec
    assert output
    types = [("features", FloatTensorType([None, 10]))]
    graph = to_onnx(
        forest, initial_types=types, options={"zipmap": False}, target_opset=20
    ).SerializeToString()
    rows = X.astype(np.float32)
    assert compare(graph, forest.predict_proba, rows, output.tensors, spec.tensors)
    sentence = (
        r"differ on \d+ of \d+ rows made with values missing \(\w+, \w+, \w+ and 7 more\), by up "
        r"to 0\.\d+.*: impute inside the model"
    )
    with pytest.raises(TrainingError, match=sentence):
        probe_parity(graph, forest.predict_proba, rows, spec, output)


def test_a_forest_fitted_with_missing_values_joins_as_it_answers(tmp_path: Path) -> None:
    parity = put(FOREST.fit(GAPS, Y), X, tmp_path, missing="the trees decide").manifest.parity
    assert parity.made > 100
    assert parity.largest_difference < 1e-5


@pytest.mark.parametrize("before", [StandardScaler(), PCA(3)], ids=["scaler", "projection"])
def test_a_tree_behind_steps_that_round_otherwise_is_found(tmp_path: Path, before: Any) -> None:
    sentence = (
        r"differ on \d+ of \d+ rows made at thresholds \(\w+, .*\), by up to 1, .*, as at "
        r"\w+ [\d.e-]+: float32 rounds otherwise what is compared: take scaling out"
    )
    with pytest.raises(TrainingError, match=sentence):
        put(make_pipeline(before, TREE).fit(X, Y), X, tmp_path)


def test_edges_of_bins_are_thresholds(tmp_path: Path) -> None:
    bins = KBinsDiscretizer(5, encode="onehot-dense", quantile_method="averaged_inverted_cdf")
    with pytest.raises(TrainingError, match=r"rows made at thresholds \(\w+"):
        put(make_pipeline(bins, LogisticRegression()).fit(X, Y), X, tmp_path)


def test_comparisons_are_crossed_from_either_side() -> None:
    """By columns, by one limit for all, and by several of one column; of steps before it."""
    graph = onnx.parser.parse_model(
        """<ir_version: 10, opset_import: ["" : 20, "ai.onnx.ml" : 3]>
        g (float[n, 2] x) => (float[n, 1] y)
        <float[2] each = {0.3, -0.7}, float one = {12.1}, float[3] several = {1.5, 2.5, 99},
         int64[1] at = {1}, float half = {0.5}, int64[1] last = {1}> {
            a = Less(x, each)
            b = GreaterOrEqual(one, x)
            column = Gather<axis = 1>(x, at)
            twice = Mul(column, half)
            c = Less(twice, several)
            d = ai.onnx.ml.Binarizer<threshold = 7.7>(x)
            all = Concat<axis = 1>(a, b, c)
            f = Cast<to = 1>(all)
            g = Concat<axis = 1>(f, d)
            y = ReduceSum(g, last)
        }"""
    )
    content = graph.SerializeToString()
    made = make_crossings(content, make_table(WIDE, WIDE), {"x": np.zeros((3, 2), np.float32)})
    assert made is not None
    assert made.values is not None
    found = {(*names, value.round(4)) for names, value in zip(made.about, made.values, strict=True)}
    limits = {("x0", 0.3), ("x1", -0.7), ("x0", 12.1), ("x1", 12.1), ("x1", 3.0), ("x1", 5.0)}
    limits |= {("x1", 198.0), ("x0", 7.7), ("x1", 7.7)}
    assert {(name, float(str(value))) for name, value in found} == limits


WAYS_OUT: dict[str, tuple[Any, dict[str, str]]] = {
    "without a scaler": (lambda: FOREST.fit(X, Y), {}),
    "boosted": (lambda: GradientBoostingClassifier(n_estimators=20).fit(X, Y), {}),
    "in float64": (
        lambda: make_pipeline(TO_FLOAT64, StandardScaler(), TO_FLOAT32, TREE).fit(X, Y),
        {},
    ),
    "imputed": (
        lambda: make_pipeline(SimpleImputer(), FOREST).fit(GAPS, Y),
        {"missing": "the mean"},
    ),
    "no tree": (
        lambda: make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()).fit(GAPS, Y),
        {"missing": "the mean"},
    ),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_ways_out_lead_out(tmp_path: Path, way: str) -> None:
    fit, features = WAYS_OUT[way]
    model = put(fit(), X, tmp_path, **features)
    parity = model.manifest.parity
    assert (parity.rows, parity.rows_of) == (569, "the rows given to the export")
    assert 500 < parity.made <= 4000
    assert f"They agree, too, on {parity.made:,} rows that were made" in model.card


def test_values_that_the_model_takes_otherwise_as_written_are_counted_and_told(
    tmp_path: Path,
) -> None:
    model = put(
        make_pipeline(TO_FLOAT64, StandardScaler(), TO_FLOAT32, TREE).fit(X, Y), X, tmp_path
    )
    rounded = model.manifest.parity.rounded
    assert rounded > 0
    assert f"At {rounded} of these, which lie at thresholds" in model.card


def test_what_the_model_itself_does_not_take_is_found(tmp_path: Path) -> None:
    half = ColumnTransformer([("known", SimpleImputer(), [0])], remainder="passthrough")
    with pytest.raises(TrainingError, match="texture states what happens if it is missing, but"):
        put(make_pipeline(half, LogisticRegression(max_iter=5000)).fit(X, Y), X, tmp_path,
            missing="the mean")  # fmt: skip


def test_nothing_of_the_rows_given_is_told(tmp_path: Path) -> None:
    rows = X.copy()
    rows[:, 0] = np.random.default_rng(0).permutation(len(rows)) / 1000 + 12.3456
    with pytest.raises(TrainingError) as refused:
        put(make_pipeline(StandardScaler(), FOREST).fit(rows, Y), rows, tmp_path)
    told = set(str(refused.value).replace(":", " ").replace(",", " ").split())
    assert not told & {str(value) for value in rows[:, 0]}


def test_codes_of_choices_that_the_graph_takes_otherwise_are_found(tmp_path: Path) -> None:
    """An encoder that ignores what it did not see gives zeros; one that fails is better."""
    codes = np.random.default_rng(0).integers(0, 2, len(X))
    rows = np.column_stack([codes, X[:, 1:]])
    encoder = ColumnTransformer([("codes", OneHotEncoder(), [0])], remainder="passthrough")
    model = make_pipeline(encoder, LogisticRegression(max_iter=5000)).fit(rows, Y)
    draft = copy.deepcopy(DRAFT)
    choice = {"type": "choice", "description": "Site.", "choices": ["left", "right", "both"]}
    draft["input"]["features"][0] = {"name": "radius"} | choice
    for case in draft["golden"]["cases"]:
        case["instance"]["radius"] = "left"
    (tmp_path / "draft.yaml").write_text(yaml.safe_dump(draft))
    with pytest.raises(TrainingError, match="radius has a choice that the model was not fitted"):
        export(model, rows, tmp_path / "draft.yaml", out=tmp_path / "models")


def make_table(*ranges: Range, missing: str | None = None) -> TabularInput:
    features = tuple(
        Number(name=f"x{i}", description="x", unit="1", hard_range=one, training_range=one,
               missing=missing)
        for i, one in enumerate(ranges)
    )  # fmt: skip
    return TabularInput(tensor="x", features=features)


def make_stump(threshold: float, mode: str, offset: float, scale: float) -> bytes:
    """One tree with one threshold, behind (x - offset) * scale in float32."""
    scaler = helper.make_node(
        "Scaler", ["x"], ["z"], domain="ai.onnx.ml", offset=[offset] * 2, scale=[scale] * 2
    )
    tree = helper.make_node(
        "TreeEnsembleRegressor",
        ["z"],
        ["y"],
        domain="ai.onnx.ml",
        nodes_treeids=[0, 0, 0],
        nodes_nodeids=[0, 1, 2],
        nodes_featureids=[1, 0, 0],
        nodes_modes=[mode, "LEAF", "LEAF"],
        nodes_values=[threshold, 0.0, 0.0],
        nodes_truenodeids=[1, 0, 0],
        nodes_falsenodeids=[2, 0, 0],
        target_treeids=[0, 0],
        target_nodeids=[1, 2],
        target_ids=[0, 0],
        target_weights=[0.0, 1.0],
        n_targets=1,
    )
    takes = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])
    gives = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1])
    graph = helper.make_graph([scaler, tree], "stump", [takes], [gives])
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 3)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString())


@settings(max_examples=25)
@given(
    threshold=st.floats(-50, 50, width=32),
    mode=st.sampled_from(["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_GTE"]),
    offset=st.floats(-100, 100, width=32),
    scale=st.sampled_from([1.0, -1.0, 0.125, 3.3, -17.0]),
)
def test_rows_stand_on_both_sides_of_a_threshold_next_to_each_other(
    threshold: float, mode: str, offset: float, scale: float
) -> None:
    content = make_stump(threshold, mode, offset, scale)
    rows = {"x": np.zeros((3, 2), np.float32)}
    made = make_crossings(content, make_table(WIDE, WIDE), rows)
    assert made is not None
    assert set(made.about) == {("x1",)}
    values = np.sort(made.tensors["x"][:, 1])
    answers = Session(content).run({"x": np.stack([values, values], axis=1)})["y"].ravel()
    (turn,) = np.flatnonzero(np.diff(answers))
    assert np.nextafter(values[turn], np.float32(np.inf)) == values[turn + 1]


def test_rows_that_differ_by_their_rounding_alone_say_so() -> None:
    content = make_stump(float(np.float32(1.3)), "BRANCH_LEQ", 0.0, 1.0)
    between = 1.29999998  # float32 has nothing between this and 1.3

    def answer(rows: Any) -> Any:
        return (rows[:, 1:] > between).astype(float)

    rows = np.array([[0, 1.3], [0, 1.0], [0, 2.0]])
    with pytest.raises(TrainingError, match=r"on 1 of 3 rows, by nothing but .* become float32"):
        compare(content, answer, rows, ["y"], ["x"])
    held = rows.astype(np.float32)
    assert compare(content, answer, held.astype(float), ["y"], ["x"]).largest_difference == 0
    with pytest.raises(TrainingError, match=r"on 3 of 3 rows$"):
        compare(content, lambda rows: 3 - answer(rows), rows, ["y"], ["x"])


def test_of_a_value_that_cannot_be_sent_no_row_is_made() -> None:
    content = make_stump(0.5, "BRANCH_LEQ", 0.0, 1.0)
    rows = {"x": np.zeros((3, 2), np.float32)}
    beyond = Range(low=1, high=2)
    assert make_crossings(content, make_table(beyond, beyond), rows) is None
    table = make_table(WIDE, WIDE)
    whole = tuple(one.model_copy(update={"whole": True}) for one in table.features)
    made = make_crossings(content, table.model_copy(update={"features": whole}), rows)
    assert made is not None
    assert {0, 1} <= set(made.tensors["x"][:, 1].tolist()) <= {-1, 0, 1, 2}


@given(data=st.data())
@settings(max_examples=25)
def test_every_row_that_is_made_may_be_sent(data: st.DataObject) -> None:
    low = data.draw(st.floats(-1e3, 1e3))
    limits = Range(low=low, high=low + data.draw(st.floats(0, 1e3)))
    numbers = make_table(limits, limits).features
    missing = data.draw(st.sampled_from([None, "left out"]))
    features = (
        numbers[0].model_copy(update={"missing": missing}),
        numbers[1].model_copy(update={"whole": True, "hard_range": Range(low=-3, high=40)}),
        Choice(name="c", description="c", choices=("a", "b", "c"), missing=missing),
    )
    spec = TabularInput(tensor="x", features=features)
    given_rows = np.array([[low, 3, 1], [np.nan, 5, np.nan]], np.float32)
    for made in make_rows(spec, {"x": given_rows}):
        rows = made.tensors["x"]
        kept = complete(features, rows)
        assert np.array_equal(rows, kept, equal_nan=True), made.sort
        assert np.isin(rows[:, 2][~np.isnan(rows[:, 2])], [0, 1, 2]).all()
        assert (rows[:, 1] == rows[:, 1].round()).all()
        assert missing or not np.isnan(rows).any()


def test_the_arrivals_at_a_node_are_those_of_the_trees_themselves() -> None:
    """scikit-learn says which rows pass a node; the graph's trees must say the same."""
    from medmaas_training.catalogue.graph import convert_sklearn  # noqa: PLC0415 - takes seconds

    tree = DecisionTreeClassifier(random_state=0).fit(X, Y)
    graph = onnx.load_from_string(convert_sklearn(tree, 10).SerializeToString())
    (trees,) = find_trees(graph)
    rows = X.astype(np.float32)
    path = tree.decision_path(rows).toarray().astype(bool)
    inner = tree.tree_.children_left >= 0
    ours = sorted(trees.find_arrivals(node, rows).tobytes() for node in trees.ordered)
    assert ours == sorted(path[:, node].tobytes() for node in np.flatnonzero(inner))
