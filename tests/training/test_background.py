"""The average patient: centres that stand for many and tell of nobody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medmaas.model.manifest import Background, Boolean, Choice, Number, Range, TabularInput
from medmaas.model.manifest.explanation import FEWEST
from medmaas_training.assessment.reasons.background import make_background, standardise

WIDE = Range(low=-1000, high=1000)
SPEC = TabularInput(
    tensor="features",
    features=(
        Number(name="age", description="Age.", unit="a", hard_range=WIDE, training_range=WIDE),
        Number(
            name="marker",
            description="A skewed marker.",
            unit="1",
            hard_range=WIDE,
            training_range=WIDE,
            missing="imputed",
        ),
        Choice(name="stage", description="Stage.", choices=("I", "II", "III")),
        Boolean(name="smoker", description="Smoker.", missing="no"),
    ),
)


def draw_people(n: int, seed: int) -> NDArray[np.float64]:
    draw = np.random.default_rng(seed)
    age, marker = draw.normal(65, 10, n), draw.lognormal(0, 1, n)
    marker[draw.random(n) < 0.2] = np.nan
    return np.column_stack([age, marker, draw.integers(0, 3, n), draw.random(n) < 0.1])


def answer(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    risk = 1 / (1 + np.exp(-(rows[:, 0] - 65) / 10 - np.nan_to_num(rows[:, 1])))
    return np.column_stack([1 - risk, risk])


def make(rows: NDArray[np.float64], seed: int = 0) -> Background:
    background = make_background(SPEC, rows, answer(rows), seed=seed)
    assert background is not None
    return background


@settings(max_examples=25)
@given(st.integers(FEWEST, 600), st.integers(0, 2**16), st.integers(0, 3))
def test_every_centre_stands_for_many_and_is_nobody(n: int, seed: int, digits: int) -> None:
    rows = draw_people(n, seed).round(digits)
    background = make_background(SPEC, rows, answer(rows), seed=seed)
    if background is None:
        return
    assert sum(centre.people for centre in background.centres) == n
    held = rows.astype(np.float32)
    for centre in background.centres:
        assert centre.people >= FEWEST
        values = np.array([np.nan if v is None else v for v in centre.values], np.float32)
        alike = ((held == values) | (np.isnan(held) & np.isnan(values))).all(axis=1)
        assert not 0 < alike.sum() < FEWEST


def test_there_is_a_background_wherever_there_are_enough_people() -> None:
    for seed in range(10):
        assert make(draw_people(200, seed), seed).centres


def test_fewer_people_than_one_centre_needs_have_none() -> None:
    rows = draw_people(FEWEST - 1, 0)
    assert make_background(SPEC, rows, answer(rows), seed=0) is None


def test_what_would_show_a_single_person_is_not_shown() -> None:
    rows = np.tile([0.0, 0.0, 0.0, 0.0], (21, 1))
    rows[:10, 0], rows[10:20, 0] = -1, 1  # one person is exactly in the middle
    alone = TabularInput(tensor="features", features=SPEC.features[:1])
    assert make_background(alone, rows[:, :1], rows[:, :1], seed=0, centres=1) is None


def test_a_seed_gives_the_same_background() -> None:
    rows = draw_people(300, 1)
    assert make(rows, 7) == make(rows, 7)


def test_numbers_have_four_digits_and_words_are_positions() -> None:
    for centre in make(draw_people(400, 2)).centres:
        age, _, stage, smoker = centre.values
        assert age is not None
        assert age == float(f"{age:.4g}")
        assert stage in {0, 1, 2}
        assert smoker in {0, 1}


def test_what_most_do_not_have_is_missing() -> None:
    rows = draw_people(100, 3)
    rows[:, 1] = np.nan
    assert all(centre.values[1] is None for centre in make(rows).centres)


def test_a_skewed_number_is_near_by_ratio() -> None:
    rows = draw_people(2000, 4)
    rows[:, 1] = np.exp(np.linspace(-3, 3, len(rows)))
    marker = standardise(SPEC, rows)[:, 1]
    steps = np.diff(marker)
    assert steps == pytest.approx(np.full(len(steps), steps[0]))


def test_the_centres_answers_are_the_peoples_on_average() -> None:
    rows = draw_people(3000, 5)
    rows[:, 1] = np.nan_to_num(rows[:, 1], nan=1.0)
    background = make(rows)
    centres = np.array([centre.values for centre in background.centres], float)
    people = np.array([centre.people for centre in background.centres])
    average = people @ answer(centres) / people.sum()
    assert average == pytest.approx(answer(rows).mean(axis=0), abs=0.03)
