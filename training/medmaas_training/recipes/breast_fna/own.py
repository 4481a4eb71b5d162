"""Classes on a user's table: its baseline and its words."""

from functools import partial
from pathlib import Path

from medmaas_training.classes.candidates import choose_single, make_single
from medmaas_training.classes.study import ClassStudy
from medmaas_training.options import SplitRule
from medmaas_training.recipes.breast_fna.own_card import make_card
from medmaas_training.recipes.own_card import LICENCE
from medmaas_training.tabular.own_columns import describe_columns, invent_instances
from medmaas_training.tabular.own_data import read_own_cases


def make_own_study(data: Path, target: str, *, positive: str | None, rule: SplitRule) -> ClassStudy:
    """Read a CSV and decide all that follows from its train split."""
    table = read_own_cases(data, target, positive=positive, rule=rule)
    own, split = table.own, table.drawn
    if own is None or split is None:
        raise TypeError
    X, y = table.X[split.train], table.y[split.train]
    together = None if table.together is None else table.together[split.train]
    categories = {i: c.categories for i, c in enumerate(own.columns) if c.categories}
    single = choose_single(X, y, categories, together=together, seed=rule.seed)
    return ClassStudy(
        title=f"{target}, from {len(own.columns)} columns of a table of one's own",
        licence=LICENCE,
        table=table,
        split=split,
        single=single,
        baseline=make_single(categories.get(single, 0)),
        spec=describe_columns(own.columns, X, own.missing_words),
        golden=invent_instances(own.columns, X),
        make_card=partial(make_card, table=table, own=own, split=split, target=target),
        categories=categories,
    )
