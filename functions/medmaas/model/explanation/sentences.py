"""Every sentence of an explanation: probabilities in points, days or years, and units."""

from collections.abc import Sequence
from math import isnan

import numpy as np

from medmaas.model.explanation.targets import Target
from medmaas.model.manifest import Boolean, Choice, Feature

_MOST_NAMED = 3
_WORTH_NAMING = 0.1  # of the largest
_WHOLE_POINT = 0.95
_YEAR = 365.25
_DAY = "d"
_LEAST_POINTS = 0.05  # what is shown as 0.1
_LEAST_DAYS = 0.5
_LARGE = 1000


def write_number(number: float) -> str:
    """At most four digits: 81, 6.1, 0.02; 12,345 above a thousand."""
    return f"{number:,.0f}" if abs(number) >= _LARGE else f"{number:.4g}"


def write_value(feature: Feature, number: float) -> str:
    """What a tensor holds of a feature, with its unit: 81 a, M, yes, missing."""
    if isnan(number):
        return "missing"
    match feature:
        case Choice(choices=choices):
            return choices[int(number)]
        case Boolean():
            return "yes" if number else "no"
        case _:
            return _add_unit(write_number(number), feature.unit)


def read_value(feature: Feature, number: float) -> float | str | bool | None:
    """What a tensor holds of a feature, as an instance would."""
    if isnan(number):
        return None
    match feature:
        case Choice(choices=choices):
            return choices[int(number)]
        case Boolean():
            return bool(number)
        case _:
            return float(str(np.float32(number)))  # 6.1, not 6.099999904632568


def write_amount(target: Target, amount: float) -> str:
    """By how much a number moves: 14 points, 0.4 points, 90 days, 2.5 years, 0.31 mg/dL."""
    if target.is_probability:
        points = abs(amount) * 100
        shown = f"{points:.0f}" if points >= _WHOLE_POINT else f"{points:.1f}"
        return "1 point" if shown == "1" else f"{shown} points"
    if target.unit == _DAY:
        return _write_days(abs(amount))
    return _add_unit(f"{abs(amount):.2g}", target.unit)


def write_level(target: Target, level: float) -> str:
    """How high a number is: 9.8 %, 90 days, 0.31 mg/dL."""
    if target.is_probability:
        return f"{level * 100:.3g} %"
    if target.unit == _DAY:
        return _write_days(level)
    return _add_unit(f"{level:.3g}", target.unit)


def write_drivers(target: Target, parts: Sequence[tuple[str, float]], against: str) -> str:
    """What drove one number, the largest first, three parts at most.

    As in: age 81 a raises 5-year risk by 14 points against the average patient; kappa 6.1 mg/dL by
    5 points.

    Args:
        target: the number.
        parts: what each is called and what it contributed, in any order.
        against: what the contributions are measured from.
    """
    largest = sorted(parts, key=lambda part: -abs(part[1]))
    if not largest or abs(largest[0][1]) < _find_least(target):
        return f"nothing moves {target.words} noticeably against {against}"
    (name, amount), *others = largest[:_MOST_NAMED]
    verb = _choose_verb(amount)
    said = [f"{name} {verb} {target.words} by {write_amount(target, amount)} against {against}"]
    least = max(abs(amount) * _WORTH_NAMING, _find_least(target))
    for name, amount in others:
        if abs(amount) >= least:
            turn = "" if _choose_verb(amount) == verb else f" {_choose_verb(amount)} it"
            verb = _choose_verb(amount)
            said.append(f"{name}{turn} by {write_amount(target, amount)}")
    return "; ".join(said)


def _choose_verb(amount: float) -> str:
    return "raises" if amount > 0 else "lowers"


def _find_least(target: Target) -> float:
    """The smallest contribution that is not shown as nothing."""
    if target.is_probability:
        return _LEAST_POINTS / 100
    return _LEAST_DAYS if target.unit == _DAY else float(np.finfo(float).tiny)


def _write_days(days: float) -> str:
    if days >= 2 * _YEAR:
        return f"{days / _YEAR:.1f} years"
    shown = f"{days:.0f}"
    return "1 day" if shown == "1" else f"{shown} days"


def _add_unit(number: str, unit: str) -> str:
    return number if unit == "1" else f"{number} {unit}"
