"""A finished model, assessed as a whole: what comes out fits a manifest and keeps its promises."""

from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from medmaas.model.inputs import make_input
from medmaas.model.manifest import (
    Action,
    Boolean,
    ClassesOutput,
    Crop,
    ImageInput,
    Limit,
    Normalisation,
    Number,
    Outcome,
    PolicyIntervals,
    PolicyOutput,
    Quantity,
    Range,
    Shield,
    StandardisedDistance,
    TabularInput,
    TextInput,
)
from medmaas_training.assessment.certainty.abstention import (
    ON_OUT_OF_DISTRIBUTION,
    ON_TEST,
    REFUSED,
    choose_most_missing,
)
from medmaas_training.assessment.certainty.policy_bands import learn_bands, measure_bands
from medmaas_training.assessment.certainty.uncertainty import (
    UncertaintyAssessment,
    assess_uncertainty,
)
from medmaas_training.assessment.inputs import make_input_assessor
from medmaas_training.assessment.outputs.evaluated_policy import EvaluatedPolicy
from medmaas_training.assessment.resampling import Sample
from medmaas_training.assessment.splits import Cases, Foreseen, Splits
from medmaas_training.catalogue.graph import convert_sklearn
from medmaas_training.image.out_of_distribution import RADIOGRAPHS, make_pictures
from medmaas_training.recipes.survival.recipe import make_flchain_study
from medmaas_training.recipes.survival.splits import split_people
from medmaas_training.smiles.out_of_distribution import make_texts
from medmaas_training.tabular.out_of_distribution import (
    make_wrong_units,
    name_values,
    shuffle_columns,
)

SIZES = {"train": 1500, "calibration": 800, "test": 800}


def draw(n: int, seed: int) -> Cases:
    rng = np.random.default_rng(seed)
    X = rng.normal(50, 10, (n, 4)) + rng.normal(0, 10, (n, 1))
    risk = 1 / (1 + np.exp(-(X[:, 0] - X[:, 1]) / 6))
    y = (rng.random(n) < risk).astype(np.int64)
    return Cases(X, y, {"well": y == 0, "ill": y == 1})


@pytest.fixture(scope="module")
def graph_and_splits() -> tuple[onnx.ModelProto, TabularInput, Splits]:
    train, calibration, test = (draw(n, seed) for seed, n in enumerate(SIZES.values()))
    missing = (None, *("imputed with the training median",) * 3)
    spec = TabularInput(
        tensor="features",
        features=tuple(
            Number(
                name=f"x{i}",
                description="A number.",
                unit="1",
                hard_range=Range(low=-1000, high=1000),
                training_range=Range(low=0, high=100),
                missing=words,
            )
            for i, words in enumerate(missing)
        ),
    )
    model = make_pipeline(SimpleImputer(strategy="median"), LogisticRegression())
    model.fit(train.rows.astype(np.float32), train.outcome)
    unlike = make_wrong_units(spec, test.rows) | shuffle_columns(spec, test.rows, seed=0)
    return convert_sklearn(model, 4), spec, Splits(train, calibration, test, unlike)


OUTPUT = ClassesOutput(tensor="probabilities", labels=("well", "ill"))


@pytest.fixture(scope="module")
def found(
    graph_and_splits: tuple[onnx.ModelProto, TabularInput, Splits],
) -> UncertaintyAssessment:
    graph, spec, splits = graph_and_splits
    return assess_uncertainty(graph, spec, OUTPUT, splits, seed=0)


def test_all_coverages_are_kept_on_cases_that_fitted_nothing(found: UncertaintyAssessment) -> None:
    intervals = found.uncertainty.intervals
    assert intervals is not None
    assert [level.coverage for level in intervals.levels] == [0.9, 0.8, 0.95]
    for level in intervals.levels:
        (point,) = [
            point
            for curve in found.coverage
            for point in curve.points
            if (curve.of, point.group) == ("model", "all") and point.coverage == level.coverage
        ]
        assert point.held.high >= level.coverage
        assert point.n == SIZES["test"]


def test_people_from_elsewhere_are_measured_apart_and_change_nothing(
    found: UncertaintyAssessment,
    graph_and_splits: tuple[onnx.ModelProto, TabularInput, Splits],
) -> None:
    graph, spec, splits = graph_and_splits
    others = draw(300, 9)
    others.outcome[:] = 1 - others.outcome  # where the opposite comes true
    elsewhere = replace(splits, external={"another town": others})
    again = assess_uncertainty(graph, spec, OUTPUT, elsewhere, seed=0)
    assert again.uncertainty == found.uncertainty
    new = [metric for metric in again.metrics if metric.cohort == "external"]
    assert [metric for metric in again.metrics if metric not in new] == found.metrics
    figures = {(metric.evaluated_on, metric.metric): metric for metric in new}
    refused = figures["another town", REFUSED]
    assert (refused.n, refused.measure) == (300, "abstention")
    wrong = figures["another town, answered", "error rate"]
    assert wrong.n == 300 - round(refused.value * 300)
    assert wrong.value > 0.5
    *own, curve = again.coverage
    assert own == found.coverage
    assert (curve.cohort, curve.evaluated_on) == ("external", "another town, intervals")
    assert curve.points[0].held.high < 0.8


