"""Labels of a record in time: a column with one per step, as a list or parted by semicolons."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import expect
from medmaas.model.manifest import AnnotationsOutput, Output
from medmaas.model.outputs.annotations import read_steps
from medmaas_training.validation.labels_in_cells import OTHER, find_labels
from medmaas_training.validation.outputs import (
    Beside,
    Came,
    OutcomeReader,
    Rows,
    require_targets,
)
from medmaas_training.validation.request import Request
from medmaas_training.validation.table import Cells

_NONE = -1


class AnnotationsReader(OutcomeReader):
    """Nothing between two semicolons says that nobody labelled the step."""

    def __init__(self, output: AnnotationsOutput) -> None:
        super().__init__(output)
        self._spec = output

    def name_columns(self, request: Request) -> list[InputColumn]:
        """One."""
        (column, _), *_ = require_targets(request, 1, "the labels of the steps")
        return [InputColumn(column, "text")]

    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """Positions of labels, -1 where nobody said, [n, steps]."""
        (column, _), *_ = beside.request.targets
        _, times = read_steps(beside.answer(), self._spec)
        steps = times.shape[1]
        y = np.full((len(cells), steps), _NONE)
        other = 0
        for row, cell in zip(y, cells, strict=True):
            said = _list_steps(cell[column])
            if len(said) > steps:
                other += 1
                continue
            found = find_labels(said, self._spec.labels, None, beside.request.spelled)
            if (found == OTHER).any():
                other += 1
                continue
            row[: len(found)] = found
        known = (y != _NONE).any(axis=1)
        told = []
        if other:
            told.append(
                f"{other} of {len(y)} rows hold in {column} more than {steps} steps, or what is "
                f"none of the labels {', '.join(self._spec.labels)}, and are not measured on"
            )
        if empty := int((~known).sum()) - other:
            told.append(f"{empty} of {len(y)} rows have no label of a step")
        return Came(y[known], known, tuple(told))

    def stratify(self, outcome: Any) -> Rows:  # noqa: ANN401
        """By the rarest label that a record has."""
        counts = np.array([(outcome == i).sum() for i in range(len(self._spec.labels))])
        found = np.zeros(len(outcome), np.intp)
        for label in np.argsort(-counts):
            found[(outcome == label).any(axis=1)] = label
        return found


def _list_steps(cell: object) -> list[object]:
    if isinstance(cell, list):
        return cell
    text = "" if cell is None else str(cell)
    return [*text.split(";")] if text.strip() else []


def make(output: Output) -> AnnotationsReader:
    """What reads."""
    return AnnotationsReader(expect(output, AnnotationsOutput))
