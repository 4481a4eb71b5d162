"""Assesses explanations of several inputs in one instance: one game of the pieces of all."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.explanation.parts import PartsExplainer
from medmaas.model.inputs.parts import find_given
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Background,
    Input,
    PartsInput,
    StandardisedDistance,
    TensorDistance,
)
from medmaas.model.registry import Model
from medmaas_training.assessment.certainty.distance import fit_distance
from medmaas_training.assessment.inputs import InputAssessor, make_input_assessor
from medmaas_training.assessment.reasons.games import Case
from medmaas_training.assessment.resampling import Floats
from medmaas_training.rows import collect_rows, join_features

Rows = Any  # PartRows, where other kinds have one array
_FEW_PAIRS = 8  # half of a served explanation's, for the sake of time


class PartsAssessor(InputAssessor):
    """A piece that does not play is as its own kind leaves it out."""

    method = (
        "Shapley values of the features, measurements, characters and regions of all parts "
        "together, and of each part in total"
    )

    def __init__(self, spec: PartsInput) -> None:
        super().__init__(spec)
        self._parts = spec.parts

    def make_case(self, model: Model, row: Rows) -> Case:
        """One instance: tensors by name, without their first dimension."""
        tensors = {name: np.asarray(array)[None] for name, array in row.tensors.items()}
        names, game = PartsExplainer(model, expect(self.spec, PartsInput)).make_game(tensors)
        return Case(names, game, most_pairs=_FEW_PAIRS)

    def fit_distance(
        self,
        graph: onnx.ModelProto,
        outputs: tuple[str, ...],
        rows: Rows,
        classes: NDArray[np.int64] | None,
    ) -> tuple[onnx.ModelProto, StandardisedDistance | TensorDistance | None]:
        """Of the columns of all tables among them; without one, in what the network embeds."""
        features = self.spec.row_features
        if not features:
            return super().fit_distance(graph, outputs, rows, classes)
        known = join_features(rows, self.spec.row_tensors)
        return graph, fit_distance(features, known.astype(float))

    def find_limits(self, rows: Rows) -> PartsInput:
        """What each kind finds of its own part."""
        parts = []
        for part in self._parts:
            given = collect_rows({name: rows.tensors[name] for name in part.input.tensors})
            own = given[find_given(part, rows.tensors)]
            found = make_input_assessor(part.input).find_limits(own) if len(own) else part.input
            parts.append(part.model_copy(update={"input": found}))
        return expect(self.spec, PartsInput).model_copy(update={"parts": tuple(parts)})

    def find_doubtful(self, rows: Rows) -> NDArray[np.bool_]:
        """Rows of which the reader holds any part back."""
        doubtful = np.zeros(len(rows), bool)
        for part in self._parts:
            given = collect_rows({name: rows.tensors[name] for name in part.input.tensors})
            there = find_given(part, rows.tensors)
            doubtful[there] |= make_input_assessor(part.input).find_doubtful(given[there])
        return doubtful

    def find_background(
        self, rows: Rows, answers: Callable[[], Floats], seed: int
    ) -> Background | None:
        """The golden cases serve."""
        del rows, answers, seed
        return None


def make(spec: Input) -> PartsAssessor:
    """What assesses."""
    return PartsAssessor(expect(spec, PartsInput))
