"""A finished model's instances as games: who plays, and what coalitions of them are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.contributions import group_features, tolerate
from medmaas.model.explanation.shapley import Attribution, Coalitions, Floats, Game, attribute
from medmaas.model.explanation.tabular import make_game as make_tabular_game
from medmaas.model.explanation.targets import Targets, make_targets
from medmaas.model.inputs import make_input
from medmaas.model.manifest import (
    Explanation,
    Golden,
    GoldenCase,
    ImageInput,
    Input,
    Manifest,
    Output,
    SeriesInput,
    TabularInput,
    TextInput,
    Uncertainty,
)
from medmaas.model.outputs import make_output
from medmaas.model.registry import Model
from medmaas.model.session import Session
from training.assessment.studied import Array

_CELLS = 4  # per side of a picture
_TIME = 0
_UNMEASURED = "not yet measured"


@dataclass(frozen=True)
class Case:
    """One instance: a name per player, and their game."""

    parts: tuple[str, ...]
    game: Game


def open_model(
    graph: onnx.ModelProto,
    spec: Input,
    output: Output,
    golden: Sequence[Mapping[str, Any]],
    uncertainty: Uncertainty | None,
    explanation: Explanation,
) -> Model:
    """A model that can be explained before it has a card, and so a manifest.

    Raises:
        ValueError: ONNX Runtime cannot load the graph.
    """
    unknown = {output.tensor: (0.0,)}
    manifest = Manifest.model_construct(
        id="assessed",
        version="0.0.0",
        input=spec,
        output=output,
        golden=Golden(
            tolerance=1,
            cases=tuple(GoldenCase(instance=dict(case), outputs=unknown) for case in golden),
        ),
        uncertainty=uncertainty,
        explanation=explanation,
    )
    session = Session(graph.SerializeToString(deterministic=True))
    return Model(manifest, _UNMEASURED, make_input(spec), session, make_output(manifest))


def make_case(model: Model, row: Array) -> Case:
    """One row, as the graph takes it, [...]."""
    spec = model.manifest.input
    match spec:
        case TabularInput():
            players = group_features(spec.features)
            values = np.asarray(row, np.float32)
            game = make_tabular_game(model, values, list(players.values()))
            return Case(tuple(players), game)
        case SeriesInput():
            names = tuple(feature.name for feature in spec.features[1:])
            return Case(names, _mask(model, np.asarray(row, np.float32), _find_columns(row), np.nan))
        case ImageInput():
            cells = _find_cells(spec)
            names = tuple(f"row {i // _CELLS + 1}, column {i % _CELLS + 1}" for i in range(len(cells)))
            return Case(names, _mask(model, row, cells, _find_colour(spec, row)))
        case TextInput():
            line = np.flatnonzero(row)
            cells = line[:, None] == np.arange(len(row))
            names = tuple(spec.alphabet[code - 1] for code in row[line])
            return Case(names, _mask(model, row, cells, 0))


def explain_case(case: Case, tolerance: Floats, seed: int) -> Attribution:
    """Shapley values of one instance, without a limit of time and so the same on every machine."""
    players = len(case.parts)
    return attribute(case.game, players, tolerance=tolerance, budget=Budget(None), seed=seed)
