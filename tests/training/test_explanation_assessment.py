"""A finished model explained as a whole: what it rests on, overall and by subgroup."""

from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from medmaas.model.manifest import (
    Boolean,
    Check,
    Choice,
    ClassesOutput,
    Explanation,
    ImageInput,
    Number,
    Output,
    Range,
    SurvivalOutput,
    TabularInput,
    TextInput,
    ValueOutput,
)
from medmaas_training.assessment.inputs import make_input_assessor
from medmaas_training.assessment.inputs.text import BONDS, name_element, name_parts
from medmaas_training.assessment.reasons.dependence import choose_values, measure_dependence
from medmaas_training.assessment.reasons.explanation import (
    ExplanationAssessment,
    assess_explanation,
)
from medmaas_training.assessment.reasons.games import open_model
from medmaas_training.assessment.reasons.importance import measure_importance
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.catalogue.graph import convert_sklearn

Floats = NDArray[np.float64]
WIDE = Range(low=-100, high=100)
TABLE = TabularInput(
    tensor="features",
    features=(
        Number(name="marker", description="m", unit="1", hard_range=WIDE, training_range=WIDE),
        Number(name="noise", description="n", unit="1", hard_range=WIDE, training_range=WIDE),
        Choice(name="stage", description="s", choices=("I", "II", "III")),
        Boolean(name="smoker", description="s"),
    ),
)
ILL = ClassesOutput(tensor="probabilities", labels=("well", "ill"))
CASE = {"marker": 0, "noise": 0, "stage": "I", "smoker": False}


def draw_people(n: int, seed: int) -> Floats:
    draw = np.random.default_rng(seed)
    numbers = draw.normal(size=(n, 2))
    return np.column_stack([numbers, draw.integers(0, 3, n), draw.integers(0, 2, n)])


def study(n: int = 200) -> Splits:
    rows = [draw_people(size, seed) for seed, size in enumerate((400, 100, n))]
    cases = [Cases(r, (r[:, 0] > 0).astype(int)) for r in rows]
    groups = {"smoker": rows[2][:, 3] == 1, "the first five": np.arange(n) < 5}
    return Splits(cases[0], cases[1], Cases(rows[2], cases[2].outcome, groups))


def fit() -> LogisticRegression:
    rows = draw_people(400, 0)
    chance = np.random.default_rng(9).random(400)
    ill = chance < 1 / (1 + np.exp(-2 * rows[:, 0] - 0.8 * rows[:, 2] + 0.8))
    return LogisticRegression().fit(rows, ill.astype(int))


@pytest.fixture(name="table", scope="module")
def _table() -> ExplanationAssessment:
    graph = convert_sklearn(fit(), 4)
    return assess_explanation(graph, TABLE, ILL, [CASE], None, study(), seed=0)


def test_the_feature_that_decides_matters_most(table: ExplanationAssessment) -> None:
    everyone = [i for i in table.explanation.importance if i.group == "all"]
    assert everyone[0].part == "marker"
    assert {i.part for i in everyone} == {"marker", "noise", "stage", "smoker"}
    assert all(i.low <= i.value <= i.high for i in everyone)
    assert {i.of for i in everyone} == {"ill"}


def test_groups_too_small_to_say_anything_are_left_out(table: ExplanationAssessment) -> None:
    assert {i.group for i in table.explanation.importance} == {"all", "smoker"}
    assert {d.group for d in table.explanation.dependence} == {"all", "smoker"}
    assert {m.group for m in table.metrics} == {"smoker"}


def test_explanations_of_a_table_pass_every_check(table: ExplanationAssessment) -> None:
    checks = {check.check: check for check in reversed(table.explanation.faithfulness)}
    exact = next(check for name, check in checks.items() if "exact explainer of shap" in name)
    assert exact.value < 1e-6
    ahead = [check for name, check in checks.items() if "against random order" in name]
    assert len(ahead) == 2
    assert all(check.low is not None and check.low > 0 for check in ahead)
    shuffled = next(check for name, check in checks.items() if "shuffled" in name)
    assert abs(shuffled.value) < 0.5
    assert any("centres as background" in name for name in checks)
    assert any("known Shapley values" in name for name in checks)


