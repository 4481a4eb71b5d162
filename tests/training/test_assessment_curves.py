"""Calibration curves: their points by hand, and where they lie if a model is right or too sure."""

import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from scipy.stats import t

from medmaas.model.manifest import (
    CalibrationPoint,
    LabelTarget,
    RightAnswersTarget,
    ValueTarget,
)
from medmaas.model.registry import Registry
from medmaas_training.assessment.assess import Assessment, reassess
from medmaas_training.assessment.certainty.calibration_curve import Curve
from medmaas_training.assessment.evaluated import Evaluated
from medmaas_training.assessment.outputs.classes import EvaluatedClasses
from medmaas_training.assessment.outputs.survival import EvaluatedSurvival
from medmaas_training.assessment.outputs.value import EvaluatedValue
from medmaas_training.assessment.resampling import Sample
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.figures import Measured
from medmaas_training.report.page import read_manifest
from tests.conftest import ROOT, SHIPPED, folder_of, version_of

Floats = NDArray[np.float64]


def draw_curve(
    p: Floats, happened: NDArray[np.bool_] | Floats, patient: NDArray[np.intp] | None = None
) -> tuple[CalibrationPoint, ...]:
    owners = np.arange(len(p)) if patient is None else patient
    target = LabelTarget(label="it")
    curve = Curve(target, "it", p, happened, Sample(owners, None, 0)).measure()
    if curve is None:
        return ()
    assert (curve.target, curve.cohort) == (target, "test")
    assert curve.evaluated_on == "test split, by it"
    return curve.points


def compute_wilson(cases: int, n: int) -> tuple[float, float]:
    """Equation 4 of Brown, Cai & DasGupta 2001."""
    z = 1.959963984540054
    middle = (cases + z**2 / 2) / (n + z**2)
    reach = z * np.sqrt(n) / (n + z**2) * np.sqrt(cases / n * (1 - cases / n) + z**2 / (4 * n))
    return middle - reach, middle + reach


def test_points_are_those_that_a_hand_computes() -> None:
    p = np.repeat([0.1, 0.2, 0.6, 0.9], [10, 11, 10, 11])
    happened = np.zeros(42, bool)
    happened[[3, 15, 16, *range(25, 42)]] = True
    order = np.random.default_rng(0).permutation(42)
    low, high = draw_curve(p[order], happened[order])
    for point, mean, cases in ((low, 3.2 / 21, 3), (high, 15.9 / 21, 17)):
        observed = point.observed
        assert point.predicted.value == pytest.approx(mean)
        assert (point.n, point.events) == (21, cases)
        assert observed.value == pytest.approx(cases / 21)
        assert (observed.low, observed.high) == pytest.approx(compute_wilson(cases, 21))
    assert [point.group for point in (low, high)] == ["group 1 of 2", "group 2 of 2"]


def test_a_mean_of_values_has_the_interval_of_a_mean() -> None:
    rng = np.random.default_rng(3)
    told = rng.normal(-3, 2, 2000)
    measured = told + rng.normal(0, 1, 2000)
    groups = np.array_split(np.argsort(told, kind="stable"), 10)
    for point, rows in zip(draw_curve(told, measured), groups, strict=True):
        predicted, observed, values = point.predicted, point.observed, measured[rows]
        ends = t.interval(0.95, 199, values.mean(), values.std(ddof=1) / np.sqrt(200))
        assert predicted.value == pytest.approx(told[rows].mean())
        assert observed.value == pytest.approx(values.mean())
        assert (observed.low, observed.high) == pytest.approx(ends, abs=0.03)
        assert point.events is None


