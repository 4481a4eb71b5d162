"""What a graph may be made of: operators that ONNX Runtime has, weights inside.

Needs neither PyTorch nor scikit-learn, so that `medmaas add` loads in a moment.
"""

from collections.abc import Collection, Iterator

import onnx

from medmaas.model.operators import STANDARD, name_operator
from medmaas_training.errors import TrainingError

OPSET = 20  # that exports are written in
_SHIPPED = ("com.microsoft", "ai.onnx.preview", "com.ms.internal", "org.pytorch.aten")


def check_graph(graph: onnx.ModelProto, operators: Collection[str] = ()) -> None:
    """Refuse what could reach outside the file or needs code that is not ONNX Runtime's own.

    Args:
        graph: whole.
        operators: beyond the standard, those that may be there, as domain::name.

    Raises:
        TrainingError: external data (CVE-2022-25882 and later), an operator that is not named, a
            function.
    """
    if graph.functions:
        raise TrainingError("the graph defines functions: inline them before the export")
    graphs = list(find_graphs(graph.graph))
    used = {
        name_operator(node.domain, node.op_type): node.domain for g in graphs for node in g.node
    }
    _require_named({name: d for name, d in used.items() if d not in STANDARD}, operators)
    tensors = (tensor for g in graphs for tensor in _find_tensors(g))
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in tensors):
        raise TrainingError("the graph keeps weights in another file: save them inside the graph")
    onnx.checker.check_model(graph, full_check=True)


def _require_named(foreign: dict[str, str], operators: Collection[str]) -> None:
    """Refuse operators, by name with their domains, that are not among those that are named."""
    unnamed = sorted({*foreign} - {*operators})
    unknown = [name for name in unnamed if not foreign[name].startswith(_SHIPPED)]
    if unknown:
        raise TrainingError(
            f"the graph uses operators outside the ONNX standard, which ONNX Runtime does not "
            f"ship: {', '.join(unknown)}: replace them"
        )
    if unnamed:
        raise TrainingError(
            f"the graph uses operators outside the ONNX standard: {', '.join(unnamed)}: export it "
            f"without them, or allow them in the draft by operators: [{', '.join(unnamed)}]"
        )


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
