"""A finished model's instances as games: who plays, and what coalitions of them are worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import onnx

from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.contributions import tolerate
from medmaas.model.explanation.shapley import (
    MOST_EXACT,
    MOST_PAIRS,
    Attribution,
    Coalitions,
    Floats,
    Game,
    attribute,
)
from medmaas.model.inputs import NO_FILES, Files, make_input
from medmaas.model.manifest import (
    Explanation,
    Golden,
    GoldenCase,
    Input,
    Manifest,
    Output,
    Uncertainty,
)
from medmaas.model.outputs import make_output, make_targets
from medmaas.model.registry import Model
from medmaas.model.session import Session
from medmaas_training.assessment.splits import Array
from medmaas_training.rows import Fed, feed

Trained = Callable[[Array], Array | Mapping[str, Array]]
"""A model as it was fitted, from rows to the output, or outputs by name."""

_UNMEASURED = "not yet measured"


def take_target(worth: Floats, target: int) -> Floats:
    """One of the numbers of answers, as it is, [n, targets] to [n]."""
    column: Floats = worth[:, target]
    return column


@dataclass(frozen=True)
class Case:
    """One instance.

    Attributes:
        parts: what each player is called; several may be called the same.
        game: what coalitions of them are worth.
        map_heat: attributions [parts] of the number that a sentence is about, where they are not
            Shapley values of this game.
        most_pairs: of permutations, where they are.
        weigh: what attributions of a target explain, given the worth of coalitions, [n, targets].
    """

    parts: tuple[str, ...]
    game: Game
    map_heat: Callable[[], Floats] | None = None
    most_pairs: int = MOST_PAIRS
    weigh: Callable[[Floats, int], Floats] = take_target


def open_model(
    graph: onnx.ModelProto,
    spec: Input,
    output: Output,
    golden: Sequence[Mapping[str, Any]],
    *,
    explanation: Explanation,
    uncertainty: Uncertainty | None = None,
    files: Files = NO_FILES,
) -> Model:
    """A model that can be explained before it has a card, and so a manifest.

    Raises:
        ValueError: ONNX Runtime cannot load the graph.
    """
    unknown: dict[str, tuple[float, ...]] = {output.tensor: (0.0,)}
    manifest = Manifest.model_construct(
        id="assessed",
        version="0.0.0",
        title="assessed",
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
    return Model(manifest, "", _UNMEASURED, make_input(spec, files), session, make_output(manifest))


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


def answer(model: Model, rows: Fed) -> Floats:
    """Every explained number of the answers, of rows as the graph takes them, [n, targets]."""
    targets = make_targets(model.manifest.output)
    return targets.settle(targets.read(model.session.run(feed(rows, model.manifest.input.tensors))))


def tolerate_errors(model: Model, rows: Fed) -> Floats:
    """The standard error that sampling goes down to, per target, given rows to answer."""
    return tolerate(make_targets(model.manifest.output).targets, answer(model, rows))