def test_an_answer_is_explained_against_centres_of_the_train_split(
    table: ExplanationAssessment,
) -> None:
    background = table.explanation.background
    assert background is not None
    assert background.of == "the train split, n = 400"
    assert sum(centre.people for centre in background.centres) == 400


def test_a_seed_gives_the_same_assessment(table: ExplanationAssessment) -> None:
    graph = convert_sklearn(fit(), 4)
    again = assess_explanation(graph, TABLE, ILL, [CASE], None, study(), seed=0)
    assert again.explanation == table.explanation


def test_several_classes_of_a_forest_on_a_table_with_gaps() -> None:
    rows = draw_people(150, 5)
    rows[:, 3] = 1  # everybody smokes
    y = np.digitize(rows[:, 0], [-0.5, 0.5])
    forest = RandomForestClassifier(10, max_depth=4, random_state=0).fit(rows, y)
    rows[::3, 1] = np.nan
    cases = Cases(rows, y)
    output = ClassesOutput(tensor="probabilities", labels=("low", "middle", "high"))
    model = make_pipeline(SimpleImputer(), forest)
    graph = convert_sklearn(model.fit(rows, y), 4)
    found = assess_explanation(
        graph, TABLE, output, [CASE], None, Splits(cases, cases, cases), seed=0
    ).explanation
    assert found.importance[0].part == "marker"
    assert found.importance[0].of == "the named label"
    assert {curve.of for curve in found.dependence} == {"low", "middle", "high"}
    assert next(i.value for i in found.importance if i.part == "smoker") == 0


def test_classes_have_labels_and_need_no_threshold(table: ExplanationAssessment) -> None:
    assert table.explanation.decision is None


def make_graph(
    nodes: list[onnx.NodeProto], tensors: tuple[onnx.ValueInfoProto, ...], **constants: NDArray[Any]
) -> onnx.ModelProto:
    asked, given = tensors
    held = [numpy_helper.from_array(a, name) for name, a in constants.items()]
    graph = helper.make_graph(nodes, "graph", [asked], [given], held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def make_risk() -> onnx.ModelProto:
    """Survival at three times: 1, exp(-h) and exp(-2 h), h rising with the marker."""
    weights = np.zeros((4, 3), np.float32)
    weights[0] = [0, -0.5, -1]
    shift = np.array([[0, -1.5, -3]], np.float32)
    nodes = [
        helper.make_node("Clip", ["features", "low", "high"], ["held"]),
        helper.make_node("MatMul", ["held", "weights"], ["raised"]),
        helper.make_node("Add", ["raised", "shift"], ["log"]),
        helper.make_node("Exp", ["log"], ["survival"]),
    ]
    return make_graph(
        nodes,
        (
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 4]),
            helper.make_tensor_value_info("survival", TensorProto.FLOAT, ["n", 3]),
        ),
        weights=weights,
        shift=shift,
        low=np.array(-3, np.float32),
        high=np.array(3, np.float32),
    )


def test_a_counterfactual_of_survival_must_cross_the_upper_third() -> None:
    output = SurvivalOutput(tensor="survival", time_days=(0, 365, 730), horizon_days=(365, 730))
    splits = study()
    found = assess_explanation(make_risk(), TABLE, output, [CASE], None, splits, seed=0)
    decision = found.explanation.decision
    assert decision is not None
    assert decision.target == found.of == "risk_730"
    risks = 1 - np.exp(-3 - splits.train.rows[:, 0].clip(-3, 3))
    assert (risks > decision.threshold).mean() == pytest.approx(1 / 3, abs=0.02)
    assert {i.of for i in found.explanation.importance} == {"risk_730"}


