"""Models with invented intervals, distances and rules of abstention."""

import dataclasses
from typing import Any

import numpy as np

from medmaas.model.manifest import Column, Level, Manifest, StandardisedDistance, Uncertainty
from medmaas.model.outputs import OutputKind
from medmaas.model.registry import Model
from medmaas.model.uncertainty import make_uncertainty


def list_answers(kind: OutputKind, outputs: Any) -> list[dict[str, Any]]:
    """What a kind of output answers, as JSON has it."""
    return kind.list_rows(kind.tabulate(outputs, {}))


def levels(quantiles: dict[float, float]) -> tuple[Level, ...]:
    """Levels without strata, in the order given: quantiles by coverage."""
    return tuple(Level(coverage=c, quantiles=(q,)) for c, q in quantiles.items())


def unsure(**parts: Any) -> Uncertainty:
    """A section of a manifest."""
    return Uncertainty(method="By hand.", calibrated_on="nobody", **parts)


def judged_by(model: Model, uncertainty: Uncertainty | None) -> Model:
    """The model, as if its manifest held this section."""
    manifest = model.manifest.model_copy(update={"uncertainty": uncertainty, "translations": {}})
    manifest = Manifest.model_validate(manifest.model_dump())
    return dataclasses.replace(model, manifest=manifest, uncertainty=make_uncertainty(manifest))


def independent(threshold: float, size: int = 6, **column: Any) -> StandardisedDistance:
    """The distance of so many features that have nothing to do with each other."""
    columns = tuple(Column(**({"mean": 0, "deviation": 1} | column)) for _ in range(size))
    return correlated(threshold, columns, np.eye(size))


def correlated(threshold: float, columns: tuple[Column, ...], matrix: Any) -> StandardisedDistance:
    """The distance of features whose correlations are these."""
    rows = tuple(tuple(map(float, row)) for row in np.asarray(matrix))
    return StandardisedDistance(columns=columns, correlation=rows, threshold=threshold)
