"""What the cards of tables say alike."""

from collections.abc import Mapping, Sequence

from medmaas.model.manifest import Card, Data
from medmaas_training.catalogue.source_attributes import answer_source_attributes
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


def answer_attributes(card: Card, output: str) -> Card:
    """The card with its source attributes answered."""
    attributes = answer_source_attributes(card, output=output)
    return card.model_copy(update={"source_attributes": attributes})
