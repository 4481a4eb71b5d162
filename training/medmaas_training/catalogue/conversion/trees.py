"""Trees of scikit-learn's form as one operator, which gives what the trees give.

skl2onnx leaves out where a tree sends missing values, and knows no survival trees.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas_training.catalogue.conversion.glue import ML, Glue

Array = NDArray[Any]


def round_down(thresholds: Array) -> Array:
    """The largest float32 that is not above each float64: x <= one is x <= the other, of any x."""
    near = thresholds.astype(np.float32)
    below = np.nextafter(near, np.float32(-np.inf))
    return np.where(near.astype(np.float64) > thresholds, below, near)


def sum_trees(glue: Glue, matrix: str, trees: Sequence[Any], leaves: Sequence[Array]) -> str:
    """What the leaves of all trees add up to, float32 [n, columns].

    Args:
        glue: the graph.
        matrix: what the trees take, float32 [n, features]; NaN goes where each split sends it.
        trees: as `tree_` of a fitted estimator.
        leaves: of each tree, what each of its nodes adds [nodes, columns]; used of leaves alone.
    """
    nodes: dict[str, list[Any]] = {
        f"nodes_{what}": []
        for what in (
            *("treeids", "nodeids", "featureids", "values", "modes"),
            *("truenodeids", "falsenodeids", "missing_value_tracks_true"),
        )
    }
    columns = leaves[0].shape[1]
    targets: dict[str, list[Any]] = {
        f"target_{what}": [] for what in ("treeids", "nodeids", "ids", "weights")
    }
    for number, (tree, weights) in enumerate(zip(trees, leaves, strict=True)):
        is_leaf = tree.children_left < 0
        count = tree.node_count
        nodes["nodes_treeids"] += [number] * count
        nodes["nodes_nodeids"] += range(count)
        nodes["nodes_featureids"] += np.where(is_leaf, 0, tree.feature).tolist()
        nodes["nodes_values"] += np.where(is_leaf, 0, round_down(tree.threshold)).tolist()
        nodes["nodes_modes"] += np.where(is_leaf, "LEAF", "BRANCH_LEQ").tolist()
        nodes["nodes_truenodeids"] += np.where(is_leaf, 0, tree.children_left).tolist()
        nodes["nodes_falsenodeids"] += np.where(is_leaf, 0, tree.children_right).tolist()
        nodes["nodes_missing_value_tracks_true"] += np.where(
            is_leaf, 0, tree.missing_go_to_left
        ).tolist()
        ends = np.flatnonzero(is_leaf)
        targets["target_treeids"] += [number] * (len(ends) * columns)
        targets["target_nodeids"] += np.repeat(ends, columns).tolist()
        targets["target_ids"] += np.tile(np.arange(columns), len(ends)).tolist()
        targets["target_weights"] += weights[ends].ravel().tolist()
    return glue.add(
        "TreeEnsembleRegressor", matrix, domain=ML, n_targets=columns, **nodes, **targets
    )
