"""What the report of a classifier of a table shows, on its test split."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import confusion_matrix

from medmaas.model.manifest import Metric
from medmaas_training.classes.candidates import FOLDS
from medmaas_training.classes.metrics import BRIER, CLASS_AUC, MACRO_AUC, TEST, Floats, Labels
from medmaas_training.report.page import Section
from medmaas_training.report.plots import (
    plot_by_group,
    plot_calibration,
    plot_confusion,
    plot_roc,
    plot_roc_by_class,
)


def draw_sections(
    y: Labels, p: Floats, labels: Sequence[str], metrics: Sequence[Metric]
) -> list[Section]:
    """Comparison, ROC, calibration, confusion.

    Args:
        y: position of the true class, [n].
        p: probability of every class, [n, classes].
        labels: names of the classes.
        metrics: those of the card.
    """
    matrix = confusion_matrix(y, p.argmax(1), labels=np.arange(len(labels)))
    folds = [m for m in metrics if m.evaluated_on == FOLDS]
    test = [m for m in metrics if m.evaluated_on == TEST]
    at_half = ", that is the one above 0.5" if len(labels) == 2 else ""
    auc = MACRO_AUC if any(m.metric == MACRO_AUC for m in test) else "AUC"
    return [
        Section(
            "Comparison: choice",
            "Log loss of each candidate on five folds of the train split; the smallest was chosen.",
            plot_by_group(folds, "log loss"),
        ),
        *(
            Section(
                f"Comparison: {metric}",
                f"The {metric} of the chosen model and of what it is compared with, test split.",
                plot_by_group(test, metric),
            )
            for metric in (auc, BRIER)
        ),
        *(_draw_two(y, p[:, 1], labels[1]) if len(labels) == 2 else _draw_more(y, p, labels)),
        Section(
            "Confusion",
            f"The likeliest class of each row of the test split{at_half}, against the true one.",
            plot_confusion(matrix, labels),
        ),
        *_draw_classes(metrics),
    ]


def _draw_two(y: Labels, p: Floats, label: str) -> list[Section]:
    return [
        Section(
            "ROC", f"Every threshold on the probability of {label}.", plot_roc(y, p, label=label)
        ),
        Section(
            "Calibration",
            f"Predicted probability of {label} against what was found, test split.",
            plot_calibration(p, y, label=label),
        ),
    ]


def _draw_more(y: Labels, p: Floats, labels: Sequence[str]) -> list[Section]:
    right = p.argmax(1) == y
    return [
        Section("ROC", "Each class against all others.", plot_roc_by_class(y, p, labels)),
        Section(
            "Calibration",
            "Probability of the likeliest class against how often it was right, test split.",
            plot_calibration(p.max(1), right, label="a right answer"),
        ),
    ]


def _draw_classes(metrics: Sequence[Metric]) -> list[Section]:
    by_class = [m for m in metrics if m.metric == CLASS_AUC]
    if not by_class:
        return []
    text = f"The {CLASS_AUC} of each class on the test split."
    return [Section("By class", text, plot_by_group(by_class, CLASS_AUC))]
