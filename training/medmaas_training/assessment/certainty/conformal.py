"""Quantiles that hold for the next case: split conformal prediction, and conformal risk control."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def find_quantile(scores: Floats, coverage: float) -> float:
    """The score that the next one stays within, with a chance of at least `coverage`.

    The ceil((n + 1) coverage)-th smallest of n exchangeable scores (Vovk, Gammerman & Shafer 2005);
    infinite if n is too small to say.
    """
    rank = int(np.ceil((len(scores) + 1) * coverage - 1e-9))
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else float("inf")


def find_lower_quantile(scores: Floats, coverage: float) -> float:
    """The score that the next one stays above, with a chance of at least `coverage`."""
    return -find_quantile(-scores, coverage)


def find_bound(scores: Floats, weights: Floats, coverage: float) -> float:
    """The largest level that is undercut rarely enough, of scores that censoring hides in part.

    Undercut is a level by each score below it; the risk is the sum of the weights of those over n.
    Chosen is the largest level at which (sum + the largest weight) / (n + 1) is at most
    1 - coverage: conformal risk control (Angelopoulos et al. 2024, arXiv:2208.02814) of the loss
    that Candes, Lei & Ren 2023 (doi 10.1093/jrsssb/qkac017) weight against censoring. 0 if none is.

    Args:
        scores: how far the curve had fallen at the event, [n]; infinite if none was seen in time.
        weights: one over the chance to be still followed then, [n]; ignored without an event.
        coverage: the share of people whose time is to be at or beyond the bound.
    """
    seen = np.isfinite(scores)
    if not seen.any():
        return 1.0
    order = np.argsort(scores[seen], kind="stable")
    levels, losses = scores[seen][order], weights[seen][order]
    before = np.cumsum(losses) - losses  # what lies below a level
    tied = np.searchsorted(levels, levels, side="left")
    risk = (before[tied] + losses.max()) / (len(scores) + 1)
    allowed = levels[risk <= 1 - coverage + 1e-12]
    return float(allowed[-1]) if len(allowed) else 0.0
