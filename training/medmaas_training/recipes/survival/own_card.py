"""What the card of a survival model on a user's table says."""

from collections.abc import Iterable, Sequence

import numpy as np

from medmaas.model.manifest import Card, Metric
from medmaas_training.figures import quote
from medmaas_training.recipes.card_parts import count_events, describe_data, open_findings
from medmaas_training.recipes.own_card import describe_cleaning, describe_kinds, make_own_card
from medmaas_training.survival.baselines import BestColumn
from medmaas_training.survival.cox import RIDGE
from medmaas_training.survival.design import Design
from medmaas_training.survival.evaluation import BEST_COLUMN, NETWORK, TEST, Models
from medmaas_training.survival.metrics import Outcome
from medmaas_training.tabular.datasets import Split, SurvivalTable
from medmaas_training.tabular.own_table import OwnTable


def make_card(
    metrics: Sequence[Metric],
    models: Models,
    *,
    table: SurvivalTable,
    own: OwnTable,
    split: Split,
    design: Design,
    event: str,
) -> Card:
    """The card of a network that predicts the time to `event`, a column."""
    days = int(design.time_days[-1])
    outcome = f"free of the event that the column {event} records"
    return make_own_card(
        own,
        table.origin,
        describe_data(
            table,
            split,
            events=int(table.event.sum()),
            cleaning=[*describe_cleaning(own), "follow-up of zero days set to half a day"],
            demographics={
                **describe_kinds(own),
                "Follow-up": f"median {np.median(table.time):.0f} d, to {event} or last contact",
            },
        ),
        intended_use=f"Estimate the probability to be {outcome} over {days} days.",
        output=f"curve of the probability to be {outcome}, and risk by {_list(design.horizons)}",
        method=_describe_method(own, design),
        findings=_state_findings(own, design, metrics, models, table.outcome[split.test]),
        metrics=metrics,
        limits=(
            "The network's settings were chosen on another table, FLCHAIN: on this one they may "
            "not be the best.",
            f"The curve ends at {days} days, the 95 % quantile of follow-up.",
            "In the answers `survival` means without the event, whatever it is.",
        ),
        references=(
            "Gensheimer MF, Narasimhan B 2019, PeerJ 7:e6257, doi 10.7717/peerj.6257",
            "Kvamme H, Borgan O 2021, Lifetime Data Anal 27:710, doi 10.1007/s10985-021-09532-6",
            "Uno H et al. 2011, Stat Med 30:1105; Graf E et al. 1999, Stat Med 18:2529",
        ),
    )


def _describe_method(own: OwnTable, design: Design) -> list[str]:
    logged = _list([own.columns[i].name for i in design.logged])
    per_word = [c.name for c in own.columns if c.categories > 2]
    words = f"one column per word of {_list(per_word)}, " if per_word else ""
    logs = f"logarithm of {logged} plus its smallest positive value, " if logged else ""
    return [
        f"Discrete-time logistic hazard: one hidden layer of 128, hazards of "
        f"{len(design.time_days) - 1} intervals, of about as many events each, from a free "
        "baseline plus level and slope per person; censored likelihood; Adam; early stopping on "
        "15 % of the train split.",
        "Inside the graph: the training median for a missing number, the commonest word for a "
        f"missing word, {logs}{words}standardisation, all from the train split.",
        "The five folds below are of everyone; which columns are logged was decided on the train "
        "split, without the outcome.",
        f"Cox has a ridge of {RIDGE:g} on standardised columns; its best single column is chosen "
        "by C where it is fitted.",
        "Uno C and the Brier score run over the 5 to 90 % quantiles of follow-up of the people "
        "tested.",
    ]


def _state_findings(
    own: OwnTable, design: Design, metrics: Sequence[Metric], models: Models, test: Outcome
) -> list[str]:
    best = models[BEST_COLUMN]
    if not isinstance(best, BestColumn):
        raise TypeError
    calibration = ", ".join(
        f"{quote(metrics, TEST, NETWORK, f'observed/expected at {horizon}')} at {horizon}"
        for horizon in design.horizons
    )
    return [
        *open_findings(metrics, count_events(int(test["event"].sum()), len(test))),
        f"The best single column is {own.columns[best.column].name}, as found on the train split.",
        f"Observed over expected events: {calibration}.",
    ]


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
