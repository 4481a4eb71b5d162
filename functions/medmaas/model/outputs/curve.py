"""Where a survival curve first falls to a level, the hazard being constant between two times.

Kvamme & Borgan 2021, doi 10.1007/s10985-021-09532-6. Levels are at least `LOWEST`; days are rounded
to six decimals, so that one curve and many give the same whole days.
"""

from collections.abc import Sequence
from math import inf, log

import numpy as np
from numpy.typing import NDArray

from medmaas.model.columns import DECIMALS

LOWEST = 2e-9
_FEW = 8  # curves that take longer together than one by one
_LEAST = 1e-9  # what a curve that ends at 0 is taken for, to have a logarithm

Floats = NDArray[np.float64]


def find_all_crossings(curves: Floats, days: Sequence[int], levels: Sequence[float]) -> list[float]:
    """The day at which each curve [n, times] falls to its level; infinite if it does not in time.

    The same days however many curves there are.
    """
    if len(curves) > _FEW:
        found: list[float] = find_crossings(curves, np.array(days), np.array(levels)).tolist()
        return found
    pairs = zip(curves.tolist(), levels, strict=True)
    return [find_crossing(curve, days, level) for curve, level in pairs]


def find_crossing(curve: Sequence[float], days: Sequence[int], level: float) -> float:
    """The day at which one curve [times] falls to a level; infinite if it does not in time."""
    if min(curve) > level:  # quicker than to look for the first that is low enough
        return inf
    after = 0
    while curve[after] > level:
        after += 1
    if after == 0:
        return days[0]
    before_log = log(curve[after - 1])
    share = (before_log - log(level)) / (before_log - log(max(curve[after], _LEAST)))
    start = days[after - 1]
    return round(start + share * (days[after] - start), DECIMALS)


def find_crossings(curves: Floats, days: NDArray[np.int64], levels: Floats) -> Floats:
    """The same of many curves [n, times] and as many levels [n], all at once."""
    crossed = curves <= levels[:, None]
    found = np.where(crossed[:, 0], days[0], inf)
    after = crossed.argmax(axis=1)
    rows = after.nonzero()[0]  # where it is 0 the curve crosses at once, or never
    if not rows.size:
        return found
    after = after[rows]
    before_log = np.log(curves[rows, after - 1])
    after_log = np.log(np.maximum(curves[rows, after], _LEAST))
    share = (before_log - np.log(levels[rows])) / (before_log - after_log)
    start = days[after - 1]
    found[rows] = (start + share * (days[after] - start)).round(DECIMALS)
    return found
