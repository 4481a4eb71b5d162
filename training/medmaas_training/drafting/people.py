"""Ranges of a table that are nobody's values.

A draft is shown, served and kept; a table of people is not. So of a column's values a draft holds
limits alone that at least `FEWEST` people lie at or beyond, rounded towards the middle; and what is
invented is drawn for each column by itself, between such limits.
"""

from dataclasses import replace
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Range
from medmaas_training.tabular.own_columns import Column, Floats

People = NDArray[np.intp] | None
FEWEST = 5
_SHARE = 0.01  # of people beyond either limit, where these are more
_WIDENED = 10
_DIGITS = 3  # of the width of a range


def find_limits(values: Floats, people: People = None) -> Range | None:
    """Limits of values [n] that at least `FEWEST` people, and 1 %, are at or beyond.

    Args:
        values: NaN is passed by.
        people: whose each is, as numbers [n]; None if each is of another.

    Returns:
        None if there are too few people for it.
    """
    known = ~np.isnan(values)
    least, most = _find_extremes(values[known], None if people is None else people[known])
    count = max(FEWEST, int(np.ceil(_SHARE * len(least))))
    if len(least) < 2 * count + 1:
        return None
    low, high = float(np.sort(least)[count - 1]), float(np.sort(most)[-count])
    if low > high:  # of people who differ less from each other than from themselves
        return None
    step = find_step(low, high)
    if step == 0:
        return Range(low=low, high=high)  # of many people alike
    up, down = _tidy(np.ceil(low / step) * step), _tidy(np.floor(high / step) * step)
    if up > down:  # between two neighbours
        return Range(low=low, high=high) if _are_shared(least, most, low, high) else None
    return Range(low=up, high=down)


def find_step(low: float, high: float, digits: int = _DIGITS) -> float:
    """To what numbers between two limits are rounded; 0 if these are one."""
    width = high - low
    return 10.0 ** (floor(log10(width)) - digits + 1) if width > 0 else 0.0


def round_to(value: float, step: float) -> float | int:
    """The nearest multiple of a step, as a whole number if it is one."""
    rounded = _tidy(round(value / step) * step) if step else _tidy(value)
    return int(rounded) if float(rounded).is_integer() else rounded


def clip_column(column: Column, people: People = None) -> Column | None:
    """A column of numbers whose extremes are nobody's; None if too few people have a value."""
    if column.kind != "number":
        return column
    limits = find_limits(column.values, people)
    if limits is None:
        return None
    values = np.clip(column.values, limits.low, limits.high)
    within = column.within
    if within is None and _are_flags(values) and not _are_flags(column.values):
        within = Range(low=0, high=_WIDENED)  # a few people have more than 1
    return replace(column, values=values, within=within)


def _find_extremes(values: Floats, people: People) -> tuple[Floats, Floats]:
    """The least and the most value of each person."""
    if people is None:
        return values, values
    _, codes = np.unique(people, return_inverse=True)
    count = int(codes.max()) + 1 if len(codes) else 0
    least, most = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(least, codes, values)
    np.maximum.at(most, codes, values)
    return least, most


def _are_flags(values: Floats) -> bool:
    return bool(np.isin(values[~np.isnan(values)], (0, 1)).all())


def _are_shared(least: Floats, most: Floats, low: float, high: float) -> bool:
    return bool(min((least == low).sum(), (most == high).sum()) >= FEWEST)


def _tidy(value: float) -> float:
    return float(f"{value:.12g}")
