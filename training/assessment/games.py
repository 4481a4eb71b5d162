"""A finished model's instances as games: who plays, and what coalitions of them are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.contributions import group_features, tolerate
from medmaas.model.explanation.series import make_history_game
from medmaas.model.explanation.shapley import Attribution, Coalitions, Floats, Game, attribute
from medmaas.model.explanation.tabular import make_game as make_tabular_game
from medmaas.model.explanation.targets import make_targets
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

CELLS = 4  # per side of a picture
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
    *,
    explanation: Explanation,
    uncertainty: Uncertainty | None = None,
) -> Model:
    """A model that can be explained before it has a card, and so a manifest.

    Raises:
        ValueError: ONNX Runtime cannot load the graph.
    """
    unknown: dict[str, tuple[float, ...]] = {output.tensor: (0.0,)}
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
    """One row, as the graph takes it, [...].

    Who does not play becomes: features of a table as in the background, a measurement of a series
    never made, a cell of a picture its mean colour, a character of a text nothing.
    """
    spec = model.manifest.input
    match spec:
        case TabularInput():
            groups = group_features(spec.features)
            game = make_tabular_game(model, np.asarray(row, np.float32), list(groups.values()))
            return Case(tuple(groups), game)
        case SeriesInput():
            history = np.asarray(row, np.float32)
            history = history[~np.isnan(history[:, _TIME])]
            groups = group_features(spec.features[1:])
            columns = np.arange(history.shape[1])
            players = [
                np.broadcast_to(np.isin(columns, np.array(chosen) + 1), history.shape)
                for chosen in groups.values()
            ]
            return Case(tuple(groups), make_history_game(model, history, players))
        case ImageInput():
            return Case(list_cells(), _hide(model, row, _find_cells(spec), _find_colour(spec, row)))
        case TextInput():
            line = np.flatnonzero(row)
            characters = line[:, None] == np.arange(len(row))
            parts = tuple(spec.alphabet[code - 1] for code in row[line])
            return Case(parts, _hide(model, row, characters, np.zeros_like(row)))
        case _:
            assert_never(spec)


def explain_case(case: Case, tolerance: Floats, seed: int) -> Attribution:
    """Shapley values of one instance, without a limit of time and so the same on every machine."""
    players = len(case.parts)
    return attribute(case.game, players, tolerance=tolerance, budget=Budget(None), seed=seed)


def answer(model: Model, rows: Array) -> Floats:
    """Every explained number of the answers, of rows as the graph takes them, [n, targets]."""
    targets = make_targets(model.manifest.output)
    fed = rows.astype(np.float32) if rows.dtype == np.float64 else rows
    return targets.settle(targets.read(model.session.run({model.manifest.input.tensor: fed})))


def tolerate_errors(model: Model, rows: Array) -> Floats:
    """The standard error that sampling goes down to, per target, given rows to answer."""
    return tolerate(make_targets(model.manifest.output).targets, answer(model, rows))


def list_cells() -> tuple[str, ...]:
    """What the parts of a picture are called."""
    return tuple(
        f"row {down + 1}, column {right + 1}" for down in range(CELLS) for right in range(CELLS)
    )


def _hide(model: Model, row: Array, parts: NDArray[np.bool_], instead: Array) -> Game:
    """A game in which parts of the row that do not play are replaced.

    Args:
        model: what answers.
        row: [...].
        parts: what belongs to each player, [players, ...], to be broadcast.
        instead: what stands there without the player, to be broadcast to the row.
    """

    def play(coalitions: Coalitions) -> Floats:
        hidden = np.tensordot(~coalitions, parts, axes=(1, 0)) > 0
        return answer(model, np.where(hidden, instead, row))

    return play


def _find_cells(spec: ImageInput) -> NDArray[np.bool_]:
    """The pixels of each cell, [cells, height, width, 1], or with the channel first."""
    down = np.arange(spec.height) * CELLS // spec.height
    right = np.arange(spec.width) * CELLS // spec.width
    cell = down[:, None] * CELLS + right
    cells: NDArray[np.bool_] = np.arange(CELLS**2)[:, None, None] == cell
    return cells[..., None] if spec.layout == "NHWC" else cells[:, None]


def _find_colour(spec: ImageInput, row: Array) -> Array:
    """The picture's mean, per channel."""
    axes = (0, 1) if spec.layout == "NHWC" else (1, 2)
    mean: Array = row.mean(axis=axes, keepdims=True)
    return (mean if row.dtype.kind == "f" else mean.round()).astype(row.dtype)
