"""How sure an answer is, and when there is none."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

from medmaas.errors import InvalidRequestError
from medmaas.model.manifest import (
    ClassesIntervals,
    ClassesOutput,
    Column,
    Level,
    Manifest,
    PolicyIntervals,
    PolicyLevel,
    Range,
    StandardisedDistance,
    Strata,
    SurvivalIntervals,
    TensorDistance,
    Uncertainty,
    ValueIntervals,
    ValueOutput,
)
from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Model, Registry
from medmaas.model.uncertainty import make_uncertainty
from medmaas.model.uncertainty.distance import FromGraph, Standardised
from medmaas.model.uncertainty.intervals import Bounds, PredictionSets, Quantiles, find_day
from tests.conftest import MODELS, PATIENT

Floats = NDArray[np.float32]
ANY = Registry(MODELS).get("survival").manifest


def levels(**quantiles: float) -> tuple[Level, ...]:
    return tuple(Level(coverage=float(f"0.{c[1:]}"), quantiles=(q,)) for c, q in quantiles.items())


def unsure(**parts: Any) -> Uncertainty:
    return Uncertainty(method="By hand.", calibrated_on="nobody", **parts)


def judged_by(model: Model, uncertainty: Uncertainty) -> Model:
    manifest = model.manifest.model_copy(update={"uncertainty": uncertainty})
    manifest = Manifest.model_validate(manifest.model_dump())
    return dataclasses.replace(model, manifest=manifest, uncertainty=make_uncertainty(manifest))


def distance(threshold: float, size: int = 6, **column: Any) -> StandardisedDistance:
    columns = tuple(Column(**({"mean": 0, "deviation": 1} | column)) for _ in range(size))
    same = tuple(tuple(map(float, row)) for row in np.eye(size))
    return StandardisedDistance(columns=columns, correlation=same, threshold=threshold)


FAR, NEAR = distance(-100), distance(1e6)
BOUNDS = SurvivalIntervals(levels=levels(c9=0.1, c8=0.2, c95=0.05))


@pytest.fixture(scope="module")
def survival(registry: Registry) -> Model:
    return dataclasses.replace(registry.get("survival"), uncertainty=None)


def test_a_patient_unlike_the_others_gets_no_answer_but_a_reason(survival: Model) -> None:
    (prediction,) = predict(judged_by(survival, unsure(distance=FAR, intervals=BOUNDS)), [PATIENT])
    assert prediction["status"] == "abstained"
    assert prediction["output"] is None
    assert "interval" not in prediction
    assert "unlike those the model learned from" in prediction["reason"]


def test_the_answer_can_be_forced_and_is_marked(survival: Model) -> None:
    model = judged_by(survival, unsure(distance=FAR, intervals=BOUNDS))
    (plain,) = predict(judged_by(survival, unsure(distance=NEAR, intervals=BOUNDS)), [PATIENT])
    (forced,) = predict(model, [PATIENT], Options(force=True))
    assert plain["status"] == "ok"
    assert forced["status"] == "forced"
    assert forced["reason"]
    assert {k: forced[k] for k in ("output", "interval")} == {
        k: plain[k] for k in ("output", "interval")
    }


def test_too_many_missing_features_are_no_basis_for_an_answer(survival: Model) -> None:
    model = judged_by(survival, unsure(most_missing=0))
    whole, lacking = predict(model, [PATIENT, PATIENT | {"creatinine": None}])
    assert whole["status"] == "ok"
    assert lacking["reason"] == "1 features are missing, at most 0 may be"


def test_only_a_stored_coverage_can_be_asked_for(survival: Model) -> None:
    model = judged_by(survival, unsure(intervals=BOUNDS))
    bounds = [
        predict(model, [PATIENT], Options(coverage=c))[0]["interval"]["at_least_days"]
        for c in (0.8, 0.9, 0.95)
    ]
    assert bounds == sorted(bounds, reverse=True)
    assert len(set(bounds)) == 3
    with pytest.raises(InvalidRequestError, match=r"stores: 0\.8, 0\.9, 0\.95") as refused:
        predict(model, [PATIENT], Options(coverage=0.99))
    assert refused.value.details[0].field == "coverage"
    with pytest.raises(InvalidRequestError, match="no intervals"):
        predict(survival, [PATIENT], Options(coverage=0.9))


def test_without_being_asked_the_first_coverage_is_given(survival: Model) -> None:
    (prediction,) = predict(judged_by(survival, unsure(intervals=BOUNDS)), [PATIENT])
    assert prediction["interval"]["coverage"] == 0.9


def test_what_the_model_abstains_from_is_not_explained(survival: Model) -> None:
    model = judged_by(survival, unsure(distance=FAR))
    for force in (False, True):
        with pytest.raises(InvalidRequestError, match="abstains") as refused:
            predict(model, [PATIENT], Options(explain=True, force=force))
        assert [(p.instance, p.problem[:22]) for p in refused.value.details] == [
            (0, "has nothing to explain")
        ]


def test_at_most_fifty_are_explained_at_once(survival: Model) -> None:
    with pytest.raises(InvalidRequestError, match="at most 50"):
        predict(survival, [PATIENT] * 51, Options(explain=True))


@given(
    st.lists(st.floats(0.001, 1), min_size=3, max_size=3),
    st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted),
)
def test_prediction_sets_hold_the_likeliest_and_grow_with_the_quantile(
    weights: list[float], quantiles: list[float]
) -> None:
    p = np.array([weights], np.float32) / np.float32(sum(weights))
    labels = ("a", "b", "c")
    sets = [take_set(p, labels, quantile) for quantile in quantiles]
    likeliest = labels[int(p[0].argmax())]
    assert sets[0][0] == likeliest
    assert sets[1][: len(sets[0])] == sets[0]
    ordered = np.sort(p[0].astype(float))[::-1].cumsum()
    assert len(sets[1]) == max(1, (ordered <= quantiles[1] + 1e-9).sum())


def take_set(p: Floats, labels: tuple[str, ...], quantile: float) -> list[str]:
    quantiles = Quantiles((Level(coverage=0.9, quantiles=(quantile,)),), None, ANY, max)
    output = ClassesOutput(tensor="p", labels=labels)
    (found,) = PredictionSets(output, quantiles).make({"p": p}, {}, 0.9)
    taken: list[str] = found["labels"]
    return taken


def test_more_labels_than_the_model_may_name_are_no_answer(registry: Registry) -> None:
    model = registry.get("breast_fna")
    both = ClassesIntervals(levels=levels(c9=1.0))
    model = judged_by(model, unsure(intervals=both, largest_set=1))
    (prediction,) = predict(model, [model.example])
    assert prediction["status"] == "abstained"
    assert "undecided: at 90% coverage" in prediction["reason"]


def test_strata_have_quantiles_of_their_own(survival: Model) -> None:
    by_age = SurvivalIntervals(
        levels=(Level(coverage=0.9, quantiles=(0.3, 0.01)),), strata=Strata(by="age", edges=(70,))
    )
    model = judged_by(survival, unsure(intervals=by_age))
    young = [
        predict(model, [PATIENT | {"age": age}])[0]["interval"]["at_least_days"] for age in (69, 70)
    ]
    alike = judged_by(survival, unsure(intervals=SurvivalIntervals(levels=levels(c9=0.3))))
    (same,) = predict(alike, [PATIENT | {"age": 69}])
    assert young[0] == same["interval"]["at_least_days"]
    assert young[1] < young[0] / 5


def test_a_value_lies_between_two_bounds() -> None:
    strata = Strata(by="prediction", edges=(0.0,))
    level = Level(coverage=0.9, quantiles=(2.0, 0.5))
    quantiles = Quantiles((level,), strata, ANY, max)
    bounds = Bounds(ValueOutput(tensor="y", unit="mol/L"), quantiles)
    made = bounds.make({"y": np.array([[-1.0], [0.0]], np.float32)}, {}, 0.9)
    assert made == [
        {"coverage": 0.9, "low": -3.0, "high": 1.0, "unit": "mol/L"},
        {"coverage": 0.9, "low": -0.5, "high": 0.5, "unit": "mol/L"},
    ]
    assert ValueIntervals(levels=(level,), strata=strata).levels == (level,)


def test_the_day_of_a_bound_follows_a_constant_hazard() -> None:
    curve, days = [1.0, 0.8, 0.64, 0.16], [0, 100, 200, 400]
    assert find_day(curve, days, 0.9) == int(100 * np.log(1 / 0.9) / np.log(1 / 0.8))
    assert find_day(curve, days, 0.8) == 100
    assert find_day(curve, days, 0.1) == 400
    assert find_day(curve, days, 1.0) == 0
    assert find_day([1.0, 0.0], [0, 10], 0.0) == 10


@given(st.lists(st.floats(-50, 50), min_size=6, max_size=6), st.integers(0, 5))
def test_a_distance_does_not_depend_on_who_else_is_asked(values: list[float], more: int) -> None:
    spec = distance(0)
    row = np.array([values], np.float32)
    alone = Standardised(spec, "x").measure({}, {"x": row})
    others = np.random.default_rng(more).normal(size=(more, 6)).astype(np.float32)
    together = Standardised(spec, "x").measure({}, {"x": np.concatenate([row, others])})
    assert together[0] == alone[0]


def test_the_distance_of_normal_data_is_a_standard_normal_deviate_whatever_is_missing() -> None:
    random = np.random.default_rng(0)
    mixing = random.normal(size=(6, 6))
    covariance = mixing @ mixing.T + np.eye(6)
    deviation = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviation, deviation)
    spec = StandardisedDistance(
        columns=tuple(Column(mean=3, deviation=d) for d in deviation),
        correlation=tuple(map(tuple, correlation.tolist())),
        threshold=2,
    )
    rows = random.multivariate_normal(np.full(6, 3.0), covariance, 20_000).astype(np.float32)
    for missing in (0, 3):
        rows[:, :missing] = np.nan
        found = np.array(Standardised(spec, "x").measure({}, {"x": rows}))
        for q in (0.5, 0.9, 0.97):
            assert abs((found <= norm.ppf(q)).mean() - q) < 0.01


def test_a_logarithm_is_taken_where_the_manifest_says_so() -> None:
    spec = distance(0, 1, log=True, offset=1.0, mean=2.0, deviation=0.5)
    (found,) = Standardised(spec, "x").measure({}, {"x": np.array([[np.e**3 - 1]], np.float32)})
    squared = ((3 - 2) / 0.5) ** 2
    assert found == pytest.approx((squared ** (1 / 3) - (1 - 2 / 9)) / np.sqrt(2 / 9), abs=1e-5)


def test_the_graph_may_give_its_own_distance() -> None:
    own = FromGraph(TensorDistance(tensor="distance", threshold=1))
    assert own.measure({"distance": np.array([[0.5], [2]], np.float32)}, {}) == [0.5, 2.0]


def test_bands_on_risks_are_as_wide_as_a_share_among_so_many_varies(registry: Registry) -> None:
    model = registry.get("chemo_dose")
    spec = PolicyIntervals(
        levels=(
            PolicyLevel(coverage=0.9, risks={"anc_below_0.5": 2.0}, nadir=Range(low=0.5, high=2)),
        ),
        group_size=100,
    )
    (prediction,) = predict(judged_by(model, unsure(intervals=spec)), [model.example])
    interval, options = prediction["interval"], prediction["output"]["options"]
    assert interval["group_size"] == 100
    for option, band in zip(options, interval["options"], strict=True):
        p, nadir = option["risks"]["anc_below_0.5"], option["expected_nadir"]["value"]
        half = 2 * np.sqrt(max(p * (1 - p), 0.01) / 100)
        assert band["action"] == option["action"]
        assert band["risks"]["anc_below_0.5"]["low"] == pytest.approx(max(p - half, 0), abs=2e-6)
        assert band["risks"]["anc_below_0.5"]["high"] == pytest.approx(min(p + half, 1), abs=2e-6)
        assert band["expected_nadir"]["low"] == pytest.approx(nadir / 2, abs=2e-6)
        assert set(band["risks"]) == {"anc_below_0.5"}


def test_a_shield_is_not_lifted_by_force(registry: Registry) -> None:
    model = registry.get("chemo_dose")
    old = {"history": [{"day": -30, "anc": 2.0}]}
    (prediction,) = predict(model, [old], Options(force=True))
    assert prediction["status"] == "abstained"
    assert prediction["output"]["recommended"] is None


def test_a_manifest_that_cannot_be_so_is_refused(survival: Model) -> None:
    for wrong in (
        unsure(intervals=ClassesIntervals(levels=levels(c9=1.0))),
        unsure(distance=distance(1, size=5)),
        unsure(distance=TensorDistance(tensor="nowhere", threshold=1)),
        unsure(
            intervals=SurvivalIntervals(
                levels=(Level(coverage=0.9, quantiles=(0.1, 0.2)),),
                strata=Strata(by="sex", edges=(1,)),
            )
        ),
        unsure(largest_set=1),
    ):
        with pytest.raises(ValueError, match="uncertainty"):
            judged_by(survival, wrong)
