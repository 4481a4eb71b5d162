"""How far an instance is from what the model learned from."""

from functools import lru_cache
from math import inf, sqrt
from typing import Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Distance, Input, StandardisedDistance, TensorDistance
from medmaas.model.outputs.answer import DECIMALS, Tensors, round_numbers

Floats = NDArray[np.float64]
_THIRD = 1 / 3
_LEAST = 1e-12  # what a value that has no logarithm is taken for
_PATTERNS = 256  # of missing features, that are kept: whoever asks chooses among 2 to the features


class DistanceKind(Protocol):
    """A distance, and where it is too far."""

    threshold: float

    def measure(self, outputs: Tensors, inputs: Tensors) -> list[float]:
        """One distance per row, rounded, so that other rows of a batch change nothing."""


def make_distance(spec: Distance, of: Input) -> DistanceKind:
    """The class that measures a manifest's distance."""
    match spec:
        case StandardisedDistance():
            return Standardised(spec, of.tensor)
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
            ModelOutputError: a number is not finite: nobody knows how far that is.
        """
        given: list[float] = round_numbers(outputs[self._tensor], 1)[:, 0].tolist()
        return given


class _Known:
    """The features that some rows know, and what makes them uncorrelated and standardised."""

    def __init__(self, matrix: Floats, mean: Floats) -> None:
        self._matrix, self._centre = matrix, mean @ matrix
        known = len(mean)
        spread = 2 / (9 * known) if known else inf
        self._factor = known**-_THIRD / sqrt(spread) if known else 0.0
        self._shift = (1 - spread) / sqrt(spread) if known else inf

    def measure(self, x: Floats) -> list[float]:
        """The deviate of each row [known]; NaN where one is missing after all."""
        one = len(x) == 1  # the usual request, and a vector is quicker than a matrix of one row
        white = (x[0] if one else x).dot(self._matrix)
        white -= self._centre
        squared = [float(white.dot(white))] if one else np.vecdot(white, white).tolist()
        factor, shift = self._factor, self._shift
        return [round(factor * d2**_THIRD - shift, DECIMALS) for d2 in squared]


class Standardised:
    """Mahalanobis distance of the known features, as a deviate of Wilson & Hilferty (1931)."""

    def __init__(self, spec: StandardisedDistance, tensor: str) -> None:
        self._tensor = tensor
        self.threshold = spec.threshold
        self._log = np.array([column.log for column in spec.columns])
        self._logs = bool(self._log.any())
        self._least = np.full(len(spec.columns), _LEAST)
        self._offset = np.array([column.offset if column.log else 0.0 for column in spec.columns])
        self._offsets = bool(self._offset.any())
        self._mean = np.array([column.mean for column in spec.columns])
        self._deviation = np.array([column.deviation for column in spec.columns])
        self._correlation = np.array(spec.correlation)
        self._know = lru_cache(_PATTERNS)(self._know_some)
        self._whole = self._know_some(np.ones(len(spec.columns), np.bool_).tobytes())

    def measure(self, _outputs: Tensors, inputs: Tensors) -> list[float]:
        """The deviate of each row [features]; -inf where nothing is known."""
        x = self._take_logarithms(inputs[self._tensor].astype(np.float64))
        deviates = self._whole.measure(x)
        lacking = [row for row, deviate in enumerate(deviates) if deviate != deviate]  # noqa: PLR0124 - NaN
        if lacking:
            self._measure_lacking(x, lacking, deviates)
        return deviates

    def _take_logarithms(self, x: Floats) -> Floats:
        if self._offsets:
            x += self._offset
        if self._logs:
            x = np.where(self._log, np.log(np.maximum(x, self._least)), x)
        return x

    def _measure_lacking(self, x: Floats, lacking: list[int], deviates: list[float]) -> None:
        """Fill in the deviates of rows with gaps, those that know the same features together."""
        rows_by_pattern: dict[bytes, list[int]] = {}
        for row, known in zip(lacking, ~np.isnan(x[lacking]), strict=True):
            rows_by_pattern.setdefault(known.tobytes(), []).append(row)
        for pattern, rows in rows_by_pattern.items():
            some = x[rows][:, np.frombuffer(pattern, np.bool_)]
            for row, deviate in zip(rows, self._know(pattern).measure(some), strict=True):
                deviates[row] = deviate

    def _know_some(self, pattern: bytes) -> _Known:
        known = np.frombuffer(pattern, np.bool_)
        lower = np.linalg.cholesky(self._correlation[np.ix_(known, known)])
        matrix = (np.linalg.inv(lower) / self._deviation[known]).T
        return _Known(matrix, self._mean[known])
