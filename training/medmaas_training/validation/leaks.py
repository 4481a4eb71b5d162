"""Features that alone all but give the outcome: known after it, perhaps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Input
from medmaas_training.tabular.outcome_names import is_named_late
from medmaas_training.tabular.separation import AUC_ALONE, auc_alone
from medmaas_training.validation.outputs import OutcomeReader
from medmaas_training.validation.simple_models import list_features

_MOST_ROWS = 3000  # more make a figure hardly surer, and take long
_SAME = 0.98  # of the ranks: a column that is the number


def find_leaks(
    spec: Input,
    reader: OutcomeReader,
    rows: Any,  # noqa: ANN401 - Fed
    outcome: Any,  # noqa: ANN401 - of the kind
    seed: int,
) -> list[str]:
    """A sentence per feature that may give the outcome away.

    Args:
        spec: of the input.
        reader: of the outcome.
        rows: as the graph takes them, [n, ...].
        outcome: what came of them.
        seed: of which rows are looked at, of many.
    """
    X = list_features(spec, rows)
    if X is None:
        return []
    chosen = np.sort(np.random.default_rng(seed).permutation(len(X))[:_MOST_ROWS])
    told = []
    for i, feature in enumerate(spec.row_features):
        x = X[chosen, i]
        for name, y in reader.find_classes(outcome).items():
            auc = _separate(x, y[chosen])
            if auc > AUC_ALONE:
                told.append(_ask(feature.name, f"all but gives {name} (AUC {auc:.3f})"))
        if is_named_late(feature.name):
            told.append(_ask(feature.name, "by its name is known only at or after the outcome"))
    return list(dict.fromkeys(told))


def _separate(x: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    known = ~np.isnan(x)
    if len(np.unique(x[known])) < 2:
        return 0.0
    auc = auc_alone(x, y)
    return 0.0 if np.isnan(auc) else auc


def _ask(name: str, why: str) -> str:
    return (
        f"{name} alone {why}: is it known only at or after the outcome, the figures are too good; "
        "if it was known before, they are not"
    )
