"""Whatever is sent, the answer is an answer or one sentence, and never a value that was sent."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from medmaas.api.app import create_app
from medmaas.inference_protocol.datatypes import BYTES, DATATYPES
from medmaas.model.registry import Registry
from tests.api.test_robustness import json_values
from tests.conftest import MODELS
from tests.inference_protocol.refused import (
    CANARY,
    JSON,
    NUMBER,
    URL,
    assert_refused,
    tensor,
)
from tests.inference_protocol.tensors import (
    FEATURES,
    LENGTH,
    PATIENT_COLUMNS,
    infer,
)

BROKEN: dict[str, Any] = {
    "no object": [CANARY],
    "an unknown field": {"inputs": [FEATURES], CANARY: 1},
    "no inputs": {},
    "inputs that are no list": {"inputs": CANARY},
    "inputs that are empty": {"inputs": []},
    "an input that is no object": {"inputs": [CANARY]},
    "an input without a name": {"inputs": [tensor(name=...)]},
    "an input twice": {"inputs": [FEATURES, FEATURES]},
    "an id that is no text": {"id": NUMBER, "inputs": [FEATURES]},
    "an id that is half a character": {"id": "\ud800", "inputs": [FEATURES]},
    "no datatype": {"inputs": [tensor(datatype=...)]},
    "an unknown datatype": {"inputs": [tensor(datatype=CANARY)]},
    "a datatype that is a list": {"inputs": [tensor(datatype=[CANARY])]},
    "no shape": {"inputs": [tensor(shape=...)]},
    "a shape that is none": {"inputs": [tensor(shape=[])]},
    "a negative shape": {"inputs": [tensor(shape=[-1, -6])]},
    "a shape of texts": {"inputs": [tensor(shape=[CANARY])]},
    "a shape of fractions": {"inputs": [tensor(shape=[1.0, 6.0])]},
    "a shape of booleans": {"inputs": [tensor(shape=[True, 6])]},
    "a shape beyond all memory": {"inputs": [tensor(shape=[10**30, 6])]},
    "an empty shape beyond all memory": {"inputs": [tensor(shape=[0, 10**30], data=[])]},
    "a shape of many dimensions": {"inputs": [tensor(shape=[1] * 40 + [6])]},
    "fewer values than the shape": {"inputs": [tensor(shape=[2, 6])]},
    "more values than the shape": {"inputs": [tensor(data=[[67, 0, 1, 1, 1, 0, 0]])]},
    "no data": {"inputs": [tensor(data=...)]},
    "data that is no list": {"inputs": [tensor(data=NUMBER)]},
    "ragged data": {"inputs": [tensor(shape=[2, 6], data=[[67, 0, 1, 1, 1, 0], [67]])]},
    "data too deep": {"inputs": [tensor(data=[[[67], [0], [1], [1], [1], [0]]])]},
    "data half nested": {"inputs": [tensor(shape=[2, 1], data=[[67], 0])]},
    "texts for numbers": {"inputs": [tensor(data=[CANARY] * 6)]},
    "a text that is not quite NaN": {"inputs": [tensor(data=["nan", 0, 1.1, 1.2, 1.5, 0])]},
    "NaN for whole numbers": {"inputs": [tensor(datatype="INT64", data=["NaN"] * 6)]},
    "booleans for numbers": {"inputs": [tensor(data=[67, 0, 1, 1, 1, False])]},
    "fractions for whole numbers": {"inputs": [tensor(datatype="INT32", data=[NUMBER] * 6)]},
    "booleans for whole numbers": {"inputs": [tensor(datatype="INT8", data=[True] * 6)]},
    "null for whole numbers": {"inputs": [tensor(datatype="INT64", data=[None] * 6)]},
    "whole numbers for booleans": {"inputs": [tensor(datatype="BOOL", data=[1] * 6)]},
    "numbers for texts": {"inputs": [tensor(datatype="BYTES", data=[NUMBER] * 6)]},
    "half a character": {"inputs": [tensor(datatype="BYTES", data=["\udfff"] * 6)]},
    "negative numbers for unsigned": {"inputs": [tensor(datatype="UINT8", data=[-1] * 6)]},
    "numbers beyond 8 bits": {"inputs": [tensor(datatype="INT8", data=[128] * 6)]},
    "numbers beyond 64 bits": {"inputs": [tensor(datatype="INT64", data=[2**63] * 6)]},
    "numbers beyond all floats": {"inputs": [tensor(data=[10**400] * 6)]},
    "parameters that are no object": {"inputs": [FEATURES], "parameters": [CANARY]},
    "a coverage that is none": {"inputs": [FEATURES], "parameters": {"coverage": NUMBER}},
    "force that is no boolean": {"inputs": [FEATURES], "parameters": {"force": CANARY}},
    "binary outputs, maybe": {"inputs": [FEATURES], "parameters": {"binary_data_output": CANARY}},
    "parameters of an input that are none": {"inputs": [tensor(parameters=CANARY)]},
    "outputs that are no list": {"inputs": [FEATURES], "outputs": CANARY},
    "an output that is no object": {"inputs": [FEATURES], "outputs": [CANARY]},
    "an output twice": {"inputs": [FEATURES], "outputs": [{"name": "status"}] * 2},
    "an output that is maybe binary": {
        "inputs": [FEATURES],
        "outputs": [{"name": "status", "parameters": {"binary_data": CANARY}}],
    },
    "classification": {
        "inputs": [FEATURES],
        "outputs": [{"name": "status", "parameters": {"classification": 3}}],
    },
}
WRONG: dict[str, Any] = {
    "an unknown input": {"inputs": [tensor(name=CANARY)]},
    "one input too many": {"inputs": [FEATURES, tensor(name=CANARY)]},
    "another datatype": {"inputs": [tensor(datatype="FP64")]},
    "another shape": {"inputs": [tensor(shape=[6])]},
    "another number of features": {"inputs": [tensor(shape=[2, 3])]},
    "no instances": {"inputs": [tensor(shape=[0, 6], data=[])]},
    "an unknown output": {"inputs": [FEATURES], "outputs": [{"name": CANARY}]},
    "a coverage that is not stored": {"inputs": [FEATURES], "parameters": {"coverage": 0.625}},
    "a number outside its limits": {"inputs": [tensor(data=[NUMBER, 0, 1.1, 1.2, 1.5, 0])]},
    "a number beyond 32 bits": {"inputs": [tensor(data=[1e300, 0, 1.1, 1.2, 1.5, 0])]},
    "a code of no choice": {"inputs": [tensor(data=[67, 7, 1.1, 1.2, 1.5, 0])]},
    "half a code": {"inputs": [tensor(data=[67, 0.5, 1.1, 1.2, 1.5, 0])]},
    "half a boolean": {"inputs": [tensor(data=[67, 0, 1.1, 1.2, 1.5, 0.5])]},
    "null where nothing may be missing": {"inputs": [tensor(data=[None, 0, 1.1, 1.2, 1.5, 0])]},
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_breaks_the_protocol_is_refused(client: TestClient, body: Any) -> None:
    assert_refused(client.post(URL, content=json.dumps(body), headers=JSON), 400)


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_the_model_does_not_take_is_refused(client: TestClient, body: Any) -> None:
    assert_refused(client.post(URL, json=body), 422)


@pytest.mark.parametrize("literal", ["Infinity", "-Infinity", "nan", "NaN1"])
def test_json_has_no_literals_for_what_is_no_number(client: TestClient, literal: str) -> None:
    body = json.dumps({"inputs": [FEATURES]}).replace("1.2", literal)
    assert_refused(client.post(URL, content=body, headers=JSON), 400)


@pytest.mark.parametrize("literal", ["NaN", '"NaN"', "null"])
def test_what_is_missing_and_may_not_be_is_refused(client: TestClient, literal: str) -> None:
    body = json.dumps({"inputs": [FEATURES]}).replace("1.2", literal)
    assert "kappa is required" in assert_refused(client.post(URL, content=body, headers=JSON), 422)


@pytest.mark.parametrize("view", ["survival", "survival.columns"])
def test_more_instances_than_the_native_route_takes_are_too_many(
    client: TestClient, view: str
) -> None:
    rows = 1_001
    if view == "survival":
        inputs = [FEATURES | {"shape": [rows, 6], "data": FEATURES["data"] * rows}]
    else:
        inputs = [t | {"shape": [rows], "data": t["data"] * rows} for t in PATIENT_COLUMNS]
    assert_refused(infer(client, view, inputs), 413)


@pytest.mark.parametrize("asked", [{"outputs": [{"name": "explanation"}]},
                                   {"parameters": {"explain": True}}], ids=str)  # fmt: skip
def test_more_explanations_than_the_native_route_gives_are_too_many(
    client: TestClient, asked: Any
) -> None:
    inputs = [FEATURES | {"shape": [51, 6], "data": FEATURES["data"] * 51}]
    assert "50" in assert_refused(infer(client, "survival", inputs, **asked), 422)


def test_what_a_model_abstains_from_is_not_explained(client: TestClient) -> None:
    inputs = [tensor(data=[88, 1, 2.4, 4.1, 14, 1])]
    outputs = [{"name": "explanation"}]
    assert_refused(infer(client, "survival", inputs, outputs=outputs), 422)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/octet-stream"},
        {"content-type": "text/plain", LENGTH: "10"},
        JSON | {"content-encoding": "br"},
    ],
    ids=str,
)
def test_another_media_type_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    content = json.dumps({"inputs": [FEATURES]})
    assert_refused(client.post(URL, content=content, headers=headers), 415)


def test_a_body_beyond_5_mb_is_refused(client: TestClient) -> None:
    assert_refused(client.post(URL, content=b" " * 5_000_001, headers=JSON), 413)


@pytest.mark.parametrize("end", ["", "/ready", "/stats"])
@pytest.mark.parametrize(
    "name",
    [CANARY, f"survival.{CANARY}", f"survival/versions/{CANARY}", "survival.columns.columns"],
)
def test_an_unknown_model_or_version_is_not_found(client: TestClient, name: str, end: str) -> None:
    assert_refused(client.get(f"/v2/models/{name}{end}"), 404)
    assert_refused(client.post(f"/v2/models/{name}/infer", json={"inputs": [FEATURES]}), 404)


@pytest.mark.parametrize(
    "page",
    ["repository/models/survival", "systemsharedmemory/region/a/register", CANARY],
)
def test_what_this_server_does_not_do_is_not_found(client: TestClient, page: str) -> None:
    assert_refused(client.post(f"/v2/{page}", json={}), 404)


def test_another_method_is_refused(client: TestClient) -> None:
    assert_refused(client.get(URL), 405)
    assert_refused(client.post("/v2/health/live"), 405)


@pytest.mark.parametrize("do", ["load", "unload"])
@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{", b"NaN"])
def test_a_load_is_asked_for_by_an_object(client: TestClient, do: str, body: bytes) -> None:
    assert_refused(client.post(f"/v2/repository/models/survival/{do}", content=body), 400)


@pytest.mark.parametrize("name", ["config", "file:1/model.onnx"])
def test_nobody_sends_a_model(client: TestClient, name: str) -> None:
    body = {"parameters": {name: CANARY}}
    assert_refused(client.post("/v2/repository/models/survival/load", json=body), 400)


@pytest.mark.parametrize("do", ["load", "unload"])
def test_nobody_loads_an_unknown_model(client: TestClient, do: str) -> None:
    assert_refused(client.post(f"/v2/repository/models/{CANARY}/{do}"), 404)


@pytest.mark.parametrize("body", [b"[]", b'{"ready": 1}', b"{"])
def test_an_index_is_asked_for_by_an_object(client: TestClient, body: bytes) -> None:
    assert_refused(client.post("/v2/repository/index", content=body), 400)


def test_a_model_that_cannot_answer_says_so(change_manifest: Any, models: Any) -> None:
    def spoil(manifest: dict[str, Any]) -> None:
        manifest["artefact"]["sha256"] = "0" * 64

    change_manifest(spoil)
    client = TestClient(create_app(Registry(models)))
    for name in ("survival", "survival.columns"):
        assert_refused(client.get(f"/v2/models/{name}/ready"), 503)
        assert_refused(infer(client, name, [FEATURES]), 503)
    assert_refused(client.get("/v2/health/ready"), 503)
    index = client.post("/v2/repository/index").json()
    states = {entry["name"]: entry for entry in index}
    assert states["survival"]["state"] == states["survival.columns"]["state"] == "UNAVAILABLE"
    assert states["survival"]["reason"]
    assert states["solubility"]["state"] == "READY"
    ready = client.post("/v2/repository/index", json={"ready": True}).json()
    assert {entry["name"] for entry in index} - {entry["name"] for entry in ready} == {
        "survival", "survival.columns",
    }  # fmt: skip


tensors = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from([*(t["name"] for t in PATIENT_COLUMNS), "features"]) | json_values,
        "shape": st.lists(st.integers(-2, 7), max_size=3) | json_values,
        "datatype": st.sampled_from([*DATATYPES, BYTES]) | json_values,
        "data": json_values,
        "parameters": json_values | st.fixed_dictionaries({"binary_data_size": json_values}),
    },
)
requests = st.fixed_dictionaries(
    {"inputs": st.lists(tensors | st.just(FEATURES), max_size=3)},
    optional={
        "id": json_values,
        "parameters": json_values,
        "outputs": st.lists(json_values | st.fixed_dictionaries({"name": json_values})),
    },
)


@given(body=requests | json_values, view=st.sampled_from(["survival", "survival.columns"]))
def test_any_json_is_answered_or_refused(client: TestClient, body: Any, view: str) -> None:
    response = client.post(f"/v2/models/{view}/infer", json=body)
    assert response.status_code in {200, 400, 413, 422}
    if response.status_code != 200:
        assert response.json().keys() == {"error", "code", "limits"}


def test_only_versions_and_names_that_there_are_answer(client: TestClient) -> None:
    (version,) = [path.name for path in (MODELS / "survival").iterdir()]
    url = f"/v2/models/survival/versions/{version}"
    assert client.get(f"{url}/ready").json() == {"name": "survival", "ready": True}
    answer = client.post(f"{url}/infer", json={"inputs": [FEATURES]}).json()
    assert (answer["model_name"], answer["model_version"]) == ("survival", version)
