"""Several numbers: a column of numbers for each."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import expect
from medmaas.model.manifest import Output, ValuesOutput
from medmaas_training.assessment.evaluated import Tensors, round_output
from medmaas_training.assessment.outputs.values import EvaluatedValues
from medmaas_training.validation.labels_in_cells import read_numbers
from medmaas_training.validation.outputs import (
    FEWEST_OF_SIDE,
    Beside,
    Came,
    Flags,
    Floats,
    OutcomeReader,
    Rival,
    Scores,
    match_targets,
)
from medmaas_training.validation.outputs.value import tell_numbers
from medmaas_training.validation.request import Request
from medmaas_training.validation.simple_models import prepare
from medmaas_training.validation.table import Cells

MAE = "MAE"  # in standard deviations of what was measured: units differ


class ValuesReader(OutcomeReader):
    """An empty cell says that nothing was measured."""

    def __init__(self, output: ValuesOutput) -> None:
        super().__init__(output)
        self._values = output
        self._names = output.named_values

    def name_columns(self, request: Request) -> list[InputColumn]:
        """One per value."""
        columns = match_targets(request, self._names, "the values")
        return [
            InputColumn(column, "number", unit=value.unit)
            for column, value in zip(columns, self._values.values, strict=True)
        ]

    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """Numbers, NaN where nothing was measured, [n, values]."""
        columns = match_targets(beside.request, self._names, "the values")
        read = [read_numbers([row[column] for row in cells]) for column in columns]
        told = [
            sentence
            for column, one in zip(columns, read, strict=True)
            for sentence in tell_numbers(column, one)
        ]
        y = np.column_stack(read)
        y[np.isinf(y)] = np.nan
        known: Flags = np.asarray(~np.isnan(y).all(axis=1))
        return Came(y[known], known, tuple(told))

    def find_gaps(self, outcome: Any) -> list[str]:  # noqa: ANN401
        """Values that were hardly ever measured."""
        counts = (~np.isnan(outcome)).sum(0).tolist()
        return [
            f"{name} was measured in {count} rows"
            for name, count in zip(self._names, counts, strict=True)
            if count < FEWEST_OF_SIDE
        ]

    def take(self, outputs: Tensors) -> Floats:
        """Numbers [n, values]."""
        return round_output(outputs[self.output.tensor])

    def score(self, answers: Any, outcome: Any, learned: Any) -> Scores:  # noqa: ANN401
        """The mean absolute error of values, each in standard deviations, and their mean."""
        scales = EvaluatedValues(learned, learned, self._values).scales
        errors = EvaluatedValues(answers, outcome, self._values).errors / scales
        each = np.nansum(errors, axis=0) / np.maximum((~np.isnan(errors)).sum(0), 1)
        known = (~np.isnan(errors)).any(0)
        return {f"{MAE} in standard deviations, mean of values": float(each[known].mean())}

    def find_classes(self, outcome: Any) -> Mapping[str, NDArray[np.int64]]:  # noqa: ANN401
        """Who is above the middle, of each value that everyone has."""
        return {
            f"which half {name} is in": (y > np.median(y)).astype(np.int64)
            for name, y in zip(self._names, outcome.T, strict=True)
            if not np.isnan(y).any()
        }

    def make_rivals(
        self,
        learned: Any,  # noqa: ANN401
        X: Floats | None,
        categories: Mapping[int, int],
    ) -> list[Rival]:
        """The means; a ridge regression each; of angles, whose mean is a direction, neither."""
        if any(value.period for value in self._values.values):
            return []
        means = np.nansum(learned, axis=0) / np.maximum((~np.isnan(learned)).sum(0), 1)
        rivals = [Rival("the means", lambda _, n: np.tile(means, (n, 1)))]
        complete = ~np.isnan(learned).any(axis=1)
        if X is None or complete.sum() < FEWEST_OF_SIDE or np.isnan(X[complete]).all(0).any():
            return rivals
        fitted = prepare(categories, Ridge()).fit(X[complete], learned[complete])

        def predict(rows: Floats | None, n: int) -> Floats:
            found: Floats = np.asarray(fitted.predict(rows)).reshape(n, -1)
            return found

        return [*rivals, Rival("ridge regressions", predict)]


def make(output: Output) -> ValuesReader:
    """What reads."""
    return ValuesReader(expect(output, ValuesOutput))
