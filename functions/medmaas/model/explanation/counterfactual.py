"""What would have to be different: the smallest plausible change that changes the decision."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.explanation.budget import OutOfTimeError
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import round_number
from medmaas.model.explanation.drivers import name_level, name_value, read_value
from medmaas.model.explanation.grid import Scale, scale_by, scale_linear
from medmaas.model.explanation.shapley import Floats
from medmaas.model.manifest import (
    Manifest,
    Number,
    StandardisedDistance,
    TabularInput,
)
from medmaas.model.registry import Model
from medmaas.model.schema import BOOLEAN, FACT, NUMBER, TEXT, Schema, describe_list, describe_object
from medmaas.model.targets import Targets

Rows = NDArray[np.float32]
Decide = Callable[[Floats], NDArray[Any]]
_MOST_CHANGES = 2
_POINTS = {1: 64, 2: 16}  # values per number, by how many features change
_AT_ONCE = 4096
_JUDGED_AT_ONCE = 8
_DECIMALS = 6  # of an answer, which is what the decision is made on
_NOTHING = Fact("nothing_actionable")
_NO_THRESHOLD = Fact("no_decision")
_NO_TIME = Fact("no_time_to_look")


@dataclass(frozen=True, slots=True)
class _Tried:
    """Rows that change the decision: [n, features], their distances and targets, nearest first."""

    rows: Rows
    distances: Floats
    settled: Floats


class Counterfactual:
    """Changes of one actionable number, choice or yes-or-no; failing that, of two.

    All stay inside the training range, and none makes an instance that the model would abstain
    from. What is missing stays missing; a feature of a group is left alone, because it does not
    change without the others.
    """

    def __init__(self, model: Model, spec: TabularInput, targets: Targets) -> None:
        self._model = model
        self._features = spec.features
        self._tensor = spec.tensor
        self._targets = targets
        groups = [feature.group for feature in spec.features]
        self._actionable = [
            column
            for column, feature in enumerate(spec.features)
            if feature.actionable and (feature.group is None or groups.count(feature.group) == 1)
        ]
        self._scales = _list_scales(model.manifest, spec)
        self._decide, self._decided_on = _make_decision(model.manifest, targets)

    @property
    def is_possible(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._actionable) and self._decide is not None

    def search(self, row: Rows, calls: Calls) -> tuple[dict[str, Any], bool]:
        """The nearest change of a row [features] that changes the decision.

        Returns:
            It, or why there is none; then whether the time sufficed.
        """
        if not self.is_possible:
            return _describe_none(_NO_THRESHOLD if self._actionable else _NOTHING), True
        try:
            found = self._find_nearest(row, calls)
        except OutOfTimeError:
            return _describe_none(_NO_TIME), False
        if found is None:
            none = Fact("no_plausible_change", actionable=len(self._actionable))
            return _describe_none(none), True
        return self._describe(row, *found), True

    def _find_nearest(self, row: Rows, calls: Calls) -> tuple[Rows, Floats] | None:
        """The nearest plausible row that changes the decision, and its targets."""
        columns = [column for column in self._actionable if not np.isnan(row[column])]
        for count in range(1, _MOST_CHANGES + 1):
            values = {column: self._list_values(row, column, _POINTS[count]) for column in columns}
            grids = ((some, [values[c] for c in some]) for some in combinations(columns, count))
            tried = [self._try(row, rows, calls) for rows in _vary(row, grids)]
            if (found := self._choose(tried, calls)) is not None:
                return found
        return None

    def _list_values(self, row: Rows, column: int, points: int) -> Floats:
        feature = self._features[column]
        if isinstance(feature, Number):
            seen = feature.training_range
            return self._scales[column].list_values(seen.low, seen.high, points)
        positions = len(feature.choices) if feature.type == "choice" else 2
        return np.array([p for p in range(positions) if p != row[column]], np.float64)

    def _try(self, row: Rows, rows: Rows, calls: Calls) -> _Tried:
        together = np.concatenate([row[None], rows])
        played = calls.play(len(together), row.size, lambda part: {self._tensor: together[part]})
        raw = np.concatenate([self._targets.read(outputs) for _, outputs in played])
        settled = self._targets.settle(raw)
        decisions = self._decide(settled) if self._decide else np.zeros(len(settled))
        changed = np.flatnonzero(decisions != decisions[0])
        return _Tried(together[changed], self._measure(row, together[changed]), settled[changed])

    def _measure(self, row: Rows, rows: Rows) -> Floats:
        """Euclidean distances in standardised units; another word is one unit away."""
        squares = np.zeros(len(rows))
        for column in self._actionable:
            now, then = row[column].astype(np.float64), rows[:, column].astype(np.float64)
            if isinstance(self._features[column], Number):
                scale = self._scales[column]
                squares += np.nan_to_num(scale.measure(then) - scale.measure(now)) ** 2
            else:
                squares += then != now
        return np.sqrt(squares)

    def _choose(self, tried: Sequence[_Tried], calls: Calls) -> tuple[Rows, Floats] | None:
        """The nearest row that the model would answer, and its targets."""
        if not tried:
            return None
        rows = np.concatenate([some.rows for some in tried])
        settled = np.concatenate([some.settled for some in tried])
        order = np.argsort(np.concatenate([some.distances for some in tried]), kind="stable")
        for start in range(0, len(order), _JUDGED_AT_ONCE):
            some = order[start : start + _JUDGED_AT_ONCE]
            for position in self._leave_plausible(rows, some, calls):
                return rows[position], settled[position]
        return None

    def _leave_plausible(self, rows: Rows, positions: NDArray[np.intp], calls: Calls) -> list[int]:
        """Those that the model would not abstain from."""
        if self._model.uncertainty is None:
            return [int(position) for position in positions]
        left, plausible = positions.tolist(), list[int]()
        for tensors, outputs in calls.play(
            len(left), rows.shape[1], lambda part: {self._tensor: rows[positions[part]]}
        ):
            doubts = self._model.uncertainty.find_doubts(outputs, tensors)
            doubted = {row for doubt in doubts for row in doubt.rows}
            tried = len(tensors[self._tensor])
            some, left = left[:tried], left[tried:]
            plausible += [one for row, one in enumerate(some) if row not in doubted]
        return plausible

    def _describe(self, row: Rows, found: Rows, settled: Floats) -> dict[str, Any]:
        changes, said = [], []
        for column in self._actionable:
            now, then = float(row[column]), float(found[column])
            if now == then or np.isnan(now):
                continue
            feature = self._features[column]
            change = {
                "feature": feature.name,
                "from": read_value(feature, now),
                "to": read_value(feature, then),
                "unit": getattr(feature, "unit", "1"),
            }
            changes.append(change)
            said.append(
                Fact(
                    "in_place_of",
                    feature=feature.name,
                    then=name_value(feature, then),
                    now=name_value(feature, now),
                )
            )
        position = self._targets.headline(settled)
        if self._decided_on is not None:
            position = self._decided_on
        target, level = self._targets.targets[position], float(settled[position])
        return {
            "found": True,
            "sentence": Fact(
                "would_be", changes=said, target=target.words, level=name_level(target, level)
            ),
            "changes": changes,
            "answer": {"of": target.name, "value": round_number(level)},
        }


def describe_counterfactual() -> Schema:
    """JSON Schema of what a search gives."""
    value = {"type": ["number", "string", "boolean"]}
    change = {"feature": TEXT, "from": value, "to": value, "unit": TEXT}
    found = {
        "changes": describe_list(describe_object("Change", change)),
        "answer": describe_object("ChangedAnswer", {"of": TEXT, "value": NUMBER}),
    }
    return describe_object("Counterfactual", {"found": BOOLEAN, "sentence": TEXT, **FACT}, found)


def _describe_none(sentence: Fact) -> dict[str, Any]:
    return {"found": False, "sentence": sentence}


def _list_scales(manifest: Manifest, spec: TabularInput) -> list[Scale]:
    """The units of every feature: of the stored distance, else shares of the training range."""
    distance = manifest.uncertainty.distance if manifest.uncertainty else None
    if isinstance(distance, StandardisedDistance):
        return [scale_by(column) for column in distance.columns]
    return [
        scale_linear(feature.training_range)
        if isinstance(feature, Number)
        else Scale(log=False, offset=0, deviation=1)
        for feature in spec.features
    ]


def _make_decision(manifest: Manifest, targets: Targets) -> tuple[Decide | None, int | None]:
    """From targets [n, targets] to what is decided [n], and the target that it is decided on."""
    if targets.decides:
        return targets.decides, None
    decision = manifest.explanation.decision if manifest.explanation else None
    names = [target.name for target in targets.targets]
    if decision is None or decision.target not in names:
        return None, None
    position, threshold = names.index(decision.target), decision.threshold
    return lambda settled: settled[:, position].round(_DECIMALS) > threshold, position


def _vary(row: Rows, grids: Iterable[tuple[Sequence[int], Sequence[Floats]]]) -> Iterator[Rows]:
    """The row with every combination of the values of some columns, a few thousand at a time."""
    for columns, values in grids:
        combined = product(*values)
        while some := list(islice(combined, _AT_ONCE)):
            part = np.array(some, np.float32)
            rows = np.repeat(row[None], len(part), axis=0)
            rows[:, list(columns)] = part
            yield rows
