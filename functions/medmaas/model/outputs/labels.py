"""Several labels with a probability and a threshold each; any number of them may be true."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import (
    DECIMALS,
    Columns,
    Floats,
    Table,
    Tensors,
    name_columns,
    round_numbers,
)
from medmaas.model.intervals import Interval
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Decision,
    Intervals,
    Label,
    LabelsIntervals,
    LabelsOutput,
    Level,
    Manifest,
    Output,
)
from medmaas.model.outcomes import Figures, Outcome, OutputDefaults
from medmaas.model.schema import (
    NUMBER,
    PROBABILITY,
    Schema,
    describe_choice,
    describe_list,
    describe_mapping,
    describe_object,
)
from medmaas.model.targets import AsTheyAre, Target

_LABELS = "labels"
_STATES = "present", "absent", "undecided", "coverage_unknown"
_SLACK = 1e-9
_LEAST = 10.0**-DECIMALS  # the smallest probability that has odds
_Flags = NDArray[np.bool_]


class Labels(OutputDefaults):
    """`{"labels": [those that reach their threshold], "probabilities": {label: p}}`."""

    judges_itself: ClassVar[bool] = True

    def __init__(self, spec: LabelsOutput) -> None:
        self._spec = spec
        self._names = spec.named_labels
        self._thresholds = _list_thresholds(spec)
        self.columns = _name_columns(spec.labels)

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `labels`, in the order of the manifest, and `probability_<label>`.

        Impossible is what is no probability: of a graph that does not end with a sigmoid.
        """
        rows = round_numbers(outputs[self._spec.tensor], len(self._names))
        reached: _Flags = rows >= self._thresholds
        listed = _name_all(self._names, reached)
        beyond: _Flags = (rows < 0) | (rows > 1)
        impossible = [Fact("no_probability") if any(row) else None for row in beyond.tolist()]
        return Table([listed], rows, impossible=impossible)

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """The labels that reach their threshold, and an object of probabilities each."""
        return [
            {
                "labels": [*expect(labels, tuple)],
                "probabilities": dict(zip(self._names, row, strict=True)),
            }
            for labels, row in zip(*table.texts, table.numbers.tolist(), strict=True)
        ]

    def list_outcomes(
        self, output: dict[str, Any], _interval: dict[str, Any] | None
    ) -> list[Outcome]:
        """Every label with its probability, and how that stands to its threshold."""
        return [
            Outcome(Fact("text", text=label.name), p, why=_tell_standing(label, p))
            for label, p in self._pair(output)
        ]

    def summarise(self, output: dict[str, Any], _decision: Decision | None) -> Fact:
        """Those that reach their threshold, the farthest above it first; else that none does."""
        count = len(self._names)
        reached = [one for one in self._rank(output) if one[0].name in output["labels"]]
        if not reached:
            return Fact("no_label_reached", count=count)
        named = [
            Fact("label_with_probability", label=label.name, probability=p) for label, p in reached
        ]
        return Fact("labels_reached", count=len(named), of=count, labels=named)

    def list_figures(self, output: dict[str, Any]) -> Figures:
        """A row per label, the farthest above its threshold first."""
        head = [
            Fact("column_finding"),
            Fact("column_probability"),
            Fact("column_threshold"),
            Fact("column_standing"),
        ]
        rows = [
            [
                Fact("text", text=label.name),
                Fact("share_exact", share=p),
                Fact("share_exact", share=label.threshold),
                Fact("at_or_above" if p >= label.threshold else "below"),
            ]
            for label, p in self._rank(output)
        ]
        return Figures(head, rows)

    def is_alarming(self, output: dict[str, Any], decision: Decision | None) -> bool:
        """Whether the probability of the decision's label is above its threshold."""
        found = output["probabilities"].get(decision.target, 0.0) if decision else 0.0
        return decision is not None and bool(found > decision.threshold)

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._names)

    def _pair(self, output: dict[str, Any]) -> list[tuple[Label, float]]:
        return [(label, output["probabilities"][label.name]) for label in self._spec.labels]

    def _rank(self, output: dict[str, Any]) -> list[tuple[Label, float]]:
        """The farthest above its threshold first."""
        pairs = self._pair(output)
        above = measure_above(np.array([p for _, p in pairs]), self._thresholds)
        return [pairs[i] for i in np.argsort(-above, kind="stable")]


def _tell_standing(label: Label, probability: float) -> Fact:
    code = "reaches_threshold" if probability >= label.threshold else "below_threshold"
    return Fact(code, threshold=label.threshold)


def measure_above(probabilities: Floats, thresholds: Floats) -> Floats:
    """How far above their thresholds probabilities [..., labels] are: by how much in log-odds.

    So 4 % over a threshold of 1 % is farther above than 60 % over one of 50 %.
    """
    above: Floats = _take_log_odds(probabilities) - _take_log_odds(thresholds)
    return above


def _take_log_odds(probabilities: Floats) -> Floats:
    p = probabilities.clip(_LEAST, 1 - _LEAST)
    odds: Floats = np.log(p) - np.log1p(-p)
    return odds


