"""Coverage holds where it matters: in groups of every feature, and far from what was learned."""

from typing import Any

import numpy as np
import pytest

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Boolean,
    Choice,
    Group,
    Manifest,
    Number,
    Range,
    SurvivalIntervals,
    SurvivalOutput,
    TabularInput,
    TensorDistance,
    TextInput,
    Uncertainty,
    ValueIntervals,
    ValueOutput,
)
from medmaas.model.outputs import make_intervals
from medmaas_training.assessment.certainty.groups import (
    find_all_members,
    find_values,
    list_groups,
)
from medmaas_training.assessment.certainty.intervals import (
    Calibrated,
    choose_groups,
    learn_intervals,
    measure_worst,
    see,
    take_quantiles,
)
from medmaas_training.assessment.evaluated import Intervals
from medmaas_training.assessment.outputs import make_output_assessor
from medmaas_training.assessment.outputs.survival import SurvivalAssessor
from medmaas_training.assessment.outputs.value import EvaluatedValue
from medmaas_training.assessment.resampling import Sample
from medmaas_training.group_names import name_group

WIDE = Range(low=-100, high=100)


def describe(name: str, missing: str | None = None) -> Number:
    return Number(
        name=name,
        description="A number.",
        unit="1",
        hard_range=WIDE,
        training_range=WIDE,
        missing=missing,
    )


TABLE = TabularInput(
    tensor="x",
    features=(
        describe("a"),
        describe("b", "imputed"),
        Choice(name="sex", description="Sex.", choices=("F", "M")),
        Boolean(name="ill", description="Ill."),
    ),
)
VALUE = ValueOutput(tensor="v", unit="1")
TEXT = TextInput(tensor="x", field="text", description="Any.", alphabet=("a",), max_length=1)


