"""Assesses explanations of a history."""

import numpy as np

from medmaas.model.explanation.contributions import group_features
from medmaas.model.explanation.series import make_history_game
from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, SeriesInput
from medmaas.model.registry import Model
from medmaas_training.assessment.inputs import InputAssessor, choose_by_width
from medmaas_training.assessment.reasons.games import Case
from medmaas_training.assessment.reasons.sample import Sizes
from medmaas_training.assessment.splits import Array

_TIME = 0


class SeriesAssessor(InputAssessor):
    """A measurement that does not play was never made."""

    method = (
        "Shapley values of the measurements, and of the rows, against the same history without them"
    )

    def __init__(self, spec: SeriesInput) -> None:
        super().__init__(spec)
        self._features = spec.features

    def choose_sizes(self) -> Sizes:
        """Histories go through a graph together."""
        return choose_by_width(len(self._features))

    def make_case(self, model: Model, row: Array) -> Case:
        """Rows of a history [rows, features], NaN below its end."""
        history = np.asarray(row, np.float32)
        history = history[~np.isnan(history[:, _TIME])]
        groups = group_features(self._features[1:])
        columns = np.arange(history.shape[1])
        players = [
            np.broadcast_to(np.isin(columns, np.array(chosen) + 1), history.shape)
            for chosen in groups.values()
        ]
        return Case(tuple(groups), make_history_game(model, history, players))


def make(spec: Input) -> SeriesAssessor:
    """What assesses."""
    return SeriesAssessor(expect(spec, SeriesInput))
