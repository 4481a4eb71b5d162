"""What the virtual trial promises: the same patients, the rules as written, and what it found."""

import numpy as np
import pytest

from medmaas.model.manifest import Manifest, Metric, PolicyOutput
from medmaas.model.registry import Registry
from medmaas_training.comparisons import name_gain
from medmaas_training.dose.course import (
    ACTIONS,
    CYCLES,
    DELAY,
    DOSE,
    FULL,
    MAX_ROWS,
    THREE_QUARTERS,
    Course,
    Policy,
    Rows,
)
from medmaas_training.dose.decisions import simulate_decisions
from medmaas_training.dose.evaluation import (
    CALIBRATION_TEST,
    LARGEST_GAP,
    MEAN_GAP,
    OUTCOMES,
    find_gaps,
    judge,
    name_judged,
)
from medmaas_training.dose.map_fit import MapFit
from medmaas_training.dose.myelosuppression import KLOFT, QUARTINO, WAHLBY
from medmaas_training.dose.patients import Cohort, sample_cohort
from medmaas_training.dose.policies import (
    add_gcsf,
    follow_label,
    follow_table,
    give,
    know,
    last_counts,
    limit_risk,
    step_down,
)
from medmaas_training.dose.schedules import SCHEDULES
from medmaas_training.dose.study import AT_STEP, NETWORK, OWN, RULES, STEP, TRIAL, name_schedule
from medmaas_training.dose.trial import (
    BELOW_SEVERE,
    GCSF_USE,
    INTENSITY,
    Trial,
    run_arm,
    summarise,
    tune,
)
from tests.conftest import folder_of


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return sample_cohort(KLOFT, 200, np.random.default_rng(0))


def figure(cohort: Cohort, policy: Policy, name: str) -> float:
    return float(summarise(run_arm(cohort, policy, 1).mean(0))[name])


def test_a_fixed_dose_is_given_whole_and_in_time(cohort: Cohort) -> None:
    assert figure(cohort, give(FULL), INTENSITY) == 1
    assert figure(cohort, give(THREE_QUARTERS), INTENSITY) == 0.75


def test_an_arm_is_the_same_again(cohort: Cohort) -> None:
    np.testing.assert_array_equal(run_arm(cohort, step_down, 1), run_arm(cohort, step_down, 1))


@pytest.mark.parametrize(
    "policy",
    [follow_label, step_down, follow_table, limit_risk(know, 0.25, gcsf=True)],
    ids=["label", "one level down", "table", "oracle"],
)
def test_nobody_is_treated_below_what_the_policy_asks_for(cohort: Cohort, policy: Policy) -> None:
    """At least the shield's 1.0 for neutrophils, and never above the protocol's dose."""

    def watch(course: Course, rows: Rows) -> Rows:
        action = policy(course, rows)
        anc = last_counts(course, rows)[:, 0]
        assert (action[anc < 1.0] == DELAY).all()
        assert (DOSE[action] <= 1).all()
        return action

    course = Course(cohort, np.random.default_rng(1)).run(watch)
    assert course.written.max() <= MAX_ROWS
    assert course.cycles.max() == CYCLES


def test_rules_lower_the_dose_after_what_they_name(cohort: Cohort) -> None:
    course = Course(cohort, np.random.default_rng(1)).run(step_down)
    for doses, lowest in zip(course.doses, course.lowest, strict=True):
        level = 0
        for dose, low in zip(doses, lowest, strict=True):
            if dose:
                assert dose == (1.0, 0.75, 0.5)[min(level, 2)]
            level += low < 0.5


def test_the_label_lowers_only_after_more_than_a_week(cohort: Cohort) -> None:
    course = Course(cohort, np.random.default_rng(1)).run(follow_label)
    lowered = (course.doses > 0) & (course.doses < 1)
    long_before = (course.severe_days > 7).cumsum(1) - (course.severe_days > 7)
    assert (long_before[lowered] > 0).all()
    assert lowered.any()


def test_a_chart_tells_what_happened_in_order(cohort: Cohort) -> None:
    course = Course(cohort, np.random.default_rng(1)).run(follow_table)
    for patient in range(0, 200, 10):
        chart = course.chart[patient, : course.written[patient]]
        assert (np.diff(chart[:, 0]) >= 0).all()
        given = course.doses[patient][course.doses[patient] > 0]
        np.testing.assert_array_equal(chart[~np.isnan(chart[:, 4]), 4], given)
    missing = np.isnan(course.chart[:, 2:8, 1:4]).mean()
    assert 0 < missing < 0.5


