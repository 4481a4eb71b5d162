"""Which single change of a count would change what a policy recommends."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.explanation.grid import as_held, scale_ratio
from medmaas.model.explanation.parts import read_value
from medmaas.model.manifest import Number, SeriesInput
from medmaas.model.registry import Model
from medmaas.model.schema import (
    NUMBER,
    TEXT,
    Schema,
    describe_choice,
    describe_list,
    describe_nullable,
    describe_object,
)

_POINTS = 60


def find_flips(
    model: Model, spec: SeriesInput, history: NDArray[np.float32]
) -> list[dict[str, Any]]:
    """Per count the smallest change of its last known value that changes the recommendation.

    The policy's shield is part of the recommendation. A count that no value within the training
    range would change anything by is left out.

    Args:
        model: whose output is a policy.
        spec: of its input.
        history: [rows, features], without filling.

    Returns:
        `{"feature", "from", "to", "unit", "recommended": {"from", "to"}}`, the nearest first.
    """
    found = []
    for column, feature in enumerate(spec.features):
        if column == 0 or not isinstance(feature, Number) or feature.unit == "1":
            continue
        known = np.flatnonzero(~np.isnan(history[:, column]))
        if not len(known):
            continue
        row, now = known[-1], float(history[known[-1], column])
        scale, seen = scale_ratio(feature.training_range), feature.training_range
        values = as_held(scale.list_values(seen.low, seen.high, _POINTS))
        varied = np.repeat(history[None], len(values) + 1, axis=0)
        varied[1:, row, column] = values
        recommended = _recommend(model, spec, varied)
        changed = [i for i, name in enumerate(recommended) if name != recommended[0]]
        if not changed:
            continue
        measured = scale.measure(np.array([now, *values.astype(np.float64)]))
        nearest = min(changed, key=lambda i: abs(measured[i] - measured[0]))
        flip = {
            "feature": feature.name,
            "from": read_value(feature, now),
            "to": read_value(feature, float(varied[nearest, row, column])),
            "unit": feature.unit,
            "recommended": {"from": recommended[0], "to": recommended[nearest]},
        }
        found.append((float(abs(measured[nearest] - measured[0])), flip))
    return [flip for _, flip in sorted(found, key=lambda pair: pair[0])]


def _recommend(model: Model, spec: SeriesInput, histories: NDArray[np.float32]) -> list[str | None]:
    tensors = {spec.tensor: histories}
    table = model.output.tabulate(model.session.run(tensors), tensors)
    return [output["recommended"] for output in model.output.list_rows(table)]


def describe_flips(features: Sequence[str] | None = None) -> Schema:
    """JSON Schema of them, for a series of these features."""
    action = describe_nullable(TEXT)
    flip = {
        "feature": describe_choice(features),
        "from": NUMBER,
        "to": NUMBER,
        "unit": TEXT,
        "recommended": describe_object("FlippedAction", {"from": action, "to": action}),
    }
    return describe_list(describe_object("Flip", flip))
