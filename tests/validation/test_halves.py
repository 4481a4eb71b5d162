"""People whole, of each kind as many on either side."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medmaas_training.validation.halves import deal, take_one_each

rows = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=200)
hands = st.sampled_from([2, 5])


@given(rows, hands, st.integers(0, 9))
def test_rows_of_one_person_are_on_one_side(
    rows: list[tuple[int, int]], hands: int, seed: int
) -> None:
    person, kinds = (np.array(column) for column in zip(*rows, strict=True))
    hand = deal(person, kinds, hands, seed)
    assert all(len(np.unique(hand[person == one])) == 1 for one in np.unique(person))


@given(rows, hands, st.integers(0, 9))
def test_sides_differ_by_one_person_of_each_kind(
    rows: list[tuple[int, int]], hands: int, seed: int
) -> None:
    person, kinds = (np.array(column) for column in zip(*rows, strict=True))
    hand = deal(person, kinds, hands, seed)
    people = {one: (hand[person == one][0], kinds[person == one].max()) for one in {*person}}
    for kind in {of for _, of in people.values()}:
        counts = np.bincount([h for h, of in people.values() if of == kind], minlength=hands)
        assert counts.max() - counts.min() <= 1


@given(rows, st.integers(0, 9))
def test_one_row_stands_for_each_person(rows: list[tuple[int, int]], seed: int) -> None:
    person = np.array([one for one, _ in rows])
    chosen = take_one_each(person, seed)
    assert sorted(person[chosen]) == sorted({*person})
