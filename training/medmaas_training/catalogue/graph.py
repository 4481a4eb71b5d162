"""A trained model becomes an ONNX graph that is whole: standard operators, weights inside.

scikit-learn by skl2onnx, PyTorch by its own exporter.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any

import onnx
import torch
from onnx.utils import Extractor
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, is_classifier

from medmaas_training.catalogue.operators import OPSET, check_graph
from medmaas_training.errors import TrainingError

__all__ = ["INPUT", "ML_OPSET", "OPSET", "check_graph", "convert_sklearn", "convert_torch"]

ML_OPSET = 3
INPUT = "features"


def convert_torch(
    module: torch.nn.Module,
    example: torch.Tensor | Mapping[str, torch.Tensor],
    *outputs: str,
    input_name: str = INPUT,
    dynamic: Sequence[str] | Mapping[str, Sequence[str]] = ("n",),
) -> onnx.ModelProto:
    """A module as a graph of any n.

    Args:
        module: from one tensor [n, ...], or several in their order, to one tensor [n, ...] per
            output.
        example: what it takes, with at least two rows and two of every other dynamic dimension; by
            name if it takes several.
        outputs: names of what it gives.
        input_name: name of what it takes, if that is one.
        dynamic: names of the first dimensions that may have any length, of each input if they
            differ; what is called alike is as long.
    """
    taken = example if isinstance(example, Mapping) else {input_name: example}
    named = dynamic if isinstance(dynamic, Mapping) else dict.fromkeys(taken, dynamic)
    sizes = {name: torch.export.Dim(name) for names in named.values() for name in names}
    shapes: tuple[Any, ...] = tuple(
        {axis: sizes[one] for axis, one in enumerate(named[name])} for name in taken
    )
    if any(one.kind is one.VAR_POSITIONAL for one in signature(module.forward).parameters.values()):
        shapes = (shapes,)
    with quiet():
        program = torch.onnx.export(
            module.eval(),
            tuple(taken.values()),
            input_names=list(taken),
            output_names=list(outputs),
            dynamic_shapes=shapes,
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise TrainingError("the PyTorch module cannot be exported to ONNX")
    return _clean(program.model_proto)


def convert_sklearn(
    pipeline: BaseEstimator, features: int, *, input_name: str = INPUT
) -> onnx.ModelProto:
    """A classifier from [n, features] to `probabilities` [n, classes], its label left out.

    A regressor gives `variable` [n, 1].
    """
    classifies = is_classifier(pipeline)
    with quiet():
        graph = to_onnx(
            pipeline,
            initial_types=[(input_name, FloatTensorType([None, features]))],
            options={"zipmap": False} if classifies else None,
            target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
        )
    wanted = "probabilities" if classifies else "variable"
    return _clean(Extractor(graph).extract_model([input_name], [wanted]))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep from the user what exporters say about their own dependencies."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _clean(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Drop what exporters note about the machine that ran them, and opsets named twice."""
    del graph.graph.value_info[:]  # hints that ONNX Runtime infers again
    for part in (graph, graph.graph, *graph.graph.node):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for value in (*graph.graph.input, *graph.graph.output):
        value.ClearField("metadata_props")
    opsets = {opset.domain: opset.version for opset in graph.opset_import}
    opsets[""] = OPSET
    del graph.opset_import[:]
    graph.opset_import.extend(onnx.helper.make_opsetid(d, v) for d, v in sorted(opsets.items()))
    return graph
