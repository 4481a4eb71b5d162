"""Whether one or two numbers, learned on the calibration split, would make probabilities truer.

Nothing is changed here: a recipe that gains by it recalibrates what it exports, so that the graph
still equals the trained model; recalibrated.py changes the graph of a model from elsewhere.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Metric
from medmaas_training.assessment.resampling import Floats, Sample

Rows = NDArray[np.intp]

ON = "test split, recalibration"
ON_FOLDS = "calibration split, recalibration, cross-fitted"
SAVED = "log loss saved by recalibration"
_FOLDS = 5
LEAST = 1e-6
_WORTH = 0.01  # of the log loss
_WIDENED = 2.576 / 1.960  # from 95 to 99 %


class Recalibrator(Protocol):
    """One or two numbers that change the probabilities of n rows; a class per kind of output.

    Attributes:
        name: which probabilities.
        normalises: whether they sum to 1 after their power is taken as before.
    """

    name: str
    normalises: bool

    def fit(self, rows: Rows) -> tuple[float, ...]:
        """The numbers that these rows give."""

    def lose(self, numbers: tuple[float, ...] = ...) -> Floats:
        """What is lost at each row, [n], by these numbers; by none as the model is."""


def measure_recalibration(
    pairs: list[tuple[Recalibrator, Recalibrator]], calibration: Sample, test: Sample
) -> tuple[list[Metric], dict[str, tuple[float, ...]]]:
    """What recalibration would gain, and the numbers where it is worth having.

    Worth having is what, cross-fitted inside the calibration split, takes at least 1 % off the log
    loss, the whole of the interval, widened to 99 % because several are looked at.

    Args:
        pairs: of each kind of probability, the calibration and the test split's.
        calibration: whose rows the first of each are.
        test: whose rows the second are.
    """
    metrics: list[Metric] = []
    worth = {}
    for learned, measured in pairs:
        everyone = np.arange(len(calibration.patient))
        crossed = _cross_fit(learned, calibration)
        found = learned.fit(everyone)
        gained = measured.lose() - measured.lose(found)
        (inside,) = calibration.measure_mean(ON_FOLDS, SAVED, crossed, group=learned.name)
        metrics.append(inside)
        metrics += test.measure_mean(ON, SAVED, gained, group=learned.name)
        sure = inside.value - _WIDENED * (inside.value - inside.low)
        if sure > _WORTH * abs(float(learned.lose().mean())):
            worth[learned.name] = found
    return metrics, worth


def _cross_fit(learned: Recalibrator, sample: Sample) -> Floats:
    """Loss less loss after recalibration learned from other patients, [n]."""
    patients = int(sample.patient.max()) + 1
    folds = np.random.default_rng(sample.seed).permutation(np.arange(patients) % _FOLDS)
    fold = folds[sample.patient]
    gained, plain = np.zeros(len(fold)), learned.lose()
    for i in range(_FOLDS):
        left_out = fold == i
        gained[left_out] = (plain - learned.lose(learned.fit(np.flatnonzero(~left_out))))[left_out]
    return gained
