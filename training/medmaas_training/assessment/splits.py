"""The people, pictures or molecules that a finished model is assessed on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Groups = Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Foreseen:
    """What every action would have led to, at n decisions of simulated patients.

    Attributes:
        below: whether each outcome comes about, [n, actions, outcomes].
        nadir: the lowest count, [n, actions].
        patient: whose decision it was, [n].
    """

    below: NDArray[np.bool_]
    nadir: NDArray[np.float64]
    patient: NDArray[np.intp]


@dataclass(frozen=True)
class AnnotatedSteps:
    """What the steps of n records were called, and whose the records are.

    Attributes:
        label: positions of labels, -1 where nobody said, [n, steps].
        person: the same number for records of one person, [n].
    """

    label: NDArray[np.intp]
    person: NDArray[np.intp]

    def __getitem__(self, rows: NDArray[Any]) -> "AnnotatedSteps":
        """Some records, by position or by flags [n]."""
        return AnnotatedSteps(self.label[rows], self.person[rows])


@dataclass(frozen=True)
class Cases:
    """One split.

    Attributes:
        rows: as the graph takes them, [n, ...]; float64 or what the tensor holds.
        outcome: what happened. classes: labels' positions [n]; value: numbers [n]; survival: the
            structured array (event, time in days) [n]; policy: a Foreseen; labels: whether each was
            so [n, labels]; values: numbers [n, values]; NaN or None where nobody looked; mask:
            positions of labels [n, height, width]; annotations: positions of labels [n, steps], -1
            where nobody said, or AnnotatedSteps.
        groups: who belongs to each subgroup, [n] per name; may be empty.
        person: the same number for rows of one person, who are drawn together, [n]; None where
            every row is somebody, or the outcome says whose it is.
    """

    rows: Array
    outcome: Any
    groups: Groups = field(default_factory=dict)
    person: NDArray[np.intp] | None = None


@dataclass(frozen=True)
class Splits:
    """A finished model's splits, and inputs that it should not answer.

    Attributes:
        train: what the model was fitted to.
        calibration: what fitted nothing; quantiles and thresholds come from it.
        test: what is measured.
        out_of_distribution: by name, instances as a request would hold them.
        remark: what else a reader must know of the calibration split, after a comma.
        external: by name, cases from elsewhere, which nothing is learned from.
        refitted: whether the train split is of people of the calibration split, as where the model
            was fitted elsewhere: their distances are measured without themselves.
    """

    train: Cases
    calibration: Cases
    test: Cases
    out_of_distribution: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    remark: str = ""
    external: Mapping[str, Cases] = field(default_factory=dict)
    refitted: bool = False


def take_cases(cases: Cases, rows: NDArray[Any]) -> Cases:
    """Some cases, by position or by flags [n]; their outcome is an array, or None if unknown."""
    person = None if cases.person is None else cases.person[rows]
    outcome = None if cases.outcome is None else cases.outcome[rows]
    return Cases(cases.rows[rows], outcome, take_groups(cases.groups, rows), person)


def draw_folds(person: NDArray[np.intp], folds: int, seed: int) -> NDArray[np.intp]:
    """The fold of each row [n], people being drawn whole."""
    _, own = np.unique(person, return_inverse=True)
    drawn = np.random.default_rng(seed).permutation(np.arange(own.max() + 1) % folds)
    fold: NDArray[np.intp] = drawn[own]
    return fold


def take_groups(groups: Groups, rows: NDArray[Any]) -> Groups:
    """Who among the chosen rows belongs to each group."""
    return {name: members[rows] for name, members in groups.items()}
