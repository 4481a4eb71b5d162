"""Why a history got its answer: by measurement, and by time."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.contributions import (
    describe_contributions,
    describe_explained,
    group_features,
    list_contributions,
    name_method,
    tolerate,
)
from medmaas.model.explanation.flips import describe_flips, find_flips
from medmaas.model.explanation.parts import name_drivers, name_value
from medmaas.model.explanation.shapley import (
    Attribution,
    Coalitions,
    Floats,
    Game,
    attribute,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import Feature, Number, SeriesInput
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import INTEGER, NUMBER, Schema, describe_choice

Part = dict[str, Any]
Histories = NDArray[np.float32]
_AGAINST = Fact("same_history_without_it")
_TIME = 0


def make_history_game(
    model: Model, history: Histories, players: Sequence[NDArray[np.bool_]]
) -> Game:
    """The game whose players are cells of a history: left out, they are as if never measured.

    Args:
        model: what answers.
        history: [rows, features].
        players: the cells of each, [rows, features].
    """
    spec = expect(model.manifest.input, SeriesInput)
    targets = make_targets(model.manifest.output)
    empty = np.array([_leave_out(feature) for feature in spec.features], np.float32)
    cells = np.stack(players) & ~np.isnan(history)

    def play(coalitions: Coalitions) -> Floats:
        hidden = np.tensordot(~coalitions, cells, axes=1) > 0
        rows = np.where(hidden, empty, history)
        return targets.settle(targets.read(model.session.run({spec.tensor: rows})))

    return play


def _leave_out(feature: Feature) -> float:
    """Missing if it may be; else the middle of what was seen, or the first word."""
    if not feature.required:
        return float("nan")
    if isinstance(feature, Number):
        return (feature.training_range.low + feature.training_range.high) / 2
    return 0.0


class SeriesExplainer:
    """Shapley values of the measurements, and again of the times that they were made at."""

    def __init__(self, model: Model, spec: SeriesInput) -> None:
        self._model, self._spec = model, spec
        self._targets = make_targets(model.manifest.output)
        measured = group_features(spec.features[1:])
        self._measurements = {
            name: [column + 1 for column in columns] for name, columns in measured.items()
        }

    def explain(self, tensors: Tensors, _instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one history [1, rows, features]."""
        history = tensors[self._spec.tensor][0]
        history = history[~np.isnan(history[:, _TIME])]
        columns = np.arange(history.shape[1])
        by_column = [
            np.broadcast_to(np.isin(columns, chosen), history.shape)
            for chosen in self._measurements.values()
        ]
        rows = np.arange(len(history))[:, None]
        by_row = [(rows == row) & (columns != _TIME) for row in range(len(history))]
        measured, found = self._share_out(history, by_column, budget.share(2))
        timed, over_time = self._share_out(history, by_row, budget)
        head = self._targets.headline(found.prediction)
        target = self._targets.targets[head]
        drivers = list(zip(self._name(history), found.values[:, head].tolist(), strict=True))
        times = [float(time) for time in history[:, _TIME]]
        explained: dict[str, Any] = {
            "sentence": name_drivers(target, drivers, _AGAINST),
            "method": name_method(found, over_time),
            "against": _AGAINST,
            "complete": found.complete and over_time.complete,
            "by_measurement": measured([{"feature": name} for name in self._measurements]),
            "by_time": timed(
                [
                    {"row": row, self._spec.features[_TIME].name: float(str(np.float32(time)))}
                    for row, time in enumerate(times)
                ]
            ),
        }
        if self._model.output.recommends:
            explained["flips"] = find_flips(self._model, self._spec, history)
        return explained

    def _name(self, history: Histories) -> list[Fact | str]:
        """What measurements are called: anc (last 1.8 10*9/L)."""
        names: list[Fact | str] = []
        for name, columns in self._measurements.items():
            known = history[~np.isnan(history[:, columns[0]]), columns[0]]
            if len(columns) == 1 and len(known):
                value = name_value(self._spec.features[columns[0]], float(known[-1]))
                names.append(Fact("last_value", feature=name, value=value))
            else:
                names.append(name)
        return names

    def _share_out(
        self, history: Histories, players: Sequence[NDArray[np.bool_]], budget: Budget
    ) -> tuple[Callable[[Sequence[Part]], list[dict[str, Any]]], Attribution]:
        game = make_history_game(self._model, history, players)
        nobody, everybody = np.zeros(len(players), bool), np.ones(len(players), bool)
        tolerance = tolerate(self._targets.targets, game(np.stack([nobody, everybody])))
        found = attribute(game, len(players), tolerance=tolerance, budget=budget)

        def list_parts(parts: Sequence[Part]) -> list[dict[str, Any]]:
            shown = self._targets.show(found.prediction)
            return list_contributions(self._targets.targets, shown, found, parts)

        return list_parts, found

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        time, *counts = (feature.name for feature in self._spec.features)
        return describe_explanation(
            [*self._measurements], time, counts if self._model.output.recommends else ()
        )


def make(model: Model) -> SeriesExplainer:
    """What explains."""
    return SeriesExplainer(model, expect(model.manifest.input, SeriesInput))


def describe_explanation(
    measurements: Sequence[str] | None = None,
    time: str | None = None,
    flipped: Sequence[str] | None = None,
) -> Schema:
    """JSON Schema of an explanation of a history.

    Args:
        measurements: by which it explains.
        time: what the time is called.
        flipped: whose change may flip a recommendation; none if nothing is recommended.
    """
    measured = {"feature": describe_choice(measurements)}
    at = {"row": INTEGER | {"minimum": 0}}
    by_time = describe_contributions(at | ({time: NUMBER} if time else {}), "Time")
    if time is None:
        contribution = by_time["items"]["properties"]["contributions"]["items"]
        contribution["additionalProperties"] = NUMBER | {"description": "The time, by its name."}
    own = {"by_measurement": describe_contributions(measured), "by_time": by_time}
    flips = {"flips": describe_flips(flipped)}
    if flipped:
        return describe_explained("SeriesExplanation", own | flips)
    optional = flips if flipped is None else {}
    return describe_explained("SeriesExplanation", own, optional)
