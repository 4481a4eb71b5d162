"""Survival on a user's table: its design, its rivals, its groups."""

from functools import partial
from pathlib import Path

from medmaas_training.options import SplitRule, cut_option
from medmaas_training.recipes.own_card import LICENCE
from medmaas_training.recipes.survival.own_card import make_card
from medmaas_training.survival.baselines import BestColumn, LeastSquares, PlainNetwork
from medmaas_training.survival.cox import RIDGE, Cox
from medmaas_training.survival.design import Design, make_design
from medmaas_training.survival.evaluation import (
    BEST_COLUMN,
    COX,
    LINEAR,
    NETWORK,
    PLAIN,
    Groups,
    Makers,
)
from medmaas_training.survival.network import SurvivalNetwork
from medmaas_training.survival.study import Study
from medmaas_training.tabular.own_columns import describe_columns, invent_instances
from medmaas_training.tabular.own_data import read_own_people
from medmaas_training.tabular.own_table import OwnTable

_MOST_GROUPS = 6


def make_own_study(
    data: Path, time: str, event: str, *, unit: str | None, rule: SplitRule
) -> Study:
    """Read a CSV and decide all that follows from its train split."""
    table = read_own_people(data, time, event, unit=unit, rule=rule)
    own, split = table.own, table.drawn
    if own is None or split is None:
        raise TypeError
    event = cut_option(event)[0] or event
    X = table.X[split.train]
    design = make_design(own.columns, X, table.outcome[split.train])
    return Study(
        title=f"Time to {event}, from {len(own.columns)} columns of a table of one's own",
        licence=LICENCE,
        table=table,
        split=split,
        design=design,
        makers=make_makers(design),
        spec=describe_columns(own.columns, X, own.missing_words),
        golden=invent_instances(own.columns, X),
        groups=find_groups(own),
        by="column of words",
        make_card=partial(make_card, table=table, own=own, split=split, design=design, event=event),
    )


def make_makers(design: Design) -> Makers:
    """The network, Cox with and without logarithms, its best column alone, and two without care."""
    rivals: Makers = {
        NETWORK: lambda X, outcome, seed: SurvivalNetwork(X, outcome, seed, design),
        COX: lambda X, outcome, _: Cox(design, ridge=RIDGE).fit(X, outcome),
        BEST_COLUMN: lambda X, outcome, _: BestColumn(design).fit(X, outcome),
        PLAIN: lambda X, outcome, seed: PlainNetwork(seed, design).fit(X, outcome),
        LINEAR: lambda X, outcome, seed: LeastSquares(seed, design).fit(X, outcome),
    }
    if not design.logged:
        return rivals
    logged: Makers = {
        design.reference: lambda X, outcome, _: Cox(design, logged=True, ridge=RIDGE).fit(
            X, outcome
        )
    }
    return {NETWORK: rivals[NETWORK], **logged, **rivals}


def find_groups(own: OwnTable) -> Groups:
    """Everyone of one word of a column that has few, by column and word."""
    return {
        f"{column.name} {word}": column.values == i
        for column in own.columns
        if 0 < column.categories <= _MOST_GROUPS
        for i, word in enumerate(column.words or ("false", "true"))
    }
