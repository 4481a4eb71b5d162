"""How long: a survival curve, its median and the risk by a few horizons."""

from collections.abc import Iterable
from dataclasses import replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import SurvivalOutput
from medmaas.model.outputs.answer import (
    DECIMALS,
    Answer,
    Table,
    Tensors,
    name_columns,
    round_numbers,
    tabulate,
)
from medmaas.model.outputs.curve import find_crossing, find_crossings
from medmaas.model.schema import (
    INTEGER,
    PROBABILITY,
    Schema,
    describe_list,
    describe_mapping,
    describe_object,
)

_HALF = 0.5
_MEDIAN = "median_days"


class Survival:
    """`{"time_days": [..], "survival": [..], "median_days": n or null, "risk": {"365": p}}`.

    The median is where the curve crosses one half, null if it does not in time; the risk at a
    horizon is one minus the curve there.
    """

    def __init__(self, spec: SurvivalOutput) -> None:
        self._spec = spec
        self._times = list(spec.time_days)
        self._days = np.array(spec.time_days)
        self._horizons = {str(day): self._times.index(day) for day in spec.horizon_days}
        numbers = [f"risk_{day}" for day in spec.horizon_days]
        numbers += [f"survival_{day}" for day in spec.time_days]
        self.columns = replace(name_columns([_MEDIAN], numbers), whole=frozenset({_MEDIAN}))

    def answer(self, outputs: Tensors, _inputs: Tensors) -> list[Answer]:
        """One answer per row of the tensor [n, times]."""
        return [
            Answer(
                {
                    "time_days": self._times,
                    "survival": curve,
                    "median_days": _round(find_crossing(curve, self._times, _HALF)),
                    "risk": {
                        name: round(1 - curve[i], DECIMALS) for name, i in self._horizons.items()
                    },
                }
            )
            for curve in self._read(outputs).tolist()
        ]

    def table(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """The same as columns: `median_days`, `risk_<day>`, `survival_<day>`."""
        curves = self._read(outputs)
        risks = (1 - curves.take([*self._horizons.values()], axis=1)).round(DECIMALS)
        medians = find_crossings(curves, self._days, np.full(len(curves), _HALF)).tolist()
        return tabulate([[*map(_round, medians)]], np.concatenate([risks, curves], axis=1))

    def _read(self, outputs: Tensors) -> NDArray[np.float64]:
        return round_numbers(outputs[self._spec.tensor], len(self._times))

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_survival(self._horizons)


def describe_survival(horizons: Iterable[str] | None = None) -> Schema:
    """JSON Schema of one answer of a model that gives the risk at these horizons."""
    return describe_object(
        "Survival",
        {
            "time_days": describe_list(INTEGER),
            "survival": describe_list(PROBABILITY),
            "median_days": {
                "type": ["integer", "null"],
                "description": "null: more than half are expected to outlive the last time.",
            },
            "risk": describe_mapping("Risk", horizons, PROBABILITY),
        },
    )


def _round(day: float) -> int | None:
    return None if day == inf else round(day)
