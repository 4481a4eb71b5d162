"""Which label is which column of a graph's probabilities, by what it gives to known cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Order = tuple[int, ...]

_ERRORS = 3.0  # standard errors by which it must differ from chance
_FEWEST = 5  # cases of a class


@dataclass(frozen=True)
class Ordered:
    """The order of classes that the cases speak for.

    Attributes:
        order: the class of each column; None if the cases do not say.
        areas: of each column the area under the ROC curve for its class.
    """

    order: Order | None
    areas: tuple[float, ...] = ()


def order_classes(probabilities: Floats, classes: Floats, count: int) -> Ordered:
    """Which of so many classes each column [n, count] is of.

    A column is of a class if it is higher for its cases, by more than three standard errors, and
    more so than for any other.

    Args:
        probabilities: of the cases, [n, count].
        classes: positions [n], NaN where it is not known.
        count: of the classes.
    """
    known = ~np.isnan(classes) & np.isfinite(probabilities).all(axis=1)
    p, y = probabilities[known].astype(float), classes[known].astype(int)
    sizes = np.bincount(y, minlength=count)
    if p.shape[1] != count or len(sizes) > count or sizes.min() < _FEWEST:
        return Ordered(None)
    areas = np.array([[find_area(column, y == c) for c in range(count)] for column in p.T])
    order = areas.argmax(axis=1)
    best = areas.max(axis=1)
    errors = np.array([find_error(sizes[c], len(y) - sizes[c]) for c in order])
    if len({*order.tolist()}) < count or (best - 0.5 < _ERRORS * errors).any():
        return Ordered(None)
    return Ordered(tuple(order.tolist()), tuple(best.tolist()))


def find_area(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """The chance that a positive case has the higher score [n]; ties count half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(scores) - n)))


def find_error(positives: int, negatives: int) -> float:
    """The standard error of the area under a curve of chance (Hanley and McNeil 1982)."""
    return float(np.sqrt((positives + negatives + 1) / (12 * positives * negatives)))


def correlate(given: Floats, known: Floats) -> float | None:
    """The correlation of what a graph gives with what is known [n], if it is no more than chance.

    None where they go together, by more than three standard errors, or nobody can tell.
    """
    both = np.isfinite(given) & np.isfinite(known)
    x, y = given[both].astype(float), known[both]
    if len(x) < 2 * _FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    r = float(np.corrcoef(x, y)[0, 1])
    return r if r < _ERRORS / np.sqrt(len(x)) else None
