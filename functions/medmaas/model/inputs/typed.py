"""One number as a person types it into a field: `31,4`, `118 µmol/L H`, `<5`, `1 234`.

A file tells by its other cells which mark its decimals have. A field holds one value, so that a
comma that may be either is asked about, and never guessed.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from medmaas.facts import Fact
from medmaas.model.inputs.amounts import convert_unit, split_flag
from medmaas.model.inputs.features import make_reader
from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.inputs.spelled import SpelledNumber, read_spelled
from medmaas.model.manifest import Number, ObservationSource
from medmaas.model.unit_spellings import find_unit
from medmaas.model.units import contradict, list_units

MOST_CHARACTERS = 64

_WIDE = range(0xFF01, 0xFF5F)  # the signs of ASCII as Chinese keyboards write them
_TO_ASCII = _WIDE[0] - ord("!")
_MINUS = "\u2212"
_BLANK_THOUSANDS = re.compile(r"(?<![0-9.,])([0-9]{1,3}(?:[\s'’][0-9]{3})+)(?![0-9*^⁰¹²³⁴⁵⁶⁷⁸⁹])")  # noqa: RUF001 - an apostrophe of Swiss hand
_FIRST = re.compile(r"(?P<before>\D*?[+-]?)(?P<number>[0-9][0-9.,]*)(?P<after>.*)")
_EITHER = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_POINTS_THEN_COMMA = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
_SEVERAL_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_COMMA = re.compile(r"[0-9]+,[0-9]+")


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """What was typed.

    Attributes:
        number: as it stands; None if it cannot be told, or not be used.
        unit: UCUM code of what stood behind it, one that a value may come in; None if none did.
        comparator: <, <=, > or >=, if only a limit is known.
        choices: the numbers that it may be, if it may be two.
        note: what becomes of it, where that is not plain.
        problem: why it cannot be used.
    """

    number: float | None = None
    unit: str | None = None
    comparator: str | None = None
    choices: Sequence[float] = ()
    note: Fact | None = None
    problem: Fact | None = None


def read_typed(feature: Number, text: str) -> TypedNumber:
    """The number of a text, and all that a person must know of how it was read."""
    written, is_either = _write_plainly(_fold(text).strip())
    spelled = read_spelled(written)
    if spelled is None:
        return TypedNumber(problem=Fact("not_a_number", **_limit(feature)))
    unit, _ = split_flag(spelled.suffix)
    if spelled.is_flagged:
        if find_unit(unit) and convert_unit(feature, spelled.value, unit) is not None:
            return TypedNumber(
                problem=Fact("number_in_other_unit", **_limit(feature))
            )  # litres, or low
        unit = ""
    read = _read_unit(feature, spelled, unit)
    if not is_either or read.number is None or spelled.decimal is None:
        return read
    choices = (spelled.decimal, spelled.value)
    problem = Fact("number_with_comma", **_limit(feature))
    return replace(read, number=None, choices=choices, note=None, problem=problem)


def _read_unit(feature: Number, spelled: SpelledNumber, written: str) -> TypedNumber:
    number, unit, note = spelled.value, None, None
    if written:
        value = convert_unit(feature, number, written)
        if value is None:
            return TypedNumber(problem=Fact("number_in_other_unit", **_limit(feature)))
        unit = _find_offered(feature, written)
        if unit is None:
            number, unit = value, feature.unit
            note = Fact("amount_converted", unit=feature.unit)
    if not spelled.comparator:
        return TypedNumber(number, unit, note=note)
    bound = f"{spelled.comparator}{number!r}"
    if feature.unit != "1":
        bound += f" {unit or feature.unit}"
    note, problem = _judge_bound(feature, bound)
    return TypedNumber(number, unit, spelled.comparator, note=note, problem=problem)


def _judge_bound(feature: Number, text: str) -> tuple[Fact | None, Fact | None]:
    """What a reader of instances says of a bound, and what it refuses it for."""
    reader = make_reader(feature)
    try:
        return next(iter(reader.list_warnings(reader.read(text))), None), None
    except InvalidValueError as error:
        if reader.bounded and error.fact.code == "value_is_bound":
            return reader.bounded, None
        return None, error.fact


def _find_offered(feature: Number, written: str) -> str | None:
    """The unit among those that a value is offered in: itself, or one of the same size."""
    source = feature.source if isinstance(feature.source, ObservationSource) else None
    offered = list_units(feature.unit, source.molar_mass if source else None)
    code = written if written in offered else find_unit(written)
    if code is None or code in offered:
        return code
    return next((one for one in offered if not contradict(code, one)), None)


def _fold(text: str) -> str:
    """Digits of every script, and the signs of wide keyboards, in ASCII; powers stay."""
    return "".join(map(_fold_sign, text)).replace(_MINUS, "-")


def _fold_sign(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    return chr(ord(sign) - _TO_ASCII) if ord(sign) in _WIDE else sign


def _write_plainly(text: str) -> tuple[str, bool]:
    """The text with a decimal point and without marks of thousands; whether its comma is either."""
    joined = _BLANK_THOUSANDS.sub(lambda one: re.sub(r"[\s'’]", "", one[0]), text, count=1)  # noqa: RUF001
    match = _FIRST.fullmatch(joined)
    if match is None:
        return joined, False
    number = match["number"]
    if _EITHER.fullmatch(number) and joined == text:
        return joined, True
    if _POINTS_THEN_COMMA.fullmatch(number):
        number = number.replace(".", "").replace(",", ".")
    elif _SEVERAL_POINTS.fullmatch(number):
        number = number.replace(".", "")
    elif _COMMA.fullmatch(number):
        number = number.replace(",", ".")
    return f"{match['before']}{number}{match['after']}", False


def _limit(feature: Number) -> dict[str, Any]:
    hard = feature.hard_range
    return {"low": hard.low, "high": hard.high, "unit": feature.unit}
