"""A user's table with its outcome: checked, split, and looked over for what leaks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sksurv.util import Surv

from medmaas_training.options import SplitRule, cut_option
from medmaas_training.survival.metrics import Outcome
from medmaas_training.tabular.datasets import (
    OWN,
    ClassTable,
    Origin,
    SurvivalTable,
    hash_arrays,
)
from medmaas_training.tabular.leakage import (
    ask,
    find_class_leaks,
    find_survival_leaks,
    take_rows,
)
from medmaas_training.tabular.own_notes import Notes
from medmaas_training.tabular.own_outcome import keep_known, read_classes, read_follow_up
from medmaas_training.tabular.own_split import Arranged, arrange_rows, learn_from
from medmaas_training.tabular.own_table import OwnTable, read_table, require
from medmaas_training.tabular.separation import Labels

_EVENTS_PER_COLUMN = 10
_SHORTEST = 0.5
_CHANCE = SplitRule()
_TWO_FILES = replace(
    OWN,
    limit="Of the data nothing is known but what is said here; whether the people of --test are "
    "from elsewhere is known to whoever trained the model.",
)


def read_own_people(
    path: Path, time: str, event: str, *, unit: str | None = None, rule: SplitRule = _CHANCE
) -> SurvivalTable:
    """A CSV with follow-up in a column `time`, and whether the event ended it in a column `event`.

    Args:
        path: of the CSV.
        time: in days, unless `unit` or the notes beside the file say otherwise; 0 is set to half
            a day.
        event: 1, yes or true; of other codes those that follow the column's name and `=`.
        unit: of `time`, a key of `options.UNITS`.
        rule: how rows are split.

    Raises:
        TrainingError: it cannot be learned from.
    """
    column = cut_option(event)[0] or event
    table = keep_known(read_table(path, (time, column), rule.columns, rule.test))
    followed = read_follow_up(table, time, event, unit)
    died = followed.event.astype(np.int64)
    arranged = arrange_rows(table, died, followed.days, (1,), rule)
    kept, split = arranged.kept, arranged.split
    outcome = Surv.from_arrays(followed.event[kept], np.maximum(followed.days[kept], _SHORTEST))
    table = _settle_columns(table.tell(*followed.told), died[kept], outcome, arranged, rule)
    events = int(outcome["event"].sum())
    if events < _EVENTS_PER_COLUMN * len(table.columns):
        table = table.tell(
            f"{events} rows with the event for {len(table.columns)} columns are fewer than "
            f"{_EVENTS_PER_COLUMN} each: a model may learn what is chance"
        )
    sha256 = hash_arrays(table.X, outcome["event"].astype(float), followed.days[kept])
    origin = make_origin(table.notes, rule)
    return SurvivalTable(table.X, outcome, sha256, origin, table, arranged.together, split)


def read_own_cases(
    path: Path, target: str, *, positive: str | None = None, rule: SplitRule = _CHANCE
) -> ClassTable:
    """A CSV with 2 to 20 classes in a column `target`.

    Args:
        path: of the CSV.
        target: labels in alphabetical order, numbers by size.
        positive: which of two comes second.
        rule: how rows are split.

    Raises:
        TrainingError: it cannot be learned from.
    """
    table = keep_known(read_table(path, (target,), rule.columns, rule.test))
    classes = read_classes(table, target, positive)
    arranged = arrange_rows(table, classes.y, classes.y, range(len(classes.labels)), rule)
    y = classes.y[arranged.kept]
    table = _settle_columns(table.tell(*classes.told), y, None, arranged, rule)
    names = tuple(column.name for column in table.columns)
    return ClassTable(
        table.X,
        y,
        names,
        classes.labels,
        hash_arrays(table.X, y),
        make_origin(table.notes, rule),
        table,
        arranged.together,
        arranged.split,
    )


def make_origin(notes: Notes, rule: SplitRule = _CHANCE) -> Origin:
    """What the card says of the table: the user's words, or that there are none."""
    said = {key: text for key, text in notes.data.model_dump().items() if text}
    return replace(OWN if rule.test is None else _TWO_FILES, **said)


def _settle_columns(
    table: OwnTable, y: Labels, outcome: Outcome | None, arranged: Arranged, rule: SplitRule
) -> OwnTable:
    """The columns to learn from, decided on the rows that are not tested on."""
    table = table.take(arranged.kept).tell(*arranged.told)
    rows = np.ones(len(y), dtype=bool)
    rows[arranged.split.test] = False
    if rule.decides:
        table = learn_from(table, rows)
    return _leave_out_leaks(table, y, outcome, rows)


def _leave_out_leaks(
    table: OwnTable, y: Labels, outcome: Outcome | None, rows: NDArray[np.bool_]
) -> OwnTable:
    """Without what gives y [n], or the time to it, away, judged on these rows [n].

    Kept is what the notes keep; what is only in doubt is told.
    """
    seen = take_rows(table.columns, rows)
    if outcome is None:
        leaks = find_class_leaks(seen, y[rows])
    else:
        leaks = find_survival_leaks(seen, outcome[rows])
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
    left_out = (*table.left_out, *map(ask, out))
    return replace(table, columns=columns, left_out=left_out).tell(*told)
