"""How far an instance is from what the model learned from."""

from collections.abc import ItemsView, Sequence
from functools import lru_cache
from math import inf, sqrt
from typing import Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from medmaas.model.columns import DECIMALS, Tensors, join_rows, round_numbers
from medmaas.model.manifest import Distance, Input, StandardisedDistance, TensorDistance

Floats = NDArray[np.float64]
Far = tuple[list[int], list[float]]  # rows, and the distance of each
_THIRD = 1 / 3
_LEAST = 1e-12  # what a value that has no logarithm is taken for
# of OpenBLAS: the multiplications that it leaves to one thread; more wait for each other's threads
_ON_ONE_THREAD = 2**17
_PATTERNS = 256  # of missing features, that are kept: whoever asks chooses among 2 to the features


class DistanceKind(Protocol):
    """A distance, and where it is too far."""

    threshold: float

    def measure(self, outputs: Tensors, inputs: Tensors) -> list[float]:
        """One distance per row, rounded, so that other rows of a batch change nothing."""

    def find_far(self, outputs: Tensors, inputs: Tensors) -> Far:
        """The rows whose distance is beyond the threshold."""


def make_distance(spec: Distance, of: Input) -> DistanceKind:
    """The class that measures a manifest's distance."""
    match spec:
        case StandardisedDistance():
            return Standardised(spec, of.row_tensors)
        case TensorDistance():
            return FromGraph(spec)
        case _:
            assert_never(spec)


class FromGraph:
    """A distance that the graph itself gives."""

    def __init__(self, spec: TensorDistance) -> None:
        self._tensor = spec.tensor
        self.threshold = spec.threshold

    def measure(self, outputs: Tensors, _inputs: Tensors) -> list[float]:
        """The graph's output [n] or [n, 1], rounded.

        Raises:
            ModelOutputError: a number is not finite, so the distance is unknown.
        """
        given: list[float] = round_numbers(outputs[self._tensor], 1)[:, 0].tolist()
        return given

    def find_far(self, outputs: Tensors, inputs: Tensors) -> Far:
        """The rows whose distance is beyond the threshold."""
        return _take_far(self.measure(outputs, inputs), self.threshold)


def _take_far(distances: list[float], threshold: float) -> Far:
    rows = [row for row, one in enumerate(distances) if one > threshold]
    return rows, [distances[row] for row in rows]


