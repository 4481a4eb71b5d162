"""Deletion and insertion (Petsiuk et al. 2018, arXiv:1806.07421), against other orders.

If attributions say what matters, taking away the parts that raised an answer most lowers it sooner
than taking them away at random does, and adding them to nothing raises it sooner. A rival is an
order that does not ask the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Check
from medmaas_training.assessment.reasons.games import Case
from medmaas_training.assessment.reasons.importance import estimate_mean

Floats = NDArray[np.float64]

_ORDERS = 8  # at random, per instance
SHARES = np.linspace(0, 1, 21)
DELETION, INSERTION = "deletion", "insertion"
MEASURE = "area between the curve and that of random order"


@dataclass(frozen=True)
class Paths:
    """What an answer is while its parts come or go, of n instances.

    Attributes:
        curves: by name, the answer at every one of SHARES of the parts that came or went, [n, 21].
        areas: by DELETION and INSERTION, how much sooner than at random the answer changes in the
            direction of the attributions, in the unit of the answer, [n].
    """

    curves: dict[str, Floats]
    areas: dict[str, Floats]


def walk_paths(
    cases: Sequence[Case], values: Sequence[Floats], targets: Sequence[int], *, seed: int
) -> Paths:
    """Walk from all parts to none and back, in the order of the attributions and in random ones.

    Args:
        cases: of two parts or more each.
        values: attributions of each, [parts].
        targets: which number of its answer they are of.
        seed: of the random orders.
    """
    draw = np.random.default_rng(seed)
    walked = [
        _walk(case, attributed, target, draw)
        for case, attributed, target in zip(cases, values, targets, strict=True)
    ]
    names = (DELETION, f"{DELETION}, random order", INSERTION, f"{INSERTION}, random order")
    curves = {name: np.stack([one[i] for one in walked]) for i, name in enumerate(names)}
    heights = {name: curve.mean(axis=1) for name, curve in curves.items()}
    return Paths(
        curves,
        {
            DELETION: heights[names[1]] - heights[names[0]],
            INSERTION: heights[names[2]] - heights[names[3]],
        },
    )


def check_paths(paths: Paths, *, of: str, seed: int) -> list[Check]:
    """How far the order of the attributions is ahead of chance; 0 would be chance."""
    against = "of the attributions, against random order"
    return [
        _check(areas, f"{name} in the order {against}", f"{MEASURE}, of {of}", seed)
        for name, areas in paths.areas.items()
    ]


def race(case: Case, values: Floats, rival: Floats, target: int) -> tuple[float, float]:
    """How far an order is ahead of a rival, in deletion and in insertion; 0 would be a draw.

    Args:
        case: the instance.
        values: attributions, [parts].
        rival: what the other order goes by, the highest first, [parts].
        target: which number of its answer they are of.
    """
    own, other = (np.argsort(-one, kind="stable") for one in (values, rival))
    orders = np.stack([own, other, own[::-1], other[::-1]])
    steps = np.unique(np.rint(SHARES * len(values)).astype(int))
    first, rivals_first, last, rivals_last = _add(case, orders, target, steps).mean(axis=1)
    return float(rivals_last - last), float(first - rivals_first)


def check_race(gains: Floats, own: str, rival: str, *, of: str, seed: int) -> tuple[Check, ...]:
    """What one order gained over the other, on average.

    Args:
        gains: of each instance, in deletion and in insertion, [n, 2].
        own: what the one order goes by, as in `of the heat map`.
        rival: the other order.
        of: which number of the answer was looked at.
        seed: of the resampling.
    """
    measure = f"area between the two curves, of {of}"
    return tuple(
        _check(gained, f"{name} in the order {own}, against {rival}", measure, seed)
        for name, gained in zip((DELETION, INSERTION), gains.T, strict=True)
    )


def _check(values: Floats, what: str, measure: str, seed: int) -> Check:
    mean = estimate_mean(values, seed)
    return Check(
        check=what,
        measure=measure,
        n=len(values),
        value=mean.value,
        low=mean.low,
        high=mean.high,
    )


def _walk(
    case: Case, values: Floats, target: int, draw: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Deletion, the same at random, insertion, the same at random, at SHARES."""
    players = len(case.parts)
    by_value = np.argsort(-values, kind="stable")
    at_random = [draw.permutation(players) for _ in range(_ORDERS)]
    orders = np.stack([by_value, by_value[::-1], *at_random])
    added = _add(case, orders, target, np.arange(players + 1))
    gone = added[:, ::-1]  # what comes last in one order is the first to go in the other
    return gone[1], gone[2:].mean(axis=0), added[0], added[2:].mean(axis=0)


def _add(case: Case, orders: NDArray[np.intp], target: int, steps: NDArray[np.int64]) -> Floats:
    """The answer at SHARES of the parts that came, in each of the orders, [orders, 21].

    Args:
        case: the instance.
        orders: of its parts, [orders, parts].
        target: which number of its answer is looked at.
        steps: after how many parts it is asked for.
    """
    players = len(case.parts)
    arrival = np.argsort(orders, axis=1)[:, None, :]
    come = arrival < steps[:, None]  # [orders, steps, players]
    worth = case.weigh(case.game(come.reshape(-1, players)), target).reshape(come.shape[:2])
    return np.stack([np.interp(SHARES, steps / players, one) for one in worth])
