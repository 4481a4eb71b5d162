"""Triton's own HTTP client asks a real `medmaas serve`."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient
from tritonclient.utils import InferenceServerException

from benchmarks.server import Server
from medmaas.model.registry import Model, Registry
from tests.conftest import SHIPPED, version_of
from tests.inference_protocol.tensors import (
    Json,
    infer,
    list_instances,
    make_columns,
    make_contents,
    make_raw,
    make_rows,
    read_data,
    write_null,
)

KINDS = {"FP64": np.float64, "BOOL": np.bool_, "BYTES": np.object_}
FORCED = {"force": True}
Client = Any  # tritonclient has no types


@pytest.fixture
def asking(server: Server) -> Iterator[Client]:
    client = triton.InferenceServerClient(f"127.0.0.1:{server.port}")
    yield client
    client.close()


def make_input(name: str, array: Any, datatype: str, *, binary: bool) -> Any:
    tensor = triton.InferInput(name, list(array.shape), datatype)
    tensor.set_data_from_numpy(array, binary_data=binary)
    return tensor


def make_inputs(tensors: Sequence[Json], *, binary: bool) -> list[Any]:
    made = []
    for tensor in tensors:
        data = [np.nan if value is None else value for value in tensor["data"]]
        array: Any = np.array(data, KINDS[tensor["datatype"]])
        made.append(make_input(tensor["name"], array, tensor["datatype"], binary=binary))
    return made


def read_column(answer: Any, name: str) -> list[Any]:
    """An output as the JSON of the protocol has it."""
    values = answer.as_numpy(name).ravel().tolist()
    texts = [value.decode() if isinstance(value, bytes) else value for value in values]
    return write_null(texts)


def test_the_server_and_every_model_are_ready(asking: Client) -> None:
    assert asking.is_server_live()
    assert asking.is_server_ready()
    for model_id in SHIPPED:
        for name in (model_id, f"{model_id}.columns"):
            assert asking.is_model_ready(name)
            assert asking.is_model_ready(name, version_of(model_id))
    assert not asking.is_model_ready("nobody")


def test_metadata_index_and_statistics_are_read(asking: Client) -> None:
    assert "binary_tensor_data" in asking.get_server_metadata()["extensions"]
    told = asking.get_model_metadata("survival")
    assert told["inputs"] == [{"name": "features", "datatype": "FP32", "shape": [-1, 6]}]
    index = asking.get_model_repository_index()
    assert {(entry["name"], entry["state"]) for entry in index} >= {("survival.columns", "READY")}
    (counted,) = asking.get_inference_statistics("survival")["model_stats"]
    assert counted["inference_stats"].keys() >= {"success", "fail", "queue", "compute_infer"}
    assert len(asking.get_inference_statistics()["model_stats"]) == len(index)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_tensors_are_answered_in_binary(
    asking: Client, client: TestClient, registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    assert_answered(asking, client, model, list_instances(model), binary=True)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_tensors_are_answered_in_json(
    asking: Client, client: TestClient, registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    assert_answered(asking, client, model, list_instances(model)[:1], binary=False)


def assert_answered(
    asking: Client, client: TestClient, model: Model, instances: list[Json], *, binary: bool
) -> None:
    view, (raw,) = model.manifest.id, make_raw(model, instances)
    expected = read_data(infer(client, view, [raw], parameters=FORCED))
    rows = make_rows(model, instances)
    inputs = [make_input(raw["name"], rows, raw["datatype"], binary=binary)]
    chosen = [triton.InferRequestedOutput(name, binary_data=binary) for name in expected]
    for outputs in (chosen, None):
        answer = asking.infer(view, inputs, outputs=outputs, request_id="7", parameters=FORCED)
        assert answer.get_response()["id"] == "7"
        for name, values in expected.items():
            assert read_column(answer, name) == values


@pytest.mark.parametrize("binary", [True, False], ids=["binary", "json"])
@pytest.mark.parametrize("model_id", SHIPPED)
def test_features_are_answered_by_name(
    asking: Client,
    client: TestClient,
    registry: Registry,
    model_id: str,
    binary: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    model, view = registry.get(model_id), f"{model_id}.columns"
    instances = list_instances(model)[:1]
    tensors = make_columns(model, instances)
    expected = read_data(infer(client, view, tensors))
    answer = asking.infer(view, make_inputs(tensors, binary=binary))
    for name, values in expected.items():
        assert read_column(answer, name) == values


@pytest.mark.parametrize("model_id", ["blood_cell", "solubility", "chemo_dose"])
def test_files_and_lines_are_sent_as_they_are(
    asking: Client, client: TestClient, registry: Registry, model_id: str
) -> None:
    model, view = registry.get(model_id), f"{model_id}.columns"
    instances = list_instances(model)
    (column,) = make_columns(model, instances)
    contents = np.array(make_contents(model, instances), np.object_)
    tensor = make_input(column["name"], contents, "BYTES", binary=True)
    expected = read_data(infer(client, view, [column]))
    answer = asking.infer(view, [tensor])
    for name, values in expected.items():
        assert read_column(answer, name) == values


def test_an_explanation_is_an_output_like_others(asking: Client, registry: Registry) -> None:
    model = registry.get("survival")
    inputs = make_inputs(make_columns(model, list_instances(model)[:1]), binary=True)
    names = ["risk_1826", "explanation"]
    outputs = [triton.InferRequestedOutput(name) for name in names]
    answer = asking.infer("survival.columns", inputs, outputs=outputs)
    assert [output["name"] for output in answer.get_response()["outputs"]] == names
    (told,) = read_column(answer, "explanation")
    assert json.loads(told)["sentence"]


def test_a_refusal_is_its_sentence(asking: Client, registry: Registry) -> None:
    rows = make_rows(registry.get("survival"), list_instances(registry.get("survival"))[:1])
    rows[0, 0] = 987_654
    tensor = make_input("features", rows, "FP32", binary=True)
    with pytest.raises(InferenceServerException, match="age outside 0 to 120 a") as refused:
        asking.infer("survival", [tensor])
    assert "987" not in str(refused.value)
    with pytest.raises(InferenceServerException, match="model"):
        asking.infer("nobody", [tensor])


def test_what_this_server_does_not_do_is_refused(asking: Client) -> None:
    with pytest.raises(InferenceServerException, match="no such page"):
        asking.get_system_shared_memory_status()


def test_models_are_loaded_and_stay_so(asking: Client) -> None:
    asking.load_model("survival")
    asking.unload_model("survival.columns")
    assert asking.is_model_ready("survival.columns")
    with pytest.raises(InferenceServerException, match="model"):
        asking.load_model("nobody")
    with pytest.raises(InferenceServerException, match="come with the deployment"):
        asking.load_model("survival", config="{}")
    with pytest.raises(InferenceServerException, match="come with the deployment"):
        asking.load_model("survival", config="{}", files={"file:1/model.onnx": b"onnx"})


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compressed_request_is_read(asking: Client, registry: Registry, coding: str) -> None:
    model = registry.get("survival")
    inputs = make_inputs(make_columns(model, list_instances(model)), binary=True)
    plain = asking.infer("survival.columns", inputs)
    packed = asking.infer("survival.columns", inputs, request_compression_algorithm=coding)
    assert read_column(packed, "risk_1826") == read_column(plain, "risk_1826")


def test_an_answer_that_is_withheld_is_nan(asking: Client, registry: Registry) -> None:
    model = registry.get("survival")
    instances = list_instances(model)
    inputs = make_inputs(make_columns(model, instances), binary=False)
    outputs = [triton.InferRequestedOutput(name, binary_data=False)
               for name in ("status", "risk_1826")]  # fmt: skip
    answer = asking.infer("survival.columns", inputs, outputs=outputs)
    abstained = [status == "abstained" for status in read_column(answer, "status")]
    assert any(abstained)
    assert np.isnan(answer.as_numpy("risk_1826")).tolist() == abstained
