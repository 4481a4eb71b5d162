"""Columns that say who somebody is rather than how they are.

Whole numbers that hardly repeat are no proof: platelets are such, too. They are an identifier if
the column is called so, if they count up, or if they are codes of many digits and one width.
"""

import re
import unicodedata
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from medmaas_training.tabular.own_columns import parse_numbers

_UNIQUE = 0.95
_DENSE = 2.0  # a counter takes at least every second number, or nearly
_STEP = 3  # or goes up by this much at most, down the file
_DIGITS = 7
_WHO = (
    "patient|patienten|subject|person|case|fall|record|row|sample|study|studien|hospital|encounter|"
    "visit|admission|proband|probanden|lfd|laufende"
)
_IDENTIFIER = re.compile(
    rf"(.*_)?(id|mrn|pid|uid|uuid|guid|ssn)|({_WHO})_?(id|no|nr|num|number|nummer|index|code)"
    r"|patient|subject|(first_?|last_?|sur)?name|nhs_?(no|nr|number)|dob|date_of_birth|birth_?date"
    r"|(vor|nach|familien)name|geburts(datum|tag)|(.*)?(编号|序号|号码|住院号|病历号|病案号|门诊号|身份证号?)"
    r"|[一-鿿]+_?(id|no)|(患者|病人)?姓名|出生(日期|年月日?)|(患者|病人)"
)
_KEEP = "keep: true in the .yaml beside the file keeps it"


def find_identifier(header: str, values: Iterable[object]) -> str | None:
    """Why a column looks like an identifier, from its name and its values [n].

    These are numbers or text, NaN for missing.
    """
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", header)).lower()
    if _IDENTIFIER.fullmatch(re.sub(r"\W+", "_", snake).strip("_")):
        return f"by its name it is an identifier; {_KEEP}"
    present = [value for value in values if value == value]  # noqa: PLR0124 - NaN is missing
    if len({*present}) <= _UNIQUE * len(present):
        return None
    are_words = any(isinstance(value, str) for value in present)
    numbers = parse_numbers(present) if are_words else np.array(present, dtype=np.float64)
    counted = np.isfinite(numbers)
    if counted.mean() < 0.5:
        return f"almost every row has another text, as identifiers do; {_KEEP}"
    if counted.all() and (numbers == np.floor(numbers)).all():
        if _counts(numbers):
            return f"its numbers count up, as identifiers do; {_KEEP}"
        if _is_code(numbers):
            return (
                f"almost every row has another number, all of as many "
                f"digits, as identifiers do; {_KEEP}"
            )
    return None


def _counts(numbers: NDArray[np.float64]) -> bool:
    """Whether numbers [n] take nearly every place of their range, or rise slowly down the file."""
    steps = np.diff(numbers)
    rises = bool((steps > 0).all()) and float(np.median(steps)) <= _STEP
    return rises or bool(np.ptp(numbers) < _DENSE * len(numbers))


def _is_code(numbers: NDArray[np.float64]) -> bool:
    digits = np.unique([len(f"{abs(number):.0f}") for number in numbers])
    return len(digits) == 1 and bool(digits[0] >= _DIGITS)
