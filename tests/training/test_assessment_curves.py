"""Calibration curves: their points by hand, and where they lie if a model is right or too sure."""

import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from scipy.stats import t

from medmaas.model.manifest import ClassesOutput, Metric, SurvivalOutput, ValueOutput
from medmaas.model.registry import Registry
from tests.conftest import ROOT, SHIPPED
from training.assessment.answers import Answered
from training.assessment.assess import Assessment, reassess
from training.assessment.calibration_curve import Curve, Point
from training.assessment.claims import make_curves
from training.assessment.resampling import Sample
from training.assessment.studied import Cases, Studied
from training.assessment.told import Told, ToldClasses, ToldSurvival, ToldValue
from training.report.page import read_manifest

Floats = NDArray[np.float64]


def draw_curve(
    p: Floats, happened: NDArray[np.bool_] | Floats, patient: NDArray[np.intp] | None = None
) -> list[Point]:
    owners = np.arange(len(p)) if patient is None else patient
    return Curve("share of it", "it", p, happened, Sample(owners, None, 0)).measure()


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
    for (predicted, observed), mean, cases in ((low, 3.2 / 21, 3), (high, 15.9 / 21, 17)):
        assert predicted.value == pytest.approx(mean)
        assert (observed.n, observed.events) == (21, cases)
        assert observed.value == pytest.approx(cases / 21)
        assert (observed.low, observed.high) == pytest.approx(compute_wilson(cases, 21))
    assert [m.metric for m in low] == ["predicted share of it", "observed share of it"]
    assert [m.group for m in (*low, *high)] == ["group 1 of 2"] * 2 + ["group 2 of 2"] * 2
    assert {m.evaluated_on for m in (*low, *high)} == {"test split, by it"}


def test_a_mean_of_values_has_the_interval_of_a_mean() -> None:
    rng = np.random.default_rng(3)
    told = rng.normal(-3, 2, 2000)
    measured = told + rng.normal(0, 1, 2000)
    groups = np.array_split(np.argsort(told, kind="stable"), 10)
    for (predicted, observed), rows in zip(draw_curve(told, measured), groups, strict=True):
        values = measured[rows]
        ends = t.interval(0.95, 199, values.mean(), values.std(ddof=1) / np.sqrt(200))
        assert predicted.value == pytest.approx(told[rows].mean())
        assert observed.value == pytest.approx(values.mean())
        assert (observed.low, observed.high) == pytest.approx(ends, abs=0.03)
        assert observed.events is None


