"""What the breast aspirate model's card says, and the instances its golden cases are made of."""

from collections.abc import Sequence

from medmaas.model.manifest import Card, Example, Metric
from medmaas_training.classes.metrics import TEST
from medmaas_training.figures import quote
from medmaas_training.recipes.card_parts import (
    CALIBRATION_USE,
    DEVELOPER,
    STAGE,
    answer_attributes,
    count_few,
    describe_data,
    open_findings,
    tell_figures,
)
from medmaas_training.tabular import datasets

TITLE = "Malignant or benign, from the cell nuclei of a fine-needle aspirate of a breast mass"

_MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
    "concave_points", "symmetry", "fractal_dimension",
)  # fmt: skip


def _aspirate(
    mean: Sequence[float], error: Sequence[float] = (), worst: Sequence[float] = ()
) -> dict[str, float]:
    instance = {f"mean_{m}": v for m, v in zip(_MEASURES, mean, strict=False)}
    instance |= {f"{m}_error": v for m, v in zip(_MEASURES, error, strict=False)}
    return instance | {f"worst_{m}": v for m, v in zip(_MEASURES, worst, strict=False)}


# Invented aspirates: round numbers, nobody's row of the data.
GOLDEN = (
    _aspirate(
        (18, 21, 118, 1000, 0.1, 0.14, 0.16, 0.09, 0.19, 0.06),
        (0.6, 1.2, 4.2, 70, 0.007, 0.03, 0.04, 0.015, 0.02, 0.004),
        (22, 28, 145, 1500, 0.14, 0.37, 0.45, 0.18, 0.32, 0.09),
    ),
    _aspirate(
        (12, 17, 78, 450, 0.09, 0.08, 0.04, 0.025, 0.17, 0.06),
        (0.3, 1.2, 2, 20, 0.007, 0.02, 0.025, 0.01, 0.02, 0.004),
        (13.5, 23, 87, 560, 0.12, 0.18, 0.16, 0.07, 0.27, 0.08),
    ),
    _aspirate((14, 19, 92, 650, 0.1, 0.1, 0.09, 0.05, 0.18, 0.06)),
)

EXAMPLES = tuple(
    Example(title=title, instance=instance)
    for title, instance in zip(
        ("nuclei that look malignant", "nuclei that look benign", "the ten means alone"),
        GOLDEN,
        strict=True,
    )
)


def make_card(
    table: datasets.ClassTable,
    split: datasets.Split,
    metrics: Sequence[Metric],
    chosen: str,
) -> Card:
    """The card, with the figures of this very run."""
    malignant = int(table.y.sum())
    means = f"{chosen}, given the ten means alone"
    card = Card(
        developer=DEVELOPER,
        stage=STAGE,
        intended_use="Estimate the probability that a breast mass is malignant.",
        intended_users="Pathologists and researchers who measure nuclei as the source did.",
        population=table.origin.population,
        decision_role="Informs; histology decides.",
        out_of_scope=(
            "nuclei measured by other software, or in other units, than the source's",
            "screening of women without a mass",
            "deciding for or against a biopsy",
        ),
        method=(
            "Inside the graph: median for missing values, standardisation, the estimator, and "
            "Platt's sigmoid, fitted to cross-validated scores of the train split.",
            f"Chosen by log loss on five folds of the train split: {chosen}.",
            CALIBRATION_USE,
        ),
        data=describe_data(
            table,
            split,
            events=malignant,
            cleaning=("none: the data are complete",),
            demographics={
                "Outcome": f"{malignant} malignant, {len(table.y) - malignant} benign",
                "Age, ethnicity": "not in the data",
            },
        ),
        findings=(
            *open_findings(metrics, count_few(table.y, table.y[split.test], table.labels)),
            f"On {len(split.test)} held-out aspirates: {tell_figures(metrics, chosen)}.",
            "With the twenty optional measures missing, and so imputed: AUC "
            f"{quote(metrics, TEST, means, 'AUC')}, Brier score "
            f"{quote(metrics, TEST, means, 'Brier score')}. The order of patients stays, the "
            "probabilities suffer: see observed/expected.",
        ),
        metrics=tuple(metrics),
        limits=(
            table.origin.limit,
            "The share of malignant masses in the data is higher than in most clinics: "
            "probabilities are too high where malignancy is rarer.",
            "The source gives no physical scale of its lengths and areas.",
        ),
        references=(
            "Street WN, Wolberg WH, Mangasarian OL 1993, Proc SPIE 1905:861, doi 10.1117/12.148698",
            "Platt J 1999, Advances in Large Margin Classifiers, 61-74",
        ),
        source_attributes={},
    )
    return answer_attributes(card, "probability of benign and of malignant")
