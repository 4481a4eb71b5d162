"""A user's CSV: its columns are found, named as the manifest can name them, and described.

Everything is read as text first. A column whose every value is a finite number is a Number; one of
yes and no, or true and false, a Boolean; other text of 2 to 20 different words a Choice. No message
tells a value: columns by name, rows by number, the header being row 1.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from medmaas.model.names import LONGEST, fold_name, keep_letters
from medmaas_training.errors import TrainingError
from medmaas_training.tabular.leakage import find_identifier
from medmaas_training.tabular.own_columns import (
    Column,
    Floats,
    parse_numbers,
    tell_unrecorded,
)
from medmaas_training.tabular.own_file import read_file
from medmaas_training.tabular.own_notes import ColumnNote, Notes, read_notes

FEWEST_ROWS = 50
MOST_WORDS = 20
_FEWEST_VALUES = 20
_BOOLEANS = ({"false", "true"}, {"no", "yes"})
# what programs write for a number that is missing; in a column of words they are words
_MARKERS = {
    "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "-NaN", "NULL", "null", "None",
}  # fmt: skip


@dataclass(frozen=True)
class OwnTable:
    """The columns to learn from, those of the outcome as text, and what was left out or is odd.

    Attributes:
        columns: to learn from.
        outcome: those of what is to be predicted, as text.
        notes: what the .yaml beside the table says.
        left_out: which columns are not learned from and why, a clause each.
        odd: what else its reader must know, a clause each.
        missing_words: what stands for a missing number in it, and so in files to be answered.
    """

    columns: tuple[Column, ...]
    outcome: pd.DataFrame
    notes: Notes
    left_out: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    missing_words: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out, then what is odd."""
        return (*self.left_out, *self.odd)

    @property
    def X(self) -> Floats:  # noqa: N802 - the field's own name
        """The columns side by side, [n, features]."""
        return np.column_stack([column.values for column in self.columns])


def read_table(path: Path, outcome: Sequence[str]) -> OwnTable:
    """Read a CSV with a header, and the .yaml beside it if there is one.

    Args:
        path: of the CSV.
        outcome: headers of the columns that hold what is to be predicted.

    Raises:
        TrainingError: the file does not exist, or a column is empty, absent, or named as another.
    """
    notes = read_notes(path)
    table, left_out = _read_csv(path, outcome)
    table, words = _leave_out_markers(table, outcome)
    unknown = sorted(set(notes.columns) - set(table.columns))
    if unknown:
        raise TrainingError(
            f"the .yaml beside --data names columns that the table does not have: {_list(unknown)}"
        )
    empty = [header for header in table if table[header].isna().all()]
    if empty:
        raise TrainingError(f"--data: no row has a value of {_list(empty)}: remove such columns")
    columns = []
    for header in table.columns.drop(list(outcome)):
        texts, note = table[header], notes.of(header)
        if fault := _find_fault(header, texts, note):
            left_out.append(fault)
        else:
            columns.append(_make_column(header, texts, note))
    _refuse_clashes(columns)
    odd = (*_tell_missing(words), *tell_unrecorded(columns))
    return OwnTable(tuple(columns), table[list(outcome)], notes, tuple(left_out), odd, words)


def to_numbers(texts: pd.Series) -> Floats:
    """Text to numbers, [n]; NaN where missing.

    Raises:
        TrainingError: something is not a finite number.
    """
    numbers = parse_numbers(texts)
    wrong = np.flatnonzero(~np.isfinite(numbers) & texts.notna().to_numpy())
    if len(wrong):
        raise TrainingError(f"--data: row {wrong[0] + 2}: {texts.name} is not a number")
    return numbers


