"""A finished model's instances as games: who plays, and what coalitions of them are worth."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import Any, assert_never

import numpy as np
import onnx
import PIL.Image
from numpy.typing import NDArray

from medmaas.model.explanation.background import make_game as make_tabular_game
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.contributions import group_features, tolerate
from medmaas.model.explanation.image import ImageExplainer
from medmaas.model.explanation.series import make_history_game
from medmaas.model.explanation.shapley import (
    MOST_EXACT,
    MOST_PAIRS,
    Attribution,
    Coalitions,
    Floats,
    Game,
    attribute,
)
from medmaas.model.explanation.text import make_line_game
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
from medmaas.model.outputs import make_output, make_targets
from medmaas.model.registry import Model
from medmaas.model.session import Session
from training.assessment.parts import name_parts
from training.assessment.studied import Array

CELLS = 4  # per side of a picture
_TIME = 0
_FEW_PAIRS = 8  # half of a served explanation's, for the sake of time
_UNMEASURED = "not yet measured"


@dataclass(frozen=True)
class Case:
    """One instance.

    Attributes:
        parts: what each player is called; several may be called the same.
        game: what coalitions of them are worth.
        map_heat: attributions [parts] of the number that a sentence is about, where they are no
            Shapley values of this game.
        most_pairs: of permutations, where they are.
    """

    parts: tuple[str, ...]
    game: Game
    map_heat: Callable[[], Floats] | None = None
    most_pairs: int = MOST_PAIRS


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
    return Model(manifest, "", _UNMEASURED, make_input(spec), session, make_output(manifest))


def make_case(model: Model, row: Array) -> Case:
    """One row, as the graph takes it, [...].

    Who does not play becomes: features of a table as in the background, a measurement of a series
    never made, a cell of a picture its mean colour, an atom, a bond or a character of a text
    nothing.
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
            cells = _find_cells(spec)
            heat = partial(_map_heat, model, spec, row)
            return Case(list_cells(), _cover(model, spec, row, cells), heat)
        case TextInput():
            line = "".join(spec.alphabet[code - 1] for code in row if code)
            parts = name_parts(spec, line)
            game = make_line_game(model, row, [characters for _, characters in parts])
            return Case(tuple(name for name, _ in parts), game, most_pairs=_FEW_PAIRS)
        case _:
            assert_never(spec)


def explain_case(case: Case, tolerance: Floats, seed: int) -> Attribution:
    """Shapley values of one instance, without a limit of time and so the same on every machine."""
    return _attribute(case.game, len(case.parts), tolerance, case.most_pairs, seed)


def sample_case(case: Case, tolerance: Floats, seed: int) -> Attribution:
    """Sampled values, even where few play.

    Players who bring nothing join, until there are too many for exact ones; nobody's value changes.
    """
    players = len(case.parts)

    def play(coalitions: Coalitions) -> Floats:
        return case.game(coalitions[:, :players])

    joined = max(players, MOST_EXACT + 1)
    found = _attribute(play, joined, tolerance, case.most_pairs, seed)
    if found.errors is None:
        raise AssertionError("too many players for exact values")
    return replace(found, values=found.values[:players], errors=found.errors[:players])


def _attribute(
    game: Game, players: int, tolerance: Floats, most_pairs: int, seed: int
) -> Attribution:
    return attribute(
        game,
        players,
        tolerance=tolerance,
        budget=Budget(None),
        seed=seed,
        most_pairs=most_pairs,
    )


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


def rank_cells() -> Floats:
    """How near the middle of a picture each of its parts is, the nearest highest, [cells]."""
    away = np.arange(CELLS) - (CELLS - 1) / 2
    near: Floats = -np.hypot(*np.meshgrid(away, away)).ravel()
    return near


def _map_heat(model: Model, spec: ImageInput, row: Array) -> Floats:
    """The heat map that a request for this picture gets, as its mean in every cell, [cells]."""
    instance = {spec.field: write_png(spec, row)}
    tensors = {spec.tensor: row[None]}
    explained = ImageExplainer(model, spec).explain(tensors, instance, Budget(None))
    heat = np.array(explained["heat_map"]["rows"])
    each = len(heat) // CELLS
    means: Floats = heat.reshape(CELLS, each, CELLS, each).mean(axis=(1, 3)).ravel()
    return means


def write_png(spec: ImageInput, row: Array) -> str:
    """A row as the graph takes it, [...], as an instance holds it: PNG in base64."""
    pixels = row if spec.layout == "NHWC" else row.transpose(1, 2, 0)
    if spec.normalisation:
        scaled = pixels * np.array(spec.normalisation.deviation) + np.array(spec.normalisation.mean)
        pixels = (255 * scaled).round().clip(0, 255)
    shape = pixels.shape if spec.channels > 1 else pixels.shape[:2]
    file = BytesIO()
    PIL.Image.fromarray(pixels.astype(np.uint8).reshape(shape)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _cover(model: Model, spec: ImageInput, row: Array, cells: NDArray[np.bool_]) -> Game:
    """A game in which cells [cells, height, width] that do not play get the mean colour."""
    last = spec.layout == "NHWC"
    colour: Array = row.mean(axis=(0, 1) if last else (1, 2), keepdims=True).astype(row.dtype)

    def play(coalitions: Coalitions) -> Floats:
        hidden = np.tensordot(~coalitions, cells, axes=1) > 0
        return answer(model, np.where(hidden[..., None] if last else hidden[:, None], colour, row))

    return play


def _find_cells(spec: ImageInput) -> NDArray[np.bool_]:
    """The pixels of each cell, [cells, height, width]."""
    down = np.arange(spec.height) * CELLS // spec.height
    right = np.arange(spec.width) * CELLS // spec.width
    cells: NDArray[np.bool_] = np.arange(CELLS**2)[:, None, None] == down[:, None] * CELLS + right
    return cells
