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

AUC_ALONE = 0.98
C_ALONE = 0.95
_FOLDS = 5
_LEAVES = 20
_FEWEST_IN_LEAF = 5
_FEWEST_OF_A_KIND = 5


def held_out_auc(x: Floats, y: Labels) -> float:
    """How well a column x [n], NaN for missing, tells the classes y [n] apart, by a small tree.

    The tree is asked of rows it was not grown on where that matters: below AUC_ALONE the AUC of
    the rows it was grown on, which is hardly ever lower, is given. Several classes: the mean of
    each against the rest. NaN if a class has fewer than five rows: they order themselves by chance.
    """
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2 or counts.min() < _FEWEST_OF_A_KIND:
        return float("nan")
    ranks = rankdata(x, method="dense", nan_policy="omit")[:, None]
    tree = DecisionTreeClassifier(
        max_leaf_nodes=_LEAVES,
        min_samples_leaf=max(_FEWEST_IN_LEAF, len(y) // 100),
        random_state=0,
    )
    auc = _auc(y, tree.fit(ranks, y).predict_proba(ranks))
    if auc <= AUC_ALONE:
        return auc
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    return _auc(y, cross_val_predict(tree, ranks, y, cv=folds, method="predict_proba"))


def c_alone(column: Column, outcome: Outcome) -> float:
    """How well a column orders people [n] as their events come, either way: 0.5 to 1.

    NaN of fewer than five events.
    """
    if outcome["event"].sum() < _FEWEST_OF_A_KIND:
        return float("nan")
    c = harrell_c(outcome, _order(column, outcome))
    return max(c, 1 - c)


def _auc(y: Labels, p: Floats) -> float:
    return float(roc_auc_score(y, p[:, 1] if p.shape[1] == 2 else p, multi_class="ovr"))


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
