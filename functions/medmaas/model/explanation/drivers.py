"""What an explanation says, in parts: probabilities in points, days or years, values with units."""

from collections.abc import Sequence
from math import isnan

import numpy as np

from medmaas.facts import Fact
from medmaas.model.manifest import Boolean, Choice, Feature
from medmaas.model.targets import Target
from medmaas.model.years import DAYS_PER_YEAR

_MOST_NAMED = 3
_WORTH_NAMING = 0.1  # of the largest
_WHOLE_POINT = 0.95
_DAY = "d"
_LEAST_POINTS = 0.05  # what is shown as 0.1
_LEAST_DAYS = 0.5


def name_value(feature: Feature, number: float) -> Fact | str:
    """What a tensor holds of a feature, with its unit: 81 a, M, yes, missing."""
    if isnan(number):
        return Fact("value_missing")
    match feature:
        case Choice(choices=choices):
            return choices[int(number)]
        case Boolean():
            return Fact("yes" if number else "no")
        case _:
            return Fact("value", value=read_value(feature, number), unit=feature.unit)


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


def name_amount(target: Target, amount: float) -> Fact:
    """By how much a number moves: 14 points, 0.4 points, 90 days, 2.5 years, 0.31 mg/dL."""
    if target.is_probability:
        points = abs(amount) * 100
        decimals = 0 if points >= _WHOLE_POINT else 1
        return Fact("points", count=round(points, decimals))
    if target.unit == _DAY:
        return _name_days(abs(amount))
    return Fact("quantity", value=_round_digits(abs(amount), 2), unit=target.unit)


def name_level(target: Target, level: float) -> Fact:
    """How high a number is: 9.8 %, 90 days, 0.31 mg/dL."""
    if target.is_probability:
        return Fact("percentage", value=_round_digits(level * 100, 3))
    if target.unit == _DAY:
        return _name_days(level)
    return Fact("quantity", value=_round_digits(level, 3), unit=target.unit)


def name_drivers(target: Target, parts: Sequence[tuple[Fact | str, float]], against: Fact) -> Fact:
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
        return Fact("nothing_moves", target=target.words, against=against)
    (name, amount), *others = largest[:_MOST_NAMED]
    verb = _choose_verb(amount)
    clauses = [
        Fact(
            verb,
            part=name,
            target=target.words,
            amount=name_amount(target, amount),
            against=against,
        )
    ]
    least = max(abs(amount) * _WORTH_NAMING, _find_least(target))
    for name, amount in others:
        if abs(amount) >= least:
            turns = _choose_verb(amount) != verb
            verb = _choose_verb(amount)
            code = f"{verb}_it" if turns else f"{verb}_too"
            clauses.append(Fact(code, part=name, amount=name_amount(target, amount)))
    return Fact("clauses", clauses=clauses)


def _choose_verb(amount: float) -> str:
    return "raises" if amount > 0 else "lowers"


def _find_least(target: Target) -> float:
    """The smallest contribution that is not shown as nothing."""
    if target.is_probability:
        return _LEAST_POINTS / 100
    return _LEAST_DAYS if target.unit == _DAY else float(np.finfo(float).tiny)


def _name_days(days: float) -> Fact:
    if days >= 2 * DAYS_PER_YEAR:
        return Fact("years", years=round(days / DAYS_PER_YEAR, 1))
    return Fact("days", count=round(days))


def _round_digits(number: float, digits: int) -> float:
    return float(f"{number:.{digits}g}")
