"""How far an instance is from those that a model learned from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.spatial.distance import mahalanobis
from scipy.stats import norm

from medmaas.errors import ModelOutputError
from medmaas.model.manifest import Column, StandardisedDistance, TensorDistance
from medmaas.model.uncertainty.distance import FromGraph, Standardised
from tests.model.judged import correlated, independent

Floats = NDArray[np.float32]

SIZE = 6
RANDOM = np.random.default_rng(0)
MIXING = RANDOM.normal(size=(SIZE, SIZE))
COVARIANCE = MIXING @ MIXING.T + np.eye(SIZE)
DEVIATIONS = np.sqrt(np.diag(COVARIANCE))
COLUMNS = tuple(Column(mean=3, deviation=d) for d in DEVIATIONS)
SPEC = correlated(2, COLUMNS, COVARIANCE / np.outer(DEVIATIONS, DEVIATIONS))
values = st.floats(-50, 50, width=32)


people = st.integers(1, 12).flatmap(
    lambda n: arrays(np.float32, (n, SIZE), elements=values | st.just(float("nan")))
)


def measure(spec: StandardisedDistance, rows: Floats) -> list[float]:
    return Standardised(spec, ("x",)).measure({}, {"x": rows})


@given(people)
def test_a_distance_is_mahalanobis_among_what_is_known(rows: Floats) -> None:
    for row, found in zip(rows.astype(float), measure(SPEC, rows), strict=True):
        known = ~np.isnan(row)
        k = int(known.sum())
        if k == 0:
            assert found == -np.inf
            continue
        inverse = np.linalg.inv(COVARIANCE[np.ix_(known, known)])
        squared = mahalanobis(row[known], np.full(k, 3.0), inverse) ** 2
        deviate = ((squared / k) ** (1 / 3) - (1 - 2 / (9 * k))) / np.sqrt(2 / (9 * k))
        assert found == pytest.approx(deviate, abs=2e-6)


@given(people)
def test_a_distance_does_not_depend_on_who_else_is_asked(rows: Floats) -> None:
    kept = Standardised(SPEC, ("x",))
    together = kept.measure({}, {"x": rows})
    assert together == [kept.measure({}, {"x": rows[i : i + 1]})[0] for i in range(len(rows))]
    assert measure(SPEC, rows[::-1]) == together[::-1]


def test_every_pattern_of_gaps_has_a_distance_however_many_there_are() -> None:
    rows = np.where(RANDOM.random((3_000, 12)) < 0.5, np.nan, 1.0).astype(np.float32)
    found = measure(independent(0, 12), rows)
    known = (~np.isnan(rows)).sum(axis=1)
    for k, distance in zip(known.tolist(), found, strict=True):
        expected = np.sqrt(2 / (9 * k)) if k else -np.inf
        assert distance == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("missing", [0, 3])
def test_the_distance_of_normal_data_is_a_standard_normal_deviate(missing: int) -> None:
    random = np.random.default_rng(1)
    rows = random.multivariate_normal(np.full(SIZE, 3.0), COVARIANCE, 20_000).astype(np.float32)
    rows[:, :missing] = np.nan
    found = np.array(measure(SPEC, rows))
    for share in (0.5, 0.9, 0.97):
        assert abs((found <= norm.ppf(share)).mean() - share) < 0.01


@pytest.mark.parametrize(("value", "logarithm"), [(np.e**3 - 1, 3.0), (-1.0, np.log(1e-12))])
def test_a_logarithm_is_taken_where_the_manifest_says_so(value: float, logarithm: float) -> None:
    spec = independent(0, 1, log=True, offset=1.0, mean=2.0, deviation=0.5)
    (found,) = measure(spec, np.array([[value]], np.float32))
    squared = ((logarithm - 2) / 0.5) ** 2
    deviate = (squared ** (1 / 3) - (1 - 2 / 9)) / np.sqrt(2 / 9)
    assert found == pytest.approx(deviate, abs=1e-5)


def test_the_columns_without_a_logarithm_keep_their_values_beside_those_with() -> None:
    columns = (Column(log=True, mean=0, deviation=1), Column(mean=0, deviation=1))
    spec = correlated(0, columns, np.eye(2))
    (found,) = measure(spec, np.array([[1, -2]], np.float32))
    assert found == pytest.approx((2 ** (1 / 3) - (1 - 1 / 9)) / np.sqrt(1 / 9), abs=1e-6)


def test_the_graph_may_give_its_own_distance() -> None:
    own = FromGraph(TensorDistance(tensor="distance", threshold=1))
    for given_ in ([0.5, 2], [[0.5], [2]]):
        assert own.measure({"distance": np.array(given_, np.float32)}, {}) == [0.5, 2.0]


@pytest.mark.parametrize("distance", [np.nan, np.inf])
def test_a_distance_that_is_no_number_is_not_taken_for_a_near_one(distance: float) -> None:
    own = FromGraph(TensorDistance(tensor="distance", threshold=1))
    with pytest.raises(ModelOutputError, match="not_finite"):
        own.measure({"distance": np.array([distance], np.float32)}, {})