def draw_rows(n: int, seed: int) -> np.ndarray:
    """Of every feature of TABLE, some without b."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(0, 1, (n, 2)), rng.integers(0, 2, (n, 2))])
    X[rng.random(n) < 0.1, 1] = np.nan
    return X


def simulate(n: int, seed: int, worse: float = 3.0) -> tuple[Calibrated, np.ndarray]:
    """Errors so many times larger where a is highest, and where b is missing."""
    X, rng = draw_rows(n, seed), np.random.default_rng(seed + 1)
    hard = (X[:, 0] > 1.3) | np.isnan(X[:, 1])
    values = X[:, 0]
    y = values + rng.normal(0, np.where(hard, worse, 1.0))
    evaluated = make_output_assessor(VALUE).evaluate(TABLE, X, {"v": values[:, None]}, y, None)
    return see(evaluated.require_quantiles(), TABLE, X), X


def learn(split: Calibrated, groups: tuple[Group, ...] = ()) -> Intervals:
    learned = learn_intervals(split, None, groups)
    assert learned is not None
    return learned


def test_each_group_is_covered_and_others_are_hardly_wider() -> None:
    learned, fresh = simulate(3000, 0)[0], simulate(20_000, 7)[0]
    groups = choose_groups(learned, TABLE, None, seed=0)
    assert {(group.by, group.is_of_missing) for group in groups} >= {("a", False), ("b", True)}
    a, b = fresh.features["a"], fresh.features["b"]
    looked_at = {"highest": a > np.quantile(a, 0.9), "missing": np.isnan(b)}
    plain, apart = learn(learned), learn(learned, groups)
    found = {}
    for name, intervals in (("plain", plain), ("apart", apart)):
        half = take_quantiles(intervals, intervals.levels[0], fresh)
        held, width = fresh.evaluated.hold(half), fresh.evaluated.measure_width(half)
        found[name] = {group: held[some].mean() for group, some in looked_at.items()}
        found[name] |= {"all": held.mean(), "width": np.median(width)}
    for group in looked_at:
        assert found["plain"][group] < 0.8
        assert 0.88 <= found["apart"][group] <= 0.93
    assert found["apart"]["all"] >= 0.89
    assert found["apart"]["width"] == found["plain"]["width"]


def test_where_nobody_is_short_nobody_has_a_quantile_of_their_own() -> None:
    learned, _ = simulate(40_000, 0, worse=1.0)
    assert choose_groups(learned, TABLE, None, seed=0) == ()


def test_a_group_of_most_people_or_of_few_has_none_either() -> None:
    learned, X = simulate(3000, 0)
    rare = np.full(len(X), 0.0)
    rare[:49] = 1
    y = learned.evaluated.prediction + np.where(rare, 99.0, 0.0)
    evaluated = EvaluatedValue(learned.evaluated.prediction, y)
    X[:, 3] = rare
    groups = choose_groups(see(evaluated, TABLE, X), TABLE, None, seed=0)
    assert "ill" not in {group.by for group in groups}


def serve(
    intervals: Intervals, X: np.ndarray, values: np.ndarray, output: Any = VALUE, **more: Any
) -> Any:
    uncertainty = Uncertainty(
        method="By hand.", calibrated_on="nobody", intervals=intervals, **more.pop("limits", {})
    )
    manifest = Manifest.model_construct(
        input=more.pop("spec", TABLE), output=output, uncertainty=uncertainty
    )
    kind = make_intervals(intervals, manifest)
    outputs = {output.tensor: values.astype(np.float32)} | more
    return kind.tabulate(outputs, {"x": X.astype(np.float32)}, intervals.levels[0].coverage)


def test_the_group_intervals_that_are_measured_are_those_that_are_served() -> None:
    learned, _ = simulate(3000, 0)
    X = draw_rows(400, 3).round(1)  # so that some are on an edge
    groups = (
        Group(by="a", low=1.3),
        Group(by="a", high=-1.2),
        Group(by="b"),
        Group(by="sex", low=1, high=2),
        Group(by="prediction", low=0.55),
    )
    intervals = learn(learned, groups)
    values = X[:, 0].round(6)
    fresh = see(EvaluatedValue(values, values), TABLE, X)
    half = take_quantiles(intervals, intervals.levels[0], fresh)
    numbers = serve(intervals, X, values).numbers
    np.testing.assert_allclose(numbers[:, 1] - numbers[:, 0], 2 * half, atol=3e-6)


DAYS = (0, 100, 300, 700, 1500, 4000)
YEARS = SurvivalOutput(tensor="s", time_days=DAYS, horizon_days=(700,))


def simulate_survival(n: int, seed: int) -> tuple[Calibrated, np.ndarray, np.ndarray, np.ndarray]:
    """The ill die three times as fast as their curves say, under censoring; and the true times."""
    X, rng = draw_rows(n, seed), np.random.default_rng(seed + 1)
    rate = rng.lognormal(-8, 0.5, n)
    curves = np.exp(-rate[:, None] * np.array(DAYS)).round(6)
    time = rng.exponential(1 / (rate * np.where(X[:, 0] > 1.3, 3, 1)))
    censored = rng.uniform(500, 8000, n)
    outcome = np.empty(n, [("event", bool), ("time", float)])
    outcome["event"], outcome["time"] = time <= censored, np.minimum(time, censored)
    evaluated = SurvivalAssessor(YEARS).evaluate(TABLE, X, {"s": curves}, outcome, outcome)
    return see(evaluated, TABLE, X), X, curves, time


def test_a_bound_is_outlived_as_often_as_promised_by_those_who_are_iller_than_is_seen() -> None:
    learned, *_ = simulate_survival(4000, 0)
    fresh, X, curves, time = simulate_survival(20_000, 5)
    groups = choose_groups(learned, TABLE, None, seed=0)
    assert {group.by for group in groups} >= {"a"}
    ill = X[:, 0] > np.quantile(X[:, 0], 0.9)
    outlived = {}
    for name, intervals in (("plain", learn(learned)), ("apart", learn(learned, groups))):
        quantiles = take_quantiles(intervals, intervals.levels[0], fresh)
        days = fresh.evaluated.measure_width(quantiles)
        outlived[name] = (time >= days)[ill].mean(), (time >= days)[~ill].mean()
        (served,) = serve(intervals, X, curves, YEARS).texts
        assert (np.abs(np.array(served, float) - days) <= 1).all()
    assert outlived["plain"][0] < 0.84
    assert 0.88 <= outlived["apart"][0] <= 0.95
    assert outlived["apart"][1] >= 0.89
    assert isinstance(intervals, SurvivalIntervals)


def simulate_far(n: int, seed: int, shift: float = 1.0) -> EvaluatedValue:
    """Errors grow with the distance, which is so many times larger among those from elsewhere."""
    rng = np.random.default_rng(seed)
    distances = (shift * rng.lognormal(0, 0.5, n)).round(6)
    values = rng.normal(0, 1, n).round(6)
    y = values + rng.normal(0, np.maximum(distances, 1))
    output = {"v": values[:, None], "distance": distances[:, None]}
    evaluated = make_output_assessor(VALUE).evaluate(TEXT, np.zeros((n, 1)), output, y, None)
    return expect(evaluated, EvaluatedValue)


def test_intervals_widen_with_the_distance_so_that_the_far_are_covered() -> None:
    unlearned = simulate_far(2000, 0)
    learned = unlearned.normalise(0)
    assert learned.typical == pytest.approx(1, abs=0.1)
    near, far = simulate_far(10_000, 1), simulate_far(10_000, 2, shift=2)
    held, width = {}, {}
    for name, evaluated in (("plain", unlearned), ("widened", learned)):
        intervals = learn(see(evaluated, TEXT, np.zeros((2000, 1))))
        for whose, split in (("near", near), ("far", far)):
            seen = see(split, TEXT, np.zeros((10_000, 1)))
            half = take_quantiles(intervals, intervals.levels[0], seen)
            held[name, whose] = split.hold(half)
            width[name, whose] = np.median(split.measure_width(half))
    third = near.find_groups()["farthest third by distance"]
    assert held["plain", "near"][third].mean() < 0.83
    assert 0.88 <= held["widened", "near"][third].mean() <= 0.93
    assert held["plain", "far"].mean() < 0.8
    assert 0.88 <= held["widened", "far"].mean() <= 0.93
    assert width["widened", "near"] < width["plain", "near"]


def test_a_distance_that_says_nothing_of_the_error_changes_nothing() -> None:
    drawn = simulate_far(2000, 0)
    rng = np.random.default_rng(3)
    alike = EvaluatedValue(drawn.values, drawn.values + rng.normal(0, 1, 2000), drawn.distances)
    assert alike.normalise(0).typical is None


def test_the_widened_intervals_that_are_measured_are_those_that_are_served() -> None:
    learned = simulate_far(500, 0).normalise(0)
    intervals = learn(see(learned, TEXT, np.zeros((500, 1))))
    assert isinstance(intervals, ValueIntervals)
    fresh = simulate_far(300, 4)
    half = take_quantiles(intervals, intervals.levels[0], see(fresh, TEXT, np.zeros((300, 1))))
    assert fresh.distances is not None
    numbers = serve(
        intervals,
        np.zeros((300, 1)),
        fresh.values,
        spec=TEXT,
        limits={"distance": TensorDistance(tensor="distance", threshold=99)},
        distance=fresh.distances[:, None].astype(np.float32),
    ).numbers
    np.testing.assert_allclose(numbers[:, 1] - numbers[:, 0], 2 * half, atol=1e-5)


def test_every_feature_is_looked_at_and_the_same_people_only_once() -> None:
    X = draw_rows(3000, 0)
    X[:, 3] = X[:, 2]  # who is ill is a man
    values = find_values(TABLE, X)
    groups = list_groups(TABLE, values, ends_alone=False)
    assert {group.by for group in groups} == {"a", "b", "sex", "ill"}
    members = find_all_members(TABLE, groups, values)
    assert {"b not known", "sex F", "sex M"} <= members.keys()
    assert not any(name.startswith("ill") for name in members)
    fifths = [members[name] for name in members if name.startswith("a of")]
    assert len(fifths) == 5 + 2  # and the tenths at both ends
    assert sum(some.sum() for some in fifths) == pytest.approx(1.2 * len(X), rel=0.02)


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (Group(by="a"), "a not known"),
        (Group(by="a", low=1.5), "a of 1.5 or more"),
        (Group(by="a", high=1.5), "a of less than 1.5"),
        (Group(by="a", low=1, high=1.5), "a of 1 to less than 1.5"),
        (Group(by="sex", low=1, high=2), "sex M"),
        (Group(by="ill", low=1, high=2), "ill true"),
        (Group(by="prediction", low=0.2), "prediction of 0.2 or more"),
    ],
)
def test_a_group_is_named_by_who_is_in_it(group: Group, name: str) -> None:
    assert name_group(TABLE, group) == name


def test_the_five_of_lowest_coverage_are_shown_and_of_how_many_they_were_picked() -> None:
    learned, _ = simulate(3000, 0)
    intervals = learn(learned)
    groups = list_groups(TABLE, learned.values, ends_alone=False)
    members = find_all_members(TABLE, groups, learned.values)
    (curve,) = measure_worst(intervals, learned, TABLE, groups, Sample(np.arange(3000), None, 0))
    half = take_quantiles(intervals, intervals.levels[0], learned)
    held = learned.evaluated.hold(half)
    lowest = sorted(members, key=lambda name: held[members[name]].mean())[:5]
    assert [point.group for point in curve.points] == lowest
    assert curve.picked_from == len(members) > 15
    for point in curve.points:
        assert point.n == members[point.group].sum()
        assert point.held.low < point.held.value < point.held.high
    rest = [held[members[name]].mean() for name in members if name not in lowest]
    assert max(point.held.value for point in curve.points) <= min(rest)
