"""What the survival network is compared with: least squares, a plain network, Cox."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sksurv.linear_model import CoxPHSurvivalAnalysis
from torch import nn

Floats = NDArray[np.float64]
Outcome = NDArray[np.void]

LABORATORY = [2, 3, 4]  # creatinine, kappa, lambda among FLCHAIN_FEATURES
_DAYS_PER_YEAR = 365.25


def make_preparation(*, log_laboratory: bool = False) -> Pipeline:
    """Median for missing, the laboratory values logged if asked, mean 0 and deviation 1."""
    steps: list[Any] = [SimpleImputer(strategy="median")]
    if log_laboratory:
        steps.append(FunctionTransformer(_log_laboratory))
    return make_pipeline(*steps, StandardScaler())


def _log_laboratory(X: Floats) -> Floats:
    logged = X.copy()
    logged[:, LABORATORY] = np.log(logged[:, LABORATORY])
    return logged


class Cox:
    """Proportional hazards (Cox 1972), on some columns of X."""

    def __init__(self, *, columns: list[int] | None = None, log_laboratory: bool = False) -> None:
        self._columns = columns or slice(None)
        self._preparation = make_preparation(log_laboratory=log_laboratory)
        self._model = CoxPHSurvivalAnalysis()

    def fit(self, X: Floats, outcome: Outcome) -> Self:
        """Fit on people X [n, 6]."""
        self._model.fit(self._preparation.fit_transform(X)[:, self._columns], outcome)
        return self

    def risk(self, X: Floats) -> Floats:
        """The linear predictor, [n]."""
        scores: Floats = self._model.predict(self._preparation.transform(X)[:, self._columns])
        return scores

    def survival(self, X: Floats, days: Floats) -> Floats:
        """Breslow's curve, [n, days]."""
        prepared = self._preparation.transform(X)[:, self._columns]
        steps = self._model.predict_survival_function(prepared)
        return np.stack([step(days) for step in steps])


class _PointPrediction:
    """A model that predicts one time per person: its survival curve falls from 1 to 0 there."""

    def predict_years(self, X: Floats) -> Floats:
        """Predicted years to live, [n]."""
        raise NotImplementedError

    def risk(self, X: Floats) -> Floats:
        """The sooner, the higher, [n]."""
        return -self.predict_years(X)

    def survival(self, X: Floats, days: Floats) -> Floats:
        """1 before the predicted time, 0 after, [n, days]."""
        years = self.predict_years(X)
        return (days[None, :] < _DAYS_PER_YEAR * years[:, None]).astype(float)


@dataclass(frozen=True)
class Descent:
    """Where gradient descent ended: weights [p + 1], steps taken, whether the gradient vanished."""

    weights: Floats
    steps: int
    converged: bool


def descend(
    X: Floats, y: Floats, *, seed: int, rate: float = 0.1, max_steps: int = 10_000
) -> Descent:
    """Minimise L(w) = 1/(2n) sum (y_i - w'x_i)^2 by full-batch gradient descent.

    Args:
        X: [n, p], with the column of ones if an intercept is wanted.
        y: [n].
        seed: of the random start.
        rate: the learning rate eta; below 2 over the largest eigenvalue of X'X/n it converges.
        max_steps: where to give up; converged means that no part of the gradient exceeds 1e-10.
    """
    weights = np.asarray(np.random.default_rng(seed).normal(size=X.shape[1]))
    for step in range(max_steps):
        gradient: Floats = X.T @ (X @ weights - y) / len(y)
        if np.abs(gradient).max() < 1e-10:
            return Descent(weights, step, converged=True)
        weights = weights - rate * gradient
    return Descent(weights, max_steps, converged=False)


class LeastSquares(_PointPrediction):
    """Linear model of years, censored times taken as if they were deaths."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._preparation = make_preparation()

    def fit(self, X: Floats, outcome: Outcome) -> Self:
        """Fit on people X [n, 6]; `distance` is how far descent ends from the exact weights."""
        design = _with_ones(self._preparation.fit_transform(X))
        years = outcome["time"] / _DAYS_PER_YEAR
        self.descent = descend(design, years, seed=self._seed)
        exact = np.linalg.lstsq(design, years)[0]
        self.distance = float(np.abs(self.descent.weights - exact).max())
        return self

    def predict_years(self, X: Floats) -> Floats:
        """Predicted years to live, [n]."""
        years: Floats = _with_ones(self._preparation.transform(X)) @ self.descent.weights
        return years


class PlainNetwork(_PointPrediction):
    """Dense(128, ReLU) then Dense(1, linear), Adam on squared error, censoring ignored."""

    def __init__(self, seed: int, epochs: int = 50) -> None:
        self._seed = seed
        self._epochs = epochs
        self._preparation = make_preparation()

    def fit(self, X: Floats, outcome: Outcome) -> Self:
        """Fit on people X [n, 6]."""
        torch.manual_seed(self._seed)
        prepared = torch.from_numpy(self._preparation.fit_transform(X)).float()
        years = torch.from_numpy(outcome["time"] / _DAYS_PER_YEAR).float()[:, None]
        self._network = nn.Sequential(nn.Linear(X.shape[1], 128), nn.ReLU(), nn.Linear(128, 1))
        optimiser = torch.optim.Adam(self._network.parameters(), lr=1e-3)
        for _ in range(self._epochs):
            for rows in torch.randperm(len(X)).split(256):
                loss = nn.functional.mse_loss(self._network(prepared[rows]), years[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        return self

    def predict_years(self, X: Floats) -> Floats:
        """Predicted years to live, [n]."""
        prepared = torch.from_numpy(self._preparation.transform(X)).float()
        with torch.no_grad():
            years: Floats = self._network(prepared)[:, 0].double().numpy()
        return years


def _with_ones(X: Floats) -> Floats:
    return np.column_stack([np.ones(len(X)), X])
