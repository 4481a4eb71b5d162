"""What the report of a model that reads SMILES shows."""

from collections.abc import Sequence

from medmaas.model.manifest import Metric
from medmaas_training.numeric_scores import RMSE, score
from medmaas_training.report.page import Section
from medmaas_training.report.plots import plot_by_group, plot_learning_curves, plot_scatter
from medmaas_training.smiles.evaluation import (
    GROUPS,
    NETWORK,
    SPLITS,
    TEST,
    Trial,
)
from medmaas_training.smiles.molecules import MoleculeTable


def draw_sections(
    table: MoleculeTable, trials: Sequence[Trial], metrics: Sequence[Metric]
) -> list[Section]:
    """Comparison, learning curves, observed against predicted, error by group.

    Args:
        table: the molecules.
        trials: of every split, the shipped one first.
        metrics: the card's.
    """
    shipped = trials[0]
    every_model = [m for m in metrics if m.evaluated_on == SPLITS and m.metric == RMSE]
    by_group = [m for m in metrics if m.evaluated_on == GROUPS]
    return [
        Section(
            "Comparison",
            f"Root mean square error ({table.unit}) of every model on the {SPLITS}, mean with "
            "Student's interval, and below the error on each split.",
            plot_by_group(every_model, RMSE),
            _tabulate_splits(table, trials),
        ),
        Section(
            "Learning curves",
            "Mean squared error on the molecules fitted to, of the standardised target and of "
            "RDKit's descriptors, per reader of the network that ships.",
            plot_learning_curves(shipped.fitted.losses, y="mean squared error"),
        ),
        Section(
            "Observed and predicted",
            f"Each molecule of the {TEST}: no one of them was fitted to.",
            plot_scatter(table.y[shipped.rows], shipped.answers[NETWORK], table.unit),
        ),
        Section(
            "Error by group",
            f"Root mean square error of the network, {GROUPS}, with bootstrap intervals.",
            plot_by_group(by_group, RMSE),
        ),
    ]


def _tabulate_splits(
    table: MoleculeTable, trials: Sequence[Trial]
) -> tuple[list[str], list[list[str]]]:
    header = ["model", *(f"seed {trial.split.seed}, n = {len(trial.rows)}" for trial in trials)]
    rows = [
        [
            model,
            *(f"{score(table.y[trial.rows], trial.answers[model])[RMSE]:.4f}" for trial in trials),
        ]
        for model in trials[0].answers
    ]
    return header, rows
