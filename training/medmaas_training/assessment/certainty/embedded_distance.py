"""A graph with an output for the distance, fitted to what its network makes of the train split."""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray

from medmaas.model.manifest import TensorDistance
from medmaas.model.session import Session
from medmaas_training.assessment.certainty.embedding import (
    COPIES,
    DISTANCE,
    EMBEDDING,
    add_distance,
    expose_copies,
    expose_embedding,
    find_embedding,
    fit_space,
)
from medmaas_training.assessment.resampling import Floats
from medmaas_training.rows import Fed, feed, run_in_parts

_OPSET = 18  # since when reductions take their axes as inputs
_MATRIX = 2


def fit_embedded_distance(
    graph: onnx.ModelProto,
    tensors: Sequence[str],
    outputs: tuple[str, ...],
    rows: Fed,
    classes: NDArray[np.int64] | None,
) -> tuple[onnx.ModelProto, TensorDistance | None]:
    """The graph, with the distance if it has an embedding to measure it in.

    Args:
        graph: of the model.
        tensors: its inputs.
        outputs: those that an answer is made of.
        rows: of the train split, as the graph takes them, [n, ...].
        classes: of each, [n], for a distance to the nearest class.
    """
    parts = find_embedding(graph, outputs)
    if not parts or _is_old(graph):
        return graph, None
    tensor = tensors[0]  # any of them has as many rows
    counting = Session(expose_copies(graph, tensor, parts[0]).SerializeToString())
    copies = bool(counting.run(feed(rows[:1], tensors))[COPIES][0] > 1)
    embedded = _embed(graph, tensors, parts, rows, copies=copies)
    if embedded is None:
        return graph, None
    space = fit_space(embedded, classes)
    graph = add_distance(graph, tensor, parts, space, copies=copies)
    return graph, TensorDistance(tensor=DISTANCE, threshold=0)


def _embed(
    graph: onnx.ModelProto,
    tensors: Sequence[str],
    parts: tuple[str, ...],
    rows: Fed,
    *,
    copies: bool,
) -> Floats | None:
    """The embedding of rows, [n, d]; None if the graph has none of one vector per instance."""
    exposed = expose_embedding(graph, tensors[0], parts, copies=copies)
    try:
        session = Session(exposed.SerializeToString(deterministic=True))
    except ValueError:  # what goes into the last layer is not one vector per instance
        return None
    embedded = run_in_parts(session.run, rows, tensors)[EMBEDDING].astype(float)
    return embedded if embedded.ndim == _MATRIX else None


def _is_old(graph: onnx.ModelProto) -> bool:
    versions = [int(opset.version) for opset in graph.opset_import if opset.domain == ""]
    return max(versions, default=0) < _OPSET
