"""A survival curve, in words."""

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import Output, SurvivalOutput
from medmaas_training.kinds.outputs import OutputDescription, are_probabilities, is_near


class SurvivalDescription(OutputDescription):
    """A chance to be alive per day."""

    form = "a survival curve"

    def __init__(self, output: SurvivalOutput) -> None:
        super().__init__(output)
        self._curve = output
        self.days = output.time_days

    def describe(self) -> str:
        """With the days of its risks."""
        days = ", ".join(map(str, self._curve.horizon_days))
        return f"the probability of survival over time, and the risk by day {days}"

    def count_columns(self, field: str) -> tuple[str, int]:
        """One per day."""
        del field
        return "output.time_days", len(self._curve.time_days)

    def check_answer(self, numbers: NDArray[np.float64]) -> list[str]:
        """A curve starts at 1 and never rises."""
        rises = float(np.diff(numbers).max(initial=0))
        if are_probabilities(numbers) and is_near(float(numbers[0]), 1) and is_near(rises, 0):
            return []
        return ["the graph does not give a survival curve, which starts at 1 and never rises"]


def make(output: Output) -> SurvivalDescription:
    """What describes."""
    return SurvivalDescription(expect(output, SurvivalOutput))