def test_cases_out_of_distribution_are_refused_and_almost_no_other(
    found: UncertaintyAssessment,
) -> None:
    refusals = [m for m in found.metrics if m.metric == REFUSED]
    assert {m.measure for m in refusals} == {"abstention"}
    assert {m.evaluated_on: m.cohort for m in refusals} == {
        ON_TEST: "test",
        ON_OUT_OF_DISTRIBUTION: "out_of_distribution",
    }
    refused = {(m.evaluated_on, m.group): m.value for m in refusals}
    assert refused[ON_TEST, "all"] <= 0.05
    assert refused[ON_OUT_OF_DISTRIBUTION, "every number times 10"] >= 0.95
    assert refused[ON_OUT_OF_DISTRIBUTION, "every number times 0.1"] >= 0.95


def test_a_table_is_measured_without_touching_its_graph(
    found: UncertaintyAssessment,
    graph_and_splits: tuple[onnx.ModelProto, TabularInput, Splits],
) -> None:
    assert isinstance(found.uncertainty.distance, StandardisedDistance)
    assert found.graph == graph_and_splits[0]


def test_as_many_features_may_be_missing_as_leave_the_coverage_within_three_points(
    graph_and_splits: tuple[onnx.ModelProto, TabularInput, Splits],
) -> None:
    _, spec, splits = graph_and_splits
    rows = splits.calibration.rows

    def hold(masked: NDArray[np.float64]) -> NDArray[np.float64]:
        assert not np.isnan(masked[:, 0]).any()  # required
        missing = np.isnan(masked).sum(1)
        return np.where(missing > 1, 0.8, 0.88)

    assert choose_most_missing(spec, rows, hold, 0.9, seed=0) == 1
    assert choose_most_missing(spec, rows, hold, 0.95, seed=0) == 0
    assert choose_most_missing(spec, rows, hold, 0.8, seed=0) is None


def test_the_same_seed_gives_the_same_numbers(
    found: UncertaintyAssessment,
    graph_and_splits: tuple[onnx.ModelProto, TabularInput, Splits],
) -> None:
    graph, spec, splits = graph_and_splits
    again = assess_uncertainty(graph, spec, OUTPUT, splits, seed=0)
    assert again.uncertainty == found.uncertainty
    assert again.metrics == found.metrics


def test_a_row_named_as_a_request_is_read_as_the_same_row(
    graph_and_splits: tuple[onnx.ModelProto, TabularInput, Splits],
) -> None:
    _, spec, splits = graph_and_splits
    rows = splits.test.rows[:5].copy()
    rows[1, 2] = np.nan
    reading = make_input(spec).read([name_values(spec.features, row) for row in rows])
    assert not reading.problems
    assert np.array_equal(reading.tensors["features"], rows.astype(np.float32), equal_nan=True)


def test_the_splits_are_those_of_the_recipe() -> None:
    study = make_flchain_study(None, 3)
    splits = split_people(study)
    for cases, rows in (
        (splits.train, study.split.train),
        (splits.calibration, study.split.calibration),
        (splits.test, study.split.test),
    ):
        assert np.array_equal(cases.rows, study.table.X[rows], equal_nan=True)
        assert (cases.outcome == study.table.outcome[rows]).all()
        assert all(len(members) == len(rows) for members in cases.groups.values())
    children = splits.out_of_distribution["children, 0 to 17 years"]
    assert max(child["age"] for child in children) == 17


def test_words_of_atoms_pass_every_check_so_that_only_distance_can_refuse_them() -> None:
    spec = TextInput(
        tensor="codes",
        field="smiles",
        description="SMILES.",
        alphabet=tuple("BCFHINOPScnos()=#123[]"),
        max_length=40,
        syntax="SMILES",
    )
    reader = make_input(spec)
    words = make_texts(spec, 0)["English words whose letters are atoms"]
    assert len(words) > 100
    for word in words:
        assert not reader.read([word]).problems


@pytest.mark.parametrize("crop", [None, Crop(side=200, of=360)])
def test_pictures_out_of_distribution_can_be_read_and_radiographs_are_grey(
    crop: Crop | None,
) -> None:
    spec = ImageInput(tensor="x", height=28, width=28, mode="RGB", crop=crop)
    for name, pictures in make_pictures(spec, 0, each=3).items():
        reading = make_input(spec).read(pictures)
        assert not reading.problems
        pixels = reading.tensors["x"].astype(int)
        assert np.ptp(pixels, axis=0).any()
        if name == RADIOGRAPHS:
            assert (np.ptp(pixels, axis=3) == 0).all()
            assert pixels.std() > 20


