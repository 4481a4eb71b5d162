"""The tensors of a graph become answers; one class per kind of output.

Numbers are rounded to six decimals: the rest is noise of float32, and one rounding for all makes
the same row give the same bytes on every path.
"""

from collections.abc import Mapping
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.model.manifest import ClassesOutput, Output, SurvivalOutput, ValueOutput

Tensors = Mapping[str, NDArray[np.float32]]
_DECIMALS = 6
_HALF = 0.5
_PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}


class Classes:
    """`{"label": the likeliest, "probabilities": {label: p}}`."""

    def __init__(self, spec: ClassesOutput) -> None:
        self._spec = spec

    def answer(self, tensors: Tensors) -> list[dict[str, Any]]:
        """One answer per row of the tensor [n, labels]."""
        rows = _rounded(tensors[self._spec.tensor], len(self._spec.labels))
        return [
            {
                "label": self._spec.labels[row.index(max(row))],
                "probabilities": dict(zip(self._spec.labels, row, strict=True)),
            }
            for row in rows
        ]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        labels = list(self._spec.labels)
        probabilities = _object(dict.fromkeys(labels, _PROBABILITY))
        return _object({"label": {"enum": labels}, "probabilities": probabilities})


class Value:
    """`{"value": x, "unit": s}`."""

    def __init__(self, spec: ValueOutput) -> None:
        self._spec = spec

    def answer(self, tensors: Tensors) -> list[dict[str, Any]]:
        """One answer per row of the tensor [n] or [n, 1]."""
        rows = _rounded(tensors[self._spec.tensor], 1)
        return [{"value": value, "unit": self._spec.unit} for (value,) in rows]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        return _object({"value": {"type": "number"}, "unit": {"const": self._spec.unit}})


class Survival:
    """`{"time_days": [..], "survival": [..], "median_days": n or null, "risk": {"365": p}}`.

    The median is where the curve crosses one half, the hazard being constant between two times
    (Kvamme & Borgan 2021, doi 10.1007/s10985-021-09532-6); null if it does not cross in time.
    The risk at a horizon is one minus the curve there.
    """

    def __init__(self, spec: SurvivalOutput) -> None:
        self._spec = spec
        self._times = list(spec.time_days)
        self._horizons = {str(h): spec.time_days.index(h) for h in spec.horizon_days}

    def answer(self, tensors: Tensors) -> list[dict[str, Any]]:
        """One answer per row of the tensor [n, times]."""
        return [
            {
                "time_days": self._times,
                "survival": curve,
                "median_days": self._median_days(curve),
                "risk": {day: round(1 - curve[i], _DECIMALS) for day, i in self._horizons.items()},
            }
            for curve in _rounded(tensors[self._spec.tensor], len(self._times))
        ]

    def _median_days(self, curve: list[float]) -> int | None:
        after = next((i for i, alive in enumerate(curve) if alive <= _HALF), None)
        if not after:
            return None if after is None else 0
        before_log, after_log = np.log(np.maximum([curve[after - 1], curve[after]], 1e-9))
        share = (before_log - np.log(_HALF)) / (before_log - after_log)
        start, end = self._times[after - 1], self._times[after]
        return round(start + float(share) * (end - start))

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        return _object(
            {
                "time_days": {"type": "array", "items": {"type": "integer"}},
                "survival": {"type": "array", "items": _PROBABILITY},
                "median_days": {
                    "type": ["integer", "null"],
                    "description": "null: more than half are expected to outlive the last time.",
                },
                "risk": _object(dict.fromkeys(self._horizons, _PROBABILITY)),
            }
        )


OutputKind = Classes | Value | Survival


def make_output(spec: Output) -> OutputKind:
    """The class that answers for a manifest's output."""
    match spec:
        case ClassesOutput():
            return Classes(spec)
        case ValueOutput():
            return Value(spec)
        case SurvivalOutput():
            return Survival(spec)
        case _:
            assert_never(spec)


def _rounded(tensor: NDArray[np.float32], columns: int) -> list[list[float]]:
    table = tensor.reshape(len(tensor), -1)
    if table.shape[1] != columns:
        raise ModelOutputError("the model gave another number of columns than its manifest names")
    if not np.isfinite(table).all():
        raise ModelOutputError("the model gave a number that is not finite, so there is no answer")
    rows: list[list[float]] = table.astype(np.float64).round(_DECIMALS).tolist()
    return rows


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
