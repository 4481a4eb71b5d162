"""Partial dependence (Friedman 2001): the mean answer if all had the same value of a feature."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Boolean, Choice, Dependence, Feature, Number, TabularInput
from medmaas_training.assessment.reasons.importance import list_groups
from medmaas_training.assessment.splits import Groups

Floats = NDArray[np.float64]
Answers = Callable[[Floats], Floats]
"""Rows [n, features] to one number of the answer, [n]."""

_MOST_VALUES = 15
_DECIMALS = 6


def measure_dependence(
    answer: Answers,
    spec: TabularInput,
    rows: Floats,
    *,
    seen: Floats,
    of: str,
    groups: Groups,
    features: Sequence[str] | None = None,
) -> list[Dependence]:
    """A curve per feature that has two values or more, overall and by group.

    Args:
        answer: the model, one number of it.
        spec: of the rows' columns.
        rows: who is asked about, [n, features].
        seen: the training data, whose quantiles are the values tried, [m, features].
        of: the name of that number.
        groups: who of the n belongs to each.
        features: those to draw; None is all.
    """
    curves = []
    for column, feature in enumerate(spec.features):
        if features is not None and feature.name not in features:
            continue
        values = choose_values(feature, seen[:, column])
        if len(values) < 2:
            continue
        answers = np.stack([answer(_give(rows, column, value)) for value in values])
        for group, members in list_groups(groups, len(rows)):
            means = answers[:, members].mean(axis=1).round(_DECIMALS)
            curves.append(
                Dependence(
                    feature=feature.name,
                    of=of,
                    group=group,
                    n=int(members.sum()),
                    values=tuple(_name(feature, value) for value in values),
                    answers=tuple(means.tolist()),
                )
            )
    return curves


def choose_values(feature: Feature, seen: Floats) -> list[float]:
    """What to try of a feature: quantiles of what was seen [m], or every word, as the graph's."""
    match feature:
        case Choice(choices=choices):
            return [float(code) for code in range(len(choices))]
        case Boolean():
            return [0.0, 1.0]
        case Number(training_range=limits):
            known = seen[~np.isnan(seen)]
            if not len(known):
                return []
            spread = np.quantile(known, np.linspace(0, 1, _MOST_VALUES))
            inside = np.clip(spread, limits.low, limits.high).round(_DECIMALS)
            return [float(value) for value in np.unique(inside)]


def _give(rows: Floats, column: int, value: float) -> Floats:
    given = rows.copy()
    given[:, column] = value
    return given


def _name(feature: Feature, value: float) -> float | str | bool:
    """A value as a request would hold it."""
    match feature:
        case Choice(choices=choices):
            return choices[int(value)]
        case Boolean():
            return bool(value)
        case _:
            return value
