"""Shapley values of any game: what every player brought, fairly shared out.

Exact where few play (Shapley 1953), else by paired permutations (Mitchell et al. 2022, Sampling
permutations for Shapley value estimation, JMLR 23).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from medmaas.model.explanation.budget import Budget, OutOfTimeError

Floats = NDArray[np.float64]
Coalitions = NDArray[np.bool_]
Game = Callable[[Coalitions], Floats]
"""Coalitions [m, players], True for who plays, to their worth [m, targets]."""
Tolerance = float | Floats | Callable[[Floats], Floats]

MOST_EXACT = 12  # players: 4,096 coalitions
MOST_PAIRS = 4096
FEWEST_PAIRS = 2  # one has no spread
_FEWEST_SAMPLED = 2  # players: one alone brings everything
_PAIRS_AT_ONCE = 8  # and before the first look at the errors, which are rough with fewer
_AT_ONCE = 512  # coalitions
_MOST_CELLS = 2**22  # coalitions x players that are held at once
_FIRST = 8  # coalitions, to learn how long they take
_PACE = 0.02  # seconds between two looks at the budget


@dataclass(frozen=True, slots=True)
class Attribution:
    """What every player brought.

    Attributes:
        values: [players, targets]; their sums are prediction - baseline.
        errors: standard errors [players, targets], None if the values are exact.
        baseline: [targets], what nobody is worth.
        prediction: [targets], what all together are worth.
        coalitions: how many were played.
        complete: False if the time ran out before the errors were small enough.
    """

    values: Floats
    errors: Floats | None
    baseline: Floats
    prediction: Floats
    coalitions: int
    complete: bool


def attribute(
    game: Game,
    players: int,
    *,
    tolerance: Tolerance,
    budget: Budget,
    seed: int = 0,
    most_pairs: int = MOST_PAIRS,
) -> Attribution:
    """Shapley values, exact for at most `MOST_EXACT` players if there is time for it.

    And if that plays no more coalitions than sampling ever would.

    Args:
        game: what coalitions are worth.
        players: how many play.
        tolerance: sampling ends when every standard error is within it; one number, or one per
            target, or what makes these of the worth of nobody and of all [2, targets].
        budget: sampling ends when it is spent, or when the game says so.
        seed: of the permutations; without a limit of time the same seed gives the same values.
        most_pairs: of permutations, after which sampling ends too.

    Raises:
        OutOfTimeError: there was no time for two pairs, the fewest that tell an error.
    """
    if players <= MOST_EXACT and 2**players <= 2 * players * most_pairs:
        worth = _play_all(game, players, budget)
        if worth is not None:
            return Attribution(
                _share_out(worth, players), None, worth[0], worth[-1], len(worth), complete=True
            )
    if players < _FEWEST_SAMPLED:
        raise OutOfTimeError
    return _sample(game, players, tolerance, budget, seed=seed, most_pairs=most_pairs)


def cut(count: int, most: int) -> list[range]:
    """Positions from 0, in at most so many runs of neighbours."""
    size = max(-(-count // most), 1)
    return [range(i, min(i + size, count)) for i in range(0, count, size)]


def reveal(coalitions: Coalitions, owner: NDArray[np.intp]) -> NDArray[np.bool_]:
    """What is there when these play, [m, *owner.shape].

    Args:
        coalitions: [m, players].
        owner: of each cell; one beyond the players owns what is always there.
    """
    everybody = np.ones((len(coalitions), 1), bool)
    present: NDArray[np.bool_] = np.concatenate([coalitions, everybody], axis=1)[:, owner]
    return present


@cache
def _list_coalitions(players: int) -> Coalitions:
    """All of them, [2^players, players]: coalition number c holds player i if bit i of c is set."""
    codes = np.arange(2**players)[:, None]
    coalitions: Coalitions = (codes >> np.arange(players)) & 1 == 1
    coalitions.setflags(write=False)
    return coalitions


@cache
def _weigh(players: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Per player the coalitions without it, the same with it, and their weights.

    All [players, 2^(players - 1)]; a coalition of s others weighs s! (players - s - 1)! / players!.
    """
    coalitions = _list_coalitions(players)
    without = np.stack([np.flatnonzero(~coalitions[:, i]) for i in range(players)])
    by_size = [factorial(s) * factorial(players - s - 1) for s in range(players)]
    weights = np.array(by_size)[coalitions.sum(axis=1)[without]] / factorial(players)
    return without, without + 2 ** np.arange(players)[:, None], weights


def _share_out(worth: Floats, players: int) -> Floats:
    if not players:
        return np.empty((0, worth.shape[1]))
    without, with_, weights = _weigh(players)
    # differences first: a player that never changes anything has exactly 0
    brought = worth[with_] - worth[without]
    shares: Floats = np.matmul(weights[:, None, :], brought)[:, 0]
    return shares


