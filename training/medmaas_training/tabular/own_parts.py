"""A number and what stands beside it in a cell, as far as that is a unit or a flag."""

import re
from dataclasses import dataclass

from medmaas.model.inputs.amounts import has_comma, split_flag
from medmaas.model.inputs.spelled import SpelledNumber, read_spelled
from medmaas.model.unit_spellings import find_unit

_LARGEST = 1e30
_SPACED = re.compile(r"[+-]?[0-9]{1,3}(?:[\s'’][0-9]{3})+(?:[.,][0-9]+)?")  # noqa: RUF001
_HAS_LETTER = re.compile(r"[^\W\d_]|%|°")
# a letter that follows at once may be a stage or a grade: 1a, 2A
_LEVELS = {*"abcdABCDN"}
_BRACKETS = re.compile(r".*?(?:\(([^()]*)\)|（([^（）]*)）|\[(.*)\])\s*")
_MINIMUM = "min"  # SBP (min) is the lowest, not minutes


@dataclass(frozen=True)
class Parts:
    """A number and what stands beside it.

    Attributes:
        number: as it was taken apart.
        unit: UCUM code of what follows it, if that is a unit.
        flagged: whether what follows is a laboratory's flag.
    """

    number: SpelledNumber
    unit: str | None = None
    flagged: bool = False


def read_parts(text: str, unit: str | None) -> Parts | None:
    """Take a text apart, in a column of a known unit or of none; None if it is no such number."""
    number = read_spelled(text)
    if number is None or number.value >= _LARGEST:
        return None
    suffix = number.suffix
    if not suffix:
        return Parts(number)
    if suffix in _LEVELS and suffix != unit and not text.removesuffix(suffix)[-1:].isspace():
        return None
    if number.is_flagged and suffix != unit:
        return Parts(number, flagged=True)
    written, flag = split_flag(suffix)
    code = find_unit(written)
    return Parts(number, code, flagged=bool(flag)) if code else None


def read_header_unit(header: str) -> str | None:
    """The unit in the brackets at a header's end, as in CRP (mg/L)."""
    match = _BRACKETS.fullmatch(header)
    text = next((group.strip() for group in match.groups() if group), "") if match else ""
    if text == _MINIMUM or (len(text) == 1 and text.isupper()):
        return None  # one letter names what is measured: Potassium (K)
    return find_unit(text) if _HAS_LETTER.search(text) else None


def is_misspelt(text: str) -> bool:
    """Whether it is a number with decimal commas, or blanks between digits."""
    return has_comma(text) or bool(_SPACED.fullmatch(text))
