"""Several labels and several values are assessed each by itself."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import circmean
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import mean_absolute_error, roc_auc_score
from sklearn.multiclass import OneVsRestClassifier

from medmaas.model.manifest import (
    LabelsOutput,
    Metric,
    Number,
    Range,
    TabularInput,
    ValuesOutput,
)
from medmaas.model.outputs.values import ValueTargets
from medmaas_training.assessment.assess import assess
from medmaas_training.assessment.certainty.uncertainty import (
    UncertaintyAssessment,
    assess_uncertainty,
)
from medmaas_training.assessment.outputs import labels as of_labels
from medmaas_training.assessment.outputs import values as of_values
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.catalogue.graph import convert_sklearn
from medmaas_training.classes.metrics import AUC, SENSITIVITY
from medmaas_training.errors import TrainingError

Array = NDArray[Any]
WIDE = Range(low=-100, high=100)
TABLE = TabularInput(
    tensor="features",
    features=tuple(
        Number(name=f"x{i}", description="x", unit="1", hard_range=WIDE, training_range=WIDE)
        for i in range(3)
    ),
)
LABELS = LabelsOutput.model_validate(
    {
        "tensor": "probabilities",
        "labels": [
            {"name": "common", "threshold": 0.5},
            {"name": "seldom", "threshold": 0.1},
            {"name": "never", "threshold": 0.1},
        ],
        "thresholds": "By hand.",
    }
)
VALUES = ValuesOutput.model_validate(
    {
        "tensor": "variable",
        "values": [
            {"name": "plain", "unit": "mm", "description": "x"},
            {"name": "count", "unit": "1", "description": "x", "measures": "count"},
            {
                "name": "angle",
                "unit": "deg",
                "description": "x",
                "measures": "angle",
                "period": 360,
            },
        ],
    }
)


def draw_rows(seed: int) -> list[Array]:
    draw = np.random.default_rng(seed)
    return [draw.normal(size=(900, 3)).astype(np.float32).astype(float) for _ in range(3)]


@pytest.fixture(name="labels", scope="module")
def _labels() -> tuple[Splits, UncertaintyAssessment]:
    draw = np.random.default_rng(1)

    def happen(rows: Array) -> Array:
        chances = np.column_stack([2 * rows[:, 0], rows[:, 1] - 2.5, rows[:, 2] - 7])
        y: Array = (draw.random(chances.shape) < 1 / (1 + np.exp(-chances))).astype(float)
        y[:2] = [[1, 0, 1], [0, 1, 0]]  # or there is nothing to fit
        return y

    train, calibration, test = (Cases(rows, happen(rows)) for rows in draw_rows(0))
    fitted = OneVsRestClassifier(LogisticRegression()).fit(train.rows, train.outcome)
    for cases in (calibration, test):
        cases.outcome[5::7, 0] = np.nan  # nobody looked
    splits = Splits(train, calibration, test)
    graph = convert_sklearn(fitted, 3)
    return splits, assess_uncertainty(graph, TABLE, LABELS, splits, seed=0)


@pytest.fixture(name="values", scope="module")
def _values() -> tuple[Splits, UncertaintyAssessment]:
    draw = np.random.default_rng(2)

    def measure(rows: Array) -> Array:
        noise = draw.normal(0, (1, 1, 20), (len(rows), 3))
        y = np.column_stack([3 * rows[:, 0], 9 + 2 * rows[:, 1], 350 + 40 * rows[:, 2]]) + noise
        return np.column_stack([y[:, 0], np.rint(y[:, 1]).clip(0), y[:, 2]])

    train, calibration, test = (Cases(rows, measure(rows)) for rows in draw_rows(3))
    fitted = LinearRegression().fit(train.rows, train.outcome)
    for cases in (calibration, test):
        cases.outcome[:, 2] %= 360
        cases.outcome[5::7, 0] = np.nan
    splits = Splits(train, calibration, test)
    return splits, assess_uncertainty(convert_sklearn(fitted, 3), TABLE, VALUES, splits, seed=0)


def take(found: UncertaintyAssessment, metric: str, group: str) -> Metric:
    (one,) = [m for m in found.metrics if (m.metric, m.group) == (metric, group)]
    return one


def test_a_label_with_too_few_cases_promises_nothing(labels: Any) -> None:
    splits, found = labels
    intervals = found.uncertainty.intervals
    assert intervals.kind == "labels"
    seen = intervals.cases
    assert seen[0].present + seen[0].absent == 900 - len(range(5, 900, 7))
    assert seen[2].present == int(splits.calibration.outcome[:, 2].sum())
    assert seen[2].present < 9
    assert intervals.find_unknown(0.9) == [2]
    assert not any(np.isinf(level.quantiles).any() for level in intervals.levels)


def test_presence_and_absence_of_each_label_have_their_coverage(labels: Any) -> None:
    _, found = labels
    (curve,) = [one for one in found.coverage if one.evaluated_on == of_labels.ON_EACH]
    groups = {point.group for point in curve.points}
    assert groups >= {"common, present", "common, absent", "seldom, present", "seldom, absent"}
    assert not any(group.startswith("never") for group in groups)
    for point in curve.points:
        assert point.held.high > point.coverage - 0.04, point


def test_figures_of_a_label_are_those_of_scikit_learn(labels: Any) -> None:
    splits, found = labels
    y = splits.test.outcome[:, 0]
    known = ~np.isnan(y)
    area = take(found, AUC, "common")
    assert area.n == known.sum()
    p = 1 / (1 + np.exp(-2 * splits.test.rows[known, 0]))
    assert abs(area.value - roc_auc_score(y[known], p)) < 0.02
    assert area.low < area.value < area.high
    found_by, cleared = (
        take(found, name, "common") for name in (SENSITIVITY, of_labels.SPECIFICITY)
    )
    assert (found_by.n, cleared.n) == ((y == 1).sum(), (y == 0).sum())
    assert 0.6 < found_by.value < 0.9


def test_a_model_is_told_by_the_mean_of_its_labels_and_values(labels: Any, values: Any) -> None:
    mean = take(labels[1], of_labels.MEAN_AUC, "all")
    areas = [take(labels[1], AUC, name) for name in ("common", "seldom", "never")]
    assert abs(mean.value - np.mean([one.value for one in areas])) < 1e-9
    assert mean.low < mean.value < mean.high
    (whole,) = [m for m in values[1].metrics if (m.evaluated_on, m.group) == (of_values.ON, "all")]
    assert 0.1 < whole.value < 0.8
    assert "standard deviations" in whole.metric


def test_each_label_is_calibrated_by_itself(labels: Any) -> None:
    _, found = labels
    named = {curve.target.label for curve in found.calibration}
    assert named == {"common", "seldom", "never"}
    groups = {m.group for m in found.metrics if m.measure == "calibration_error"}
    assert groups == named


def test_values_have_errors_and_coverage_each(values: Any) -> None:
    splits, found = values
    y = splits.test.outcome[:, 1]
    fitted = np.rint(9 + 2 * splits.test.rows[:, 1]).clip(0)
    error = take(found, of_values.MAE, "count")
    assert abs(error.value - mean_absolute_error(y, fitted)) < 0.1
    assert take(found, of_values.MAE, "plain").n == (~np.isnan(splits.test.outcome[:, 0])).sum()
    assert take(found, of_values.RMSE, "angle").value < 30  # the short way round
    (curve,) = [one for one in found.coverage if one.evaluated_on == of_values.ON_EACH]
    assert {point.group for point in curve.points} == {"plain", "count", "angle"}
    for point in curve.points:
        assert point.held.high > point.coverage - 0.03, point
        assert point.width
    widest = {point.group: point.width.value for point in curve.points if point.coverage == 0.9}
    assert 2.5 < widest["plain"] < 4
    assert widest["count"] == round(widest["count"])
    assert 55 < widest["angle"] < 80  # 2 x 1.645 x 20


def test_calibration_is_drawn_of_what_has_an_order(values: Any) -> None:
    _, found = values
    assert {curve.target.name for curve in found.calibration} == {"plain", "count"}


def test_a_case_of_which_nothing_is_known_is_refused(labels: Any) -> None:
    splits, found = labels
    outcome = splits.test.outcome.copy()
    outcome[3] = np.nan
    spoilt = Splits(splits.train, splits.calibration, Cases(splits.test.rows, outcome))
    with pytest.raises(TrainingError, match="one label at least"):
        assess_uncertainty(found.graph, TABLE, LABELS, spoilt, seed=0)


@pytest.mark.parametrize("kind", ["labels", "values"])
def test_a_whole_assessment_fits_a_manifest(kind: str, request: pytest.FixtureRequest) -> None:
    splits, found = request.getfixturevalue(kind)
    output = LABELS if kind == "labels" else VALUES
    parts = (splits.train, splits.calibration, splits.test)
    train, calibration, test = (Cases(one.rows[:300], one.outcome[:300]) for one in parts)
    some = Splits(train, calibration, test)
    golden = [{"x0": 1, "x1": 0, "x2": 0}, {"x0": -1, "x1": 0, "x2": 0}]
    whole = assess(found.graph, TABLE, output, golden, some, seed=0)
    assert whole.explanation.importance
    assert whole.uncertainty.intervals
    assert whole.uncertainty.intervals.kind == kind


def test_the_mean_of_angles_is_that_of_directions() -> None:
    targets = ValueTargets(VALUES)
    rows = np.random.default_rng(0).normal(0, 40, (50, 3)).astype(np.float32)
    raw = targets.read({"variable": rows}).mean(axis=0, keepdims=True)
    wanted = circmean(rows[:, 2].astype(float), high=360)
    apart = abs(targets.settle(raw)[0, 2] - wanted)
    assert min(apart, 360 - apart) < 1e-3
