"""What the report of a survival model shows, from the figures of the card and the test split."""

from collections.abc import Sequence

from medmaas.model.manifest import Metric
from medmaas_training.report.page import Section
from medmaas_training.report.plots import (
    plot_by_group,
    plot_kaplan_meier,
    plot_learning_curves,
    plot_survival_calibration,
)
from medmaas_training.survival.design import Design
from medmaas_training.survival.evaluation import BRIER, FOLDS, NETWORK, C, split_in_thirds
from medmaas_training.survival.network import SurvivalNetwork
from medmaas_training.tabular.datasets import Split, SurvivalTable


def draw_sections(
    table: SurvivalTable,
    split: Split,
    network: SurvivalNetwork,
    metrics: Sequence[Metric],
    design: Design,
) -> list[Section]:
    """Comparison, learning curves, risk groups, calibration by each horizon, error by group."""
    X, outcome = table.X[split.test], table.outcome[split.test]
    folds = [m for m in metrics if m.evaluated_on == FOLDS]
    fit, thirds = network.fit, split_in_thirds(network.risk(X))
    sections = [
        Section(
            "Comparison: order",
            f"The {C} of each model on the same five folds of all people; 0.5 is chance.",
            plot_by_group(folds, C),
        ),
        Section(
            "Comparison: error of the curve",
            f"The {BRIER} of each model on the same five folds of all people; smaller is better.",
            plot_by_group(folds, BRIER),
        ),
        Section(
            "Learning",
            "Censored negative log-likelihood per person: during each epoch, with dropout, on "
            "those learned from, and after it on the 15 % held back. The network of the smallest "
            "held-back loss is kept.",
            plot_learning_curves(
                {"learned from": fit.training_losses, "held back": fit.held_back_losses}
            ),
        ),
        Section(
            "Risk groups",
            "What happened to the people of the test split, in thirds of predicted risk.",
            plot_kaplan_meier(outcome, thirds),
        ),
    ]
    for name, day in design.horizons.items():
        risk = 1 - network.survival(X, design.time_days)[:, list(design.time_days).index(day)]
        text = f"Predicted against observed risk by {name}, test split."
        sections.append(
            Section(f"Calibration at {name}", text, plot_survival_calibration(risk, outcome, day))
        )
    return [*sections, *_draw_groups(metrics)]


def _draw_groups(metrics: Sequence[Metric]) -> list[Section]:
    """Discrimination and error by group of people, beside everyone of the test split."""
    shown = [m for m in metrics if m.model == NETWORK and m.cohort == "test"]
    if all(m.group == "all" for m in shown):
        return []
    return [
        Section(
            f"{metric} by group",
            f"The {metric} of the network on the test split, of everyone and by group of people.",
            plot_by_group(shown, metric),
        )
        for metric in (C, BRIER)
    ]
