"""Labels at times of a record, in words and drafted."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import AnnotationsOutput, Output, WindowTimes
from medmaas_training.drafting.seen import SURE, OutputDraft, Question, SeenOutput
from medmaas_training.kinds.outputs import ANY_SIZE, OutputDescription, are_probabilities, is_near


class AnnotationsDescription(OutputDescription):
    """A label per window or beat."""

    def __init__(self, output: AnnotationsOutput) -> None:
        super().__init__(output)
        self._spec = output

    def describe(self) -> str:
        """Its labels, and of what."""
        spec, time = self._spec, self._spec.time
        said = "each beat of a record, at its time: "
        if isinstance(time, WindowTimes):
            said = f"each window of {time.window_seconds:g} s, every {time.step_seconds:g} s from "
            said += f"{time.start_seconds:g} s: "
        said = f"the label of {said}one of {', '.join(spec.labels)}"
        if spec.background is not None:
            said += f"; {spec.background} is counted and not listed"
        if spec.undecided_below is not None:
            said += f"; undecided where none has a probability of {spec.undecided_below:g}"
        return said

    def count_columns(self, field: str) -> tuple[str, int]:
        """One per label."""
        del field
        return "output.labels", len(self._spec.labels)

    def list_sizes(self, field: str) -> tuple[int, ...]:
        """Any number of steps; of probabilities one per label."""
        return (ANY_SIZE, len(self._spec.labels)) if field == "tensor" else (ANY_SIZE,)

    def check_answer(self, numbers: NDArray[np.float64]) -> list[str]:
        """Probabilities sum to 1 at every step; of no step all are -1, or of no beat 0."""
        steps = numbers.reshape(-1, len(self._spec.labels))
        steps = steps[(steps != -1).any(axis=1)]
        if self._spec.time_tensor is not None:
            steps = steps[(steps != 0).any(axis=1)]
        if are_probabilities(steps) and all(is_near(float(one), 1) for one in steps.sum(axis=1)):
            return []
        return [
            "the graph does not give probabilities of the labels that sum to 1 at every step: end "
            "it with a softmax over the last dimension"
        ]

    def decide(self, numbers: NDArray[np.floating[Any]]) -> NDArray[Any]:
        """The label of each step; where there is none, the first."""
        return np.asarray(np.nan_to_num(numbers, nan=-1).argmax(axis=-1))


def make(output: Output) -> AnnotationsDescription:
    """What describes."""
    return AnnotationsDescription(expect(output, AnnotationsOutput))


def draft(seen: SeenOutput) -> OutputDraft | None:
    """Rows of probabilities that sum to 1, one per step."""
    if len(seen.size) != 2 or seen.size[1] < 2 or not seen.sum_to_one():
        return None
    count = seen.size[1]
    own = seen.own_labels
    fields: dict[str, object] = {
        "kind": "annotations",
        "tensor": seen.tensor.name,
        "labels": [*own] if len(own) == count else None,
        "time": {"kind": "windows", "step_seconds": None, "window_seconds": None},
    }
    words = f"a list of {count}, in the order of the last dimension"
    return OutputDraft(fields, SURE, (Question(("labels",), words),))
