"""A finished model as it is assessed: what it answers to rows, and how far they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.manifest import (
    ClassesOutput,
    Cohort,
    Input,
    Output,
    PolicyOutput,
    SeriesInput,
    StandardisedDistance,
    TabularInput,
    TensorDistance,
)
from medmaas.model.session import Session
from training.assessment.certainty.distance import fit_distance, measure_distance
from training.assessment.certainty.embedding import (
    COPIES,
    DISTANCE,
    EMBEDDING,
    add_distance,
    expose_copies,
    expose_embedding,
    find_embedding,
    fit_space,
)
from training.assessment.certainty.policy_bands import ToldPolicy, make_told_policy
from training.assessment.resampling import Floats, Sample
from training.assessment.splits import Array, Cases, Foreseen
from training.assessment.told import Told, make_told

Tensors = Mapping[str, NDArray[Any]]

_OPSET = 18  # since when reductions take their axes as inputs
_MATRIX = 2


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

    def run(self, rows: Array) -> Tensors:
        """Outputs by name, as a request would get them."""
        return self._session.run({self.spec.tensor: as_fed(rows)})

    def measure(self, rows: Array, outputs: Tensors) -> Floats | None:
        """How far each row is, [n]."""
        if isinstance(self.distance, StandardisedDistance):
            return measure_distance(self.distance, rows.astype(float)).round(6)
        if isinstance(self.distance, TensorDistance):
            return outputs[self.distance.tensor].reshape(-1).astype(float).round(6)
        return None

    def tell(
        self,
        rows: Array,
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401
    ) -> Told | ToldPolicy:
        """What was told of rows, and what came of it; of the train split as well."""
        if isinstance(self.output, PolicyOutput) and isinstance(self.spec, SeriesInput):
            return make_told_policy(self.output, self.spec, rows, outputs, outcome)
        return make_told(self.output, outputs, outcome, train)

    def answer(self, cases: Cases, train: Cases, seed: int, cohort: Cohort) -> "Answered":
        """A split, answered."""
        outputs = self.run(cases.rows)
        told = self.tell(cases.rows, outputs, cases.outcome, train.outcome)
        patient, event = np.arange(len(cases.rows)), None
        if isinstance(cases.outcome, Foreseen):
            patient = cases.outcome.patient
        elif self.output.kind == "survival":
            event = cases.outcome["event"]
        sample = Sample(patient, event, seed, cohort)
        return Answered(cases, outputs, told, self.measure(cases.rows, outputs), sample)


@dataclass(frozen=True)
class Answered:
    """A split with what was told of it.

    Attributes:
        cases: the split.
        outputs: of the graph.
        told: by the model, and what came of it.
        distances: of each row, [n], or None.
        sample: to draw from.
    """

    cases: Cases
    outputs: Tensors
    told: Told | ToldPolicy
    distances: Floats | None
    sample: Sample


def as_fed(rows: Array) -> Array:
    """Rows as a graph takes them: float64 becomes float32."""
    return rows.astype(np.float32) if rows.dtype == np.float64 else rows


def make_answerer(graph: onnx.ModelProto, spec: Input, output: Output, train: Cases) -> Answerer:
    """Fit a distance to the train split: of a table's columns, or of what the network embeds."""
    if isinstance(spec, TabularInput):
        return Answerer(graph, spec, output, fit_distance(spec, train.rows.astype(float)))
    nowhere = Answerer(graph, spec, output, None)
    parts = find_embedding(graph, output.tensors)
    if not parts or _is_old(graph):
        return nowhere
    counting = Session(expose_copies(graph, spec.tensor, parts[0]).SerializeToString())
    copies = bool(counting.run({spec.tensor: as_fed(train.rows[:1])})[COPIES][0] > 1)
    embedded = _embed(graph, spec.tensor, parts, train.rows, copies=copies)
    if embedded is None:
        return nowhere
    labels = train.outcome if isinstance(output, ClassesOutput) else None
    space = fit_space(embedded, labels)
    graph = add_distance(graph, spec.tensor, parts, space, copies=copies)
    return Answerer(graph, spec, output, TensorDistance(tensor=DISTANCE, threshold=0))


def _embed(
    graph: onnx.ModelProto, tensor: str, parts: tuple[str, ...], rows: Array, *, copies: bool
) -> Floats | None:
    """The embedding of rows, [n, d]; None if the graph has none of one vector per instance."""
    exposed = expose_embedding(graph, tensor, parts, copies=copies)
    try:
        session = Session(exposed.SerializeToString(deterministic=True))
    except ValueError:  # what goes into the last layer is not one vector per instance
        return None
    embedded = session.run({tensor: as_fed(rows)})[EMBEDDING].astype(float)
    return embedded if embedded.ndim == _MATRIX else None


def _is_old(graph: onnx.ModelProto) -> bool:
    versions = [int(opset.version) for opset in graph.opset_import if opset.domain == ""]
    return max(versions) < _OPSET
