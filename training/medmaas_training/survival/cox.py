"""Cox's regression, as the network and models from elsewhere are compared with."""

from functools import partial
from typing import Any, Self

import numpy as np
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sksurv.linear_model import CoxPHSurvivalAnalysis

from medmaas_training.errors import TrainingError
from medmaas_training.survival.design import FLCHAIN, Design, take_logs
from medmaas_training.survival.metrics import Floats, Outcome
from medmaas_training.tabular.preparation import make_encoder

RIDGE = 1.0  # for tables whose columns nobody chose: there is always a solution


def make_preparation(design: Design = FLCHAIN, *, logged: bool = False) -> Pipeline:
    """Fills for missing, the design's columns logged if asked, mean 0 and deviation 1."""
    steps: list[Any] = [FunctionTransformer(partial(take_logs, design=design))] if logged else []
    return make_pipeline(*steps, make_encoder(design.categories, drop="first"), StandardScaler())


class Cox:
    """Proportional hazards (Cox 1972), on some columns of X.

    Args:
        design: of the table.
        columns: positions among the features; all of them if None.
        logged: whether the design's columns enter as logarithms.
        ridge: penalty on the squared coefficients of standardised columns.
    """

    def __init__(
        self,
        design: Design = FLCHAIN,
        *,
        columns: list[int] | None = None,
        logged: bool = False,
        ridge: float = 0.0,
    ) -> None:
        self._columns = columns or slice(None)
        self._preparation = make_preparation(design, logged=logged)
        self._model = CoxPHSurvivalAnalysis(alpha=ridge)

    def fit(self, X: Floats, outcome: Outcome) -> Self:
        """Fit on people X [n, features].

        Raises:
            TrainingError: without a ridge there is no solution.
        """
        prepared = self._preparation.fit_transform(X)[:, self._columns]
        try:
            self._model.fit(prepared, outcome)
        except np.linalg.LinAlgError as error:
            raise TrainingError(
                "--data: Cox's model has no solution, because a column is constant or follows from "
                "others: leave such columns out, or name --time and --event, which does"
            ) from error
        return self

    def risk(self, X: Floats) -> Floats:
        """The linear predictor, [n]."""
        scores: Floats = self._model.predict(self._preparation.transform(X)[:, self._columns])
        return scores

    def survival(self, X: Floats, days: Floats) -> Floats:
        """Breslow's curve, [n, days]."""
        prepared = self._preparation.transform(X)[:, self._columns]
        steps = self._model.predict_survival_function(prepared)
        return np.stack([np.atleast_1d(step(np.minimum(days, step.x[-1]))) for step in steps])
