"""Labels at times of records are assessed step by step, and people are drawn whole."""

from typing import Any

import numpy as np
import onnx
import onnx.parser
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score

from medmaas.model.manifest import AnnotationsOutput, Metric, Number, Range, TabularInput
from medmaas_training.assessment.assess import assess
from medmaas_training.assessment.certainty.uncertainty import (
    UncertaintyAssessment,
    assess_uncertainty,
)
from medmaas_training.assessment.outputs import annotations as of_annotations
from medmaas_training.assessment.outputs.annotations import (
    LIKELIEST,
    MACRO_SENSITIVITY,
    ON,
    PREDICTIVE_VALUE,
    UNDECIDED,
    AnnotationsAssessor,
)
from medmaas_training.assessment.splits import AnnotatedSteps, Cases, Splits, take_cases
from medmaas_training.classes.metrics import ACCURACY, SENSITIVITY
from medmaas_training.errors import TrainingError
from medmaas_training.export import compare

Array = NDArray[Any]
WIDE = Range(low=-100, high=100)
TABLE = TabularInput(
    tensor="features",
    features=tuple(
        Number(name=f"x{i}", description="x", unit="1", hard_range=WIDE, training_range=WIDE)
        for i in range(4)
    ),
)
LABELS = ("N", "V", "S")
STEPS, PEOPLE, EACH = 4, 40, 5
OUTPUT = AnnotationsOutput.model_validate(
    {
        "tensor": "p",
        "labels": LABELS,
        "background": "N",
        "time": {"kind": "windows", "step_seconds": 1, "window_seconds": 1},
        "undecided_below": 0.6,
    }
)
GRAPH = """<ir_version: 9, opset_import: ["" : 18]>
steps (float[n, 4] features) => (float[n, 4, 3] p)
<int64[1] last = {2}, float[1, 3] weights = {0, 2, -2}, float[3] bias = {1.5, -1, -1}> {
    wide = Unsqueeze(features, last)
    weighed = MatMul(wide, weights)
    logits = Add(weighed, bias)
    p = Softmax<axis = -1>(logits)
}"""


def draw_cases(seed: int) -> Cases:
    """Five records of each of 40 people, who differ; of some steps nobody said anything."""
    draw = np.random.default_rng(seed)
    person = np.repeat(np.arange(PEOPLE), EACH)
    own = draw.normal(0, 1.2, PEOPLE)[person, None]
    rows = (own + draw.normal(0, 1, (len(person), STEPS))).astype(np.float32).astype(float)
    logits = rows[:, :, None] * [0, 2, -2] + [1.5, -1, -1]
    label = (logits + draw.gumbel(size=logits.shape)).argmax(2)
    label[3::7, 1] = -1
    return Cases(rows, AnnotatedSteps(label, person))


@pytest.fixture(name="splits", scope="module")
def _splits() -> Splits:
    return Splits(draw_cases(0), draw_cases(1), draw_cases(2))


@pytest.fixture(name="graph", scope="module")
def _graph() -> onnx.ModelProto:
    return onnx.parser.parse_model(GRAPH)


@pytest.fixture(name="found", scope="module")
def _found(splits: Splits, graph: onnx.ModelProto) -> UncertaintyAssessment:
    return assess_uncertainty(graph, TABLE, OUTPUT, splits, seed=0)


def list_steps(cases: Cases) -> tuple[Array, Array]:
    """True labels, and those that are given, 3 for undecided, of the steps that have one."""
    logits = cases.rows[:, :, None] * [0, 2, -2] + [1.5, -1, -1]
    p = np.exp(logits) / np.exp(logits).sum(2, keepdims=True)
    given = np.where(p.max(2) < 0.6, len(LABELS), p.argmax(2))
    known = cases.outcome.label != -1
    return cases.outcome.label[known], given[known]


def take(
    found: UncertaintyAssessment, metric: str, group: str = "all", model: str = "this model"
) -> Metric:
    (one,) = [m for m in found.metrics if (m.metric, m.group, m.model) == (metric, group, model)]
    return one


def test_figures_of_a_label_are_those_of_scikit_learn(
    splits: Splits, found: UncertaintyAssessment
) -> None:
    y, given = list_steps(splits.test)
    wanted: dict[str, Any] = {"average": None, "labels": range(3)}
    pairs = (
        (SENSITIVITY, recall_score(y, given, **wanted)),
        (PREDICTIVE_VALUE, precision_score(y, given, **wanted)),
    )
    for metric, values in pairs:
        for name, value in zip(LABELS, values, strict=True):
            one = take(found, metric, name)
            assert abs(one.value - value) < 1e-9
            assert one.low < one.value < one.high
            assert one.n == PEOPLE  # and not so many steps
            assert one.evaluated_on == ON


def test_accuracy_stands_beside_the_most_frequent_label(
    splits: Splits, found: UncertaintyAssessment
) -> None:
    y, given = list_steps(splits.test)
    known = splits.train.outcome.label[splits.train.outcome.label != -1]
    frequent = np.bincount(known).argmax()
    baseline = f"always {LABELS[frequent]}"
    assert abs(take(found, ACCURACY).value - accuracy_score(y, given)) < 1e-9
    assert abs(take(found, ACCURACY, model=baseline).value - (y == frequent).mean()) < 1e-9
    assert abs(take(found, MACRO_SENSITIVITY, model=baseline).value - 1 / 3) < 1e-9
    gain = take(found, f"gain in {ACCURACY}")
    assert gain.against == baseline
    assert gain.low > 0
    assert abs(take(found, UNDECIDED).value - (given == 3).mean()) < 1e-9


