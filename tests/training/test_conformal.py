"""Quantiles hold for the next case as often as they say, whatever the model behind them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Boolean,
    ClassesIntervals,
    ClassesOutput,
    Level,
    Manifest,
    Output,
    Strata,
    SurvivalIntervals,
    SurvivalOutput,
    TabularInput,
    ValueOutput,
)
from medmaas.model.outputs import make_intervals
from medmaas_training.assessment.certainty.conformal import (
    find_bound,
    find_lower_quantile,
    find_quantile,
)
from medmaas_training.assessment.certainty.intervals import (
    Calibrated,
    choose_strata,
    learn_intervals,
    measure_intervals,
    measure_shortfall,
    take_quantiles,
)
from medmaas_training.assessment.evaluated import QuantileEvaluated
from medmaas_training.assessment.outputs import make_output_assessor
from medmaas_training.assessment.outputs.classes import EvaluatedClasses
from medmaas_training.assessment.resampling import Sample

DAYS = (0, 100, 300, 700, 1500, 4000)
OUTPUT = SurvivalOutput(tensor="s", time_days=DAYS, horizon_days=(700,))
TABLE = TabularInput(tensor="x", features=(Boolean(name="ill", description="Ill."),))


@given(st.integers(1, 200), st.sampled_from([0.5, 0.8, 0.9, 0.95]), st.integers(0, 1000))
def test_as_many_scores_as_the_rank_asks_for_are_within_the_quantile(
    n: int, coverage: float, seed: int
) -> None:
    scores = np.random.default_rng(seed).normal(size=n)
    found = find_quantile(scores, coverage)
    if np.isinf(found):
        assert n < coverage * (n + 1)  # the next score is too likely to be the largest
    else:
        assert (scores <= found).sum() >= coverage * (n + 1) - 1e-6
        assert (scores < found).sum() < coverage * (n + 1)
    assert find_lower_quantile(-scores, coverage) == -found


@pytest.mark.parametrize("n", [19, 57, 200])
def test_the_next_score_is_within_the_quantile_as_often_as_promised(n: int) -> None:
    rng, coverage = np.random.default_rng(n), 0.9
    scores = rng.exponential(size=(4000, n + 1))
    held = [row[-1] <= find_quantile(row[:-1], coverage) for row in scores]
    assert coverage - 0.015 <= np.mean(held) <= coverage + 1 / (n + 1) + 0.015


def test_too_few_cases_give_no_quantile_rather_than_a_wrong_one() -> None:
    assert np.isinf(find_quantile(np.arange(8.0), 0.9))


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=60), st.floats(1, 5))
def test_a_bound_keeps_the_weighted_share_below_it_within_what_is_allowed(
    scores: list[float], weight: float
) -> None:
    levels, weights = np.array(scores), np.full(len(scores), weight)
    bound = find_bound(levels, weights, 0.8)
    risk = weight * (levels < bound).sum() / (len(levels) + 1)
    assert risk <= 0.2 or bound == 0


def test_where_nobody_had_the_event_nothing_limits_the_bound() -> None:
    assert find_bound(np.full(5, np.inf), np.ones(5), 0.9) == 1


def evaluate(output: Output, tensor: np.ndarray, *outcomes: Any) -> QuantileEvaluated:
    outcome, train = outcomes
    given = {output.tensor: tensor}
    rows = np.zeros((len(tensor), 1))
    evaluated = make_output_assessor(output).evaluate(TABLE, rows, given, outcome, train)
    return evaluated.require_quantiles()


def simulate_survival(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Curves that are too hopeful, what came of it under random censoring, and the true times."""
    rng = np.random.default_rng(seed)
    rate = rng.lognormal(-7.0, 0.8, n)
    time, censored = rng.exponential(1 / rate), rng.uniform(200, 6000, n)
    outcome = np.empty(n, [("event", bool), ("time", float)])
    outcome["event"], outcome["time"] = time <= censored, np.minimum(time, censored)
    return np.exp(-0.6 * rate[:, None] * np.array(DAYS)), outcome, time


