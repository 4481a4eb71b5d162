"""The thresholds in a graph: of trees, and which rows come to each, and of plain comparisons."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from medmaas_training.catalogue.probes.made import Array

_OPERATORS = {"TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble"}
_MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ")
_ORDERED = (0, 1, 2, 3)  # of them, those of a threshold
_COMPARISONS = (np.less_equal, np.less, np.greater_equal, np.greater, np.equal, np.not_equal)
_ROOT = -1
_COMPARED = {"LessOrEqual": 0, "Less": 1, "GreaterOrEqual": 2, "Greater": 3}  # to modes of trees
_TURNED = {0: 2, 1: 3, 2: 0, 3: 1}  # where the limit comes first


@dataclass(frozen=True)
class Trees:
    """All trees of one node of a graph.

    Attributes:
        tensor: what the node reads, [n, columns].
        columns: which of them each inner node of a tree compares.
        values: with what.
        modes: how, a position in the order of ONNX.
        parents: of each inner node, -1 of a root.
        on_true: whether it is reached if its parent's comparison holds.
        missing_true: whether a missing value counts as if the comparison held.
    """

    tensor: str
    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    modes: NDArray[np.int64]
    parents: NDArray[np.int64]
    on_true: NDArray[np.bool_]
    missing_true: NDArray[np.bool_]

    def fit(self, width: int) -> "Trees | None":
        """The same; None if what is read has not as many columns."""
        return self if self.columns.max() < width else None

    @property
    def ordered(self) -> NDArray[np.int64]:
        """The inner nodes that compare with a threshold."""
        return np.flatnonzero(np.isin(self.modes, _ORDERED))

    def find_arrivals(self, node: int, read: Array) -> NDArray[np.bool_]:
        """Which rows of what is read [n, columns] come to an inner node, [n]."""
        arrive, parent = np.ones(len(read), bool), int(self.parents[node])
        while parent != _ROOT:
            column = read[:, self.columns[parent]]
            holds = _COMPARISONS[self.modes[parent]](column, self.values[parent])
            holds[np.isnan(column)] = self.missing_true[parent]
            arrive &= holds == self.on_true[node]
            node, parent = parent, int(self.parents[parent])
        return arrive


@dataclass(frozen=True)
class Limits:
    """A comparison with numbers that stand in the graph.

    Attributes:
        tensor: what is compared, [n, columns].
        values: with what: one number, one per column, or several with one column.
        mode: how, a position in the order of ONNX.
    """

    tensor: str
    values: NDArray[np.float64]
    mode: int

    def fit(self, width: int) -> Trees | None:
        """As trees of one node each; None if limits and columns do not match."""
        count = max(width, len(self.values))
        if {width, len(self.values)} - {1, count}:
            return None
        return Trees(
            self.tensor,
            np.arange(count) % width,
            np.resize(self.values, count),
            np.full(count, self.mode),
            np.full(count, _ROOT),
            np.zeros(count, bool),
            np.zeros(count, bool),
        )


def find_limits(graph: onnx.ModelProto) -> Iterator[Limits]:
    """Comparisons of the graph itself."""
    constants = {one.name: one for one in graph.graph.initializer}
    for node in graph.graph.node:
        if node.op_type == "Binarizer":
            limit = next((one.f for one in node.attribute if one.name == "threshold"), 0.0)
            yield Limits(node.input[0], np.array([limit], np.float64), _COMPARED["Greater"])
        mode = _COMPARED.get(node.op_type)
        if mode is None or len(constants.keys() & set(node.input)) != 1:
            continue
        first, second = node.input
        read, limits, mode = (
            (second, first, _TURNED[mode]) if first in constants else (first, second, mode)
        )
        values = numpy_helper.to_array(constants[limits]).ravel().astype(np.float64)
        yield Limits(read, values, mode)


def find_trees(graph: onnx.ModelProto) -> Iterator[Trees]:
    """Those of the graph itself; what stands in a condition or a loop is passed by."""
    for node in graph.graph.node:
        if node.op_type in _OPERATORS:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            read = _read_new if node.op_type == "TreeEnsemble" else _read
            yield read(node.input[0], {name: _unpack(a) for name, a in attributes.items()})


def _unpack(attribute: object) -> Array:
    if isinstance(attribute, onnx.TensorProto):
        return np.asarray(numpy_helper.to_array(attribute))
    return np.asarray(attribute)


def _read(tensor: str, given: Mapping[str, Array]) -> Trees:
    modes = [mode.decode() for mode in given["nodes_modes"].tolist()]
    inner = np.flatnonzero([mode in _MODES for mode in modes])
    values = given.get("nodes_values_as_tensor", given.get("nodes_values"))
    trees, ids = given["nodes_treeids"], given["nodes_nodeids"]
    place = {(int(trees[i]), int(ids[i])): new for new, i in enumerate(inner)}
    parents, on_true = np.full(len(inner), _ROOT), np.zeros(len(inner), bool)
    for branch, ends in ((True, "nodes_truenodeids"), (False, "nodes_falsenodeids")):
        for new, i in enumerate(inner):
            child = place.get((int(trees[i]), int(given[ends][i])))
            if child is not None:
                parents[child], on_true[child] = new, branch
    tracks = given.get("nodes_missing_value_tracks_true", np.zeros(len(modes)))
    return Trees(
        tensor,
        given["nodes_featureids"][inner].astype(np.int64),
        np.asarray(values)[inner].astype(np.float64),
        np.array([_MODES.index(modes[i]) for i in inner], np.int64),
        parents,
        on_true,
        tracks[inner].astype(bool),
    )


def _read_new(tensor: str, given: Mapping[str, Array]) -> Trees:
    """The operator of opset 5, whose inner nodes are apart from its leaves."""
    columns, modes = given["nodes_featureids"].astype(np.int64), given["nodes_modes"]
    parents, on_true = np.full(len(columns), _ROOT), np.zeros(len(columns), bool)
    for branch, side in ((True, "true"), (False, "false")):
        ids, leaves = given[f"nodes_{side}nodeids"], given[f"nodes_{side}leafs"]
        for node in np.flatnonzero(leaves == 0):
            parents[ids[node]], on_true[ids[node]] = node, branch
    tracks = given.get("nodes_missing_value_tracks_true", np.zeros(len(columns)))
    return Trees(
        tensor,
        columns,
        given["nodes_splits"].astype(np.float64),
        modes.astype(np.int64),
        parents,
        on_true,
        tracks.astype(bool),
    )
