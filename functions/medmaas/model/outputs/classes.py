"""One of a few labels, with the probability of each."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import (
    DECIMALS,
    Cell,
    Columns,
    Floats,
    Table,
    Tensors,
    name_columns,
    round_numbers,
)
from medmaas.model.intervals import Interval, Quantiles
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    ClassesIntervals,
    ClassesOutput,
    Decision,
    Intervals,
    Level,
    Manifest,
    Output,
)
from medmaas.model.outcomes import Figures, Outcome, OutputDefaults
from medmaas.model.schema import (
    PROBABILITY,
    Schema,
    describe_choice,
    describe_list,
    describe_mapping,
    describe_object,
)
from medmaas.model.targets import AsTheyAre, Target

_LABELS, _UNKNOWN = "interval_labels", "interval_coverage_unknown"
_NEAR = 0.5  # of the largest probability: between such labels the model does not decide
_SLACK = 1e-9  # probabilities sum up to 1 but for rounding
_TIE = 10.0**-DECIMALS  # nearer probabilities may be shown as the same number


class Classes(OutputDefaults):
    """`{"label": the likeliest, "probabilities": {label: p}}`."""

    def __init__(self, spec: ClassesOutput) -> None:
        self._spec = spec
        self.columns = _name_columns(spec.labels)
        if spec.aliases:
            aliases = _name_columns(spec.aliases).numbers
            called = dict(zip(self.columns.numbers, aliases, strict=True))
            self.columns = replace(self.columns, aliases=called)

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `label`, the first of the likeliest, and `probability_<label>`."""
        rows = round_numbers(outputs[self._spec.tensor], len(self._spec.labels))
        return Table([[self._spec.labels[i] for i in rows.argmax(axis=1).tolist()]], rows)

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A label and an object of probabilities each."""
        return [
            {"label": label, "probabilities": dict(zip(self._spec.labels, row, strict=True))}
            for label, row in zip(*table.texts, table.numbers.tolist(), strict=True)
        ]

    def list_outcomes(
        self, output: dict[str, Any], _interval: dict[str, Any] | None
    ) -> list[Outcome]:
        """Every label with its probability."""
        return [
            Outcome(Fact("text", text=label), probability)
            for label, probability in output["probabilities"].items()
        ]

    def summarise(self, output: dict[str, Any], _decision: Decision | None) -> Fact:
        """The label that is named, and its probability."""
        label = output["label"]
        return Fact("card_class", label=label, probability=output["probabilities"][label])

    def list_figures(self, output: dict[str, Any]) -> Figures:
        """A row per label."""
        rows = [
            [Fact("text", text=label), Fact("share_exact", share=probability)]
            for label, probability in output["probabilities"].items()
        ]
        return Figures([Fact("column_class"), Fact("column_probability")], rows)

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._spec.labels)


class PredictionSets:
    """`{"coverage", "labels"}`: adaptive prediction sets (Romano et al. 2020), likeliest first."""

    columns = name_columns([_LABELS], [])

    def __init__(self, output: ClassesOutput, quantiles: Quantiles) -> None:
        self._output, self._quantiles = output, quantiles

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Column `interval_labels`, of the tensor [n, labels]."""
        rows = outputs[self._output.tensor]
        quantiles = self._quantiles.find(coverage, rows, inputs, lambda: rows.max(axis=1))
        if len(rows) == 1:
            sets = [self._take(rows[0].tolist(), quantiles[0])]
        else:
            sets = self._take_all(rows.astype(np.float64), np.array(quantiles))
        return Table([sets], np.empty((len(sets), 0)))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """One set each."""
        return [
            {"coverage": coverage, "labels": list(expect(labels, tuple))}
            for labels in table.texts[0]
        ]

    def name_interval(self, interval: Interval) -> Fact:
        """Which labels it may be."""
        return Fact("one_of_labels", coverage=interval["coverage"], labels=interval["labels"])

    def _take_all(self, rows: Floats, quantiles: Floats) -> list[tuple[str, ...]]:
        """What `_take` takes of each row."""
        order = np.argsort(-rows, axis=1, kind="stable")
        ranked = np.take_along_axis(rows, order, axis=1)
        alike = ranked[:, 0] - ranked[:, 1] < _TIE
        if alike.any():
            order[alike] = np.argsort(-rows[alike].round(DECIMALS), axis=1, kind="stable")
            ranked = np.take_along_axis(rows, order, axis=1)
        beyond = ranked.cumsum(axis=1) > quantiles[:, None] + _SLACK
        beyond[:, 0] = False  # the likeliest is always taken
        sizes = np.where(beyond.any(axis=1), beyond.argmax(axis=1), rows.shape[1])
        names = np.array(self._output.labels, object)[order].tolist()
        return [tuple(row[:size]) for row, size in zip(names, sizes.tolist(), strict=True)]

    def _take(self, row: list[float], quantile: float) -> tuple[str, ...]:
        order = sorted(range(len(row)), key=row.__getitem__, reverse=True)
        if row[order[0]] - row[order[1]] < _TIE:  # the answer names the first of those shown alike
            shown = np.round(row, DECIMALS).tolist()
            order = sorted(range(len(row)), key=shown.__getitem__, reverse=True)
        taken, together = [self._output.labels[order[0]]], row[order[0]]
        for i in order[1:]:
            together += row[i]
            if together > quantile + _SLACK:
                break
            taken.append(self._output.labels[i])
        return tuple(taken)

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._output.labels)


