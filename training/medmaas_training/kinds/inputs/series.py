"""A history of rows in time, in words and drafted."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, SeriesInput
from medmaas_training.drafting.features import draft_features, draft_unnamed, invent_values
from medmaas_training.drafting.matching import match_columns
from medmaas_training.drafting.seen import SURE, InputDraft, Question, SeenInput, ask_below
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table, tabulate_features
from medmaas_training.report.markdown import table

_ROWS = 5
_MOST_ROWS = 100
_SHAPE = 3  # dimensions: n, rows, features
_FLOATS = {"tensor(float)", "tensor(double)", "tensor(float16)"}


class SeriesDescription(InputDescription):
    """Fields of each row."""

    def __init__(self, spec: SeriesInput) -> None:
        super().__init__(spec)
        self._series = spec

    def describe(self) -> list[str]:
        """How many rows, and a table of what each has."""
        about = f"`{self._series.field}`: 1 to {self._series.max_rows} rows in time, each with"
        return [about, table(*tabulate_features(self._series.features))]

    def tabulate(self) -> Table:
        """A row per feature, after the field that holds them."""
        header, rows = tabulate_features(self._series.features)
        return header, [[f"{self._series.field}: {row[0]}", *row[1:]] for row in rows]

    def explain_size(self, shape: Sequence[int]) -> str:
        """The rows are of a fixed number, or features are missing or too many."""
        if shape[1] != -1:
            return "export it with a dynamic second dimension, the rows"
        there = len(self._series.features)
        return f"state {shape[2]} features in input.features, {there} are there"

    def invent(self, draw: np.random.Generator) -> dict[str, Any]:
        """A few rows in order of time, each feature by itself within its range."""
        features, count = self._series.features, min(_ROWS, self._series.max_rows)
        rows = [invent_values(features, draw) for _ in range(count)]
        times = sorted({row[features[0].name] for row in rows})
        return {
            self._series.field: [
                row | {features[0].name: time} for time, row in zip(times, rows, strict=False)
            ]
        }


def make(spec: Input) -> SeriesDescription:
    """What describes."""
    return SeriesDescription(expect(spec, SeriesInput))


def draft(seen: SeenInput) -> InputDraft | None:
    """One tensor of any number of rows, each of as many features."""
    tensor, *others = seen.tensors
    if others or tensor.datatype not in _FLOATS or len(tensor.shape) != _SHAPE:
        return None
    _, rows, width = tensor.shape
    if rows != -1:
        return None
    fields = {"kind": "series", "tensor": tensor.name, "field": "history", "max_rows": _MOST_ROWS}
    asked = [Question(("max_rows",), "how many rows may a history have?")]
    if seen.table is None:
        features, question = draft_unnamed(width, seen.opened.names)
        asked.append(Question(("features",), f"{question}; the first is the time", covers=True))
        return InputDraft(fields | {"features": features}, SURE, tuple(asked))
    matched = match_columns(seen.table, width, seen.opened.names)
    drafted = draft_features(
        matched.columns,
        None,
        tensor.name,
        [tensor.datatype] * len(matched.columns),
        people=seen.table.people,
    )
    asked.append(
        Question(
            ("features",),
            "are these the columns of the graph, in its order? The first must be the time",
        )
    )
    return InputDraft(
        fields=fields | {"features": drafted.features},
        fit=SURE,
        questions=(*asked, *ask_below(drafted.questions, "features")),
        told=tuple(f"left out: {clause}" for clause in matched.left_out),
    )
