"""Cells of a CSV file become the values that JSON would hold."""

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from math import nan

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Boolean, Feature, Number

_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")  # more digits than any float64 has
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WITH_COMMA = re.compile(r"[+-]?[0-9]+(?:,[0-9]+)+(?:\.[0-9]+)?")
_BOUND = re.compile(
    r"(?P<comparator><=|>=|=<|=>|[<>\u2264\u2265])\s*(?P<number>[0-9]+(?:[.,][0-9]+)?)"
)
_COMPARATORS = {"=<": "<=", "=>": ">=", "\u2264": "<=", "\u2265": ">="}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_WHOLE_FLOATS = 2.0**53  # from here on a float64 may stand for several whole numbers


def parse_cell(feature: Feature, cell: str) -> object:
    """The value of one cell, blanks around it dropped.

    Returns:
        None for an empty cell; int or float for what JSON writes as a number, and for `+1`, `.5`,
        `5.` and `007`; bool for true and false in any case, 1 and 0, of a Boolean; otherwise the
        text, which a Choice takes and every other reader refuses.
    """
    text = cell.strip()
    if not text:
        return None
    match feature:
        case Number():
            return _parse_number(text)
        case Boolean():
            return _BOOLEANS.get(text.lower(), text)
        case _:
            return text


def parse_numbers(column: Sequence[str]) -> NDArray[np.float64]:
    """The cells of a Number's column that parse_cell and float() read alike; NaN for the others."""
    numbers = _parse_floats(column)
    ambiguous = np.abs(numbers) >= _WHOLE_FLOATS
    ambiguous |= (numbers == 0) & np.signbit(numbers)  # -0 is a whole number, -0.0 is not
    numbers[ambiguous] = nan
    together = "".join(column)
    if "_" in together or not together.isascii():  # float() takes 1_0 and other scripts' digits
        for row, cell in enumerate(column):
            if "_" in cell or not cell.isascii():
                numbers[row] = nan
    return numbers


def read_numbers(column: Sequence[str]) -> NDArray[np.float64]:
    """The numbers of cells as parse_cell reads them; NaN for the others, and for those beyond."""
    numbers = parse_numbers(column)
    numbers[np.isinf(numbers)] = nan
    for row in np.flatnonzero(np.isnan(numbers)).tolist():
        value = _parse_number(column[row].strip())
        if not isinstance(value, str):
            with suppress(OverflowError):
                numbers[row] = float(value)
    return numbers


def read_bound(text: str) -> tuple[str, float] | None:
    """The comparator and the number of a value that only bounds what was measured, as in <0.5.

    None if the text is no such value. A rule that says when a bound may be used begins here.
    """
    match = _BOUND.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    comparator = match["comparator"]
    return _COMPARATORS.get(comparator, comparator), float(match["number"].replace(",", "."))


def has_comma(text: str) -> bool:
    """Whether a text is a number but for commas, which are decimal or separate thousands."""
    return bool(_WITH_COMMA.fullmatch(text.strip()))


def can_hold(feature: Feature, text: str) -> bool:
    """Whether a cell with this text is a value of a feature."""
    value = parse_cell(feature, text)
    match feature:
        case Number(hard_range=hard):
            return isinstance(value, int | float) and hard.low <= value <= hard.high
        case Boolean():
            return isinstance(value, bool)
        case _:
            return value in feature.choices


def _parse_number(text: str) -> int | float | str:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _parse_floats(column: Sequence[str]) -> NDArray[np.float64]:
    """Every cell by float(), which takes more than JSON; NaN where it takes none."""
    count = len(column)
    try:
        return np.fromiter(map(float, column), np.float64, count)
    except ValueError:
        pass
    filled = [cell or "nan" for cell in column]
    try:
        return np.fromiter(map(float, filled), np.float64, count)
    except ValueError:
        return np.fromiter(map(_parse_float, filled), np.float64, count)


def _parse_float(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return nan
