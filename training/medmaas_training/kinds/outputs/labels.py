"""Independent probabilities of labels, in words and drafted."""

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Intervals, LabelsIntervals, LabelsOutput, Output
from medmaas_training.drafting.labelling import find_target
from medmaas_training.drafting.ordering import find_area, find_error
from medmaas_training.drafting.seen import LIKELY, SURE, OutputDraft, Question, SeenOutput
from medmaas_training.kinds.outputs import OutputDescription, are_probabilities
from medmaas_training.report.markdown import table

_TWO = 2
_NOBODYS = "0.5 each, which nobody has chosen."


class LabelsDescription(OutputDescription):
    """A probability and a threshold per label."""

    form = "probabilities"

    def __init__(self, output: LabelsOutput) -> None:
        super().__init__(output)
        self._labels = output.labels
        self.names = tuple(label.name for label in output.labels)

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


def draft(seen: SeenOutput) -> OutputDraft | None:
    """Columns of probabilities that do not sum to 1; one column is one label."""
    if len(seen.size) != 1 or seen.size[0] < 1 or not seen.are_probabilities():
        return None
    count = seen.size[0]
    if count > 1 and seen.sum_to_one():
        return None
    names = _name(seen, count)
    labels = [{"name": name, "threshold": 0.5} for name in names]
    questions = [
        Question(("thresholds",), "how were the thresholds chosen, and on whom?"),
    ]
    if None in names:
        words = "how is each label called, in the order of the columns?"
        questions.append(Question(("labels",), words, covers=True))
    target = find_target(seen)
    is_binary = count == 1 and target is not None and len(target.classes) == _TWO
    fit = SURE if is_binary or seen.ending == "Sigmoid" else LIKELY
    fields = {
        "kind": "labels",
        "tensor": seen.tensor.name,
        "labels": labels,
        "thresholds": _NOBODYS,
    }
    title = f"{target.header}: probability of {names[0]}" if target and names[0] else ""
    return OutputDraft(fields, fit, tuple(questions), title)


def _name(seen: SeenOutput, count: int) -> list[str | None]:
    """The labels that graph or targets name; None where neither does."""
    own = [label.replace(";", ",") for label in seen.own_labels]
    targets = seen.outcome.targets if seen.outcome else ()
    if len(targets) == count > 1:
        return [target.header.replace(";", ",") for target in targets]
    if len(own) == count:
        return [*own]
    target = find_target(seen)
    if count > 1 or target is None or len(target.classes) != _TWO or not seen.of_cases:
        return [None] * count
    scores = None if seen.values is None else seen.values[:, 0].astype(float)
    known = ~np.isnan(target.positions)
    positive = target.positions == 1
    n = int(positive[known].sum())
    if scores is None or not np.isfinite(scores).all() or min(n, known.sum() - n) < 1:
        return [None]
    area = find_area(scores[known], positive[known])
    if abs(area - 0.5) < 3 * find_error(n, int(known.sum()) - n):
        return [None]
    label = target.classes[int(area > 0.5)]
    named_by_header = area > 0.5 and label in {"1", "yes"}
    return [(target.header if named_by_header else label).replace(";", ",")]
