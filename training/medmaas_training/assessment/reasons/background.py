"""The average patient: centres of clusters of people, so that no row leaves the building.

What a feature becomes when an explanation leaves it out. Few centres make an exact explanation
fast, and each stands for at least FEWEST people.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import skew
from sklearn.cluster import KMeans

from medmaas.model.manifest import Background, Centre, Number, TabularInput
from medmaas.model.manifest.explanation import FEWEST

Floats = NDArray[np.float64]
Clusters = NDArray[np.intp]

MOST_CENTRES = 12
_SKEWED = 1.0
_DIGITS = 4
_ANSWERS = 2.0  # as much as so many features: more makes the features less alike


def make_background(
    spec: TabularInput,
    rows: Floats,
    answers: Floats,
    *,
    seed: int,
    of: str = "the train split",
    centres: int = MOST_CENTRES,
) -> Background | None:
    """K-means centres of the rows, each of at least FEWEST people and like no rare row.

    The nearest are alike in their features and in their answers: where answers within a cluster
    differ little, the answer to its centre is their mean, which a curved model's need not be.

    Args:
        spec: of the rows' columns.
        rows: as the graph takes them, NaN for missing, [n, features].
        answers: what the model says of them, [n, targets].
        seed: of the first centres.
        of: whom the rows stand for.
        centres: at most so many.

    Returns:
        None where the rows are too few, or one rare row too close to their mean, to hide anyone.
    """
    if len(rows) < FEWEST:
        return None
    points = np.concatenate([standardise(spec, rows), _weigh(answers)], axis=1)
    clusters = _merge_small(points, find_clusters(points, centres, seed))
    while True:
        values = [summarise(spec, rows[clusters == cluster]) for cluster in _names(clusters)]
        telling = [i for i, value in enumerate(values) if _tells_of_few(value, rows)]
        if not telling:
            break
        if len(values) == 1:
            return None
        clusters = _dissolve(points, clusters, int(_names(clusters)[telling[0]]))
    people = [int((clusters == cluster).sum()) for cluster in _names(clusters)]
    pairs = sorted(zip(people, values, strict=True), key=lambda pair: -pair[0])
    return Background(
        of=f"{of}, n = {len(rows):,}",
        centres=tuple(Centre(values=value, people=n) for n, value in pairs),
    )


def standardise(spec: TabularInput, rows: Floats) -> Floats:
    """Points whose distances mean something, [n, columns].

    Numbers to mean 0 and deviation 1, their logarithm first where skewed, the mean where missing;
    a choice as a column per word, every column to deviation 1.
    """
    columns: list[Floats] = []
    for feature, column in zip(spec.features, rows.astype(np.float64).T, strict=True):
        if isinstance(feature, Number):
            columns.append(_unskew(column))
        else:
            columns += [
                np.where(np.isnan(column), np.nan, column == code) for code in _codes(column)
            ]
    return np.stack([_scale(column) for column in columns], axis=1)


def find_clusters(points: Floats, centres: int, seed: int) -> Clusters:
    """The cluster of each of the points [n, columns], [n]."""
    different = len(np.unique(points, axis=0))
    found = KMeans(min(centres, different), n_init=4, random_state=seed).fit(points)
    return np.asarray(found.labels_, dtype=np.intp)


def summarise(spec: TabularInput, rows: Floats) -> tuple[float | None, ...]:
    """The middle of the rows [n, features]: means of numbers, the most frequent of other values.

    None where most are missing. Means have four significant digits.
    """
    middle: list[float | None] = []
    for feature, column in zip(spec.features, rows.T, strict=True):
        known = column[~np.isnan(column)]
        if len(known) * 2 < len(column):
            middle.append(None)
        elif isinstance(feature, Number):
            middle.append(float(f"{known.mean():.{_DIGITS}g}"))
        else:
            codes, counts = np.unique(known, return_counts=True)
            middle.append(float(codes[counts.argmax()]))
    return tuple(middle)


def _weigh(answers: Floats) -> Floats:
    scaled: Floats = np.stack([_scale(column) for column in answers.T], axis=1)
    weighted: Floats = scaled * (_ANSWERS / np.sqrt(answers.shape[1]))
    return weighted


def _unskew(column: Floats) -> Floats:
    known = column[~np.isnan(column)]
    is_skewed = len(known) > 0 and known.min() > 0 and np.ptp(known) > 0 and skew(known) > _SKEWED
    return np.log(column) if is_skewed else column


def _codes(column: Floats) -> Sequence[float]:
    """The words to tell apart: all but the first, which is what is left."""
    codes = np.unique(column[~np.isnan(column)])
    return [float(code) for code in codes[1:]] or [0.0]


def _scale(column: Floats) -> Floats:
    known = column[~np.isnan(column)]
    if not len(known):
        return np.zeros_like(column)
    deviation = float(known.std()) or 1.0
    scaled: Floats = np.nan_to_num((column - known.mean()) / deviation)
    return scaled


def _names(clusters: Clusters) -> Clusters:
    return np.unique(clusters)


def _merge_small(points: Floats, clusters: Clusters) -> Clusters:
    """Clusters of at least FEWEST people: smaller ones join, person by person, the nearest."""
    while True:
        names, counts = np.unique(clusters, return_counts=True)
        if counts.min() >= FEWEST or len(names) == 1:
            return clusters
        clusters = _dissolve(points, clusters, int(names[counts.argmin()]))


def _dissolve(points: Floats, clusters: Clusters, gone: int) -> Clusters:
    """One cluster less: each of its people joins the nearest other centre."""
    left = np.array([name for name in _names(clusters) if name != gone])
    centres = np.stack([points[clusters == name].mean(axis=0) for name in left])
    of_gone = clusters == gone
    apart = ((points[of_gone][:, None] - centres) ** 2).sum(axis=2)
    joined = clusters.copy()
    joined[of_gone] = left[apart.argmin(axis=1)]
    return joined


def _tells_of_few(values: tuple[float | None, ...], rows: Floats) -> bool:
    """Whether the values are the row of somebody, but of fewer than FEWEST people."""
    centre = np.array([np.nan if value is None else value for value in values], np.float32)
    same = np.isclose(rows.astype(np.float32), centre, rtol=1e-6, atol=0, equal_nan=True)
    return 0 < int(same.all(axis=1).sum()) < FEWEST
