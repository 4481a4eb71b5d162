"""A user's CSV: its columns are found, named as the manifest can name them, and described.

Everything is read as text first. A column is a Number unless more than half of its cells are words;
words of yes and no are a Boolean; other text of 2 to 20 different words is a Choice. No message
tells a value: columns by name, rows by number, the header being row 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console

from medmaas_training.errors import TrainingError
from medmaas_training.tabular.own_cells import read_cells
from medmaas_training.tabular.own_columns import Column, Floats, parse_numbers, tell_unrecorded
from medmaas_training.tabular.own_file import append_file, read_file
from medmaas_training.tabular.own_notes import Notes, read_notes
from medmaas_training.tabular.own_reading import find_fault, make_column, refuse_clashes
from medmaas_training.tabular.own_told import NOT_READ, Told, tell

FEWEST_ROWS = 50


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
        missing_words: what stands for missing in it, and so in files to be answered.
        told: how cells were read that are no plain numbers and words.
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
    told: tuple[Told, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out, then what is odd."""
        return (*self.left_out, *self.odd)

    @property
    def reading(self) -> tuple[str, ...]:
        """How cells were read that are no plain numbers and words, a clause each."""
        return tell(self.told)

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
        TrainingError: the file does not exist, or a column is absent, or named as another.
    """
    notes = read_notes(path)
    table, left_out, odd = _read_csv(path, outcome, aside)
    rows = len(table)
    units = {header: notes.of(header).unit for header in table}
    table, absent, of_test = append_file(table, test, units, outcome)
    unknown = sorted(set(notes.columns) - set(table.columns))
    if unknown:
        raise TrainingError(
            f"the .yaml beside --data names columns that the table does not have: {_list(unknown)}"
        )
    columns, told, words = list[Column](), list[Told](), {*notes.missing}
    for header in table.columns.drop(list({*outcome, *aside})):
        texts, note = table[header], notes.of(header)
        cells = read_cells(texts, note, notes.missing)
        if fault := find_fault(texts, cells, note):
            left_out.append(f"{header} is left out: {fault}")
            told += [one for one in cells.told if one.rule in NOT_READ]
        else:
            columns.append(make_column(header, cells, note))
            told += cells.told
            words |= cells.missing_words
    refuse_clashes(columns)
    if lacking := [column.header for column in columns if column.header in absent]:
        raise TrainingError(f"--test: the columns {_list(lacking)} of --data are needed there too")
    counted = np.arange(len(table))
    return OwnTable(
        columns=tuple(columns),
        outcome=table[list(outcome)],
        texts=table,
        numbers=np.where(counted < rows, counted, counted - rows) + 2,
        tested=counted >= rows,
        notes=notes,
        left_out=tuple(left_out),
        odd=(*odd, *of_test, *tell_unrecorded(columns)),
        missing_words=tuple(sorted(words)),
        told=tuple(one.move(rows) for one in told),
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


def print_warnings(table: OwnTable) -> None:
    """Tell in the terminal how cells were read, what was left out or is odd; so does the card."""
    print_clauses("Note", table.reading)
    print_clauses("Warning", table.warnings)


def print_clauses(what: str, clauses: Iterable[str]) -> None:
    """Tell in the terminal, a line each."""
    console = Console(stderr=True)
    for clause in clauses:
        console.print(f"{what}: {clause}.", style="yellow", markup=False, highlight=False)


def require(condition: bool, sentence: str) -> None:  # noqa: FBT001 - it reads as an assertion
    """Refuse --data in one sentence unless a condition holds."""
    if not condition:
        raise TrainingError(f"--data: {sentence}")


def _list(headers: Iterable[str]) -> str:
    return ", ".join(headers)
