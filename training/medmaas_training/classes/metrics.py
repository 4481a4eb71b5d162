"""Models of two classes, and of more, compared and measured."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from medmaas.model.manifest import Estimate, Measure, Metric
from medmaas_training.figures import Figures, Own, People, Rows, bootstrap
from medmaas_training.observed_shares import estimate_share

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

TEST = "test split"
ACCURACY, MACRO_AUC, BRIER = "accuracy", "macro one-vs-rest AUC", "Brier score"
_RATIO, CONFIDENCE = "observed/expected", "observed/expected right answers"
SENSITIVITY, PRECISION, CLASS_AUC = "sensitivity", "precision", "one-vs-rest AUC"
_MEASURES: Mapping[str, Measure] = dict.fromkeys((_RATIO, CONFIDENCE), "observed_expected")
_RESAMPLES = 2000


def sensitivity_at_specificity(y: Labels, probability: Floats, specificity: float) -> float:
    """The largest share of positives found by a threshold that clears so many negatives."""
    false_positives, found, _ = roc_curve(y, probability, drop_intermediate=False)
    return float(found[false_positives <= 1 - specificity + 1e-12].max())


def measure(
    y: Labels,
    probabilities: Mapping[str, Floats],
    *,
    own: Own,
    evaluated_on: str,
    seed: int,
) -> list[Metric]:
    """AUC, sensitivity at 95 % specificity, Brier score and calibration of each model.

    Args:
        y: 1 for the positive class, [n].
        probabilities: by model, of the positive class, [n].
        own: which of them is this model, or a variant of it.
        evaluated_on: who the n of the test split are.
        seed: of the bootstrap, which draws the same people for every model.
    """

    def statistic(rows: Rows) -> Figures:
        figures: Figures = {}
        for name, p in probabilities.items():
            truth, predicted = y[rows], p[rows]
            found = sensitivity_at_specificity(truth, predicted, 0.95)
            figures["AUC", name] = float(roc_auc_score(truth, predicted))
            figures["sensitivity at 95 % specificity", name] = found
            figures["Brier score", name] = float(brier_score_loss(truth, predicted))
            figures[_RATIO, name] = float(truth.mean() / predicted.mean())
        return figures

    everyone = People("test", evaluated_on, np.arange(len(y)), y == 1)
    return _resample(statistic, everyone, own, seed)


def measure_classes(
    y: Labels,
    probabilities: Mapping[str, Floats],
    *,
    own: Own,
    evaluated_on: str,
    seed: int,
) -> list[Metric]:
    """Accuracy, macro AUC, Brier score (0 to 2) and confidence of each model.

    Args:
        y: position of the true class, [n].
        probabilities: by model, of every class, [n, classes].
        own: which of them is this model, or a variant of it.
        evaluated_on: what the n of the test split are.
        seed: of the bootstrap, which draws the same cases for every model; a share has Wilson's
            interval instead, which does not vanish where nothing went wrong.
    """

    def statistic(rows: Rows) -> Figures:
        figures: Figures = {}
        for name, all_p in probabilities.items():
            truth, p = y[rows], all_p[rows]
            areas = auc_by_class(truth, p)
            drawn = areas[~np.isnan(areas)]
            figures[MACRO_AUC, name] = float(drawn.mean()) if len(drawn) else float("nan")
            figures[BRIER, name] = float(((p - np.eye(p.shape[1])[truth]) ** 2).sum(1).mean())
            right = float((truth == p.argmax(1)).mean())
            figures[CONFIDENCE, name] = right / float(p.max(1).mean())
        return figures

    everyone = People("test", evaluated_on, np.arange(len(y)), np.ones(len(y), dtype=bool))
    metrics = [
        everyone.make_metric(ACCURACY, name, _share(y == p.argmax(1)), own=own)
        for name, p in probabilities.items()
    ]
    metrics += _resample(statistic, everyone, own, seed)
    return [metric.model_copy(update={"events": None}) for metric in metrics]


def measure_each_class(
    y: Labels, p: Floats, labels: Sequence[str], *, model: str, evaluated_on: str, seed: int
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
    """
    own: Own = {model: "model"}
    named = p.argmax(1)
    metrics: list[Metric] = []
    for i, label in enumerate(labels):

        def statistic(rows: Rows, i: int = i) -> Figures:
            area = auc_by_class(np.where(y[rows] == i, 0, 1), p[rows, i : i + 1])
            return {(CLASS_AUC, model): float(area[0])}

        shares = {(SENSITIVITY, "cases of the class"): y, (PRECISION, "cases named so"): named}
        for (metric, whose), classes in shares.items():
            cases = np.flatnonzero(classes == i)
            if len(cases):
                people = People("test", f"{evaluated_on}, {whose}", cases, y == named, label)
                share = _share((y == named)[cases])
                metrics.append(people.make_metric(metric, model, share, own=own))
        everyone = People("test", evaluated_on, np.arange(len(y)), y == i, label)
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
