"""Operators by which an answer depends on chance, or on other rows."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from medmaas_training.catalogue.operators import find_graphs
from medmaas_training.catalogue.probes.made import Array

_CHANCE = {
    "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform",
    "RandomUniformLike",
}  # fmt: skip
_SCALED = {"DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"}
_ALONG_AXIS = {"Softmax", "LogSoftmax", "Hardmax", "LayerNormalization", "LpNormalization"}
_REDUCE = "Reduce"
_TRAINING = 2  # the input of Dropout that says whether it is in training


def name_chance(graph: onnx.ModelProto) -> list[str]:
    """Operators that draw at random, each once."""
    return list(dict.fromkeys(_find_chance(graph)))


def name_scaled(graph: onnx.ModelProto) -> list[str]:
    """Operators that scale all rows by what the largest of them holds."""
    nodes = (node for part in find_graphs(graph.graph) for node in part.node)
    return list(dict.fromkeys(node.op_type for node in nodes if node.op_type in _SCALED))


def name_statistics(graph: onnx.ModelProto) -> list[str]:
    """Operators that compute over rows: over the first dimension, or in training mode."""
    return list(dict.fromkeys(_find_statistics(graph)))


def _find_chance(graph: onnx.ModelProto) -> Iterator[str]:
    for part in find_graphs(graph.graph):
        constants = _read_constants(part)
        for node in part.node:
            if node.op_type in _CHANCE:
                yield node.op_type
            in_training = node.input[_TRAINING] if len(node.input) > _TRAINING else ""
            if node.op_type == "Dropout" and bool(np.any(constants.get(in_training, False))):
                yield "Dropout in training mode"


def _find_statistics(graph: onnx.ModelProto) -> Iterator[str]:
    for part in find_graphs(graph.graph):
        constants = _read_constants(part)
        for node in part.node:
            given = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "BatchNormalization" and given.get("training_mode"):
                yield "BatchNormalization in training mode"
            elif 0 in _find_axes(node, given, constants):
                yield f"{node.op_type} over the first dimension"


def _find_axes(
    node: onnx.NodeProto, given: Mapping[str, Any], constants: Mapping[str, Array]
) -> list[int]:
    """The dimensions that a node computes over, as far as it states them."""
    if node.op_type in _ALONG_AXIS:
        return [given.get("axis", -1)]
    if node.op_type == "MeanVarianceNormalization":
        return list(given.get("axes", [0, 2, 3]))
    if node.op_type.startswith(_REDUCE) or node.op_type == "CumSum":
        second = node.input[1] if len(node.input) > 1 else ""
        return list(np.atleast_1d(given.get("axes", constants.get(second, []))))
    return []


def _read_constants(part: onnx.GraphProto) -> dict[str, Array]:
    """The small ones, by name."""
    tensors = {tensor.name: tensor for tensor in part.initializer}
    for node in part.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
            tensors[node.output[0]] = node.attribute[0].t
    small = {name: one for name, one in tensors.items() if np.prod(one.dims, initial=1) <= 8}
    return {name: numpy_helper.to_array(one) for name, one in small.items()}
