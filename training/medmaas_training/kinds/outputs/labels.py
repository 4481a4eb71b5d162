"""Independent probabilities of labels, in words."""

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Intervals, LabelsIntervals, LabelsOutput, Output
from medmaas_training.kinds.outputs import OutputDescription, are_probabilities
from medmaas_training.report.markdown import table


class LabelsDescription(OutputDescription):
    """A probability and a threshold per label."""

    form = "probabilities"

    def __init__(self, output: LabelsOutput) -> None:
        super().__init__(output)
        self._labels = output.labels

    def describe(self) -> str:
        """All labels with their thresholds."""
        told = ", ".join(f"{label.name} (from {label.threshold:g})" for label in self._labels)
        return f"the probability of each of these by itself, of which several may be true: {told}"

    def count_columns(self, field: str) -> tuple[str, int]:
        """One per label."""
        del field
        return "output.labels", len(self._labels)

    def check_answer(self, numbers: NDArray[np.float64]) -> list[str]:
        """Each is a probability; whatever they sum to."""
        if are_probabilities(numbers):
            return []
        return ["the graph does not give a probability per label: end it with a sigmoid"]

    def describe_recommendation(self) -> list[str]:
        """Where the thresholds are, and how they were chosen."""
        output = expect(self.output, LabelsOutput)
        rows = [
            [label.name, f"{label.threshold:g}", label.chosen or output.thresholds]
            for label in self._labels
        ]
        return ["## Thresholds", table(["label", "listed from", "how it was chosen"], rows)]

    def describe_levels(self, intervals: Intervals, spec: Input) -> list[str]:
        """Per label what its presence and its absence are excluded by."""
        del spec
        states = expect(intervals, LabelsIntervals)
        header = ["label", "present", "absent"]
        for level in states.levels:
            header += [f"{level.coverage:g}: present from", "absent up to"]
        count, rows = len(self._labels), []
        unknown = {level.coverage: states.find_unknown(level.coverage) for level in states.levels}
        for i, (label, seen) in enumerate(zip(self._labels, states.cases, strict=True)):
            row = [label.name, f"{seen.present:,}", f"{seen.absent:,}"]
            for level in states.levels:
                ends = 1 - level.quantiles[i], level.quantiles[count + i]
                is_unknown = i in unknown[level.coverage]
                row += ["unknown"] * 2 if is_unknown else [f"{end:.4g}" for end in ends]
            rows.append(row)
        return [table(header, rows)]


def make(output: Output) -> LabelsDescription:
    """What describes."""
    return LabelsDescription(expect(output, LabelsOutput))
