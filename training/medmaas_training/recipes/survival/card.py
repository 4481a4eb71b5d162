"""What the survival model's card says, and the instances its golden cases are made of."""

from collections.abc import Mapping, Sequence

import numpy as np
from sksurv.nonparametric import kaplan_meier_estimator

from medmaas.model.manifest import Card, Example, Metric
from medmaas.model.years import DAYS_PER_YEAR
from medmaas_training.figures import quote
from medmaas_training.recipes.card_parts import (
    CALIBRATION_USE,
    DEVELOPER,
    STAGE,
    answer_attributes,
    count_events,
    describe_data,
    open_findings,
)
from medmaas_training.survival.baselines import LeastSquares, PlainNetwork
from medmaas_training.survival.evaluation import BRIER, LINEAR, NETWORK, PLAIN, TEST, C
from medmaas_training.survival.metrics import Floats, Outcome, SurvivalModel
from medmaas_training.tabular import datasets

TITLE = "Survival of people over 50, from age, sex, creatinine, free light chains and MGUS"

FIRST_YEAR = (
    "In the first year more may die than is predicted where a light chain or creatinine is among "
    "the highest: see the groups in which most deaths are beyond those predicted. Recalibrating "
    "such groups gained nothing on the calibration split, which has too few deaths in a year."
)

# Invented people: nobody's row of the data.
GOLDEN = (
    {"age": 67, "sex": "F", "creatinine": 1.1, "kappa": 1.2, "lambda": 1.5, "mgus": False},
    {"age": 52, "sex": "M", "creatinine": None, "kappa": 0.9, "lambda": 1.1, "mgus": False},
    {"age": 88, "sex": "M", "creatinine": 2.4, "kappa": 4.1, "lambda": 3.7, "mgus": True},
    {"age": 75, "sex": "F", "creatinine": 0.7, "kappa": 15.0, "lambda": 1.0, "mgus": True},
)

EXAMPLES = (
    Example(title="a woman of 67", instance=GOLDEN[0]),
    Example(
        title="a man of 84, creatinine and light chains high",
        instance={
            "age": 84, "sex": "M", "creatinine": 1.9, "kappa": 3.4, "lambda": 2.8, "mgus": False,
        },
    ),
    Example(
        title="a woman of 67, light chains in mg/L taken for mg/dL",
        instance=GOLDEN[0] | {"kappa": 12, "lambda": 15},
    ),
)  # fmt: skip


def make_card(
    table: datasets.SurvivalTable,
    split: datasets.Split,
    metrics: Sequence[Metric],
    models: Mapping[str, SurvivalModel],
) -> Card:
    """The card, with the figures of this very run."""
    X = table.X
    missing = int(np.isnan(X[:, 2]).sum())
    women = float((X[:, 1] == 0).mean())
    years = float(np.median(table.time)) / DAYS_PER_YEAR
    card = Card(
        developer=DEVELOPER,
        stage=STAGE,
        intended_use="Estimate the probability to be alive over the next 14 years.",
        intended_users="Clinicians and researchers who can check the inputs and the card.",
        population=table.origin.population,
        decision_role="Informs; it neither triggers nor withholds any treatment.",
        out_of_scope=(
            "people under 50",
            "people with myeloma or amyloidosis, whose light chains lie far outside the data",
            "triage, insurance, or any decision without a clinician",
        ),
        method=(
            "Discrete-time logistic hazard: one hidden layer of 128, hazards of 37 intervals from "
            "a free baseline plus level and slope per person; censored likelihood; Adam; early "
            "stopping on 15 % of the train split.",
            "Architecture and settings were chosen by cross-validation inside the train split of "
            "seed 0 alone; the test split of that seed was not looked at.",
            "The five folds below are of everyone, the people of that choice included.",
            "Inside the graph: median for missing creatinine, logarithm of the three laboratory "
            "values, standardisation, all from the train split.",
            "Uno C and the Brier score run over the 5 to 90 % quantiles of follow-up of the people "
            "tested.",
            CALIBRATION_USE,
        ),
        data=describe_data(
            table,
            split,
            events=int(table.event.sum()),
            cleaning=(
                "left out: chapter (cause of death, known only of the dead: it leaks the outcome), "
                "sample.yr and flc.grp (bookkeeping)",
                "follow-up of zero days set to half a day",
                f"creatinine missing in {missing} people, kept as missing",
            ),
            demographics={
                "Sex": f"{100 * women:.0f} % women, {100 - 100 * women:.0f} % men",
                "Age": f"{X[:, 0].min():g} to {X[:, 0].max():g} a, median {np.median(X[:, 0]):g} a",
                "Follow-up": f"median {years:.1f} a, to death or last contact",
                "Ethnicity": "not in the data",
            },
        ),
        findings=tuple(state_findings(metrics, models, X[split.test], table.outcome[split.test])),
        metrics=tuple(metrics),
        limits=(
            table.origin.limit,
            "Age alone orders people almost as well: the laboratory values add little to the order "
            "and more to the probabilities.",
            FIRST_YEAR,
            "Modern laboratories report light chains in mg/L; the model takes mg/dL.",
            "The curve ends at 14 years.",
        ),
        references=(
            "Dispenzieri A et al. 2012, Mayo Clin Proc 87:517, doi 10.1016/j.mayocp.2012.03.009",
            "Gensheimer MF, Narasimhan B 2019, PeerJ 7:e6257, doi 10.7717/peerj.6257",
            "Kvamme H, Borgan O 2021, Lifetime Data Anal 27:710, doi 10.1007/s10985-021-09532-6",
            "Uno H et al. 2011, Stat Med 30:1105; Graf E et al. 1999, Stat Med 18:2529",
        ),
        source_attributes={},
    )
    return answer_attributes(card, "survival curve, median and risk by 1, 5 and 10 years")


