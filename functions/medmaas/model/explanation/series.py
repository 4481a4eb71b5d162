"""Why a history got its answer: by measurement, and by time."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation.budget import Budget, OutOfTimeError
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import (
    describe_contributions,
    describe_explained,
    group_features,
    list_contributions,
    name_method,
    tolerate,
)
from medmaas.model.explanation.drivers import name_drivers, name_value
from medmaas.model.explanation.flips import describe_flips, find_flips, recommend
from medmaas.model.explanation.players import (
    Case,
    FeaturePlayers,
    describe_feature_players,
)
from medmaas.model.explanation.shapley import (
    MOST_PAIRS,
    Attribution,
    Coalitions,
    Floats,
    Game,
    attribute,
    cut,
    reveal,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import Feature, Number, SeriesInput
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import INTEGER, NUMBER, Schema, describe_choice
from medmaas.model.targets import Targets

Part = dict[str, Any]
Histories = NDArray[np.float32]
_AGAINST = Fact("same_history_without_it")
_TIME = 0
_MOST_RUNS = 100  # of rows: beyond it, or without time for so many, neighbours are one part
_MOST_FED = 2**28  # numbers that a graph is fed for one of the two attributions
_FEW_PAIRS = 8  # which any history has, unless there is no time for them
_MEASUREMENTS = 1.5  # the part of the time that they may take: two thirds of it


def make_history_game(
    model: Model,
    history: Histories,
    players: Sequence[NDArray[np.bool_]],
    calls: Calls | None = None,
) -> Game:
    """The game whose players are cells of a history: left out, they are as if never measured.

    Args:
        model: what answers.
        history: [rows, features].
        players: the cells of each, [rows, features], none of them twice.
        calls: of the graph; by themselves without a limit of time.
    """
    spec = expect(model.manifest.input, SeriesInput)
    targets, calls = make_targets(model.manifest.output), calls or Calls(model, Budget(None))
    show = make_revealer(spec, history, players)

    def play(coalitions: Coalitions) -> Floats:
        played = calls.play(
            len(coalitions), history.size, lambda part: {spec.tensor: show(coalitions[part])}
        )
        raw = np.concatenate([targets.read(outputs) for _, outputs in played])
        return targets.settle(raw)

    return play


def make_revealer(
    spec: SeriesInput, history: Histories, players: Sequence[NDArray[np.bool_]]
) -> Callable[[Coalitions], Histories]:
    """What a history [rows, features] is when only some play, whose cells these are.

    Returns:
        Makes [m, rows, features] of coalitions [m, players].
    """
    empty = np.array([_leave_out(feature) for feature in spec.features], np.float32)
    owner = np.full(history.shape, len(players))  # beyond the players: always there
    for player, cells in enumerate(players):
        owner[cells & ~np.isnan(history)] = player

    def show(coalitions: Coalitions) -> Histories:
        return np.where(reveal(coalitions, owner), history, empty)

    return show


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
        self._measurements = group_measurements(spec)

    def explain(self, tensors: Tensors, _instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one history [1, rows, features]."""
        history = tensors[self._spec.tensor][0]
        history = history[~np.isnan(history[:, _TIME])]
        by_column = _list_cells(self._measurements, history)
        recommends = self._model.output.recommends
        with Calls(self._model, budget.share(_MEASUREMENTS)) as calls:
            targets = self._targets
            if recommends:
                targets = targets.about(recommend(self._model, self._spec, history, calls))
            measured, found = self._share_out(history, by_column, targets, calls)
        flips, searched = self._find_flips(history, budget.share(2)) if recommends else ([], True)
        by_time, over_time, whole = self._explain_time(history, targets, budget)
        head = targets.headline(found.prediction)
        target = targets.targets[head]
        names = name_measurements(self._spec, self._measurements, history)
        drivers = list(zip(names, found.values[:, head].tolist(), strict=True))
        explained: dict[str, Any] = {
            "sentence": name_drivers(target, drivers, _AGAINST),
            "method": name_method(found, *over_time),
            "against": _AGAINST,
            "complete": found.complete and searched and whole,
            "by_measurement": measured([{"feature": name} for name in self._measurements]),
            "by_time": by_time,
        }
        return explained | ({"flips": flips} if recommends else {})

    def _find_flips(self, history: Histories, budget: Budget) -> tuple[list[Part], bool]:
        with Calls(self._model, budget) as calls:
            return find_flips(self._model, self._spec, history, calls)

    def _explain_time(
        self, history: Histories, targets: Targets, budget: Budget
    ) -> tuple[list[Part], list[Attribution], bool]:
        """What the rows contributed, or runs of them; nothing without time for it.

        Returns:
            It, what it was made of, and whether the time sufficed.
        """
        wanted, columns = min(len(history), _MOST_RUNS), np.arange(history.shape[1])
        rows = np.arange(len(history))[:, None]
        with Calls(self._model, budget) as calls:
            most = calls.count_parts(wanted)
            runs = cut(len(history), most)
            players = [(rows >= run.start) & (rows < run.stop) & (columns != _TIME) for run in runs]
            try:
                timed, found = self._share_out(history, players, targets, calls)
            except OutOfTimeError:
                return [], [], False
        parts = [self._name_run(history, run) for run in runs]
        return timed(parts), [found], found.complete and most == wanted

    def _name_run(self, history: Histories, run: range) -> Part:
        """The row and its time; of several rows the first, and the last as well."""
        time, last = self._spec.features[_TIME].name, run.stop - 1
        first, end = (float(str(np.float32(history[row, _TIME]))) for row in (run.start, last))
        named: Part = {"row": run.start, time: first}
        return named if len(run) == 1 else named | {"last_row": last, "until": end}

    def _share_out(
        self,
        history: Histories,
        players: Sequence[NDArray[np.bool_]],
        targets: Targets,
        calls: Calls,
    ) -> tuple[Callable[[Sequence[Part]], list[dict[str, Any]]], Attribution]:
        game = make_history_game(self._model, history, players, calls)
        pairs = _MOST_FED // (2 * max(len(players) - 1, 1) * history.size)
        found = attribute(
            game,
            len(players),
            tolerance=partial(tolerate, targets.targets),
            budget=calls.budget,
            most_pairs=min(MOST_PAIRS, max(pairs, _FEW_PAIRS)),
        )

        def list_parts(parts: Sequence[Part]) -> list[dict[str, Any]]:
            shown = targets.show(found.prediction)
            return list_contributions(targets.targets, shown, found, parts)

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


