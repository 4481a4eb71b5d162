"""The OpenAPI document: one predict operation per model, with its real fields, units and limits."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from medmaas.model.body import MAX_INSTANCES
from medmaas.model.predict import predict
from medmaas.model.registry import Model, Registry

_REFUSALS = {
    400: "The body is not JSON.",
    404: "No such model, version or page.",
    413: "Over 5 MB or 1,000 instances.",
    415: "Not application/json.",
    422: "Problems in the instances: every one is in `details`, none of the values.",
    500: "The service failed.",
    503: "The model failed a check and does not answer.",
}


def build_openapi(app: FastAPI, registry: Registry) -> dict[str, Any]:
    """The document for the models that answer, their predict operations first."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    document.setdefault("components", {}).setdefault("schemas", {})["Error"] = _error_schema()
    others = document["paths"]
    for path, methods in others.items():
        _complete(methods["get"], re.findall(r"{(\w+)}", path))
    newest = {f"/models/{model.manifest.id}/predict": model for model in registry.newest()}
    versions = {
        f"/models/{model_id}/versions/{version}/predict": model
        for model_id, version, model in registry.list()
        if isinstance(model, Model)
    }
    predict_paths = {
        path: {"post": _predict_operation(model, path)}
        for path, model in (newest | versions).items()
    }
    document["paths"] = predict_paths | others
    return document


def _complete(operation: dict[str, Any], names: list[str]) -> None:
    """Say what the routes read from the path, and how they refuse."""
    if names:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ]
    for status in (404, 503) if names else (503,):
        operation["responses"][str(status)] = _refusal(status)


def _predict_operation(model: Model, path: str) -> dict[str, Any]:
    manifest = model.manifest
    example = {"instances": [model.example]}
    answer = {
        "request_id": "3f0c7a51-6c83-4d8f-9d43-2f6a3f0a2c1b",
        "model": model.identity,
        "predictions": predict(model, [model.example]),
    }
    responses = {str(status): _refusal(status) for status in _REFUSALS}
    responses["200"] = _content("One prediction per instance.", _answer_schema(model), answer)
    return {
        "tags": ["predict"],
        "summary": manifest.title,
        "description": f"{manifest.card.intended_use} {manifest.card.stage}.",
        "operationId": re.sub(r"\W+", "_", path.strip("/")),
        "requestBody": {
            "required": True,
            **_content("Instances.", _request_schema(model), example),
        },
        "responses": dict(sorted(responses.items())),
    }


def _request_schema(model: Model) -> dict[str, Any]:
    instances = {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_INSTANCES,
        "items": model.inputs.json_schema(),
    }
    properties = {"instances": instances, "explain": {"type": "boolean", "enum": [False]}}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["instances"],
        "properties": properties,
    }


def _answer_schema(model: Model) -> dict[str, Any]:
    text = {"type": "string"}
    optional_text = {"type": ["string", "null"]}
    warning = {"type": "object", "properties": {"field": optional_text, "problem": text}}
    prediction = {
        "status": {"enum": ["ok", "abstained"]},
        "reason": {"type": "string", "description": "Why there is no recommendation."},
        "output": model.output.json_schema(),
        "warnings": {"type": "array", "items": warning},
    }
    return {
        "type": "object",
        "properties": {
            "request_id": text,
            "model": {
                "type": "object",
                "properties": {"id": text, "version": text, "sha256": text},
            },
            "predictions": {
                "type": "array",
                "items": {"type": "object", "properties": prediction},
            },
        },
    }


def _error_schema() -> dict[str, Any]:
    optional_text = {"type": ["string", "null"]}
    problem = {
        "instance": {"type": ["integer", "null"], "description": "Position, from 0."},
        "field": optional_text,
        "problem": {"type": "string"},
    }
    return {
        "type": "object",
        "required": ["error", "details"],
        "properties": {
            "error": {"type": "string", "description": "One sentence."},
            "details": {"type": "array", "items": {"type": "object", "properties": problem}},
        },
    }


def _refusal(status: int) -> dict[str, Any]:
    return _content(_REFUSALS[status], {"$ref": "#/components/schemas/Error"})


def _content(
    description: str, schema: dict[str, Any], example: dict[str, Any] | None = None
) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": schema}
    if example is not None:
        media["example"] = example
    return {"description": description, "content": {"application/json": media}}
