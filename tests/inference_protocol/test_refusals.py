"""Whatever is sent, the answer is an answer or one sentence, and never a value that was sent."""

import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from medmaas.api.app import create_app
from medmaas.inference_protocol.datatypes import BYTES, DATATYPES
from medmaas.model.registry import Model, Registry
from tests.api.test_robustness import json_values
from tests.conftest import MODELS
from tests.inference_protocol.tensors import (
    FEATURES,
    LENGTH,
    PATIENT_COLUMNS,
    infer,
    join_binary,
    make_raw,
    write_texts,
)

CANARY = "canary-4b1d"
NUMBER = 987654.25  # no limit of ours
URL = "/v2/models/survival/infer"
JSON = {"content-type": "application/json"}


def tensor(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (FEATURES | changes).items() if value is not ...}


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
    "an unknown parameter": {"inputs": [FEATURES], "parameters": {CANARY: CANARY}},
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


def assert_refused(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"error"}
    said: str = response.json()["error"]
    assert said
    for secret in (CANARY, "987654", "0.625"):
        assert secret not in response.text
    return said


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_breaks_the_protocol_is_refused(client: TestClient, body: Any) -> None:
    assert_refused(client.post(URL, content=json.dumps(body), headers=JSON), 400)


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_the_model_does_not_take_is_refused(client: TestClient, body: Any) -> None:
    assert_refused(client.post(URL, json=body), 422)


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity"])
def test_json_has_no_literals_for_what_is_no_number(client: TestClient, literal: str) -> None:
    body = json.dumps({"inputs": [FEATURES]}).replace("1.2", literal)
    assert_refused(client.post(URL, content=body, headers=JSON), 400)


def column(name: str, /, **changes: Any) -> list[dict[str, Any]]:
    return [t | changes if t["name"] == name else t for t in PATIENT_COLUMNS]


COLUMNS: dict[str, Any] = {
    "an unknown feature": column("age", name=CANARY),
    "a feature that is left out, but required": column("age")[1:],
    "texts for a number": column("age", datatype="BYTES", data=[CANARY]),
    "booleans for a number": column("age", datatype="BOOL", data=[True]),
    "numbers for a boolean": column("mgus", datatype="UINT8", data=[1]),
    "numbers for a choice": column("sex", datatype="INT8", data=[1]),
    "no choice": column("sex", data=[CANARY]),
    "an empty choice": column("sex", data=[""]),
    "a number outside its limits": column("kappa", data=[NUMBER]),
    "null where nothing may be missing": column("kappa", data=[None]),
    "another length": column("kappa", shape=[2], data=[1.2, 1.2]),
    "a column of two": column("kappa", shape=[1, 2], data=[1.2, 1.2]),
    "no instances": [t | {"shape": [0], "data": []} for t in PATIENT_COLUMNS],
}


@pytest.mark.parametrize("inputs", COLUMNS.values(), ids=COLUMNS)
def test_columns_that_the_model_does_not_take_are_refused(client: TestClient, inputs: Any) -> None:
    assert_refused(infer(client, "survival.columns", inputs), 422)


@pytest.mark.parametrize(
    ("view", "name", "content"),
    [
        ("blood_cell.columns", "image", CANARY),
        ("solubility.columns", "smiles", CANARY),
        ("solubility.columns", "smiles", ""),
        ("solubility.columns", "smiles", "C" * 129),
        ("chemo_dose.columns", "history", CANARY),
        ("chemo_dose.columns", "history", "NaN"),
        ("chemo_dose.columns", "history", "[" * 100_000),
        ("chemo_dose.columns", "history", json.dumps([{"day": 0, f"name {CANARY}": 1}])),
        ("chemo_dose.columns", "history", json.dumps([{"day": 0, "anc": CANARY}])),
        ("chemo_dose.columns", "history", json.dumps([{"day": 0, "anc": NUMBER}])),
    ],
)
def test_texts_that_the_model_does_not_take_are_refused(
    client: TestClient, view: str, name: str, content: str
) -> None:
    inputs = [{"name": name, "shape": [1], "datatype": "BYTES", "data": [content]}]
    said = assert_refused(infer(client, view, inputs), 422)
    assert name in said


