"""Why a table's row got its answer: features against the average patient."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.columns import Tensors, join_rows
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.shapley import Coalitions, Floats, Game
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model

Rows = NDArray[np.float32]
Positions = NDArray[np.intp]
_MOST_FOLDED = 12  # players: with more, few coalitions give the same row
_GOLDEN = "the golden cases of the manifest"


def make_background(model: Model) -> tuple[Rows, Floats]:
    """What features that are left out become: rows [k, features] and their weights [k], sum 1.

    The centres of the manifest's background, by their people; without one, its golden cases.
    """
    manifest = model.manifest
    background = manifest.explanation.background if manifest.explanation else None
    if background is None:
        reading = model.inputs.read([c.instance for c in manifest.golden.cases])
        rows = np.asarray(join_rows(reading.tensors, manifest.input.row_tensors), np.float32)
        return rows, np.full(len(rows), 1 / len(rows))
    rows = np.array([centre.values for centre in background.centres], np.float32)  # None is NaN
    people = np.array([centre.people for centre in background.centres], np.float64)
    return rows, people / people.sum()


def make_game(
    model: Model,
    row: Rows,
    players: Sequence[Sequence[int]],
    background: tuple[Rows, Floats] | None = None,
    calls: Calls | None = None,
) -> Game:
    """The game whose players are features: those that do not play are as in the background.

    Args:
        model: what answers.
        row: the person's, [features], NaN for missing.
        players: columns per player, every column once.
        background: as make_background gives it; None makes it.
        calls: of the graph; by themselves without a limit of time.

    Returns:
        A coalition's worth is settle(the weighted mean over the background of read(outputs)).
    """
    targets, calls = make_targets(model.manifest.output), calls or Calls(model, Budget(None))
    (tensor,) = model.manifest.input.row_tensors
    centres, weights = background or make_background(model)
    show = make_revealer(row, players, centres)
    differs = np.zeros((len(centres), len(players)), bool)
    unlike = (centres != row) & ~(np.isnan(centres) & np.isnan(row))
    for player, columns in enumerate(players):
        differs[:, player] = unlike[:, list(columns)].any(axis=1)

    def play(coalitions: Coalitions) -> Floats:
        table, who, centre, place = _fold(coalitions, differs)

        def make(part: slice) -> Tensors:
            return {tensor: show(table[who[part]], centre[part])}

        played = calls.play(len(who), len(row), make)
        raw = np.concatenate([targets.read(outputs) for _, outputs in played])
        mean = weights[0] * raw[place[:, 0]]
        for k in range(1, len(weights)):
            mean += weights[k] * raw[place[:, k]]
        return targets.settle(mean)

    return play


def make_revealer(
    row: Rows, players: Sequence[Sequence[int]], centres: Rows
) -> Callable[[Coalitions, Positions], Rows]:
    """What a row is when only some of its features play: the others are as in a centre.

    Args:
        row: [features].
        players: columns per player, every column once.
        centres: [k, features].

    Returns:
        Makes [m, features] of coalitions [m, players] and positions of centres [m].
    """
    player_of = np.empty(len(row), np.intp)
    for player, columns in enumerate(players):
        player_of[list(columns)] = player

    def show(coalitions: Coalitions, centre: Positions) -> Rows:
        return np.where(coalitions[:, player_of], row, centres[centre])

    return show


def _fold(
    coalitions: Coalitions, differs: Coalitions
) -> tuple[Coalitions, Positions, Positions, Positions]:
    """Every row that coalitions and background make, once.

    A player whose value is that of a centre makes no difference there, and half of the rows with
    that centre are the same as the other half.

    Args:
        coalitions: [m, players].
        differs: where a player's value is another than the centre's, [centres, players].

    Returns:
        Who may play, [any, players]; per row which of these does, and the centre, both [rows];
        then which row belongs to a coalition and a centre, [m, centres].
    """
    (m, players), k = coalitions.shape, len(differs)
    if players > _MOST_FOLDED:
        rows = np.arange(m * k)
        return coalitions, rows // k, rows % k, rows.reshape(m, k)
    bits = 1 << np.arange(players)
    keys = ((coalitions @ bits)[:, None] & (differs @ bits)) + (np.arange(k) << players)
    known = np.zeros(k << players, bool)
    known[keys] = True
    rows = np.flatnonzero(known)
    place = np.cumsum(known)[keys] - 1
    return rows[:, None] & bits != 0, np.arange(len(rows)), rows >> players, place
