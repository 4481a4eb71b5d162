"""The thresholds of the trees in a graph, and which rows come to each."""

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
