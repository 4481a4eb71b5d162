"""Bands on the numbers of a policy's options."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import PolicyIntervals, PolicyLevel, PolicyOutput, SeriesInput
from medmaas.model.outputs.answer import (
    DECIMALS,
    PROBABILITY,
    Tensors,
    describe_object,
    name_columns,
)

Floats = NDArray[np.float64]


class PolicyBands:
    """`{"coverage", "group_size", "options": [{"action", "risks", "expected_nadir"}]}`."""

    def __init__(self, spec: PolicyIntervals, output: PolicyOutput, series: SeriesInput) -> None:
        self._spec, self._output, self._series = spec, output, series
        names = [feature.name for feature in series.features]
        self._stratum = names.index(spec.strata.by) if spec.strata else 0
        self._levels = {level.coverage: level for level in spec.levels}
        self._actions = [action.name for action in self._output.actions]
        names = [outcome.name for outcome in self._output.outcomes]
        self._banded = [name for name in names if name in spec.levels[0].risks]
        self._positions = [names.index(name) for name in self._banded]
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
                    self._describe(*option) for option in zip(self._actions, row, strict=True)
                ],
            }
            for row in numbers.reshape(shape).tolist()
        ]

    def tabulate(
        self, outputs: Tensors, inputs: Tensors, coverage: float
    ) -> tuple[list[list[str | int | None]], Floats]:
        """Per action and number its low and its high end."""
        level, size = self._levels[coverage], self._spec.group_size
        risks = outputs[self._output.tensor].astype(np.float64)
        n = len(risks)
        p = risks.reshape(n, len(self._actions), -1)[..., self._positions]
        widths = np.array([level.risks[name] for name in self._banded])
        half = widths * np.sqrt(np.maximum(p * (1 - p), 1 / size) / size)
        bands = np.stack([p - half, p + half], axis=-1).clip(0, 1)
        nadir = outputs[self._output.nadir_tensor].astype(np.float64).reshape(n, -1, 1, 1)
        ends = nadir * self._find_ratios(level, inputs)
        together = np.concatenate([bands, ends], axis=2)
        return [], together.reshape(n, -1).round(DECIMALS)

    def _find_ratios(self, level: PolicyLevel, inputs: Tensors) -> Floats:
        """What a nadir may be over the expected one: low and high, [n or 1, 1, 1, 2]."""
        nadirs, strata = [level.nadir], self._spec.strata
        place = np.zeros(1, np.intp)
        if strata:
            nadirs, histories = [*level.nadirs], inputs[self._series.tensor]
            counts = (histories[:, :, self._stratum] > 0).sum(axis=1)
            place = np.searchsorted(strata.edges, counts, side="right")
        ratios = np.array([(nadir.low, nadir.high) for nadir in nadirs])
        found: Floats = ratios[place][:, None, None, :]
        return found

    def _describe(self, action: str, bands: list[list[float]]) -> dict[str, Any]:
        ends = [{"low": low, "high": high} for low, high in bands]
        risks = dict(zip(self._banded, ends[:-1], strict=True))
        return {"action": action, "risks": risks, "expected_nadir": ends[-1]}

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
