"""How far an instance is from what the model learned from."""

from math import inf, isnan, sqrt
from typing import Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Distance, Input, StandardisedDistance, TensorDistance
from medmaas.model.outputs.answer import DECIMALS, Tensors

Floats = NDArray[np.float64]
_LEAST = 1e-12  # what a value that has no logarithm is taken for


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
        """The graph's output, rounded."""
        given: list[float] = outputs[self._tensor].astype(float).ravel().round(DECIMALS).tolist()
        return given


class Standardised:
    """Mahalanobis distance of the known features, as a deviate of Wilson & Hilferty (1931)."""

    def __init__(self, spec: StandardisedDistance, tensor: str) -> None:
        self._tensor = tensor
        self.threshold = spec.threshold
        self._log = np.array([column.log for column in spec.columns])
        self._logs = bool(self._log.any())
        self._least = np.where(self._log, _LEAST, -inf)
        self._offset = np.array([column.offset if column.log else 0.0 for column in spec.columns])
        self._mean = np.array([column.mean for column in spec.columns])
        self._deviation = np.array([column.deviation for column in spec.columns])
        self._correlation = np.array(spec.correlation)
        size = len(spec.columns)
        whole = self._whiten(np.ones(size, np.bool_)) / self._deviation[:, None]
        self._whole, self._centre, self._size = whole, self._mean @ whole, size
        self._by_pattern: dict[bytes, Floats] = {}

    def measure(self, _outputs: Tensors, inputs: Tensors) -> list[float]:
        """The deviate of each row [features]; -inf where nothing is known."""
        x = self._take_logarithms(inputs[self._tensor].astype(np.float64))
        white = x @ self._whole - self._centre
        squared: list[float] = np.vecdot(white, white).tolist()
        return [
            self._measure_known(x[row]) if isnan(d2) else _standardise(d2, self._size)
            for row, d2 in enumerate(squared)
        ]

    def _take_logarithms(self, x: Floats) -> Floats:
        if self._logs:
            x += self._offset
            np.maximum(x, self._least, out=x)
            np.log(x, out=x, where=self._log)
        return x

    def _measure_known(self, x: Floats) -> float:
        known = ~np.isnan(x)
        pattern = known.tobytes()
        if pattern not in self._by_pattern:
            self._by_pattern[pattern] = self._whiten(known)
        z = (x[known] - self._mean[known]) / self._deviation[known]
        white = z @ self._by_pattern[pattern]
        return _standardise(float(white @ white), len(z))

    def _whiten(self, known: NDArray[np.bool_]) -> Floats:
        """What makes the known features uncorrelated, [known, known]."""
        lower = np.linalg.cholesky(self._correlation[np.ix_(known, known)])
        whitening: Floats = np.linalg.inv(lower).T
        return whitening


def _standardise(squared: float, known: int) -> float:
    if not known:
        return -inf
    spread = 2 / (9 * known)
    deviate: float = ((squared / known) ** (1 / 3) - (1 - spread)) / sqrt(spread)
    return round(deviate, DECIMALS)
