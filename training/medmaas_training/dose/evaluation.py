"""How right the risks are: discrimination and calibration on unseen patients, also of other models.

Counterfactual truth is known here, so every action is judged at every decision, not only the one
that was taken.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from medmaas.model.manifest import Cohort, Metric
from medmaas_training.comparisons import find_pairs
from medmaas_training.dose.course import ACTIONS, DELAY, Course, Rows
from medmaas_training.dose.decisions import ANC_SEVERE
from medmaas_training.dose.myelosuppression import Floats, Neutrophils
from medmaas_training.dose.patients import sample_cohort
from medmaas_training.dose.policies import Estimate
from medmaas_training.dose.schedules import SCHEDULES
from medmaas_training.figures import Own

OUTCOMES = ("anc_below_0.5", "anc_below_1.0", "platelets_below_50", "anc_below_0.5_for_a_week")
CALIBRATION_TEST = "unseen patients under random decisions"
BY_SCHEDULE = "unseen patients under random decisions, by schedule of counts"
LARGEST_GAP = "calibration: largest difference in ten equal groups"
MEAN_GAP = "calibration in the large: predicted less observed"
_GROUPS = 10
_RESAMPLES = 200


def group_by_risk(risk: Floats) -> list[Rows]:
    """Ten equal groups of rising risk; equal risks stay in the order they came."""
    return np.array_split(np.argsort(risk, kind="stable"), _GROUPS)


def find_gaps(risk: Floats, below: NDArray[np.bool_]) -> Floats:
    """Predicted less observed share in each of ten equal groups."""
    return np.array([risk[g].mean() - below[g].mean() for g in group_by_risk(risk)])


class _Error(NamedTuple):
    """Which error of calibration a figure is."""

    metric: str
    evaluated_on: str
    group: str
    model: str

    def make(self, value: float, drawn: Floats, *, n: int, events: int) -> Metric:
        """The figure, with the interval of what was drawn again."""
        low, high = np.percentile(drawn, [2.5, 97.5])
        return Metric(
            metric=self.metric,
            measure="calibration_error",
            of="model",
            model=self.model,
            cohort="test",
            evaluated_on=self.evaluated_on,
            group=self.group,
            n=n,
            events=events,
            value=value,
            low=float(low),
            high=float(high),
        )


def measure_calibration(
    risks: Floats, outcomes: NDArray[np.bool_], patient: Rows, *, model: str, seed: int
) -> list[Metric]:
    """Gaps in ten groups and in the large, per action and outcome, resampled by patient.

    Args:
        risks: predicted, [decisions, actions, outcomes].
        outcomes: what each action leads to, of the same shape.
        patient: whose decision, [decisions].
        model: what this model is called, whose risks these are.
        seed: of the resampling.
    """
    n = int(patient.max()) + 1
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    metrics = []
    for i, action in enumerate(ACTIONS):
        for j, outcome in enumerate(OUTCOMES):
            risk, below = risks[:, i, j], outcomes[:, i, j]
            off = risk - below
            groups = group_by_risk(risk)
            sums = (
                [np.bincount(patient[g], off[g], minlength=n) for g in groups],
                [np.bincount(patient[g], minlength=n) for g in groups],
            )
            by_group = weights @ np.array(sums[0]).T / np.maximum(weights @ np.array(sums[1]).T, 1)
            large = weights @ np.sum(sums[0], 0) / (weights @ np.sum(sums[1], 0))
            largest = float(np.abs(find_gaps(risk, below)).max())
            figures = [
                (LARGEST_GAP, largest, np.abs(by_group).max(1)),
                (MEAN_GAP, float(off.mean()), large),
            ]
            for metric, value, drawn in figures:
                group = f"{outcome}, {action.name}"
                error = _Error(metric, CALIBRATION_TEST, group, model)
                metrics.append(error.make(value, drawn, n=n, events=int(below.sum())))
    return metrics


def measure_by_schedule(
    risks: Floats,
    outcomes: NDArray[np.bool_],
    patient: Rows,
    schedule: Rows,
    *,
    model: str,
    seed: int,
) -> list[Metric]:
    """The gap in the large of every outcome, all actions together, per schedule of counts.

    Args:
        risks: predicted, [decisions, actions, outcomes].
        outcomes: what each action leads to, of the same shape.
        patient: whose decision, [decisions].
        schedule: position in SCHEDULES of each patient, [patients].
        model: what this model is called, whose risks these are.
        seed: of the resampling.
    """
    metrics = []
    for i, one in enumerate(SCHEDULES):
        here = schedule[patient] == i
        _, whose = np.unique(patient[here], return_inverse=True)
        n = int(whose.max()) + 1
        weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
        decisions = weights @ np.bincount(whose, minlength=n)
        for j, outcome in enumerate(OUTCOMES):
            below = outcomes[here, :, j]
            off = (risks[here, :, j] - below).mean(1)
            drawn = weights @ np.bincount(whose, off, minlength=n) / decisions
            group = f"{outcome}, counts on {one.name}"
            error = _Error(MEAN_GAP, BY_SCHEDULE, group, model)
            metrics.append(error.make(float(off.mean()), drawn, n=n, events=int(below.sum())))
    return metrics


def name_judged(model: Neutrophils) -> str:
    """Whom the estimates are judged on, in words."""
    return f"{model.name}: ANC below 0.5 after 100, 75 and 50 %"


def judge(
    estimates: Mapping[str, Estimate],
    model: Neutrophils,
    patients: int,
    seed: int,
    *,
    own: Own,
    cohort: Cohort,
) -> list[Metric]:
    """Estimates of the risk of neutrophils below 0.5, at the same decisions of one model.

    The doses of these courses are drawn at random, without G-CSF; nobody waits unless held.

    Args:
        estimates: by name.
        model: whose patients.
        patients: how many.
        seed: of everything drawn.
        own: which of the estimates is this model's.
        cohort: who these patients are to it.
    """
    rng = np.random.default_rng(seed)
    course = Course(sample_cohort(model, patients, rng), rng)
    seen: dict[str, list[Floats]] = {name: [] for name in estimates}
    truth: list[NDArray[np.bool_]] = []
    whose: list[Rows] = []
    doses = [i for i, action in enumerate(ACTIONS) if i != DELAY and not action.gcsf]

    def decide(course: Course, rows: Rows) -> Rows:
        for name, estimate in estimates.items():
            seen[name].append(estimate(course, rows)[:, doses, 0])
        truth.append(course.foresee(rows)[:, doses, 0] < ANC_SEVERE)
        whose.append(rows)
        low = course.chart[rows, course.written[rows] - 1, 1] < 1.0
        return np.where(low, DELAY, rng.choice(doses, len(rows)))

    course.run(decide)
    below, patient = np.concatenate(truth), np.concatenate(whose)
    weights = rng.multinomial(patients, np.full(patients, 1 / patients), size=_RESAMPLES)
    everyone = np.ones(len(patient))
    whole: dict[tuple[str, str], float] = {}
    drawn: dict[tuple[str, str], Floats] = {}
    for name, parts in seen.items():
        risk = np.concatenate(parts)
        for metric, compute in (("AUC", _weigh_auc), (MEAN_GAP, _weigh_gap)):
            whole[metric, name] = compute(risk, below, everyone)
            drawn[metric, name] = np.array([compute(risk, below, w[patient]) for w in weights])

    def make(metric: str, name: str, value: float, draws: Floats, against: str | None) -> Metric:
        low, high = np.percentile(draws, [2.5, 97.5])
        return Metric(
            metric=metric,
            measure="calibration_error" if metric == MEAN_GAP else None,
            of=own.get(name, "baseline"),
            model=name,
            against=against,
            cohort=cohort,
            evaluated_on=name_judged(model),
            n=patients,
            events=int(below.sum()),
            value=value,
            low=float(low),
            high=float(high),
        )

    metrics = [make(*key, value, drawn[key], None) for key, value in whole.items()]
    for pair in find_pairs(whole, own):
        more, less = pair.sides
        gain, draws = whole[more] - whole[less], drawn[more] - drawn[less]
        metrics.append(make(pair.name, pair.model, gain, draws, pair.contender))
    return metrics


def _weigh_gap(risk: Floats, below: NDArray[np.bool_], weight: Floats) -> float:
    return float(((risk - below) * weight[:, None]).sum() / weight.sum() / risk.shape[1])


def _weigh_auc(risk: Floats, below: NDArray[np.bool_], weight: Floats) -> float:
    weights = np.repeat(weight, risk.shape[1])
    return float(roc_auc_score(below.ravel(), risk.ravel(), sample_weight=weights))
