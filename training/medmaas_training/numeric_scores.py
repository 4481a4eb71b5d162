"""How far predicted numbers are from those that were measured."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RMSE, MAE, R2 = "RMSE", "MAE", "R2"


def score(y: Floats, predicted: Floats) -> dict[str, float]:
    """Root mean square and mean absolute error, and the share of variance explained."""
    error = predicted - y
    return {
        RMSE: float(np.sqrt(np.mean(error**2))),
        MAE: float(np.mean(np.abs(error))),
        R2: float(1 - np.mean(error**2) / np.var(y)),
    }
