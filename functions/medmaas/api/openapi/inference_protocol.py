"""Open Inference Protocol v2: the routes that its clients know."""

from typing import Any

from medmaas.api.openapi.catalogue import DIGEST
from medmaas.api.openapi.parts import (
    JSON,
    Operation,
    Paths,
    write_content,
    write_object,
    write_operation,
    write_parameter,
    write_refusals,
)
from medmaas.model.registry import Registry
from medmaas.model.schema import (
    BOOLEAN,
    FACT,
    INTEGER,
    NUMBER,
    TEXT,
    Schema,
    describe_list,
    describe_mapping,
    describe_object,
)

_BINARY = "application/octet-stream"
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


def describe_inference_protocol(registry: Registry) -> Paths:
    """Server, models, inference, repository and statistics."""
    ids = [model.manifest.id for model in registry.newest()]
    names = [name for one in ids for name in (one, f"{one}.columns")]
    versions = sorted({version for _, version, _ in registry.list()})
    name, version = write_parameter("name", names), write_parameter("version", versions)
    all_ready = _get("is_server_ready", "Whether all passed.", _flag("Ready"), (500, 503))
    paths: Paths = {
        "/v2": {"get": _get("describe_server", "What the server is.", _describe_server())},
        "/v2/health/live": {"get": _get("is_server_live", "Whether it runs.", _flag("Live"))},
        "/v2/health/ready": {"get": all_ready},
        "/v2/repository/index": {"post": _describe_index()},
        "/v2/repository/models/{name}/load": {"post": _describe_load("load", name)},
        "/v2/repository/models/{name}/unload": {"post": _describe_load("unload", name)},
        "/v2/models/stats": {
            "get": _get("read_statistics", "Statistics of all models.", _describe_statistics())
        },
    }
    model = "/v2/models/{name}"
    for path, of, parameters in (
        (model, "model", [name]),
        (f"{model}/versions/{{version}}", "version", [name, version]),
    ):
        of_model = {
            "": _get(
                f"describe_{of}_tensors", "Inputs, outputs, card.", _describe_metadata(), _OF_MODEL
            ),
            "/ready": _get(
                f"is_{of}_ready", "Whether it answers.", _describe_model_ready(), _OF_MODEL
            ),
            "/stats": _get(
                f"read_{of}_statistics", "Its statistics.", _describe_statistics(), _OF_MODEL
            ),
        }
        paths |= {
            path + end: {"get": operation | {"parameters": parameters}}
            for end, operation in of_model.items()
        }
        header = write_parameter("Inference-Header-Content-Length", where="header", type="integer")
        infer = _describe_infer("infer" if of == "model" else f"infer_{of}")
        paths[f"{path}/infer"] = {"post": infer | {"parameters": [*parameters, header]}}
    return paths


def _get(name: str, summary: str, answer: Schema, statuses: tuple[int, ...] = (500,)) -> Operation:
    told = {"200": write_content("As the standard says.", answer)}
    error = describe_object("InferenceError", {"error": TEXT, **FACT})
    refusals = write_refusals(statuses, error)
    return write_operation(name, "inference", summary, told | refusals, externalDocs=_STANDARD)


def _flag(title: str) -> Schema:
    return describe_object(title, {title.lower(): BOOLEAN})


def _describe_model_ready() -> Schema:
    return write_object("ModelReady", {"name": TEXT, "ready": BOOLEAN}, ["ready"])


def _describe_server() -> Schema:
    server = {"name": TEXT, "version": TEXT, "extensions": describe_list(TEXT)}
    return write_object("InferenceServer", server, [*server])


def _describe_tensor(title: str, **others: Schema) -> Schema:
    tensor = {
        "name": TEXT,
        "datatype": TEXT | {"enum": _DATATYPES},
        "shape": describe_list(INTEGER),
    }
    return write_object(title, tensor | others, [*tensor])


def _describe_metadata() -> Schema:
    tensors = describe_list(_describe_tensor("TensorMetadata"))
    metadata = {
        "name": TEXT,
        "versions": describe_list(TEXT),
        "platform": TEXT,
        "inputs": tensors,
        "outputs": tensors,
        "properties": describe_mapping("Properties", None, TEXT),
    }
    return write_object("ModelMetadata", metadata, ["name", "platform", "inputs", "outputs"])


def _describe_index() -> Operation:
    entry = {"name": TEXT, "version": TEXT, "state": TEXT, "reason": TEXT, **FACT}
    entries = describe_list(write_object("RepositoryEntry", entry, ["name"]))
    asked = write_object("RepositoryRequest", {"ready": BOOLEAN})
    body = write_content("Whether only models that are ready.", asked)
    return _get("list_repository", "All models.", entries, (400, 413, 415, 500)) | {
        "requestBody": {"required": False, **body}
    }


def _describe_load(do: str, name: dict[str, Any]) -> Operation:
    answer = write_object(f"Model{do.title()}", {"name": TEXT, do: BOOLEAN, "message": TEXT}, [do])
    summary = "Whether it is loaded." if do == "load" else "Models stay loaded: it changes nothing."
    statuses = (400, 404, 413, 415, 500, 503)
    return _get(f"{do}_model", summary, answer, statuses) | {"parameters": [name]}


def _describe_statistics() -> Schema:
    counted = write_object("Duration", {"count": INTEGER, "ns": INTEGER})
    model = {
        "name": TEXT,
        "version": TEXT,
        "last_inference": INTEGER,
        "inference_count": INTEGER,
        "execution_count": INTEGER,
        "inference_stats": describe_mapping("Durations", None, counted),
    }
    models = describe_list(write_object("ModelStatistics", model))
    return write_object("Statistics", {"model_stats": models}, ["model_stats"])


def _describe_infer(name: str) -> Operation:
    data = describe_list(
        {}, description='Row-major, nested or flat; "NaN" for a number that is missing.'
    )
    parameters: Schema = {"type": "object", "additionalProperties": True}
    tensor = _describe_tensor("InferenceTensor", parameters=parameters, data=data)
    of_output = {"name": TEXT, "parameters": parameters}
    options = {"force": BOOLEAN, "coverage": NUMBER}
    asked = {
        "id": TEXT,
        "parameters": write_object("InferenceOptions", options),
        "inputs": describe_list(tensor, minItems=1),
        "outputs": describe_list(write_object("InferenceOutput", of_output, ["name"])),
    }
    answered = {
        "model_name": TEXT,
        "model_version": TEXT,
        "parameters": describe_object("InferenceModel", {"sha256": TEXT, "digest": DIGEST}),
        "id": TEXT,
        "outputs": describe_list(tensor),
    }
    answer = write_object("InferenceAnswer", answered, ["model_name", "outputs"])
    request = write_object("InferenceRequest", asked, ["inputs"])
    operation = _get(name, "Tensors in, tensors out.", answer, _INFER)
    media, either = (JSON, _BINARY), "JSON, or JSON followed by binary tensors."
    operation["responses"]["200"] = write_content(either, answer, media=media)
    operation["requestBody"] = {"required": True, **write_content(either, request, media=media)}
    return operation
