"""What the survival network is compared with: least squares, a plain network, Cox."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import nn

from medmaas.model.years import DAYS_PER_YEAR
from medmaas_training.survival.cox import RIDGE, Cox, make_preparation
from medmaas_training.survival.design import FLCHAIN, Design
from medmaas_training.survival.metrics import Floats, Outcome, harrell_c


class BestColumn:
    """Cox on the one column that orders best who it is fitted on."""

    def __init__(self, design: Design) -> None:
        self._design = design

    def fit(self, X: Floats, outcome: Outcome) -> Self:
        """Fit on people X [n, features], column by column."""
        models = [self._fit_column(X, i, outcome) for i in range(X.shape[1])]
        scores = [harrell_c(outcome, m.risk(X[:, [i]])) for i, m in enumerate(models)]
        self.column = int(np.argmax(scores))
        self._model = models[self.column]
        return self

    def _fit_column(self, X: Floats, column: int, outcome: Outcome) -> Cox:
        words = self._design.categories.get(column)
        design = replace(self._design, logged=(), categories={0: words} if words else {})
        return Cox(design, ridge=RIDGE).fit(X[:, [column]], outcome)

    def risk(self, X: Floats) -> Floats:
        """The linear predictor, [n]."""
        return self._model.risk(X[:, [self.column]])

    def survival(self, X: Floats, days: Floats) -> Floats:
        """Breslow's curve, [n, days]."""
        return self._model.survival(X[:, [self.column]], days)


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
        return (days[None, :] < DAYS_PER_YEAR * years[:, None]).astype(float)


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

    def __init__(self, seed: int, design: Design = FLCHAIN) -> None:
        self._seed = seed
        self._preparation = make_preparation(design)

    def fit(self, X: Floats, outcome: Outcome) -> Self:
        """Fit on people X [n, features]; `distance` is how far descent ends from exact."""
        design = _with_ones(self._preparation.fit_transform(X))
        years = outcome["time"] / DAYS_PER_YEAR
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

    def __init__(self, seed: int, design: Design = FLCHAIN, epochs: int = 50) -> None:
        self._seed = seed
        self._epochs = epochs
        self._preparation = make_preparation(design)

    def fit(self, X: Floats, outcome: Outcome) -> Self:
        """Fit on people X [n, features]."""
        torch.manual_seed(self._seed)
        prepared = torch.from_numpy(self._preparation.fit_transform(X)).float()
        years = torch.from_numpy(outcome["time"] / DAYS_PER_YEAR).float()[:, None]
        self._network = nn.Sequential(
            nn.Linear(prepared.shape[1], 128), nn.ReLU(), nn.Linear(128, 1)
        )
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
