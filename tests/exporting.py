"""Drafts of models that others fitted, and the proof that a graph answers as its model does."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer

from medmaas_training.catalogue.completion import load_graph
from medmaas_training.catalogue.conversion import open_trained
from medmaas_training.catalogue.draft import INPUT_PART, OUTPUT_PART
from medmaas_training.export import compare

Json = dict[str, Any]
Array = NDArray[Any]

_RANGE = {"low": -1e6, "high": 1e6}
CLASSES: Json = {"kind": "classes", "tensor": "p", "labels": ["0", "1"]}
VALUE: Json = {"kind": "value", "tensor": "v", "unit": "1"}
SURVIVAL: Json = {"kind": "survival", "tensor": "curve", "horizon_days": [365]}
LABELS: Json = {
    "kind": "labels",
    "tensor": "p",
    "labels": [{"name": name, "threshold": 0.5} for name in ("benign", "large")],
    "thresholds": "By hand.",
}
VALUES: Json = {
    "kind": "values",
    "tensor": "v",
    "values": [{"name": name, "unit": "1", "description": "Invented."} for name in "ab"],
}
NAMES = ("radius", "texture", "perimeter", "area")


def number(name: str, **more: Any) -> Json:
    ranges = {"unit": "1", "hard_range": _RANGE, "training_range": _RANGE}
    return {"name": name, "type": "number", "description": "Invented.", **ranges, **more}


def choice(name: str, *choices: str, **more: Any) -> Json:
    told = {"name": name, "type": "choice", "description": "Invented.", "choices": [*choices]}
    return told | more


def boolean(name: str, **more: Any) -> Json:
    return {"name": name, "type": "boolean", "description": "Invented.", **more}


NUMBERS = [number(name) for name in NAMES]
MAY_MISS = [number(name, missing="as the model does") for name in NAMES]


def load_cells() -> tuple[Array, Array]:
    """Four measures of aspirates [569, 4], as float32 holds them, and 1 for benign [569]."""
    X, y = load_breast_cancer(return_X_y=True)
    return X[:, :4].astype(np.float32).astype(np.float64), y


def lose_values(X: Array, share: float = 0.3) -> Array:
    """The same with some values missing."""
    lost = np.random.default_rng(0).random(X.shape) < share
    return np.where(lost, np.nan, X)


def prove(
    model: object,
    rows: Any,
    features: list[Json],
    output: Json,
    *,
    time_unit: str | None = None,
    tolerance: float = 1e-5,
) -> Any:
    """Hold a model's graph against it, on all rows, every choice and every value that may miss.

    Returns:
        What the graph was made of; it has `rows` and `answer`.
    """
    spec = INPUT_PART.validate_python({"kind": "tabular", "tensor": "x", "features": features})
    stated = OUTPUT_PART.validate_python(output)
    trained = open_trained(model, rows, spec, stated, time_unit)
    content = load_graph(trained.convert().SerializeToString()).content
    given = np.asarray(trained.rows, np.float32).astype(np.float64)
    tried = np.concatenate([given, *_vary(given, features)])
    compare(content, trained.answer, tried, stated.tensors, ["x"], tolerance=tolerance)
    return trained


def _vary(rows: Array, features: list[Json]) -> Iterator[Array]:
    for place, feature in enumerate(features):
        values: list[float] = [*range(len(feature.get("choices", ())))]
        if feature["type"] == "boolean":
            values = [0, 1]
        for value in [*values, *([np.nan] if feature.get("missing") else [])]:
            some = rows[:20].copy()
            some[:, place] = value
            yield some
