"""Quantities from one UCUM code to another, exactly: https://ucum.org.

The part of UCUM that laboratory results are reported in; a code beyond it is refused rather than
guessed. Numbers are fractions, so that 12.3 mg/L is 1.23 mg/dL and not 1.2300000000000002.
"""

import re
from collections import Counter
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache

from medmaas.facts import Fact

Dimensions = tuple[tuple[str, int], ...]
Unit = tuple[Fraction, Dimensions]

_PREFIXES = {
    "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15,
}  # fmt: skip
_DAY = 24 * 3600
_METRIC: dict[str, tuple[Fraction, dict[str, int]]] = {
    "g": (Fraction(1), {"g": 1}),
    "m": (Fraction(1), {"m": 1}),
    "s": (Fraction(1), {"s": 1}),
    "mol": (Fraction(1), {"mol": 1}),
    "L": (Fraction(1, 1000), {"m": 3}),
    "l": (Fraction(1, 1000), {"m": 3}),
    "U": (Fraction(1), {"U": 1}),
    "[IU]": (Fraction(1), {"[IU]": 1}),
    "[iU]": (Fraction(1), {"[IU]": 1}),
}
_OTHERS: dict[str, tuple[Fraction, dict[str, int]]] = {
    "%": (Fraction(1, 100), {}),
    "min": (Fraction(60), {"s": 1}),
    "h": (Fraction(3600), {"s": 1}),
    "d": (Fraction(_DAY), {"s": 1}),
    "wk": (Fraction(7 * _DAY), {"s": 1}),
    "mo": (Fraction(1461, 48) * _DAY, {"s": 1}),
    "a": (Fraction(1461, 4) * _DAY, {"s": 1}),
    "[in_i]": (Fraction(254, 10000), {"m": 1}),
    "[lb_av]": (Fraction(45359237, 100000), {"g": 1}),
}
# no UCUM, where K is kelvin, but what record systems send in the place of its code
_ALIASES = {"K/uL": "10*3/uL"}
_USUAL = (
    "g/L", "g/dL", "mg/L", "mg/dL", "ug/mL", "ug/L", "ng/mL", "mol/L", "mmol/L", "umol/L", "nmol/L",
    "10*9/L", "10*3/uL", "/uL", "kg", "g", "[lb_av]", "m", "cm", "[in_i]", "U/L",
)  # fmt: skip
_LARGEST = 10_000  # a unit further off than this factor is one that nobody types a value in
_LONGEST = 64
_TOKEN = re.compile(
    r"(10[*^][+-]?\d{1,2}|\d{1,9}(?![*^])|[()./]|[A-Za-z%]+(?:\[[A-Za-z_]+\])?|\[[A-Za-z_]+\])([+-]?\d)?"
)
_ANNOTATION = re.compile(r"\{[^{}]*\}")


class UnitError(ValueError):
    """A code cannot be read, or not be converted; `fact` says what would do, not what was sent."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        super().__init__(fact.code)


def convert(value: float, code: str, to: str, molar_mass: float | None = None) -> float:
    """A value in another unit.

    Args:
        value: as it was measured.
        code: UCUM code of its unit.
        to: UCUM code of the unit that is wanted.
        molar_mass: of the substance in g/mol, between amounts and masses.

    Raises:
        UnitError: a code is unknown here, or they measure different things.
    """
    factor = _find_factor(code, to, molar_mass)
    try:
        return float(Fraction(repr(value)) * factor)
    except OverflowError:
        raise _unknown() from None


def list_units(code: str, molar_mass: float | None = None) -> dict[str, float]:
    """The usual units of laboratories and scales that a value may come in.

    Args:
        code: UCUM code of the unit that is wanted.
        molar_mass: of the substance in g/mol, between amounts and masses.

    Returns:
        What a value is multiplied by to be in the wanted unit, by the UCUM code of its own: the
        wanted unit itself first.
    """
    factors = {code: Fraction(1)}
    for usual in _USUAL:
        with suppress(UnitError):
            factors.setdefault(usual, _find_factor(usual, code, molar_mass))
    near = Fraction(1, _LARGEST), Fraction(_LARGEST)
    return {unit: float(f) for unit, f in factors.items() if near[0] <= f <= near[1]}


@lru_cache(512)
def _find_factor(code: str, to: str, molar_mass: float | None) -> Fraction:
    (factor, dimensions), (target, wanted) = _parse(code), _parse(to)
    if dimensions == wanted:
        return factor / target
    if molar_mass is not None:
        grams = Fraction(repr(molar_mass))
        if _replace(dimensions, "mol", "g") == wanted:
            return factor * grams / target
        if _replace(dimensions, "g", "mol") == wanted:
            return factor / grams / target
    raise UnitError(Fact("inconvertible_unit", to=to))


def _replace(dimensions: Dimensions, old: str, new: str) -> Dimensions | None:
    counted = Counter(dict(dimensions))
    if counted.pop(old, 0) != 1:
        return None
    counted[new] += 1
    return _sort(counted)


def _sort(counted: Counter[str]) -> Dimensions:
    return tuple(sorted((name, power) for name, power in counted.items() if power))


def _parse(code: str) -> Unit:
    text = _ANNOTATION.sub("", _ALIASES.get(code, code))
    if not code or len(code) > _LONGEST:
        raise _unknown()
    factor, counted, divided = Fraction(1), Counter[str](), False
    expects_unit, position = True, 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _unknown()
        symbol, position = token.group(1), token.end()
        if symbol in {".", "/"}:
            if token.group(2) or (expects_unit and position > 1):
                raise _unknown()
            divided, expects_unit = symbol == "/", True
            continue
        if not expects_unit:
            raise _unknown()
        size, dimensions = _read(symbol)
        power = int(token.group(2) or 1) * (-1 if divided else 1)
        factor *= size**power
        for name, exponent in dimensions.items():
            counted[name] += exponent * power
        expects_unit = False
    # an annotation alone, as {score} or /{field}, is 1; otherwise an operator has nothing behind it
    if expects_unit and text not in {"", "/"}:
        raise _unknown()
    return factor, _sort(counted)


def _read(symbol: str) -> tuple[Fraction, dict[str, int]]:
    if symbol.isdecimal() and symbol.strip("0"):
        return Fraction(symbol), {}
    if symbol[:3] in {"10*", "10^"}:
        return Fraction(10) ** int(symbol[3:]), {}
    known = _OTHERS.get(symbol) or _METRIC.get(symbol)
    if known:
        return known
    for length in (1, 2):
        prefix, atom = symbol[:length], symbol[length:]
        if prefix in _PREFIXES and atom in _METRIC:
            size, dimensions = _METRIC[atom]
            return size * Fraction(10) ** _PREFIXES[prefix], dimensions
    raise _unknown()


def _unknown() -> UnitError:
    return UnitError(Fact("unknown_unit"))
