"""A sum of one term per feature, read off what a model answers.

The linear predictor of a Cox model, of an accelerated failure time model and of a generalised
linear model is such a sum, whatever library fitted it, and whether by columns or by a formula: a
slope for each number, and a step for each choice. It is read by asking the model, and held against
the model on all rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from medmaas_training.catalogue.conversion.columns import Column, Table
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.errors import TrainingError

Array = NDArray[Any]
_NOISE = 1e-7  # of what the terms add up to, relative to the largest of it


@dataclass(frozen=True)
class Additive:
    """A sum over features.

    Attributes:
        intercept: what is added to all.
        slopes: of each number, by position of its feature.
        steps: what each code adds, by position of the feature.
    """

    intercept: float
    slopes: dict[int, float]
    steps: dict[int, Array]

    def answer(self, rows: Array) -> Array:
        """The sums [n] of rows [n, features] without missing values."""
        total = np.full(len(rows), self.intercept)
        for position, slope in self.slopes.items():
            total += slope * rows[:, position]
        for position, steps in self.steps.items():
            total += steps[rows[:, position].astype(np.intp)]
        return total

    def convert(self, glue: Glue, tensor: str) -> str:
        """The same in a graph: float64 [n, 1], NaN where a feature is missing."""
        double = glue.cast(tensor, TensorProto.DOUBLE)
        total = glue.constant([[self.intercept]], np.float64)
        if self.slopes:
            slopes = glue.constant([[slope] for slope in self.slopes.values()], np.float64)
            numbers = glue.take_columns(double, [*self.slopes])
            total = glue.add("Add", total, glue.add("MatMul", numbers, slopes))
        for position, steps in self.steps.items():
            code = glue.take_columns(double, [position])
            codes = glue.constant([np.arange(len(steps))], np.float64)
            met = glue.cast(glue.add("Equal", code, codes), TensorProto.DOUBLE)
            step = glue.add("MatMul", met, glue.constant(steps[:, None], np.float64))
            unknown = glue.add("Mul", code, glue.constant([0], np.float64))
            total = glue.add("Add", total, glue.add("Add", step, unknown))
        return total


def read_additive(predict: Callable[[Any], Array], table: Table, rows: Array) -> Additive:
    """The sum that a model is.

    Args:
        predict: from what the model takes to sums [n].
        table: its columns.
        rows: [n, features] of the tensor, of which at least one is complete.

    Raises:
        TrainingError: it is no such sum.
    """
    complete = rows[~np.isnan(rows).any(axis=1)]
    if not len(complete):
        raise TrainingError("rows must hold at least one without a missing value")

    def ask(some: Array) -> Array:
        return np.asarray(predict(table.restore(some)), np.float64).ravel()

    base = complete[:1]
    intercept = float(ask(base)[0])
    slopes, steps = dict[int, float](), dict[int, Array]()
    for column in table.columns:
        place, here = column.position, base[0, column.position]
        if column.codes:
            answers = ask(_vary(base, place, np.arange(column.codes)))
            steps[place] = answers - answers[int(here)]
        else:
            slopes[place] = slope = _read_slope(ask, base, column, complete[:, place])
            intercept -= slope * here
    found = Additive(intercept, slopes, steps)
    expected = ask(complete)
    scale = max(1.0, float(np.abs(expected).max()))
    if not np.abs(found.answer(complete) - expected).max() <= _NOISE * scale:
        raise TrainingError(
            "the model is no sum of one term per feature, because some act together (an "
            "interaction): make the product a column of the data, and a feature of the draft"
        )
    return found


def _vary(base: Array, place: int, values: Array) -> Array:
    rows = np.repeat(base, len(values), axis=0)
    rows[:, place] = values
    return rows


def _read_slope(ask: Callable[[Array], Array], base: Array, column: Column, known: Array) -> float:
    low, high = float(known.min()), float(known.max())
    high = high if high > low else low + 1
    first, middle, last = ask(_vary(base, column.position, np.array([low, (low + high) / 2, high])))
    scale = max(1.0, abs(first), abs(last))
    if not abs(middle - (first + last) / 2) <= _NOISE * scale:
        raise TrainingError(
            f"the model bends with {column.name} (a spline, a logarithm or a power of it): make "
            "what it bends by a column of the data, and a feature of the draft"
        )
    return float((last - first) / (high - low))