def state_findings(
    metrics: Sequence[Metric], models: Mapping[str, SurvivalModel], X: Floats, outcome: Outcome
) -> list[str]:
    """What the comparison shows, in sentences made of its figures.

    Args:
        metrics: of the folds and the test split.
        models: by name, as fitted on the train split.
        X: of the test split, [n, 6].
        outcome: of the test split, [n].
    """
    linear, plain = models[LINEAR], models[PLAIN]
    if not isinstance(linear, LeastSquares) or not isinstance(plain, PlainNetwork):
        raise TypeError
    expected = _restricted_mean_years(outcome)
    costs = [
        f"{name}: {np.minimum(model.predict_years(X), 14).mean():.1f} a"
        for name, model in (("linear", linear), ("plain network", plain))
    ]
    return [
        *open_findings(metrics, count_events(int(outcome["event"].sum()), len(outcome))),
        "What ignoring censoring costs: who was still alive when last seen is taken for dead. "
        f"Over 14 years the people of the test split live {expected:.1f} a on average "
        f"(Kaplan-Meier); predicted: {', '.join(costs)}. The order of people survives (C "
        f"{quote(metrics, TEST, LINEAR, C)} and {quote(metrics, TEST, PLAIN, C)}), the "
        f"probabilities do not (integrated Brier score {quote(metrics, TEST, LINEAR, BRIER)} and "
        f"{quote(metrics, TEST, PLAIN, BRIER)}).",
        "Where it is weakest: among people of one age the order is harder to tell (see C by age); "
        "deaths within a year are few, observed/expected "
        f"{quote(metrics, TEST, NETWORK, 'observed/expected at 1 year')}.",
        f"Gradient descent on the linear model "
        f"{'converged' if linear.descent.converged else 'did not converge'} in "
        f"{linear.descent.steps} steps; its weights differ from the closed-form solution by at "
        f"most {linear.distance:.0e}.",
    ]


def _restricted_mean_years(outcome: Outcome, until: float = 14.0) -> float:
    """Area under Kaplan and Meier's curve until a year."""
    days, alive = kaplan_meier_estimator(outcome["event"], outcome["time"])
    inside = days < until * DAYS_PER_YEAR
    knots = np.concatenate([[0.0], days[inside], [until * DAYS_PER_YEAR]])
    steps = np.concatenate([[1.0], alive[inside]])
    return float((steps * np.diff(knots)).sum() / DAYS_PER_YEAR)
