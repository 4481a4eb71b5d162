"""What the card of a model says that learned from a user's table: only what is known of it."""

from collections.abc import Mapping, Sequence

from medmaas.model.manifest import Card, Data, Metric
from medmaas_training.recipes.card_parts import CALIBRATION_USE, STAGE, answer_attributes
from medmaas_training.tabular.datasets import Origin
from medmaas_training.tabular.own_table import OwnTable

LICENCE = "not stated: whoever trained the model decides"


def make_own_card(
    table: OwnTable,
    origin: Origin,
    data: Data,
    *,
    intended_use: str,
    output: str,
    method: Sequence[str],
    findings: Sequence[str],
    metrics: Sequence[Metric],
    limits: Sequence[str],
    references: Sequence[str],
) -> Card:
    """The card, with the figures of this very run.

    Args:
        table: the columns, and what was odd about them.
        origin: what the user says of the table.
        data: described for the card.
        intended_use: one sentence.
        output: what an answer is.
        method: how the model was made.
        findings: what the figures show.
        metrics: the figures.
        limits: those of the model, added to those of any table.
        references: of the method.
    """
    card = Card(
        developer="whoever trained the model, with medmaas",
        stage=STAGE,
        intended_use=intended_use,
        intended_users="Researchers who know the table and can check the card.",
        population=origin.population,
        decision_role="Informs; it neither triggers nor withholds any treatment.",
        out_of_scope=(
            "people unlike those of the table",
            "values measured in another way, or in another unit, than in the table",
            "any decision without a clinician",
        ),
        method=(*method, CALIBRATION_USE),
        data=data,
        findings=tuple(findings),
        metrics=tuple(metrics),
        limits=(
            *(f"{warning[:1].upper()}{warning[1:]}." for warning in table.warnings),
            origin.limit,
            *limits,
            "The manifest and data.yaml hold the words of each choice, those for missing, and the "
            "smallest and largest number of each column of the train split: read them before they "
            "are shared.",
        ),
        references=tuple(references),
        source_attributes={},
    )
    return answer_attributes(card, output)


def describe_cleaning(table: OwnTable) -> list[str]:
    """How the columns were read, and how many have missing values."""
    missing = {c.header: int((c.values != c.values).sum()) for c in table.columns}
    some = ", ".join(f"{header} {n}" for header, n in missing.items() if n)
    return [
        "read: columns of numbers, of yes and no, and of 2 to 20 different words",
        *table.reading,
        *table.left_out,
        f"missing and kept as missing: {some}" if some else "nothing is missing",
    ]


def describe_kinds(table: OwnTable) -> Mapping[str, str]:
    """How many columns there are of each kind."""
    kinds = [column.kind for column in table.columns]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return {"Columns": counts, "Age, sex, ethnicity": "as far as the columns say"}