def _play_all(game: Game, players: int, budget: Budget) -> Floats | None:
    """The worth of all coalitions; None if that would take more time than there is."""
    coalitions = _list_coalitions(players)
    if budget.seconds is None:
        chunks = range(0, len(coalitions), _AT_ONCE)
        return np.concatenate([game(coalitions[i : i + _AT_ONCE]) for i in chunks])
    began, played, size = budget.clock(), 0, _FIRST
    worth: list[Floats] = []
    while played < len(coalitions):
        try:
            worth.append(game(coalitions[played : played + size]))
        except OutOfTimeError:
            return None
        played += len(worth[-1])
        each = (budget.clock() - began) / played
        left = budget.seconds
        if played < len(coalitions) and (left or 0) < each * (len(coalitions) - played):
            return None
        size = _keep_pace(each, _AT_ONCE)
    return np.concatenate(worth)


def _keep_pace(seconds_each: float, most: int) -> int:
    return max(1, min(most, int(_PACE / max(seconds_each, 1e-9))))


def _sample(
    game: Game,
    players: int,
    tolerance: Tolerance,
    budget: Budget,
    *,
    seed: int,
    most_pairs: int,
) -> Attribution:
    ends = baseline, prediction = game(np.array([[False] * players, [True] * players]))
    within_which = tolerance(ends) if callable(tolerance) else tolerance
    tally = _Tally(np.zeros((players, len(baseline))))
    within = spent = False
    for block in _walk_blocks(game, players, (baseline, prediction), budget, seed):
        if len(block):
            tally.add(block)
        spent = len(block) < _PAIRS_AT_ONCE or budget.is_spent
        within = len(block) == _PAIRS_AT_ONCE and bool((tally.errors <= within_which).all())
        if within or spent or tally.count >= most_pairs:
            break
    if tally.count < FEWEST_PAIRS:
        raise OutOfTimeError
    return Attribution(
        values=tally.mean,
        errors=tally.errors,
        baseline=baseline,
        prediction=prediction,
        coalitions=len(ends) + 2 * (players - 1) * tally.count,
        complete=within or not spent,
    )


class _Tally:
    """Mean and standard error of pairs, as they come."""

    def __init__(self, zeros: Floats) -> None:
        self.count = 0
        self._near = self._sum = self._squares = zeros

    def add(self, pairs: Floats) -> None:
        """Add pairs, [n, players, targets]."""
        if not self.count:
            self._near = pairs[0]  # squares of what is far from 0 would lose digits
        apart = pairs - self._near
        self._sum = self._sum + apart.sum(axis=0)
        self._squares = self._squares + (apart**2).sum(axis=0)
        self.count += len(pairs)

    @property
    def mean(self) -> Floats:
        return self._near + self._sum / self.count

    @property
    def errors(self) -> Floats:
        """Standard errors of the mean, of at least two pairs."""
        scatter = np.maximum(self._squares - self._sum**2 / self.count, 0)
        errors: Floats = np.sqrt(scatter / (self.count - 1) / self.count)
        return errors


def _walk_blocks(
    game: Game, players: int, ends: tuple[Floats, Floats], budget: Budget, seed: int
) -> Iterator[Floats]:
    """Permutations, each with its reverse: blocks [pairs, players, targets], without end.

    A block that the time did not suffice for holds fewer pairs, or none. Whole ones are the same
    with a limit of time and without.
    """
    random = np.random.default_rng(seed)
    size = _PAIRS_AT_ONCE if budget.seconds is None else 1
    while True:
        orders = random.permuted(np.tile(np.arange(players), (_PAIRS_AT_ONCE, 1)), axis=1)
        walked: list[Floats] = [np.empty((0, players, len(ends[0])))]
        done = 0
        while done < _PAIRS_AT_ONCE and not budget.is_spent:
            began, part = budget.clock(), orders[done : done + size]
            try:
                walked.append(_walk(game, part, ends))
            except OutOfTimeError:
                break
            done += len(part)
            if budget.seconds is not None:
                size = _keep_pace((budget.clock() - began) / len(part), _PAIRS_AT_ONCE)
        yield np.concatenate(walked)


def _walk(game: Game, orders: NDArray[np.intp], ends: tuple[Floats, Floats]) -> Floats:
    """What players bring when they come in these orders and in the reverse ones, on average.

    Args:
        game: what coalitions are worth.
        orders: who comes when, [pairs, players].
        ends: the worth of nobody and of all.

    Returns:
        [pairs, players, targets]
    """
    pairs, players = orders.shape
    arrival = np.argsort(orders, axis=1)[:, None, :]
    at_once = max(_MOST_CELLS // (2 * pairs * players), 1)
    played = []
    for begin in range(1, players, at_once):
        steps = np.arange(begin, min(begin + at_once, players))[:, None]
        come = arrival < steps  # after each step but the last, [pairs, steps, players]
        both = np.stack([come, ~come], axis=1)  # who comes late comes early in the reverse order
        played.append(game(both.reshape(-1, players)).reshape(pairs, 2, len(steps), -1))
    worth = np.concatenate(played, axis=2)
    baseline, prediction = (np.broadcast_to(end, (pairs, 1, len(end))) for end in ends)
    forward = np.diff(np.concatenate([baseline, worth[:, 0], prediction], axis=1), axis=1)
    backward = -np.diff(np.concatenate([prediction, worth[:, 1], baseline], axis=1), axis=1)
    return np.take_along_axis((forward + backward) / 2, arrival[:, 0, :, None], axis=1)
