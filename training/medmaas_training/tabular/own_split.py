"""Which rows of a user's table are tested on, and which stay together: said, found, or drawn.

All of it is settled before anything is learned, so that what is decided of columns can be decided
without the rows that are tested on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from medmaas_training.options import SplitRule, cut_option
from medmaas_training.tabular.datasets import Indices, Split, split_rows
from medmaas_training.tabular.own_columns import Column, parse_numbers
from medmaas_training.tabular.own_groups import (
    find_copies,
    find_persons,
    join_groups,
    number_codes,
)
from medmaas_training.tabular.own_outcome import find_words, fold_codes
from medmaas_training.tabular.own_reading import FEWEST_VALUES
from medmaas_training.tabular.own_table import OwnTable, require
from medmaas_training.tabular.separation import Labels

_SIDES = {
    "train": "train", "training": "train",
    "calibration": "calibration", "val": "calibration", "valid": "calibration",
    "validation": "calibration", "dev": "calibration",
    "test": "test", "testing": "test",
}  # fmt: skip
# of each class, or with the event: what a random split leaves of ten
_FEWEST = {"train": 6, "calibration": 2, "test": 2}
_USE = {"train": "learn from", "calibration": "calibrate by", "test": "measure by"}
_TESTED = 0.2
_FEWEST_GROUPS = 5  # as many as there are folds
_DATE = re.compile(
    r"(?P<year>\d{4})(?:[-/年](?P<month>\d{1,2})(?:[-/月](?P<day>\d{1,2}))?"
    r"|\.(?P<month_>\d{1,2})\.(?P<day_>\d{1,2}))[月日]?(?:[T ](?P<time>.*))?"
)


@dataclass(frozen=True)
class Arranged:
    """How the rows of a table are split.

    Attributes:
        kept: [n], those that are on a side; all but those whose person is on another.
        split: of the rows that are kept, by their positions among them.
        together: [kept], the same number for rows that stay together in folds, if there are any.
        told: what its reader must know.
    """

    kept: NDArray[np.bool_]
    split: Split
    together: Indices | None
    told: tuple[str, ...]


def arrange_rows(
    table: OwnTable,
    y: Labels,
    outcome: NDArray[np.generic],
    needed: Iterable[int],
    rule: SplitRule,
) -> Arranged:
    """Split the rows of a table, none of one person on two sides.

    Args:
        table: of n rows.
        y: the class of each, or whether it had the event, [n].
        outcome: [n]; rows equal in this, in y and in every column are copies of each other.
        needed: those of y that every side needs some rows of.
        rule: what was said of it.

    Raises:
        TrainingError: it cannot be split so.
    """
    copies, told_copies = find_copies(table, y, outcome, rule)
    persons, told_persons = find_persons(table, rule)
    together = join_groups(copies, persons)
    sides, by = _read_sides(table, rule)
    told = [*told_copies, *told_persons]
    kept = np.ones(len(y), dtype=bool)
    if sides is not None:
        if shared := _count_shared(copies, sides == "test"):
            told.append(
                f"{shared} rows that are tested on are copies of others: they are measured too, "
                "and results may look too good by as much"
            )
        if persons is not None:
            kept = _find_stray(persons, sides)
            if stray := int((~kept).sum()):
                told.append(
                    f"{stray} rows are left out, because other rows of the same {_name(rule)} are "
                    "tested on, or kept for calibration"
                )
        sides, together = sides[kept], None if together is None else together[kept]
    require(
        together is None or len({*together}) >= 2 * _FEWEST_GROUPS,
        "rows that belong together leave fewer than "
        f"{2 * _FEWEST_GROUPS} groups: too few to split; name another column with --group",
    )
    split = _draw(y[kept], sides, rule.seed, together)
    _require_sides(y[kept], split, needed)
    sites = cut_option(rule.leave_out)[0]
    if sites is not None:
        together, told_sites = _join_sites(table.texts[sites][kept], split, together)
        told += told_sites
    if by and sides is not None and "calibration" not in sides:
        by += "; calibration rows were drawn from the others"
    return Arranged(kept, replace(split, by=by), together, tuple(told))


def learn_from(table: OwnTable, rows: NDArray[np.bool_]) -> OwnTable:
    """The columns that can be learned from these rows [n], those that are not tested on.

    Of a file of --test, words that --data never has are missing: the model cannot know them.
    """
    columns, left_out, odd = [], [], []
    for column in table.columns:
        known, unseen = _forget_words(column, table.tested)
        if unseen:
            odd.append(
                f"{column.header} has words in {unseen} rows of --test that --data never has: "
                "they are measured as missing"
            )
        present = known.values[rows & ~np.isnan(known.values)]
        if len(present) < FEWEST_VALUES:
            left_out.append(
                f"{column.header} is left out: fewer than {FEWEST_VALUES} rows that are not tested "
                "on have a value"
            )
        elif len(np.unique(present)) == 1:
            left_out.append(
                f"{column.header} is left out: its values are all the same where it is learned from"
            )
        else:
            columns.append(known)
    require(bool(columns), "no column is left to learn from")
    left_out = [*table.left_out, *left_out]
    return replace(table, columns=tuple(columns), left_out=tuple(left_out), odd=(*table.odd, *odd))


def _read_sides(table: OwnTable, rule: SplitRule) -> tuple[NDArray[np.str_] | None, str | None]:
    """What is said of where rows belong, [n]: test, calibration, train or rest; and how."""
    if rule.test is not None:
        return _name_tested(table.tested), "tested on the people of --test, another file"
    if rule.split is not None:
        return _read_split(table, rule.split), f"as the column {rule.split} says"
    column, value = cut_option(rule.since)
    if column is not None and value is not None:
        late = _find_late(table, column, value)
        return _name_tested(late), f"tested on the rows with {column} from {value} on"
    column, value = cut_option(rule.leave_out)
    if column is not None:
        sites, tested = _find_sites(table, column, value, rule.seed)
        by = f"tested on {sites[0]} of {sites[1]} values of {column}, whole"
        return _name_tested(tested), by
    return None, None


def _name_tested(tested: NDArray[np.bool_]) -> NDArray[np.str_]:
    return np.where(tested, "test", "rest").astype(str)


def _read_split(table: OwnTable, column: str) -> NDArray[np.str_]:
    sides = table.texts[column].fillna("").str.casefold().map(_SIDES)
    wrong = sides.isna().to_numpy()
    require(
        not wrong.any(),
        f"{table.name_row(wrong)}: {column} is neither train, calibration (or validation) nor test",
    )
    for side in ("train", "test"):
        require(bool((sides == side).any()), f"{column} says {side} of no row")
    if not (sides == "calibration").any():
        return _name_tested((sides == "test").to_numpy())
    return np.asarray(sides, dtype=str)


def _find_late(table: OwnTable, column: str, value: str) -> NDArray[np.bool_]:
    """Which rows are from a date, or a number, on."""
    texts, dated = table.texts[column], bool(_DATE.fullmatch(value))
    numbers = np.full(len(texts), np.nan) if dated else parse_numbers(texts)
    limit = np.nan if dated else parse_numbers(pd.Series([value]))[0]
    if np.isnan(numbers).all():  # dates, of which a year alone is the first day of January
        moments = texts.map(_read_date)
        start = _read_date(f"{value}-1-1" if re.fullmatch(r"\d{4}", value) else value)
        numbers, limit = moments.to_numpy(dtype=float), start
    require(
        not np.isnan(limit),
        f"--since {column}= needs a date as 2015-01-31, a year or a number, as the column has",
    )
    wrong = np.isnan(numbers)
    require(
        not wrong.any(),
        f"{table.name_row(wrong)}: {column} cannot be compared with what --since says: write all "
        "as 2015-01-31, or all as numbers",
    )
    late = numbers >= limit
    require(bool(late.any()), f"no row has {column} from what --since says on")
    require(not late.all(), f"every row has {column} from what --since says on: none is left")
    return late


def _read_date(text: object) -> float:
    """Seconds of a date that begins with its year; NaN of anything else."""
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return np.nan
    month, day = found["month"] or found["month_"], found["day"] or found["day_"] or 1
    try:
        date = pd.Timestamp(year=int(found["year"]), month=int(month), day=int(day))
        if found["time"]:
            date = pd.Timestamp(f"{date:%Y-%m-%d}T{found['time']}").tz_localize(None)
    except ValueError:
        return np.nan
    return float(date.timestamp())


def _find_sites(
    table: OwnTable, column: str, named: str | None, seed: int
) -> tuple[tuple[int, int], NDArray[np.bool_]]:
    """How many sites of how many are tested on, and which rows that are."""
    texts = fold_codes(table.texts[column])
    missing = texts.isna().to_numpy()
    require(not missing.any(), f"{table.name_row(missing)}: {column} is missing, which is a site")
    if named is not None:
        found = find_words(texts, named, "--leave-out")
        tested = np.logical_or.reduce(list(found.values()))
        require(not tested.all(), f"--leave-out names every value of {column}: none is left")
        return (int(texts[tested].nunique()), int(texts.nunique())), tested
    sizes = texts.value_counts().sort_index()
    require(len(sizes) >= 2, f"{column} has one value alone: no site can be left out")
    goal, total, chosen = _TESTED * len(texts), 0, []
    for site in np.random.default_rng(seed).permutation(sizes.index.to_numpy()):
        if abs(total + sizes[site] - goal) < abs(total - goal):
            total += sizes[site]
            chosen.append(site)
    chosen = chosen or [sizes.idxmin()]
    return (len(chosen), len(sizes)), texts.isin(chosen).to_numpy()


def _count_shared(groups: Indices | None, tested: NDArray[np.bool_]) -> int:
    """How many rows that are tested on are in a group with one that is not."""
    if groups is None:
        return 0
    return int(np.isin(groups[tested], groups[~tested]).sum())


def _find_stray(persons: Indices, sides: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Rows [n] that are where their person is: in test, else in calibration, else in train."""
    rank = pd.Series(sides).map({"test": 2, "calibration": 1, "train": 0, "rest": 0})
    kept: NDArray[np.bool_] = (rank == rank.groupby(persons).transform("max")).to_numpy()
    return kept


