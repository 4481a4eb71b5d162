"""scikit-survival: its forests as trees, all else that it fits as a sum of one term per feature.

No converter knows it. Curves are its step functions, read at the stated times. Before the first
time at which anybody was seen they are 1, where scikit-survival gives what it has at that time.
"""

from typing import Any

import numpy as np

from medmaas_training.catalogue.conversion.additive import read_additive
from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.columns import Table
from medmaas_training.catalogue.conversion.curves import draw_hazards, find_steps, take_steps
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.catalogue.conversion.predictor import Predictor, list_names
from medmaas_training.catalogue.conversion.trees import sum_trees
from medmaas_training.errors import TrainingError

_FORESTS = {"RandomSurvivalForest", "ExtraSurvivalTrees", "SurvivalTree"}
_BOOSTED = "GradientBoostingSurvivalAnalysis"
_EXPONENT = "IPCRidge"  # which answers with the exponential of its sum
_SUMS = {
    _BOOSTED, _EXPONENT, "CoxPHSurvivalAnalysis", "CoxnetSurvivalAnalysis",
    "ComponentwiseGradientBoostingSurvivalAnalysis", "FastSurvivalSVM", "NaiveSurvivalSVM",
}  # fmt: skip


def open_model(model: Any, asked: Asked) -> Predictor:  # noqa: ANN401 - as the room says
    """A survival model, which gives a curve, or a number: its risk score or its time."""
    name = type(model).__name__
    if name not in _FORESTS | _SUMS:
        raise TrainingError(
            f"no converter knows {name}, which is neither a forest nor a sum over features: fit "
            "RandomSurvivalForest, GradientBoostingSurvivalAnalysis or CoxPHSurvivalAnalysis"
        )
    if not hasattr(model, "n_features_in_"):
        raise TrainingError("the model is not fitted: call fit before export")
    if asked.form not in {"a survival curve", "numbers"}:
        asked.require("a survival curve", "survival curves")
    if name in _FORESTS:
        return _Forest(model, asked)
    return _Hazards(model, asked)


class _Survival(Predictor):
    """What gives a curve at the times that are asked for, else what `predict` gives."""

    def __init__(self, model: Any, asked: Asked) -> None:  # noqa: ANN401 - of scikit-survival
        self._model, self._times = model, asked.times
        self.names = list_names(model)
        if not len(asked.times):
            return
        try:
            self._steps = find_steps(model.unique_times_, asked.times)
        except (AttributeError, ValueError) as error:  # as a Coxnet without a baseline
            raise TrainingError(
                f"{type(model).__name__} has no survival curves as it was fitted (Coxnet needs "
                "fit_baseline_model=True, gradient boosting loss='coxph'): fit it so, or state "
                "output.kind value for its score"
            ) from error

    def answer(self, given: Any) -> Array:  # noqa: ANN401 - as the base says
        if not len(self._times):
            return np.asarray(self._model.predict(given))
        curves = self._model.predict_survival_function(given, return_array=True)
        return take_steps(np.asarray(curves), self._steps, 1)


class _Forest(_Survival):
    """The mean of what trees give, each of whose leaves holds a curve."""

    def __init__(self, model: Any, asked: Asked) -> None:  # noqa: ANN401 - as above
        super().__init__(model, asked)
        self._trees = [tree.tree_ for tree in getattr(model, "estimators_", [model])]
        if len(asked.times) and model.low_memory:
            raise TrainingError(
                "the forest was fitted with low_memory=True, which keeps no survival curves: fit "
                "it with low_memory=False, or state output.kind value for its risk score"
            )

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        del rows
        leaves = [self._read_leaves(tree.value) / len(self._trees) for tree in self._trees]
        matrix = table.convert_matrix(glue, tensor)
        return sum_trees(glue, matrix, self._trees, leaves), leaves[0].shape[1]

    def _read_leaves(self, values: Array) -> Array:
        """Of nodes [nodes, known times, hazard and survival]: curve or risk score."""
        if len(self._times):
            return take_steps(values[..., 1], self._steps, 1)
        hazards = values[..., 0]
        if self._model.low_memory:
            return np.asarray(hazards[:, :1])
        return np.asarray(hazards[:, self._model.is_event_time_].sum(axis=1, keepdims=True))


class _Hazards(_Survival):
    """Proportional hazards, or a score; of a sum over features, or over trees."""

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        name = type(self._model).__name__
        if name == _BOOSTED and self._model.loss != "coxph":
            raise TrainingError(
                f"{name} is exported with loss='coxph' alone, not {self._model.loss}"
            )
        if name == _BOOSTED:
            score = self._sum_trees(glue, table, tensor, rows)
        elif name == _EXPONENT:
            sums = read_additive(lambda given: np.log(self._model.predict(given)), table, rows)
            score = glue.add("Exp", sums.convert(glue, tensor))
        else:
            score = read_additive(self._model.predict, table, rows).convert(glue, tensor)
        if not len(self._times):
            return score, 1
        person = table.restore(rows[:1])
        hazards = np.asarray(
            self._model.predict_cumulative_hazard_function(person, return_array=True)
        )
        baseline = take_steps(hazards, self._steps, 0)[0] / np.exp(self._model.predict(person)[0])
        return draw_hazards(glue, score, baseline), len(self._times)

    def _sum_trees(self, glue: Glue, table: Table, tensor: str, rows: Array) -> str:
        """The sum of regression trees, and what was there before the first."""
        model = self._model
        trees = [tree.tree_ for tree in model.estimators_[:, 0]]
        scales = getattr(model, "_scale", np.ones(len(trees)))  # of dropout
        leaves = [
            tree.value[:, :, 0] * model.learning_rate * scale
            for tree, scale in zip(trees, scales, strict=False)
        ]
        total = glue.cast(sum_trees(glue, table.convert_matrix(glue, tensor), trees, leaves), 11)
        person = np.asarray(table.restore(rows[:1]), np.float32)
        grown = sum(
            leaf[tree.apply(person)[0], 0] for tree, leaf in zip(trees, leaves, strict=True)
        )
        first = float(model.predict(table.restore(rows[:1]))[0]) - float(grown)
        return glue.add("Add", total, glue.constant([first], np.float64))
