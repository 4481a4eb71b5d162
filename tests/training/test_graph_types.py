"""A graph of other element types, or of one row at a time, answers as the same one in float32."""

from typing import Any

import numpy as np
import onnx
import pytest
from fastapi.testclient import TestClient
from onnx import TensorProto, helper

from medmaas.api.app import create_app
from medmaas.model.predict import predict
from medmaas.model.registry import Model, Registry
from tests.training.own_files import GRAPH, PIPELINE, Own, X, instances

NAMES = [*instances()[0]]
ROWS = [dict(zip(NAMES, row, strict=True)) for row in X[:20].tolist()]
WHOLE = [{name: round(value) for name, value in row.items()} for row in ROWS]


def take(datatype: int, rows: str | int = "n") -> bytes:
    """The pipeline's graph behind a cast: what it takes is of this type."""
    model = onnx.load_from_string(GRAPH)
    first = model.graph.input[0]
    cast = helper.make_node("Cast", ["given"], [first.name], to=TensorProto.FLOAT)
    model.graph.node.insert(0, cast)
    given = helper.make_tensor_value_info("given", datatype, [rows, 10])
    del model.graph.input[:]
    model.graph.input.append(given)
    return bytes(model.SerializeToString())


def add(own: Own, graph: bytes, *, whole: bool = False) -> Model:
    own.graph = graph
    own.draft["input"]["tensor"] = "given" if graph is not GRAPH else "features"
    for feature in own.draft["input"]["features"]:
        feature.update({"whole": True} if whole else {})
    if whole:
        for case in own.draft["golden"]["cases"]:
            case["instance"] = {name: round(value) for name, value in case["instance"].items()}
    assert own.add() == 0
    return Registry(own.out).get("fna_means")


def answer(model: Model, rows: list[dict[str, float]]) -> Any:
    probabilities = [one["output"]["probabilities"] for one in predict(model, rows)]
    return np.array([[*some.values()] for some in probabilities])


def ask_pipeline(rows: list[dict[str, float]]) -> Any:
    """What the fitted pipeline itself answers."""
    return PIPELINE.predict_proba([[*row.values()] for row in rows])


@pytest.mark.parametrize(
    ("datatype", "off"), [(TensorProto.DOUBLE, 1e-5), (TensorProto.FLOAT16, 2e-2)]
)
def test_a_graph_of_other_floats_answers(own: Own, datatype: int, off: float) -> None:
    model = add(own, take(datatype))
    assert answer(model, ROWS) == pytest.approx(ask_pipeline(ROWS), abs=off)


@pytest.mark.parametrize("datatype", [TensorProto.INT32, TensorProto.INT64])
def test_a_graph_of_whole_numbers_answers_where_features_are_whole(own: Own, datatype: int) -> None:
    model = add(own, take(datatype), whole=True)
    assert answer(model, WHOLE) == pytest.approx(ask_pipeline(WHOLE), abs=1e-5)


def test_a_number_that_is_not_whole_is_refused_by_every_way_in(own: Own) -> None:
    model = add(own, take(TensorProto.INT64), whole=True)
    client = TestClient(create_app(Registry(own.out)))
    wrong = WHOLE[0] | {"radius": 17.5}
    few = client.post("/models/fna_means/predict", json={"instances": [wrong]})
    many = client.post("/models/fna_means/predict", json={"instances": [wrong] * 20})
    columns = {name: [value] * 20 for name, value in wrong.items()}
    by_column = model.inputs.read_columns(columns, 20)
    cells = {name: [str(value)] * 20 for name, value in wrong.items()}
    by_file, _ = model.inputs.read_file_columns(cells, 20)
    tensor = np.array([[*wrong.values()]], np.float32)
    by_tensor = model.inputs.read_tensors({"given": tensor})
    for response in (few, many):
        assert response.status_code == 422
        problem = response.json()["details"][0]
        assert (problem["field"], problem["code"]) == ("radius", "not_whole")
        assert "must be a whole number, 0 to 100" in problem["problem"]
    for reading in (by_column, by_file, by_tensor):
        assert {one.field for one in reading.problems} == {"radius"}
        assert {one.fact.code for one in reading.problems} == {"not_whole"}
    whole = client.post(
        "/models/fna_means/predict", json={"instances": [WHOLE[0] | {"radius": 17.0}]}
    )
    assert whole.status_code == 200


def test_a_graph_of_one_row_answers_any_number(own: Own) -> None:
    model = add(own, take(TensorProto.FLOAT, rows=1))
    assert model.session.at_least == 1
    assert answer(model, ROWS) == pytest.approx(ask_pipeline(ROWS), abs=1e-5)
    client = TestClient(create_app(Registry(own.out)))
    body = {"instances": ROWS[:3], "explain": True}
    explained = client.post("/models/fna_means/predict", json=body).json()["predictions"]
    assert all(one["explanation"]["sentence"] for one in explained)


@pytest.mark.parametrize(
    ("datatype", "given", "rows"),
    [
        (TensorProto.FLOAT16, "FP16", "n"),
        (TensorProto.DOUBLE, "FP64", "n"),
        (TensorProto.FLOAT, "FP32", 1),
    ],
)
def test_the_inference_protocol_takes_the_type_that_the_graph_takes(
    own: Own, datatype: int, given: str, rows: str | int
) -> None:
    model = add(own, take(datatype, rows))
    client = TestClient(create_app(Registry(own.out)))
    (told,) = client.get("/v2/models/fna_means").json()["inputs"]
    assert told == {"name": "given", "datatype": given, "shape": [-1, 10]}
    data = [value for row in ROWS[:3] for value in row.values()]
    tensor = {"name": "given", "datatype": given, "shape": [3, 10], "data": data}
    body = {"inputs": [tensor], "outputs": [{"name": "probabilities"}]}
    answered = client.post("/v2/models/fna_means/infer", json=body)
    assert answered.status_code == 200, answered.text
    found = np.reshape(answered.json()["outputs"][0]["data"], (3, 2))
    assert found == pytest.approx(answer(model, ROWS[:3]), abs=1e-2)


def test_a_whole_number_that_the_reader_cannot_hold_is_refused(own: Own) -> None:
    add(own, take(TensorProto.INT64), whole=True)
    client = TestClient(create_app(Registry(own.out)))
    tensor = {"name": "given", "datatype": "INT64", "shape": [1, 10], "data": [2**24 + 1] * 10}
    answered = client.post("/v2/models/fna_means/infer", json={"inputs": [tensor]})
    assert answered.status_code in {400, 422}
    assert "beyond any that the model reads" in answered.text


@pytest.mark.parametrize(
    ("datatype", "spoil", "said"),
    [
        (TensorProto.INT64, {}, "it takes whole numbers, and radius may be another one"),
        (TensorProto.INT64, {"whole": True, "missing": "as 1"}, "whole numbers, and radius may"),
        (
            TensorProto.INT64,
            {"whole": True, "hard_range": {"low": 0, "high": 2**24 + 2}},
            "it takes whole numbers, and radius may be another one",
        ),
        (
            TensorProto.FLOAT16,
            {"hard_range": {"low": 0, "high": 65_505}},
            "holds numbers up to 65,504, and the hard_range of radius goes beyond",
        ),
    ],
)
def test_a_graph_that_cannot_hold_a_feature_is_refused(
    own: Own, capsys: Any, datatype: int, spoil: dict[str, Any], said: str
) -> None:
    own.graph = take(datatype)
    own.draft["input"]["tensor"] = "given"
    own.draft["input"]["features"][0] |= spoil
    assert own.add() == 2
    assert said in capsys.readouterr().err
