"""Labels at times of a record: episodes of windows, or beats (WFDB annotations, AAMI EC57)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.facts import Fact
from medmaas.model.columns import DECIMALS, Cell, Floats, Table, Tensors, name_columns
from medmaas.model.kinds import expect
from medmaas.model.manifest import AnnotationsOutput, Decision, Manifest, Output, WindowTimes
from medmaas.model.manifest.outputs.annotations import UNDECIDED
from medmaas.model.outcomes import Figures, OutputDefaults, Quantity
from medmaas.model.schema import (
    INTEGER,
    NUMBER,
    PROBABILITY,
    Schema,
    describe_any,
    describe_choice,
    describe_list,
    describe_mapping,
    describe_nullable,
    describe_object,
)
from medmaas.model.targets import AsTheyAre, Target

MOST_LISTED = 5_000  # annotations of one answer; counts are of all
NO_LABEL, NO_STEP = -1, -2  # among positions of labels
_MILLISECONDS = 3  # decimals of beats: float32 has no more in a record of hours
_ROUNDING = 2e-3  # of probabilities, and of their sum: those of float16 are so far off
_TOUCHING = 1e-9  # seconds
_SHAPE = 3  # dimensions: n, steps, labels

Json = dict[str, Any]
Labels = NDArray[np.intp]
Flags = NDArray[np.bool_]


class _Listed(tuple[str, ...]):
    """A cell: what a file says of each annotation, and all that an answer says of the row."""

    output: Json


class Annotations(OutputDefaults):
    """`{"annotations": [..], "left_out", "counts", "undecided", "steps", "start_seconds", ..}`.

    An annotation of windows is `{"start_seconds", "end_seconds", "label", "probability"}`, where
    neighbours of one label are one; of a beat `{"time_seconds", "label", "probability"}`. Its label
    is null where it is undecided. The background is counted alone. The first 5,000 are listed, and
    `left_out` tells how many are not.
    """

    judges_itself: ClassVar[bool] = True

    def __init__(self, spec: AnnotationsOutput, title: str = "") -> None:
        self._spec, self._title = spec, title
        self._length, self._decimals = 0.0, _MILLISECONDS
        if isinstance(spec.time, WindowTimes):
            self._length, self._decimals = spec.time.window_seconds, DECIMALS
        called = [spec.labels] if spec.aliases is None else [spec.labels, spec.aliases]
        named = [_name_columns(labels) for labels in called]
        self.columns = replace(named[0], whole=frozenset(named[0].texts[1:]))
        if spec.aliases:
            pairs = zip(named[0].texts, named[1].texts, strict=True)
            self.columns = replace(self.columns, aliases=dict(pairs))

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `annotations`, `count_<label>`, `undecided` and `left_out`.

        Impossible are probabilities that do not sum to 1, and times of beats that do not increase
        from 0 on, of which none is listed.

        Raises:
            ModelOutputError: other shapes, or a number that is not finite.
        """
        p, times = read_steps(outputs, self._spec)
        wrong = _find_disordered(times, self._spec)
        times = np.where(wrong[:, None], np.nan, times)
        impossible = [
            Fact("beat_times_not_increasing")
            if is_wrong
            else Fact("steps_not_probabilities")
            if is_off
            else None
            for is_wrong, is_off in zip(wrong, _find_improbable(p, times), strict=True)
        ]
        p = np.where(wrong[:, None, None], 0, p).clip(0, 1).round(DECIMALS)
        labels = choose_labels(p, times, self._spec)
        listed = [self._list(*row) for row in zip(p, times, labels, strict=True)]
        said = [one.output for one in listed]
        columns: list[Sequence[Cell]] = [listed]
        columns += [[row["counts"][label] for row in said] for label in self._spec.labels]
        columns += [[row[name] for row in said] for name in ("undecided", "left_out")]
        return Table(columns, np.empty((len(said), 0)), impossible=impossible)

    def list_rows(self, table: Table) -> list[Json]:
        """Annotations with their counts."""
        return [expect(cell, _Listed).output for cell in table.texts[0]]

    def list_quantities(self, output: Json) -> list[Quantity]:
        """How many steps have each label, have none, and are there."""
        named = [
            Fact("windows_of_label", label=label)
            if self._has_windows
            else Fact("beats_of_label", label=label)
            for label in output["counts"]
        ]
        counts = [*output["counts"].values(), output["undecided"], output["steps"]]
        others = ["windows_undecided", "windows_judged"]
        if not self._has_windows:
            others = ["beats_undecided", "beats_judged"]
        named += [Fact(others[0]), Fact(others[1])]
        return [Quantity(name, count, "1") for name, count in zip(named, counts, strict=True)]

    def summarise(self, output: Json, _decision: Decision | None) -> Fact:
        """How often each label was found; if none was, which were not, among how many."""
        return Fact("card_annotations", title=self._title, said=self._tell(output))

    def list_figures(self, output: Json) -> Figures:
        """A row per label, one of the undecided, and one of all."""
        counts = [(Fact("text", text=label), count) for label, count in output["counts"].items()]
        counts += [
            (Fact("undecided_row"), output["undecided"]),
            (Fact("all_row"), output["steps"]),
        ]
        rows = [[name, Fact("counted", number=count)] for name, count in counts]
        head = Fact("column_windows") if self._has_windows else Fact("column_beats")
        return Figures([Fact("column_class"), head], rows)

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._spec)

    @property
    def _has_windows(self) -> bool:
        return self._spec.time_tensor is None

    def _tell(self, output: Json) -> list[Fact]:
        steps, undecided = output["steps"], output["undecided"]
        if not steps:
            return [Fact("no_window_judged") if self._has_windows else Fact("no_beat_judged")]
        among = Fact("windows", count=steps) if self._has_windows else Fact("beats", count=steps)
        found = [
            Fact("label_counted", label=label, number=output["counts"][label])
            for label in self._spec.listed
            if output["counts"][label]
        ]
        said = [Fact("labels_found", found=found, among=among)]
        if not found:
            said = [Fact("labels_not_found", labels=[*self._spec.listed], among=among)]
        return [*said, Fact("steps_undecided", count=undecided)] if undecided else said

    def _list(self, p: Floats, times: Floats, labels: Labels) -> _Listed:
        """One row, of steps."""
        spec, names = self._spec, self._spec.labels
        hidden = names.index(spec.background) if spec.background is not None else NO_STEP
        runs = [run for run in _find_runs(labels, spec) if run[2] not in {hidden, NO_STEP}]
        listed, texts = list[Json](), list[str]()
        for first, last, label in runs[:MOST_LISTED]:
            at = self._place(times[first], times[last])
            has = label != NO_LABEL
            likely = round(float(p[first : last + 1, label].mean()), DECIMALS) if has else None
            listed.append(at | {"label": names[label] if has else None, "probability": likely})
            when = "-".join(map(_write_seconds, at.values()))
            texts.append(f"{when} s {names[label] if has else UNDECIDED}")
        counts = np.bincount(labels - NO_STEP, minlength=len(names) - NO_STEP).tolist()
        there = np.flatnonzero(labels != NO_STEP)
        none = dict.fromkeys(("start_seconds", "end_seconds"))
        span = self._span(times[there[0]], times[there[-1]]) if len(there) else none
        cell = _Listed(texts)
        cell.output = {
            "annotations": listed,
            "left_out": len(runs) - len(listed),
            "counts": dict(zip(names, counts[-NO_STEP:], strict=True)),
            "undecided": counts[NO_LABEL - NO_STEP],
            "steps": len(there),
            **span,
        }
        return cell

    def _place(self, first: float, last: float) -> Json:
        """From the start of one step to the end of another; of a beat when it is."""
        if not self._has_windows:
            return {"time_seconds": round(float(first), self._decimals)}
        return self._span(first, last)

    def _span(self, first: float, last: float) -> Json:
        start, end = float(first), float(last) + self._length
        ends = round(start, self._decimals), round(end, self._decimals)
        return dict(zip(("start_seconds", "end_seconds"), ends, strict=True))


