"""Why a recording got its answer: by lead, by time, and where in which lead.

What is left out of a lead is replaced by its local baseline: the median of the segment and half of
each neighbour, where between two beats the lead rests. Leads and segments share an answer as
Shapley values; each segment of each lead is besides left out alone (occlusion).
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import DECIMALS, Tensors
from medmaas.model.explanation.budget import Budget, OutOfTimeError
from medmaas.model.explanation.calls import Calls
from medmaas.model.explanation.contributions import (
    describe_contributions,
    describe_explained,
    list_contributions,
    name_method,
    tolerate,
)
from medmaas.model.explanation.drivers import name_amount, name_drivers
from medmaas.model.explanation.shapley import (
    Attribution,
    Coalitions,
    Floats,
    Game,
    attribute,
    cut,
    reveal,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import WaveformInput
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas.model.schema import (
    NUMBER,
    TEXT,
    Schema,
    describe_choice,
    describe_list,
    describe_object,
)

Samples = NDArray[np.float32]
_AGAINST = Fact("recording_without_it")
_SECONDS = 0.4  # of a segment: two large squares of paper, where neither more nor fewer are told
_MOST_SEGMENTS, _FEWEST_SEGMENTS = 40, 8
_MOST_PAIRS = 16  # of permutations: each takes two answers per part
_WORTH_NAMING = 0.001  # of a probability


def cut_segments(spec: WaveformInput) -> list[range]:
    """The samples of every segment."""
    seconds = float(
        np.clip(_SECONDS, spec.seconds / _MOST_SEGMENTS, spec.seconds / _FEWEST_SEGMENTS)
    )
    return cut(spec.samples, -(-spec.samples // max(round(seconds * spec.sampling_rate), 1)))


def find_baseline(row: Samples, segments: Sequence[range]) -> Samples:
    """What stands for what is left out of a row [leads, samples], of the same shape."""
    baseline = np.zeros_like(row)
    for segment in segments:
        half = len(segment) // 2
        around = row[:, max(segment.start - half, 0) : segment.stop + half]
        baseline[:, segment.start : segment.stop] = np.median(around, axis=1, keepdims=True)
    return baseline


def make_waveform_game(
    model: Model, row: Samples, owner: NDArray[np.intp], calls: Calls | None = None
) -> Game:
    """The game whose players own samples: those of who does not play are the local baseline.

    Args:
        model: what answers.
        row: [leads, samples].
        owner: of each sample, [leads, samples]; one beyond the players owns what always plays.
        calls: of the graph; by themselves without a limit of time.
    """
    spec = expect(model.manifest.input, WaveformInput)
    targets, calls = make_targets(model.manifest.output), calls or Calls(model, Budget(None))
    baseline = find_baseline(row, cut_segments(spec))

    def play(coalitions: Coalitions) -> Floats:
        played = calls.play(
            len(coalitions),
            row.size,
            lambda part: _lay_out(spec, np.where(reveal(coalitions[part], owner), row, baseline)),
        )
        return targets.settle(np.concatenate([targets.read(outputs) for _, outputs in played]))

    return play


def _lay_out(spec: WaveformInput, rows: Samples) -> Tensors:
    """Rows [n, leads, samples] as the graph takes them."""
    laid = rows if spec.layout == "NCL" else np.ascontiguousarray(rows.transpose(0, 2, 1))
    return {spec.tensor: laid}


class WaveformExplainer:
    """Shapley values of leads and of segments, and what is lost without each segment of a lead."""

    def __init__(self, model: Model, spec: WaveformInput) -> None:
        self._model, self._spec = model, spec
        self._targets = make_targets(model.manifest.output)
        self._segments = cut_segments(spec)

    def explain(self, tensors: Tensors, _instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one recording [1, ...]."""
        row = tensors[self._spec.tensor][0]
        row = row if self._spec.layout == "NCL" else row.T
        there = np.flatnonzero([np.isfinite(lead).all() and bool(lead.any()) for lead in row])
        with Calls(self._model, budget.share(3)) as calls:
            owner = np.full(row.shape, len(there))
            owner[there] = np.arange(len(there))[:, None]
            by_lead = self._attribute(row, owner, len(there), calls)
        by_time, timed = self._explain_time(row, budget.share(2))
        head = self._targets.headline(by_lead.prediction)
        worth, seen = self._occlude(row, there, head, budget)
        target, names = self._targets.targets[head], [self._spec.leads[i].name for i in there]
        drivers = [
            (Fact("lead", lead=name), amount)
            for name, amount in zip(names, by_lead.values[:, head].tolist(), strict=True)
        ]
        clauses = [name_drivers(target, drivers, _AGAINST)]
        if place := self._name_place(worth, names, head):
            clauses.append(place)
        shown = self._targets.show(by_lead.prediction)
        return {
            "sentence": Fact("clauses", clauses=clauses),
            "method": name_method(by_lead, *timed),
            "against": _AGAINST,
            "complete": bool(by_lead.complete and timed and timed[0].complete and seen),
            "by_lead": list_contributions(
                self._targets.targets, shown, by_lead, [{"lead": name} for name in names]
            ),
            "by_time": by_time,
            "by_place": {
                "of": target.name,
                "unit": target.unit,
                "seconds": len(self._segments[0]) / self._spec.sampling_rate,
                "leads": [
                    {"lead": name, "lost": lost}
                    for name, lost in zip(names, worth.round(DECIMALS).tolist(), strict=True)
                ],
            },
        }

    def _attribute(
        self, row: Samples, owner: NDArray[np.intp], players: int, calls: Calls
    ) -> Attribution:
        return attribute(
            make_waveform_game(self._model, row, owner, calls),
            players,
            tolerance=partial(tolerate, self._targets.targets),
            budget=calls.budget,
            most_pairs=_MOST_PAIRS,
        )

    def _explain_time(
        self, row: Samples, budget: Budget
    ) -> tuple[list[dict[str, Any]], list[Attribution]]:
        """What the segments contributed, or runs of them; nothing without time for it."""
        with Calls(self._model, budget) as calls:
            runs = cut(len(self._segments), calls.count_parts(len(self._segments)))
            spans = [(self._segments[r.start].start, self._segments[r.stop - 1].stop) for r in runs]
            owner = np.empty(row.shape, np.intp)
            for player, (begin, end) in enumerate(spans):
                owner[:, begin:end] = player
            try:
                found = self._attribute(row, owner, len(runs), calls)
            except OutOfTimeError:
                return [], []
        rate = self._spec.sampling_rate
        parts = [{"begin": begin / rate, "end": end / rate} for begin, end in spans]
        shown = self._targets.show(found.prediction)
        return list_contributions(self._targets.targets, shown, found, parts), [found]

    def _occlude(
        self, row: Samples, there: NDArray[np.intp], head: int, budget: Budget
    ) -> tuple[Floats, bool]:
        """What is lost without each segment of each lead, [leads that are there, segments].

        Returns:
            It, 0 where there was no time to look, and whether there was time for all.
        """
        lost = np.zeros((len(there), len(self._segments)))
        baseline = find_baseline(row, self._segments)
        # in an order without plan, so that where time runs out all of it was looked at
        places = np.random.default_rng(0).permutation(lost.size)

        def hide(part: slice) -> Tensors:
            rows = np.repeat(row[None], len(places[part]), axis=0)
            for hidden, place in zip(rows, places[part].tolist(), strict=True):
                lead, segment = there[place // lost.shape[1]], self._segments[place % lost.shape[1]]
                span = slice(segment.start, segment.stop)
                hidden[lead, span] = baseline[lead, span]
            return _lay_out(self._spec, rows)

        seen = 0
        with Calls(self._model, budget) as calls:
            try:
                ((_, whole),) = calls.play(1, row.size, lambda _: _lay_out(self._spec, row[None]))
                level = self._targets.settle(self._targets.read(whole))[0, head]
                for _, outputs in calls.play(lost.size, row.size, hide):
                    found = level - self._targets.settle(self._targets.read(outputs))[:, head]
                    lost.flat[places[seen : seen + len(found)]] = found
                    seen += len(found)
            except OutOfTimeError:
                return lost, False
        return lost, True

    def _name_place(self, worth: Floats, names: Sequence[str], head: int) -> Fact | None:
        """Which segment of which lead is lost most, if any is."""
        target = self._targets.targets[head]
        most = int(np.abs(worth).argmax())
        lead, segment = divmod(most, worth.shape[1])
        amount = float(worth[lead, segment])
        if abs(amount) <= (_WORTH_NAMING if target.is_probability else 0):
            return None
        span, rate = self._segments[segment], self._spec.sampling_rate
        limits = {"lead": names[lead], "begin": span.start / rate, "end": span.stop / rate}
        if amount > 0:
            return Fact("without_segment_lower", amount=name_amount(target, amount), **limits)
        return Fact("without_segment_higher", amount=name_amount(target, amount), **limits)

    def json_schema(self) -> Schema:
        """JSON Schema of an explanation."""
        return describe_explanation([lead.name for lead in self._spec.leads])


def make(model: Model) -> WaveformExplainer:
    """What explains."""
    return WaveformExplainer(model, expect(model.manifest.input, WaveformInput))


def describe_explanation(leads: Sequence[str] | None = None) -> Schema:
    """JSON Schema of an explanation of a recording.

    Args:
        leads: by which it explains.
    """
    lead = {"lead": describe_choice(leads)}
    span = {
        "begin": NUMBER | {"description": "In seconds from the first sample."},
        "end": NUMBER | {"description": "In seconds from the first sample."},
    }
    lost = describe_list(
        NUMBER,
        description="What the answer loses where one segment after the other of this lead is its "
        "local baseline.",
    )
    place = {
        "of": TEXT | {"description": "Which number of the answer."},
        "unit": TEXT | {"description": "A UCUM code, 1 for probabilities."},
        "seconds": NUMBER | {"description": "How long a segment is; the last may be shorter."},
        "leads": describe_list(describe_object("LeadOfMap", lead | {"lost": lost})),
    }
    own = {
        "by_lead": describe_contributions(lead, "Lead"),
        "by_time": describe_contributions(span, "Segment"),
        "by_place": describe_object("WaveformMap", place),
    }
    return describe_explained("WaveformExplanation", own)