def group_measurements(spec: SeriesInput) -> dict[str, list[int]]:
    """The columns of every measurement, or group of them; the time is none."""
    measured = group_features(spec.features[1:])
    return {name: [column + 1 for column in columns] for name, columns in measured.items()}


def _list_cells(
    measurements: Mapping[str, list[int]], history: Histories
) -> list[NDArray[np.bool_]]:
    columns = np.arange(history.shape[1])
    return [
        np.broadcast_to(np.isin(columns, chosen), history.shape) for chosen in measurements.values()
    ]


def name_measurements(
    spec: SeriesInput, measurements: Mapping[str, list[int]], history: Histories
) -> list[Fact | str]:
    """What measurements are called: anc (last 1.8 10*9/L)."""
    names: list[Fact | str] = []
    for name, columns in measurements.items():
        known = history[~np.isnan(history[:, columns[0]]), columns[0]]
        if len(columns) == 1 and len(known):
            value = name_value(spec.features[columns[0]], float(known[-1]))
            names.append(Fact("last_value", feature=name, value=value))
        else:
            names.append(name)
    return names


def make_players(case: Case) -> FeaturePlayers:
    """The measurements of a history."""
    spec = expect(case.spec, SeriesInput)
    history, measurements = case.tensors[spec.tensor][0], group_measurements(spec)
    show = make_revealer(spec, history, _list_cells(measurements, history))
    return FeaturePlayers(
        name_measurements(spec, measurements, history),
        [*measurements],
        lambda coalitions, _: {spec.tensor: show(coalitions)},
    )


def count_players(case: Case) -> int:
    """A player per measurement or group."""
    return len(group_measurements(expect(case.spec, SeriesInput)))


def describe_players() -> dict[str, Schema]:
    """JSON Schema of what measurements contributed."""
    return describe_feature_players()


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
    run = {
        "last_row": INTEGER | {"minimum": 0, "description": "If several rows are one part."},
        "until": NUMBER | {"description": "The time of the last row of several."},
    }
    by_time = describe_contributions(at | ({time: NUMBER} if time else {}), "Time", run)
    if time is None:
        contribution = by_time["items"]["properties"]["contributions"]["items"]
        contribution["additionalProperties"] = NUMBER | {"description": "The time, by its name."}
    own = {"by_measurement": describe_contributions(measured), "by_time": by_time}
    flips = {"flips": describe_flips(flipped)}
    if flipped:
        return describe_explained("SeriesExplanation", own | flips)
    optional = flips if flipped is None else {}
    return describe_explained("SeriesExplanation", own, optional)
