"""Which single change of a count would change what a policy recommends."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import OutOfTimeError
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.drivers import read_value
from medmaas.model.explanation.grid import as_held, scale_ratio
from medmaas.model.kinds import expect
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

Histories = NDArray[np.float32]
Flip = dict[str, Any]
_POINTS = 60


def recommend(model: Model, spec: SeriesInput, history: Histories, calls: Calls) -> str | None:
    """What is recommended at a history [rows, features], shield included."""
    (recommended,) = _recommend(
        model, calls.play(1, history.size, lambda _: {spec.tensor: history[None]})
    )
    return recommended


def find_flips(
    model: Model, spec: SeriesInput, history: Histories, calls: Calls
) -> tuple[list[Flip], bool]:
    """Per count the smallest change of its last known value that changes the recommendation.

    The policy's shield is part of the recommendation. A count that no value within the training
    range would change anything by is left out.

    Args:
        model: whose output is a policy.
        spec: of its input.
        history: [rows, features], without filling.
        calls: of its graph.

    Returns:
        `{"feature", "from", "to", "unit", "recommended": {"from", "to"}}`, the nearest first; then
        whether there was time to look at every count.
    """
    found: list[tuple[float, Flip]] = []
    searched = True
    for column, feature in enumerate(spec.features):
        if column == 0 or not isinstance(feature, Number) or feature.unit == "1":
            continue
        known = np.flatnonzero(~np.isnan(history[:, column]))
        if not len(known):
            continue
        try:
            nearest = _find_nearest(model, spec, history, (int(known[-1]), column), calls)
        except OutOfTimeError:
            searched = False
            break
        if nearest:
            found.append(nearest)
    return [flip for _, flip in sorted(found, key=lambda pair: pair[0])], searched


def _find_nearest(
    model: Model, spec: SeriesInput, history: Histories, cell: tuple[int, int], calls: Calls
) -> tuple[float, Flip] | None:
    """The nearest flip by one cell, and how near it is."""
    feature = expect(spec.features[cell[1]], Number)
    now, seen = float(history[cell]), feature.training_range
    scale = scale_ratio(seen)
    values = np.concatenate(
        [history[cell][None], as_held(scale.list_values(seen.low, seen.high, _POINTS))]
    )

    def make(part: slice) -> Tensors:
        varied = np.repeat(history[None], len(values[part]), axis=0)
        varied[:, *cell] = values[part]
        return {spec.tensor: varied}

    recommended = _recommend(model, calls.play(len(values), history.size, make))
    changed = [i for i, name in enumerate(recommended) if name != recommended[0]]
    if not changed:
        return None
    measured = scale.measure(values.astype(np.float64))
    nearest = min(changed, key=lambda i: abs(measured[i] - measured[0]))
    flip = {
        "feature": feature.name,
        "from": read_value(feature, now),
        "to": read_value(feature, float(values[nearest])),
        "unit": feature.unit,
        "recommended": {"from": recommended[0], "to": recommended[nearest]},
    }
    return float(abs(measured[nearest] - measured[0])), flip


def _recommend(model: Model, played: Iterable[tuple[Tensors, Tensors]]) -> list[str | None]:
    recommended: list[str | None] = []
    for tensors, outputs in played:
        table = model.output.tabulate(outputs, tensors)
        recommended += [output["recommended"] for output in model.output.list_rows(table)]
    return recommended


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
