"""Whom to look at apart: the lowest and highest of every feature, those it is missing of, answers.

A quantile of everyone may hold in all and fail where a model is weak. Of overlapping groups each
keeps its coverage where everyone takes the most careful quantile of those they belong to (Foygel
Barber et al. 2021, doi 10.1093/imaiai/iaaa017).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.intervals import find_members
from medmaas.model.manifest import Boolean, Choice, Feature, Group, Input
from medmaas_training.assessment.resampling import Flags
from medmaas_training.group_names import name_group
from medmaas_training.rows import Fed, join_features

FEWEST_LEARNED = 50  # of the calibration split, to have a quantile of their own
FEWEST_SEEN = 30  # of the test split, to be looked at
ENDS = (0.1, 0.9)  # where a feature is lowest or highest there is least to learn from
FIFTHS = (0.2, 0.4, 0.6, 0.8)
Values = Mapping[str, NDArray[Any]]


def find_values(spec: Input, rows: Fed) -> dict[str, NDArray[Any]]:
    """What groups go by: the features of a row as the graph takes them, NaN for missing, [n]."""
    features = spec.row_features
    if not features:
        return {}
    fed = join_features(rows, spec.row_tensors)
    return {feature.name: fed[:, i] for i, feature in enumerate(features)}


def list_groups(spec: Input, values: Values, *, ends_alone: bool) -> list[Group]:
    """Of every feature and of the prediction its tenths at both ends, its choices, and missing.

    Args:
        spec: of the input.
        values: by name, the prediction's among them, [n] each; edges are theirs.
        ends_alone: whether fifths are left out.
    """
    features = {feature.name: feature for feature in spec.row_features}
    found: list[Group] = []
    for name, of in values.items():
        if np.isnan(of).any():
            found.append(Group(by=name))
        found += _cut(name, features.get(name), of[~np.isnan(of)], ends_alone=ends_alone)
    return found


def _cut(name: str, feature: Feature | None, of: NDArray[Any], *, ends_alone: bool) -> list[Group]:
    if isinstance(feature, Choice | Boolean):
        count = len(feature.choices) if isinstance(feature, Choice) else 2
        return [Group(by=name, low=i, high=i + 1) for i in range(count)]
    if not len(of):
        return []
    edges = _find_edges(of, ENDS)
    groups = [Group(by=name, high=edges[0]), Group(by=name, low=edges[-1])] if edges else []
    inner = [] if ends_alone else _find_edges(of, FIFTHS)
    if inner:
        groups += [Group(by=name, high=inner[0]), Group(by=name, low=inner[-1])]
        groups += [Group(by=name, low=low, high=high) for low, high in pairwise(inner)]
    return groups


def _find_edges(of: NDArray[Any], shares: tuple[float, ...]) -> list[float]:
    """To four digits, without those that nothing lies below."""
    edges = sorted({float(f"{edge:.4g}") for edge in np.quantile(of, shares)})
    return [edge for edge in edges if edge > of.min()]


def find_all_members(spec: Input, groups: Sequence[Group], values: Values) -> dict[str, Flags]:
    """By name who belongs to each group, [n]; groups of the same people are one."""
    found: dict[str, Flags] = {}
    seen = set()
    for group in groups:
        members = find_members(group, values[group.by])
        if FEWEST_SEEN <= members.sum() < len(members) and members.tobytes() not in seen:
            seen.add(members.tobytes())
            found[name_group(spec, group)] = members
    return found
