"""What in a table may give its outcome away.

A column that is known only of those who had (or had not) the outcome is left out, as FLCHAIN's
cause of death is. A column that orders the outcome almost perfectly alone is kept
and named: it may be the diagnosis under another name, or a very good test; who knows the table must
say which.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from medmaas_training.survival.metrics import Outcome, harrell_c
from medmaas_training.tabular.own_columns import Column

Labels = NDArray[np.int64]

AUC_ALONE = 0.98
C_ALONE = 0.95
_CHANCE = 1e-6


def find_telling_absence(column: Column, y: Labels) -> str | None:
    """Whether a column is known, or is missing, only where the outcome y [n] is one and the same.

    By chance that happens with the class's share to the power of the rows; below 1e-6 it counts.
    """
    missing = np.isnan(column.values)
    for rows, what in ((~missing, "known"), (missing, "missing")):
        if not rows.any() or rows.all():
            continue
        classes = np.unique(y[rows])
        if len(classes) == 1 and np.mean(y == classes[0]) ** rows.sum() < _CHANCE:
            return (
                f"{column.header} is left out: it is {what} only where the outcome is one and the "
                "same, and so leaks it"
            )
    return None


def find_separating_class(columns: Iterable[Column], y: Labels) -> list[str]:
    """Warnings of columns that alone tell the classes y [n] apart, by a tree of 20 leaves."""
    warnings = []
    for column in columns:
        x = column.values[:, None]
        tree = DecisionTreeClassifier(
            max_leaf_nodes=20, min_samples_leaf=max(5, len(y) // 100), random_state=0
        )
        p = tree.fit(x, y).predict_proba(x)
        auc = float(roc_auc_score(y, p[:, 1] if p.shape[1] == 2 else p, multi_class="ovr"))
        if auc > AUC_ALONE:
            warnings.append(_warn(column, f"AUC {auc:.3f}"))
    return warnings


def find_separating_survival(columns: Iterable[Column], outcome: Outcome) -> list[str]:
    """Warnings of columns that alone order people [n] as their events come."""
    warnings = []
    for column in columns:
        c = harrell_c(outcome, _order(column, outcome))
        if max(c, 1 - c) > C_ALONE:
            warnings.append(_warn(column, f"C {max(c, 1 - c):.3f}"))
    return warnings


def _order(column: Column, outcome: Outcome) -> NDArray[np.float64]:
    """A number as it is; a word, or its absence, by events per day of those who have it."""
    x = column.values
    if column.kind == "number":
        return np.where(np.isnan(x), np.nanmedian(x), x)
    groups = pd.Series(np.nan_to_num(x, nan=-1))
    sums = pd.DataFrame({"event": outcome["event"], "time": outcome["time"]}).groupby(groups).sum()
    rates = groups.map(sums["event"] / sums["time"])
    return np.asarray(rates, dtype=float)


def _warn(column: Column, figure: str) -> str:
    return (
        f"{column.header} alone all but gives the outcome ({figure}): make sure it is known before "
        "the outcome is"
    )