def evaluate_survival(n: int, seed: int) -> tuple[QuantileEvaluated, np.ndarray]:
    curves, outcome, time = simulate_survival(n, seed)
    _, train, _ = simulate_survival(3000, 99)
    return evaluate(OUTPUT, curves, outcome, train), time


def test_a_survival_bound_is_outlived_as_often_as_promised_though_many_are_censored() -> None:
    learned, _ = evaluate_survival(3000, 0)
    fresh, time = evaluate_survival(20_000, 1)
    everyone = np.ones(3000, bool)
    for coverage in (0.8, 0.9, 0.95):
        quantile = learned.find_quantile(everyone, coverage)
        quantiles = np.full(20_000, quantile)
        bound = fresh.measure_width(quantiles)
        assert coverage - 0.015 <= (time >= bound).mean() <= coverage + 0.025
        # what is measured under censoring is what happened to those whose end nobody saw
        assert fresh.hold(quantiles).mean() == pytest.approx((time >= bound).mean(), abs=0.012)


@pytest.mark.parametrize("quantile", [0.05, 0.3, 0.9])
def test_the_bound_that_is_measured_is_the_bound_that_is_served(quantile: float) -> None:
    learned, _ = evaluate_survival(500, 0)
    curves, _, _ = simulate_survival(500, 0)
    tensors = {"s": curves.round(6).astype(np.float32)}
    spec = SurvivalIntervals(levels=(Level(coverage=0.9, quantiles=(quantile,)),))
    served = make_intervals(spec, Manifest.model_construct(input=TABLE, output=OUTPUT))
    (column,) = served.tabulate(tensors, {"x": np.zeros((500, 1))}, 0.9).texts
    days = np.array(column, np.float64)
    apart = np.abs(learned.measure_width(np.full(500, quantile)) - days)
    assert (apart <= 1).all()  # curves are given to six digits, which may move a bound by a day
    assert (apart == 0).mean() > 0.95


def simulate_classes(n: int, seed: int) -> QuantileEvaluated:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, 4))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    y = np.array([rng.choice(4, p=row) for row in p])
    shown = p**1.8  # surer than is right
    output = ClassesOutput(tensor="p", labels=("a", "b", "c", "d"))
    return evaluate(output, shown / shown.sum(1, keepdims=True), y, None)


def learn_sets(n: int) -> ClassesIntervals:
    learned = learn_intervals(Calibrated(simulate_classes(n, 0), {}, {}), None)
    assert isinstance(learned, ClassesIntervals)
    return learned


def test_each_label_has_its_coverage_though_the_model_is_too_sure() -> None:
    fresh = simulate_classes(8000, 1)
    assert isinstance(fresh, EvaluatedClasses)
    spec = learn_sets(6000)
    for level in spec.levels:
        sets = fresh.spread(spec, level, np.zeros(8000, int))
        held, sizes = fresh.hold(sets), fresh.measure_width(sets)
        for label in range(4):
            assert held[fresh.y == label].mean() >= level.coverage - 0.03
        assert level.coverage - 0.01 <= held.mean() <= level.coverage + 0.08
        assert sizes.min() >= 1
        assert sizes.mean() < 4
        assert fresh.find_shares(sets)["share of sets with one label"].mean() == (sizes == 1).mean()


def test_the_sets_that_are_measured_are_those_that_are_served() -> None:
    learned, spec = simulate_classes(500, 0), learn_sets(500)
    assert isinstance(learned, EvaluatedClasses)
    output = ClassesOutput(tensor="p", labels=learned.labels)
    served = make_intervals(spec, Manifest.model_construct(input=TABLE, output=output))
    for level in spec.levels:
        (column,) = served.tabulate({"p": learned.p.astype(np.float32)}, {}, level.coverage).texts
        measured = learned.spread(spec, level, np.zeros(500, int)).astype(bool)
        names = [{learned.labels[i] for i in np.flatnonzero(row)} for row in measured]
        assert [{*expect(one, tuple)} for one in column] == names


