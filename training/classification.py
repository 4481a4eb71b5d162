"""Two-class models compared and measured."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve

from medmaas.model.manifest import Metric
from training.figures import Figures, People, Rows, bootstrap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

TEST = "test split"
_RESAMPLES = 2000


def sensitivity_at_specificity(y: Labels, probability: Floats, specificity: float) -> float:
    """The largest share of positives found by a threshold that clears so many negatives."""
    false_positives, found, _ = roc_curve(y, probability, drop_intermediate=False)
    return float(found[false_positives <= 1 - specificity + 1e-12].max())


def measure(
    y: Labels, probabilities: Mapping[str, Floats], *, evaluated_on: str, seed: int
) -> list[Metric]:
    """AUC, sensitivity at 95 % specificity, Brier score and calibration of each model.

    Args:
        y: 1 for the positive class, [n].
        probabilities: by model, of the positive class, [n].
        evaluated_on: who the n are.
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
            figures["observed/expected", name] = float(truth.mean() / predicted.mean())
        return figures

    everyone = People(evaluated_on, np.arange(len(y)), y == 1)
    return bootstrap(statistic, everyone, seed=seed, resamples=_RESAMPLES)
