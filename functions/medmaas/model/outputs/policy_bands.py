"""Bands on a policy's risks: what share of so many patients like this one has each outcome."""

from bisect import bisect_right
from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

from medmaas.model.columns import DECIMALS, Table, Tensors, name_columns
from medmaas.model.intervals import Interval
from medmaas.model.manifest import PolicyIntervals, PolicyOutput, Range, SeriesInput
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

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Per action and number its low and its high end."""
        ratios = self._ratios[coverage]
        rows = [
            self._list_ends(risks, nadirs, coverage, ratios[stratum])
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

    def name_interval(self, _interval: Interval) -> None:
        """Nothing: the bands are of every option."""

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

    def _list_ends(
        self, risks: list[list[float]], nadirs: list[float], coverage: float, ratio: Range
    ) -> list[float]:
        """Low and high end of every risk and nadir of one history, rounded without numpy."""
        ends, widths, least = list[float](), self._widths[coverage], self._least
        least_ratio, most_ratio = ratio.low, ratio.high
        for p, nadir in zip(risks, nadirs, strict=True):
            for _, i, width in widths:
                risk = p[i]
                variance = risk * (1 - risk)
                half = sqrt(variance if variance > least else least) * width
                low, high = risk - half, risk + half
                ends.append(round(low * _MILLION) / _MILLION if low > 0 else 0.0)
                ends.append(round(high * _MILLION) / _MILLION if high < 1 else 1.0)
            ends.append(round(nadir * least_ratio * _MILLION) / _MILLION)
            ends.append(round(nadir * most_ratio * _MILLION) / _MILLION)
        return ends

    def _find_strata(self, inputs: Tensors) -> list[int]:
        """In which stratum each history is."""
        rows = inputs[self._series.tensor]
        if not self._edges:
            return [0] * len(rows)
        counts = (rows[:, :, self._stratum] > 0).sum(axis=1).tolist()
        return [bisect_right(self._edges, count) for count in counts]

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._actions, self._banded, self._spec.group_size)


def describe_interval(
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
