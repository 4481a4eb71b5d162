"""A finished model as it is assessed: what it answers to rows, and how far they are."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import onnx

from medmaas.model.manifest import (
    Cohort,
    Input,
    Output,
    StandardisedDistance,
    TensorDistance,
)
from medmaas.model.session import Session
from medmaas_training.assessment.certainty.distance import measure_distance
from medmaas_training.assessment.evaluated import Answered, Evaluated, Tensors
from medmaas_training.assessment.inputs import make_input_assessor
from medmaas_training.assessment.outputs import OutputAssessor, make_output_assessor
from medmaas_training.assessment.resampling import Floats, Sample
from medmaas_training.assessment.splits import Array, Cases, draw_folds, take_cases
from medmaas_training.rows import Fed, join_features, run_in_parts

_FEWEST_OF_CLASS = 5
_FOLDS = 5


@dataclass(frozen=True)
class Answerer:
    """The graph, and what distance is measured with; None if it has nothing to measure it in."""

    graph: onnx.ModelProto
    spec: Input
    output: Output
    distance: StandardisedDistance | TensorDistance | None

    @cached_property
    def _session(self) -> Session:
        return Session(self.graph.SerializeToString(deterministic=True))

    def run(self, rows: Fed) -> Tensors:
        """Outputs by name, as a request would get them."""
        return run_in_parts(self._session.run, rows, [*self.spec.tensors])

    def measure(self, rows: Array, outputs: Tensors) -> Floats | None:
        """How far each row is, [n]."""
        if isinstance(self.distance, StandardisedDistance):
            known = join_features(rows, self.spec.row_tensors).astype(float)
            return measure_distance(self.distance, known).round(6)
        if isinstance(self.distance, TensorDistance):
            return outputs[self.distance.tensor].reshape(-1).astype(float).round(6)
        return None

    @cached_property
    def assessor(self) -> OutputAssessor:
        """Of its kind of output."""
        return make_output_assessor(self.output)

    def evaluate(
        self,
        rows: Array,
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401
    ) -> Evaluated:
        """What the outputs of rows say, and what came of it; of the train split as well."""
        return self.assessor.evaluate(self.spec, rows, outputs, outcome, train)

    def answer(
        self,
        cases: Cases,
        train: Cases,
        seed: int,
        cohort: Cohort,
        distances: Floats | None = None,
    ) -> Answered:
        """A split, answered; with distances [n] that are known better, if these are given."""
        outputs = self.run(cases.rows)
        if distances is not None and isinstance(self.distance, TensorDistance):
            outputs = {**outputs, self.distance.tensor: distances[:, None].astype(np.float32)}
        evaluated = self.evaluate(cases.rows, outputs, cases.outcome, train.outcome)
        patient, event = self.assessor.find_owners(cases.outcome, len(cases.rows))
        if cases.person is not None:
            _, patient = np.unique(cases.person, return_inverse=True)
        sample = Sample(patient, event, seed, cohort)
        if distances is None:
            distances = self.measure(cases.rows, outputs)
        return Answered(cases, outputs, evaluated, distances, sample)


def make_answerer(graph: onnx.ModelProto, spec: Input, output: Output, train: Cases) -> Answerer:
    """Fit a distance to the train split: of a table's columns, or of what the network embeds."""
    classes = None
    if train.outcome is not None:
        classes = make_output_assessor(output).find_classes(train.outcome)
    if classes is not None and np.unique(classes, return_counts=True)[1].min() < _FEWEST_OF_CLASS:
        classes = None  # a class of few has no spread
    graph, distance = make_input_assessor(spec).fit_distance(
        graph, output.tensors, train.rows, classes
    )
    return Answerer(graph, spec, output, distance)


def measure_left_out(
    graph: onnx.ModelProto, spec: Input, output: Output, cases: Cases, seed: int
) -> Floats | None:
    """How far each row is from the others [n], of which people stand outside a fifth at a time.

    None if there is nothing to measure a distance in.
    """
    person = np.arange(len(cases.rows)) if cases.person is None else cases.person
    fold = draw_folds(person, _FOLDS, seed)
    distances = np.zeros(len(fold))
    for i in range(_FOLDS):
        some = make_answerer(graph, spec, output, take_cases(cases, fold != i))
        rows = cases.rows[fold == i]
        found = some.measure(rows, some.run(rows))
        if found is None:
            return None
        distances[fold == i] = found
    return distances
