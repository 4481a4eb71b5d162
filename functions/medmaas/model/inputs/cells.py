"""Cells of a CSV file become the values that JSON would hold."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import nan

import numpy as np
from numpy.typing import NDArray

from medmaas.model.inputs.amounts import read_amount
from medmaas.model.manifest import BOOLEAN_WORDS, Boolean, Choice, Feature, Number

_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")  # more digits than any float64 has
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE_FLOATS = 2.0**53  # from here on a float64 may stand for several whole numbers


def parse_cell(feature: Feature, cell: str) -> object:
    """The value of one cell, blanks around it dropped.

    Returns:
        None for an empty cell; int or float for what JSON writes as a number, for `+1`, `.5`, `5.`
        and `007`, and for a number with something beside that the feature takes; bool for a word
        of a Boolean; of a Choice the one that a word stands for, written otherwise perhaps;
        otherwise the text, which readers refuse unless it is a bound, as <0.5.
    """
    text = cell.strip()
    if not text:
        return None
    match feature:
        case Number():
            number = _parse_number(text)
            amount = read_amount(feature, text) if isinstance(number, str) else None
            return number if amount is None else amount
        case Boolean():
            return _parse_word(text, BOOLEAN_WORDS | (feature.spellings or {}))
        case Choice(choices=choices):
            own = dict(zip(choices, choices, strict=True))
            return _parse_word(text, (feature.spellings or {}) | own)


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


def fold_word(word: str) -> str:
    """A word without what people write now so, now otherwise: case, width, blanks."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())


def _parse_word(text: str, words: Mapping[str, object]) -> object:
    """What a word stands for; the text where it is none of them, or may be several."""
    if text in words:
        return words[text]
    folded = fold_word(text)
    found = {value for word, value in words.items() if fold_word(word) == folded}
    return found.pop() if len(found) == 1 else text


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
