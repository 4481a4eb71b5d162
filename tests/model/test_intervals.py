"""Intervals: sets of labels, low and high values, days that are outlived, bands on risks."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from medmaas.model.intervals import IntervalKind, Quantiles
from medmaas.model.manifest import (
    PREDICTION,
    ClassesIntervals,
    ClassesOutput,
    Level,
    PolicyIntervals,
    PolicyLevel,
    Range,
    Strata,
    SurvivalIntervals,
    SurvivalOutput,
    TextInput,
    ValueIntervals,
    ValueOutput,
)
from medmaas.model.outputs.classes import Classes, PredictionSets, SetsByLabel
from medmaas.model.outputs.curve import find_crossing, find_crossings
from medmaas.model.outputs.survival import LowerBounds, Survival
from medmaas.model.outputs.value import Bounds
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.model.judged import judged_by, levels, unsure

Floats = NDArray[np.float32]

TEXT = TextInput(tensor="x", field="text", description="Any.", alphabet=("a",), max_length=1)
LABELS = ("a", "b", "c")
CLASSES = ClassesOutput(tensor="s", labels=LABELS)
DAYS = (0, 100, 200, 400)
YEARS = SurvivalOutput(tensor="s", time_days=DAYS, horizon_days=(100, 400))
COVERAGES = (0.9, 0.8, 0.95)
chances = st.floats(0, 1, width=32)
curves = st.integers(1, 5).flatmap(lambda n: arrays(np.float32, (n, len(DAYS)), elements=chances))


def sets(*quantiles: float) -> PredictionSets:
    spec = ClassesIntervals(levels=levels(dict(zip(COVERAGES, quantiles, strict=False))))
    return PredictionSets(CLASSES, Quantiles(spec, TEXT))


def bounds(quantiles: dict[float, float]) -> LowerBounds:
    spec = SurvivalIntervals(levels=levels(quantiles))
    return LowerBounds(YEARS, Quantiles(spec, TEXT, lambda quantile: 1 - quantile))


def make(kind: IntervalKind, rows: Any, coverage: float = 0.9) -> list[dict[str, Any]]:
    outputs = {"s": np.array(rows, np.float32)}
    table = kind.tabulate(outputs, {"x": np.zeros(len(rows))}, coverage)
    return kind.list_rows(table, coverage)


@given(
    st.lists(st.floats(0.001, 1), min_size=3, max_size=3),
    st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted),
)
def test_prediction_sets_hold_the_likeliest_and_grow_with_the_quantile(
    weights: list[float], quantiles: list[float]
) -> None:
    p = np.array([weights], np.float32) / np.float32(sum(weights))
    kind = sets(*quantiles)
    (narrow,), (wide,) = (make(kind, p, coverage) for coverage in COVERAGES[:2])
    assert wide["labels"][: len(narrow["labels"])] == narrow["labels"]
    together = np.sort(p[0].astype(float))[::-1].cumsum()
    assert len(wide["labels"]) == max(1, (together <= quantiles[1] + 1e-9).sum())


@given(arrays(np.float32, (4, 3), elements=st.sampled_from([0.0, 0.1, 0.3, 0.3000001, 0.2999998])))
def test_the_label_of_the_answer_is_the_first_of_its_set_however_near_the_next(p: Floats) -> None:
    (named,) = Classes(CLASSES).tabulate({"s": p}, {}).texts
    assert [one["labels"][0] for one in make(sets(0), p)] == named


def by_label(*quantiles: float, cases: tuple[int, ...] = (90, 90, 90)) -> SetsByLabel:
    level = Level(coverage=0.95, quantiles=quantiles)
    return SetsByLabel(CLASSES, ClassesIntervals(levels=(level,), by="label", cases=cases))


@pytest.mark.parametrize("quantiles", [(0.05, 0.05, 0.05), (0.6, 0.1, 0.9), (0.99, 0.0, 0.5)])
@pytest.mark.parametrize("p", [0.5, 0.48, 0.42, 0.35, 0.58])
def test_near_one_half_a_set_holds_both_labels_whatever_was_learned(
    quantiles: tuple[float, ...], p: float
) -> None:
    (interval,) = make(by_label(*quantiles), [[p, 1 - p, 0]], 0.95)
    assert {"a", "b"} <= {*interval["labels"]}


def test_sets_by_label_differ_by_patient() -> None:
    kind = by_label(0.3, 0.1, 0.05)
    found = make(kind, [[0.98, 0.02, 0], [0.02, 0.98, 0], [0.75, 0.25, 0], [0.2, 0.7, 0.1]], 0.95)
    assert [one["labels"] for one in found] == [["a"], ["b"], ["a"], ["b", "a", "c"]]


@given(
    arrays(np.float32, (5, 3), elements=st.sampled_from([0.0, 0.1, 0.3, 0.3000001, 0.5, 0.999])),
    st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0]), min_size=3, max_size=3),
)
def test_a_set_by_label_is_never_empty_and_is_of_its_row_alone(
    p: Floats, quantiles: list[float]
) -> None:
    kind = by_label(*quantiles)
    together = make(kind, p, 0.95)
    assert together == [make(kind, row[None], 0.95)[0] for row in p]
    (named,) = Classes(CLASSES).tabulate({"s": p}, {}).texts
    for row, one, label in zip(p.round(6).tolist(), together, named, strict=True):
        taken = one["labels"]
        assert taken[0] == label
        left = [x for x, name in zip(row, LABELS, strict=True) if name not in taken]
        assert all(x < max(row) / 2 for x in left)


@given(
    st.lists(st.floats(0.001, 1), min_size=3, max_size=3),
    st.lists(st.floats(0, 1), min_size=6, max_size=6).map(sorted),
)
def test_a_set_by_label_grows_with_the_coverage(
    weights: list[float], quantiles: list[float]
) -> None:
    given_ = zip((0.8, 0.95), (quantiles[:3], quantiles[3:]), strict=True)
    stored = tuple(Level(coverage=c, quantiles=tuple(q)) for c, q in given_)
    spec = ClassesIntervals(levels=stored, by="label", cases=(90, 90, 90))
    p = np.array([weights], np.float32) / np.float32(sum(weights))
    narrow, wide = (make(SetsByLabel(CLASSES, spec), p, level.coverage)[0] for level in stored)
    assert {*narrow["labels"]} <= {*wide["labels"]}


def test_a_label_of_too_few_cases_is_named_beside_the_set() -> None:
    kind = by_label(0.3, 0.1, 0.05, cases=(90, 18, 19))
    (interval,) = make(kind, [[0.9, 0.1, 0]], 0.95)
    assert interval == {"coverage": 0.95, "labels": ["a"], "coverage_unknown": ["b"]}
    assert kind.columns.texts == ("interval_labels", "interval_coverage_unknown")
    said = ENGLISH.say(kind.name_interval(interval))
    assert said.startswith("With 95% coverage, it is one of: a; of b too few cases were seen")


def test_a_value_lies_between_two_bounds_as_wide_as_its_stratum_says() -> None:
    strata = Strata(by=PREDICTION, edges=(0.0,))
    spec = ValueIntervals(levels=(Level(coverage=0.9, quantiles=(2.0, 0.5)),), strata=strata)
    kind = Bounds(ValueOutput(tensor="s", unit="mol/L"), Quantiles(spec, TEXT))
    assert make(kind, [[-1.0], [0.0]]) == [
        {"coverage": 0.9, "low": -3.0, "high": 1.0, "unit": "mol/L"},
        {"coverage": 0.9, "low": -0.5, "high": 0.5, "unit": "mol/L"},
    ]


def test_the_day_of_a_bound_follows_a_constant_hazard() -> None:
    curve = [1.0, 0.8, 0.64, 0.16]
    by_quantile = {
        0.1: int(100 * np.log(1 / 0.9) / np.log(1 / 0.8)),
        0.5: int(200 + 200 * np.log(0.64 / 0.5) / np.log(0.64 / 0.16)),
        0.9: 400,  # does not fall so far in time
        0.0: 0,
    }
    for quantile, day in by_quantile.items():
        (bound,) = make(bounds({0.9: quantile}), [curve])
        assert bound == {"coverage": 0.9, "at_least_days": day}


def test_a_bound_on_a_day_of_the_curve_is_that_day() -> None:
    assert find_crossing([1.0, 0.8, 0.64, 0.16], DAYS, 0.64) == 200
    assert find_crossing([0.5, 0.4, 0.3, 0.2], DAYS, 0.5) == 0
    assert find_crossing([1.0, 0.9, 0.9, 0.9], DAYS, 0.5) == np.inf


@given(curves, st.floats(0.01, 0.99))
def test_one_curve_falls_on_the_day_that_it_falls_on_among_others(
    rows: Floats, level: float
) -> None:
    given_ = rows.astype(float)
    alone = [find_crossing(curve, DAYS, level) for curve in given_.tolist()]
    assert find_crossings(given_, np.array(DAYS), np.full(len(rows), level)).tolist() == alone


@given(curves, st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3).map(sorted))
def test_the_more_sure_a_bound_must_be_the_fewer_days_it_promises(
    rows: Floats, quantiles: list[float]
) -> None:
    kind = bounds(dict(zip((0.95, 0.9, 0.8), quantiles, strict=True)))
    promised = [[one["at_least_days"] for one in make(kind, rows, c)] for c in (0.95, 0.9, 0.8)]
    for days in zip(*promised, strict=True):
        assert list(days) == sorted(days)


@given(curves)
def test_the_bound_that_half_outlive_is_the_median(rows: Floats) -> None:
    rounded = rows.astype(float).round(6)
    (medians,) = Survival(YEARS).tabulate({"s": rows}, {}).texts
    (found,) = bounds({0.9: 0.5}).tabulate({"s": rounded}, {"x": rows}, 0.9).texts
    for median, day in zip(medians, found, strict=True):
        assert isinstance(day, int)
        assert abs((median if isinstance(median, int) else DAYS[-1]) - day) <= 1


@given(curves)
def test_intervals_are_the_same_alone_and_among_others(rows: Floats) -> None:
    for kind in (bounds({0.9: 0.1}), sets(0.7)):
        width = 3 if isinstance(kind, PredictionSets) else len(DAYS)
        many = make(kind, np.tile(rows[:, :width], (9, 1)))
        assert many[: len(rows)] == [make(kind, row[None, :width])[0] for row in rows]


def test_bands_on_risks_are_as_wide_as_a_share_among_so_many_varies(registry: Registry) -> None:
    model = registry.get("chemo_dose")
    level = PolicyLevel(coverage=0.9, risks={"anc_below_0.5": 2.0}, nadir=Range(low=0.5, high=2))
    spec = PolicyIntervals(levels=(level,), group_size=100)
    (prediction,) = predict(judged_by(model, unsure(intervals=spec)), [model.example])
    interval, options = prediction["interval"], prediction["output"]["options"]
    assert interval["group_size"] == 100
    for option, band in zip(options, interval["options"], strict=True):
        p, nadir = option["risks"]["anc_below_0.5"], option["expected_nadir"]["value"]
        half = 2 * np.sqrt(max(p * (1 - p), 0.01) / 100)
        assert band["action"] == option["action"]
        assert set(band["risks"]) == {"anc_below_0.5"}
        ends = {"low": max(p - half, 0), "high": min(p + half, 1)}
        assert band["risks"]["anc_below_0.5"] == pytest.approx(ends, abs=2e-6)
        ratios = {"low": nadir / 2, "high": nadir * 2}
        assert band["expected_nadir"] == pytest.approx(ratios, abs=4e-6)


def test_the_band_of_a_nadir_depends_on_how_many_doses_were_given(registry: Registry) -> None:
    model = registry.get("chemo_dose")
    nadirs = (Range(low=0.5, high=2), Range(low=0.8, high=1.25))
    level = PolicyLevel(coverage=0.9, risks={}, nadir=Range(low=0.1, high=10), nadirs=nadirs)
    strata = Strata(by="dose", edges=(1,))
    spec = PolicyIntervals(levels=(level,), group_size=100, strata=strata)
    (field,) = model.example
    counts = [{"day": -21, "anc": 5.0}, {"day": 0, "anc": 4.0}]
    treated = [{"day": -21, "anc": 5.0, "dose": 1.0}, {"day": 0, "anc": 4.0}]
    found = predict(judged_by(model, unsure(intervals=spec)), [{field: counts}, {field: treated}])
    for prediction, ratios in zip(found, nadirs, strict=True):
        nadir = prediction["output"]["options"][0]["expected_nadir"]["value"]
        band = prediction["interval"]["options"][0]["expected_nadir"]
        ends = {"low": nadir * ratios.low, "high": nadir * ratios.high}
        assert band == pytest.approx(ends, abs=4e-6)


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(2, 6), st.just(len(LABELS))),
        elements=st.sampled_from([0.0, -0.0, 0.25, 0.2500001, 0.3, 0.30000001, 0.333333, 0.5, 1.0])
        | chances,
    ),
    st.floats(0, 1.5),
)
def test_a_prediction_set_is_the_same_whatever_rows_are_with_it(p: Floats, quantile: float) -> None:
    kind = sets(quantile)
    assert make(kind, p) == [one for row in p for one in make(kind, [row])]