def read_steps(outputs: Tensors, spec: AnnotationsOutput) -> tuple[Floats, Floats]:
    """Probabilities [n, steps, labels], 0 where there is no step; and times [n, steps].

    Times are in seconds from the record's start; of windows when they begin; NaN for no step.

    Raises:
        ModelOutputError: other shapes, or a number that is not finite.
    """
    raw = outputs[spec.tensor].astype(np.float64)
    if raw.ndim != _SHAPE or raw.shape[2] != len(spec.labels):
        raise ModelOutputError("other_columns")
    if isinstance(spec.time, WindowTimes):
        starts = spec.time.start_seconds + spec.time.step_seconds * np.arange(raw.shape[1])
        times = np.where(np.isnan(raw).all(axis=2), np.nan, starts)
    else:
        times = outputs[spec.time.time_tensor].astype(np.float64)
        if times.shape != raw.shape[:2]:
            raise ModelOutputError("other_columns")
    p: Floats = np.where(np.isnan(times)[:, :, None], 0.0, raw)
    if not np.isfinite(p).all():
        raise ModelOutputError("answer_not_finite")
    return p, times


def _find_disordered(times: Floats, spec: AnnotationsOutput) -> Flags:
    """Of which records beats do not come one after another, [n].

    Raises:
        ModelOutputError: windows end twice.
    """
    gone = np.isnan(times)
    wrong = np.zeros(len(times), bool)
    if spec.time_tensor is None:
        if (gone[:, :-1] & ~gone[:, 1:]).any():
            raise ModelOutputError("answer_not_finite")
        return wrong
    for i, row in enumerate(times):
        known = row[~gone[i]]
        wrong[i] = len(known) > 0 and (
            known[0] < 0 or known[-1] == inf or (np.diff(known) <= 0).any()
        )
    return wrong