@pytest.mark.parametrize(("n", "groups"), [(39, 0), (40, 2), (114, 5), (200, 10), (5000, 10)])
def test_groups_of_at_least_twenty_hold_everybody_once(n: int, groups: int) -> None:
    rng = np.random.default_rng(n)
    p = rng.random(n)
    points = draw_curve(p, rng.random(n) < p)
    sizes = [observed.n for _, observed in points]
    assert len(points) == groups
    assert sum(sizes) == (n if points else 0)
    assert all(size in (n // groups, n // groups + 1) and size >= 20 for size in sizes)
    assert sum(m.value * m.n for m, _ in points) == pytest.approx(p.sum() if points else 0)
    told = [predicted.value for predicted, _ in points]
    assert told == sorted(told)


def count_off(points: list[Point]) -> int:
    return sum(not observed.low <= told.value <= observed.high for told, observed in points)


def test_true_probabilities_lie_on_the_diagonal_and_exaggerated_ones_do_not() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(4000)
    happened = rng.random(4000) < p
    odds = (p / (1 - p)) ** 2
    assert count_off(draw_curve(p, happened)) <= 1
    exaggerated = draw_curve(odds / (1 + odds), happened)
    assert count_off(exaggerated) >= 6
    (low_told, low), (high_told, high) = exaggerated[1], exaggerated[-2]
    assert low.low > low_told.value, "a small risk that is told too small lies above"
    assert high.high < high_told.value, "a large one that is told too large lies below"


def test_rows_of_one_patient_say_less_than_rows_of_many() -> None:
    rng = np.random.default_rng(2)
    patient = np.repeat(np.arange(100), 40)
    p = np.repeat(rng.uniform(0.2, 0.8, 100), 40)
    happened = np.repeat(rng.random(100) < p[::40], 40)
    together, apart = draw_curve(p, happened, patient), draw_curve(p, happened)
    for (_, of_patients), (_, of_rows) in zip(together, apart, strict=True):
        assert of_patients.value == of_rows.value
        assert of_patients.high - of_patients.low > 2 * (of_rows.high - of_rows.low)


@pytest.mark.parametrize("share", [0, 1])
def test_where_nothing_or_everything_happened_there_is_an_interval_of_patients(
    share: int,
) -> None:
    patient = np.repeat(np.arange(60), 10)
    happened = np.full(600, share, bool)
    p = np.linspace(0.1, 0.2, 600)
    for _, observed in draw_curve(p, happened, patient):
        assert observed.value == share
        assert (observed.low, observed.high) == pytest.approx(
            compute_wilson(share * observed.n, observed.n)
        )
        assert observed.high - observed.low > 0.3  # of 6 patients, not of 60 rows


@pytest.mark.parametrize("p", [0.0, 0.1, 0.999999, 1.0])
def test_every_interval_holds_its_value(p: float) -> None:
    rng = np.random.default_rng(0)
    for patient in (None, np.repeat(np.arange(100), 3)):
        for point in draw_curve(np.full(300, p), rng.random(300) < p, patient):
            for metric in point:
                assert metric.low <= metric.value <= metric.high


def answer(told: Told, n: int) -> Answered:
    return Answered(Cases(np.zeros(n), None), {}, told, None, Sample(np.arange(n), None, 0))


def test_of_two_labels_the_second_is_drawn_of_more_the_named_one() -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(3), 60)
    y = np.arange(60) % 3
    of_three = ClassesOutput(tensor="p", labels=("a", "b", "c"))
    (named,) = make_curves(answer(ToldClasses(p, y), 60), of_three)
    assert (named.of, named.by) == ("share of right answers", "probability of the named label")
    np.testing.assert_array_equal(named.predicted, p.max(1))
    np.testing.assert_array_equal(named.observed, p.argmax(1) == y)
    of_two = ClassesOutput(tensor="p", labels=("well", "ill"))
    (second,) = make_curves(answer(ToldClasses(p[:, :2], y % 2), 60), of_two)
    assert (second.of, second.by) == ("share of ill", "probability of ill")
    np.testing.assert_array_equal(second.predicted, p[:, 1])
    np.testing.assert_array_equal(second.observed, y % 2 == 1)


def test_values_are_drawn_and_survival_is_left_to_its_recipe() -> None:
    values, y = np.arange(3.0), np.arange(3.0) + 1
    (curve,) = make_curves(answer(ToldValue(values, y), 3), ValueOutput(tensor="v", unit="mg/dL"))
    assert (curve.of, curve.by) == ("value", "predicted value")
    outcome = np.array([(True, 5.0)], [("event", bool), ("time", float)])
    told = ToldSurvival(np.ones((1, 2)), np.array([0.0, 10.0]), outcome, outcome, 10)
    output = SurvivalOutput(tensor="s", time_days=(0, 10), horizon_days=(10,))
    assert make_curves(answer(told, 1), output) == []


def list_points(metrics: tuple[Metric, ...]) -> list[Point]:
    by_name = {(m.metric, m.model, m.evaluated_on, m.group): m for m in metrics}
    return [
        (m, by_name[m.metric.replace("predicted", "observed", 1), m.model, m.evaluated_on, m.group])
        for m in metrics
        if m.metric.startswith("predicted ")
    ]


CURVES = {"blood_cell": 1, "breast_fna": 1, "chemo_dose": 3, "solubility": 1, "survival": 3}


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_card_that_ships_has_curves_in_both_languages(
    registry: Registry, model_id: str
) -> None:
    manifest = registry.get(model_id).manifest
    points = list_points(manifest.card.metrics)
    assert len({predicted.metric for predicted, _ in points}) == CURVES[model_id]
    assert len(points) >= 5 * CURVES[model_id]
    for predicted, observed in points:
        assert predicted.n == observed.n >= 20
        assert observed.low <= observed.value <= observed.high
        assert observed.low < observed.high
        for text in (predicted.metric, observed.metric, observed.group, observed.evaluated_on):
            assert text in manifest.translations["zh"], text


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_report_that_ships_draws_calibration(model_id: str) -> None:
    report = (ROOT / "reports" / model_id / "1.0.0" / "index.html").read_text()
    headings = re.findall(r"<h2>(.*)</h2>\n<figure>\n<svg", report)
    assert any("alibration" in heading for heading in headings), headings


def test_what_is_assessed_again_is_translated_again(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = models / "breast_fna" / "1.0.0"
    reports = Path(shutil.copytree(ROOT / "reports" / "breast_fna", tmp_path / "r" / "breast_fna"))
    manifest = read_manifest(folder)
    assert manifest.uncertainty
    assert manifest.explanation
    metric = manifest.card.metrics[0].model_copy(
        update={"evaluated_on": "test split, by predicted value", "metric": "predicted value"}
    )
    found = Assessment(
        onnx.load(str(folder / "model.onnx")),
        manifest.uncertainty,
        manifest.explanation,
        [metric],
        [],
    )
    monkeypatch.setattr("training.assessment.assess.assess", lambda *_, **__: found)
    nothing = Cases(np.zeros(0), None)
    reassess(folder, reports.parent, Studied(nothing, nothing, nothing))
    words = read_manifest(folder).translations["zh"]
    assert words["predicted value"] == "预测均值"
    assert words.items() > manifest.translations["zh"].items()
