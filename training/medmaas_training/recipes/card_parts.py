"""What the cards of several recipes say alike."""

from collections.abc import Mapping, Sequence

import numpy as np

from medmaas.model.manifest import EVERYONE, Card, Data, Metric
from medmaas_training.catalogue.source_attributes import answer_source_attributes
from medmaas_training.classes.metrics import AVERAGE_PRECISION, TEST, Labels, is_few
from medmaas_training.comparisons import FEW_EVENTS, state_comparisons
from medmaas_training.figures import quote
from medmaas_training.tabular.datasets import ClassTable, Split, SurvivalTable

DEVELOPER = "medmaas"
STAGE = "Research use only, not for time-critical decisions"
CALIBRATION_USE = (
    "The calibration split fitted nothing: it set the intervals and the limits of abstention."
)


def describe_data(
    table: SurvivalTable | ClassTable,
    split: Split,
    *,
    events: int | None,
    cleaning: Sequence[str],
    demographics: Mapping[str, str],
) -> Data:
    """Where a table comes from, what was done to it, and how it was split."""
    return Data(
        source=table.origin.source,
        licence=table.origin.licence,
        sha256=table.sha256,
        n=len(table.X),
        events=events,
        inclusion=table.origin.inclusion,
        cleaning=tuple(cleaning),
        demographics=dict(demographics),
        split=split.describe(),
    )


def open_findings(metrics: Sequence[Metric], of_test: str) -> list[str]:
    """What the rule says of model and contenders, after a sentence on who was tested."""
    first, *others = state_comparisons(metrics) or [""]
    return [f"{of_test} {first}".strip(), *others]


def count_events(events: int, n: int) -> str:
    """How many of the n people of the test split had the event, and whether they are too few."""
    told = f"{events} events among {n} people of the test split"
    return f"{told}: too few for its figures to say much." if events < FEW_EVENTS else f"{told}."


def count_few(y: Labels, test: Labels, labels: Sequence[str]) -> str:
    """How many cases there are of the rarer of two classes, if the test split has few of one.

    Args:
        y: positions of the classes of all rows, [n].
        test: of those of the test split.
        labels: names of the classes.
    """
    if len(labels) > 2 or not is_few(test):
        return ""
    rare = int(np.argmin(np.bincount(test, minlength=2)))
    return (
        f"{(y == rare).sum()} of {len(y)} rows are {labels[rare]}, {(test == rare).sum()} of them "
        "in the test split: too few for its figures to say much."
    )


def tell_figures(metrics: Sequence[Metric], model: str) -> str:
    """Every figure of a model on the test split; of two classes, what chance would reach too."""
    here = [
        m
        for m in metrics
        if (m.evaluated_on, m.model, m.group, m.against) == (TEST, model, EVERYONE, None)
    ]
    figures = []
    for m in here:
        told = f"{m.metric} {quote(metrics, TEST, model, m.metric)}"
        if m.metric == AVERAGE_PRECISION and m.events is not None:
            told += f" where chance has {m.events / m.n:.4f}"
        figures.append(told)
    return ", ".join(figures)


def answer_attributes(card: Card, output: str) -> Card:
    """The card with its source attributes answered."""
    attributes = answer_source_attributes(card, output=output)
    return card.model_copy(update={"source_attributes": attributes})
