"""What a draft asks of a model, and the columns of its answer made to fit that."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Output
from medmaas_training.catalogue.conversion.glue import Glue
from medmaas_training.errors import TrainingError
from medmaas_training.kinds.outputs import Form, describe_output
from medmaas_training.options import UNITS
from medmaas_training.tabular.follow_up_units import DAYS

Array = NDArray[Any]


@dataclass(frozen=True)
class Asked:
    """What the output as stated is made of.

    Attributes:
        form: probabilities of labels, numbers, a survival curve, or something of its own.
        tensor: what the graph must call it.
        columns: how many there are.
        labels: of the columns, where one of them is chosen.
        times: of a curve [times], in the unit that the model was fitted in; none of other forms.
    """

    form: Form
    tensor: str
    columns: int
    labels: tuple[str, ...]
    times: Array

    def require(self, form: Form, gives: str) -> None:
        """Refuse a model that gives another form than is asked."""
        if self.form != form:
            raise TrainingError(f"the model gives {gives}, and output.kind asks for {self.form}")

    def fit(self, answer: Array) -> Array:
        """An answer [n] or [n, k] of a model, as the columns that are asked for."""
        answer = answer.reshape(len(answer), -1)
        if self._is_pair(answer.shape[1]):
            return np.concatenate([1 - answer, answer], axis=1)
        return answer[:, 1:] if self._is_second(answer.shape[1]) else answer

    def fit_graph(self, glue: Glue, answer: str, has: int) -> tuple[str, int]:
        """The same in a graph, of a tensor [n, has]; with the number of columns."""
        if self._is_pair(has):
            absent = glue.add("Sub", glue.constant([1]), glue.cast(answer))
            return glue.join([absent, glue.cast(answer)]), 2
        if self._is_second(has):
            return glue.take_columns(answer, [1]), 1
        return answer, has

    def _is_pair(self, has: int) -> bool:
        """One probability, and two labels that are asked for: the second is the one it is of."""
        return self.form == "probabilities" and has == 1 and self.columns == 2

    def _is_second(self, has: int) -> bool:
        """Two classes, and one label that is asked for: it is the second class."""
        return self.form == "probabilities" and has == 2 and self.columns == 1


def read_asked(output: Output, time_unit: str | None) -> Asked:
    """What an output asks for.

    Raises:
        TrainingError: the unit of time is none, or is missing where a curve is asked for.
    """
    if len(output.tensors) > 1:
        raise TrainingError(
            f"output.kind {output.kind} is of several tensors, which a torch.nn.Module alone gives"
        )
    description = describe_output(output)
    _, columns = description.count_columns(output.tensor_fields[0])
    days = np.array(description.days, np.float64)
    code = UNITS.get(time_unit or "")
    if len(days) and code is None:
        raise TrainingError(
            "time_unit must say in what the model's times are counted: days, weeks, months or "
            'years, as in export(..., time_unit="months")'
        )
    times = days / DAYS[code] if code else days
    return Asked(description.form, output.tensors[0], columns, output.named_labels, times)
