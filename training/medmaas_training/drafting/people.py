"""Ranges of a table that are nobody's values.

A draft is shown, served and kept; a table of people is not. So of a column's values a draft holds
limits alone that at least `FEWEST` people lie at or beyond, rounded towards the middle; and what is
invented is drawn for each column by itself, between such limits.
"""

from dataclasses import replace
from math import floor, log10

import numpy as np

from medmaas.model.manifest import Range
from medmaas_training.tabular.own_columns import Column, Floats

FEWEST = 5
_SHARE = 0.01  # of people beyond either limit, where these are more
_DIGITS = 3  # of the width of a range


def find_limits(values: Floats, fewest: int = FEWEST, share: float = _SHARE) -> Range | None:
    """Limits of values [n] that at least so many people, and so large a share, are at or beyond.

    None if there are too few people for it. NaN is passed by.
    """
    ordered = np.sort(values[~np.isnan(values)])
    count = max(fewest, int(np.ceil(share * len(ordered))))
    if len(ordered) < 2 * count + 1:
        return None
    low, high = float(ordered[count - 1]), float(ordered[-count])
    step = find_step(low, high)
    if step == 0:
        return Range(low=low, high=high)  # of many people alike
    up, down = _tidy(np.ceil(low / step) * step), _tidy(np.floor(high / step) * step)
    if up > down:  # between two neighbours
        return Range(low=low, high=high) if _are_shared(ordered, low, high, fewest) else None
    return Range(low=up, high=down)


def find_step(low: float, high: float, digits: int = _DIGITS) -> float:
    """To what numbers between two limits are rounded; 0 if these are one."""
    width = high - low
    return 10.0 ** (floor(log10(width)) - digits + 1) if width > 0 else 0.0


def round_to(value: float, step: float) -> float | int:
    """The nearest multiple of a step, as a whole number if it is one."""
    rounded = _tidy(round(value / step) * step) if step else _tidy(value)
    return int(rounded) if float(rounded).is_integer() else rounded


def clip_column(column: Column) -> Column | None:
    """A column of numbers whose extremes are nobody's; None if too few people have a value."""
    if column.kind != "number":
        return column
    limits = find_limits(column.values)
    if limits is None:
        return None
    return replace(column, values=np.clip(column.values, limits.low, limits.high))


def _are_shared(ordered: Floats, low: float, high: float, fewest: int) -> bool:
    return bool(min((ordered == low).sum(), (ordered == high).sum()) >= fewest)


def _tidy(value: float) -> float:
    return float(f"{value:.12g}")
