"""Who calibrates and who is reported on: people whole, of each kind as many on either side."""

import numpy as np
from numpy.typing import NDArray

from medmaas_training.tabular.own_groups import join_groups

Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

FOLDS = 5
# fewer people in a half leave the coverage of 90 % unsure by more than four points either way
FEWEST_PEOPLE = 400
# of each class, with the event: fewer in a half leave theirs unsure by more than ten points
FEWEST_OF_KIND = 70


def are_enough(person: Rows, kinds: Rows) -> bool:
    """Whether rows [n] of these persons and kinds can be halved: else all calibrate in turn."""
    if len(np.unique(person)) < FEWEST_PEOPLE:
        return False
    return all(len(np.unique(person[kinds == kind])) >= FEWEST_OF_KIND for kind in np.unique(kinds))


def deal(person: Rows, kinds: Rows, hands: int, seed: int) -> Rows:
    """The hand of each row [n]: 0 to `hands`, people whole.

    Of each kind, by the largest of a person's, and of all, hands differ by one person at most.

    Args:
        person: whose each row is, [n].
        kinds: of each row, [n].
        hands: two halves, or so many folds.
        seed: of the draw.
    """
    _, own = np.unique(person, return_inverse=True)
    kind = np.zeros(own.max() + 1, np.intp)
    np.maximum.at(kind, own, kinds)
    shuffled = np.random.default_rng(seed).permutation(len(kind))
    order = shuffled[np.argsort(kind[shuffled], kind="stable")]
    dealt = np.empty(len(kind), np.intp)
    dealt[order] = np.arange(len(kind)) % hands
    return dealt[own]


def join_people(*groups: Rows | None) -> Rows | None:
    """Numbers [n] that are the same for rows that any of the groups join, directly or not."""
    return join_groups(*groups)


def take_one_each(person: Rows, seed: int) -> Rows:
    """A row of each person, in the order of the file: many rows of one are nobody else's."""
    order = np.random.default_rng(seed).permutation(len(person))
    _, first = np.unique(person[order], return_index=True)
    return np.sort(order[first])