@pytest.mark.parametrize(
    ("view", "name"), [("solubility.columns", "smiles"), ("chemo_dose.columns", "history")]
)
def test_bytes_that_are_no_text_are_refused(client: TestClient, view: str, name: str) -> None:
    content = write_texts([b"C\xff"])
    size = {"binary_data_size": len(content)}
    inputs = [{"name": name, "shape": [1], "datatype": "BYTES", "parameters": size}]
    body, headers = join_binary({"inputs": inputs}, [content])
    said = assert_refused(client.post(f"/v2/models/{view}/infer", content=body, headers=headers), 422)  # fmt: skip  # noqa: E501
    assert name in said


def edit(model: Model, instances: list[Any], *changes: tuple[tuple[int, ...], Any]) -> Any:
    (raw,) = make_raw(model, instances)
    rows = np.array([np.nan if value is None else value for value in raw["data"]])
    rows = rows.reshape(raw["shape"])
    for where, value in changes:
        rows[where] = value
    if raw["datatype"] == "INT64":
        rows = rows.astype(int)
    data = json.loads(json.dumps(rows.tolist()).replace("NaN", "null"))
    return [raw | {"data": data}]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ([((0, 3), 99)], "smiles"),
        ([((0, 3), -1)], "smiles"),
        ([((0, 1), 0)], "smiles"),
        ([((0, slice(None)), 0)], "smiles"),
        ([((0, 127), 1)], "smiles"),
    ],
    ids=["no code", "a negative code", "an end in the middle", "no text", "text after the end"],
)
def test_codes_that_are_no_text_are_refused(
    client: TestClient, registry: Registry, changes: Any, problem: str
) -> None:
    inputs = edit(registry.get("solubility"), [{"smiles": "CCO"}], *changes)
    assert problem in assert_refused(infer(client, "solubility", inputs), 422)


HISTORY = [{"day": -7, "anc": 4.8, "platelets": 230}, {"day": 0, "anc": 5.2, "platelets": 245}]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ([((0, 1, 1), -3)], "history[1].anc"),
        ([((0, 1, 1), NUMBER)], "history[1].anc"),
        ([((0, 0, 0), np.nan)], "history[0].day"),
        ([((0, 0, 5), 0.5)], "history[0].gcsf"),
        ([((0, 0, 0), 0), ((0, 1, 0), -7)], "in order of time"),
        ([((0, slice(None)), np.nan)], "history"),
        ([((0, 0), np.nan)], "history[0].day"),
    ],
    ids=["below", "above", "no day", "half a boolean", "backwards", "nothing", "a gap"],
)
def test_histories_that_the_model_does_not_take_are_refused(
    client: TestClient, registry: Registry, changes: Any, problem: str
) -> None:
    inputs = edit(registry.get("chemo_dose"), [{"history": HISTORY}], *changes)
    assert problem in assert_refused(infer(client, "chemo_dose", inputs), 422)


@pytest.mark.parametrize("shape", [[1, 0, 6], [1, 2_000, 6], [0, 2, 6], [1, 2, 5]])
def test_histories_of_no_rows_or_too_many_are_refused(client: TestClient, shape: list[int]) -> None:
    data = [1.0] * int(np.prod(shape))
    inputs = [{"name": "history", "shape": shape, "datatype": "FP32", "data": data}]
    assert_refused(infer(client, "chemo_dose", inputs), 422)


@pytest.mark.parametrize("value", [256, -1])
def test_a_pixel_is_a_byte(client: TestClient, value: int) -> None:
    data = [value] * (28 * 28 * 3)
    inputs = [{"name": "pixels", "shape": [1, 28, 28, 3], "datatype": "UINT8", "data": data}]
    assert_refused(infer(client, "blood_cell", inputs), 400)


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


CONTENT = np.array(FEATURES["data"], "<f4").tobytes()


def post_binary(client: TestClient, size: Any, parts: list[bytes], **changes: str) -> Any:
    given = tensor(data=..., parameters={"binary_data_size": size})
    body, headers = join_binary({"inputs": [given]}, parts)
    return client.post(URL, content=body, headers=headers | changes)


