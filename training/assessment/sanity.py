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
from training.assessment.importance import estimate_mean

Floats = NDArray[np.float64]
Explain = Callable[[onnx.ModelProto], list[Floats]]
"""A graph to attributions [parts] of the same instances."""

_ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Where", "Greater", "Less", "Clip", "Max", "Min"}
_LEARNED = {"coefficients", "class_weights", "target_weights", "support_vectors"}


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


def shuffle_weights(graph: onnx.ModelProto, seed: int) -> onnx.ModelProto:
    """A copy with the numbers of every weight matrix, kernel or table in another order.

    Those of matrices and kernels get signs by chance too: what a mean that is not 0 makes of every
    input would be left otherwise. What cleans and standardises stays as it is: vectors, and what
    is only added or multiplied.

    Raises:
        ValueError: the graph has no weights that can be shuffled.
    """
    draw = np.random.default_rng(seed)
    other = onnx.ModelProto()
    other.CopyFrom(graph)
    scales = {name for n in other.graph.node if n.op_type in _ELEMENTWISE for name in n.input}
    found = False
    for tensor in other.graph.initializer:
        weights = numpy_helper.to_array(tensor)
        if weights.ndim < 2 or weights.dtype.kind != "f" or tensor.name in scales:
            continue
        signs = draw.choice(np.array([-1, 1], weights.dtype), weights.shape)
        shuffled = signs * draw.permutation(weights.ravel()).reshape(weights.shape)
        tensor.CopyFrom(numpy_helper.from_array(shuffled, tensor.name))
        found = True
    for node in other.graph.node:
        for attribute in node.attribute:
            if attribute.name in _LEARNED and len(attribute.floats) > 1:
                attribute.floats[:] = draw.permutation(np.array(attribute.floats)).tolist()
                found = True
    if not found:
        raise ValueError("the graph has no weights to shuffle")
    return other


def correlate_ranks(one: Floats, other: Floats) -> float:
    """Spearman's rank correlation of [parts]; 0 where either has no order at all."""
    ranks = np.stack([rankdata(one), rankdata(other)])
    if len(one) < 2 or (np.ptp(ranks, axis=1) == 0).any():
        return 0.0
    return float(np.corrcoef(ranks)[0, 1])
