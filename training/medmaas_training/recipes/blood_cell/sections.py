"""What the report of a model of pictures shows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Metric
from medmaas_training.classes.metrics import PRECISION, SENSITIVITY, Floats
from medmaas_training.image.data import ImageSet
from medmaas_training.image.network import Curves
from medmaas_training.recipes.blood_cell.card import name_confusions
from medmaas_training.report import plots
from medmaas_training.report.page import Section


def draw_sections(
    images: ImageSet,
    p: Floats,
    curves: Curves,
    confusion: NDArray[np.int64],
    metrics: Sequence[Metric],
) -> list[Section]:
    """The sections of the report, from test probabilities p [n, classes]."""
    y = images.test.labels
    losses = {"train, augmented, smoothed labels": curves.train_loss, "val": curves.val_loss}
    right = p.argmax(1) == y
    confusions = name_confusions(confusion, images.labels) or "none"
    return [
        Section(
            "Learning curves",
            "Cross-entropy per epoch: of the train split as it is learned from, and of the val "
            "split with averaged weights, not mirrored, before the temperature.",
            plots.plot_learning_curves(losses, y="cross-entropy"),
        ),
        Section(
            "Accuracy while learning",
            f"Share of right answers in the val split, n = {len(images.val.labels):,}.",
            plots.plot_learning_curves({"val": curves.val_accuracy}, y="accuracy"),
        ),
        Section(
            "Confusion matrix",
            f"Test split, n = {len(y):,}. Most confused: {confusions}.",
            plots.plot_confusion(confusion, images.labels),
        ),
        Section(
            "ROC, each class against all others",
            "Sensitivity against false positives in the test split.",
            plots.plot_roc_by_class(y, p, images.labels),
        ),
        Section(
            "Calibration",
            "The probability of the class that is named, against how often it is right in the test "
            "split.",
            plots.plot_calibration(p.max(1), right, label="a right answer"),
        ),
        *(
            Section(
                f"{metric.capitalize()} by class",
                f"{metric.capitalize()} of each class in the test split, with its interval.",
                plots.plot_by_group(metrics, metric),
            )
            for metric in (SENSITIVITY, PRECISION)
        ),
    ]
