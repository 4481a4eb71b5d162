"""How long: a survival curve, its median and the risk by a few horizons."""

from dataclasses import replace
from math import inf
from typing import Any, ClassVar

import numpy as np

from medmaas.model.columns import (
    DECIMALS,
    PROBABILITY,
    Floats,
    Table,
    Tensors,
    describe_object,
    name_columns,
    round_numbers,
)
from medmaas.model.manifest import SurvivalOutput
from medmaas.model.outputs.curve import find_all_crossings

_HALF = 0.5
_MEDIAN = "median_days"


class Survival:
    """`{"time_days": [..], "survival": [..], "median_days": n or null, "risk": {"365": p}}`.

    The median is where the curve crosses one half, null if it does not in time; the risk at a
    horizon is one minus the curve there.
    """

    bars: ClassVar[bool] = False

    def __init__(self, spec: SurvivalOutput) -> None:
        self._spec = spec
        self._times = list(spec.time_days)
        self._horizons = {str(day): self._times.index(day) for day in spec.horizon_days}
        numbers = [f"risk_{day}" for day in spec.horizon_days]
        numbers += [f"survival_{day}" for day in spec.time_days]
        self.columns = replace(name_columns([_MEDIAN], numbers), whole=frozenset({_MEDIAN}))

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `median_days`, `risk_<day>`, `survival_<day>`, of the tensor [n, times]."""
        curves = round_numbers(outputs[self._spec.tensor], len(self._times))
        risks: Floats = (1 - curves.take([*self._horizons.values()], axis=1)).round(DECIMALS)
        medians = find_all_crossings(curves, self._times, [_HALF] * len(curves))
        return Table([[*map(_round, medians)]], np.concatenate([risks, curves], axis=1))

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A curve each, with the shared times, its median and the risks."""
        horizons = len(self._horizons)
        return [
            {
                "time_days": self._times,
                "survival": row[horizons:],
                "median_days": median,
                "risk": dict(zip(self._horizons, row, strict=False)),
            }
            for median, row in zip(*table.texts, table.numbers.tolist(), strict=True)
        ]

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        return describe_object(
            {
                "time_days": {"type": "array", "items": {"type": "integer"}},
                "survival": {"type": "array", "items": PROBABILITY},
                "median_days": {
                    "type": ["integer", "null"],
                    "description": "null: more than half are expected to outlive the last time.",
                },
                "risk": describe_object(dict.fromkeys(self._horizons, PROBABILITY)),
            }
        )


def _round(day: float) -> int | None:
    return None if day == inf else round(day)
