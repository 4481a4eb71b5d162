"""Risk against coverage: how wrong the answers are that are left, when the least sure are withheld.

Geifman & El-Yaniv 2017 (arXiv:1705.08500).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from medmaas.model.manifest import Metric
from medmaas_training.assessment.resampling import Floats, Sample

ON = "test split, least sure answers withheld"
ANSWERED = (1.0, 0.95, 0.9, 0.8, 0.7)
AREA = "area under the risk-coverage curve"
_POINTS = 50


@dataclass(frozen=True)
class Selective:
    """The curve, to draw.

    Attributes:
        error: what is wrong with an answer, in words.
        ranked_by: what the least sure are found by, in words.
        answered: shares of the test split, rising, [points].
        errors: of those answered, [points].
    """

    error: str
    ranked_by: str
    answered: Floats
    errors: Floats


def measure_selective(
    losses: Floats, judgement: Floats, sample: Sample, *, error: str, ranked_by: str
) -> tuple[Selective, list[Metric]]:
    """The curve, and the error at 100 to 70 % answered with the area below, as metrics.

    Args:
        losses: whose mean is the error, [n].
        judgement: of each answer, the largest is withheld first, [n].
        sample: whose rows they are.
        error: what the mean of losses is called.
        ranked_by: what the judgement is.
    """
    order = np.argsort(judgement, kind="stable")
    sorted_losses = losses[order]

    def trace(weights: Floats, shares: Floats) -> Floats:
        drawn = weights[order]
        counts = np.cumsum(drawn)
        sums = np.cumsum(drawn * sorted_losses)
        at = np.searchsorted(counts, shares * counts[-1] - 1e-9)
        kept: Floats = sums[at] / counts[at]
        return kept

    grid = np.arange(1, _POINTS + 1) / _POINTS

    def statistic(weights: Floats) -> Mapping[str, float]:
        errors = trace(weights, np.array(ANSWERED))
        figures = {
            f"{error}, {100 * share:.0f} % answered": float(value)
            for share, value in zip(ANSWERED, errors, strict=True)
        }
        return figures | {f"{AREA}, {error}": float(trace(weights, grid).mean())}

    curve = Selective(error, ranked_by, grid, trace(np.ones(len(losses)), grid))
    return curve, sample.measure(f"{ON}, by {ranked_by}", statistic)
