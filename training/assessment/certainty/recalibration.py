"""Whether one or two numbers, learned on the calibration split, would make probabilities truer.

Classes: a temperature (Guo et al. 2017, arXiv:1706.04599). Survival: a power of the curve. Policy:
a line in the logit of each outcome's risks (Cox 1958). Nothing is changed here: a recipe that gains
by it recalibrates what it exports, so that the graph still equals the trained model.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, logit
from sklearn.linear_model import LogisticRegression

from medmaas.model.manifest import Metric
from training.assessment.certainty.policy_bands import ToldPolicy
from training.assessment.resampling import Floats, Sample
from training.assessment.told import ToldClasses, ToldSurvival

Rows = NDArray[np.intp]

ON = "test split, recalibration"
ON_FOLDS = "calibration split, recalibration, cross-fitted"
SAVED = "log loss saved by recalibration"
_FOLDS = 5
_LEAST = 1e-6
_WORTH = 0.01  # of the log loss
_WIDENED = 2.576 / 1.960  # from 95 to 99 %


class Temperature:
    """Probabilities of classes, their logarithms divided by a number."""

    def __init__(self, told: ToldClasses) -> None:
        self.name = "all labels"
        self._logs, self._y = np.log(np.maximum(told.p, _LEAST)), told.y

    def fit(self, rows: Rows) -> tuple[float, ...]:
        """The power that the probabilities are raised to: one over the temperature."""
        found = minimize_scalar(
            lambda power: float(self.lose((float(power),))[rows].mean()), bounds=(0.1, 10)
        )
        return (float(found.x),)

    def lose(self, powers: tuple[float, ...] = (1.0,)) -> Floats:
        """Log loss of each row, [n]."""
        logs: Floats = log_softmax(powers[0] * self._logs, axis=1)
        return -logs[np.arange(len(self._y)), self._y]


class Power:
    """Survival curves raised to a power: the hazard multiplied by it."""

    def __init__(self, told: ToldSurvival) -> None:
        self.name = "the curve"
        time = told.outcome["time"]
        self._hazard = np.maximum(told.hazard_at(time), _LEAST)
        self._died = told.outcome["event"] & (time <= told.days[-1])

    def fit(self, rows: Rows) -> tuple[float, ...]:
        """Deaths over those expected."""
        return (float(self._died[rows].sum() / self._hazard[rows].sum()) or 1.0,)

    def lose(self, powers: tuple[float, ...] = (1.0,)) -> Floats:
        """Minus the log likelihood of each person, up to what no power changes, [n]."""
        hazard = powers[0] * self._hazard
        loss: Floats = hazard - self._died * np.log(hazard)
        return loss


class Line:
    """Risks of one outcome under every action, their logit stretched and moved."""

    def __init__(self, told: ToldPolicy, outcome: int) -> None:
        self.name = told.observed[outcome]
        p = told.risks[:, :, outcome]
        self._logits: Floats = logit(np.clip(p, _LEAST, 1 - _LEAST))
        self._happened = told.foreseen.below[:, :, outcome]

    def fit(self, rows: Rows) -> tuple[float, ...]:
        """Slope and intercept."""
        line = LogisticRegression(C=np.inf)
        line.fit(self._logits[rows].reshape(-1, 1), self._happened[rows].reshape(-1))
        return float(line.coef_[0, 0]), float(line.intercept_[0])

    def lose(self, line: tuple[float, ...] = (1.0, 0.0)) -> Floats:
        """Log loss of each decision, mean over actions, [n]."""
        p = np.clip(expit(line[0] * self._logits + line[1]), _LEAST, 1 - _LEAST)
        loss: Floats = -np.where(self._happened, np.log(p), np.log1p(-p)).mean(1)
        return loss


Recalibrator = Temperature | Power | Line


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
