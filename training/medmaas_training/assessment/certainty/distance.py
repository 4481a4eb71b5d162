"""How far a row of a table is from those a model learned from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import skew

from medmaas.model.manifest import Column, Feature, Number, StandardisedDistance

Floats = NDArray[np.float64]

_SHRINK = 0.02  # of the correlations, towards none
_RARE = 1.0  # deviation of a yes or no: a rare word is not a distance
_SKEWED = 0.5
_LEAST = 1e-30


def fit_distance(
    features: Sequence[Feature], X: Floats, threshold: float = 0
) -> StandardisedDistance:
    """Columns and correlations of the train split X [n, features], NaN for missing.

    The logarithm is taken of what is never negative, skewed, and less so after. Words and booleans
    count as their position, with a deviation of at least 1.
    """
    columns = tuple(_fit_column(f, x) for f, x in zip(features, X.T, strict=True))
    table = pd.DataFrame(standardise(columns, X))
    correlation = np.nan_to_num(table.corr().to_numpy())
    correlation = (1 - _SHRINK) * correlation + _SHRINK * np.eye(len(columns))
    values, vectors = np.linalg.eigh(correlation)  # pairs with gaps need not be positive definite
    correlation = (vectors * np.maximum(values, _SHRINK / 10)) @ vectors.T
    scale = np.sqrt(np.diag(correlation))
    correlation = (correlation / np.outer(scale, scale)).round(9)
    return StandardisedDistance(
        columns=columns,
        correlation=tuple(tuple(map(float, row)) for row in correlation),
        threshold=threshold,
    )


def _fit_column(feature: Feature, x: Floats) -> Column:
    known = x[~np.isnan(x)]
    if not len(known):
        return Column(mean=0, deviation=1)
    if not isinstance(feature, Number):
        deviation = max(float(known.std()), _RARE)
        return Column(mean=float(known.mean()), deviation=deviation)
    log, offset = False, 0.0
    if len(np.unique(known)) > 2 and known.min() >= 0 and skew(known) > _SKEWED:
        offset = 0.0 if known.min() > 0 else float(known[known > 0].min())
        log = bool(abs(skew(np.log(known + offset))) < skew(known))
    values = np.log(known + offset) if log else known
    deviation = float(values.std()) or 1.0
    return Column(
        log=log, offset=offset if log else 0, mean=float(values.mean()), deviation=deviation
    )


def standardise(columns: tuple[Column, ...], X: Floats) -> Floats:
    """Rows [n, features] as the distance takes them."""
    Z: Floats = np.empty(X.shape)
    for j, column in enumerate(columns):
        x = X[:, j].astype(float)
        if column.log:
            x = np.log(np.maximum(x + column.offset, _LEAST))
        Z[:, j] = (x - column.mean) / column.deviation
    return Z


def measure_distance(distance: StandardisedDistance, X: Floats) -> Floats:
    """The deviate of each row [n, features], NaN for missing, [n].

    Wilson and Hilferty's, of the Mahalanobis distance of the features that are known: rows that
    know the same features are computed together. -inf where nothing is known.
    """
    Z, C = standardise(distance.columns, X), np.array(distance.correlation)
    known = ~np.isnan(Z)
    deviates: Floats = np.full(len(Z), -np.inf)
    patterns, of = np.unique(known, axis=0, return_inverse=True)
    for i, pattern in enumerate(patterns):
        k = int(pattern.sum())
        if k:
            rows = of.reshape(-1) == i
            z = Z[np.ix_(rows, pattern)]
            squared = (z * np.linalg.solve(C[np.ix_(pattern, pattern)], z.T).T).sum(1)
            centred = np.cbrt(squared / k) - (1 - 2 / (9 * k))
            deviates[rows] = centred / np.sqrt(2 / (9 * k))
    return deviates
