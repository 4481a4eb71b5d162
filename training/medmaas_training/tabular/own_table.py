"""A user's CSV: its columns are found, named as the manifest can name them, and described.

Everything is read as text first. A column whose every value is a finite number is a Number; one of
yes and no, or true and false, a Boolean; other text of 2 to 20 different words a Choice. No message
tells a value: columns by name, rows by number, the header being row 1.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console

from medmaas_training.errors import TrainingError
from medmaas_training.tabular.leakage import find_identifier
from medmaas_training.tabular.own_columns import Column, Floats, parse_numbers
from medmaas_training.tabular.own_file import append_file, read_file
from medmaas_training.tabular.own_notes import ColumnNote, Notes, read_notes

FEWEST_ROWS = 50
MOST_WORDS = 20
FEWEST_VALUES = 20
_BOOLEANS = ({"false", "true"}, {"no", "yes"})
_NAME_LENGTH = 64
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
        texts: every column of the file as text, NaN where a cell is empty.
        numbers: what rows are called, [n]: those of their file, whose header is row 1.
        tested: [n], which of them are of the file of --test.
        notes: what the .yaml beside the table says.
        left_out: which columns are not learned from and why, a clause each.
        odd: what else its reader must know, a clause each.
        missing_words: what stands for a missing number in it, and so in files to be answered.
    """

    columns: tuple[Column, ...]
    outcome: pd.DataFrame
    texts: pd.DataFrame
    numbers: NDArray[np.intp]
    tested: NDArray[np.bool_]
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

    def name_row(self, rows: NDArray[np.bool_]) -> str:
        """What the first of these rows [n] is called; nothing if there is none."""
        if not rows.any():
            return ""
        first = int(np.argmax(rows))
        return f"row {self.numbers[first]}{' of --test' if self.tested[first] else ''}"

    def tell(self, *clauses: str) -> "OwnTable":
        """With more that its reader must know."""
        return replace(self, odd=(*self.odd, *clauses))

    def take(self, rows: NDArray[np.bool_]) -> "OwnTable":
        """With these rows [n] alone."""
        return replace(
            self,
            columns=tuple(replace(column, values=column.values[rows]) for column in self.columns),
            outcome=self.outcome[rows],
            texts=self.texts[rows],
            numbers=self.numbers[rows],
            tested=self.tested[rows],
        )


def read_table(
    path: Path, outcome: Sequence[str], aside: Sequence[str] = (), test: Path | None = None
) -> OwnTable:
    """Read a CSV with a header, and the .yaml beside it if there is one.

    Args:
        path: of the CSV.
        outcome: headers of the columns that hold what is to be predicted.
        aside: headers of columns that are not learned from either.
        test: a file with more rows of the same columns, which come last.

    Raises:
        TrainingError: the file does not exist, or a column is empty, absent, or named as another.
    """
    notes = read_notes(path)
    table, left_out, read = _read_csv(path, outcome, aside)
    rows = len(table)
    units = {header: notes.of(header).unit for header in table}
    table, absent, told = append_file(table, test, units, outcome)
    texts = table
    table, words = _leave_out_markers(table, (*outcome, *aside))
    unknown = sorted(set(notes.columns) - set(table.columns))
    if unknown:
        raise TrainingError(
            f"the .yaml beside --data names columns that the table does not have: {_list(unknown)}"
        )
    empty = [header for header in table if table[header].isna().all()]
    if empty:
        raise TrainingError(f"--data: no row has a value of {_list(empty)}: remove such columns")
    columns = []
    for header in table.columns.drop(list({*outcome, *aside})):
        column, note = table[header], notes.of(header)
        if fault := _find_fault(header, column, note):
            left_out.append(fault)
        else:
            columns.append(_make_column(header, column, note))
    _refuse_clashes(columns)
    if lacking := [column.header for column in columns if column.header in absent]:
        raise TrainingError(f"--test: the columns {_list(lacking)} of --data are needed there too")
    counted = np.arange(len(table))
    return OwnTable(
        columns=tuple(columns),
        outcome=texts[list(outcome)],
        texts=texts,
        numbers=np.where(counted < rows, counted, counted - rows) + 2,
        tested=counted >= rows,
        notes=notes,
        left_out=tuple(left_out),
        odd=(*read, *told, *_tell_missing(words)),
        missing_words=words,
    )


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


def _read_csv(
    path: Path, outcome: Sequence[str], aside: Sequence[str]
) -> tuple[pd.DataFrame, list[str], tuple[str, ...]]:
    names, cells, told = read_file(path, outcome)
    named = [i for i, name in enumerate(names) if name]
    left_out = [
        f"column {i + 1} has no name and is left out" for i, name in enumerate(names) if not name
    ]
    table = cells[named].set_axis([names[i] for i in named], axis=1)
    twice = sorted(set(table.columns[table.columns.duplicated()]))
    if twice:
        raise TrainingError(f"--data: two columns are called {_list(twice)}: rename one")
    absent = [name for name in (*outcome, *aside) if name not in table]
    if absent:
        raise TrainingError(f"--data: there is no column {_list(absent)}")
    if len(table) < FEWEST_ROWS:
        raise TrainingError(f"--data: fewer than {FEWEST_ROWS} rows are too few to learn from")
    return table, left_out, told


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
    if len(present) < FEWEST_VALUES:
        return f"{header} is left out: fewer than {FEWEST_VALUES} rows have a value"
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
    """The header in the letters, digits and underscores that a manifest takes."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
    name = re.sub(r"\W+", "_", plain).strip("_")
    name = name if name[:1].isalpha() else f"x_{name}"
    return name[:_NAME_LENGTH]


def _refuse_clashes(columns: Sequence[Column]) -> None:
    taken: dict[str, str] = {}
    for column in columns:
        if column.name in taken:
            raise TrainingError(
                f"--data: {taken[column.name]} and {column.header} would both be called "
                f"{column.name}: rename one"
            )
        taken[column.name] = column.header


def print_warnings(table: OwnTable) -> None:
    """Tell in the terminal what was left out or is odd; the card tells it too."""
    print_told(table.warnings)


def print_told(clauses: Iterable[str]) -> None:
    """Tell in the terminal what must be known, a clause each."""
    console = Console(stderr=True)
    for clause in clauses:
        console.print(f"Warning: {clause}.", style="yellow", markup=False, highlight=False)


def require(condition: bool, sentence: str) -> None:  # noqa: FBT001 - it reads as an assertion
    """Refuse --data in one sentence unless a condition holds."""
    if not condition:
        raise TrainingError(f"--data: {sentence}")


def _list(headers: Iterable[str]) -> str:
    return ", ".join(headers)