class _Known:
    """The features that some rows know, and what makes them uncorrelated and standardised."""

    def __init__(self, matrix: Floats, mean: Floats, threshold: float) -> None:
        self._matrix, self._centre = matrix, mean @ matrix
        known = len(mean)
        self._at_once = max(_ON_ONE_THREAD // max(known, 1) ** 2, 1)
        spread = 2 / (9 * known) if known else inf
        self._factor = known**-_THIRD / sqrt(spread) if known else 0.0
        self._shift = (1 - spread) / sqrt(spread) if known else inf
        self._threshold = threshold
        # below this square no deviate is beyond the threshold, however it is rounded
        nearer = threshold - 2 * 10.0**-DECIMALS
        self._near = max((nearer + self._shift) / self._factor, 0.0) ** 3 if known else inf

    def find_far(self, x: Floats) -> tuple[Floats, Far]:
        """Squares of all rows [known], NaN where one is missing; and those that are too far."""
        white = np.empty(x.shape)
        for i in range(0, len(x), self._at_once):
            part = slice(i, i + self._at_once)
            np.dot(x[part], self._matrix, out=white[part])
        white -= self._centre
        squared: Floats = np.vecdot(white, white)
        rows = np.flatnonzero(squared >= self._near)
        deviates = (self._factor * squared[rows] ** _THIRD - self._shift).round(DECIMALS)
        is_far = deviates > self._threshold
        return squared, (rows[is_far].tolist(), deviates[is_far].tolist())

    def _deviate(self, squared: float) -> float:
        deviate: float = round(self._factor * squared**_THIRD - self._shift, DECIMALS)
        return deviate

    def measure(self, x: Floats) -> list[float]:
        """The deviate of each row [known]; NaN where one is missing after all."""
        one = len(x) == 1  # the usual request, and a vector is quicker than a matrix of one row
        white = (x[0] if one else x).dot(self._matrix)
        white -= self._centre
        squared = [float(white.dot(white))] if one else np.vecdot(white, white).tolist()
        return [self._deviate(d2) for d2 in squared]


class Standardised:
    """Mahalanobis distance of the known features, as a deviate of Wilson & Hilferty (1931)."""

    def __init__(self, spec: StandardisedDistance, tensors: Sequence[str]) -> None:
        self._tensors = tensors
        self.threshold = spec.threshold
        self._log = np.array([column.log for column in spec.columns])
        self._logs = bool(self._log.any())
        self._least = np.where(self._log, _LEAST, -inf)  # of what has a logarithm, to have one
        self._offset = np.array([column.offset if column.log else 0.0 for column in spec.columns])
        self._offsets = bool(self._offset.any())
        self._mean = np.array([column.mean for column in spec.columns])
        self._deviation = np.array([column.deviation for column in spec.columns])
        self._correlation = np.array(spec.correlation)
        self._know = lru_cache(_PATTERNS)(self._know_some)
        self._whole = self._know_some(np.ones(len(spec.columns), np.bool_).tobytes())

    def measure(self, _outputs: Tensors, inputs: Tensors) -> list[float]:
        """The deviate of each row [features]; -inf where nothing is known."""
        return self._measure(self._take(inputs))

    def _measure(self, x: Floats) -> list[float]:
        x = self._take_logarithms(x)
        deviates = self._whole.measure(x)
        lacking = [row for row, deviate in enumerate(deviates) if deviate != deviate]  # noqa: PLR0124 - NaN
        if lacking:
            self._measure_lacking(x, lacking, deviates)
        return deviates

    def find_far(self, _outputs: Tensors, inputs: Tensors) -> Far:
        """The rows beyond the threshold; of many rows only those are measured that may be."""
        x = self._take(inputs)
        if len(x) == 1:
            return _take_far(self._measure(x), self.threshold)
        x = self._take_logarithms(x)
        squared, (far, distances) = self._whole.find_far(x)
        for pattern, rows in self._group(x, np.flatnonzero(np.isnan(squared)).tolist()):
            known = np.frombuffer(pattern, np.bool_)
            _, (some, beyond) = self._know(pattern).find_far(x[rows][:, known])
            far += [rows[row] for row in some]
            distances += beyond
        return far, distances

    def _take(self, inputs: Tensors) -> Floats:
        return join_rows(inputs, self._tensors).astype(np.float64)

    def _take_logarithms(self, x: Floats) -> Floats:
        if self._offsets:
            x += self._offset
        if self._logs:
            np.log(np.maximum(x, self._least, out=x), out=x, where=self._log)
        return x

    def _measure_lacking(self, x: Floats, lacking: list[int], deviates: list[float]) -> None:
        """Fill in the deviates of rows with gaps."""
        for pattern, rows in self._group(x, lacking):
            some = x[rows][:, np.frombuffer(pattern, np.bool_)]
            for row, deviate in zip(rows, self._know(pattern).measure(some), strict=True):
                deviates[row] = deviate

    @staticmethod
    def _group(x: Floats, lacking: list[int]) -> ItemsView[bytes, list[int]]:
        """Rows with gaps by the features that they know."""
        rows_by_pattern: dict[bytes, list[int]] = {}
        known = ~np.isnan(x[lacking])
        patterns: list[bytes] = known.view(f"V{x.shape[1]}").ravel().tolist()
        for row, pattern in zip(lacking, patterns, strict=True):
            rows_by_pattern.setdefault(pattern, []).append(row)
        return rows_by_pattern.items()

    def _know_some(self, pattern: bytes) -> _Known:
        known = np.frombuffer(pattern, np.bool_)
        lower = np.linalg.cholesky(self._correlation[np.ix_(known, known)])
        matrix = (np.linalg.inv(lower) / self._deviation[known]).T
        return _Known(matrix, self._mean[known], self.threshold)
