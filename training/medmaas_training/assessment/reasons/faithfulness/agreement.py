"""Whether attributions agree: with shap, sampled with exact, and few centres with everybody."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.explanation.background import make_background, make_game
from medmaas.model.explanation.contributions import group_features
from medmaas.model.explanation.shapley import MOST_EXACT
from medmaas.model.manifest import Check
from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas_training.assessment.reasons.games import (
    Case,
    Trained,
    answer,
    explain_case,
    sample_case,
)
from medmaas_training.assessment.reasons.importance import estimate_mean

Floats = NDArray[np.float64]

_COPIES = 50  # of the background's centres together, by weight: shap takes no weights
_ROUNDS = 200  # of shap's permutations, each there and back
_FINE = 0.2  # of the usual tolerance: what is left is shap's own error
_ROWS_AT_ONCE = 2**18
_DAYS = "d"
_LARGEST = "largest difference"


def check_shap(
    model: Model, rows: Floats, tolerance: Floats, *, seed: int, trained: Trained | None = None
) -> list[Check]:
    """Against the exact and the permutation explainer of the shap library (Lundberg & Lee 2017).

    The background is the same, its weights rounded to fiftieths; every feature plays alone. Means
    over a background are taken before a median survival is read off, after it by shap: that target
    is left out.

    Args:
        model: of tabular input.
        rows: who is explained, [n, features].
        tolerance: of sampled values, per target.
        seed: of the permutations.
        trained: what shap explains; None is the graph.
    """
    shap = _import_shap()
    targets = make_targets(model.manifest.output)
    shown = [i for i, target in enumerate(targets.targets) if target.unit != _DAYS]
    centres, weights = make_background(model)
    copies = np.maximum(1, np.round(weights * _COPIES)).astype(int)

    def predict(asked: Floats) -> Floats:
        if trained is None:
            return answer(model, asked)[:, shown]
        given = trained(asked)
        outputs = (
            dict(given) if isinstance(given, Mapping) else {model.manifest.output.tensor: given}
        )
        return targets.settle(targets.read(outputs))[:, shown]

    alone = [[column] for column in range(rows.shape[1])]
    names = tuple(str(column) for column in range(rows.shape[1]))
    background = centres, copies / copies.sum()
    ours = np.stack(
        [
            explain_case(
                Case(names, make_game(model, row.astype(np.float32), alone, background)),
                tolerance * _FINE,
                seed,
            ).values[:, shown]
            for row in rows
        ]
    )
    masker = shap.maskers.Independent(
        np.repeat(centres, copies, axis=0).astype(np.float64), max_samples=int(copies.sum())
    )
    explainers = {"permutation": shap.explainers.Permutation(predict, masker, seed=seed)}
    if len(alone) <= MOST_EXACT:
        explainers = {"exact": shap.explainers.Exact(predict, masker)} | explainers
    most = {"exact": 2 ** len(alone), "permutation": _ROUNDS * (2 * len(alone) + 1)}
    return [
        Check(
            check=f"the {name} explainer of shap {shap.__version__}, of "
            f"{'the graph' if trained is None else 'the trained model'}, same background",
            measure=_LARGEST,
            n=len(rows),
            value=float(np.abs(_run_shap(explainer, rows, most[name]) - ours).max()),
        )
        for name, explainer in explainers.items()
    ]


def check_sampled(
    cases: Sequence[Case], exact: Sequence[Floats], tolerance: Floats, *, seed: int
) -> list[Check]:
    """Sampled values against exact ones, of games of at most MOST_EXACT players.

    Args:
        cases: n instances.
        exact: their values, [players, targets] each.
        tolerance: of sampled values, per target.
        seed: of the permutations.
    """
    within = []
    for case, values in zip(cases, exact, strict=True):
        sampled = sample_case(case, tolerance, seed)
        errors = 0 if sampled.errors is None else sampled.errors
        within.append((np.abs(sampled.values - values) <= 2 * errors + 1e-9).mean())
    share = estimate_mean(np.array(within), seed)
    return [
        Check(
            check="sampled Shapley values against exact ones",
            measure="share of values within 2 standard errors",
            n=len(cases),
            value=share.value,
            low=share.low,
            high=share.high,
        )
    ]


def check_background(
    model: Model, rows: Floats, everyone: Floats, target: int, tolerance: Floats, *, seed: int
) -> list[Check]:
    """How well the background's few centres stand for the people behind them.

    Args:
        model: of tabular input.
        rows: who is explained, [n, features].
        everyone: the train split, [m, features]; a part of it if it is large.
        target: the number whose attributions are compared.
        tolerance: of sampled values, per target.
        seed: of the part.
    """
    groups = group_features(model.manifest.input.row_features)
    most = _ROWS_AT_ONCE // min(2 ** len(groups), 512)
    chosen = np.random.default_rng(seed).permutation(len(everyone))[:most]
    full = everyone[chosen].astype(np.float32), np.full(len(chosen), 1 / len(chosen))
    differences, baselines = [], []
    for row in rows.astype(np.float32):
        few, all_ = (
            explain_case(
                Case(tuple(groups), make_game(model, row, list(groups.values()), background)),
                tolerance,
                seed,
            )
            for background in (make_background(model), full)
        )
        differences.append(np.abs(few.values - all_.values)[:, target])
        baselines.append(abs(few.baseline - all_.baseline)[target])
    name = make_targets(model.manifest.output).targets[target].name
    check = (
        f"{len(make_background(model)[0])} centres as background, against {len(chosen):,} "
        f"people of the train split"
    )
    mean = estimate_mean(np.mean(differences, axis=1), seed)
    return [
        Check(
            check=check,
            measure=f"mean absolute difference of {name}'s attributions",
            n=len(rows),
            value=mean.value,
            low=mean.low,
            high=mean.high,
        ),
        Check(check=check, measure=_LARGEST, n=len(rows), value=float(np.max(differences))),
        Check(
            check=check,
            measure=f"difference of {name}'s baseline",
            n=len(chosen),
            value=float(np.mean(baselines)),
        ),
    ]


def _import_shap() -> Any:  # noqa: ANN401 - shap ships no types
    """Shap loads slowly, and warns of what Matplotlib will do one day."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The set_bad function", PendingDeprecationWarning)
        warnings.filterwarnings(
            "ignore", "The set_(over|under) function", PendingDeprecationWarning
        )
        import shap  # noqa: PLC0415
    return shap


def _run_shap(explainer: Callable[..., Any], rows: Floats, most: int) -> Floats:
    """Attributions [n, features, targets]."""
    values = np.asarray(explainer(rows, max_evals=most, silent=True).values)
    return values if values.ndim == 3 else values[..., None]
