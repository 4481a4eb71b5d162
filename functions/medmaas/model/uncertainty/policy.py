"""Bands on the numbers of a policy's options."""

from bisect import bisect_right
from math import sqrt
from typing import Any

import numpy as np

from medmaas.model.columns import (
    DECIMALS,
    PROBABILITY,
    Table,
    Tensors,
    describe_object,
    name_columns,
)
from medmaas.model.manifest import PolicyIntervals, PolicyOutput, Range, SeriesInput

_MILLION = 10.0**DECIMALS


class PolicyBands:
    """`{"coverage", "group_size", "options": [{"action", "risks", "expected_nadir"}]}`."""

    def __init__(self, spec: PolicyIntervals, output: PolicyOutput, series: SeriesInput) -> None:
        self._spec, self._output, self._series = spec, output, series
        names = [feature.name for feature in series.features]
        self._stratum = names.index(spec.strata.by) if spec.strata else 0
        self._edges = spec.strata.edges if spec.strata else ()
        self._actions = [action.name for action in output.actions]
        names = [outcome.name for outcome in output.outcomes]
        self._banded = [name for name in names if name in spec.levels[0].risks]
        self._least = 1 / spec.group_size
        self._widths = {
            level.coverage: [
                (name, names.index(name), level.risks[name] / sqrt(spec.group_size))
                for name in self._banded
            ]
            for level in spec.levels
        }
        self._ratios = {level.coverage: level.nadirs or (level.nadir,) for level in spec.levels}
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

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Per action and number its low and its high end."""
        widths, ratios = self._widths[coverage], self._ratios[coverage]
        rows = [
            [
                end
                for p, nadir in zip(risks, nadirs, strict=True)
                for band in (
                    *(self._band(p[i], width) for _, i, width in widths),
                    _scale(nadir, ratios[stratum]),
                )
                for end in band
            ]
            for risks, nadirs, stratum in zip(
                outputs[self._output.tensor].tolist(),
                outputs[self._output.nadir_tensor].tolist(),
                self._find_strata(inputs),
                strict=True,
            )
        ]
        return Table([], np.array(rows, np.float64).reshape(len(rows), len(self.columns.numbers)))

    def list_rows(self, table: Table, coverage: float) -> list[dict[str, Any]]:
        """Bands of every option each."""
        size = self._spec.group_size
        return [
            {"coverage": coverage, "group_size": size, "options": self._list_options(ends)}
            for ends in table.numbers.tolist()
        ]

    def _list_options(self, ends: list[float]) -> list[dict[str, Any]]:
        pairs = zip(ends[::2], ends[1::2], strict=True)
        bands = [{"low": low, "high": high} for low, high in pairs]
        width = len(self._banded) + 1
        return [
            {
                "action": action,
                "risks": dict(zip(self._banded, bands[i * width :], strict=False)),
                "expected_nadir": bands[i * width + len(self._banded)],
            }
            for i, action in enumerate(self._actions)
        ]

    def _band(self, p: float, width: float) -> tuple[float, float]:
        half = sqrt(max(p * (1 - p), self._least)) * width
        return _round(max(p - half, 0.0)), _round(min(p + half, 1.0))

    def _find_strata(self, inputs: Tensors) -> list[int]:
        """In which stratum each history is."""
        rows = inputs[self._series.tensor]
        if not self._edges:
            return [0] * len(rows)
        counts = (rows[:, :, self._stratum] > 0).sum(axis=1).tolist()
        return [bisect_right(self._edges, count) for count in counts]

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


def _scale(nadir: float, ratio: Range) -> tuple[float, float]:
    return _round(nadir * ratio.low), _round(nadir * ratio.high)


def _round(number: float) -> float:
    """As numpy rounds, in the place of a call to it, which costs more than it for so few."""
    return round(number * _MILLION) / _MILLION
