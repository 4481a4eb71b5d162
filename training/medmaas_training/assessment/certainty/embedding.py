"""How far an instance is from those a network learned from, in what the network makes of it.

The distance becomes an output of the graph: Mahalanobis distance to the nearest class (Lee et al.
2018, arXiv:1807.03888), or to all instances together, in the input of the network's last layer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from sklearn.covariance import ledoit_wolf

Floats = NDArray[np.float64]

DISTANCE = "distance"
_PREFIX = "distance."
EMBEDDING, COPIES = _PREFIX + "embedding", _PREFIX + "times"
_COMPONENTS = 96
_FURTHEST = 100.0
_LAST = {"Gemm": 1, "MatMul": 1}


@dataclass(frozen=True)
class Space:
    """What distance is measured with.

    Attributes:
        means: of each class, or of all together, [classes or 1, d].
        axes: directions of the largest variance within the classes, [d, r].
        variance: along each of these, [r].
        rest: mean variance along the others; 0 if there is none.
        spread: mean squared distance of each class's own instances, [classes or 1].
    """

    means: Floats
    axes: Floats
    variance: Floats
    rest: float
    spread: Floats

    def measure(self, embedded: Floats) -> Floats:
        """Distances of [n, d] as the graph gives them, [n]."""
        squared = self.square(embedded) / self.spread
        distance: Floats = np.sqrt(squared.min(1))
        return np.minimum(distance, _FURTHEST)

    def square(self, embedded: Floats) -> Floats:
        """Squared Mahalanobis distances of [n, d] to each class, [n, classes]."""
        apart = embedded[:, None] - self.means
        along = apart @ self.axes
        squared: Floats = (along**2 / self.variance).sum(2)
        if self.rest:
            squared += ((apart - along @ self.axes.T) ** 2).sum(2) / self.rest
        return squared


def fit_space(
    embedded: Floats, labels: NDArray[np.int64] | None, components: int = _COMPONENTS
) -> Space:
    """Means and shared covariance of the train split, shrunk (Ledoit & Wolf 2004).

    Beyond so many components the covariance is the same in every direction (Tipping & Bishop 1999),
    which keeps the graph small.

    Args:
        embedded: of the train split, [n, d].
        labels: the class of each, [n], or None for one cloud.
        components: the most directions to keep.
    """
    of = np.zeros(len(embedded), int) if labels is None else labels
    classes, place = np.unique(of, return_inverse=True)
    means = np.stack([embedded[of == label].mean(0) for label in classes])
    within = embedded - means[place]
    covariance, _ = ledoit_wolf(within, assume_centered=True)
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = np.maximum(values[::-1], values[-1] * 1e-9), vectors[:, ::-1]
    rest = float(values[components:].mean()) if len(values) > components else 0.0
    space = Space(means, vectors[:, :components], values[:components], rest, np.ones(len(means)))
    squared = space.square(embedded)[np.arange(len(of)), place]
    return replace(space, spread=np.bincount(place, squared) / np.bincount(place))


def find_embedding(graph: onnx.ModelProto, outputs: Sequence[str]) -> tuple[str, ...]:
    """What goes into the last layer: the tensors that layers nearest to the outputs weigh.

    Several where the graph ends in several branches; none if no output comes from such a layer.
    """
    weights = {tensor.name: tensor for tensor in graph.graph.initializer}
    makers = {name: node for node in graph.graph.node for name in node.output}
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(reversed(outputs))
    while waiting:
        name = waiting.pop()
        node = makers.get(name)
        if node is None or name in seen:
            continue
        seen.add(name)
        if node.op_type in _LAST and node.input[1] in weights:
            found[node.input[0]] = None
        else:
            waiting += reversed(node.input)
    return tuple(found)


def expose_embedding(
    graph: onnx.ModelProto, tensor: str, parts: Sequence[str], *, copies: bool = False
) -> onnx.ModelProto:
    """A copy that also gives the embedding, [n, d].

    Args:
        graph: of the model.
        tensor: its input, whose first dimension is n.
        parts: tensors that together are the embedding, each [n, any].
        copies: whether the graph looks at several copies of an instance, all instances once, then
            all again: the mean of the copies is taken.
    """
    copy = remove_distance(graph)
    together = _PREFIX + "together" if copies else EMBEDDING
    copy.graph.node.append(helper.make_node("Concat", list(parts), [together], axis=1))
    if copies:
        copy.graph.node.extend(_average(tensor, together))
        copy.graph.initializer.extend(_constants({"zero": [0], "copies": [-1]}))
    embedding = helper.make_tensor_value_info(EMBEDDING, TensorProto.FLOAT, [None, None])
    copy.graph.output.append(embedding)
    return copy


def expose_copies(graph: onnx.ModelProto, tensor: str, part: str) -> onnx.ModelProto:
    """A copy that also gives how many copies of an instance it looks at, [1].

    Args:
        graph: of the model.
        tensor: its input, whose first dimension is n.
        part: one of the tensors of the embedding.
    """
    copy, p = remove_distance(graph), _PREFIX
    copy.graph.node.extend(
        [
            helper.make_node("Shape", [part], [p + "all"], start=0, end=1),
            helper.make_node("Shape", [tensor], [p + "n"], start=0, end=1),
            helper.make_node("Div", [p + "all", p + "n"], [COPIES]),
        ]
    )
    copy.graph.output.append(helper.make_tensor_value_info(COPIES, TensorProto.INT64, [1]))
    return copy


def _average(tensor: str, together: str) -> list[onnx.NodeProto]:
    p = _PREFIX
    return [
        helper.make_node("Shape", [tensor], [p + "n"], start=0, end=1),
        helper.make_node("Shape", [together], [p + "width"], start=1, end=2),
        helper.make_node("Concat", [p + "copies", p + "n", p + "width"], [p + "shape"], axis=0),
        helper.make_node("Reshape", [together, p + "shape"], [p + "stacked"]),
        helper.make_node("ReduceMean", [p + "stacked", p + "zero"], [EMBEDDING], keepdims=0),
    ]


def add_distance(
    graph: onnx.ModelProto,
    tensor: str,
    parts: Sequence[str],
    space: Space,
    *,
    copies: bool = False,
) -> onnx.ModelProto:
    """A copy with the output `distance`, float32 [n, 1]; one that was there is replaced.

    1 is as far as training instances of the nearest class are (the root of their mean square);
    beyond 100 it is 100, so that a machine that rounds differently gives the same.

    Args:
        graph: of the model.
        tensor: its input, whose first dimension is n.
        parts: tensors that together are the embedding.
        space: fitted to the same.
        copies: as for `expose_embedding`.
    """
    copy, p = expose_embedding(graph, tensor, parts, copies=copies), _PREFIX
    copy.graph.output.pop()
    weights: dict[str, Any] = {
        "means": space.means[None],
        "axes": space.axes,
        "scale": 1 / np.sqrt(space.variance),
        "spread": 1 / space.spread,
        "most": _FURTHEST,
    }
    nodes = [
        helper.make_node("Unsqueeze", [EMBEDDING, p + "one"], [p + "one_row"]),
        helper.make_node("Sub", [p + "one_row", p + "means"], [p + "apart"]),
        helper.make_node("MatMul", [p + "apart", p + "axes"], [p + "along"]),
        helper.make_node("Mul", [p + "along", p + "scale"], [p + "scaled"]),
        helper.make_node("ReduceSumSquare", [p + "scaled", p + "two"], [p + "within"], keepdims=0),
    ]
    squared = p + "within"
    if space.rest:
        weights["rest"] = 1 / np.sqrt(space.rest)
        nodes += _add_rest()
        squared = p + "squared"
    nodes += [
        helper.make_node("Mul", [squared, p + "spread"], [p + "relative"]),
        helper.make_node("ReduceMin", [p + "relative", p + "one"], [p + "nearest"], keepdims=1),
        helper.make_node("Sqrt", [p + "nearest"], [p + "root"]),
        helper.make_node("Min", [p + "root", p + "most"], [DISTANCE]),
    ]
    copy.graph.node.extend(nodes)
    copy.graph.initializer.extend(_constants({"one": [1], "two": [2]}))
    copy.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(values, np.float32), p + name)
        for name, values in weights.items()
    )
    copy.graph.output.append(
        helper.make_tensor_value_info(DISTANCE, TensorProto.FLOAT, [_name_rows(copy), 1])
    )
    return copy


def _add_rest() -> list[onnx.NodeProto]:
    """Nodes for the squared distance in the directions that were not kept."""
    p = _PREFIX
    return [
        helper.make_node("Transpose", [p + "axes"], [p + "back"], perm=[1, 0]),
        helper.make_node("MatMul", [p + "along", p + "back"], [p + "seen"]),
        helper.make_node("Sub", [p + "apart", p + "seen"], [p + "unseen"]),
        helper.make_node("Mul", [p + "unseen", p + "rest"], [p + "unseen_scaled"]),
        helper.make_node(
            "ReduceSumSquare", [p + "unseen_scaled", p + "two"], [p + "across"], keepdims=0
        ),
        helper.make_node("Add", [p + "within", p + "across"], [p + "squared"]),
    ]


def remove_distance(graph: onnx.ModelProto) -> onnx.ModelProto:
    """A copy as it was before `add_distance`."""
    copy = onnx.ModelProto()
    copy.CopyFrom(graph)
    for node in graph.graph.node:
        if _is_ours(node.output[0]):
            copy.graph.node.remove(node)
    for kept in (copy.graph.initializer, copy.graph.output):
        for part in [part for part in kept if _is_ours(part.name)]:
            kept.remove(part)
    return copy


def _is_ours(name: str) -> bool:
    return name == DISTANCE or name.startswith(_PREFIX)


def _constants(values: dict[str, list[int]]) -> list[onnx.TensorProto]:
    return [
        numpy_helper.from_array(np.array(value, np.int64), _PREFIX + name)
        for name, value in values.items()
    ]


def _name_rows(graph: onnx.ModelProto) -> str | None:
    first = graph.graph.input[0].type.tensor_type.shape.dim[0]
    return first.dim_param or None
