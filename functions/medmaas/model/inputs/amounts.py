"""Texts of a number and something beside become numbers in a feature's unit, or nothing.

A unit is read wherever it converts exactly to the feature's; marks of thousands, flags and bounds
only as the feature's `cells` say that the training data had them.
"""

import re
import unicodedata
from collections.abc import Iterator

from medmaas.facts import Fact
from medmaas.model.inputs.spelled import SpelledNumber, read_spelled
from medmaas.model.manifest import Cells, Number, ObservationSource
from medmaas.model.unit_spellings import find_unit
from medmaas.model.units import UnitError, convert_result

_PLAIN = Cells()
# a bound whose number cannot be read is one all the same
_BOUND = re.compile(r"(?:[<>]=?|=[<>]|[≤≥])\s*[0-9]+(?:[.,][0-9]+)?")
_COMMAS = re.compile(r"[+-]?[0-9]+(?:,[0-9]+)+(?:\.[0-9]+)?")


class NotedNumber(float):
    """A number, and what whoever reads the answer must know of how it was written."""

    __slots__ = ("fact",)

    def __new__(cls, value: float, fact: Fact) -> "NotedNumber":
        """A float that carries a fact."""
        number = super().__new__(cls, value)
        number.fact = fact
        return number

    fact: Fact


def read_amount(feature: Number, text: str) -> float | None:
    """The number of a text in a feature's unit, noted if it was converted.

    None where it is none that the feature takes, or only a bound.
    """
    spelled = read_spelled(text)
    if spelled is None or spelled.comparator:
        return None
    value = _convert(feature, spelled)
    if value is None or value == spelled.value:
        return value
    return NotedNumber(value, Fact("amount_converted", unit=feature.unit))


def read_limit(feature: Number, text: str) -> float | None:
    """The limit of a text that only bounds what was measured, where the model learned it so.

    None where the text is no bound, as <0.5 is one, or one that the training data had not.
    """
    spelled = read_spelled(text)
    if spelled is None or not spelled.comparator:
        return None
    limit = _convert(feature, spelled)
    if limit is None or not was_learned(feature, spelled.comparator, limit):
        return None
    return NotedNumber(limit, Fact("bound_read_as_limit"))


def is_bound(feature: Number, text: str) -> bool:
    """Whether a text only bounds what was measured: by a number in the feature's unit, or alone."""
    spelled = read_spelled(text)
    if spelled is not None and spelled.comparator and _convert(feature, spelled) is not None:
        return True
    return bool(_BOUND.fullmatch(unicodedata.normalize("NFKC", text).strip()))


def was_learned(feature: Number, comparator: str, limit: float) -> bool:
    """Whether a model learned values that are only known to lie beyond a limit as that limit."""
    cells = feature.cells or _PLAIN
    match comparator:
        case "<" | "<=":
            return cells.below is not None and limit <= cells.below
        case ">" | ">=":
            return cells.above is not None and limit >= cells.above
        case _:
            return False


def is_beside(suffix: str) -> bool:
    """Whether what stands behind a number is nothing, a unit, a flag, or a flag behind a unit."""
    unit, flag = split_flag(suffix)
    return not unit or find_unit(unit) is not None or (not flag and _is_flag(unit))


def has_comma(text: str) -> bool:
    """Whether a text begins with a number whose commas are decimal or separate thousands."""
    spelled = read_spelled(text)
    return bool(_COMMAS.fullmatch(text.strip())) or (spelled is not None and spelled.thousands)


def has_unit(text: str) -> bool:
    """Whether a text is a number with a unit behind it."""
    spelled = read_spelled(text)
    return spelled is not None and find_unit(split_flag(spelled.suffix)[0]) is not None


def _convert(feature: Number, spelled: SpelledNumber) -> float | None:
    """The number in the feature's unit; None where what is beside it is not read."""
    cells = feature.cells or _PLAIN
    if spelled.thousands and not cells.thousands:
        return None
    # L is litres, or low: one that may be either is neither
    values = {*_list_values(feature, spelled, flags=bool(cells.flags))}
    return values.pop() if len(values) == 1 else None


def _list_values(feature: Number, spelled: SpelledNumber, *, flags: bool) -> Iterator[float]:
    """What the number may be."""
    if not spelled.suffix or (flags and spelled.is_flagged):
        yield spelled.value
    unit, flag = split_flag(spelled.suffix)
    value = convert_unit(feature, spelled.value, unit) if unit and (flags or not flag) else None
    if value is not None:
        yield value


def split_flag(suffix: str) -> tuple[str, str]:
    """A unit, and the flag behind it if there is one."""
    match suffix.rsplit(maxsplit=1):
        case [unit, flag] if _is_flag(flag):
            return unit, flag
        case _:
            return suffix, ""


def _is_flag(text: str) -> bool:
    return SpelledNumber(0, suffix=text).is_flagged


def convert_unit(feature: Number, value: float, unit: str) -> float | None:
    """A value of a unit, as it was written, in a feature's unit; None where it does not convert."""
    if unit == feature.unit:
        return value
    code = find_unit(unit)
    # of what has no unit 45% may be 0.45 and 45
    if code is None or feature.unit == "1" or feature.unit.startswith("{"):
        return None
    source = feature.source if isinstance(feature.source, ObservationSource) else None
    try:
        return convert_result(value, code, feature.unit, source)
    except UnitError:
        return None