def test_dependence_is_the_partial_dependence_of_scikit_learn() -> None:
    model, rows = fit(), draw_people(60, 3)
    curves = measure_dependence(
        lambda asked: model.predict_proba(asked)[:, 1],
        TABLE,
        rows,
        seen=draw_people(400, 0),
        of="ill",
        groups={},
    )
    assert [curve.feature for curve in curves] == ["marker", "noise", "stage", "smoker"]
    for column, curve in enumerate(curves):
        grid = choose_values(TABLE.features[column], draw_people(400, 0)[:, column])
        theirs = partial_dependence(
            model, rows, [column], custom_values={column: np.array(grid)}, kind="average"
        )
        assert curve.answers == pytest.approx(theirs["average"][0], abs=1e-6)
    assert curves[2].values == ("I", "II", "III")
    assert curves[3].values == (False, True)


def test_a_feature_of_one_value_has_no_curve() -> None:
    rows = draw_people(40, 3)
    seen = rows.copy()
    seen[:, 0] = 1.0
    curves = measure_dependence(
        lambda asked: asked[:, 0], TABLE, rows, seen=seen, of="ill", groups={}
    )
    assert "marker" not in {curve.feature for curve in curves}


def test_a_part_that_few_inputs_have_is_left_out() -> None:
    values = np.full((10, 2), np.nan)
    values[:, 0], values[:4, 1] = 2.0, 9.0
    (only,) = measure_importance(values, ("C", "Br"), of="value", groups={}, seed=0)
    assert (only.part, only.n, only.value) == ("C", 10, 2.0)


TEXT = TextInput(
    tensor="codes",
    field="smiles",
    description="A molecule.",
    alphabet=("C", "O", "(", ")", "="),
    max_length=16,
    syntax="SMILES",
)
WORTH = np.array([[0], [1], [-3], [0], [0], [0.5]], np.float32)


def make_counter() -> onnx.ModelProto:
    """The sum of what every character is worth."""
    nodes = [
        helper.make_node("Gather", ["worth", "codes"], ["each"], axis=0),
        helper.make_node("ReduceSum", ["each", "axis"], ["value"], keepdims=0),
    ]
    return make_graph(
        nodes,
        (
            helper.make_tensor_value_info("codes", TensorProto.INT64, ["n", 16]),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, ["n", 1]),
        ),
        worth=WORTH,
        axis=np.array([1], np.int64),
    )


def encode(line: str) -> NDArray[np.int64]:
    codes = [TEXT.alphabet.index(character) + 1 for character in line]
    return np.array(codes + [0] * (16 - len(codes)), np.int64)


def assess(
    spec: TextInput | ImageInput,
    output: Output,
    graph: onnx.ModelProto,
    rows: NDArray[np.generic],
    golden: dict[str, str],
) -> ExplanationAssessment:
    cases = Cases(rows, np.zeros(len(rows)))
    return assess_explanation(
        graph, spec, output, [golden], None, Splits(cases, cases, cases), seed=0
    )


def test_a_molecule_rests_on_its_elements() -> None:
    lines = [
        "CCO",
        "CC(=O)O",
        "CCCC",
        "OCCO",
        "C=O",
        "CC(C)O",
        "CC(C)(C)O",
        "CO",
        "OC=O",
        "CCC(=O)C",
    ]
    found = assess(
        TEXT,
        ValueOutput(tensor="value", unit="1"),
        make_counter(),
        np.stack([encode(line) for line in lines]),
        {"smiles": "CCO"},
    )
    importance = {i.part: i for i in found.explanation.importance}
    oxygens = [line.count("O") for line in lines if "O" in line]
    assert importance["O"].value == pytest.approx(3 * np.mean(oxygens), abs=1e-5)
    assert importance["O"].n == len(oxygens)
    assert importance["C"].value == pytest.approx(np.mean([s.count("C") for s in lines]), abs=1e-5)
    assert {BONDS, "C", "O"} == set(importance)
    assert found.explanation.background is None
    assert found.explanation.decision is None


