"""A sample of the test split, explained; and how large it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas_training.assessment.reasons.games import Case
from medmaas_training.assessment.splits import Array, Groups

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sizes:
    """How much is measured, so that a model takes less than three minutes of one core.

    Attributes:
        explained: how many of the test split.
        compared: how many of them with shap, and sampled with exact.
        shuffled: how many of them with shuffled weights.
        shuffles: how often weights are shuffled.
        coarse: how many times the standard error of a served explanation is good enough.
    """

    explained: int
    compared: int
    shuffled: int
    shuffles: int
    coarse: float = 1


FAST, WIDE, SLOW = Sizes(300, 50, 20, 40), Sizes(100, 20, 10, 20), Sizes(24, 0, 4, 6, coarse=10)
MANY = 12  # features, beyond which values are sampled


@dataclass(frozen=True)
class Sample:
    """Explained rows of the test split, n of them.

    Attributes:
        rows: as the graph takes them, [n, ...].
        groups: who of them belongs to each.
        cases: their games.
        values: their attributions, [parts, targets] each.
        targets: for each, the position of the number that is looked at.
        tolerance: of sampled values, per target.
        are_exact: whether none was sampled.
    """

    rows: Array
    groups: Groups
    cases: list[Case]
    values: list[Floats]
    targets: list[int]
    tolerance: Floats
    are_exact: bool

    @property
    def shown(self) -> list[Floats]:
        """Attributions of the one number that is looked at, [parts] each."""
        return [v[:, target] for v, target in zip(self.values, self.targets, strict=True)]


@dataclass(frozen=True)
class Found:
    """Attributions of one instance.

    Attributes:
        values: [parts, targets]; NaN for targets that were not explained.
        focus: the position of the target that is looked at, which was.
        is_exact: whether they are Shapley values that were not sampled.
    """

    values: Floats
    focus: int
    is_exact: bool

    def of(self, target: int) -> Floats:
        """Attributions [parts] of a target, of the focus if there are none."""
        values: Floats = self.values[:, target]
        return self.values[:, self.focus] if np.isnan(values).any() else values