@pytest.mark.parametrize(("n", "groups"), [(39, 0), (40, 2), (114, 5), (200, 10), (5000, 10)])
def test_groups_of_at_least_twenty_hold_everybody_once(n: int, groups: int) -> None:
    rng = np.random.default_rng(n)
    p = rng.random(n)
    points = draw_curve(p, rng.random(n) < p)
    sizes = [point.n for point in points]
    assert len(points) == groups
    assert sum(sizes) == (n if points else 0)
    assert all(size in (n // groups, n // groups + 1) and size >= 20 for size in sizes)
    assert sum(point.predicted.value * point.n for point in points) == pytest.approx(
        p.sum() if points else 0
    )
    told = [point.predicted.value for point in points]
    assert told == sorted(told)


def count_off(points: tuple[CalibrationPoint, ...]) -> int:
    return sum(not p.observed.low <= p.predicted.value <= p.observed.high for p in points)


def test_true_probabilities_lie_on_the_diagonal_and_exaggerated_ones_do_not() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(4000)
    happened = rng.random(4000) < p
    odds = (p / (1 - p)) ** 2
    assert count_off(draw_curve(p, happened)) <= 1
    exaggerated = draw_curve(odds / (1 + odds), happened)
    assert count_off(exaggerated) >= 6
    low, high = exaggerated[1], exaggerated[-2]
    assert low.observed.low > low.predicted.value, "a small risk that is told too small lies above"
    assert high.observed.high < high.predicted.value, (
        "a large one that is told too large lies below"
    )


def test_rows_of_one_patient_say_less_than_rows_of_many() -> None:
    rng = np.random.default_rng(2)
    patient = np.repeat(np.arange(100), 40)
    p = np.repeat(rng.uniform(0.2, 0.8, 100), 40)
    happened = np.repeat(rng.random(100) < p[::40], 40)
    together, apart = draw_curve(p, happened, patient), draw_curve(p, happened)
    for one, other in zip(together, apart, strict=True):
        of_patients, of_rows = one.observed, other.observed
        assert of_patients.value == of_rows.value
        assert of_patients.high - of_patients.low > 2 * (of_rows.high - of_rows.low)


@pytest.mark.parametrize("share", [0, 1])
def test_where_nothing_or_everything_happened_there_is_an_interval_of_patients(
    share: int,
) -> None:
    patient = np.repeat(np.arange(60), 10)
    happened = np.full(600, share, bool)
    p = np.linspace(0.1, 0.2, 600)
    for point in draw_curve(p, happened, patient):
        observed = point.observed
        assert observed.value == share
        assert (observed.low, observed.high) == pytest.approx(
            compute_wilson(share * point.n, point.n)
        )
        assert observed.high - observed.low > 0.3  # of 6 patients, not of 60 rows


@pytest.mark.parametrize("p", [0.0, 0.1, 0.999999, 1.0])
def test_every_interval_holds_its_value(p: float) -> None:
    rng = np.random.default_rng(0)
    for patient in (None, np.repeat(np.arange(100), 3)):
        for point in draw_curve(np.full(300, p), rng.random(300) < p, patient):
            for side in (point.predicted, point.observed):
                assert side.low <= side.value <= side.high


def find_curves(evaluated: Evaluated, n: int) -> list[Curve]:
    return evaluated.find_curves(Sample(np.arange(n), None, 0))


def test_of_two_labels_the_second_is_drawn_of_more_the_named_one() -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(3), 60)
    y = np.arange(60) % 3
    (named,) = find_curves(EvaluatedClasses(p, y, ("a", "b", "c")), 60)
    assert (named.target, named.by) == (RightAnswersTarget(), "probability of the named label")
    np.testing.assert_array_equal(named.predicted, p.max(1))
    np.testing.assert_array_equal(named.observed, p.argmax(1) == y)
    (second,) = find_curves(EvaluatedClasses(p[:, :2], y % 2, ("well", "ill")), 60)
    assert (second.target, second.by) == (LabelTarget(label="ill"), "probability of ill")
    np.testing.assert_array_equal(second.predicted, p[:, 1])
    np.testing.assert_array_equal(second.observed, y % 2 == 1)


def test_values_are_drawn_and_survival_is_left_to_its_recipe() -> None:
    values, y = np.arange(3.0), np.arange(3.0) + 1
    (curve,) = find_curves(EvaluatedValue(values, y), 3)
    assert (curve.target, curve.by) == (ValueTarget(), "predicted value")
    outcome = np.array([(True, 5.0)], [("event", bool), ("time", float)])
    days = np.array([0.0, 10.0])
    evaluated = EvaluatedSurvival(np.ones((1, 2)), days, outcome, outcome, (10,))
    assert find_curves(evaluated, 1) == []


CURVES = {"blood_cell": 1, "breast_fna": 1, "chemo_dose": 4, "solubility": 1, "survival": 3}


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_card_that_ships_has_curves_in_both_languages(
    registry: Registry, model_id: str
) -> None:
    manifest = registry.get(model_id).manifest
    curves = manifest.card.calibration
    assert len({str(curve.target) for curve in curves}) == len(curves) == CURVES[model_id]
    for curve in curves:
        assert curve.evaluated_on in manifest.translations["zh"], curve.evaluated_on
        assert len(curve.points) >= 5
        told = [point.predicted.value for point in curve.points]
        assert told == sorted(told)
        for point in curve.points:
            assert point.n >= 20
            assert point.observed.low <= point.observed.value <= point.observed.high
            assert point.observed.low < point.observed.high
            assert point.group in manifest.translations["zh"], point.group


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_report_that_ships_draws_calibration(model_id: str) -> None:
    report = (ROOT / "reports" / model_id / version_of(model_id) / "index.html").read_text()
    headings = re.findall(r"<h2>(.*)</h2>\n<figure>\n<svg", report)
    assert any("alibration" in heading for heading in headings), headings


def test_what_is_assessed_again_is_translated_again(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of("breast_fna", models)
    reports = Path(shutil.copytree(ROOT / "reports" / "breast_fna", tmp_path / "r" / "breast_fna"))
    manifest = read_manifest(folder)
    assert manifest.uncertainty
    assert manifest.explanation
    (curve,) = manifest.card.calibration
    curve = curve.model_copy(update={"evaluated_on": "test split, by predicted value"})
    metric = manifest.card.metrics[0].model_copy(update={"evaluated_on": "elsewhere"})
    found = Assessment(
        onnx.load(str(folder / "model.onnx")),
        manifest.input,
        manifest.uncertainty,
        manifest.explanation,
        Measured([metric], [curve]),
        [],
    )
    monkeypatch.setattr("medmaas_training.assessment.assess.assess", lambda *_, **__: found)
    nothing = Cases(np.zeros(0), None)
    _, written = reassess(folder, reports.parent, Splits(nothing, nothing, nothing), "1.2.0")
    again = read_manifest(written)
    assert again.card.metrics == (*manifest.card.metrics, metric)
    assert again.card.calibration == (*manifest.card.calibration, curve)
    assert again.card.coverage == manifest.card.coverage
    words = again.translations["zh"]
    assert words["test split, by predicted value"] == "测试集，按预测值分组"
    assert words.items() > manifest.translations["zh"].items()