def test_foresight_is_what_then_happens(cohort: Cohort) -> None:
    expected: list[float] = []

    def watch(course: Course, rows: Rows) -> Rows:
        if not expected:
            expected.extend(course.foresee(rows)[:, THREE_QUARTERS, 0])
        return np.full(len(rows), THREE_QUARTERS)

    course = Course(cohort, np.random.default_rng(1)).run(watch)
    np.testing.assert_allclose(course.nadirs[:, 0, 0], expected, rtol=1e-9)


def test_knowing_the_patient_beats_the_rule_in_dose_and_in_toxicity(cohort: Cohort) -> None:
    oracle = limit_risk(know, 0.3, gcsf=False)
    assert figure(cohort, oracle, INTENSITY) >= figure(cohort, step_down, INTENSITY)
    assert figure(cohort, oracle, BELOW_SEVERE) < 0.75 * figure(cohort, step_down, BELOW_SEVERE)


def test_gcsf_can_be_given_to_any_share(cohort: Cohort) -> None:
    below = tune(
        cohort,
        lambda at: add_gcsf(give(FULL), at),
        1,
        figure=GCSF_USE,
        target=0.3,
        bounds=(0.0, 8.0),
    )
    policy = add_gcsf(give(FULL), below)
    assert figure(cohort, policy, GCSF_USE) == pytest.approx(0.3, abs=0.03)
    assert figure(cohort, policy, BELOW_SEVERE) < figure(cohort, give(FULL), BELOW_SEVERE)


def test_a_fit_per_patient_finds_the_patient(cohort: Cohort) -> None:
    """After four cycles it is nearer to the true parameters than the population is."""
    course = Course(cohort, np.random.default_rng(1))
    everyone = np.arange(200)
    for _ in range(4):
        course.act(everyone, np.full(200, FULL))
    fitted = MapFit(KLOFT)
    found, spread = fitted.fit(course, everyone)
    chain = cohort.neutrophils
    truth = np.log([chain.circ0, chain.mtt, chain.slope / cohort.clearance]).T
    off, prior = np.square(found - truth).mean(0), np.square(fitted.mean - truth).mean(0)
    assert (off < prior).all()
    assert off[2] < 0.4 * prior[2], "the slope, which the nadirs tell"
    assert (np.linalg.eigvalsh(spread) > 0).all()


def test_intervals_hold_the_value_and_arms_are_paired(cohort: Cohort) -> None:
    arms = {"rule": run_arm(cohort, step_down, 1), "same": run_arm(cohort, step_down, 1)}
    metrics = Trial("test", "here", arms, 0).make_metrics(
        {"same": ["rule"]}, {"same": "rule"}, {"same": "model"}
    )
    assert {(m.model, m.of, m.cohort) for m in metrics} == {
        ("rule", "baseline", "test"),
        ("same", "model", "test"),
    }
    for metric in metrics:
        assert metric.low <= metric.value <= metric.high
    fewer = "relatively fewer cycles with ANC below 0.5 than rule"
    differences = [m for m in metrics if m.metric == fewer or m.against]
    assert {m.against for m in differences} == {None, "rule"}
    assert name_gain(BELOW_SEVERE) in {m.metric for m in differences}
    assert {(m.value, m.low, m.high) for m in differences} == {(0, 0, 0)}


def test_risks_are_judged_on_patients_of_a_model_who_are_named() -> None:
    draw = np.random.default_rng(0)
    blind = {name: lambda _, rows: draw.random((len(rows), 5, 2)) for name in (NETWORK, "coin")}
    metrics = judge(blind, QUARTINO, 30, 0, own=OWN, cohort="external")
    assert {(m.model, m.of, m.cohort) for m in metrics} == {
        (NETWORK, "model", "external"),
        ("coin", "baseline", "external"),
    }
    assert {m.evaluated_on for m in metrics} == {name_judged(QUARTINO)}
    assert {m.metric: m.measure for m in metrics} == {
        "AUC": None,
        MEAN_GAP: "calibration_error",
        "gain in AUC": None,
    }
    (gain,) = [m for m in metrics if m.against]
    areas = {m.model: m.value for m in metrics if m.metric == "AUC"}
    assert (gain.model, gain.against) == (NETWORK, "coin")
    assert gain.value == pytest.approx(areas[NETWORK] - areas["coin"])
    for m in metrics:
        assert m.low <= m.value <= m.high
        assert m.metric != "AUC" or m.value == pytest.approx(0.5, abs=0.1)