def _find_improbable(p: Floats, times: Floats) -> Flags:
    """Of which records a step has no probabilities, [n]."""
    off = np.abs(p.sum(axis=2) - 1) > _ROUNDING
    is_off: Flags = ((off | (p < -_ROUNDING).any(axis=2)) & ~np.isnan(times)).any(axis=1)
    return is_off


def choose_labels(p: Floats, times: Floats, spec: AnnotationsOutput) -> Labels:
    """The position of each step's label [n, steps]; NO_LABEL if undecided, NO_STEP for no beat."""
    if not p.size:
        return np.full(times.shape, NO_STEP, np.intp)
    labels: Labels = p.argmax(axis=2)
    if spec.undecided_below is not None:
        labels[p.max(axis=2) < round(spec.undecided_below, DECIMALS)] = NO_LABEL
    labels[np.isnan(times)] = NO_STEP
    return labels


def _find_runs(labels: Labels, spec: AnnotationsOutput) -> Iterator[tuple[int, int, int]]:
    """First step, last step and label of what is one annotation.

    Windows that do not touch stay apart: nobody has looked at what is between them.
    """
    time = spec.time
    joins = isinstance(time, WindowTimes) and (time.step_seconds <= time.window_seconds + _TOUCHING)
    starts = np.ones(len(labels), bool)
    if joins:
        starts[1:] = np.diff(labels) != 0
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(labels))[: len(first)] - 1
    yield from zip(first.tolist(), last.tolist(), labels[first].tolist(), strict=True)


def _write_seconds(seconds: float) -> str:
    return f"{seconds:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _name_columns(labels: Iterable[str]) -> Any:  # noqa: ANN401
    counts = [f"count_{label}" for label in labels]
    return name_columns(["annotations", *counts, "undecided", "left_out"], [])


class StepTargets(AsTheyAre):
    """The mean probability of every label over the steps that are there, [n, labels].

    Shown is that of the likeliest label that is not the background.
    """

    def __init__(self, spec: AnnotationsOutput) -> None:
        targets = [
            Target(
                label,
                Fact("mean_over_windows", label=label)
                if spec.time_tensor is None
                else Fact("mean_over_beats", label=label),
            )
            for label in spec.labels
        ]
        super().__init__(spec.tensor, targets)
        self._spec = spec
        self._listed = [spec.labels.index(label) for label in spec.listed]

    def read(self, outputs: Tensors) -> Floats:
        """Means; 0 where there is no step."""
        p, times = read_steps(outputs, self._spec)
        steps = (~np.isnan(times)).sum(axis=1, keepdims=True)
        means: Floats = p.sum(axis=1) / np.maximum(steps, 1)
        return means

    def show(self, prediction: Floats) -> list[int]:
        """That label."""
        return [self.headline(prediction)]

    def headline(self, prediction: Floats) -> int:
        """Its position."""
        return self._listed[int(prediction[self._listed].round(DECIMALS).argmax())]


def make(manifest: Manifest) -> Annotations:
    """What answers."""
    return Annotations(expect(manifest.output, AnnotationsOutput), manifest.title)


def make_intervals(_spec: object, _manifest: Manifest) -> NoReturn:
    """Refuse: the contract has no intervals of the kind.

    Raises:
        TypeError: always.
    """
    raise TypeError("annotations have no intervals")


def make_targets(output: Output) -> StepTargets:
    """What is explained."""
    return StepTargets(expect(output, AnnotationsOutput))


def describe_answer(spec: AnnotationsOutput | None = None) -> Schema:
    """JSON Schema of one answer of a model, or of any."""
    label = describe_nullable(describe_choice(spec.listed if spec else None))
    told: dict[str, Schema] = {
        "label": label | {"description": "null: undecided."},
        "probability": describe_nullable(PROBABILITY)
        | {"description": "The mean over its steps; null: undecided."},
    }
    seconds = NUMBER | {"minimum": 0, "description": "From the record's start."}
    ends = {"start_seconds": seconds, "end_seconds": seconds}
    forms = [
        describe_object("Episode", ends | told),
        describe_object("Beat", {"time_seconds": seconds} | told),
    ]
    if spec is not None:
        forms = [forms[0] if spec.time_tensor is None else forms[1]]
    counted = INTEGER | {"minimum": 0}
    when = describe_nullable(seconds) | {"description": "Of the steps; null if there is none."}
    listed = describe_list(forms[0] if spec else describe_any(*forms), maxItems=MOST_LISTED)
    left_out = f"Annotations beyond the first {MOST_LISTED:,}, which are counted alone."
    return describe_object(
        "Annotations",
        {
            "annotations": listed | {"description": "In order of time, without the background."},
            "left_out": counted | {"description": left_out},
            "counts": describe_mapping("StepCounts", spec.labels if spec else None, counted),
            "undecided": counted | {"description": "Steps whose likeliest label is too unlikely."},
            "steps": counted | {"description": "Windows or beats, the undecided among them."},
            "start_seconds": when,
            "end_seconds": when,
        },
    )


def describe_interval() -> None:
    """None: the kind has no intervals."""
