"""Cells of a CSV file become the values that JSON would hold."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from math import nan

import numpy as np
from numpy.typing import NDArray

from medmaas.model.inputs.amounts import read_amount
from medmaas.model.manifest import BOOLEAN_WORDS, Boolean, Choice, Feature, Number
from medmaas.model.manifest.cells import fold_word

Parser = Callable[[str], object]

_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")  # more digits than any float64 has
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE_FLOATS = 2.0**53  # from here on a float64 may stand for several whole numbers


def make_parser(feature: Feature) -> Parser:
    """What gives the value of a cell of a feature, blanks around it dropped.

    Returns:
        None for an empty cell; int or float for what JSON writes as a number, for `+1`, `.5`, `5.`
        and `007`, and for a number with something beside that the feature takes; bool for a word
        of a Boolean; of a Choice the one that a word stands for, written otherwise perhaps;
        otherwise the text, which readers refuse unless it is a bound, as <0.5.
    """
    match feature:
        case Number():
            parse: Parser = partial(_parse_amount, feature)
        case Boolean(spellings=spellings):
            parse = _find_words(BOOLEAN_WORDS | (spellings or {}))
        case Choice(choices=choices, spellings=spellings):
            parse = _find_words((spellings or {}) | dict(zip(choices, choices, strict=True)))
    return lambda cell: parse(text) if (text := cell.strip()) else None


def parse_cell(feature: Feature, cell: str) -> object:
    """The value of one cell; many are sooner read by one parser."""
    return make_parser(feature)(cell)


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


def _find_words(words: Mapping[str, object]) -> Parser:
    """What a word stands for; the text where it is none of them, or may be several."""
    folded: dict[str, set[object]] = {}
    for word, value in words.items():
        folded.setdefault(fold_word(word), set()).add(value)
    alike = {word: values.pop() for word, values in folded.items() if len(values) == 1}

    def find(text: str) -> object:
        return words[text] if text in words else alike.get(fold_word(text), text)

    return find


def _parse_amount(feature: Number, text: str) -> object:
    number = _parse_number(text)
    amount = read_amount(feature, text) if isinstance(number, str) else None
    return number if amount is None else amount


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