def _name(rule: SplitRule) -> str:
    return rule.group or "identifier"


def _draw(y: Labels, sides: NDArray[np.str_] | None, seed: int, together: Indices | None) -> Split:
    if sides is None:
        return split_rows(y, seed, together)
    if "calibration" not in sides:
        return split_rows(y, seed, together, test=sides == "test")
    train, calibration, test = (np.flatnonzero(sides == side) for side in _FEWEST)
    return Split(train, calibration, test, seed)


def _require_sides(y: Labels, split: Split, needed: Iterable[int]) -> None:
    """Enough of each class, or of those with the event, on every side."""
    for kind in needed:
        for side, fewest in _FEWEST.items():
            require(
                int((y[getattr(split, side)] == kind).sum()) >= fewest,
                f"fewer than {fewest} rows of the {side} split have the event, or are of one of "
                f"the classes: too few to {_USE[side]}; split otherwise",
            )


def _join_sites(
    texts: pd.Series, split: Split, together: Indices | None
) -> tuple[Indices | None, list[str]]:
    """Groups [n] that hold whole sites as well, if the train split has enough for its folds."""
    joined = join_groups(together, number_codes(fold_codes(texts)))
    if joined is not None and len({*joined[split.train]}) >= _FEWEST_GROUPS:
        return joined, []
    return together, [
        f"fewer than {_FEWEST_GROUPS} values of {texts.name}, or of those that share no people, "
        "are learned from: folds do not leave whole ones out"
    ]


def _forget_words(column: Column, tested: NDArray[np.bool_]) -> tuple[Column, int]:
    """A column without the words that rows of --test have alone, and how many rows those are."""
    if column.kind == "number" or not tested.any():
        return column, 0
    seen = np.unique(column.values[~tested & ~np.isnan(column.values)])
    lost = ~np.isin(column.values, seen) & ~np.isnan(column.values)
    if not lost.any() or column.kind == "boolean":
        return column, 0
    positions = pd.Series(range(len(seen)), index=seen, dtype=float)
    words = tuple(column.words[int(position)] for position in seen)
    values = pd.Series(column.values).map(positions).to_numpy(dtype=float)
    known = {text: word for text, word in column.spellings.items() if word in words}
    return replace(column, words=words, values=values, spellings=known), int(lost.sum())
