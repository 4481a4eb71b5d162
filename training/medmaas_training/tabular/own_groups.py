"""Rows of a user's table that belong together: copies of each other, and those of one person."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from medmaas_training.options import SplitRule
from medmaas_training.tabular.datasets import Indices
from medmaas_training.tabular.identifiers import find_identifier
from medmaas_training.tabular.own_columns import parse_numbers
from medmaas_training.tabular.own_outcome import fold_codes
from medmaas_training.tabular.own_table import OwnTable, require
from medmaas_training.tabular.separation import Labels

_FEWEST_PERSONS = 20
_MOST_ROWS_OF_ONE = 0.05
_REPEATING = pd.Series(["1", "1", "2", "2"])  # which are an identifier by their name alone


def find_copies(
    table: OwnTable, y: Labels, outcome: NDArray[np.generic], rule: SplitRule
) -> tuple[Indices | None, list[str]]:
    """Rows that are the same in everything, numbered alike, unless most rows are."""
    if not table.columns:
        return None, []
    rows = pd.DataFrame(np.column_stack([table.X, y, outcome]))
    numbers = rows.groupby(list(rows.columns), dropna=False, sort=False).ngroup().to_numpy()
    again = len(rows) - len(np.unique(numbers))
    if not again:
        return None, []
    if again > len(rows) / 2:
        return None, [
            f"{again} rows repeat others and may be in train and test alike: results will look too "
            "good"
        ]
    stay = "where chance splits" if rule.decides else "in every split"
    return numbers, [f"{again} rows are copies of others: copies stay together {stay}"]


def find_persons(table: OwnTable, rule: SplitRule) -> tuple[Indices | None, list[str]]:
    """Rows of one value of --group, or else of the identifiers that repeat, numbered alike."""
    if rule.group is not None:
        texts = fold_codes(table.texts[rule.group])
        n = texts.nunique()
        require(
            n >= _FEWEST_PERSONS,
            f"{rule.group} has fewer than {_FEWEST_PERSONS} different values: too few groups to "
            "split; name sites with --leave-out",
        )
        missing = int(texts.isna().sum())
        alone = f"; {missing} without one count as one each" if missing else ""
        stay = f"rows of one {rule.group} stay together in every split: {len(texts)} rows of {n}"
        return number_codes(texts), [f"{stay}{alone}"]
    found = {
        header: texts
        for header, texts in _list_identifiers(table, rule).items()
        if texts.nunique() < texts.notna().sum()
    }
    counters = [header for header, texts in found.items() if _counts_rows(texts, table.tested)]
    told = [
        f"{header} counts the rows of either file from the same number: no row of --test is taken "
        f"for somebody of --data by it; if it tells people, say so with --group {header}"
        for header in counters
    ]
    found = {header: texts for header, texts in found.items() if header not in counters}
    told += [
        f"{header} looks like an identifier and repeats, but has {texts.nunique()} values alone: "
        "its rows are split as they come; --leave-out tests on whole ones"
        for header, texts in found.items()
        if texts.nunique() < _FEWEST_PERSONS
    ]
    found = {h: texts for h, texts in found.items() if texts.nunique() >= _FEWEST_PERSONS}
    # where one tells people, another that gathers many of them tells wards or studies
    of_few = [header for header, texts in found.items() if _is_of_few(texts)]
    chosen = of_few or sorted(found, key=lambda header: -found[header].nunique())[:1]
    told += [
        f"{header} looks like an identifier and repeats: its rows stay together in every split; "
        "--group names another column"
        for header in chosen
    ]
    return join_groups(*(number_codes(found[header]) for header in chosen)), told


def join_groups(*groups: Indices | None) -> Indices | None:
    """Numbers [n] that are the same for rows that any of the groups [n] join, directly or not."""
    known = [group for group in groups if group is not None]
    if not known:
        return None
    n = len(known[0])
    offsets = n + np.cumsum([0, *(group.max() + 1 for group in known)])
    rows = np.tile(np.arange(n), len(known))
    joined = np.concatenate([g + start for g, start in zip(known, offsets, strict=False)])
    size = int(offsets[-1])
    graph = coo_array((np.ones(len(rows)), (rows, joined)), shape=(size, size))
    numbers: Indices = connected_components(graph, directed=False)[1][:n].astype(np.intp)
    return numbers


def _list_identifiers(table: OwnTable, rule: SplitRule) -> Mapping[str, pd.Series]:
    learned = {column.header for column in table.columns}
    taken = {*learned, *table.outcome.columns, *rule.columns}
    return {
        header: fold_codes(table.texts[header])
        for header in table.texts
        if header not in taken
        and not table.notes.of(header).unit
        and not table.notes.of(header).keep
        and _tells_people(header, table.texts[header])
    }


def _tells_people(header: str, texts: pd.Series) -> bool:
    """Whether a column is an identifier by its name, or by codes that are no mere numbers."""
    if find_identifier(header, _REPEATING):
        return True
    words = np.isnan(parse_numbers(texts.dropna())).all()
    return bool(words) and find_identifier(header, texts) is not None


def _counts_rows(codes: pd.Series, tested: NDArray[np.bool_]) -> bool:
    """Whether codes [n] of two files count the rows of both."""
    if not tested.any():
        return False
    numbers = parse_numbers(codes)
    return all(bool((np.diff(numbers[rows]) == 1).all()) for rows in (tested, ~tested))


def _is_of_few(texts: pd.Series) -> bool:
    return bool(texts.value_counts().iloc[0] <= max(10, _MOST_ROWS_OF_ONE * len(texts)))


def number_codes(codes: pd.Series) -> Indices:
    """Equal codes by an equal number [n], missing ones by one each."""
    numbers: Indices = pd.factorize(codes)[0].astype(np.intp)
    missing = numbers < 0
    numbers[missing] = numbers.max() + 1 + np.arange(missing.sum())
    return numbers
