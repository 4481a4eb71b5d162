"""Bands on the numbers of a policy's options."""

from bisect import bisect_right
from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import PolicyIntervals, PolicyOutput, Range, SeriesInput
from medmaas.model.outputs.answer import (
    DECIMALS,
    Tensors,
    name_columns,
)
from medmaas.model.schema import (
    INTEGER,
    PROBABILITY,
    Schema,
    describe_choice,
    describe_list,
    describe_mapping,
    describe_object,
)

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

    def make(self, outputs: Tensors, inputs: Tensors, coverage: float) -> list[dict[str, Any]]:
        """One band per action and number."""
        widths, ratios = self._widths[coverage], self._ratios[coverage]
        return [
            {
                "coverage": coverage,
                "group_size": self._spec.group_size,
                "options": [
                    {
                        "action": action,
                        "risks": {name: self._band(p[i], width) for name, i, width in widths},
                        "expected_nadir": _scale(nadir, ratios[stratum]),
                    }
                    for action, p, nadir in zip(self._actions, risks, nadirs, strict=True)
                ],
            }
            for risks, nadirs, stratum in zip(
                outputs[self._output.tensor].tolist(),
                outputs[self._output.nadir_tensor].tolist(),
                self._find_strata(inputs),
                strict=True,
            )
        ]

    def tabulate(
        self, outputs: Tensors, inputs: Tensors, coverage: float
    ) -> tuple[list[list[str | int | None]], NDArray[np.float64]]:
        """Per action and number its low and its high end."""
        made = self.make(outputs, inputs, coverage)
        rows = [
            [
                end
                for option in bands["options"]
                for band in (*option["risks"].values(), option["expected_nadir"])
                for end in band.values()
            ]
            for bands in made
        ]
        return [], np.array(rows, np.float64).reshape(len(made), len(self.columns.numbers))

    def _band(self, p: float, width: float) -> dict[str, float]:
        half = sqrt(max(p * (1 - p), self._least)) * width
        return {"low": _round(max(p - half, 0.0)), "high": _round(min(p + half, 1.0))}

    def _find_strata(self, inputs: Tensors) -> list[int]:
        """In which stratum each history is."""
        rows = inputs[self._series.tensor]
        if not self._edges:
            return [0] * len(rows)
        counts = (rows[:, :, self._stratum] > 0).sum(axis=1).tolist()
        return [bisect_right(self._edges, count) for count in counts]

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_bands(self._actions, self._banded, self._spec.group_size)


def describe_bands(
    actions: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
    group_size: int | None = None,
) -> Schema:
    """JSON Schema of an interval of a model that has these actions, outcomes and size of group."""
    band = describe_object("RiskBand", {"low": PROBABILITY, "high": PROBABILITY})
    number = {"type": "number", "minimum": 0}
    option = {
        "action": describe_choice(actions),
        "risks": describe_mapping("RiskBands", outcomes, band),
        "expected_nadir": describe_object("NadirBand", {"low": number, "high": number}),
    }
    return describe_object(
        "PolicyBands",
        {
            "coverage": PROBABILITY,
            "group_size": INTEGER if group_size is None else INTEGER | {"const": group_size},
            "options": describe_list(describe_object("OptionBands", option)),
        },
    )


def _scale(nadir: float, ratio: Range) -> dict[str, float]:
    return {"low": _round(nadir * ratio.low), "high": _round(nadir * ratio.high)}


def _round(number: float) -> float:
    """As numpy rounds, in the place of a call to it, which costs more than it for so few."""
    return round(number * _MILLION) / _MILLION
