"""`add` asks a graph for what its draft allows, though there is no model to compare with."""

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto
from PIL import Image

from tests.training.own_files import Own, constant, instances, make_graph, node

ENDING = node("Softmax", "z", "probabilities", axis=1)
WEIGHTS = constant("w", np.random.default_rng(0).normal(size=(10, 2)) / 100)
LINEAR = node("MatMul", "features w", "z")


def refuse(own: Own, capsys: Any) -> str:
    assert own.add() == 2
    assert not own.out.exists()
    told: str = capsys.readouterr().err
    return told


def test_an_answer_of_nan_where_a_value_may_be_missing(own: Own, capsys: Any) -> None:
    own.graph = make_graph([LINEAR, ENDING], WEIGHTS)
    assert own.add() == 0
    own.draft["version"] = "1.0.1"
    own.draft["input"]["features"][3]["missing"] = "passed by"
    assert own.add() == 2
    assert (
        "the graph gives a number that is not finite in probabilities on 6 of 6 rows made with "
        "values missing (area): let the graph replace missing values, or state no missing"
    ) in capsys.readouterr().err


def test_a_choice_that_the_graph_does_not_know(own: Own, capsys: Any) -> None:
    places = constant("first", [0], np.int64)
    table = constant("table", [[0.1, 0.9], [0.5, 0.5]])
    own.graph = make_graph(
        [
            node("Gather", "features first", "code", axis=1),
            node("Cast", "code", "whole", to=TensorProto.INT64),
            node("Gather", "table whole", "rows"),
            node("Squeeze", "rows one", "probabilities"),
        ],
        places,
        table,
        constant("one", [1], np.int64),
    )
    choices = {"type": "choice", "description": "Side.", "choices": ["left", "right", "both"]}
    own.draft["input"]["features"][0] = {"name": "radius"} | choices
    own.draft["golden"]["cases"] = [{"instance": instances()[0] | {"radius": "left"}}]
    told = refuse(own, capsys)
    assert "the graph fails on 5 of 15 rows made of every choice (radius)" in told
    assert "state the choices that it takes" in told


def test_a_range_beyond_what_the_graph_can_compute(own: Own, capsys: Any) -> None:
    own.graph = make_graph(
        [
            LINEAR,
            node("Exp", "z", "e"),
            node("ReduceSum", "e last", "sum"),
            node("Div", "e sum", "probabilities"),
        ],
        WEIGHTS,
        constant("last", [1], np.int64),
    )
    own.draft["input"]["features"][3]["hard_range"]["high"] = 1e6
    told = refuse(own, capsys)
    assert "not finite in probabilities on " in told
    assert "made at the ends of ranges (area): scale or clip inside the graph" in told


def test_probabilities_that_sum_to_1_in_the_golden_cases_alone(own: Own, capsys: Any) -> None:
    own.graph = make_graph(
        [LINEAR, node("Softmax", "z", "p", axis=1), node("Gather", "features first", "c", axis=1),
         node("Greater", "c limit", "large"), node("Cast", "large", "more", to=TensorProto.FLOAT),
         node("Add", "p more", "probabilities")],
        WEIGHTS, constant("first", [0], np.int64), constant("limit", [35.0]),
    )  # fmt: skip
    own.draft["input"]["features"][0]["hard_range"]["high"] = 50
    assert "made at the ends of ranges (radius): end it with a softmax" in refuse(own, capsys)


def picture(own: Own) -> None:
    own.draft["input"] = {"kind": "image", "tensor": "x", "height": 4, "width": 4, "mode": "L"}
    file = BytesIO()
    shades = np.random.default_rng(0).integers(0, 256, (4, 4), np.uint8)
    Image.fromarray(shades).save(file, "PNG")
    noise = base64.b64encode(file.getvalue()).decode()
    own.draft["golden"]["cases"] = [{"instance": {"image": noise}}]


def recording(own: Own) -> None:
    own.draft["input"] = {
        "kind": "waveform", "tensor": "x", "description": "An ECG.", "leads": [{"name": "I"}],
        "sampling_rate": 100, "samples": 16, "unit": "mV", "amplitude": {"low": -5, "high": 5},
    }  # fmt: skip
    values = [0.1 * (i % 5) for i in range(16)]
    sent = {"sampling_rate": 100, "unit": "mV", "leads": {"I": values}}
    own.draft["golden"]["cases"] = [{"instance": {"ecg": sent}}]


@pytest.mark.parametrize(
    ("state", "shape", "sort"),
    [(picture, ["n", 4, 4, 1], "of one shade"), (recording, ["n", 1, 16], "that are flat")],
)
def test_a_contrast_of_nothing(
    own: Own, capsys: Any, state: Any, shape: list[str | int], sort: str
) -> None:
    state(own)
    is_picture = len(shape) == 4
    own.graph = make_graph(
        [
            node("Cast", "x", "f", to=TensorProto.FLOAT),
            node("Reshape", "f flat", "v"),
            node("ReduceMax", "v last", "high"),
            node("ReduceMin", "v last", "low"),
            node("Sub", "high low", "range"),
            node("Sub", "v low", "above"),
            node("Div", "above range", "share"),
            node("ReduceMean", "share last", "p"),
            node("Sub", "one p", "q"),
            node("Concat", "p q", "probabilities", axis=1),
        ],
        constant("flat", [0, 16], np.int64),
        constant("last", [1], np.int64),
        constant("one", [[1.0]]),
        takes=(("x", TensorProto.UINT8 if is_picture else TensorProto.FLOAT, shape),),
    )
    told = refuse(own, capsys)
    assert "the graph gives a number that is not finite in probabilities on" in told
    assert f"rows made {sort}" in told


def test_a_character_that_the_graph_has_no_row_for(own: Own, capsys: Any) -> None:
    own.draft["input"] = {
        "kind": "text", "tensor": "x", "field": "line", "description": "Letters.",
        "alphabet": ["a", "b", "c"], "max_length": 4,
    }  # fmt: skip
    own.draft["golden"]["cases"] = [{"instance": {"line": "ab"}}]
    own.graph = make_graph(
        [node("Gather", "table x", "rows"), node("ReduceMean", "rows second", "probabilities",
                                                 keepdims=0)],
        constant("table", [[0.5, 0.5], [0.1, 0.9], [0.2, 0.8]]),
        constant("second", [1], np.int64),
        takes=(("x", TensorProto.INT64, ["n", 4]),),
    )  # fmt: skip
    told = refuse(own, capsys)
    assert "the graph fails on 1 of 3 rows made of the shortest texts" in told
    assert "rows made of the longest texts" in told
