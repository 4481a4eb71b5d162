"""Requests of the protocol, made of the instances that the native route takes."""

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

import numpy as np
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from medmaas.model.manifest import (
    Boolean,
    Choice,
    Feature,
    ImageInput,
    PartsInput,
    SeriesInput,
    TabularInput,
)
from medmaas.model.registry import Model
from tests.conftest import PATIENT

Json = dict[str, Any]
FEATURES: Json = {"name": "features", "shape": [1, 6], "datatype": "FP32",
            "data": [67, 0, 1.1, 1.2, 1.5, 0]}  # fmt: skip
LENGTH = "inference-header-content-length"
KINDS = {"FP64": "<f8", "FP32": "<f4", "UINT8": "u1", "INT64": "<i8"}


def list_instances(model: Model) -> list[Json]:
    """The golden cases, some of which a model abstains from."""
    return [case.instance for case in model.manifest.golden.cases]


def make_rows(model: Model, instances: Sequence[Json]) -> NDArray[Any]:
    """The one tensor that the graph takes."""
    (tensor,) = model.inputs.read(instances).tensors.values()
    return tensor


def write_null(values: Sequence[Any]) -> list[Any]:
    """The same values, null for NaN."""
    return [None if isinstance(value, float) and isnan(value) else value for value in values]


def make_raw(model: Model, instances: Sequence[Json]) -> list[Json]:
    """Inputs of the view of tensors, in JSON, null for NaN."""
    (spec,) = model.manifest.artefact.inputs
    rows = make_rows(model, instances)
    datatype = {"float32": "FP32", "uint8": "UINT8", "int64": "INT64"}[rows.dtype.name]
    data = write_null(rows.ravel().tolist())
    return [{"name": spec.name, "shape": list(rows.shape), "datatype": datatype, "data": data}]


def make_columns(model: Model, instances: Sequence[Json]) -> list[Json]:
    """Inputs of the view of columns; what no instance has is left out."""
    spec, shape = model.manifest.input, [len(instances)]
    if isinstance(spec, TabularInput):
        return [
            {"name": f.name, "shape": shape, **_describe(f, [i.get(f.name) for i in instances])}
            for f in spec.features
            if any(f.name in i for i in instances)
        ]
    assert not isinstance(spec, PartsInput)
    values = [instance[spec.field] for instance in instances]
    data = [json.dumps(value) for value in values] if isinstance(spec, SeriesInput) else values
    return [{"name": spec.field, "shape": shape, "datatype": "BYTES", "data": data}]


def make_contents(model: Model, instances: Sequence[Json]) -> list[bytes]:
    """What an input of bytes holds in binary: pictures as they are, not in base64."""
    (tensor,) = make_columns(model, instances)
    if isinstance(model.manifest.input, ImageInput):
        return [base64.b64decode(text) for text in tensor["data"]]
    return [text.encode() for text in tensor["data"]]


def _describe(feature: Feature, values: list[Any]) -> Json:
    match feature:
        case Choice():
            return {"datatype": "BYTES", "data": [value or "" for value in values]}
        case Boolean():
            return {"datatype": "BOOL", "data": values}
        case _:
            return {"datatype": "FP64", "data": values}


def join_binary(request: Json, parts: Sequence[bytes]) -> tuple[bytes, dict[str, str]]:
    """A body of JSON and binary tensors, and its headers."""
    head = json.dumps(request).encode()
    headers = {"content-type": "application/octet-stream", LENGTH: str(len(head))}
    return b"".join([head, *parts]), headers


def write_texts(texts: Sequence[bytes]) -> bytes:
    """Texts behind their lengths, as the extension says."""
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def read_binary(content: bytes, length: int) -> dict[str, Any]:
    """Outputs by name of a response that has binary ones, as plain lists."""
    answer, position = json.loads(content[:length]), length
    found = {}
    for output in answer["outputs"]:
        size = output.get("parameters", {}).get("binary_data_size")
        if size is None:
            found[output["name"]] = output["data"]
            continue
        part = content[position : position + size]
        position += size
        if output["datatype"] == "BYTES":
            found[output["name"]] = _read_texts(part)
        else:
            found[output["name"]] = np.frombuffer(part, KINDS[output["datatype"]]).tolist()
    assert position == len(content)
    return found


def _read_texts(part: bytes) -> list[str]:
    texts, position = [], 0
    while position < len(part):
        (length,) = struct.unpack_from("<I", part, position)
        texts.append(part[position + 4 : position + 4 + length].decode())
        position += 4 + length
    return texts


def infer(client: TestClient, view: str, inputs: Sequence[Json], **others: Any) -> Any:
    """The response to a request in JSON."""
    return client.post(f"/v2/models/{view}/infer", json={"inputs": inputs, **others})


def read_outputs(response: Any) -> dict[str, Json]:
    """Outputs by name."""
    assert response.status_code == 200, response.text
    return {output["name"]: output for output in response.json()["outputs"]}


def read_data(response: Any) -> dict[str, list[Any]]:
    """The data of outputs by name, None for numbers that are missing."""
    return {name: read_numbers(output) for name, output in read_outputs(response).items()}


def read_numbers(output: Json) -> list[Any]:
    """The data of one output; a number that is missing is the text "NaN", and never null."""
    data = output["data"]
    assert None not in data
    is_text = output["datatype"] == "BYTES"
    return data if is_text else [None if value == "NaN" else value for value in data]


def predict(client: TestClient, model: Model, instances: Sequence[Json], **options: Any) -> Any:
    """The native route's predictions."""
    body = {"instances": instances, **options}
    response = client.post(f"/models/{model.manifest.id}/predict", json=body)
    assert response.status_code == 200, response.text
    return response.json()["predictions"]


def list_values(output: Mapping[str, Any]) -> list[Any]:
    """The values of a native answer, in the order of columns: texts, then numbers."""
    if "options" in output:
        options = output["options"]
        texts = [output["recommended"], str(output["least_bad"]).lower(), output["notice"]]
        for o in options:
            texts += [str(o["allowed"]).lower(), str(o["within_limit"]).lower(), o["why"]]
        numbers = [[*o["risks"].values(), o["expected_nadir"]["value"]] for o in options]
        return [*texts, *(number for of_option in numbers for number in of_option)]
    if "survival" in output:
        return [output["median_days"], *output["risk"].values(), *output["survival"]]
    if "label" in output:
        return [output["label"], *output["probabilities"].values()]
    return [output["unit"], output["value"]]


def list_ends(interval: Mapping[str, Any]) -> list[Any]:
    """The values of a native interval, in the order of columns."""
    if "options" in interval:
        return [
            end
            for option in interval["options"]
            for band in (*option["risks"].values(), option["expected_nadir"])
            for end in band.values()
        ]
    if "labels" in interval:
        return ["; ".join(interval["labels"])]
    if "at_least_days" in interval:
        return [interval["at_least_days"]]
    return [interval["low"], interval["high"]]


PATIENT_COLUMNS: list[Json] = [
    {"name": name, "shape": [1], "datatype": datatype, "data": [PATIENT[name]]}
    for name, datatype in (
        ("age", "FP64"), ("sex", "BYTES"), ("creatinine", "FP64"), ("kappa", "FP64"),
        ("lambda", "FP64"), ("mgus", "BOOL"),
    )
]  # fmt: skip
