"""Why a table's row got its answer, and what would change it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation.background import Rows, make_background, make_game, make_revealer
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import (
    describe_contributions,
    describe_explained,
    group_features,
    list_contributions,
    name_method,
    tolerate,
)
from medmaas.model.explanation.counterfactual import Counterfactual, describe_counterfactual
from medmaas.model.explanation.drivers import name_drivers, name_value
from medmaas.model.explanation.players import (
    Case,
    FeaturePlayers,
    describe_feature_players,
)
from medmaas.model.explanation.shapley import Attribution, Floats, attribute
from medmaas.model.kinds import expect
from medmaas.model.manifest import TabularInput
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import Schema, describe_choice

_GOLDEN = Fact("golden_cases")
_AVERAGE = Fact("average_patient")


class TableExplainer:
    """Shapley values of the features against the background, and a counterfactual."""

    def __init__(self, model: Model, spec: TabularInput) -> None:
        self._model, self._spec = model, spec
        self._targets = make_targets(model.manifest.output)
        self._groups = group_features(spec.features)
        self._background = make_background(model)
        self._tolerance: Floats | None = None  # until it is first needed
        explanation = model.manifest.explanation
        background = explanation.background if explanation else None
        self._against = Fact("average_patient_of", of=background.of) if background else _GOLDEN
        self._brief = _AVERAGE if background else _GOLDEN
        self._counterfactual = Counterfactual(model, spec, self._targets)

    def explain(self, tensors: Tensors, _instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one row [1, features]."""
        row = tensors[self._spec.tensor][0]
        with Calls(self._model, budget) as calls:
            found = self._share_out(row, calls, budget)
            other, searched = self._counterfactual.search(row, calls)
        targets, head = self._targets.targets, self._targets.headline(found.prediction)
        names = name_groups(self._spec, self._groups, row)
        drivers = list(zip(names, found.values[:, head].tolist(), strict=True))
        parts = [{"feature": name} for name in self._groups]
        return {
            "sentence": name_drivers(targets[head], drivers, self._brief),
            "method": name_method(found),
            "against": self._against,
            "complete": found.complete and searched,
            "targets": list_contributions(
                targets, self._targets.show(found.prediction), found, parts
            ),
            "counterfactual": other,
        }

    def _share_out(self, row: Rows, calls: Calls, budget: Budget) -> Attribution:
        if self._tolerance is None:
            centres, _ = self._background
            played = calls.play(
                len(centres), row.size, lambda part: {self._spec.tensor: centres[part]}
            )
            raw = np.concatenate([self._targets.read(outputs) for _, outputs in played])
            self._tolerance = tolerate(self._targets.targets, self._targets.settle(raw))
        players = list(self._groups.values())
        game = make_game(self._model, row, players, self._background, calls)
        return attribute(game, len(players), tolerance=self._tolerance, budget=budget)

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        return describe_explanation([*self._groups])


def make(model: Model) -> TableExplainer:
    """What explains."""
    return TableExplainer(model, expect(model.manifest.input, TabularInput))


def name_groups(spec: TabularInput, groups: Mapping[str, list[int]], row: Rows) -> list[Fact | str]:
    """What groups are called: a feature alone with its value."""

    def name_one(name: str, columns: list[int]) -> Fact | str:
        if len(columns) > 1:
            return name
        value = name_value(spec.features[columns[0]], float(row[columns[0]]))
        is_number = isinstance(value, Fact) and value.code == "value"
        return Fact("feature_value" if is_number else "feature_is", feature=name, value=value)

    return [name_one(*group) for group in groups.items()]


def make_players(case: Case) -> FeaturePlayers:
    """The features of a row, those of a group together."""
    spec = expect(case.spec, TabularInput)
    row, groups = case.tensors[spec.tensor][0], group_features(spec.features)
    show = make_revealer(row, [*groups.values()], case.centres)
    return FeaturePlayers(
        name_groups(spec, groups, row), [*groups], lambda *played: {spec.tensor: show(*played)}
    )


def count_players(case: Case) -> int:
    """A player per feature or group."""
    return len(group_features(expect(case.spec, TabularInput).features))


def describe_players() -> dict[str, Schema]:
    """JSON Schema of what features contributed."""
    return describe_feature_players()


def describe_explanation(groups: Sequence[str] | None = None) -> Schema:
    """JSON Schema of an explanation by these groups of features."""
    own = {
        "targets": describe_contributions({"feature": describe_choice(groups)}),
        "counterfactual": describe_counterfactual(),
    }
    return describe_explained("TableExplanation", own)
