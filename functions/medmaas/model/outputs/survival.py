"""How long: a survival curve, its median and the risk by a few horizons."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import SurvivalOutput
from medmaas.model.outputs.answer import (
    DECIMALS,
    PROBABILITY,
    Answer,
    Table,
    Tensors,
    describe_object,
    name_columns,
    round_numbers,
    tabulate,
)

_HALF = 0.5
_LOG_HALF = np.log(_HALF)
_LEAST = 1e-9  # what a curve that ends at 0 is taken for, to have a logarithm


class Survival:
    """`{"time_days": [..], "survival": [..], "median_days": n or null, "risk": {"365": p}}`.

    The median is where the curve crosses one half, the hazard being constant between two times
    (Kvamme & Borgan 2021, doi 10.1007/s10985-021-09532-6); null if it does not cross in time.
    The risk at a horizon is one minus the curve there.
    """

    def __init__(self, spec: SurvivalOutput) -> None:
        self._spec = spec
        self._times = list(spec.time_days)
        self._days = np.array(spec.time_days)
        self._horizons = [str(day) for day in spec.horizon_days]
        self._at_horizons = np.searchsorted(self._days, spec.horizon_days)
        numbers = [f"risk_{day}" for day in spec.horizon_days]
        numbers += [f"survival_{day}" for day in spec.time_days]
        self.columns = name_columns(["median_days"], numbers)

    def answer(self, outputs: Tensors, _inputs: Tensors) -> list[Answer]:
        """One answer per row of the tensor [n, times]."""
        curves = self._read(outputs)
        medians, risks = self._find_medians(curves), self._find_risks(curves)
        return [
            Answer(
                {
                    "time_days": self._times,
                    "survival": curve,
                    "median_days": median,
                    "risk": dict(zip(self._horizons, risk, strict=True)),
                }
            )
            for curve, median, risk in zip(curves.tolist(), medians, risks.tolist(), strict=True)
        ]

    def table(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """The same as columns: `median_days`, `risk_<day>`, `survival_<day>`."""
        curves = self._read(outputs)
        numbers = np.concatenate([self._find_risks(curves), curves], axis=1)
        return tabulate([self._find_medians(curves)], numbers)

    def _read(self, outputs: Tensors) -> NDArray[np.float64]:
        return round_numbers(outputs[self._spec.tensor], len(self._times))

    def _find_risks(self, curves: NDArray[np.float64]) -> NDArray[np.float64]:
        return (1 - curves.take(self._at_horizons, axis=1)).round(DECIMALS)

    def _find_medians(self, curves: NDArray[np.float64]) -> list[int | None]:
        crossed = curves <= _HALF
        medians = [0 if at_once else None for at_once in crossed[:, 0].tolist()]
        after = crossed.argmax(axis=1)
        rows = after.nonzero()[0]  # where it is 0 the curve crosses at once, or never
        if not rows.size:
            return medians
        after = after[rows]
        before_log = np.log(curves[rows, after - 1])
        after_log = np.log(np.maximum(curves[rows, after], _LEAST))
        share = (before_log - _LOG_HALF) / (before_log - after_log)
        start = self._days[after - 1]
        days = start + share * (self._days[after] - start)
        for row, day in zip(rows.tolist(), days.tolist(), strict=True):
            medians[row] = round(day)
        return medians

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
