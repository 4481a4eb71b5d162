"""Values to try for one number, and how far they are from what it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medmaas.model.explanation.shapley import Floats
from medmaas.model.manifest import Column, Range

_DIGITS = 3  # of a value that is tried, so that it can be said as it was tried
_OF_THE_HIGHEST = 0.001  # what is added before a logarithm, which 0 does not have


@dataclass(frozen=True, slots=True)
class Scale:
    """Standardised units: (x, or the logarithm of x + offset) / deviation."""

    log: bool
    offset: float
    deviation: float

    def measure(self, values: Floats) -> Floats:
        """In standardised units, from an arbitrary origin."""
        shifted = np.log(np.maximum(values + self.offset, 1e-30)) if self.log else values
        return np.asarray(shifted / self.deviation)

    def list_values(self, low: float, high: float, points: int) -> Floats:
        """About so many values from low to high, evenly spaced in these units, three digits each.

        Returns:
            They increase.
        """
        ends = self.measure(np.array([low, high]))
        even = np.linspace(ends[0], ends[1], points) * self.deviation
        values = np.exp(even) - self.offset if self.log else even
        rounded = np.array([float(f"{value:.{_DIGITS}g}") for value in values.tolist()])
        return np.unique(np.clip(rounded, low, high))


def scale_by(column: Column) -> Scale:
    """The units of a manifest's standardised distance."""
    return Scale(column.log, column.offset, column.deviation)


def scale_linear(seen: Range) -> Scale:
    """Shares of the training range, for want of a deviation."""
    return Scale(log=False, offset=0, deviation=(seen.high - seen.low) or 1)


def scale_ratio(seen: Range) -> Scale:
    """Ratios, as counts are compared, where nothing is below 0; else shares of the range."""
    if seen.low < 0 or seen.high <= 0:
        return scale_linear(seen)
    return Scale(log=True, offset=seen.high * _OF_THE_HIGHEST, deviation=1)


def as_held(values: Floats) -> NDArray[np.float32]:
    """Values as a tensor holds them."""
    return values.astype(np.float32)