def test_what_a_label_is_taken_for_is_counted_by_step(
    splits: Splits, found: UncertaintyAssessment
) -> None:
    counts = confusion_matrix(*list_steps(splits.test), labels=range(4))
    shares = counts[:3] / counts[:3].sum(1, keepdims=True)
    assert abs(take(found, "share called N", "V").value - shares[1, 0]) < 1e-9
    assert abs(take(found, "share called undecided", "N").value - shares[0, 3]) < 1e-9
    named = [m.metric for m in found.metrics]
    assert "share called no step" not in named  # of none there is no figure


def test_people_are_drawn_and_not_their_steps(splits: Splits, found: UncertaintyAssessment) -> None:
    own = take(found, SENSITIVITY, "V")
    apart = Cases(splits.test.rows, splits.test.outcome.label)  # as if each record were a person
    other = Splits(splits.train, splits.calibration, apart)
    by_record = assess_uncertainty(onnx.parser.parse_model(GRAPH), TABLE, OUTPUT, other, seed=0)
    narrow = take(by_record, SENSITIVITY, "V")
    assert narrow.n == PEOPLE * EACH
    assert narrow.value == own.value
    assert own.high - own.low > 1.2 * (narrow.high - narrow.low)


def test_of_a_label_that_few_people_have_nothing_is_measured(
    splits: Splits, graph: onnx.ModelProto
) -> None:
    outcome = splits.test.outcome
    many = outcome.person < of_annotations.FEWEST_PEOPLE - 1
    label = np.where((outcome.label == 2) & ~many[:, None], 0, outcome.label)
    seldom = Cases(splits.test.rows, AnnotatedSteps(label, outcome.person))
    spoilt = Splits(splits.train, splits.calibration, seldom)
    found = assess_uncertainty(graph, TABLE, OUTPUT, spoilt, seed=0)
    groups = {m.group for m in found.metrics if m.metric == SENSITIVITY}
    assert groups == {"N", "V"}
    assert not any(m.group == "S" and "called" in m.metric for m in found.metrics)


def test_an_interval_does_not_vanish_where_all_agree(splits: Splits) -> None:
    weights = GRAPH.replace("{0, 2, -2}", "{0, 0, 0}")  # every step is called N
    found = assess_uncertainty(onnx.parser.parse_model(weights), TABLE, OUTPUT, splits, seed=0)
    whole, none = take(found, SENSITIVITY, "N"), take(found, SENSITIVITY, "V")
    assert (whole.value, none.value) == (1, 0)
    assert whole.low < 0.95
    assert none.high > 0.05


def test_each_label_is_calibrated_by_step(found: UncertaintyAssessment) -> None:
    errors = [m for m in found.metrics if m.measure == "calibration_error"]
    assert {m.group for m in errors} == {*LABELS}
    assert all(m.value < 0.08 for m in errors if "chance" not in m.metric and "if" not in m.metric)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda label: label[:, :3], r"a label per step, \[200, 4\], not \[200, 3\]"),
        (lambda label: np.where(label == 1, 3, label), "positions of output.labels"),
        (lambda label: np.where(np.arange(200)[:, None] == 5, -1, label), "one step at least"),
    ],
)
def test_an_outcome_that_does_not_fit_is_refused(
    splits: Splits, graph: onnx.ModelProto, change: Any, sentence: str
) -> None:
    spoilt = Cases(splits.test.rows, change(splits.test.outcome.label))
    with pytest.raises(TrainingError, match=sentence):
        assess_uncertainty(
            graph, TABLE, OUTPUT, Splits(splits.train, splits.calibration, spoilt), seed=0
        )


def test_a_beat_that_the_model_does_not_find_is_missed() -> None:
    output = AnnotationsOutput.model_validate(
        OUTPUT.model_dump() | {"time": {"kind": "beats", "time_tensor": "t"}}
    )
    p = np.tile(np.array([0.1, 0.8, 0.1], np.float32), (1, 3, 1))
    times = np.array([[0.5, np.nan, 1.5]], np.float32)
    y = np.array([[1, 1, -1]])
    evaluated = AnnotationsAssessor(output).evaluate(
        TABLE, np.zeros((1, 4)), {"p": p, "t": times}, y, y
    )
    assert evaluated.find_losses()[1].tolist() == [0.5]
    assert evaluated.count()[0, 1].tolist() == [0, 1, 0, 0, 1]


def test_a_whole_assessment_fits_a_manifest(splits: Splits, graph: onnx.ModelProto) -> None:
    first = np.arange(60)
    train, calibration = (take_cases(one, first) for one in (splits.train, splits.calibration))
    some = Splits(train, calibration, take_cases(splits.test, first))
    golden = [{f"x{i}": number for i in range(4)} for number in (1, -1)]
    whole = assess(graph, TABLE, OUTPUT, golden, some, seed=0)
    assert whole.uncertainty.intervals is None
    assert {one.of for one in whole.explanation.importance} == {LIKELIEST}
    assert whole.measured.metrics


def test_what_is_not_there_is_no_difference_and_what_is_lost_is_one() -> None:
    graph = onnx.parser.parse_model(
        '<ir_version: 9, opset_import: ["" : 18]> same (float[n, 3] x) => (float[n, 3] p) '
        "{ p = Identity(x) }"
    ).SerializeToString()
    rows = np.array([[1, np.nan, 0.5]])
    assert compare(graph, lambda taken: taken, rows, ["p"], "x").largest_difference == 0
    with pytest.raises(TrainingError, match="differ by nan"):
        compare(graph, np.nan_to_num, rows, ["p"], "x")
