"""Where a model loses, its card says so first: one rule for every recipe."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medmaas.model.manifest import Metric, Of
from medmaas.model.registry import Registry
from medmaas_training.classes.candidates import make_candidates
from medmaas_training.classes.evaluation import compare_on_folds
from medmaas_training.classes.metrics import POOLED
from medmaas_training.comparisons import DIRECTIONS, find_pairs, judge, name_gain, state_comparisons
from medmaas_training.dose.schedules import SCHEDULES
from medmaas_training.dose.study import (
    AT_STEP,
    EQUAL_USE,
    LABEL,
    MAP,
    NETWORK,
    RULES,
    STEP,
    TABLE,
    TRIAL,
    Study,
    name_schedule,
)
from medmaas_training.dose.study import OWN as OWN_ARMS
from medmaas_training.dose.study import SHIPPED as AS_SHIPPED
from medmaas_training.dose.trial import Trial
from medmaas_training.figures import Figures, Own, People, Rows, bootstrap, compare_folds
from medmaas_training.image.data import BLOOD, ImageSet, Part
from medmaas_training.options import SplitRule
from medmaas_training.recipes.blood_cell import card as blood_cell
from medmaas_training.recipes.breast_fna.own import make_own_study as make_own_classes
from medmaas_training.recipes.breast_fna.recipe import make_wisconsin_study
from medmaas_training.recipes.card_parts import count_events
from medmaas_training.recipes.chemo_dose.card import state_findings as state_doses
from medmaas_training.recipes.survival.card import state_findings as state_survival
from medmaas_training.recipes.survival.own import make_own_study as make_own_survival
from medmaas_training.survival.baselines import BestColumn, LeastSquares, PlainNetwork
from medmaas_training.survival.evaluation import BEST_COLUMN, LINEAR, PLAIN, C
from medmaas_training.survival.evaluation import NETWORK as LOGISTIC_HAZARD
from medmaas_training.tabular.datasets import read_flchain
from tests.conftest import SHIPPED
from tests.training.conftest import table, write

OURS, FIRST, SECOND, LESS = "it (this model)", "a rival", "another rival", "it, given less"
OWN: Own = {OURS: "model", LESS: "variant"}
# what has no better direction, or is the same figure of another arm of a trial
UNDIRECTED = {
    "observed/expected",
    "observed/expected right answers",
    "calibration in the large: predicted less observed",
    "weeks of delay per patient",
    "share of cycles with G-CSF",
    "share of cycles with ANC below 0.5, less one level down after a count below 0.5",
}


def make(value: float, width: float = 0.01, **names: Any) -> Metric:
    """A figure, of the test split unless another is named."""
    where: dict[str, Any] = {"evaluated_on": "test split", "n": 137, "events": 60}
    return Metric(value=value, low=value - width, high=value + width, **where | names)


def compare(gains: dict[str, dict[str, float]], **where: Any) -> list[Metric]:
    """Figures of the model and of each rival, and the gains, by figure and rival."""
    metrics = []
    for figure, of in gains.items():
        metrics.append(make(0.7, metric=figure, model=OURS, **where))
        for rival, gain in of.items():
            its = 0.7 - DIRECTIONS[figure] * gain
            kind: Of = OWN.get(rival, "baseline")
            metrics.append(make(its, metric=figure, model=rival, of=kind, **where))
            name = name_gain(figure)
            metrics.append(make(gain, metric=name, model=OURS, against=rival, **where))
    return metrics


def test_every_figure_is_compared_with_every_contender_in_its_better_direction() -> None:
    values = {("AUC", OURS): 0.8, ("AUC", FIRST): 0.9, ("AUC", LESS): 0.7, ("AUC", SECOND): 0.6}
    values |= {("RMSE", OURS): 2.0, ("RMSE", FIRST): 1.5, ("observed/expected", FIRST): 1.0}
    found = {
        (pair.figure, pair.contender): values[pair.sides[0]] - values[pair.sides[1]]
        for pair in find_pairs(values, OWN)
    }
    expected = {
        ("AUC", FIRST): -0.1, ("AUC", LESS): 0.1, ("AUC", SECOND): 0.2, ("RMSE", FIRST): -0.5,
    }  # fmt: skip
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_every_figure_that_a_contender_has_too_has_a_direction(
    registry: Registry, model_id: str
) -> None:
    metrics = registry.get(model_id).manifest.card.metrics
    shared = {m.metric for m in metrics if m.of == "baseline" and not m.against}
    assert shared
    assert shared - UNDIRECTED <= DIRECTIONS.keys()


def test_a_gain_is_paired_so_that_what_all_share_cancels() -> None:
    shared = np.random.default_rng(0).normal(size=300)

    def statistic(rows: Rows) -> Figures:
        mean = float(shared[rows].mean())
        return {("AUC", OURS): mean + 0.1, ("AUC", FIRST): mean, ("AUC", SECOND): mean + 0.1}

    people = People("test", "here", np.arange(300), shared > 0)
    metrics = bootstrap(statistic, people, own=OWN, seed=0, resamples=99)
    gains = {m.against: m for m in metrics if m.against}
    assert gains.keys() == {FIRST, SECOND}
    assert {m.metric for m in gains.values()} == {"gain in AUC"}
    assert {m.of for m in gains.values()} == {"model"}
    assert (gains[FIRST].low, gains[FIRST].high) == pytest.approx((0.1, 0.1))
    assert [judge(gains[name]) for name in (FIRST, SECOND)] == ["better", "no difference shown"]
    assert metrics[0].high - metrics[0].low > 0.1


def test_over_folds_the_differences_have_students_interval() -> None:
    figures = {("RMSE", OURS): [1.0, 2.0, 3.0, 4.0, 5.0], ("RMSE", FIRST): [2.0, 4.0, 6.0, 8.0, 10]}
    people = People("cross_validation", "folds", np.arange(9), np.zeros(9, bool))
    (gain,) = [m for m in compare_folds(figures, people, own=OWN) if m.against]
    margin = 2.776445 * np.sqrt(2.5 / 5)  # of 1, 2, 3, 4, 5
    assert (gain.value, gain.low, gain.high) == pytest.approx((3, 3 - margin, 3 + margin))


def test_the_headline_names_the_strongest_contender_and_not_the_first() -> None:
    first, *_ = state_comparisons(compare({"Harrell C": {FIRST: 0.1, SECOND: 0.02}}))
    expected = (
        f"Better than the strongest contender, {SECOND}, in Harrell C by 0.0200 (0.0100 to "
        "0.0300): 0.7000 (0.6900 to 0.7100) against 0.6800 (0.6700 to 0.6900); test split, n = 137 "
        "(60 events)."
    )
    assert first.startswith(expected)
    assert (
        "Of 2 comparisons it is better in 2 and worse in 0, with no difference shown in 0" in first
    )


def test_of_an_error_the_strongest_contender_has_the_smallest() -> None:
    first, *_ = state_comparisons(compare({"RMSE": {FIRST: -0.1, SECOND: 0.02}}))
    assert first.startswith(
        f"Worse than the strongest contender, {FIRST}, in RMSE by 0.1000 (0.0900 to 0.1100): 0.7000"
    )
    assert "against 0.6000" in first


def test_a_loss_on_any_set_of_people_leads() -> None:
    folds = {"cohort": "cross_validation", "evaluated_on": "five folds"}
    metrics = compare({"Harrell C": {FIRST: 0.1}}, **folds) + compare({"Harrell C": {FIRST: -0.1}})
    first, on_folds, on_test = state_comparisons(metrics)
    assert first.startswith("Worse than")
    assert "test split, n = 137" in first
    assert on_folds == "five folds: better than every contender in every figure."
    assert on_test == f"test split: worse than {FIRST} in Harrell C by 0.1000 (0.0900 to 0.1100)."


def test_a_set_of_few_events_does_not_lead() -> None:
    folds = {"cohort": "cross_validation", "evaluated_on": "five folds"}
    few = compare({"Harrell C": {FIRST: -0.1}}, events=6)
    first, *others = state_comparisons(few + compare({"Harrell C": {FIRST: 0.1}}, **folds))
    assert "five folds, n = 137" in first
    assert f"test split: worse than {FIRST} in Harrell C by 0.1000 (0.0900 to 0.1100)." in others


def test_a_loss_in_another_figure_is_told_and_counted() -> None:
    gains = {"Harrell C": {FIRST: 0.1, SECOND: 0.0}, "Brier score": {FIRST: -0.1, SECOND: 0.1}}
    first, second = state_comparisons(compare(gains))
    assert "better in 2 and worse in 1, with no difference shown in 1." in first
    assert second == (
        f"test split: worse than {FIRST} in Brier score by 0.1000 (0.0900 to 0.1100); "
        f"no difference shown from {SECOND} in Harrell C."
    )


def test_a_contender_that_nothing_tells_apart_is_named_once() -> None:
    gains = {"Harrell C": {FIRST: 0.0}, "Uno C": {FIRST: 0.005}}
    _, second = state_comparisons(compare(gains))
    assert second == f"test split: no difference shown from {FIRST} in any figure."


def test_the_model_given_less_leads_only_if_it_is_the_better() -> None:
    first, *_ = state_comparisons(compare({"AUC": {LESS: 0.0, FIRST: 0.1}}))
    assert f"strongest contender, {FIRST}, in" in first
    first, *_ = state_comparisons(compare({"AUC": {LESS: -0.1, FIRST: 0.1}}))
    assert first.startswith(f"Worse than the strongest contender, {LESS}, in AUC")


def test_of_a_group_of_people_only_what_is_lost_is_told() -> None:
    young = compare({"AUC": {FIRST: -0.1}}, group="young") + compare(
        {"AUC": {FIRST: 0.0}}, group="old"
    )
    _, everyone, of_young = state_comparisons(compare({"AUC": {FIRST: 0.1}}) + young)
    assert everyone == "test split: better than every contender in every figure."
    assert of_young == f"test split: young: worse than {FIRST} in AUC by 0.1000 (0.0900 to 0.1100)."


def test_people_who_fitted_the_model_make_no_headline() -> None:
    metrics = compare({"log loss": {FIRST: -0.1}}, cohort="train", evaluated_on="train folds")
    assert state_comparisons(metrics) == [
        f"train folds: worse than {FIRST} in log loss by 0.1000 (0.0900 to 0.1100)."
    ]
    assert state_comparisons([make(0.7, metric="AUC", model=OURS)]) == []


# Every recipe


def lose(metrics: Sequence[Metric]) -> tuple[list[Metric], str]:
    """Figures of a model that ships, and gains made up: the last contender is the stronger one."""
    figures = [m for m in metrics if not m.against]
    own = {m.model: m.of for m in figures if m.of != "baseline"}
    made, loser = [], ""
    for on in dict.fromkeys(m.evaluated_on for m in figures):
        here = [m for m in figures if (m.evaluated_on, m.group) == (on, "all")]
        pairs = list(find_pairs([(m.metric, m.model) for m in here], own))
        rivals = [p.contender for p in pairs if own.get(p.contender) != "variant"]
        for pair in pairs:
            gain = -0.05 if pair.contender == rivals[-1] else 0.05
            where: dict[str, Any] = {"cohort": here[0].cohort, "evaluated_on": on}
            name, model, rival = pair.name, pair.model, pair.contender
            made.append(make(gain, metric=name, model=model, against=rival, **where))
        if not loser and rivals and here[0].cohort in {"test", "cross_validation", "external"}:
            loser = rivals[-1]
    return [*figures, *made], loser


def state_blood_cells(metrics: Sequence[Metric]) -> Sequence[str]:
    part = Part(np.zeros((16, 28, 28, 3), np.uint8), np.arange(16) % 8)
    labels = tuple("abcdefgh")
    images = ImageSet(part, part, part, labels, "0" * 64, BLOOD, any_way_up=True)
    run = blood_cell.Run(0, 1, 1.0, 0, np.eye(8, dtype=np.int64))
    return blood_cell.make_card(images, metrics, run).findings


def state_aspirates(metrics: Sequence[Metric]) -> Sequence[str]:
    (chosen,) = {m.model for m in metrics if m.of == "model" and m.metric == "AUC"}
    return make_wisconsin_study(None, 0).make_card(metrics, chosen).findings


def state_people(metrics: Sequence[Metric]) -> Sequence[str]:
    everyone = read_flchain(None)
    X, outcome = everyone.X[:300], everyone.outcome[:300]
    models = {
        LINEAR: LeastSquares(0).fit(X, outcome),
        PLAIN: PlainNetwork(0).fit(X, outcome),
    }
    return state_survival(metrics, models, X, outcome)


def list_later(metrics: Sequence[Metric]) -> list[Metric]:
    """Figures that a training gives and the model that ships may not have yet."""
    treated = (STEP, *(name + how for name in (NETWORK, MAP) for how in (AT_STEP, AS_SHIPPED)))
    arms = {arm: np.ones((3, 8)) for arm in (*treated, *(rule + EQUAL_USE for rule in RULES))}
    trials = [Trial("test", on, arms, 0) for on in (TRIAL, *map(name_schedule, SCHEDULES))]
    known = {(m.evaluated_on, m.model, m.metric) for m in metrics}
    made = [m for trial in trials for m in trial.make_metrics({}, {}, OWN_ARMS)]
    return [m for m in made if (m.evaluated_on, m.model, m.metric) not in known]


def state_courses(metrics: Sequence[Metric]) -> Sequence[str]:
    arms = {arm: np.ones((3, 8)) for arm in (LABEL, STEP, TABLE)}
    metrics = [*metrics, *list_later(metrics)]
    frontier = {name: [(0.1, 0.6, 0.2), (0.3, 0.9, 0.5)] for name in (NETWORK, MAP)}
    course: Any = None  # which no finding is about
    return state_doses(metrics, Study(Trial("test", TRIAL, arms, 0), frontier, {}, course), 0.26)


@pytest.mark.parametrize(
    ("model_id", "state"),
    [
        ("blood_cell", state_blood_cells),
        ("breast_fna", state_aspirates),
        ("survival", state_people),
        ("chemo_dose", state_courses),
    ],
)
def test_the_first_finding_of_a_recipe_says_who_is_stronger(
    registry: Registry, model_id: str, state: Any
) -> None:
    metrics, loser = lose(registry.get(model_id).manifest.card.metrics)
    first = state(metrics)[0]
    assert f"Worse than the strongest contender, {loser}, in " in first
    assert " by 0.0500 (0.0400 to 0.0600): " in first
    assert ", n = " in first


def test_the_first_finding_of_a_users_classifier_says_who_is_stronger(tmp_path: Path) -> None:
    study = make_own_classes(write(tmp_path, table(400)), "ill", positive=None, rule=SplitRule())
    first, *others = study.make_card(compare({"AUC": {FIRST: 0.1, SECOND: -0.1}}), OURS).findings
    assert first.startswith(f"Worse than the strongest contender, {SECOND}, in AUC by 0.1000")
    assert any(f"worse than {SECOND} in AUC" in finding for finding in others)


def test_the_first_finding_of_a_users_survival_model_says_who_is_stronger(tmp_path: Path) -> None:
    study = make_own_survival(
        write(tmp_path, table(400)), "time", "event", unit=None, rule=SplitRule()
    )
    rows = study.split.train
    best = BestColumn(study.design).fit(study.table.X[rows], study.table.outcome[rows])
    metrics = [
        *compare({C: {FIRST: 0.1, SECOND: -0.1}}),
        *(
            make(1.0, metric=f"observed/expected at {h}", model=LOGISTIC_HAZARD)
            for h in study.design.horizons
        ),
    ]
    events = int(study.table.event[study.split.test].sum())
    first = study.make_card(metrics, {BEST_COLUMN: best}).findings[0]
    assert first.startswith(
        f"{events} events among 80 people of the test split. Worse than the strongest contender, "
        f"{SECOND}, in Harrell C by 0.1000"
    )


def test_few_of_a_class_are_told_first_and_measured_on_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """11 of 200 are ill, 2 of them in the test split: the order of all 200 leads the card."""
    monkeypatch.setattr("medmaas_training.classes.metrics._RESAMPLES", 50)
    ill = np.where(np.arange(200) % 18 == 5, "ill", "well")
    study = make_own_classes(
        write(tmp_path, table(200, ill=ill)), "ill", positive=None, rule=SplitRule()
    )
    model = make_candidates(study.categories, study.table.y, 0)["logistic regression"]
    metrics = compare_on_folds(study, model, OURS, OWN)
    assert [m.metric for m in metrics if m.model == OURS and not m.against] == [
        "AUC",
        "average precision",
    ]
    assert {(m.evaluated_on, m.cohort, m.n) for m in metrics} == {(POOLED, "cross_validation", 200)}
    assert {m.against for m in metrics} == {None, study.baseline_name}
    first, *_ = study.make_card(metrics, OURS).findings
    assert first.startswith("11 of 200 rows are ill, 2 of them in the test split: too few for its")
    assert f"the strongest contender, {study.baseline_name}, in AUC" in first
    assert f"{POOLED}, n = 200" in first


def test_enough_of_both_classes_are_measured_on_the_test_split_alone(tmp_path: Path) -> None:
    study = make_own_classes(write(tmp_path, table(400)), "ill", positive=None, rule=SplitRule())
    model = make_candidates(study.categories, study.table.y, 0)["logistic regression"]
    assert compare_on_folds(study, model, OURS, OWN) == []
    findings = study.make_card(compare({"AUC": {FIRST: 0.1}}), OURS).findings
    assert findings[0].startswith("Better than")


def test_few_events_in_the_test_split_are_told_first() -> None:
    assert count_events(6, 27) == (
        "6 events among 27 people of the test split: too few for its figures to say much."
    )
    assert count_events(20, 27) == "20 events among 27 people of the test split."