def _read_csv(path: Path, outcome: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    names, cells = read_file(path, outcome)
    named = [i for i, name in enumerate(names) if name]
    left_out = [
        f"column {i + 1} has no name and is left out" for i, name in enumerate(names) if not name
    ]
    table = cells[named].set_axis([names[i] for i in named], axis=1)
    twice = sorted(set(table.columns[table.columns.duplicated()]))
    if twice:
        raise TrainingError(f"--data: two columns are called {_list(twice)}: rename one")
    absent = [name for name in outcome if name not in table]
    if absent:
        raise TrainingError(f"--data: there is no column {_list(absent)}")
    if len(table) < FEWEST_ROWS:
        raise TrainingError(f"--data: fewer than {FEWEST_ROWS} rows are too few to learn from")
    return table, left_out


def _leave_out_markers(
    table: pd.DataFrame, outcome: Sequence[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table without words for a missing number, and those words.

    Raises:
        TrainingError: one of them is a value of another column.
    """
    taken, numeric = set[str](), set[str]()
    table = table.copy()
    for header in table.columns.drop(list(outcome)):
        texts, marked = table[header], table[header].isin(_MARKERS)
        others = texts[~marked].dropna()
        if len(others) and np.isfinite(parse_numbers(others)).all():
            numeric.add(header)
            taken |= set(texts[marked])
            table[header] = texts.mask(marked)
    words = [header for header in table.columns.drop(list(outcome)) if header not in numeric]
    if clash := [header for header in words if table[header].isin(taken).any()]:
        raise TrainingError(
            f"--data: a word that stands for a missing number is a value of {_list(clash)}: leave "
            "the cells of missing numbers empty"
        )
    return table, tuple(sorted(taken))


def _tell_missing(words: Sequence[str]) -> tuple[str, ...]:
    if not words:
        return ()
    return (
        f"{', '.join(words)} in columns of numbers was read as missing, and will be in files that "
        "the model answers",
    )


def _find_fault(header: str, texts: pd.Series, note: ColumnNote) -> str | None:
    """Why a column [n] cannot be learned from."""
    present = texts.dropna()
    if present.nunique() == 1:
        return f"{header} is left out: every value it has is the same"
    if len(present) < _FEWEST_VALUES:
        return f"{header} is left out: fewer than {_FEWEST_VALUES} rows have a value"
    if not note.unit and (identifier := find_identifier(header, texts)):
        return identifier
    wrong = np.flatnonzero(np.isnan(parse_numbers(texts)) & texts.notna().to_numpy())
    if len(wrong) == 0 or present.nunique() <= MOST_WORDS:
        return None
    if len(wrong) < len(present) / 2:
        return (
            f"{header} is left out: {len(wrong)} of its values are not numbers, the first in row "
            f"{wrong[0] + 2}; correct them to learn from it"
        )
    return f"{header} is left out: text of more than {MOST_WORDS} different words"


def _make_column(header: str, texts: pd.Series, note: ColumnNote) -> Column:
    name, present, numbers = _make_name(header), texts.dropna(), parse_numbers(texts)
    if np.isfinite(numbers).sum() == len(present):
        column = Column(header, name, "number", numbers, (), note)
        _check_accepted(column)
        return column
    folded = texts.str.lower()
    for no, yes in map(sorted, _BOOLEANS):
        if set(folded.dropna()) == {no, yes}:
            values = folded.map({no: 0.0, yes: 1.0}).to_numpy(dtype=float)
            return Column(header, name, "boolean", values, (), note)
    words = sorted(set(present))
    values = texts.map({word: float(i) for i, word in enumerate(words)}).to_numpy(dtype=float)
    return Column(header, name, "choice", values, tuple(words), note)


def _check_accepted(column: Column) -> None:
    note, values = column.note, column.values
    outside = (note.low is not None and np.nanmin(values) < note.low) or (
        note.high is not None and np.nanmax(values) > note.high
    )
    if outside:
        raise TrainingError(f"--data: {column.header} has values outside low to high of its .yaml")


def _make_name(header: str) -> str:
    """The header in the letters, marks, digits and underscores that a manifest takes."""
    name = keep_letters(unicodedata.normalize("NFKC", header))
    name = name if name[:1].isalpha() else f"x_{name}"
    return name[:LONGEST].rstrip("_")


def _refuse_clashes(columns: Sequence[Column]) -> None:
    taken: dict[str, str] = {}
    for column in columns:
        folded = fold_name(column.name)
        if folded in taken:
            raise TrainingError(
                f"--data: {taken[folded]} and {column.header} would both be called "
                f"{column.name}: rename one"
            )
        taken[folded] = column.header


def print_warnings(table: OwnTable) -> None:
    """Tell in the terminal what was left out or is odd; the card tells it too."""
    console = Console(stderr=True)
    for warning in table.warnings:
        console.print(f"Warning: {warning}.", style="yellow", markup=False, highlight=False)


def require(condition: bool, sentence: str) -> None:  # noqa: FBT001 - it reads as an assertion
    """Refuse --data in one sentence unless a condition holds."""
    if not condition:
        raise TrainingError(f"--data: {sentence}")


def _list(headers: Iterable[str]) -> str:
    return ", ".join(headers)
