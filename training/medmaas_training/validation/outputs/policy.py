"""A policy: no table of past cases holds what the other actions would have led to."""

from collections.abc import Sequence

import numpy as np

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import expect
from medmaas.model.manifest import Output, PolicyOutput
from medmaas_training.errors import TrainingError
from medmaas_training.validation.outputs import Beside, Came, OutcomeReader
from medmaas_training.validation.request import Request
from medmaas_training.validation.table import Cells

_UNKNOWN = (
    "past cases hold what came of the action that was taken, never of the others, so that nothing "
    "of a policy's answers can be measured on them"
)


class PolicyReader(OutcomeReader):
    """Reads the people alone."""

    def name_columns(self, request: Request) -> list[InputColumn]:
        """None."""
        if request.targets or request.time or request.event:
            raise TrainingError(f"--target: {_UNKNOWN}; leave it out")
        return []

    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """Nobody's."""
        del beside
        return Came(None, np.zeros(len(cells), bool), (_UNKNOWN,))


def make(output: Output) -> PolicyReader:
    """What reads."""
    return PolicyReader(expect(output, PolicyOutput))
