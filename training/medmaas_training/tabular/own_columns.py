"""Columns of a user's table, and how a manifest describes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from medmaas.model.inputs.cells import read_numbers
from medmaas.model.manifest import (
    Boolean,
    Cells,
    Choice,
    Feature,
    Number,
    Range,
    Source,
    TabularInput,
)
from medmaas_training.tabular.aliases import alias_features
from medmaas_training.tabular.own_notes import ColumnNote
from medmaas_training.tabular.own_sources import read_source

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
        note: what the user knows of it, and its unit if its header or its cells say that.
        cells: how cells are read that are no plain numbers.
        spellings: other words, and the word, true or false that each stands for.
        within: what is possible of a number, if that is known.
        missing_words: what stands for missing in it.
        missing_numbers: those of them that are numbers.
    """

    header: str
    name: str
    kind: Literal["number", "choice", "boolean"]
    values: Floats
    words: tuple[str, ...]
    note: ColumnNote
    cells: Cells | None = None
    spellings: Mapping[str, str | bool] = field(default_factory=dict)
    within: Range | None = None
    missing_words: frozenset[str] = frozenset()
    missing_numbers: tuple[float, ...] = ()

    @property
    def categories(self) -> int:
        """How many different words it takes; 0 for a number."""
        return {"number": 0, "choice": len(self.words), "boolean": 2}[self.kind]


def describe_columns(
    columns: Sequence[Column], X: Floats, missing_words: Sequence[str] = ()
) -> TabularInput:
    """The input of a model, with the ranges and imputed values of the train split X [n, features].

    Accepted is what the notes say; else what is possible of such a measurement; else 0 (if
    something negative was seen: minus the upper limit) to ten times the largest magnitude, and 0 to
    1 of a column of zeros and ones. That refuses a wrong unit or a slip of the decimal point, not
    an unusual patient. Numbers that stand for missing are never accepted.
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
    lowest, largest = _choose_range(column, low, high)
    for number in column.missing_numbers:
        if lowest <= number < low:
            lowest = _stop_short(number, low)
        elif high < number <= largest:
            largest = _stop_short(number, high)
    note = column.note
    return Range(
        low=lowest if note.low is None else note.low,
        high=largest if note.high is None else note.high,
    )


def _choose_range(column: Column, low: float, high: float) -> tuple[float, float]:
    if column.within:
        return column.within.low, column.within.high
    if np.isin(column.values[~np.isnan(column.values)], (0, 1)).all():
        return 0.0, 1.0
    largest = float(f"{_WIDENED * max(abs(low), abs(high)):.2g}")
    return 0.0 if low >= 0 else -largest, largest


def _stop_short(number: float, seen: float) -> float:
    """A limit just short of a number that stands for missing, from the nearest value seen."""
    step = 1 if number.is_integer() and seen.is_integer() else abs(number) / 1000
    limit = number + (step if seen > number else -step)
    return limit if min(number, seen) < limit < max(number, seen) else (number + seen) / 2


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


def parse_numbers(texts: Iterable[object]) -> Floats:
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
            cells=column.cells,
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
            spellings={word: bool(yes) for word, yes in column.spellings.items()} or None,
        )
    return Choice(
        name=column.name,
        description=description,
        loinc=column.note.loinc,
        header=header,
        source=source,
        missing=missing,
        choices=words,
        spellings={spelling: str(word) for spelling, word in column.spellings.items()} or None,
    )


def _invent(column: Column, value: float, part: int) -> object:
    if column.kind == "boolean":
        return part > 0
    if column.kind == "choice":
        return column.words[(0, len(column.words) // 2, -1)[part]]
    accepted = hard_range(column)
    rounded = float(np.clip(float(f"{value:.2g}"), accepted.low, accepted.high))
    return int(rounded) if rounded.is_integer() else rounded
