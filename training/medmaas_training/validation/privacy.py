"""What of a set must not be in a model's folder: a value that one person alone has."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Dependence, Explanation, Input
from medmaas_training.assessment.splits import Cases
from medmaas_training.validation.simple_models import list_features

_BEYOND = 5  # people at or beyond the ends of a curve
_DIGITS = 4


def soften(cases: Cases) -> Cases:
    """People whose smallest values above 0 stand for several.

    Where a column of a table is never negative and sometimes 0, the distance keeps the smallest
    value above it: what is below the 5 % quantile of those becomes that.
    """
    rows = cases.rows
    if isinstance(rows, np.ndarray):
        return replace(cases, rows=_soften(rows))
    softened = {name: _soften(tensor) for name, tensor in rows.tensors.items()}
    return replace(cases, rows=replace(rows, tensors=softened))


def _soften(rows: NDArray[Any]) -> NDArray[Any]:
    if rows.ndim != 2 or not np.issubdtype(rows.dtype, np.floating):
        return rows
    softened = rows.copy()
    for column in softened.T:
        above = column > 0
        if not above.any() or not (column == 0).any() or (column < 0).any():
            continue
        column[above] = np.maximum(column[above], np.quantile(column[above], 0.05))
    return softened


def trim(explanation: Explanation, spec: Input, people: Cases) -> Explanation:
    """Without the ends of curves, whose values few people have or exceed.

    Args:
        explanation: of the model.
        spec: of its input.
        people: a row each.
    """
    X = list_features(spec, people.rows)
    if X is None:
        return explanation
    columns = {feature.name: X[:, i] for i, feature in enumerate(spec.row_features)}
    curves = [_trim(curve, columns[curve.feature]) for curve in explanation.dependence]
    return explanation.model_copy(update={"dependence": tuple(c for c in curves if c)})


def _trim(curve: Dependence, x: NDArray[np.float64]) -> Dependence | None:
    kept = [
        (float(f"{value:.{_DIGITS}g}"), answer)
        for value, answer in zip(curve.values, curve.answers, strict=True)
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and min((x <= value).sum(), (x >= value).sum()) >= _BEYOND
    ]
    if not all(isinstance(value, int | float) for value in curve.values) or any(
        isinstance(value, bool) for value in curve.values
    ):
        return curve  # words, and yes and no
    if len(kept) < 2:
        return None
    values, answers = zip(*kept, strict=True)
    return curve.model_copy(update={"values": values, "answers": answers})