def test_a_label_of_too_few_cases_has_the_quantile_of_all_and_no_known_coverage() -> None:
    learned = simulate_classes(400, 0)
    assert isinstance(learned, EvaluatedClasses)
    rare = np.flatnonzero(learned.y == 3)[10:]
    kept = np.setdiff1d(np.arange(400), rare)
    seen = EvaluatedClasses(learned.p[kept], learned.y[kept], learned.labels)
    spec = learn_intervals(Calibrated(seen, {}, {}), None)
    assert isinstance(spec, ClassesIntervals)
    assert spec.cases is not None
    assert spec.cases[3] == 10
    known = {level.coverage: spec.find_unknown(level.coverage) for level in spec.levels}
    assert known == {0.9: [], 0.8: [], 0.95: [3]}
    (level,) = (level for level in spec.levels if level.coverage == 0.95)
    assert level.quantiles[3] == seen.find_quantile(np.ones(len(kept), bool), 0.95)


def simulate_values(n: int, seed: int) -> Calibrated:
    """Errors are four times as large where x is above 1."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 2, n)
    y = x + rng.normal(0, np.where(x > 1, 2.0, 0.5))
    evaluated = evaluate(ValueOutput(tensor="v", unit="1"), x[:, None], y, None)
    return Calibrated(evaluated, {"x": x}, {"low": x <= 1, "high": x > 1})


def test_strata_are_kept_where_they_repair_a_group_that_a_single_quantile_leaves_short() -> None:
    learned, fresh = simulate_values(1000, 0), simulate_values(4000, 1)
    strata = choose_strata(learned, seed=0)
    assert strata is not None
    assert measure_shortfall(learned, strata, 0) < measure_shortfall(learned, None, 0)
    for kept, within in ((None, False), (strata, True)):
        intervals = learn_intervals(learned, kept)
        assert intervals is not None
        quantiles = take_quantiles(intervals, intervals.levels[0], fresh)
        coverage = fresh.evaluated.hold(quantiles)[fresh.groups["high"]].mean()
        assert (coverage > 0.87) == within


def test_groups_that_are_all_covered_need_no_strata() -> None:
    learned = simulate_values(1000, 0)
    everyone = {"odd": np.arange(1000) % 2 == 1, "even": np.arange(1000) % 2 == 0}
    assert choose_strata(Calibrated(learned.evaluated, learned.numbers, everyone), seed=0) is None


def test_an_edge_belongs_to_the_stratum_above_it() -> None:
    learned = simulate_values(3, 0)
    edge = float(learned.numbers["x"][1])
    assert learned.place(Strata(by="x", edges=(edge,)))[1] == 1


def test_coverage_is_measured_with_its_interval_of_everyone_and_of_each_group() -> None:
    learned = simulate_values(400, 0)
    intervals = learn_intervals(learned, None)
    assert intervals is not None
    curve = measure_intervals(intervals, learned, Sample(np.arange(400), None, 0))
    assert curve == measure_intervals(intervals, learned, Sample(np.arange(400), None, 0))
    assert (curve.of, curve.cohort, curve.width_of) == ("model", "test", "width of the interval")
    first = curve.points[0]
    assert (first.coverage, first.group, first.n) == (0.9, "all", 400)
    assert first.held.low < first.held.value < first.held.high
    assert first.width
    assert first.width.low <= first.width.value <= first.width.high
    assert {point.group for point in curve.points} == {"all", "low", "high"}
    plain = measure_intervals(
        intervals, learned, Sample(np.arange(400), None, 0), as_answered=False
    )
    assert (plain.of, plain.points) == ("variant", curve.points)
    assert plain.evaluated_on != curve.evaluated_on


def test_figures_under_censoring_depend_on_the_seed_of_the_draws_alone() -> None:
    learned, _ = evaluate_survival(300, 0)
    seen = Calibrated(learned, {}, {})
    intervals = learn_intervals(seen, None)
    assert intervals is not None
    drawn = [
        measure_intervals(intervals, seen, Sample(np.arange(300), None, seed)) for seed in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
