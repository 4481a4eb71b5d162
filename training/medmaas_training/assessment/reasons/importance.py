"""How much each part of the input moves the answers, with intervals, overall and by subgroup."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import EVERYONE, Estimate, Importance
from medmaas_training.assessment.splits import Groups

Floats = NDArray[np.float64]

FEWEST_IN_GROUP = 20
_FEWEST_WITH_PART = 5  # fewer have no interval worth the name
_RESAMPLES = 1000


def measure_importance(
    values: Floats, parts: Sequence[str], *, of: str, groups: Groups, seed: int
) -> list[Importance]:
    """Mean absolute attribution of each part, the largest first, overall and by group.

    Args:
        values: attributions [n, parts], NaN where an input has no such part; parts of fewer than
            five inputs are left out.
        parts: their names.
        of: which number of the answer they are of.
        groups: who of the n belongs to each; those of fewer than FEWEST_IN_GROUP are left out.
        seed: of the resampling.
    """
    found: list[Importance] = []
    for group, members in list_groups(groups, len(values)):
        of_group = []
        for column, part in enumerate(parts):
            sizes = np.abs(values[members, column])
            sizes = sizes[~np.isnan(sizes)]
            if len(sizes) >= _FEWEST_WITH_PART:
                mean = estimate_mean(sizes, seed)
                of_group.append(
                    Importance(
                        part=part,
                        of=of,
                        group=group,
                        n=len(sizes),
                        value=round(mean.value, 6),
                        low=round(mean.low, 6),
                        high=round(mean.high, 6),
                    )
                )
        found += sorted(of_group, key=lambda importance: -importance.value)
    return found


def list_groups(groups: Groups, n: int) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Everyone, then every group of at least FEWEST_IN_GROUP, as flags [n]."""
    yield EVERYONE, np.ones(n, dtype=bool)
    for name, members in groups.items():
        if int(members.sum()) >= FEWEST_IN_GROUP:
            yield name, members


def estimate_mean(values: Floats, seed: int) -> Estimate:
    """The mean of values [n], with its percentile interval (Efron 1979)."""
    draws = np.random.default_rng(seed).integers(0, len(values), (_RESAMPLES, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return Estimate(value=float(values.mean()), low=float(low), high=float(high))


def sum_by_name(
    names: Sequence[Sequence[str]], values: Sequence[Floats]
) -> tuple[tuple[str, ...], Floats]:
    """Attributions of n instances, summed over parts of the same name.

    Args:
        names: of each instance's parts.
        values: attributions of each instance, [parts].

    Returns:
        The different names, and attributions [n, names], NaN where an instance has no such part.
    """
    different = tuple(sorted(set().union(*names)))
    table = np.full((len(names), len(different)), np.nan)
    for row, named, attributed in zip(table, names, values, strict=True):
        for name, value in zip(named, attributed.tolist(), strict=True):
            column = different.index(name)
            row[column] = np.nan_to_num(row[column]) + value
    return different, table
