"""However a tensor is written, the answer is the same."""

import json
from typing import Any, Literal

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from medmaas.inference_protocol.datatypes import (
    BYTES,
    DATATYPES,
    decode_binary,
    decode_json,
    encode_binary,
    encode_json,
)
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED
from tests.inference_protocol.tensors import (
    LENGTH,
    PATIENT_COLUMNS,
    infer,
    join_binary,
    list_instances,
    make_columns,
    make_contents,
    make_raw,
    make_rows,
    read_binary,
    read_data,
    write_null,
    write_texts,
)

WIDTHS: dict[str, Literal[16, 32, 64]] = {"FP16": 16, "FP32": 32, "FP64": 64}
COMPARED = ["status", "reason", "warnings"]


def arrays(datatype: str) -> st.SearchStrategy[Any]:
    width = WIDTHS.get(datatype)
    elements = st.floats(allow_nan=False, allow_infinity=False, width=width) if width else None
    shapes = numpy_st.array_shapes(max_dims=4, max_side=4)
    return numpy_st.arrays(np.dtype(DATATYPES[datatype]), shapes, elements=elements)


@pytest.mark.parametrize("datatype", DATATYPES)
@given(data=st.data())
def test_nested_flat_and_binary_are_the_same_numbers(datatype: str, data: st.DataObject) -> None:
    array = data.draw(arrays(datatype))
    nested, flat = json.loads(json.dumps(array.tolist())), encode_json(array, datatype)
    binary = memoryview(encode_binary(array, datatype))
    for decoded in (
        decode_json(nested, datatype, array.shape, "here"),
        decode_json(flat, datatype, array.shape, "here"),
        decode_binary(binary, datatype, array.shape, "here"),
    ):
        assert (decoded.dtype, decoded.shape) == (array.dtype, array.shape)
        assert decoded.tobytes() == array.tobytes()


@given(texts=st.lists(st.text(), min_size=1))
def test_texts_come_back_from_json_and_from_bytes(texts: list[str]) -> None:
    expected, shape = [text.encode() for text in texts], (len(texts),)
    assert decode_json(texts, BYTES, shape, "here").tolist() == expected
    binary = encode_binary(texts, BYTES)
    assert decode_binary(memoryview(binary), BYTES, shape, "here").tolist() == expected
    assert binary == write_texts(expected)


