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

from medmaas_training.errors import TrainingError

OPSET = 20
ML_OPSET = 3
INPUT = "features"
_DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}


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


def check_graph(graph: onnx.ModelProto) -> None:
    """Refuse what could reach outside the file or needs code that is not ONNX Runtime's own.

    Raises:
        TrainingError: external data (CVE-2022-25882 and later), an unknown domain, a function.
    """
    if graph.functions:
        raise TrainingError("the graph defines functions: inline them before the export")
    graphs = list(find_graphs(graph.graph))
    domains = {opset.domain for opset in graph.opset_import}
    domains |= {node.domain for g in graphs for node in g.node}
    if domains - _DOMAINS:
        raise TrainingError("the graph uses operators outside the ONNX standard: replace them")
    tensors = (tensor for g in graphs for tensor in _find_tensors(g))
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in tensors):
        raise TrainingError("the graph keeps weights in another file: save them inside the graph")
    onnx.checker.check_model(graph, full_check=True)


def find_graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and, below it, the bodies of its conditions and loops."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for body in (attribute.g, *attribute.graphs):
                if body.ByteSize():  # one without nodes may still have weights
                    yield from find_graphs(body)


def _find_tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    sparse = [*graph.sparse_initializer]
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            sparse += (attribute.sparse_tensor, *attribute.sparse_tensors)
    for tensor in sparse:
        yield from (tensor.values, tensor.indices)


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
