"""How well one column alone gives an outcome, whatever its scale: only its order is looked at."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from medmaas_training.survival.metrics import Outcome, harrell_c
from medmaas_training.tabular.own_columns import Column, Floats

Labels = NDArray[np.int64]
Bools = NDArray[np.bool_]

AUC_ALONE = 0.98
C_ALONE = 0.95
_FOLDS = 5
_LEAVES = 20
_FEWEST_IN_LEAF = 5
_FEWEST_OF_A_KIND = 5
_FIRST_LOOK = 400
_FEWEST_TO_PASS = 50
_FAR = 0.1


def auc_alone(x: Floats, y: Labels) -> float:
    """How well a column x [n], NaN for missing, tells the classes y [n] apart, by itself.

    By its order, if there are two classes; else, or if that says less, by a tree of 20 leaves of
    rows that it was not grown on, or of a leaf per class, which learns no row by heart. Several
    classes: the mean of each against the rest. Below AUC_ALONE it is that of the rows the tree was
    grown on. NaN if a class has fewer than five rows: they order themselves by chance.
    """
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2 or counts.min() < _FEWEST_OF_A_KIND:
        return float("nan")
    if (ordered := _auc_of_order(x, y, classes)) > AUC_ALONE:
        return ordered
    ranks = rankdata(x, method="dense", nan_policy="omit")[:, None]
    tree = _make_tree(_LEAVES, len(y))
    auc = _auc(y, tree.fit(ranks, y).predict_proba(ranks))
    if auc <= AUC_ALONE:
        return auc
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    held_out = _auc(y, cross_val_predict(tree, ranks, y, cv=folds, method="predict_proba"))
    small = _make_tree(len(classes), len(y)).fit(ranks, y)
    return max(held_out, _auc(y, small.predict_proba(ranks)))


def c_alone(column: Column, outcome: Outcome) -> float:
    """How well a column orders people [n] as their events come, either way: 0.5 to 1.

    Of some 400 people evenly drawn, if that is far from C_ALONE already. NaN of fewer than five
    events.
    """
    if outcome["event"].sum() < _FEWEST_OF_A_KIND:
        return float("nan")
    order = _order(column, outcome)
    every = slice(None, None, max(1, len(outcome) // _FIRST_LOOK))
    c = harrell_c(outcome[every], order[every])
    enough = outcome["event"][every].sum() >= _FEWEST_TO_PASS
    if every.step > 1 and not (enough and max(c, 1 - c) < C_ALONE - _FAR):
        c = harrell_c(outcome, order)
    return max(c, 1 - c)


def _make_tree(leaves: int, rows: int) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(
        max_leaf_nodes=leaves, min_samples_leaf=max(_FEWEST_IN_LEAF, rows // 100), random_state=0
    )


def _auc_of_order(x: Floats, y: Labels, classes: Labels) -> float:
    """Of two classes, if all of x is known, and either way; else 0."""
    if len(classes) > 2 or np.isnan(x).any():
        return 0.0
    auc = _auc_of_two(x, y == classes[1])
    return max(auc, 1 - auc)


def _auc(y: Labels, p: Floats) -> float:
    if p.shape[1] == 2:
        return _auc_of_two(p[:, 1], y == y.max())
    return float(roc_auc_score(y, p, multi_class="ovr"))


def _auc_of_two(x: Floats, positive: Bools) -> float:
    """Mann and Whitney's share of pairs in the right order; ties count half."""
    n, k = len(x), int(positive.sum())
    return float((rankdata(x)[positive].sum() - k * (k + 1) / 2) / (k * (n - k)))


def _order(column: Column, outcome: Outcome) -> Floats:
    """A number by its rank; a word, or its absence, by events per day of those who have it."""
    x = column.values
    if column.kind == "number":
        ranks = rankdata(x, nan_policy="omit")
        return np.asarray(np.where(np.isnan(ranks), np.nanmedian(ranks), ranks))
    groups = pd.Series(np.nan_to_num(x, nan=-1))
    sums = pd.DataFrame({"event": outcome["event"], "time": outcome["time"]}).groupby(groups).sum()
    rates = groups.map(sums["event"] / sums["time"])
    return np.asarray(rates, dtype=float)
