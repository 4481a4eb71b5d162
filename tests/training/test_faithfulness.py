"""Whether measurements of faithfulness tell true explanations from wrong ones."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from medmaas.model.explanation.shapley import Game
from medmaas.model.manifest import (
    Background,
    Centre,
    Explanation,
    Number,
    Range,
    TabularInput,
    ValueOutput,
)
from medmaas.model.registry import Model
from medmaas_training.assessment.inputs import make_case
from medmaas_training.assessment.reasons.faithfulness.agreement import (
    check_background,
    check_sampled,
    check_shap,
)
from medmaas_training.assessment.reasons.faithfulness.deletion import (
    DELETION,
    INSERTION,
    SHARES,
    check_paths,
    walk_paths,
)
from medmaas_training.assessment.reasons.faithfulness.randomisation import (
    check_sanity,
    correlate_ranks,
    has_weights,
    shuffle_weights,
)
from medmaas_training.assessment.reasons.games import Case, explain_case, open_model, sample_case

Floats = NDArray[np.float64]
WIDE = Range(low=-100, high=100)
TOLERANCE = np.array([0.01])


def add_up(values: Floats) -> Game:
    return lambda coalitions: (coalitions @ values)[:, None]


def make_network(inputs: int = 4, *, seed: int = 0) -> onnx.ModelProto:
    """Standardised features through one hidden layer to a value."""
    draw = np.random.default_rng(seed)
    constants = {
        "mean": draw.normal(size=(1, inputs)),
        "first": draw.normal(size=(inputs, 8)),
        "bias": draw.normal(size=8),
        "second": draw.normal(size=(8, 1)),
    }
    nodes = [
        helper.make_node("Sub", ["features", "mean"], ["centred"]),
        helper.make_node("Gemm", ["centred", "first", "bias"], ["hidden"]),
        helper.make_node("Tanh", ["hidden"], ["bent"]),
        helper.make_node("MatMul", ["bent", "second"], ["value"]),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", inputs])],
        [helper.make_tensor_value_info("value", TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(a.astype(np.float32), name) for name, a in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def open_network(graph: onnx.ModelProto, centres: Floats) -> Model:
    inputs = centres.shape[1]
    features = tuple(
        Number(name=f"x{i}", description="x", unit="1", hard_range=WIDE, training_range=WIDE)
        for i in range(inputs)
    )
    background = Background(
        of="invented people",
        centres=tuple(
            Centre(values=tuple(c.tolist()), people=25 * (i + 1)) for i, c in enumerate(centres)
        ),
    )
    return open_model(
        graph,
        TabularInput(tensor="features", features=features),
        ValueOutput(tensor="value", unit="1"),
        [{f"x{i}": 0 for i in range(inputs)}],
        explanation=Explanation(method="exact", background=background),
    )


@pytest.fixture(name="centres")
def _centres() -> Floats:
    return np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32).astype(float)


@pytest.fixture(name="rows")
def _rows() -> Floats:
    return np.random.default_rng(2).normal(size=(12, 4))


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=9), st.integers(0, 99))
def test_the_true_order_is_never_behind_the_opposite_one(values: list[float], seed: int) -> None:
    true = np.array(values)
    case = Case(tuple(map(str, values)), add_up(true))
    ahead = walk_paths([case], [true], [0], seed=seed).areas
    behind = walk_paths([case], [-true], [0], seed=seed).areas
    for way in (DELETION, INSERTION):
        assert ahead[way][0] >= behind[way][0] - 1e-9


def test_the_curves_start_and_end_where_all_or_none_play() -> None:
    values = np.array([3.0, -1.0, 2.0, 0.5])
    paths = walk_paths([Case(tuple("abcd"), add_up(values))], [values], [0], seed=0)
    for name, curve in paths.curves.items():
        assert curve.shape == (1, len(SHARES))
        start, end = (4.5, 0.0) if name.startswith(DELETION) else (0.0, 4.5)
        assert curve[0, [0, -1]] == pytest.approx([start, end])


def test_deleting_the_largest_first_falls_as_it_must() -> None:
    values = np.array([1.0, 5.0, 3.0])
    paths = walk_paths([Case(tuple("abc"), add_up(values))], [values], [0], seed=0)
    steps = np.interp([1 / 3, 2 / 3], SHARES, paths.curves[DELETION][0])
    assert steps == pytest.approx([4.0, 1.0], abs=0.1)


def test_attributions_by_chance_are_no_better_than_chance() -> None:
    draw = np.random.default_rng(0)
    truths = draw.normal(size=(200, 6))
    cases = [Case(tuple("abcdef"), add_up(values)) for values in truths]
    targets = [0] * len(cases)
    by_chance = walk_paths(cases, list(draw.normal(size=(200, 6))), targets, seed=0)
    by_truth = walk_paths(cases, list(truths), targets, seed=0)
    chances, truly = (check_paths(paths, of="value", seed=0) for paths in (by_chance, by_truth))
    for chance, true in zip(chances, truly, strict=True):
        assert true.low is not None
        assert abs(chance.value) < 0.2 * true.low


def test_exact_and_sampled_values_are_those_of_shap(centres: Floats, rows: Floats) -> None:
    checks = check_shap(open_network(make_network(), centres), rows, TOLERANCE, seed=0)
    assert [("exact" in check.check, "permutation" in check.check) for check in checks] == [
        (True, False),
        (False, True),
    ]
    assert checks[0].value < 1e-9
    assert checks[1].value < 0.05


def test_shap_explains_the_trained_model_where_there_is_one(centres: Floats, rows: Floats) -> None:
    model = open_network(make_network(), centres)

    def trained(asked: Floats) -> NDArray[np.floating]:
        held = asked.astype(np.float32)
        return model.session.run({"features": held})["value"] + 2 * held[:, :1]

    (exact, _) = check_shap(model, rows, TOLERANCE, seed=0, trained=trained)
    assert "the trained model" in exact.check
    assert exact.value > 0.1, "another model has other attributions, and the check must see it"


def test_sampled_values_of_few_players_are_near_exact_ones(centres: Floats, rows: Floats) -> None:
    model = open_network(make_network(), centres)
    cases = [make_case(model, row) for row in rows]
    exact = [explain_case(case, TOLERANCE, 0).values for case in cases]
    (check,) = check_sampled(cases, exact, TOLERANCE, seed=0)
    assert check.value > 0.85
    (wrong,) = check_sampled(cases, [values + 0.1 for values in exact], TOLERANCE, seed=0)
    assert wrong.value < 0.1


def test_sampling_few_players_gives_one_value_and_one_error_each(
    centres: Floats, rows: Floats
) -> None:
    case = make_case(open_network(make_network(), centres), rows[0])
    sampled = sample_case(case, TOLERANCE, 0)
    assert sampled.errors is not None
    assert sampled.values.shape == sampled.errors.shape == (4, 1)
    assert sampled.values.sum() == pytest.approx((sampled.prediction - sampled.baseline)[0])


def test_a_background_that_is_everybody_makes_no_difference(centres: Floats, rows: Floats) -> None:
    model = open_network(make_network(), centres)
    everyone = np.repeat(centres, [1, 2, 3], axis=0)  # as the centres' people, 25, 50, 75
    checks = check_background(model, rows, everyone, 0, TOLERANCE, seed=0)
    assert all(check.value < 1e-6 for check in checks)
    others = check_background(model, rows, everyone + 1, 0, TOLERANCE, seed=0)
    assert all(check.value > 0.01 for check in others)


def test_shuffling_changes_weights_and_leaves_what_standardises() -> None:
    graph = make_network()
    before = {t.name: numpy_helper.to_array(t) for t in graph.graph.initializer}
    shuffled = shuffle_weights(graph, 3)
    after = {t.name: numpy_helper.to_array(t) for t in shuffled.graph.initializer}
    assert (after["mean"] == before["mean"]).all()
    assert (after["bias"] == before["bias"]).all()
    for name in ("first", "second"):
        assert (after[name] != before[name]).any()
        assert np.sort(np.abs(after[name]), None) == pytest.approx(
            np.sort(np.abs(before[name]), None)
        )
    assert shuffle_weights(graph, 3) == shuffled


def test_a_graph_may_have_no_weights_to_shuffle() -> None:
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "none",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
    )
    assert not has_weights(helper.make_model(graph))
    assert has_weights(make_network())


def test_explanations_follow_the_weights_and_a_picture_of_the_input_does_not(
    centres: Floats, rows: Floats
) -> None:
    graph = make_network()

    def explain(other: onnx.ModelProto) -> list[Floats]:
        model = open_network(other, centres)
        return [explain_case(make_case(model, row), TOLERANCE, 0).values[:, 0] for row in rows]

    honest = check_sanity(graph, explain, explain(graph), models=30, seed=0)
    assert abs(honest.value) < 0.3
    blind = check_sanity(graph, lambda _: list(rows), list(rows), models=3, seed=0)
    assert blind.value == pytest.approx(1)


def test_values_without_an_order_correlate_with_nothing() -> None:
    assert correlate_ranks(np.zeros(4), np.arange(4.0)) == 0
    assert correlate_ranks(np.arange(4.0), 2 * np.arange(4.0)) == pytest.approx(1)
    assert correlate_ranks(np.arange(4.0), -np.arange(4.0)) == pytest.approx(-1)
