"""One of a few labels, with the probability of each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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
from medmaas.model.intervals import Interval, Quantiles
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    ClassesIntervals,
    ClassesOutput,
    Decision,
    Intervals,
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

    columns = name_columns(["interval_labels"], [])

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


class LabelTargets(AsTheyAre):
    """The probability of every label; the one that the answer names is shown."""

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


def make_intervals(spec: Intervals, manifest: Manifest) -> PredictionSets:
    """How sure it is."""
    quantiles = Quantiles(expect(spec, ClassesIntervals), manifest.input, max)
    return PredictionSets(expect(manifest.output, ClassesOutput), quantiles)


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
    return describe_object("PredictionSet", {"coverage": PROBABILITY, "labels": taken})
