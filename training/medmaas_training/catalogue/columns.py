"""A graph of one input per column becomes one of a table.

skl2onnx makes such graphs of pipelines that choose columns by name. Each column is taken out of the
table by its position and goes in where the graph calls it by name: nothing else of it changes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from medmaas.model.manifest import Choice, Feature, Number
from medmaas.model.names import fold_name
from medmaas_training.catalogue.refusals import RefusedError

_FLOATS = {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16}
_WHOLE = {TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL}
_ROW = 2  # dimensions


def takes_columns(model: onnx.ModelProto) -> bool:
    """Whether a graph takes several inputs, each a column [n, 1] of numbers or text."""
    inputs = list_inputs(model)
    known = {*map(int, (*_FLOATS, *_WHOLE, TensorProto.STRING))}
    return len(inputs) > 1 and all(_is_column(one, known) for one in inputs)


def list_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """What it takes; old graphs list their weights there, too."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [one for one in model.graph.input if one.name not in weights]


def join_columns(
    model: onnx.ModelProto, features: Sequence[Feature], tensor: str
) -> onnx.ModelProto | None:
    """The graph with one input [n, features] in the place of its columns.

    Args:
        model: that `takes_columns`.
        features: called as the graph's inputs, by name or header; in any order.
        tensor: what the one input is to be called.

    Returns:
        None if the features are not called as the inputs.

    Raises:
        RefusedError: the graph takes a column as text or whole numbers, and the feature may be
            something else.
    """
    inputs = {fold_name(one.name): one for one in list_inputs(model)}
    matched = [_find(inputs, feature) for feature in features]
    if None in matched or len(features) != len(inputs):
        return None
    columns = [inputs[name] for name in matched if name is not None]
    if len({one.name for one in columns}) < len(inputs) or tensor in {one.name for one in columns}:
        return None
    pairs = [*zip(features, columns, strict=True)]
    if wrong := [words for pair in pairs for words in _list_misfits(*pair)]:
        raise RefusedError(wrong)
    joined = onnx.ModelProto()
    joined.CopyFrom(model)
    taken = [_take_out(tensor, i, *pair) for i, pair in enumerate(pairs)]
    nodes = [node for some, _ in taken for node in some]
    weights = [weight for _, some in taken for weight in some]
    gone = {one.name for one in columns}
    kept = [one for one in joined.graph.input if one.name not in gone]
    one = helper.make_tensor_value_info(tensor, TensorProto.FLOAT, [None, len(features)])
    del joined.graph.input[:]
    joined.graph.input.extend([one, *kept])
    every = [*nodes, *joined.graph.node]
    del joined.graph.node[:]
    joined.graph.node.extend(every)
    joined.graph.initializer.extend(weights)
    if not {"", "ai.onnx"} & {opset.domain for opset in joined.opset_import}:
        joined.opset_import.append(helper.make_opsetid("", 9))
    return joined


def _is_column(value: onnx.ValueInfoProto, known: set[int]) -> bool:
    tensor = value.type.tensor_type
    dims = tensor.shape.dim
    return tensor.elem_type in known and len(dims) == _ROW and dims[1].dim_value == 1


def _find(inputs: Mapping[str, object], feature: Feature) -> str | None:
    for name in filter(None, (feature.name, feature.header)):
        if fold_name(name) in inputs:
            return fold_name(name)
    return None


def _list_misfits(feature: Feature, column: onnx.ValueInfoProto) -> list[str]:
    """Why a feature cannot be what the graph takes for it."""
    kind = column.type.tensor_type.elem_type
    if kind in _FLOATS:
        return []
    if not feature.required:
        return [
            f"the graph takes {column.name} as {'text' if kind == TensorProto.STRING else 'whole'} "
            f"{'' if kind == TensorProto.STRING else 'numbers '}and has none for a missing one: "
            "state no missing, or export the graph with floats"
        ]
    if kind == TensorProto.STRING and not isinstance(feature, Choice):
        return [f"the graph takes {column.name} as text: state a choice, with the words it knows"]
    if kind in _WHOLE and isinstance(feature, Number) and not feature.whole:
        return [
            f"the graph takes {column.name} as whole numbers, and it may be another one: state "
            "whole: true, or export the graph with floats"
        ]
    return []


def _take_out(
    tensor: str, i: int, feature: Feature, column: onnx.ValueInfoProto
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """What makes a column of the graph out of the table's."""
    kind, at = column.type.tensor_type.elem_type, f"{tensor}/{i}"
    weights = [numpy_helper.from_array(np.array([i], np.int64), f"{at}/position")]
    taken = column.name if kind == TensorProto.FLOAT else f"{at}/number"
    nodes = [helper.make_node("Gather", [tensor, f"{at}/position"], [taken], axis=1)]
    if kind == TensorProto.STRING and isinstance(feature, Choice):
        words = np.array([word.encode() for word in feature.choices], dtype=object)
        weights.append(numpy_helper.from_array(words, f"{at}/words"))
        nodes.append(helper.make_node("Cast", [taken], [f"{at}/code"], to=TensorProto.INT64))
        nodes.append(
            helper.make_node("Gather", [f"{at}/words", f"{at}/code"], [column.name], axis=0)
        )
    elif kind != TensorProto.FLOAT:
        nodes.append(helper.make_node("Cast", [taken], [column.name], to=kind))
    return nodes, weights
