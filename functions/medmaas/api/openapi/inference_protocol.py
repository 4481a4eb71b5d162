"""Open Inference Protocol v2: the routes that its clients know."""

from typing import Any

from medmaas.api.openapi.parts import (
    BOOLEAN,
    INTEGER,
    JSON,
    TEXT,
    Operation,
    Paths,
    Schema,
    write_content,
    write_list,
    write_object,
    write_parameter,
    write_refusals,
)
from medmaas.model.registry import Registry

_BINARY = "application/octet-stream"
_ERRORS = "InferenceError"
_STANDARD = {
    "description": "Open Inference Protocol",
    "url": "https://github.com/kserve/open-inference-protocol",
}
_OF_MODEL = (404, 500, 503)
_INFER = (400, 404, 413, 415, 422, 500, 503)
_DATATYPES = [
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16",
    "FP32", "FP64", "BYTES",
]  # fmt: skip


def describe_inference_protocol(registry: Registry) -> tuple[Paths, dict[str, Schema]]:
    """Server, models, inference, repository and statistics."""
    ids = [model.manifest.id for model in registry.newest()]
    names = [name for one in ids for name in (one, f"{one}.columns")]
    versions = sorted({version for _, version, _ in registry.list()})
    name, version = write_parameter("name", names), write_parameter("version", versions)
    paths: Paths = {
        "/v2": {"get": _get("What the server is.", _describe_server())},
        "/v2/health/live": {"get": _get("Whether it runs.", _flag("live"))},
        "/v2/health/ready": {"get": _get("Whether all models passed.", _flag("ready"), (500, 503))},
        "/v2/repository/index": {"post": _describe_index()},
        "/v2/models/stats": {"get": _get("Statistics of all models.", _describe_statistics())},
    }
    model = "/v2/models/{name}"
    for path, parameters in ((model, [name]), (f"{model}/versions/{{version}}", [name, version])):
        of_model = {
            "": {"get": _get("Inputs, outputs, card.", _describe_metadata(), _OF_MODEL)},
            "/ready": {"get": _get("Whether it answers.", _flag("ready"), _OF_MODEL)},
            "/stats": {"get": _get("Its statistics.", _describe_statistics(), _OF_MODEL)},
            "/infer": {"post": _describe_infer()},
        }
        for end, methods in of_model.items():
            for operation in methods.values():
                operation["parameters"] = [*parameters, *operation.get("parameters", [])]
            paths[path + end] = methods
    return paths, {_ERRORS: write_object({"error": TEXT}, ["error"])}


def _get(summary: str, answer: Schema, statuses: tuple[int, ...] = (500,)) -> Operation:
    return {
        "tags": ["inference"],
        "summary": summary,
        "externalDocs": _STANDARD,
        "responses": {"200": write_content("As the standard says.", answer)}
        | write_refusals(statuses, _ERRORS),
    }


def _flag(name: str) -> Schema:
    return write_object({name: BOOLEAN}, [name])


def _describe_server() -> Schema:
    return write_object(
        {"name": TEXT, "version": TEXT, "extensions": write_list(TEXT)},
        ["name", "version", "extensions"],
    )


def _describe_tensor(**others: Schema) -> Schema:
    tensor = {
        "name": TEXT,
        "datatype": {"enum": _DATATYPES},
        "shape": write_list(INTEGER),
    }
    return write_object(tensor | others, ["name", "datatype", "shape"])


def _describe_metadata() -> Schema:
    metadata = {
        "name": TEXT,
        "versions": write_list(TEXT),
        "platform": TEXT,
        "inputs": write_list(_describe_tensor()),
        "outputs": write_list(_describe_tensor()),
        "properties": {"type": "object", "additionalProperties": TEXT},
    }
    return write_object(metadata, ["name", "platform", "inputs", "outputs"])


def _describe_index() -> Operation:
    entry = {"name": TEXT, "version": TEXT, "state": TEXT, "reason": TEXT}
    body = write_content("Whether only models that are ready.", write_object({"ready": BOOLEAN}))
    return _get("All models.", write_list(write_object(entry, ["name"])), (400, 413, 500)) | {
        "requestBody": {"required": False, **body}
    }


def _describe_statistics() -> Schema:
    counted = write_object({"count": INTEGER, "ns": INTEGER})
    model = {
        "name": TEXT,
        "version": TEXT,
        "last_inference": INTEGER,
        "inference_count": INTEGER,
        "execution_count": INTEGER,
        "inference_stats": {"type": "object", "additionalProperties": counted},
    }
    return write_object({"model_stats": write_list(write_object(model))}, ["model_stats"])


def _describe_infer() -> Operation:
    data: Schema = {"type": "array", "description": "Row-major, nested or flat."}
    parameters: Schema = {"type": "object"}
    of_output = write_object({"name": TEXT, "parameters": parameters}, ["name"])
    asked: dict[str, Any] = {
        "id": TEXT,
        "parameters": write_object({"force": BOOLEAN, "coverage": {"type": "number"}}),
        "inputs": write_list(_describe_tensor(parameters=parameters, data=data), minItems=1),
        "outputs": write_list(of_output),
    }
    answered = {
        "model_name": TEXT,
        "model_version": TEXT,
        "id": TEXT,
        "outputs": write_list(_describe_tensor(parameters=parameters, data=data)),
    }
    media = (JSON, _BINARY)
    answer = write_object(answered, ["model_name", "outputs"])
    operation = _get("Tensors in, tensors out.", answer, _INFER)
    operation["responses"]["200"] = write_content(
        "JSON, or JSON followed by binary tensors.", answer, media=media
    )
    body = write_content(
        "JSON, or JSON followed by binary tensors.", write_object(asked, ["inputs"]), media=media
    )
    operation["requestBody"] = {"required": True, **body}
    header = write_parameter("Inference-Header-Content-Length", where="header", type="integer")
    operation["parameters"] = [header]
    return operation
