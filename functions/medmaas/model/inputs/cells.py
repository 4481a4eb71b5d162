"""Cells of a CSV file become the values that JSON would hold."""

import re
from collections.abc import Sequence
from math import nan

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Boolean, Feature, Number

_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")  # more digits than any float64 has
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
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
