"""Bands on the numbers of a policy's options."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import PolicyIntervals, PolicyOutput, SeriesInput
from medmaas.model.outputs.answer import (
    DECIMALS,
    PROBABILITY,
    Tensors,
    describe_object,
    name_columns,
)

Floats = NDArray[np.float64]
_ZERO, _ONE = np.array(0.0), np.array(1.0)  # numpy makes them of a float at every call


class PolicyBands:
    """`{"coverage", "group_size", "options": [{"action", "risks", "expected_nadir"}]}`."""

    def __init__(self, spec: PolicyIntervals, output: PolicyOutput, series: SeriesInput) -> None:
        self._spec, self._output, self._series = spec, output, series
        names = [feature.name for feature in series.features]
        self._stratum = names.index(spec.strata.by) if spec.strata else 0
        self._edges = np.array(spec.strata.edges if spec.strata else ())
        self._actions = [action.name for action in self._output.actions]
        names = [outcome.name for outcome in self._output.outcomes]
        self._banded = [name for name in names if name in spec.levels[0].risks]
        self._positions = [names.index(name) for name in self._banded]
        self._least = np.array(1 / spec.group_size)
        self._widths, self._ratios = dict[float, Floats](), dict[float, Floats]()
        for level in spec.levels:
            widths = np.array([level.risks[name] for name in self._banded])
            self._widths[level.coverage] = widths / sqrt(spec.group_size)
            nadirs = level.nadirs or (level.nadir,)
            self._ratios[level.coverage] = np.array([(nadir.low, nadir.high) for nadir in nadirs])
        columns = [*self._banded, f"expected_{self._output.nadir.name}"]
        self.columns = name_columns(
            [],
            [
                f"{action}_{column}_{end}"
                for action in self._actions
                for column in columns
                for end in ("low", "high")
            ],
        )

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[dict[str, Any]]:
        """One band per action and number."""
        _, numbers = self.tabulate(outputs, inputs, coverage)
        shape = (len(numbers), len(self._actions), len(self._banded) + 1, 2)
        return [
            {
                "coverage": coverage,
                "group_size": self._spec.group_size,
                "options": [
                    {
                        "action": action,
                        "risks": dict(zip(self._banded, map(_describe, bands[:-1]), strict=True)),
                        "expected_nadir": _describe(bands[-1]),
                    }
                    for action, bands in zip(self._actions, row, strict=True)
                ],
            }
            for row in numbers.reshape(shape).tolist()
        ]

    def tabulate(
        self, outputs: Tensors, inputs: Tensors, coverage: float
    ) -> tuple[list[list[str | int | None]], Floats]:
        """Per action and number its low and its high end."""
        risks = outputs[self._output.tensor]
        n, actions = len(risks), len(self._actions)
        p = risks.reshape(n, actions, -1).take(self._positions, axis=2).astype(np.float64)
        half = np.sqrt(np.maximum(p * (1 - p), self._least)) * self._widths[coverage]
        ends = np.empty((n, actions, len(self._banded) + 1, 2))
        np.maximum(p - half, _ZERO, out=ends[:, :, :-1, 0])
        np.minimum(p + half, _ONE, out=ends[:, :, :-1, 1])
        nadirs = outputs[self._output.nadir_tensor].reshape(n, actions, 1)
        ends[:, :, -1] = nadirs * self._ratios[coverage].take(self._find_strata(inputs), axis=0)
        return [], ends.reshape(n, -1).round(DECIMALS)

    def _find_strata(self, inputs: Tensors) -> NDArray[np.intp]:
        """In which stratum each history is, [n, 1], or all are, [1, 1]."""
        if self._spec.strata is None:
            return np.zeros((1, 1), np.intp)
        counts = (inputs[self._series.tensor][:, :, self._stratum] > 0).sum(axis=1)
        strata: NDArray[np.intp] = self._edges.searchsorted(counts, side="right")
        return strata[:, None]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one interval."""
        number = {"type": "number", "minimum": 0}
        band = describe_object({"low": PROBABILITY, "high": PROBABILITY})
        option = {
            "action": {"enum": self._actions},
            "risks": describe_object(dict.fromkeys(self._banded, band)),
            "expected_nadir": describe_object({"low": number, "high": number}),
        }
        return describe_object(
            {
                "coverage": PROBABILITY,
                "group_size": {"const": self._spec.group_size},
                "options": {"type": "array", "items": describe_object(option)},
            }
        )


def _describe(band: list[float]) -> dict[str, float]:
    low, high = band
    return {"low": low, "high": high}
