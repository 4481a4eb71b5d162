"""One number: a column of numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import expect
from medmaas.model.manifest import Output, ValueOutput
from medmaas_training.assessment.evaluated import Tensors, round_output
from medmaas_training.numeric_scores import score
from medmaas_training.validation.labels_in_cells import read_numbers
from medmaas_training.validation.outputs import (
    Beside,
    Came,
    Floats,
    OutcomeReader,
    Rival,
    Rows,
    Scores,
    require_targets,
)
from medmaas_training.validation.request import Request
from medmaas_training.validation.simple_models import prepare
from medmaas_training.validation.table import Cells

_FIFTHS = (0.2, 0.4, 0.6, 0.8)


class ValueReader(OutcomeReader):
    """In the unit of the answer."""

    def name_columns(self, request: Request) -> list[InputColumn]:
        """One, whose unit in brackets must be the answer's."""
        (column, _), *_ = require_targets(request, 1, "the number")
        return [InputColumn(column, "number", unit=expect(self.output, ValueOutput).unit)]

    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """Numbers [n]."""
        (column, _), *_ = beside.request.targets
        y = read_numbers([row[column] for row in cells])
        known = np.isfinite(y)
        return Came(y[known], known, tell_numbers(column, y))

    def stratify(self, outcome: Any) -> Rows:  # noqa: ANN401
        """Fifths."""
        found: Rows = np.searchsorted(np.quantile(outcome, _FIFTHS), outcome)
        return found

    def take(self, outputs: Tensors) -> Floats:
        """Numbers [n]."""
        return round_output(outputs[self.output.tensor]).reshape(-1)

    def score(self, answers: Any, outcome: Any, learned: Any) -> Scores:  # noqa: ANN401, ARG002
        """Errors, and the share of variance explained."""
        with np.errstate(divide="ignore", invalid="ignore"):  # R2 where all are the same
            found = score(outcome, answers)
        return {name: value if np.isfinite(value) else np.nan for name, value in found.items()}

    def find_classes(self, outcome: Any) -> Mapping[str, NDArray[np.int64]]:  # noqa: ANN401
        """Who is above the middle."""
        return {"which half a number is in": (outcome > np.median(outcome)).astype(np.int64)}

    def make_rivals(
        self,
        learned: Any,  # noqa: ANN401
        X: Floats | None,
        categories: Mapping[int, int],
    ) -> list[Rival]:
        """The mean; ridge regression."""
        mean = float(np.mean(learned))
        rivals = [Rival("the mean", lambda _, n: np.full(n, mean))]
        if X is None:
            return rivals
        fitted = prepare(categories, Ridge()).fit(X, learned)
        return [*rivals, Rival("ridge regression", lambda rows, _: fitted.predict(rows))]


def tell_numbers(column: str, y: Floats) -> tuple[str, ...]:
    """What must be told of a column of numbers [n], as `read_numbers` gives it."""
    told = []
    if wrong := int(np.isinf(y).sum()):
        told.append(f"{wrong} of {len(y)} rows hold no number in {column}: it counts as unknown")
    if empty := int(np.isnan(y).sum()):
        told.append(f"{empty} of {len(y)} rows have no {column}")
    return tuple(told)


def make(output: Output) -> ValueReader:
    """What reads."""
    return ValueReader(expect(output, ValueOutput))
