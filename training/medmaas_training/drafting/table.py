"""The table of past cases: what may be the graph's columns, and what happened to these people."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medmaas.model.names import compose
from medmaas_training.drafting.people import People, find_limits
from medmaas_training.errors import TrainingError
from medmaas_training.options import UNITS, cut_option
from medmaas_training.tabular.follow_up_units import DAYS, find_unit_names
from medmaas_training.tabular.identifiers import find_identifier
from medmaas_training.tabular.own_cell_texts import read_texts
from medmaas_training.tabular.own_cells import read_cells
from medmaas_training.tabular.own_columns import Column, Floats
from medmaas_training.tabular.own_notes import ColumnNote, Notes, read_notes
from medmaas_training.tabular.own_reading import (
    find_foreign,
    make_column,
    make_name,
    refuse_clashes,
)
from medmaas_training.tabular.own_texts import NamedTexts, ReadCells
from medmaas_training.tabular.own_told import Told, tell

FEW = 50
_MOST_CLASSES = 20


@dataclass(frozen=True)
class OutcomeColumn:
    """One column of what happened.

    Attributes:
        header: its name.
        cells: as they were read.
    """

    header: str
    cells: ReadCells

    @property
    def classes(self) -> tuple[str, ...]:
        """Its different values, numbers by size; none of more than 20 different numbers."""
        if self.cells.kind == "choice":
            return self.cells.words
        if self.cells.kind == "boolean":
            return ("no", "yes")
        numbers = np.unique(self.cells.values[~np.isnan(self.cells.values)])
        if len(numbers) > _MOST_CLASSES or (numbers != np.floor(numbers)).any():
            return ()
        return tuple(f"{number:g}" for number in numbers)

    @property
    def positions(self) -> Floats:
        """Of each case [n] the position of its value in `classes`; NaN where it is not known."""
        values = self.cells.values
        if self.cells.kind != "number":
            return values
        numbers = np.unique(values[~np.isnan(values)])
        found = np.searchsorted(numbers, np.nan_to_num(values)).astype(float)
        return np.where(np.isnan(values), np.nan, found)


@dataclass(frozen=True)
class Outcome:
    """What happened to the people of a table.

    Attributes:
        targets: the columns that --target names.
        time: the column of --time.
        event: the column of --event.
        unit: of the time, as --unit says it.
    """

    targets: tuple[OutcomeColumn, ...] = ()
    time: OutcomeColumn | None = None
    event: OutcomeColumn | None = None
    unit: str | None = None

    @property
    def last_day(self) -> int | None:
        """A day that several people were followed to or beyond, as late as can be said."""
        if self.time is None:
            return None
        named = {UNITS[self.unit]} if self.unit else find_unit_names(self.time.header)
        limits = find_limits(self.time.cells.values)
        if len(named) != 1 or limits is None:
            return None
        return int(limits.high * DAYS[named.pop()])


@dataclass(frozen=True)
class Candidate:
    """A column that may be one of the graph's.

    Attributes:
        column: as it was read.
        texts: its cells, empty where one is missing.
        fault: why it hardly is one: an identifier, a date, free text.
    """

    column: Column
    texts: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True)
class Table:
    """Past cases.

    Attributes:
        rows: how many.
        candidates: all columns but those that an option names, in the order of the file.
        outcome: what happened; None if no option says so.
        notes: what the .yaml beside the file says.
        told: what must be told of how it was read, a clause each.
        missing_words: what stands for missing in it.
        people: whose each row is, as numbers [n]; None if nothing says that two are of one.
    """

    rows: int
    candidates: tuple[Candidate, ...]
    outcome: Outcome | None
    notes: Notes
    told: tuple[str, ...]
    missing_words: tuple[str, ...]
    people: People = None


@dataclass(frozen=True)
class Named:
    """The columns that options name."""

    target: str | None = None
    time: str | None = None
    event: str | None = None
    group: str | None = None
    unit: str | None = None

    @property
    def event_column(self) -> str | None:
        """Of EVENT=VALUE the column."""
        return cut_option(self.event)[0]


def read_cases(path: Path, named: Named) -> Table:
    """A table of text or a spreadsheet, and the .yaml beside it if there is one.

    Raises:
        TrainingError: it cannot be read, lacks a column that is named, or calls two alike.
    """
    names, columns, read = read_texts(path, ())
    texts = {name: cells for name, cells in zip(names, columns, strict=True) if name}
    told = [f"column {i + 1} has no name and is left out" for i, n in enumerate(names) if not n]
    if twice := sorted({name for name in texts if names.count(name) > 1}):
        raise TrainingError(f"--data: two columns are called {', '.join(twice)}: rename one")
    targets = _cut_targets(named.target, texts)
    wanted = [*targets, named.time, named.event_column, named.group]
    options = [name for name in wanted if name is not None]
    if absent := [name for name in options if name not in texts]:
        raise TrainingError(
            f"--data: there is no column {', '.join(absent)}; there are {', '.join(texts)}"
        )
    rows = len(next(iter(texts.values()), []))
    if not rows:
        raise TrainingError("--data: the table has no rows")
    notes = read_notes(path)
    cells = {
        name: read_cells(NamedTexts(name, column), notes.of(name), notes.missing)
        for name, column in texts.items()
    }
    candidates = [
        _examine(texts[name], name, cells[name], notes.of(name))
        for name in texts
        if name not in options
    ]
    refuse_clashes([one.column for one in candidates if not one.fault])
    told += [
        f"{name} is not known of {unknown} rows, which say nothing of the answer"
        for name in (*targets, named.time, named.event_column)
        if name and (unknown := int(np.isnan(cells[name].values).sum()))
    ]
    facts: list[Told] = [fact for one in candidates for fact in cells[one.column.header].told]
    words = {w for one in candidates for w in cells[one.column.header].missing_words}
    if rows < FEW:
        told.append(
            f"{rows} rows are few: ranges rest on hardly anybody, and nothing that is measured on "
            "them will say much"
        )
    return Table(
        rows=rows,
        candidates=tuple(candidates),
        outcome=_find_outcome(cells, targets, named),
        notes=notes,
        told=(*read, *told, *tell(facts)),
        missing_words=tuple(sorted({*notes.missing, *words})),
        people=_find_people(texts, named),
    )


def _find_people(texts: dict[str, list[str]], named: Named) -> People:
    """Whose each row is: by --group, else by a column that is an identifier by its name."""
    repeating = ("1", "1", "2", "2")
    names = [named.group] if named.group else [n for n in texts if find_identifier(n, repeating)]
    for name in names:
        codes: dict[str, int] = {}
        numbers = [
            codes.setdefault(text or f"\n{row}", len(codes)) for row, text in enumerate(texts[name])
        ]
        if len(codes) < len(numbers):
            return np.array(numbers, dtype=np.intp)
    return None


def _cut_targets(target: str | None, headers: Sequence[str] | dict[str, list[str]]) -> list[str]:
    """The columns that --target names, several with commas between."""
    if target is None:
        return []
    if target in headers:
        return [target]
    return [compose(part.strip()) for part in target.split(",")]


def _examine(texts: Sequence[str], header: str, cells: ReadCells, note: ColumnNote) -> Candidate:
    column = (
        make_column(header, cells, note)
        if not np.isnan(cells.values).all()
        else Column(header, make_name(header), cells.kind, cells.values, cells.words, note)
    )
    fault = find_foreign(NamedTexts(header, texts), cells, note)
    if np.isnan(cells.values).all():
        fault = "it holds nothing that can be read" if any(texts) else None
    return Candidate(column, tuple(texts), fault)


def _find_outcome(
    cells: dict[str, ReadCells], targets: Sequence[str], named: Named
) -> Outcome | None:
    def take(header: str | None) -> OutcomeColumn | None:
        return OutcomeColumn(header, cells[header]) if header else None

    if not (targets or named.time or named.event_column):
        return None
    return Outcome(
        targets=tuple(OutcomeColumn(header, cells[header]) for header in targets),
        time=take(named.time),
        event=take(named.event_column),
        unit=named.unit,
    )
