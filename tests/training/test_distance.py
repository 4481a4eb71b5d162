"""Distances: the graph gives what numpy gives, and a threshold refuses as many as it says."""

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from medmaas.model.manifest import Boolean, Number, Range, TabularInput
from medmaas.model.session import Session
from medmaas.model.uncertainty.distance import Standardised
from medmaas_training.assessment.certainty.abstention import choose_largest_set, choose_threshold
from medmaas_training.assessment.certainty.distance import fit_distance, measure_distance
from medmaas_training.assessment.certainty.embedding import (
    COPIES,
    DISTANCE,
    EMBEDDING,
    add_distance,
    expose_copies,
    expose_embedding,
    find_embedding,
    fit_space,
    remove_distance,
)

ANY = Range(low=0, high=1e6)
SPEC = TabularInput(
    tensor="features",
    features=(
        Number(name="age", description="Age.", unit="a", hard_range=ANY, training_range=ANY),
        Number(
            name="marker",
            description="Marker.",
            unit="mg/dL",
            hard_range=ANY,
            training_range=ANY,
            missing="imputed",
        ),
        Boolean(name="ill", description="Ill."),
    ),
)


def draw_people(n: int, seed: int = 0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    age = rng.normal(60, 10, n)
    marker = np.exp(rng.normal(0, 0.5, n) + (age - 60) / 20)
    marker[rng.random(n) < 0.2] = np.nan
    return np.stack([age, marker, rng.random(n) < 0.02], axis=1)


def test_what_is_measured_is_what_is_served_whatever_is_missing() -> None:
    distance = fit_distance(SPEC.features, draw_people(2000))
    rows = draw_people(300, 1).astype(np.float32)
    rows[0] = np.nan
    served = Standardised(distance, ("features",)).measure({}, {"features": rows})
    assert measure_distance(distance, rows.astype(float)) == pytest.approx(served, abs=2e-6)


def test_the_logarithm_is_taken_of_what_is_skewed_and_positive_alone() -> None:
    columns = fit_distance(SPEC.features, draw_people(2000)).columns
    assert [column.log for column in columns] == [False, True, False]


def test_a_rare_word_alone_is_not_far() -> None:
    distance = fit_distance(SPEC.features, draw_people(2000))
    well, ill = measure_distance(distance, np.array([[60, 1.0, 0], [60, 1.0, 1]]))
    usual = np.quantile(measure_distance(distance, draw_people(2000, 1)), 0.9)
    assert well < ill < usual


def test_a_threshold_refuses_about_three_per_cent_of_people_like_those_of_training() -> None:
    distance = fit_distance(SPEC.features, draw_people(4000))
    threshold = choose_threshold(measure_distance(distance, draw_people(2000, 1)), {})
    refused = measure_distance(distance, draw_people(20_000, 2)) > threshold
    assert 0.015 < refused.mean() < 0.045
    foreign = draw_people(500, 3)
    foreign[:, 1] *= 30
    known = ~np.isnan(foreign[:, 1])
    assert (measure_distance(distance, foreign[known]) > threshold).mean() > 0.95


def test_a_threshold_is_never_beyond_what_calibration_has_seen_by_more_than_a_digit() -> None:
    assert choose_threshold(np.array([0.5, 1.0]), {}) == pytest.approx(1.0, rel=1e-3)


def test_a_threshold_refuses_no_more_than_four_per_cent_of_any_group_that_can_tell() -> None:
    distances = np.random.default_rng(0).lognormal(size=4000)
    rare = np.arange(4000) < 300  # lie twice as far as the others
    distances[rare] *= 2
    few = np.arange(4000) >= 3990  # too few to tell
    distances[few] *= 10
    alike = choose_threshold(distances, {})
    assert (distances[rare] > alike).mean() > 0.06
    apart = choose_threshold(distances, {"rare": rare, "few": few})
    assert 0.03 < (distances[rare] > apart).mean() <= 0.04


def test_the_largest_set_leaves_at_most_four_per_cent_unanswered() -> None:
    sizes = np.array([1.0] * 95 + [2.0] * 3 + [3.0] * 2)
    nobody = np.zeros(100, bool)
    assert choose_largest_set(sizes, nobody, 4) == 2
    assert choose_largest_set(np.ones(100), nobody, 4) is None


def make_graph(copies: int = 1, *, branches: int = 1) -> onnx.ModelProto:
    """x [n, 5] -> a hidden layer -> p [n, 3], of `copies` of every row; weights drawn."""
    rng, nodes, weights = np.random.default_rng(0), [], {}
    nodes.append(helper.make_node("Concat", ["x"] * copies, ["all"], axis=0))
    ends = []
    for i in range(branches):
        weights[f"a{i}"] = rng.normal(size=(5, 8)).astype(np.float32)
        weights[f"b{i}"] = rng.normal(size=(8, 3)).astype(np.float32)
        nodes += [
            helper.make_node("MatMul", ["all", f"a{i}"], [f"h{i}"]),
            helper.make_node("Tanh", [f"h{i}"], [f"t{i}"]),
            helper.make_node("MatMul", [f"t{i}", f"b{i}"], [f"o{i}"]),
        ]
        ends.append(f"o{i}")
    weights["shape"] = np.array([copies, -1, 3])
    weights["zero"] = np.array([0])
    nodes += [
        helper.make_node("Sum", ends, ["sum"]),
        helper.make_node("Reshape", ["sum", "shape"], ["stacked"]),
        helper.make_node("ReduceMean", ["stacked", "zero"], ["mean"], keepdims=0),
        helper.make_node("Softmax", ["mean"], ["p"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 5])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def run(graph: onnx.ModelProto, x: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    onnx.checker.check_model(graph, full_check=True)
    return Session(graph.SerializeToString()).run({"x": x})


X = np.random.default_rng(1).normal(size=(400, 5)).astype(np.float32)


@pytest.mark.parametrize(("copies", "branches"), [(1, 1), (4, 1), (1, 2)])
@pytest.mark.parametrize("components", [96, 3])
@pytest.mark.parametrize("labelled", [False, True])
def test_the_graph_gives_the_distance_that_numpy_gives(
    copies: int, branches: int, components: int, *, labelled: bool
) -> None:
    graph = make_graph(copies, branches=branches)
    parts = find_embedding(graph, ["p"])
    assert parts == tuple(f"t{i}" for i in range(branches))
    assert run(expose_copies(graph, "x", parts[0]), X[:9])[COPIES][0] == copies
    embedded = run(expose_embedding(graph, "x", parts, copies=copies > 1), X)[EMBEDDING].astype(
        float
    )
    assert embedded.shape == (400, 8 * branches)
    labels = (X[:, 0] > 0).astype(int) if labelled else None
    space = fit_space(embedded, labels, components)
    given = run(add_distance(graph, "x", parts, space, copies=copies > 1), X)
    assert given[DISTANCE].shape == (400, 1)
    assert given[DISTANCE][:, 0] == pytest.approx(space.measure(embedded), rel=1e-4)
    assert (given["p"] == run(graph, X)["p"]).all()


def test_one_is_how_far_instances_of_training_are() -> None:
    embedded = X.astype(float)
    distances = fit_space(embedded, None).measure(embedded)
    assert np.mean(distances**2) == pytest.approx(1)


def test_the_distance_is_mahalanobis_and_the_nearest_class_counts() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 5000)
    embedded = rng.normal(size=(10_000, 2)) * [1, 10] + np.stack([20 * labels, 0 * labels], axis=1)
    at = fit_space(embedded, labels).measure(np.array([[0, 0], [20, 0], [10, 0], [0, 100.0]]))
    assert at[:2] == pytest.approx([0, 0], abs=0.05)
    assert at[2] == pytest.approx(at[3], rel=0.05)  # ten deviations of either


def test_adding_a_distance_twice_is_adding_it_once_and_it_can_be_taken_away() -> None:
    graph = make_graph()
    space = fit_space(run(expose_embedding(graph, "x", ("t0",)), X)[EMBEDDING].astype(float), None)
    once = add_distance(graph, "x", ("t0",), space)
    assert add_distance(once, "x", ("t0",), space) == once
    assert remove_distance(once) == graph
    assert find_embedding(once, ["p"]) == ("t0",)


def test_a_graph_without_a_layer_of_weights_has_no_embedding() -> None:
    graph = helper.make_graph(
        [helper.make_node("Softmax", ["x"], ["p"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, ["n", 3])],
    )
    assert find_embedding(helper.make_model(graph), ["p"]) == ()


def test_what_is_absurdly_far_is_given_as_the_furthest() -> None:
    space = fit_space(X.astype(float), None)
    assert space.measure(np.full((1, 5), 1e9)) == [100]
