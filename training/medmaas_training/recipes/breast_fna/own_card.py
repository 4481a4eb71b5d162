"""What the card of a classifier of a user's table says."""

from collections.abc import Sequence

import numpy as np

from medmaas.model.manifest import Card, Metric
from medmaas_training.classes.candidates import MOST_ROWS
from medmaas_training.recipes.card_parts import (
    count_few,
    describe_data,
    open_findings,
    tell_figures,
)
from medmaas_training.recipes.own_card import describe_cleaning, describe_kinds, make_own_card
from medmaas_training.tabular.datasets import ClassTable, Split
from medmaas_training.tabular.own_table import OwnTable


def make_card(
    metrics: Sequence[Metric],
    chosen: str,
    *,
    table: ClassTable,
    own: OwnTable,
    split: Split,
    target: str,
) -> Card:
    """The card of the chosen estimator of `target`, a column."""
    two = len(table.labels) == 2
    counts = np.bincount(table.y)
    shares = ", ".join(f"{n} {label}" for label, n in zip(table.labels, counts, strict=True))
    return make_own_card(
        own,
        table.origin,
        describe_data(
            table,
            split,
            events=int(counts[1]) if two else None,
            cleaning=describe_cleaning(own),
            demographics={**describe_kinds(own), "Outcome": shares},
        ),
        intended_use=f"Estimate the probability of each class of {target}.",
        output=f"probability of {', '.join(table.labels)}",
        method=_describe_method(table, own, chosen),
        findings=[
            *open_findings(metrics, count_few(table.y, table.y[split.test], table.labels)),
            f"On {len(split.test)} held-out rows: {tell_figures(metrics, chosen)}.",
        ],
        metrics=metrics,
        limits=(
            "Probabilities hold where the classes are as common as in the table.",
            "The estimators' settings were chosen on another table, the Wisconsin diagnostic "
            "data: on this one they may not be the best.",
        ),
        references=("Platt J 1999, Advances in Large Margin Classifiers, 61-74",),
    )


def _describe_method(table: ClassTable, own: OwnTable, chosen: str) -> list[str]:
    per_word = [c.name for c in own.columns if c.categories > 2]
    words = f"one column per word of {', '.join(per_word)}, " if per_word else ""
    positive = f"Counted as positive: {table.labels[1]}."
    machine = f"The support vector machine is left out above {MOST_ROWS} rows to train on."
    return [
        "Inside the graph: the training median for a missing number, the commonest word for a "
        f"missing word, {words}standardisation, the estimator, and Platt's sigmoid, fitted to "
        "cross-validated scores of the train split.",
        f"Chosen by log loss on five folds of the train split: {chosen}.",
        "The baseline is the column with the smallest log loss alone, on the same folds.",
        *([machine] if len(table.y) > MOST_ROWS else []),
        *([positive] if len(table.labels) == 2 else []),
    ]
