"""lifelines: Cox and accelerated failure time models, as a sum of one term per feature.

Its curves at the stated times, with its own interpolation between them.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from medmaas_training.catalogue.conversion.additive import read_additive
from medmaas_training.catalogue.conversion.asked import Array, Asked
from medmaas_training.catalogue.conversion.columns import Table
from medmaas_training.catalogue.conversion.curves import (
    draw_failure_times,
    draw_hazards,
    require_follow_up,
)
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.catalogue.conversion.predictor import Predictor
from medmaas_training.errors import TrainingError

# log T = location + scale w: w at two shares who live longer, which tell location and scale
_SHARES = (0.25, 0.75)
_QUANTILES = {
    "WeibullAFTFitter": np.log(-np.log(_SHARES)),
    "LogNormalAFTFitter": np.array([0.6744897501960817, -0.6744897501960817]),
    "LogLogisticAFTFitter": np.log([3, 1 / 3]),
}
_COX = "CoxPHFitter"
_TERM = re.compile(r"[\[(:]")  # of a formula, as race[T.other]


def open_model(model: Any, asked: Asked) -> Predictor:  # noqa: ANN401 - as the room says
    """A regression, which gives survival curves."""
    name = type(model).__name__
    if not {name} & {_COX, *_QUANTILES}:
        raise TrainingError(
            f"export takes CoxPHFitter, WeibullAFTFitter, LogNormalAFTFitter and "
            f"LogLogisticAFTFitter of lifelines, not {name}, which is no sum over the features of "
            "one person, or has none: fit one of these"
        )
    if not hasattr(model, "params_"):
        raise TrainingError("the model is not fitted: call fit before export")
    asked.require("a survival curve", "survival curves")
    if getattr(model, "strata", None):
        raise TrainingError(
            "a CoxPHFitter with strata has a baseline for each stratum, which export does not "
            "take: fit the strata as columns, or a model for each of them"
        )
    require_follow_up(asked.times, float(np.max(model.durations)))
    return _Cox(model, asked) if name == _COX else _FailureTimes(model, asked)


class _Regression(Predictor):
    """What is asked for curves by a DataFrame."""

    takes_frames = True
    imputes = False

    def __init__(self, model: Any, asked: Asked) -> None:  # noqa: ANN401 - of lifelines
        self._model, self._times = model, asked.times
        names = dict.fromkeys(map(str, model.params_.index.get_level_values("covariate")))
        names.pop("Intercept", None)
        if getattr(model, "formula", None) is None and not _TERM.search(" ".join(names)):
            self.names = [*names]

    def answer(self, given: Any) -> Array:  # noqa: ANN401 - as the base says
        if pd.isna(given).any(axis=None):
            raise ValueError("lifelines takes no missing values")
        curves = self._model.predict_survival_function(given, times=self._times).to_numpy().T
        return np.where(self._times > 0, curves, 1)


class _Cox(_Regression):
    """A partial hazard over a baseline."""

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        end = float(np.max(self._model.durations))

        def ask(given: Any, times: Any) -> Array:  # noqa: ANN401 - a DataFrame
            return np.asarray(self._model.predict_cumulative_hazard(given, times=times))

        sums = read_additive(lambda given: np.log(ask(given, [end])[0]), table, rows)
        person = table.restore(rows[~np.isnan(rows).any(axis=1)][:1])
        shares = ask(person, self._times)[:, 0] / ask(person, [end])[0, 0]
        baseline = np.where(self._times > 0, shares, 0)
        return draw_hazards(glue, sums.convert(glue, tensor), baseline), len(self._times)


class _FailureTimes(_Regression):
    """log T = location + scale w, where w has the model's distribution."""

    def build(self, glue: Glue, table: Table, tensor: str, rows: Array) -> tuple[str, int]:
        quantiles = _QUANTILES[type(self._model).__name__]

        def ask(given: Any) -> tuple[Array, Array]:  # noqa: ANN401 - a DataFrame
            logs = [
                np.log(np.ravel(self._model.predict_percentile(given, p=share)))
                for share in _SHARES
            ]
            scale = (logs[1] - logs[0]) / (quantiles[1] - quantiles[0])
            return logs[0] - scale * quantiles[0], np.log(scale)

        location = read_additive(lambda given: ask(given)[0], table, rows)
        scale = read_additive(lambda given: ask(given)[1], table, rows)
        curves = draw_failure_times(
            glue,
            location.convert(glue, tensor),
            scale.convert(glue, tensor),
            self._times,
            type(self._model).__name__.removesuffix("AFTFitter"),
        )
        return curves, len(self._times)
