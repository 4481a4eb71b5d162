"""Columns of a user's table, and how a manifest describes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medmaas.model.inputs.cells import read_numbers
from medmaas.model.manifest import (
    Boolean,
    Choice,
    Feature,
    Number,
    Range,
    Source,
    TabularInput,
)
from medmaas_training.tabular.aliases import alias_features
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_records import read_source

Floats = NDArray[np.float64]

_WIDENED = 10
_LARGEST = 1e30


@dataclass(frozen=True)
class Column:
    """One column that can be learned from.

    Attributes:
        header: its name in the file.
        name: its name in the manifest.
        kind: what it holds.
        values: [n]; numbers, positions in `words`, or 0 and 1; NaN for missing.
        words: of a choice, in alphabetical order.
        note: what the user knows of it.
    """

    header: str
    name: str
    kind: Literal["number", "choice", "boolean"]
    values: Floats
    words: tuple[str, ...]
    note: ColumnNote

    @property
    def categories(self) -> int:
        """How many different words it takes; 0 for a number."""
        return {"number": 0, "choice": len(self.words), "boolean": 2}[self.kind]


def describe_columns(
    columns: Sequence[Column], X: Floats, missing_words: Sequence[str] = ()
) -> TabularInput:
    """The input of a model, with the ranges and imputed values of the train split X [n, features].

    Accepted is what the notes say; else 0 (if something negative was seen: minus the upper limit)
    to ten times the largest magnitude, and 0 to 1 of a column of zeros and ones. That refuses a
    wrong unit or a slip of the decimal point, not an unusual patient.
    """
    features = alias_features([_describe(c, x) for c, x in zip(columns, X.T, strict=True)])
    words = tuple(missing_words) or None
    return TabularInput(tensor="features", features=features, missing_words=words)


def find_source(column: Column) -> Source | None:
    """Where a record has a column, as its note says; refused if no record could fill it so."""
    return read_source(column.header, column.kind, column.words, column.note)


def tell_unrecorded(columns: Sequence[Column]) -> tuple[str, ...]:
    """That records cannot be asked about though some columns have a place in them, if it is so."""
    unrecorded = [column for column in columns if find_source(column) is None]
    required = [c.header for c in unrecorded if not np.isnan(c.values).any()]
    if not required or len(unrecorded) == len(columns):
        return ()
    return (
        "records in FHIR cannot be asked about, because the .yaml does not say where they hold "
        f"{', '.join(required)}, which the model requires as no row is without: state record, or "
        "loinc and unit, or learn without",
    )


def choose_fill(column: Column, x: Floats) -> float:
    """What stands for a missing value: the median of a number, else the commonest word."""
    present = x[~np.isnan(x)]
    if column.kind == "number":
        return float(np.median(present))
    return float(np.bincount(present.astype(int)).argmax())


def hard_range(column: Column) -> Range:
    """What is accepted of a number at answering time, by the rule of `describe_columns`."""
    low, high = float(np.nanmin(column.values)), float(np.nanmax(column.values))
    if np.isin(column.values[~np.isnan(column.values)], (0, 1)).all():
        lowest, largest = 0.0, 1.0
    else:
        largest = float(f"{_WIDENED * max(abs(low), abs(high)):.2g}")
        lowest = 0.0 if low >= 0 else -largest
    note = column.note
    return Range(
        low=lowest if note.low is None else note.low,
        high=largest if note.high is None else note.high,
    )


def invent_instances(columns: Sequence[Column], X: Floats) -> list[dict[str, Any]]:
    """Three instances for golden cases, put together from rounded quartiles: nobody's row.

    The last has no value of what may be missing.
    """
    quartiles = np.nanquantile(X, [0.25, 0.5, 0.75], axis=0)
    instances: list[dict[str, Any]] = []
    for part, row in enumerate(quartiles):
        values = [_invent(c, value, part) for c, value in zip(columns, row, strict=True)]
        instances.append({c.name: v for c, v in zip(columns, values, strict=True)})
    for column in columns:
        if np.isnan(column.values).any():
            instances[-1][column.name] = None
    return instances


def parse_numbers(texts: pd.Series) -> Floats:
    """Text to numbers, [n], as answering reads cells; NaN where none that float32 holds is."""
    numbers = read_numbers([text if isinstance(text, str) else "" for text in texts])
    return np.where(np.abs(numbers) < _LARGEST, numbers, np.nan)


def _describe(column: Column, x: Floats) -> Feature:
    description = column.note.description or f"Column {column.header} of the training data."
    complete = not np.isnan(column.values).any()
    header = None if column.header == column.name else column.header
    fill, source = choose_fill(column, x), find_source(column)
    if column.kind == "number":
        unit = column.note.unit or ("a" if column.note.record == "birthDate" else "1")
        median = f"{fill:.4g}" if unit == "1" else f"{fill:.4g} {unit}"
        return Number(
            name=column.name,
            description=description,
            loinc=column.note.loinc,
            header=header,
            source=source,
            missing=None if complete else f"imputed with the training median, {median}",
            unit=unit,
            hard_range=hard_range(column),
            training_range=Range(low=float(np.nanmin(x)), high=float(np.nanmax(x))),
        )
    words = column.words or ("false", "true")
    missing = None if complete else f"imputed with the commonest in training, {words[int(fill)]}"
    if column.kind == "boolean":
        return Boolean(
            name=column.name,
            description=description,
            loinc=column.note.loinc,
            header=header,
            source=source,
            missing=missing,
        )
    return Choice(
        name=column.name,
        description=description,
        loinc=column.note.loinc,
        header=header,
        source=source,
        missing=missing,
        choices=words,
    )


def _invent(column: Column, value: float, part: int) -> object:
    if column.kind == "boolean":
        return part > 0
    if column.kind == "choice":
        return column.words[(0, len(column.words) // 2, -1)[part]]
    accepted = hard_range(column)
    rounded = float(np.clip(float(f"{value:.2g}"), accepted.low, accepted.high))
    return int(rounded) if rounded.is_integer() else rounded