def test_atoms_are_named_by_their_element() -> None:
    assert [name_element(s) for s in ("C", "Cl", "[NH3+]", "[nH]", "c", "[O-]", "[13CH4]")] == [
        "C", "Cl", "N", "aromatic N", "aromatic C", "O", "C",
    ]  # fmt: skip
    plain = TEXT.model_copy(update={"syntax": None})
    assert name_parts(plain, "C(O") == [("C", [0]), ("(", [1]), ("O", [2])]


def make_looker() -> onnx.ModelProto:
    """The more light in the upper left quarter of 8 x 8 pixels, the likelier `bright`."""
    weights = np.zeros((8, 8), np.float32)
    weights[:4, :4] = 1 / 16 / 255
    table = np.stack([-2 * weights.ravel(), 2 * weights.ravel()], axis=1)
    nodes = [
        helper.make_node("Cast", ["pixels"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["numbers"], ["flat"]),
        helper.make_node("MatMul", ["flat", "table"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    return make_graph(
        nodes,
        (
            helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", 8, 8, 1]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2]),
        ),
        table=table,
    )


def test_a_picture_rests_on_where_the_model_looks() -> None:
    spec = ImageInput(tensor="pixels", height=8, width=8, mode="L")
    pictures = np.random.default_rng(0).integers(0, 60, (12, 8, 8, 1)).astype(np.uint8)
    pictures[:, :4, :4] += 180
    golden = {"image": "unused"}
    found = assess(
        spec,
        ClassesOutput(tensor="probabilities", labels=("dark", "bright")),
        make_looker(),
        pictures,
        golden,
    )
    importance = {i.part: i.value for i in found.explanation.importance}
    assert len(importance) == 16
    looked_at = {f"row {row}, column {column}" for row in (1, 2) for column in (1, 2)}
    assert min(importance[part] for part in looked_at) > 2 * max(
        value for part, value in importance.items() if part not in looked_at
    )
    assert found.of == "log-odds of the named label"
    checks = [c for c in found.explanation.faithfulness if "against random order" in c.check]
    assert all(check.low is not None and check.low > 0 for check in checks)


def look_at(pictures: NDArray[np.uint8]) -> tuple[Check, ...]:
    """The trial of the maps of a model that looks at the upper left quarter."""
    spec = ImageInput(tensor="pixels", height=8, width=8, mode="L")
    output = ClassesOutput(tensor="probabilities", labels=("dark", "bright"))
    explanation = Explanation(method="a heat map")
    model = open_model(make_looker(), spec, output, [{"image": "unused"}], explanation=explanation)
    trial = make_input_assessor(spec).hold_trial(model, pictures, "log-odds", 0)
    assert trial is not None
    return trial


def draw_pictures(n: int) -> NDArray[np.uint8]:
    draw = np.random.default_rng(0)
    return draw.integers(0, 60, (n, 8, 8, 1)).astype(np.uint8)


def test_a_map_of_a_model_that_looks_aside_wins_on_two_hundred_pictures() -> None:
    pictures = draw_pictures(210)
    pictures[:, :4, :4] += 180
    trial = look_at(pictures)
    assert [check.check.split()[0] for check in trial] == ["deletion", "insertion"]
    assert [check.n for check in trial] == [200, 200]
    assert all(check.is_won for check in trial)


def test_on_fewer_pictures_it_is_ahead_and_has_not_won() -> None:
    pictures = draw_pictures(30)
    pictures[:, :4, :4] += 180
    trial = look_at(pictures)
    assert all(check.low is not None and check.low > 0 for check in trial)
    assert not any(check.is_won for check in trial)


def test_where_every_part_is_alike_no_map_wins() -> None:
    alike = np.full((200, 8, 8, 1), 90, np.uint8)
    assert not any(check.is_won for check in look_at(alike))
