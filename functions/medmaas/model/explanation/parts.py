"""Why an instance of several parts got its answer: one game of the pieces of all parts.

What is left out is as in each kind's own explanation: features of a row are as in the background,
measurements as if never made, characters unread, regions of a picture in its mean colour.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Annotated, Any

import numpy as np

from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.explanation.background import Rows, make_background
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import (
    describe_explained,
    name_method,
    round_number,
    tolerate,
)
from medmaas.model.explanation.drivers import name_drivers
from medmaas.model.explanation.players import (
    Case,
    Players,
    count_players,
    describe_players,
    make_players,
)
from medmaas.model.explanation.shapley import Attribution, Coalitions, Floats, Game, attribute
from medmaas.model.inputs.parts import PartReader, Parts, find_given
from medmaas.model.kinds import expect, list_kinds
from medmaas.model.manifest import Part, PartsInput, Single
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import BOOLEAN, NUMBER, TEXT, Schema, describe_list, describe_object

_AGAINST, _BRIEFLY = Fact("parts_left_out"), Fact("empty_parts")
_MOST_PAIRS = 64  # of permutations: each takes two answers per piece and centre
_FEWEST = 1  # pieces of a part

Playing = list[tuple[Part, Players]]


def make_parts_game(
    model: Model, tensors: Tensors, playing: Playing, weights: Floats, calls: Calls | None = None
) -> Game:
    """The game whose players are the pieces of all parts, in their order.

    Args:
        model: what answers.
        tensors: of one instance.
        playing: the parts that are there, and their pieces.
        weights: of the centres that features of a row are left out for, [k], sum 1.
        calls: of the graph; by themselves without a limit of time.
    """
    targets, calls = make_targets(model.manifest.output), calls or Calls(model, Budget(None))
    ends = [0, *accumulate(len(players.names) for _, players in playing)]
    cells, k = sum(tensor[0].size for tensor in tensors.values()), len(weights)

    def play(coalitions: Coalitions) -> Floats:
        def make(some: slice) -> Tensors:
            rows = np.arange(some.start, some.stop)
            fed = {name: np.repeat(tensor, len(rows), axis=0) for name, tensor in tensors.items()}
            for (_, players), begin, end in zip(playing, ends, ends[1:], strict=False):
                fed |= players.reveal(coalitions[rows // k, begin:end], rows % k)
            return fed

        played = calls.play(len(coalitions) * k, cells, make)
        raw = np.concatenate([targets.read(outputs) for _, outputs in played])
        mean = np.tensordot(raw.reshape(len(coalitions), k, -1), weights, axes=(1, 0))
        return targets.settle(mean)

    return play


class PartsExplainer:
    """Shapley values of the pieces of all parts, and of each part in total."""

    def __init__(self, model: Model, spec: PartsInput) -> None:
        self._model, self._spec = model, spec
        self._parts = expect(model.inputs, Parts).parts
        self._targets = make_targets(model.manifest.output)
        self._centres: tuple[Rows, Floats] = np.zeros((1, 0), np.float32), np.ones(1)
        if spec.row_tensors:
            self._centres = make_background(model)

    def explain(self, tensors: Tensors, instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one instance."""
        with Calls(self._model, budget) as calls:
            whole = self._answer(tensors, calls)
            head = self._targets.headline(whole)
            cases = self._list_cases(tensors, instance, self._targets.targets[head].name)
            playing, complete = self._choose_players(cases, calls)
            found = self._share_out(tensors, playing, calls)
        target = self._targets.targets[head]
        names = [
            Fact("piece_of_part", part=part.name, piece=name)
            for part, players in playing
            for name in players.names
        ]
        drivers = list(zip(names, found.values[:, head].tolist(), strict=True))
        return {
            "sentence": name_drivers(target, drivers, _BRIEFLY),
            "method": name_method(found),
            "against": _AGAINST,
            "complete": found.complete and complete,
            "of": target.name,
            "unit": target.unit,
            "baseline": round_number(found.baseline[head]),
            "prediction": round_number(found.prediction[head]),
            "by_part": self._describe(playing, found, head),
        }

    def make_game(self, tensors: Tensors) -> tuple[tuple[str, ...], Game]:
        """What the pieces of an instance are of, and their game, without a limit of time."""
        calls = Calls(self._model, Budget(None))
        cases = self._list_cases(tensors, None, "")
        playing, _ = self._choose_players(cases, calls)
        names = tuple(part.name for part, players in playing for _ in players.names)
        return names, make_parts_game(self._model, tensors, playing, self._centres[1], calls)

    def _answer(self, tensors: Tensors, calls: Calls) -> Floats:
        cells = sum(tensor.size for tensor in tensors.values())
        ((_, outputs),) = calls.play(1, cells, lambda _: tensors)
        answer: Floats = self._targets.settle(self._targets.read(outputs))[0]
        return answer

    def _list_cases(
        self, tensors: Tensors, instance: object, of: str
    ) -> list[tuple[PartReader, Case]]:
        """The parts that are there, each as its kind takes it apart."""
        given = instance if isinstance(instance, dict) else {}
        cases, column = [], 0
        for reader in self._parts:
            spec = reader.part.input
            begin, column = column, column + len(spec.row_features)
            own = {name: tensors[name] for name in spec.tensors}
            if not find_given(reader.part, tensors).all():
                continue
            centres = self._centres[0][:, begin:column]
            cases.append(
                (
                    reader,
                    Case(spec, reader.kind, own, given.get(reader.part.name), centres, 1, of),
                )
            )
        return cases

    def _choose_players(
        self, cases: Sequence[tuple[PartReader, Case]], calls: Calls
    ) -> tuple[Playing, bool]:
        """As many pieces as there is time to tell apart, and whether those are all."""
        wanted, k = [count_players(case) for _, case in cases], len(self._centres[1])
        total = sum(wanted)
        most = max(calls.count_parts(total * k) // k, 1)
        playing = []
        for (reader, case), own in zip(cases, wanted, strict=True):
            pieces = own if most >= total else max(own * most // total, _FEWEST)
            playing.append((reader.part, make_players(replace(case, most=pieces))))
        return playing, most >= total

    def _share_out(self, tensors: Tensors, playing: Playing, calls: Calls) -> Attribution:
        game = make_parts_game(self._model, tensors, playing, self._centres[1], calls)
        return attribute(
            game,
            sum(len(players.names) for _, players in playing),
            tolerance=partial(tolerate, self._targets.targets),
            budget=calls.budget,
            most_pairs=_MOST_PAIRS,
        )

    def _describe(self, playing: Playing, found: Attribution, head: int) -> list[dict[str, Any]]:
        """Every part of the input, in its order, with what it contributed."""
        told, begin = dict[str, dict[str, Any]](), 0
        for part, players in playing:
            own = slice(begin, begin + len(players.names))
            begin = own.stop
            values = found.values[own, head]
            errors = None if found.errors is None else found.errors[own, head]
            told[part.name] = {
                "contribution": round_number(values.sum()),
                **players.describe(values, errors),
            }
        missing = {"contribution": 0.0, "missing": True}
        return [{"part": part.name} | told.get(part.name, missing) for part in self._spec.parts]

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        return describe_explanation([part.input.kind for part in self._spec.parts])


def make(model: Model) -> PartsExplainer:
    """What explains."""
    return PartsExplainer(model, expect(model.manifest.input, PartsInput))


def describe_explanation(kinds: Sequence[str] | None = None) -> Schema:
    """JSON Schema of an explanation of parts of these kinds, of any if it is None."""
    own: dict[str, Schema] = {}
    for kind in kinds or list_kinds(Annotated[Single, None]):
        own |= describe_players(kind)
    missing = {"missing": BOOLEAN | {"description": "true: the part was not there."}}
    part = describe_object(
        "PartContribution",
        {
            "part": TEXT | {"description": "Its name."},
            "contribution": NUMBER | {"description": "What its pieces contributed together."},
        },
        missing | own,
    )
    return describe_explained(
        "PartsExplanation",
        {
            "of": TEXT,
            "unit": TEXT,
            "baseline": NUMBER,
            "prediction": NUMBER,
            "by_part": describe_list(part),
        },
    )
