"""A survival curve, in words and drafted."""

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import Output, SurvivalOutput
from medmaas_training.drafting.seen import NAMED, SURE, OutputDraft, Question, SeenOutput
from medmaas_training.kinds.outputs import OutputDescription, are_probabilities, is_near

_TWO = 2
_ROUNDING = 1e-3


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


def draft(seen: SeenOutput) -> OutputDraft | None:
    """Columns of probabilities that never rise; from 1 on, unless --time says what they are."""
    if len(seen.size) != 1 or seen.size[0] < _TWO or seen.values is None:
        return None
    known = seen.values[np.isfinite(seen.values).all(axis=1)]
    falls = len(known) > 0 and bool((np.diff(known, axis=1) <= _ROUNDING).all())
    if not falls or not seen.are_probabilities():
        return None
    followed = seen.outcome is not None and seen.outcome.time is not None
    starts = bool((np.abs(known[:, 0] - 1) <= _ROUNDING).all())
    if not (followed or starts):
        return None
    count = seen.size[0]
    last = seen.outcome.last_day if seen.outcome else None
    seen_until = f"; the cases are followed to day {last}" if last else ""
    asked = f"the day of each of the {count} columns, the first being 0{seen_until}"
    questions = [
        Question(("time_days",), asked),
        Question(("horizon_days",), "at which of these days is the risk told?"),
    ]
    told = [] if starts else [
        "the curve does not start at 1: let the graph give the probability at day 0 first"
    ]  # fmt: skip
    fields = {
        "kind": "survival",
        "tensor": seen.tensor.name,
        "time_days": None,
        "horizon_days": None,
    }
    event = seen.outcome.event if seen.outcome else None
    title = f"Survival without {event.header}" if event else ""
    return OutputDraft(fields, NAMED if followed else SURE, tuple(questions), title, tuple(told))
