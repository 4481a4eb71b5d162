"""What every player of a game brought."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medmaas.model.explanation.budget import Budget, OutOfTimeError
from medmaas.model.explanation.shapley import MOST_EXACT, Game, attribute
from tests.slow import Clock

FOREVER = Budget(None)
weights = st.lists(st.floats(-5, 5), min_size=2, max_size=6)


def add_up(weights: Sequence[float]) -> Game:
    """A game whose players bring what they bring, whoever else plays."""

    def play(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
        worth: NDArray[np.float64] = (coalitions @ np.array(weights, float))[:, None] + 1
        return worth

    return play


def multiply(players: int) -> Game:
    """A game that is worth something only if the first two play."""

    def play(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
        assert coalitions.shape[1] == players
        return (coalitions[:, 0] & coalitions[:, 1]).astype(float)[:, None]

    return play


def shuffle_worth(players: int, seed: int) -> Game:
    """A game without any rule, of two targets."""
    worth = np.random.default_rng(seed).normal(size=(2**players, 2))

    def play(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = worth[coalitions @ (1 << np.arange(players))]
        return values

    return play


@given(weights)
def test_whoever_brings_the_same_to_everyone_gets_that(brought: list[float]) -> None:
    found = attribute(add_up(brought), len(brought), tolerance=0, budget=FOREVER)
    assert found.errors is None
    assert found.values[:, 0] == pytest.approx(brought, abs=1e-9)
    assert found.baseline[0] == 1


def test_two_who_are_worth_something_together_share_it_and_the_others_get_nothing() -> None:
    found = attribute(multiply(5), 5, tolerance=0, budget=FOREVER)
    assert found.values[:, 0].tolist() == pytest.approx([0.5, 0.5, 0, 0, 0], abs=1e-12)
    assert found.values[2:, 0].tolist() == [0, 0, 0], "exactly nothing"


@given(st.integers(1, 8), st.integers(0, 99))
@settings(max_examples=30)
def test_the_values_add_up_to_prediction_minus_baseline(players: int, seed: int) -> None:
    found = attribute(shuffle_worth(players, seed), players, tolerance=0, budget=FOREVER)
    assert found.values.sum(axis=0) == pytest.approx(found.prediction - found.baseline, abs=1e-9)


def test_exact_values_are_the_mean_over_all_orders() -> None:
    from itertools import permutations  # noqa: PLC0415 - of the reference alone

    game, players = shuffle_worth(5, 3), 5
    expected = np.zeros((players, 2))
    orders = list(permutations(range(players)))
    for order in orders:
        present = np.zeros((1, players), bool)
        for player in order:
            before = game(present)[0]
            present[0, player] = True
            expected[player] += game(present)[0] - before
    found = attribute(game, players, tolerance=0, budget=FOREVER)
    assert found.values == pytest.approx(expected / len(orders), abs=1e-9)


def test_many_players_are_sampled_with_honest_standard_errors() -> None:
    players = MOST_EXACT + 8
    brought = np.linspace(-1, 1, players)

    def play(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
        pairs = coalitions[:, ::2] & coalitions[:, 1::2]
        worth: NDArray[np.float64] = (coalitions @ brought + pairs.sum(1))[:, None]
        return worth

    found = attribute(play, players, tolerance=0.02, budget=FOREVER)
    assert found.errors is not None
    assert found.complete
    assert (found.errors <= 0.02).all()
    within = np.abs(found.values[:, 0] - (brought + 0.5)) <= 3 * found.errors[:, 0] + 1e-9
    assert within.all()
    assert found.values.sum() == pytest.approx(float(found.prediction[0] - found.baseline[0]))


def hurry(game: Game, seconds: float) -> tuple[Game, Budget]:
    """A game of which every coalition takes a second, and a budget of so many."""
    clock = Clock()

    def play(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
        clock.now += len(coalitions)
        return game(coalitions)

    return play, Budget(seconds, clock)


def test_without_time_there_are_fewer_samples_and_it_says_so() -> None:
    players = MOST_EXACT + 1
    game, budget = hurry(shuffle_worth(players, 0), 100)
    hurried = attribute(game, players, tolerance=0, budget=budget)
    assert not hurried.complete
    assert hurried.errors is not None
    assert 50 < hurried.coalitions < 150
    assert hurried.values.sum(axis=0) == pytest.approx(hurried.prediction - hurried.baseline)


@pytest.mark.parametrize(
    ("players", "seconds"),
    [(1, 0), (3, 0), (MOST_EXACT, 0), (MOST_EXACT, 30), (MOST_EXACT + 1, 20)],
)
def test_without_time_for_two_pairs_there_is_nothing(players: int, seconds: float) -> None:
    game, budget = hurry(shuffle_worth(players, 0), seconds)
    with pytest.raises(OutOfTimeError):
        attribute(limit(game, budget), players, tolerance=0, budget=budget)


def limit(game: Game, budget: Budget) -> Game:
    """A game that begins nothing once its time is spent."""

    def play(coalitions: NDArray[np.bool_]) -> NDArray[np.float64]:
        if budget.is_spent:
            raise OutOfTimeError
        return game(coalitions)

    return play


@pytest.mark.parametrize("seconds", [60, 130, 250, 1000])
def test_samples_that_were_begun_but_not_finished_count_for_nothing(seconds: float) -> None:
    players = MOST_EXACT + 1
    game, budget = hurry(shuffle_worth(players, 4), seconds)
    found = attribute(limit(game, budget), players, tolerance=0, budget=budget)
    per_pair = 2 * (players - 1)
    assert (found.coalitions - 2) % per_pair == 0
    assert found.coalitions >= 2 + 2 * per_pair
    assert np.isfinite(found.values).all()
    assert found.errors is not None
    assert np.isfinite(found.errors).all()


def test_without_a_clock_the_same_seed_gives_the_same_values() -> None:
    players = MOST_EXACT + 2
    one, other = (
        attribute(shuffle_worth(players, 1), players, tolerance=0.1, budget=FOREVER)
        for _ in range(2)
    )
    assert (one.values == other.values).all()


def test_sampling_ends_after_so_many_pairs() -> None:
    players = MOST_EXACT + 1
    found = attribute(
        shuffle_worth(players, 2), players, tolerance=0, budget=FOREVER, most_pairs=16
    )
    assert found.coalitions == 2 + 2 * (players - 1) * 16


def test_few_players_are_sampled_too_where_that_takes_fewer_coalitions() -> None:
    players = MOST_EXACT - 2
    game = shuffle_worth(players, 3)
    for most_pairs, exact in ((16, False), (2**players, True)):
        found = attribute(game, players, tolerance=0, budget=FOREVER, most_pairs=most_pairs)
        assert (found.errors is None) == exact