class SetsByLabel:
    """`{"coverage", "labels", "coverage_unknown"}`: sets in which each label has its coverage.

    Class-conditional conformal prediction (Vovk 2012, arXiv:1209.2673), of the probability itself.
    A label at least half as likely as the likeliest is taken, too. Where no label is likely enough
    for its quantile at the highest coverage, as many are taken as reach the coverage together: whom
    nothing is typical of has a large set and not an empty one. Ties are taken.
    """

    def __init__(self, output: ClassesOutput, spec: ClassesIntervals) -> None:
        self._output = output
        self._levels = {level.coverage: level for level in spec.levels}
        self._unknown = {
            level.coverage: tuple(output.labels[i] for i in spec.find_unknown(level.coverage))
            for level in spec.levels
        }
        rare = any(self._unknown.values())
        self.columns = name_columns([_LABELS, _UNKNOWN] if rare else [_LABELS], [])

    def tabulate(self, outputs: Tensors, _inputs: Tensors, coverage: float) -> Table:
        """Column `interval_labels`, likeliest first, of the tensor [n, labels].

        Beside it `interval_coverage_unknown`, the labels of which too few cases were seen, if a
        model has such.
        """
        rows = round_numbers(outputs[self._output.tensor], len(self._output.labels))
        order = np.argsort(-rows, axis=1, kind="stable")
        taken = take_labels(rows, self._levels[coverage], [*self._levels.values()])
        names = np.array(self._output.labels, object)
        sets: list[Cell] = [
            tuple(names[ranked[one[ranked]]]) for ranked, one in zip(order, taken, strict=True)
        ]
        unknown: list[Cell] = [self._unknown[coverage]] * len(sets)
        return Table([sets, unknown][: len(self.columns.texts)], np.empty((len(sets), 0)))

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """One set each."""
        unknown = self._unknown[coverage]
        more = {"coverage_unknown": list(unknown)} if unknown else {}
        return [
            {"coverage": coverage, "labels": list(expect(labels, tuple)), **more}
            for labels in table.texts[0]
        ]

    def name_interval(self, interval: Interval) -> Fact:
        """Which labels it may be, and of which nothing is promised."""
        unknown = interval.get("coverage_unknown")
        said = {"coverage": interval["coverage"], "labels": interval["labels"]}
        if unknown:
            return Fact("one_of_labels_some_unknown", **said, unknown=unknown)
        return Fact("one_of_labels", **said)

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._output.labels)


def take_labels(rows: Floats, level: Level, levels: Sequence[Level]) -> NDArray[np.bool_]:
    """Which labels are in the set of each row, [n, labels], by quantiles of their own.

    Sets of a higher coverage hold those of a lower one.

    Args:
        rows: probabilities as answers show them, [n, labels].
        level: the coverage, and quantiles of one less the probability, one per label.
        levels: all that are stored.
    """
    widest = max(levels, key=lambda one: one.coverage)
    typical = _find_typical(rows, level)
    near: NDArray[np.bool_] = rows >= _NEAR * rows.max(axis=1, keepdims=True) - _SLACK
    ranked = -np.sort(-rows, axis=1)
    needed = ranked.cumsum(axis=1) - ranked < level.coverage - _SLACK  # of what is likelier
    last = np.where(needed, ranked, inf).min(axis=1, keepdims=True)
    wide = (rows >= last - _SLACK) & ~_find_typical(rows, widest).any(axis=1, keepdims=True)
    taken: NDArray[np.bool_] = typical | near | wide
    return taken


def _find_typical(rows: Floats, level: Level) -> NDArray[np.bool_]:
    typical: NDArray[np.bool_] = rows >= 1 - np.array(level.quantiles) - _SLACK
    return typical


class LabelTargets(AsTheyAre):
    """The probability of every label; the one that the answer names is shown."""

    exclude_each_other = True

    def __init__(self, spec: ClassesOutput) -> None:
        targets = [Target(name, Fact("probability_of", label=name)) for name in spec.labels]
        super().__init__(spec.tensor, targets)

    def decides(self, settled: Floats) -> NDArray[np.intp]:
        """The position of the label that an answer names."""
        likeliest: NDArray[np.intp] = settled.round(DECIMALS).argmax(axis=1)
        return likeliest

    def show(self, prediction: Floats) -> list[int]:
        """The named label."""
        return [self.headline(prediction)]

    def headline(self, prediction: Floats) -> int:
        """The named label: the first of the likeliest, after an answer's rounding."""
        return int(prediction.round(DECIMALS).argmax())


def _name_columns(labels: Sequence[str]) -> Columns:
    return name_columns(["label"], [f"probability_{label}" for label in labels])


def make(manifest: Manifest) -> Classes:
    """What answers."""
    return Classes(expect(manifest.output, ClassesOutput))


def make_intervals(spec: Intervals, manifest: Manifest) -> PredictionSets | SetsByLabel:
    """How sure it is."""
    sets, output = expect(spec, ClassesIntervals), expect(manifest.output, ClassesOutput)
    if sets.by:
        return SetsByLabel(output, sets)
    return PredictionSets(output, Quantiles(sets, manifest.input))


def make_targets(output: Output) -> LabelTargets:
    """What is explained."""
    return LabelTargets(expect(output, ClassesOutput))


def describe_answer(labels: Sequence[str] | None = None) -> Schema:
    """JSON Schema of one answer of a model that has these labels."""
    probabilities = describe_mapping("Probabilities", labels, PROBABILITY)
    return describe_object(
        "Classes", {"label": describe_choice(labels), "probabilities": probabilities}
    )


def describe_interval(labels: Sequence[str] | None = None) -> Schema:
    """JSON Schema of an interval of a model that has these labels."""
    taken = describe_list(describe_choice(labels), minItems=1)
    unknown = describe_list(describe_choice(labels), minItems=1)
    return describe_object(
        "PredictionSet",
        {"coverage": PROBABILITY, "labels": taken},
        {"coverage_unknown": unknown},
    )