# What ships


@pytest.fixture(scope="module")
def shipped() -> Manifest:
    return Manifest.model_validate_json((folder_of("chemo_dose") / "manifest.json").read_bytes())


def find(manifest: Manifest, model: str, metric: str) -> Metric:
    (found,) = [
        m
        for m in manifest.card.metrics
        if (m.evaluated_on, m.model, m.metric) == (TRIAL, model, metric)
    ]
    return found


def test_what_ships_states_what_a_training_would_state(shipped: Manifest) -> None:
    trials = [m for m in shipped.card.metrics if m.metric == BELOW_SEVERE]
    assert {m.of for m in trials} == {"model", "baseline"}
    for m in trials:
        assert m.of == OWN.get(m.model, "baseline")
        is_foreign = any(model.name in m.evaluated_on for model in (WAHLBY, QUARTINO))
        assert m.cohort == ("external" if is_foreign else "test")
    cohorts = {m.evaluated_on: m.cohort for m in shipped.card.metrics}
    assert [cohorts[name_judged(model)] for model in (KLOFT, WAHLBY, QUARTINO)] == [
        "test",
        "external",
        "external",
    ]
    told = " ".join(shipped.card.findings)
    for m in shipped.card.metrics:
        if m.evaluated_on == name_judged(QUARTINO) and m.metric == "AUC":
            assert f"{m.model}: AUC {m.value:.3f}" in told


def test_the_actions_are_those_of_the_trial(shipped: Manifest) -> None:
    assert isinstance(shipped.output, PolicyOutput)
    names = [action.name for action in shipped.output.actions]
    assert names == [action.name for action in ACTIONS]


def test_the_network_has_a_sixth_fewer_severe_cycles_than_the_rule(shipped: Manifest) -> None:
    ours, rule = (
        {name: find(shipped, arm, name).value for name in (BELOW_SEVERE, INTENSITY)}
        for arm in (NETWORK + AT_STEP, STEP)
    )
    assert ours[INTENSITY] == pytest.approx(rule[INTENSITY], abs=0.01)
    assert ours[BELOW_SEVERE] <= 5 / 6 * rule[BELOW_SEVERE]


def test_where_nadirs_are_measured_it_has_a_quarter_fewer(shipped: Manifest) -> None:
    on = name_schedule(SCHEDULES[-1])
    ours, rule = (
        {
            m.metric: m.value
            for m in shipped.card.metrics
            if (m.evaluated_on, m.model, m.against) == (on, arm, None)
        }
        for arm in (NETWORK + AT_STEP, STEP)
    )
    assert ours[INTENSITY] == pytest.approx(rule[INTENSITY], abs=0.01)
    assert ours[BELOW_SEVERE] <= 0.75 * rule[BELOW_SEVERE]


def test_no_rule_dominates_the_network(shipped: Manifest) -> None:
    verdicts = [text for text in shipped.card.findings if "dominate" in text]
    assert len(verdicts) == len(RULES) - 1
    assert all("does not dominate" in text for text in verdicts)


def test_risks_come_true_within_5_points(shipped: Manifest, registry: Registry) -> None:
    """On four times as many patients as the card has: a group of few says little."""
    gaps = [
        m
        for m in shipped.card.metrics
        if (m.evaluated_on, m.metric) == (CALIBRATION_TEST, LARGEST_GAP)
    ]
    assert len(gaps) == len(OUTCOMES) * len(ACTIONS)
    assert max(gap.low for gap in gaps) <= 0.05
    unseen = simulate_decisions(KLOFT, 8_000, 903)
    histories, outcomes = unseen.histories().astype(np.float32), unseen.outcomes()
    risks = registry.get("chemo_dose").session.run({"history": histories})["risks"].astype(float)
    for action in range(len(ACTIONS)):
        for outcome in range(len(OUTCOMES)):
            found = find_gaps(risks[:, action, outcome], outcomes[:, action, outcome])
            assert np.abs(found).max() <= 0.05


def test_everything_says_that_the_patients_are_simulated(shipped: Manifest) -> None:
    card = shipped.card
    assert isinstance(shipped.output, PolicyOutput)
    for text in (shipped.title, shipped.output.notice, card.data.source, card.findings[0]):
        assert "simulated" in text