POLICY = PolicyOutput(
    tensor="risks",
    nadir_tensor="nadir",
    nadir=Quantity(name="anc", unit="10*9/L", description="Lowest count."),
    actions=(Action(name="full", dose=1), Action(name="half", dose=0.5)),
    outcomes=(Outcome(name="low", description="Low."), Outcome(name="avoidable", description="A.")),
    limit=Limit(outcome="low", at_most=0.3),
    shield=Shield(holds=(), count="anc", fewest_counts=1, oldest_days=3),
    grading="CTCAE",
    notice="Simulated.",
)


def evaluate_policy(n: int, seed: int) -> EvaluatedPolicy:
    """Risks that are true; nadirs that vary more before the first dose."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(0.5, 1.5, (n, 2))
    doses = rng.integers(0, 4, n)
    spread = np.where(doses == 0, 1.2, 0.3)[:, None]
    nadir = np.exp(rng.normal(0, spread, (n, 2)))
    below = (rng.random((n, 2)) < risk)[:, :, None]
    foreseen = Foreseen(below, nadir, np.arange(n))
    return EvaluatedPolicy(POLICY, np.stack([risk, risk], axis=2), np.ones((n, 2)), foreseen, doses)


def test_bands_hold_for_groups_of_patients_and_nadirs_before_the_first_dose_too() -> None:
    bands = learn_bands(evaluate_policy(12_000, 0))
    fresh = evaluate_policy(8_000, 1)
    groups = {"before": fresh.doses == 0, "later": fresh.doses > 0}
    first = bands.model_copy(update={"levels": bands.levels[:1]})
    curves = measure_bands(first, fresh, groups, Sample(np.arange(8_000), None, 0))
    assert isinstance(bands, PolicyIntervals)
    assert list(bands.levels[0].risks) == ["low"]  # what is computed from others has no band
    risks, nadirs, unstratified = curves
    assert [curve.of for curve in curves] == ["model", "model", "variant"]
    for curve in (risks, nadirs):
        for point in curve.points:
            assert point.coverage == 0.9
            assert point.held.value >= 0.87, point.group
    before = {point.group: point.held.value for point in unstratified.points}["before"]
    assert before < 0.87


def draw_pictures(spec: ImageInput, count: int) -> NDArray[Any]:
    """Grounds of their own brightness with a coloured spot, as a graph takes them."""
    random = np.random.default_rng(0)
    pixels = np.empty((count, spec.height, spec.width, spec.channels))
    pixels[:] = random.uniform(170, 220, (count, 1, 1, 1))
    pixels[:, 8:20, 8:20] = np.array([110, 80, 130])[: spec.channels]
    pixels = (pixels + random.normal(0, 4, pixels.shape)).round().clip(0, 255)
    if spec.normalisation:
        mean, deviation = spec.normalisation.mean, spec.normalisation.deviation
        pixels = ((pixels / 255 - mean) / deviation).astype(np.float32)
    else:
        pixels = pixels.astype(np.uint8)
    return pixels if spec.layout == "NHWC" else pixels.transpose(0, 3, 1, 2)


PICTURES = ImageInput(tensor="x", height=28, width=28, mode="RGB")
NORMALISED = {
    "layout": "NCHW",
    "normalisation": Normalisation(mean=(0.5, 0.4, 0.3), deviation=(0.2, 0.2, 0.1)),
}


@pytest.mark.parametrize("update", [{}, {"mode": "L"}, NORMALISED], ids=["RGB", "L", "NCHW"])
def test_an_assessment_states_what_training_pictures_look_like(update: dict[str, Any]) -> None:
    spec = PICTURES.model_copy(update=update)
    rows = draw_pictures(spec, 400)
    limited = make_input_assessor(spec).find_limits(rows)
    assert isinstance(limited, ImageInput)
    assert limited.model_copy(update={"appearance": None}) == spec
    assert limited.appearance
    assert (limited.appearance.colour is None) == (spec.mode == "L")
    assert limited.appearance.covered == Range(low=0.18, high=0.19)
    assessor = make_input_assessor(limited)
    assert assessor.find_doubtful(rows).mean() < 0.02
    channels = 3 if spec.layout == "NHWC" else 1
    grey = np.broadcast_to(rows.mean(channels, keepdims=True), rows.shape).astype(rows.dtype)
    assert assessor.find_doubtful(grey).all() == (spec.mode == "RGB")
    plain = np.broadcast_to(rows[:, :1, :1, :1], rows.shape)
    assert assessor.find_doubtful(plain).all()


def test_other_inputs_have_no_such_limits() -> None:
    table = TabularInput(tensor="x", features=(Boolean(name="a", description="A."),))
    assessor = make_input_assessor(table)
    rows = np.zeros((3, 1))
    assert assessor.find_limits(rows) is table
    assert not assessor.find_doubtful(rows).any()
