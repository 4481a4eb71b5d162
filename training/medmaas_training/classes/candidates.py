"""Estimators of classes that skl2onnx converts, and how one is chosen."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from medmaas_training.classes.metrics import Floats, Labels
from medmaas_training.progress import track
from medmaas_training.tabular.datasets import Indices, make_folds
from medmaas_training.tabular.preparation import make_encoder

FOLDS = "5 folds of the train split"
MOST_ROWS = 10_000  # a support vector machine's time grows with their square
_FEW_CASES = 10


def make_candidates(categories: Mapping[int, int], y: Labels, seed: int) -> dict[str, Pipeline]:
    """Fills for missing, mean 0 and deviation 1, an estimator, a sigmoid on its score.

    Args:
        categories: by column of a choice, how many words.
        y: classes of those who will be fitted on, [n]; of a rare one the sigmoid gets 3 folds.
        seed: of the initial weights.
    """
    estimators = {
        "logistic regression": LogisticRegression(C=0.3),
        "support vector machine": SVC(C=3.0, gamma="scale"),
        "multilayer perceptron": MLPClassifier((32,), alpha=1.0, max_iter=1000, random_state=seed),
    }
    if len(y) > MOST_ROWS:
        del estimators["support vector machine"]
    folds = 5 if np.bincount(y).min() >= _FEW_CASES else 3
    return {
        name: make_pipeline(
            make_encoder(categories),
            StandardScaler(),
            CalibratedClassifierCV(estimator, method="sigmoid", cv=folds, ensemble=False),
        )
        for name, estimator in estimators.items()
    }


@dataclass(frozen=True)
class Choice:
    """The candidate with the smallest log loss, fitted, and every candidate's loss by fold."""

    name: str
    model: Pipeline
    losses: dict[str, list[float]]


def choose_candidate(
    candidates: Mapping[str, Pipeline],
    X: Floats,
    y: Labels,
    *,
    together: Indices | None,
    seed: int,
) -> Choice:
    """Compare by log loss over five folds of X [n, features], and fit the best on all of them."""
    with _without_convergence_warnings():
        losses = {
            name: score_folds(candidate, X, y, seed, together)
            for name, candidate in track(candidates.items())
        }
        chosen = min(losses, key=lambda name: np.mean(losses[name]))
        return Choice(chosen, candidates[chosen].fit(X, y), losses)


def make_single(words: int) -> Pipeline:
    """Logistic regression on one column [n, 1]: a number (0), or a choice of so many words."""
    encoder = make_encoder({0: words} if words else {})
    return make_pipeline(encoder, StandardScaler(), LogisticRegression())


def choose_single(
    X: Floats, y: Labels, categories: Mapping[int, int], *, together: Indices | None, seed: int
) -> int:
    """The column of X [n, features] that alone has the smallest log loss over five folds."""
    losses = [
        np.mean(score_folds(make_single(categories.get(i, 0)), X[:, [i]], y, seed, together))
        for i in range(X.shape[1])
    ]
    return int(np.argmin(losses))


def score_folds(
    candidate: Pipeline, X: Floats, y: Labels, seed: int, together: Indices | None = None
) -> list[float]:
    """Log loss on each of five stratified folds."""
    folds = make_folds(X, y, seed, together)
    return [-x for x in cross_val_score(candidate, X, y, cv=folds, scoring="neg_log_loss").tolist()]


def answer_folds(
    model: BaseEstimator,
    X: Floats,
    y: Labels,
    *,
    together: Indices | None,
    give: Callable[[Floats], Floats] = lambda X: X,
) -> Floats:
    """Probabilities of every row by the model fitted to the other four of five folds, [n, classes].

    Args:
        model: fitted or not: it is fitted anew.
        X: of all rows, [n, features].
        y: their classes, [n].
        together: the same number for rows that stay in one fold, [n].
        give: what of X is given to be answered.
    """
    p = np.empty((len(y), len(np.unique(y))))
    with _without_convergence_warnings():
        for fitting, testing in make_folds(X, y, 0, together):
            fitted = clone(model).fit(X[fitting], y[fitting])
            p[testing] = fitted.predict_proba(give(X[testing]))
    return p


@contextmanager
def _without_convergence_warnings() -> Iterator[None]:
    """One that stops before it converges is judged by its log loss, like the others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
