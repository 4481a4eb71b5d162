"""Rows of a table that its model should not answer, as a request would hold them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Boolean, Choice, Feature, Number, TabularInput

Rows = NDArray[Any]
Instances = dict[str, list[dict[str, Any]]]

_MOST = 1_000


def name_values(features: Sequence[Feature], row: Rows) -> dict[str, Any]:
    """A row of a tensor as a request would name its values; what is missing is left out."""
    return {
        feature.name: _name_value(feature, float(value))
        for feature, value in zip(features, row, strict=True)
        if not np.isnan(value)
    }


def _name_value(feature: Feature, value: float) -> float | str | bool:
    match feature:
        case Choice():
            return feature.choices[round(value)]
        case Boolean():
            return value > 0.5
        case Number():
            return value


def make_wrong_units(spec: TabularInput, test: Rows) -> Instances:
    """Every number a tenth, and ten times, of what it is."""
    numbers = [isinstance(feature, Number) for feature in spec.features]
    return {
        f"every number times {factor:g}": [
            name_values(spec.features, np.where(numbers, factor * row, row)) for row in test[:_MOST]
        ]
        for factor in (0.1, 10.0)
    }


def shuffle_columns(spec: TabularInput, test: Rows, seed: int) -> Instances:
    """The test cases with their columns in another order; none if some are not numbers."""
    order = np.random.default_rng(seed).permutation(test.shape[1])
    if not len(test) or not all(isinstance(feature, Number) for feature in spec.features):
        return {}
    rows = [name_values(spec.features, row[order]) for row in test]
    return {"columns in another order": rows}
