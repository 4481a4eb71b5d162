"""Histories that a model of blood counts should not answer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas_training.dose.course import COLUMNS

Rows = NDArray[Any]
Histories = dict[str, list[dict[str, Any]]]

_EACH = 200


def make_histories(test: Rows, seed: int, each: int = _EACH) -> Histories:
    """Test histories in another unit, with columns swapped, or of nobody's marrow.

    Args:
        test: histories [n, rows, columns of a chart].
        seed: draws which.
        each: how many of every kind.
    """
    rng = np.random.default_rng(seed)
    chosen = test[rng.choice(len(test), min(each, len(test)), replace=False)].astype(float)
    day, anc, wbc = (COLUMNS.index(name) for name in ("day", "anc", "wbc"))

    def change(**columns: Rows) -> Rows:
        changed = chosen.copy()
        for name, values in columns.items():
            changed[:, :, COLUMNS.index(name)] = values
        return changed

    counts = chosen[:, :, anc : wbc + 1]
    kinds: dict[str, Rows] = {
        "counts a tenth of what they are": change(
            anc=counts[..., 0] / 10, platelets=counts[..., 1] / 10, wbc=counts[..., 2] / 10
        ),
        "counts ten times what they are": change(
            anc=counts[..., 0] * 10, platelets=counts[..., 1] * 10, wbc=counts[..., 2] * 10
        ),
        "neutrophils and platelets swapped": change(anc=counts[..., 1], platelets=counts[..., 0]),
        "neutrophils and leukocytes swapped": change(anc=counts[..., 2], wbc=counts[..., 0]),
        "days entered as weeks": change(day=chosen[:, :, day] / 7),
        "counts drawn at random": change(
            anc=_draw_like(rng, counts[..., 0], 0.05, 50),
            platelets=_draw_like(rng, counts[..., 1], 5, 1500),
            wbc=_draw_like(rng, counts[..., 2], 0.1, 90),
        ),
    }
    return {name: [_name_history(rows) for rows in of] for name, of in kinds.items()}


def _draw_like(rng: np.random.Generator, known: Rows, low: float, high: float) -> Rows:
    drawn = np.exp(rng.uniform(np.log(low), np.log(high), known.shape))
    return np.where(np.isnan(known), np.nan, drawn)


def _name_history(rows: Rows) -> dict[str, Any]:
    named = []
    for row in rows[~np.isnan(rows[:, 0])]:
        values = {n: float(v) for n, v in zip(COLUMNS, row, strict=True) if not np.isnan(v)}
        if "gcsf" in values:
            values["gcsf"] = values["gcsf"] > 0.5
        named.append(values)
    return {"history": named}
