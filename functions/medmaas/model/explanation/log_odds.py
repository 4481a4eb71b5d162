"""What a picture's map is measured in: log-odds, where the answer is a probability.

A probability near 1 hardly moves, whatever is hidden; its log-odds do.
"""

import numpy as np

from medmaas.facts import Fact
from medmaas.model.columns import Floats
from medmaas.model.explanation.drivers import name_amount
from medmaas.model.targets import Targets

_NOTICED = 0.05  # log-odds: a twentieth more or less in the odds
LEAST = 1e-12  # a smaller probability counts as this, and nothing is beyond 27.6 either way


def weigh(targets: Targets, answers: Floats, position: int) -> Floats:
    """How far answers [n, targets] are in favour of one of the targets, [n].

    For a label that excludes the others, the logarithm of its probability over theirs together,
    which tells how certain it is where 1 less the probability has no digits left; for any other
    probability that of it over its opposite; a value as it is.
    """
    level = answers[:, position]
    if not targets.targets[position].is_probability:
        return level
    if targets.exclude_each_other:
        against = np.delete(answers, position, axis=1).sum(axis=1)
    else:
        against = 1 - level
    odds: Floats = np.log(np.maximum(level, LEAST)) - np.log(np.maximum(against, LEAST))
    return odds


def name_measure(targets: Targets, position: int) -> Fact:
    """What the numbers of `weigh` are."""
    target = targets.targets[position]
    if not target.is_probability:
        return Fact("in_unit_of_answer", unit=target.unit)
    code = "log_odds_against_others" if targets.exclude_each_other else "log_odds_against_opposite"
    return Fact(code, least=LEAST)


def name_difference(targets: Targets, position: int, amount: float) -> Fact | None:
    """How much a difference of what `weigh` gives is, in words; None if it is not worth them."""
    target = targets.targets[position]
    if not target.is_probability:
        return name_amount(target, amount) if amount else None
    if abs(amount) < _NOTICED:
        return None
    factor = float(f"{np.exp(abs(amount)):.2g}")
    return Fact("in_log_odds", value=float(f"{abs(amount):.2g}"), factor=factor)
