"""Survival curves at stated times, of a sum per person and of what was fitted beside it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.errors import TrainingError

Array = NDArray[Any]
_BEFORE = -1e6  # the logarithm of time 0, of which no double is too small to tell


def require_follow_up(times: Array, last: float) -> None:
    """Refuse times at which nobody was seen any more."""
    if times[-1] > last:
        raise TrainingError(
            f"output.time_days ends at {times[-1]:g} in the model's unit of time, and it was "
            f"fitted with people who were followed for at most {last:g}: end time_days before"
        )


def find_steps(known: Array, times: Array) -> Array:
    """Which of the known times each of `times` is at or behind, -1 before the first."""
    require_follow_up(times, float(known[-1]))
    return np.searchsorted(known, times, side="right") - 1


def take_steps(curves: Array, steps: Array, first: float) -> Array:
    """Values [n, times] of step functions [n, known times]; `first` before the first of these."""
    return np.where(steps < 0, first, curves[:, np.maximum(steps, 0)])


def draw_hazards(glue: Glue, predictor: str, baseline: Array) -> str:
    """exp(-H0(t) exp(predictor)) [n, times]: proportional hazards.

    Args:
        glue: the graph.
        predictor: float64 [n, 1].
        baseline: cumulative hazard H0 at the times [times].
    """
    hazard = glue.add("Mul", glue.add("Exp", predictor), glue.constant([-baseline], np.float64))
    return glue.add("Exp", hazard)


def draw_failure_times(
    glue: Glue, location: str, scale: str, times: Array, distribution: str
) -> str:
    """P(T > t) [n, times] where (log T - location) / scale has a distribution.

    Args:
        glue: the graph.
        location: float64 [n, 1].
        scale: float64 [n, 1], its logarithm.
        times: [times].
        distribution: one of `QUANTILES`.
    """
    logs = np.where(times > 0, np.log(np.maximum(times, 1e-300)), _BEFORE)
    apart = glue.add("Sub", glue.constant([logs], np.float64), location)
    z = glue.cast(glue.add("Div", apart, glue.add("Exp", scale)), TensorProto.DOUBLE)
    if distribution == "Weibull":
        return glue.add("Exp", glue.add("Neg", glue.add("Exp", z)))
    if distribution == "LogNormal":
        return normal(glue, glue.add("Neg", z))
    return glue.add("Sigmoid", glue.add("Neg", z))


def normal(glue: Glue, z: str) -> str:
    """The share of a normal distribution below z, float32."""
    root = glue.add("Div", glue.cast(z), glue.constant([np.sqrt(2)]))
    both = glue.add("Add", glue.add("Erf", root), glue.constant([1]))
    return glue.add("Mul", both, glue.constant([0.5]))
