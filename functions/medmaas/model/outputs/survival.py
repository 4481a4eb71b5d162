"""How long: a survival curve, its median and the risk by a few horizons."""

from typing import Any

import numpy as np

from medmaas.model.manifest import SurvivalOutput
from medmaas.model.outputs.answer import (
    DECIMALS,
    PROBABILITY,
    Answer,
    Tensors,
    describe_object,
    round_rows,
)

_HALF = 0.5


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

    def answer(self, outputs: Tensors, _inputs: Tensors) -> list[Answer]:
        """One answer per row of the tensor [n, times]."""
        return [
            Answer(
                {
                    "time_days": self._times,
                    "survival": curve,
                    "median_days": self._median_days(curve),
                    "risk": {
                        day: round(1 - curve[i], DECIMALS) for day, i in self._horizons.items()
                    },
                }
            )
            for curve in round_rows(outputs[self._spec.tensor], len(self._times))
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
