"""Models of two classes, and of more, compared and measured."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_curve

from medmaas.model.manifest import Estimate, Measure, Metric
from medmaas_training.comparisons import FEW_EVENTS
from medmaas_training.figures import Figures, Own, People, Rows, bootstrap
from medmaas_training.observed_shares import estimate_share

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

TEST = "test split"
POOLED = "5 stratified folds of all rows, pooled"
AUC, AVERAGE_PRECISION = "AUC", "average precision"
FOUND = "sensitivity at 95 % specificity"
ACCURACY, MACRO_AUC, BRIER = "accuracy", "macro one-vs-rest AUC", "Brier score"
RATIO, CONFIDENCE = "observed/expected", "observed/expected right answers"
SENSITIVITY, PRECISION, CLASS_AUC = "sensitivity", "precision", "one-vs-rest AUC"
_MEASURES: Mapping[str, Measure] = dict.fromkeys((RATIO, CONFIDENCE), "observed_expected")
_RESAMPLES = 2000


def sensitivity_at_specificity(y: Labels, probability: Floats, specificity: float) -> float:
    """The largest share of positives found by a threshold that clears so many negatives."""
    false_positives, found, _ = roc_curve(y, probability, drop_intermediate=False)
    return float(found[false_positives <= 1 - specificity + 1e-12].max())


def is_few(y: Labels) -> bool:
    """Whether there are fewer than 20 cases of either of two classes, y [n] being 0 or 1."""
    return bool(np.bincount(y, minlength=2).min() < FEW_EVENTS)


def measure(
    y: Labels,
    probabilities: Mapping[str, Floats],
    *,
    own: Own,
    evaluated_on: str,
    seed: int,
    units: Rows | None = None,
) -> list[Metric]:
    """AUC, average precision, Brier score and calibration of each model.

    Sensitivity at 95 % specificity too, unless there are fewer than 20 cases of either class.

    Args:
        y: 1 for the positive class, [n].
        probabilities: by model, of the positive class, [n].
        own: which of them is this model, or a variant of it.
        evaluated_on: who the n of the test split are.
        seed: of the bootstrap, which draws the same people for every model.
        units: the same number for rows that are drawn together, [n].
    """
    enough = not is_few(y)

    def statistic(rows: Rows) -> Figures:
        figures: Figures = {}
        for name, p in probabilities.items():
            truth, predicted = y[rows], p[rows]
            ranked = _rank(truth, predicted)
            figures |= {(metric, name): value for metric, value in ranked.items()}
            if enough:
                mixed = 0 < truth.sum() < len(truth)
                found = sensitivity_at_specificity(truth, predicted, 0.95) if mixed else np.nan
                figures[FOUND, name] = found
            figures[BRIER, name] = float(((truth - predicted) ** 2).mean())
            figures[RATIO, name] = float(truth.mean() / predicted.mean())
        return figures

    everyone = People("test", evaluated_on, np.arange(len(y)), y == 1, units=units)
    return _resample(statistic, everyone, own, seed)


def measure_test(
    y: Labels,
    probabilities: Mapping[str, Floats],
    *,
    own: Own,
    seed: int,
    units: Rows | None = None,
) -> list[Metric]:
    """Each model on the test split: of two classes, the second is the positive one.

    Args:
        y: position of the true class, [n].
        probabilities: by model, of every class, [n, classes].
        own: which of them is this model, or a variant of it.
        seed: of the bootstrap.
        units: the same number for rows that are drawn together, [n].
    """
    if all(p.shape[1] == 2 for p in probabilities.values()):
        positive = {name: p[:, 1] for name, p in probabilities.items()}
        return measure(y, positive, own=own, evaluated_on=TEST, seed=seed, units=units)
    return measure_classes(y, probabilities, own=own, evaluated_on=TEST, seed=seed, units=units)


def measure_order(
    y: Labels,
    probabilities: Mapping[str, Floats],
    *,
    own: Own,
    seed: int,
    units: Rows | None = None,
) -> list[Metric]:
    """AUC and average precision of answers to all rows by fits that left them out.

    Args as in `measure`.
    """

    def statistic(rows: Rows) -> Figures:
        return {
            (metric, name): value
            for name, p in probabilities.items()
            for metric, value in _rank(y[rows], p[rows]).items()
        }

    everyone = People("cross_validation", POOLED, np.arange(len(y)), y == 1, units=units)
    return _resample(statistic, everyone, own, seed)


def _rank(truth: Labels, predicted: Floats) -> dict[str, float]:
    """NaN where a resample lacks a class."""
    if not 0 < truth.sum() < len(truth):
        return {AUC: np.nan, AVERAGE_PRECISION: np.nan}
    return {
        AUC: float(auc_by_class(1 - truth, predicted[:, None])[0]),
        AVERAGE_PRECISION: float(average_precision_score(truth, predicted)),
    }


def measure_classes(
    y: Labels,
    probabilities: Mapping[str, Floats],
    *,
    own: Own,
    evaluated_on: str,
    seed: int,
    units: Rows | None = None,
) -> list[Metric]:
    """Accuracy, macro AUC, Brier score (0 to 2) and confidence of each model.

    Args:
        y: position of the true class, [n].
        probabilities: by model, of every class, [n, classes].
        own: which of them is this model, or a variant of it.
        evaluated_on: what the n of the test split are.
        seed: of the bootstrap, which draws the same cases for every model; a share has Wilson's
            interval instead, which does not vanish where nothing went wrong.
        units: the same number for rows that are drawn together, [n]; shares are then drawn too.
    """

    def statistic(rows: Rows) -> Figures:
        figures: Figures = {}
        for name, all_p in probabilities.items():
            truth, p = y[rows], all_p[rows]
            areas = auc_by_class(truth, p)
            drawn = areas[~np.isnan(areas)]
            right = float((truth == p.argmax(1)).mean())
            figures[ACCURACY, name] = right
            figures[MACRO_AUC, name] = float(drawn.mean()) if len(drawn) else float("nan")
            figures[BRIER, name] = float(((p - np.eye(p.shape[1])[truth]) ** 2).sum(1).mean())
            figures[CONFIDENCE, name] = right / float(p.max(1).mean())
        return figures

    everyone = People(
        "test", evaluated_on, np.arange(len(y)), np.ones(len(y), dtype=bool), units=units
    )
    metrics = [
        m.model_copy(update={"events": None}) for m in _resample(statistic, everyone, own, seed)
    ]
    if units is not None:
        return metrics
    shares = {name: _share(y == p.argmax(1)) for name, p in probabilities.items()}
    return [
        m.model_copy(update=dict(shares[m.model])) if m.metric == ACCURACY else m for m in metrics
    ]


def measure_each_class(
    y: Labels,
    p: Floats,
    labels: Sequence[str],
    *,
    model: str,
    evaluated_on: str,
    seed: int,
    units: Rows | None = None,
) -> list[Metric]:
    """Sensitivity, precision and AUC of each class against all others.

    Sensitivity is of the cases of the class, precision of the cases named so, their events are the
    right answers; a class that is never named has no precision.

    Args:
        y: position of the true class, [n].
        p: probability of every class, [n, classes].
        labels: names of the classes, which the figures are grouped by.
        model: what this model is called, whose figures these are.
        evaluated_on: what the n of the test split are.
        seed: of the bootstrap of the AUC; the shares have Wilson's intervals.
        units: the same number for rows that are drawn together, [n]; shares are then drawn too.
    """
    own: Own = {model: "model"}
    named = p.argmax(1)
    right = y == named
    metrics: list[Metric] = []

    def count(metric: str, rows: Rows) -> Figures:
        return {(metric, model): float(right[rows].mean())}

    for i, label in enumerate(labels):

        def statistic(rows: Rows, i: int = i) -> Figures:
            area = auc_by_class(np.where(y[rows] == i, 0, 1), p[rows, i : i + 1])
            return {(CLASS_AUC, model): float(area[0])}

        shares = {(SENSITIVITY, "cases of the class"): y, (PRECISION, "cases named so"): named}
        for (metric, whose), classes in shares.items():
            cases = np.flatnonzero(classes == i)
            if len(cases):
                on = f"{evaluated_on}, {whose}"
                people = People("test", on, cases, right, label, units)
                if units is None:
                    share = _share(right[cases])
                    metrics.append(people.make_metric(metric, model, share, own=own))
                else:
                    metrics += _resample(partial(count, metric), people, own, seed)
        everyone = People("test", evaluated_on, np.arange(len(y)), y == i, label, units)
        metrics += _resample(statistic, everyone, own, seed)
    return metrics


def _resample(
    statistic: Callable[[Rows], Figures], people: People, own: Own, seed: int
) -> list[Metric]:
    return bootstrap(
        statistic, people, own=own, seed=seed, resamples=_RESAMPLES, measures=_MEASURES
    )


def auc_by_class(y: Labels, p: Floats) -> Floats:
    """Area under the ROC curve of each class against all others, [classes]; NaN without cases.

    Mann and Whitney's U over the number of pairs: y [n] are positions, p [n, classes].
    """
    true = y[:, None] == np.arange(p.shape[1])
    positive = true.sum(0)
    ranks = np.where(true, rankdata(p, axis=0), 0).sum(0)
    with np.errstate(invalid="ignore"):
        pairs = positive * (len(y) - positive)
        area: Floats = (ranks - positive * (positive + 1) / 2) / pairs
    return area


def _share(flags: NDArray[np.bool_]) -> Estimate:
    return estimate_share(int(flags.sum()), len(flags))
