"""Quantities from one UCUM code to another, exactly: https://ucum.org.

The part of UCUM that laboratory results are reported in; a code beyond it is refused rather than
guessed. Numbers are fractions, so that 12.3 mg/L is 1.23 mg/dL and not 1.2300000000000002.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache

from medmaas.facts import Fact
from medmaas.model.manifest import ObservationSource

Dimensions = tuple[tuple[str, int], ...]
Unit = tuple[Fraction, Dimensions]

_PREFIXES = {
    "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15,
}  # fmt: skip
_DAY = 24 * 3600
_PRESSURE = {"g": 1, "m": -1, "s": -2}
_ENERGY = {"g": 1, "m": 2, "s": -2}
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
    "kat": (Fraction(60_000_000), {"U": 1}),  # mol/s, where U is umol/min
    "eq": (Fraction(1), {"mol": 1}),  # of one charge
    "osm": (Fraction(1), {"mol": 1}),
    "V": (Fraction(1), {"V": 1}),
    "Hz": (Fraction(1), {"s": -1}),
    "Pa": (Fraction(1000), _PRESSURE),
    "bar": (Fraction(10**8), _PRESSURE),
    "m[Hg]": (Fraction(133_322_387_415, 1000), _PRESSURE),
    "m[H2O]": (Fraction(9_806_650), _PRESSURE),
    "J": (Fraction(1000), _ENERGY),
    "cal": (Fraction(4184), _ENERGY),
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
    "[ft_i]": (Fraction(3048, 10000), {"m": 1}),
    "[lb_av]": (Fraction(45359237, 100000), {"g": 1}),
    "[oz_av]": (Fraction(45359237, 1600000), {"g": 1}),
    "[pH]": (Fraction(1), {"[pH]": 1}),
    "deg": (Fraction(1), {"deg": 1}),  # no fraction makes radians of degrees
    "rad": (Fraction(1), {"rad": 1}),
} | {  # of a procedure alone: nothing converts to them
    unit: (Fraction(1), {unit: 1})
    for unit in ("[arb'U]", "[USP'U]", "[CFU]", "[GPL'U]", "[MPL'U]", "[APL'U]", "[AU]")
}
# degrees count from another zero: kelvin = value x factor + offset; never part of a product
_SCALES = {
    "K": (Fraction(1), Fraction(0)),
    "Cel": (Fraction(1), Fraction("273.15")),
    "[degF]": (Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
}
# what is written in braces means nothing to UCUM; these are other quantities all the same
_MEANT = {"1.73": "{1.73_m2}", "FEU": "{FEU}", "DDU": "{DDU}", "D-DU": "{DDU}"}
_USUAL = (
    "g/L", "g/dL", "mg/L", "mg/dL", "ug/mL", "ug/L", "ng/mL", "mol/L", "mmol/L", "umol/L", "nmol/L",
    "10*9/L", "10*3/uL", "/uL", "kg", "g", "[lb_av]", "m", "cm", "[in_i]", "U/L",
)  # fmt: skip
_LARGEST = 10_000  # a unit further off than this factor is one that nobody types a value in
_LONGEST = 64
_TOKEN = re.compile(
    r"([()./]|10[*^][+-]?\d{1,2}|\d{1,9}(?![*^])"
    r"|[A-Za-z%]+(?:\[[A-Za-z0-9_']+\])?|\[[A-Za-z0-9_']+\])((?<![()./])[+-]?\d)?"
)
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_ALONE = re.compile(r"(^|[./])\{[^{}]*\}")  # stands for 1, as in {score} and /{field}


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

    Returns:
        The value itself where the codes are the same, whatever they are. A share of amounts
        (mmol/mol) is no share of masses or cells (%), although both are numbers without a unit.

    Raises:
        UnitError: a code is unknown here, or they measure different things.
    """
    if code == to:
        return value
    if code in _SCALES and to in _SCALES:
        (factor, zero), (target, other) = _SCALES[code], _SCALES[to]
        return float((Fraction(repr(value)) * factor + zero - other) / target)
    factor = _find_factor(code, to, molar_mass)
    try:
        return float(Fraction(repr(value)) * factor)
    except OverflowError:
        raise _unknown() from None


def convert_result(value: float, code: str, to: str, source: ObservationSource | None) -> float:
    """A laboratory result in the unit of a feature: as `convert`, and by formulas of its source.

    Args:
        value: as it was measured.
        code: UCUM code of its unit.
        to: UCUM code of the unit that is wanted.
        source: says how amounts become masses, and by which formulas else.

    Raises:
        UnitError: a code is unknown here, or nothing converts them.
    """
    for formula in source.formulas if source else ():
        if code == formula.unit:
            return value * formula.factor + formula.offset
    return convert(value, code, to, source.molar_mass if source else None)


def is_unit(code: str) -> bool:
    """Whether it is a UCUM code that is known here."""
    try:
        return code in _SCALES or bool(_parse(code))
    except UnitError:
        return False


def contradict(code: str, other: str) -> bool:
    """Whether two known UCUM codes cannot be of the same value: 10*3/uL and 10*9/L can be.

    Many write U and [IU] for each other, or leave away what stands in braces: that is let pass.
    """
    if {code, other} & _SCALES.keys():
        return code != other
    (factor, dimensions), (size, others) = _parse(code), _parse(other)
    return factor != size or _strip(dimensions) != _strip(others)


def _strip(dimensions: Dimensions) -> set[tuple[str, int]]:
    return {("U" if n == "[IU]" else n, p) for n, p in dimensions if not n.startswith("{")}


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


@lru_cache(512)
def _parse(code: str) -> Unit:
    if not code or len(code) > _LONGEST:
        raise _unknown()
    factor, counted, amounts = Fraction(1), Counter[str](), set[bool]()
    for symbol, power in _list_terms(_ANNOTATION.sub("", _ALONE.sub(r"\g<1>1", code))):
        size, dimensions = _read(symbol)
        factor *= size**power
        for name, exponent in dimensions.items():
            counted[name] += exponent * power
            if name == "mol":
                amounts.add(exponent * power > 0)
    if len(amounts) > 1 and not counted["mol"]:
        counted["mol/mol"] = 1
    counted.update(_read_annotations(code))
    return factor, _sort(counted)


def _list_terms(text: str) -> Iterator[tuple[str, int]]:
    """Every unit with its power, below 0 behind a slash."""
    divided, expects_unit, position = False, True, 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _unknown()
        symbol, position = token.group(1), token.end()
        if symbol in {".", "/"}:
            if expects_unit and position > 1:
                raise _unknown()
            divided, expects_unit = symbol == "/", True
        elif expects_unit:
            yield symbol, int(token.group(2) or 1) * (-1 if divided else 1)
            expects_unit = False
        else:
            raise _unknown()
    if expects_unit:  # an operator has nothing behind it
        raise _unknown()


def _read_annotations(code: str) -> Counter[str]:
    """What annotations say that is another quantity."""
    found = " ".join(_ANNOTATION.findall(code)).upper()
    return Counter({unit for mark, unit in _MEANT.items() if mark in found})


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