class LabelStates:
    """`{"coverage", "present": [..], "absent": [..], "undecided": [..], "coverage_unknown": [..]}`.

    Each label is in one of the four lists: it is present, or absent, with this coverage; both
    cannot be excluded; or too few cases of it were seen to promise the coverage.
    """

    columns = name_columns([f"interval_{state}" for state in _STATES], [])

    def __init__(self, output: LabelsOutput, spec: LabelsIntervals) -> None:
        self._output = output
        self._levels = {level.coverage: level for level in spec.levels}
        self._unknown = {level.coverage: spec.find_unknown(level.coverage) for level in spec.levels}

    def tabulate(self, outputs: Tensors, _inputs: Tensors, coverage: float) -> Table:
        """A column of labels per state, in the order of the manifest, of the tensor [n, labels]."""
        names = self._output.named_labels
        rows = round_numbers(outputs[self._output.tensor], len(names))
        present, absent = take_states(rows, self._levels[coverage], [*self._levels.values()])
        known = np.ones(len(names), bool)
        known[self._unknown[coverage]] = False
        states = (present & ~absent & known, absent & ~present & known, present & absent & known)
        columns = [_name_all(names, flags) for flags in states]
        unknown = _name_all(names, np.broadcast_to(~known, rows.shape))
        return Table([*columns, unknown], np.empty((len(rows), 0)))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """Four lists each."""
        return [
            {"coverage": coverage}
            | {state: list(expect(cell, tuple)) for state, cell in zip(_STATES, row, strict=True)}
            for row in zip(*table.texts, strict=True)
        ]

    def name_interval(self, interval: Interval) -> Fact:
        """Which labels are present, which are absent, and of which neither can be told."""
        told = (
            Fact("labels_present", labels=interval["present"]),
            Fact("labels_absent", labels=interval["absent"]),
            Fact("labels_undecided", labels=interval["undecided"]),
            Fact("labels_coverage_unknown", labels=interval["coverage_unknown"]),
        )
        said = [fact for fact in told if fact.limits["labels"]]
        return Fact("labels_with_coverage", coverage=interval["coverage"], states=said)

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._output.named_labels)


def _name_all(names: Sequence[str], flags: _Flags) -> list[tuple[str, ...]]:
    return [
        tuple(name for name, is_so in zip(names, row, strict=True) if is_so)
        for row in flags.tolist()
    ]


def take_states(rows: Floats, level: Level, levels: Sequence[Level]) -> tuple[_Flags, _Flags]:
    """Of each label, whether its presence and its absence cannot be excluded, [n, labels] each.

    One of them at least cannot, and what a higher coverage excludes, a lower one does.

    Args:
        rows: probabilities as answers show them, [n, labels].
        level: the coverage, and its quantiles.
        levels: all that are stored.
    """
    labels = rows.shape[1]
    present, absent = np.ones(rows.shape, bool), np.ones(rows.shape, bool)
    for one in sorted(levels, key=lambda one: -one.coverage):
        if one.coverage < level.coverage:
            break
        quantiles = np.array(one.quantiles)
        is_present = rows >= 1 - quantiles[:labels] - _SLACK
        is_absent = rows <= quantiles[labels:] + _SLACK
        neither = ~is_present & ~is_absent  # this label is like none that was seen
        present, absent = (
            np.where(neither, present, is_present),
            np.where(neither, absent, is_absent),
        )
    return present, absent


class LabelTargets(AsTheyAre):
    """The probabilities of labels; shown are those that reach their threshold, or the nearest."""

    def __init__(self, spec: LabelsOutput) -> None:
        names = spec.named_labels
        targets = [Target(name, Fact("probability_of", label=name)) for name in names]
        super().__init__(spec.tensor, targets)
        self._thresholds = _list_thresholds(spec)

    def show(self, prediction: Floats) -> list[int]:
        """Those that an answer lists, the farthest above its threshold first; else the nearest."""
        shown = prediction.round(DECIMALS)
        order = np.argsort(-measure_above(shown, self._thresholds), kind="stable")
        reached = [int(i) for i in order if shown[i] >= self._thresholds[i]]
        return reached or [int(order[0])]

    def headline(self, prediction: Floats) -> int:
        """The one that is farthest above its threshold, or least below it."""
        above = measure_above(prediction.round(DECIMALS), self._thresholds)
        return int(above.argmax())


def _list_thresholds(spec: LabelsOutput) -> Floats:
    return np.array([label.threshold for label in spec.labels])


def _name_columns(labels: Sequence[Label]) -> Columns:
    columns = name_columns([_LABELS], [f"probability_{label.name}" for label in labels])
    called = name_columns(
        [_LABELS], [f"probability_{label.alias or label.name}" for label in labels]
    )
    pairs = zip(labels, columns.numbers, called.numbers, strict=True)
    return replace(columns, aliases={name: alias for label, name, alias in pairs if label.alias})


def make(manifest: Manifest) -> Labels:
    """What answers."""
    return Labels(expect(manifest.output, LabelsOutput))


def make_intervals(spec: Intervals, manifest: Manifest) -> LabelStates:
    """How sure it is."""
    return LabelStates(expect(manifest.output, LabelsOutput), expect(spec, LabelsIntervals))


def make_targets(output: Output) -> LabelTargets:
    """What is explained."""
    return LabelTargets(expect(output, LabelsOutput))


def describe_answer(labels: Sequence[str] | None = None) -> Schema:
    """JSON Schema of one answer of a model that has these labels."""
    listed = describe_list(describe_choice(labels), uniqueItems=True) | {
        "description": "Those whose probability is at least their threshold: several, or none."
    }
    # beyond 0 and 1 only where an answer was forced
    probabilities = describe_mapping("LabelProbabilities", labels, NUMBER)
    return describe_object("Labels", {"labels": listed, "probabilities": probabilities})


def describe_interval(labels: Sequence[str] | None = None) -> Schema:
    """JSON Schema of an interval of a model that has these labels."""
    listed = describe_list(describe_choice(labels), uniqueItems=True)
    return describe_object(
        "LabelStates", {"coverage": PROBABILITY, **dict.fromkeys(_STATES, listed)}
    )
