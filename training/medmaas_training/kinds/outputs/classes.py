"""Probabilities of classes, in words and drafted."""

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import ClassesOutput, Output
from medmaas_training.drafting.labelling import find_target, label_columns
from medmaas_training.drafting.seen import NAMED, SURE, OutputDraft, SeenOutput
from medmaas_training.kinds.outputs import OutputDescription, are_probabilities, is_near
from medmaas_training.tabular.aliases import alias_labels

_TWO = 2


class ClassesDescription(OutputDescription):
    """A probability per label."""

    form = "probabilities"

    def __init__(self, output: ClassesOutput) -> None:
        super().__init__(output)
        self.labels = output.labels

    def describe(self) -> str:
        """All labels."""
        return f"the probability of each of {', '.join(self.labels)}"

    def count_columns(self, field: str) -> tuple[str, int]:
        """One per label."""
        del field
        return "output.labels", len(self.labels)

    def check_answer(self, numbers: NDArray[np.float64]) -> list[str]:
        """Probabilities sum to 1."""
        if are_probabilities(numbers) and is_near(float(numbers.sum()), 1):
            return []
        if are_probabilities(numbers):
            return [
                "the graph gives probabilities that do not sum to 1: if each label is judged by "
                "itself, and several may be true, state output.kind labels, with a threshold each; "
                "if just one is true, end the graph with a softmax"
            ]
        return [
            "the graph does not give probabilities that sum to 1: end it with a softmax; or, if "
            "several labels may be true, with a sigmoid, and state output.kind labels"
        ]


def make(output: Output) -> ClassesDescription:
    """What describes."""
    return ClassesDescription(expect(output, ClassesOutput))


def draft(seen: SeenOutput) -> OutputDraft | None:
    """Columns that sum to 1."""
    if len(seen.size) != 1 or seen.size[0] < _TWO or not seen.sum_to_one():
        return None
    labelled, target = label_columns(seen, seen.size[0]), find_target(seen)
    labels = labelled.labels
    fields = {"kind": "classes", "tensor": seen.tensor.name, "labels": labels and [*labels]}
    if labels and (aliases := alias_labels(labels)):
        fields["aliases"] = [*aliases]
    title = f"{target.header}: {' or '.join(labels)}" if labels and target else ""
    is_named = target is not None and len(target.classes) == seen.size[0]
    return OutputDraft(
        fields, NAMED if is_named else SURE, labelled.questions, title, labelled.told
    )
