"""The chosen classifier and its rivals, measured on the same folds and on the same test split."""

from collections.abc import Mapping

import numpy as np
from sklearn.pipeline import Pipeline

from medmaas.model.manifest import Metric
from medmaas_training.classes.candidates import FOLDS, Choice, answer_folds
from medmaas_training.classes.metrics import (
    TEST,
    Floats,
    is_few,
    measure_each_class,
    measure_order,
    measure_test,
)
from medmaas_training.classes.study import ClassStudy
from medmaas_training.figures import Own, People, compare_folds


def compare_candidates(study: ClassStudy, choice: Choice, ours: str) -> list[Metric]:
    """The log loss of every candidate on five folds of the train split; `ours` is the chosen."""
    y = study.table.y[study.split.train]
    losses = {
        ("log loss", ours if name == choice.name else name): values
        for name, values in choice.losses.items()
    }
    folds = People("train", FOLDS, np.arange(len(y)), y == 1)
    metrics = compare_folds(losses, folds, own={ours: "model"})
    if len(study.table.labels) > 2:
        return [metric.model_copy(update={"events": None}) for metric in metrics]
    return metrics


def compare_on_folds(study: ClassStudy, model: Pipeline, ours: str, own: Own) -> list[Metric]:
    """The order of all rows by fits that left them out, if the test split has few of a class.

    Args:
        study: the table.
        model: the chosen one, which is fitted anew on each four of five folds.
        ours: its name.
        own: which of the models is this one, or a variant of it.
    """
    X, y, together = study.table.X, study.table.y, study.table.together
    if len(study.table.labels) > 2 or not is_few(y[study.split.test]):
        return []
    answers = {ours: answer_folds(model, X, y, together=together)}
    for left, take in study.partly.items():
        answers[f"{ours}, {left}"] = answer_folds(model, X, y, together=together, give=take)
    single = X[:, [study.single]]
    answers[study.baseline_name] = answer_folds(study.baseline, single, y, together=together)
    positive = {name: p[:, 1] for name, p in answers.items()}
    return measure_order(y, positive, own=own, seed=study.split.seed, units=together)


def compare_on_test(
    study: ClassStudy, probabilities: Mapping[str, Floats], ours: str, own: Own
) -> list[Metric]:
    """Every model on the test split, and the chosen one by class if there are more than two.

    Args:
        study: the table.
        probabilities: by model, of every class of the test split, [n, classes].
        ours: the name of the chosen one.
        own: which of the models is this one, or a variant of it.
    """
    table, split = study.table, study.split
    y, units = table.y[split.test], None if table.together is None else table.together[split.test]
    metrics = measure_test(y, probabilities, own=own, seed=split.seed, units=units)
    if len(table.labels) == 2:
        return metrics
    return metrics + measure_each_class(
        y,
        probabilities[ours],
        table.labels,
        model=ours,
        evaluated_on=f"{TEST}, by class",
        seed=split.seed,
        units=units,
    )