@pytest.mark.parametrize("size", [0, 23, 25, 24.0, -24, True, CANARY, 10**30])
def test_a_binary_tensor_of_another_size_is_refused(client: TestClient, size: Any) -> None:
    assert post_binary(client, len(CONTENT), [CONTENT]).status_code == 200
    assert_refused(post_binary(client, size, [CONTENT]), 400)


@pytest.mark.parametrize("parts", [[], [CONTENT[:-1]], [CONTENT, b"\0"]])
def test_a_binary_part_that_is_longer_or_shorter_is_refused(
    client: TestClient, parts: list[bytes]
) -> None:
    assert_refused(post_binary(client, len(CONTENT), parts), 400)


@pytest.mark.parametrize("length", ["0", "1", "-1", "99999", "9" * 30, "1.5", "", CANARY, "٣"])
def test_a_wrong_length_of_the_json_is_refused(client: TestClient, length: str) -> None:
    response = client.post(
        URL,
        content=json.dumps({"inputs": [FEATURES]}),
        headers={b"content-type": b"application/octet-stream", LENGTH.encode(): length.encode()},
    )
    assert_refused(response, 400)


def test_a_tensor_is_in_json_or_in_binary_and_not_in_both(client: TestClient) -> None:
    given = tensor(parameters={"binary_data_size": len(CONTENT)})
    body, headers = join_binary({"inputs": [given]}, [CONTENT])
    assert_refused(client.post(URL, content=body, headers=headers), 400)


@pytest.mark.parametrize(
    "content", [b"", b"\1\0\0", b"\2\0\0\0F", b"\xff\xff\xff\xffF", b"\1\0\0\0F\1\0\0\0F"]
)
def test_texts_that_do_not_fit_their_lengths_are_refused(
    client: TestClient, content: bytes
) -> None:
    inputs = column("sex", parameters={"binary_data_size": len(content)})
    inputs = [{k: v for k, v in t.items() if k != "data" or t["name"] != "sex"} for t in inputs]
    body, headers = join_binary({"inputs": inputs}, [content])
    url = "/v2/models/survival.columns/infer"
    assert_refused(client.post(url, content=body, headers=headers), 400)


def test_a_boolean_is_a_byte_of_0_or_1(client: TestClient) -> None:
    inputs = column("mgus", parameters={"binary_data_size": 1})
    inputs = [{k: v for k, v in t.items() if k != "data" or t["name"] != "mgus"} for t in inputs]
    for content, status in ((b"\1", 200), (b"\2", 400)):
        body, headers = join_binary({"inputs": inputs}, [content])
        response = client.post("/v2/models/survival.columns/infer", content=body, headers=headers)
        assert response.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/octet-stream"},
        {"content-type": "text/plain", LENGTH: "10"},
        JSON | {"content-encoding": "gzip"},
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
    ["repository/models/survival/load", "repository/models/survival/unload",
     "systemsharedmemory/region/a/register", CANARY],
)  # fmt: skip
def test_what_this_server_does_not_do_is_not_found(client: TestClient, page: str) -> None:
    assert_refused(client.post(f"/v2/{page}", json={}), 404)


def test_another_method_is_refused(client: TestClient) -> None:
    assert_refused(client.get(URL), 405)
    assert_refused(client.post("/v2/health/live"), 405)


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
        assert response.json().keys() == {"error"}


@given(content=st.binary(), size=st.integers(0, 40), rows=st.integers(0, 3))
def test_any_bytes_are_answered_or_refused(
    client: TestClient, content: bytes, size: int, rows: int
) -> None:
    given = tensor(data=..., shape=[rows, 6], parameters={"binary_data_size": size})
    body, headers = join_binary({"inputs": [given]}, [content])
    response = client.post(URL, content=body, headers=headers)
    assert response.status_code in {200, 400, 422}


def test_only_versions_and_names_that_there_are_answer(client: TestClient) -> None:
    (version,) = [path.name for path in (MODELS / "survival").iterdir()]
    url = f"/v2/models/survival/versions/{version}"
    assert client.get(f"{url}/ready").json() == {"name": "survival", "ready": True}
    answer = client.post(f"{url}/infer", json={"inputs": [FEATURES]}).json()
    assert (answer["model_name"], answer["model_version"]) == ("survival", version)
