"""What a policy's model gave at n decisions, and what would have come of each action."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from medmaas.model.manifest import OutcomeTarget, PolicyOutput
from medmaas_training.assessment.certainty.calibration import Claim
from medmaas_training.assessment.certainty.calibration_curve import Curve
from medmaas_training.assessment.certainty.recalibration import LEAST, Recalibrator, Rows
from medmaas_training.assessment.evaluated import Evaluated
from medmaas_training.assessment.resampling import Flags, Floats, Sample
from medmaas_training.assessment.splits import Foreseen

GROUP_SIZE = 100


@dataclass(frozen=True)
class EvaluatedPolicy(Evaluated):
    """Risks and nadirs given at n decisions, and what would have come of each action.

    Attributes:
        spec: of the output. Outcomes that are computed from others come last.
        risks: [n, actions, outcomes].
        nadirs: [n, actions].
        foreseen: what would have come of it.
        doses: given before, [n].
    """

    spec: PolicyOutput
    risks: Floats
    nadirs: Floats
    foreseen: Foreseen
    doses: NDArray[np.intp]

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """Names of the outcomes that come about or not."""
        names = [outcome.name for outcome in self.spec.outcomes]
        return tuple(names[: self.foreseen.below.shape[2]])

    @cached_property
    def ratios(self) -> Floats:
        """True nadir over expected, [n, actions]."""
        return self.foreseen.nadir / np.maximum(self.nadirs, 1e-6)

    def score_groups(
        self, action: int, outcome: int, members: Flags | None = None
    ) -> tuple[Floats, Floats]:
        """Groups of neighbours: standard errors between share and mean risk, mean risk, [groups].

        Args:
            action: position.
            outcome: position.
            members: of whom, [n]; None is everyone.
        """
        chosen = slice(None) if members is None else members
        p, below = (a[chosen, action, outcome] for a in (self.risks, self.foreseen.below))
        groups = len(p) // GROUP_SIZE
        order = np.argsort(p, kind="stable")[: groups * GROUP_SIZE].reshape(groups, GROUP_SIZE)
        expected, share = p[order].mean(1), below[order].mean(1)
        scores: Floats = np.abs(share - expected) / standard_error(expected)
        return scores, expected

    def pool_groups(self, outcome: int, members: Flags | None = None) -> tuple[Floats, Floats]:
        """The groups of every action."""
        parts = [self.score_groups(i, outcome, members) for i in range(len(self.spec.actions))]
        scores, expected = zip(*parts, strict=True)
        return np.concatenate(scores), np.concatenate(expected)

    def find_losses(self) -> tuple[str, Floats]:
        """The Brier score of the first outcome, mean over actions."""
        squares = (self.risks[:, :, 0] - self.foreseen.below[:, :, 0]) ** 2
        return f"Brier score of {self.observed[0]}", squares.mean(1)

    def find_judgement(self) -> tuple[str, Floats]:
        """How close the risks of the first outcome are to one half."""
        p = self.risks[:, :, 0]
        return "closeness of the risks to one half", (p * (1 - p)).mean(1)

    def find_claims(self, sample: Sample) -> list[tuple[Claim, Sample]]:
        """The risk of each outcome, every action a row of its patient."""
        actions = self.risks.shape[1]
        repeated = replace(sample, patient=np.repeat(sample.patient, actions), event=None)
        return [
            (
                Claim(
                    f"{name}, every action",
                    self.risks[:, :, i].reshape(-1),
                    self.foreseen.below[:, :, i].reshape(-1),
                ),
                repeated,
            )
            for i, name in enumerate(self.observed)
        ]

    def find_curves(self, sample: Sample) -> list[Curve]:
        """One per outcome."""
        curves = []
        for name, (claim, repeated) in zip(self.observed, self.find_claims(sample), strict=True):
            happened = np.asarray(claim.happened, bool)
            by = f"probability of {claim.name}"
            curves.append(Curve(OutcomeTarget(outcome=name), by, claim.p, happened, repeated))
        return curves

    def find_recalibrators(self) -> list[Recalibrator]:
        """A line per outcome."""
        return [Line(self, i) for i in range(len(self.observed))]


class Line:
    """Risks of one outcome under every action, their logit stretched and moved (Cox 1958)."""

    normalises = False

    def __init__(self, evaluated: EvaluatedPolicy, outcome: int) -> None:
        self.name = evaluated.observed[outcome]
        p = evaluated.risks[:, :, outcome]
        self._logits: Floats = logit(np.clip(p, LEAST, 1 - LEAST))
        self._happened = evaluated.foreseen.below[:, :, outcome]

    def fit(self, rows: Rows) -> tuple[float, ...]:
        """Slope and intercept."""
        line = LogisticRegression(C=np.inf)
        line.fit(self._logits[rows].reshape(-1, 1), self._happened[rows].reshape(-1))
        return float(line.coef_[0, 0]), float(line.intercept_[0])

    def lose(self, numbers: tuple[float, ...] = (1.0, 0.0)) -> Floats:
        """Log loss of each decision, mean over actions, [n]."""
        p = np.clip(expit(numbers[0] * self._logits + numbers[1]), LEAST, 1 - LEAST)
        loss: Floats = -np.where(self._happened, np.log(p), np.log1p(-p)).mean(1)
        return loss


def standard_error(p: Floats) -> Floats:
    """Of a share among GROUP_SIZE, whose risk is p; never that of a certainty."""
    error: Floats = np.sqrt(np.maximum(p * (1 - p), 1 / GROUP_SIZE) / GROUP_SIZE)
    return error
