"""Explanations must follow the weights (Adebayo et al. 2018, arXiv:1810.03292).

A model whose weights are shuffled has learned nothing: explanations that stay alike explain the
input, not the model.
"""

from collections.abc import Callable, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from scipy.stats import rankdata

from medmaas.model.manifest import Check
from medmaas_training.assessment.reasons.importance import estimate_mean

Floats = NDArray[np.float64]
Explain = Callable[[onnx.ModelProto], list[Floats]]
"""A graph to attributions [parts] of the same instances."""

_ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Where", "Greater", "Less", "Clip", "Max", "Min"}
_SIGNED = {"coefficients", "support_vectors"}
_LEAVES = {"class_weights", "target_weights"}  # of trees: shares of classes, never negative


def check_sanity(
    graph: onnx.ModelProto, explain: Explain, learned: Sequence[Floats], *, models: int, seed: int
) -> Check:
    """The rank correlation of attributions before and after shuffling the weights.

    Args:
        graph: of the model.
        explain: from a graph to attributions of each of n instances.
        learned: what explain gives for the graph itself.
        models: how many times the weights are shuffled.
        seed: of the shuffles.
    """
    means = []
    for i in range(models):
        shuffled = explain(shuffle_weights(graph, seed + i))
        pairs = zip(learned, shuffled, strict=True)
        means.append(np.mean([correlate_ranks(true, other) for true, other in pairs]))
    mean = estimate_mean(np.array(means), seed)
    return Check(
        check=f"weights shuffled, {models} times: attributions of {len(learned)} instances before "
        "and after",
        measure="mean rank correlation (0: they follow the weights)",
        n=models,
        value=mean.value,
        low=mean.low,
        high=mean.high,
    )


def has_weights(graph: onnx.ModelProto) -> bool:
    """Whether there is anything to shuffle."""
    return bool(_find_matrices(graph) or _find_attributes(graph))


def shuffle_weights(graph: onnx.ModelProto, seed: int) -> onnx.ModelProto:
    """A copy with the numbers of every weight matrix, kernel or table in another order.

    All but a tree's get signs by chance too: what a mean that is not 0 makes of every input would
    be left otherwise. What cleans and standardises stays as it is: vectors, and what is only added
    or multiplied.
    """
    draw = np.random.default_rng(seed)
    other = onnx.ModelProto()
    other.CopyFrom(graph)
    for tensor in _find_matrices(other):
        weights = numpy_helper.to_array(tensor)
        signs = draw.choice(np.array([-1, 1], weights.dtype), weights.shape)
        shuffled = signs * draw.permutation(weights.ravel()).reshape(weights.shape)
        tensor.CopyFrom(numpy_helper.from_array(shuffled, tensor.name))
    for attribute in _find_attributes(other):
        numbers = draw.permutation(np.array(attribute.floats))
        if attribute.name in _SIGNED:
            numbers *= draw.choice([-1.0, 1.0], len(numbers))
        attribute.floats[:] = numbers.tolist()
    return other


def _find_matrices(graph: onnx.ModelProto) -> list[onnx.TensorProto]:
    scales = {name for n in graph.graph.node if n.op_type in _ELEMENTWISE for name in n.input}
    return [
        tensor
        for tensor in graph.graph.initializer
        if len(tensor.dims) > 1
        and tensor.data_type == onnx.TensorProto.FLOAT
        and tensor.name not in scales
    ]


def _find_attributes(graph: onnx.ModelProto) -> list[onnx.AttributeProto]:
    return [
        attribute
        for node in graph.graph.node
        for attribute in node.attribute
        if attribute.name in _SIGNED | _LEAVES and len(attribute.floats) > 1
    ]


def correlate_ranks(one: Floats, other: Floats) -> float:
    """Spearman's rank correlation of [parts]; 0 where either has no order at all."""
    ranks = np.stack([rankdata(one), rankdata(other)])
    if len(one) < 2 or (np.ptp(ranks, axis=1) == 0).any():
        return 0.0
    return float(np.corrcoef(ranks)[0, 1])
