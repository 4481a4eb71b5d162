"""A simple model of a table's columns, which any model should beat."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from medmaas.model.manifest import Boolean, Choice, Input
from medmaas_training.rows import Fed, join_features
from medmaas_training.tabular.preparation import make_encoder

Floats = NDArray[np.float64]


def list_features(spec: Input, rows: Fed) -> Floats | None:
    """What a simple model reads of rows [n, features], NaN for missing; None if they have none."""
    if not spec.row_features:
        return None
    return join_features(rows, spec.row_tensors).astype(float)


def count_words(spec: Input) -> Mapping[int, int]:
    """By column of a choice, how many words it has."""
    counts = {}
    for i, feature in enumerate(spec.row_features):
        if isinstance(feature, Choice):
            counts[i] = len(feature.choices)
        elif isinstance(feature, Boolean):
            counts[i] = 2
    return counts


def fill_empty(learned: Floats, answered: Floats) -> tuple[Floats, Floats]:
    """Rows to learn from and to answer, 0 in columns that are never known in the former."""
    empty = np.isnan(learned).all(axis=0)
    return np.where(empty, 0, learned), np.where(empty, 0, answered)


def prepare(categories: Mapping[int, int], model: object) -> Pipeline:
    """A model behind what fills gaps and brings columns to one scale."""
    several = {column: words for column, words in categories.items() if words > 1}
    return make_pipeline(make_encoder(several, drop="first"), StandardScaler(), model)
