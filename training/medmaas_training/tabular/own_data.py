"""A user's table with its outcome: checked, and looked over for what leaks."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sksurv.util import Surv

from medmaas.model.years import DAYS_PER_YEAR
from medmaas_training.tabular.datasets import (
    FEWEST_CASES,
    FEWEST_EVENTS,
    OWN,
    ClassTable,
    Indices,
    Origin,
    SurvivalTable,
    hash_arrays,
)
from medmaas_training.tabular.leakage import (
    Leak,
    ask,
    find_class_leaks,
    find_survival_leaks,
    take_rows,
)
from medmaas_training.tabular.own_notes import Notes
from medmaas_training.tabular.own_table import OwnTable, read_table, require, to_numbers
from medmaas_training.tabular.separation import Labels

DAYS = {"d": 1.0, "wk": 7.0, "mo": DAYS_PER_YEAR / 12, "a": DAYS_PER_YEAR}  # by UCUM code
MOST_CLASSES = 20
_FEWEST_DAYS = 10
_SHORTEST = 0.5


def read_own_people(path: Path, time: str, event: str) -> SurvivalTable:
    """A CSV with follow-up in a column `time` and 0 or 1 in a column `event`.

    Days, unless the notes beside the file give `time` in wk, mo or a. Follow-up of zero is set to
    half a day.

    Raises:
        TrainingError: it cannot be learned from.
    """
    table = read_table(path, (time, event))
    unit = table.notes.of(time).unit or "d"
    require(unit in DAYS, f"the unit of {time} must be one of {', '.join(DAYS)}")
    days = to_numbers(table.outcome[time]) * DAYS[unit]
    died = to_numbers(table.outcome[event])
    _require_complete(table, (time, event))
    require(bool((days >= 0).all()), f"row {_first(days < 0)}: {time} is negative")
    odd = ~np.isin(died, (0, 1))
    require(not odd.any(), f"row {_first(odd)}: {event} is neither 0 nor 1")
    require(
        died.sum() >= FEWEST_EVENTS,
        f"fewer than {FEWEST_EVENTS} rows with {event} 1 are too few to learn from",
    )
    require(
        (died == 0).sum() >= FEWEST_CASES,
        f"fewer than {FEWEST_CASES} rows with {event} 0 are too few: someone must outlive the end",
    )
    require(
        bool(np.quantile(days, 0.95) >= _FEWEST_DAYS),
        f"{time} ends within {_FEWEST_DAYS} days: if it is not in days, say its unit in the .yaml",
    )
    outcome = Surv.from_arrays(died == 1, np.maximum(days, _SHORTEST))
    rows = np.arange(len(days))
    leaks = find_survival_leaks(take_rows(table.columns, rows), outcome[rows])
    table = _leave_out_leaks(table, leaks)
    copies, table = _find_copies(table, died.astype(np.int64), days)
    sha256 = hash_arrays(table.X, died, days)
    return SurvivalTable(table.X, outcome, sha256, make_origin(table.notes), table, copies)


def read_own_cases(path: Path, target: str) -> ClassTable:
    """A CSV with 2 to 20 classes in a column `target`, in alphabetical order (numbers: by size).

    Raises:
        TrainingError: it cannot be learned from.
    """
    table = read_table(path, (target,))
    _require_complete(table, (target,))
    texts = table.outcome[target]
    labels = _sort_labels(sorted(set(texts)))
    require(len(labels) >= 2, f"{target} must have at least two classes")
    require(
        len(labels) <= MOST_CLASSES,
        f"{target} has more than {MOST_CLASSES} different values: is it a class?",
    )
    y = texts.map({label: i for i, label in enumerate(labels)}).to_numpy(dtype=np.int64)
    require(
        bool(np.bincount(y).min() >= FEWEST_CASES),
        f"each class of {target} needs at least {FEWEST_CASES} cases",
    )
    rows = np.arange(len(y))
    leaks = find_class_leaks(take_rows(table.columns, rows), y[rows])
    table = _leave_out_leaks(table, leaks)
    copies, table = _find_copies(table, y, y)
    names = tuple(column.name for column in table.columns)
    sha256 = hash_arrays(table.X, y)
    return ClassTable(table.X, y, names, labels, sha256, make_origin(table.notes), table, copies)


def make_origin(notes: Notes) -> Origin:
    """What the card says of the table: the user's words, or that there are none."""
    said = {key: text for key, text in notes.data.model_dump().items() if text}
    return replace(OWN, **said)


def _leave_out_leaks(table: OwnTable, leaks: Sequence[Leak]) -> OwnTable:
    """Without what leaks, unless the notes keep it; what is only in doubt is told."""
    kept = {leak.column for leak in leaks if table.notes.of(leak.column).keep}
    out = [leak for leak in leaks if not leak.is_doubt and leak.column not in kept]
    told = [
        ask(leak, kept=leak.column in kept)
        for leak in leaks
        if leak not in out and not (leak.is_doubt and leak.column in kept)
    ]
    gone = {leak.column for leak in out}
    columns = tuple(column for column in table.columns if column.header not in gone)
    require(bool(columns), "no column is left to learn from")
    return replace(
        table,
        columns=columns,
        left_out=(*table.left_out, *map(ask, out)),
        odd=(*table.odd, *told),
    )


def _warn(table: OwnTable, warnings: Sequence[str]) -> OwnTable:
    return replace(table, odd=(*table.odd, *warnings))


def _find_copies(
    table: OwnTable, y: Labels, outcome: NDArray[np.generic]
) -> tuple[Indices | None, OwnTable]:
    """Rows that are the same in everything, numbered alike, unless most rows are."""
    rows = pd.DataFrame(np.column_stack([table.X, y, outcome]))
    numbers = rows.groupby(list(rows.columns), dropna=False, sort=False).ngroup().to_numpy()
    _, first = np.unique(numbers, return_index=True)
    again = len(rows) - len(first)
    if not again:
        return None, table
    if again > len(rows) / 2:
        odd = (
            f"{again} rows repeat others and may be in train and test alike: results will look too "
            "good"
        )
        return None, _warn(table, [odd])
    require(
        bool(np.bincount(y[first]).min() >= FEWEST_CASES),
        f"each outcome needs at least {FEWEST_CASES} rows that are not copies of each other",
    )
    warning = f"{again} rows are copies of others: copies stay together in every split"
    return numbers, _warn(table, [warning])


def _require_complete(table: OwnTable, outcome: Sequence[str]) -> None:
    for name in outcome:
        missing = table.outcome[name].isna().to_numpy()
        require(not missing.any(), f"row {_first(missing)}: {name} is missing")


def _sort_labels(labels: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(sorted(labels, key=float))
    except ValueError:
        return tuple(labels)


def _first(rows: NDArray[np.bool_]) -> int:
    """The number of the first such row in the file, whose header is row 1; 0 if there is none."""
    return int(np.argmax(rows)) + 2 if rows.any() else 0