def test_bytes_are_little_endian_and_texts_lie_behind_their_lengths() -> None:
    assert encode_binary(np.array([1.0]), "FP64") == bytes.fromhex("000000000000f03f")
    assert encode_binary(np.array([1, 2], "i8"), "INT64") == bytes.fromhex("01" + "00" * 7 + "02" + "00" * 7)  # fmt: skip  # noqa: E501
    assert encode_binary(["ok"], BYTES) == b"\x02\0\0\0ok"


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_of_32_bits_is_the_nearest_one(value: float) -> None:
    decoded = decode_json([value], "FP32", (1,), "here")
    with np.errstate(over="ignore"):
        assert decoded[0] == np.float32(value)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_a_tensor_gets_the_same_answer_nested_flat_and_in_binary(
    client: TestClient, registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    instances = list_instances(model)
    (flat,) = make_raw(model, instances)
    rows = make_rows(model, instances)
    nested = flat | {"data": json.loads(json.dumps(rows.tolist()).replace("NaN", "null"))}
    content = rows.tobytes()
    binary: dict[str, Any] = {key: flat[key] for key in ("name", "shape", "datatype")}
    binary["parameters"] = {"binary_data_size": len(content)}
    options = {"parameters": {"force": True}}
    expected = read_data(infer(client, model_id, [flat], **options))
    assert read_data(infer(client, model_id, [nested], **options)) == expected
    body, headers = join_binary({"inputs": [binary], **options}, [content])
    answer = client.post(f"/v2/models/{model_id}/infer", content=body, headers=headers)
    assert read_data(answer) == expected


@pytest.mark.parametrize("model_id", ["blood_cell", "chemo_dose", "solubility"])
def test_an_input_of_bytes_gets_the_same_answer_in_json_and_in_binary(
    client: TestClient, registry: Registry, model_id: str
) -> None:
    model, view = registry.get(model_id), f"{model_id}.columns"
    instances = list_instances(model)
    (tensor,) = make_columns(model, instances)
    expected = read_data(infer(client, view, [tensor]))
    content = write_texts(make_contents(model, instances))
    del tensor["data"]
    tensor["parameters"] = {"binary_data_size": len(content)}
    body, headers = join_binary({"inputs": [tensor]}, [content])
    answer = client.post(f"/v2/models/{view}/infer", content=body, headers=headers)
    assert read_data(answer) == expected


def test_tensors_in_json_and_in_binary_travel_together(client: TestClient) -> None:
    view, inputs = "survival.columns", [dict(tensor) for tensor in PATIENT_COLUMNS]
    expected = read_data(infer(client, view, inputs))
    binary = {"age": np.float64(67).tobytes(), "sex": write_texts([b"F"]), "mgus": b"\0"}
    for tensor in inputs:
        if tensor["name"] in binary:
            del tensor["data"]
            tensor["parameters"] = {"binary_data_size": len(binary[tensor["name"]])}
    body, headers = join_binary({"inputs": inputs}, [*binary.values()])
    headers = {name.upper(): value for name, value in headers.items()}
    answer = client.post(f"/v2/models/{view}/infer", content=body, headers=headers)
    assert read_data(answer) == expected


@pytest.mark.parametrize("datatype", ["FP64", "FP32", "INT64", "INT16", "UINT8", "UINT64"])
def test_a_column_of_numbers_may_have_any_datatype_that_holds_them(
    client: TestClient, datatype: str
) -> None:
    expected = read_data(infer(client, "survival.columns", PATIENT_COLUMNS))
    age = PATIENT_COLUMNS[0] | {"datatype": datatype, "shape": [1, 1]}
    assert read_data(infer(client, "survival.columns", [age, *PATIENT_COLUMNS[1:]])) == expected


def test_outputs_come_in_binary_where_they_are_asked_for_so(
    client: TestClient, registry: Registry
) -> None:
    model = registry.get("survival")
    inputs = make_raw(model, list_instances(model))
    expected = read_data(infer(client, "survival", inputs, parameters={"force": True}))
    mixed = infer(
        client,
        "survival",
        inputs,
        parameters={"force": True},
        outputs=[
            {"name": "status", "parameters": {"binary_data": True}},
            {"name": "survival", "parameters": {"binary_data": True}},
            {"name": "reason"},
        ],
    )
    assert mixed.headers["content-type"] == "application/octet-stream"
    found = read_binary(mixed.content, int(mixed.headers[LENGTH]))
    assert found == {name: expected[name] for name in ("status", "survival", "reason")}


@pytest.mark.parametrize("view", ["survival", "survival.columns", "chemo_dose.columns"])
def test_all_outputs_come_in_binary_if_the_request_says_so(
    client: TestClient, registry: Registry, view: str
) -> None:
    model = registry.get(view.partition(".")[0])
    make = make_columns if "." in view else make_raw
    inputs = make(model, list_instances(model))
    expected = read_data(infer(client, view, inputs))
    parameters = {"binary_data_output": True}
    answer = infer(client, view, inputs, parameters=parameters)
    found = read_binary(answer.content, int(answer.headers[LENGTH]))
    for name, values in expected.items():
        assert write_null(found[name]) == values
    outputs = [{"name": "status", "parameters": {"binary_data": False}}, {"name": "reason"}]
    answer = infer(client, view, inputs, parameters=parameters, outputs=outputs)
    head = json.loads(answer.content[: int(answer.headers[LENGTH])])
    assert ["data" in output for output in head["outputs"]] == [True, False]
