"""The OpenAPI document: operations per model, with its real fields, units and limits."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from medmaas.model.body import LEAST_COVERAGE, LEAST_SECONDS, MAX_INSTANCES, MOST_SECONDS
from medmaas.model.options import PLAIN
from medmaas.model.predict import MAX_EXPLAINED, predict
from medmaas.model.registry import Model, Registry

_REFUSALS = {
    400: "The body is not JSON.",
    404: "No such model, version or page.",
    413: "Over 5 MB or 1,000 instances.",
    415: "Not application/json.",
    422: "Problems in the instances or options: every one is in `details`, none of the values.",
    500: "The service failed.",
    503: "The model failed a check and does not answer.",
}


def build_openapi(app: FastAPI, registry: Registry) -> dict[str, Any]:
    """The document for the models that answer, their own operations first."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    document.setdefault("components", {}).setdefault("schemas", {})["Error"] = _error_schema()
    others = document["paths"]
    for path, methods in others.items():
        _complete(methods["get"], re.findall(r"{(\w+)}", path))
    newest = {f"/models/{model.manifest.id}": model for model in registry.newest()}
    versions = {
        f"/models/{model_id}/versions/{version}": model
        for model_id, version, model in registry.list()
        if isinstance(model, Model)
    }
    own = {
        f"{path}/{action}": {"post": operation(model, f"{path}/{action}")}
        for path, model in (newest | versions).items()
        for action, operation in (("predict", _predict_operation), ("explain", _explain_operation))
    }
    document["paths"] = own | others
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
    answer = {
        "request_id": "3f0c7a51-6c83-4d8f-9d43-2f6a3f0a2c1b",
        "model": model.identity,
        "predictions": predict(model, [model.example]),
    }
    return {
        "summary": manifest.title,
        "description": f"{manifest.card.intended_use} {manifest.card.stage}.",
        **_operation(model, path, _request_schema(model), _answer_schema(model), answer),
    }


def _explain_operation(model: Model, path: str) -> dict[str, Any]:
    """The same with explanations, of which there is no example: they obey a clock."""
    request = _request_schema(model)
    request["properties"]["instances"]["maxItems"] = MAX_EXPLAINED
    request["properties"]["explain"] |= {"enum": [True], "default": True}
    answer = _answer_schema(model)
    return {
        "summary": f"{model.manifest.title}: with explanations",
        "description": "Predicts, and says of each answer what it rests on.",
        **_operation(model, path, request, answer, None),
    }


def _operation(
    model: Model,
    path: str,
    request: dict[str, Any],
    answer: dict[str, Any],
    example: dict[str, Any] | None,
) -> dict[str, Any]:
    responses = {str(status): _refusal(status) for status in _REFUSALS}
    responses["200"] = _content("One prediction per instance.", answer, example)
    asked = _content("Instances.", request, {"instances": [model.example]})
    return {
        "tags": [path.rpartition("/")[2]],
        "operationId": re.sub(r"\W+", "_", path.strip("/")),
        "requestBody": {"required": True, **asked},
        "responses": dict(sorted(responses.items())),
    }


def _request_schema(model: Model) -> dict[str, Any]:
    instances = {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_INSTANCES,
        "items": model.inputs.json_schema(),
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["instances"],
        "properties": {"instances": instances} | _option_schemas(model),
    }


def _option_schemas(model: Model) -> dict[str, Any]:
    coverage: dict[str, Any] = {
        "type": "number",
        "minimum": LEAST_COVERAGE,
        "exclusiveMaximum": 1,
        "description": "Of the intervals, one that the model stores; by itself its first.",
    }
    uncertainty = model.manifest.uncertainty
    if uncertainty and uncertainty.intervals:
        stored = [level.coverage for level in uncertainty.intervals.levels]
        coverage |= {"enum": stored, "default": stored[0]}
    return {
        "explain": {
            "type": "boolean",
            "default": PLAIN.explain,
            "description": f"Say what each answer rests on, for at most {MAX_EXPLAINED} instances.",
        },
        "explain_seconds": {
            "type": "number",
            "minimum": LEAST_SECONDS,
            "maximum": MOST_SECONDS,
            "default": PLAIN.explain_seconds,
            "description": "What the explanations may take together; with less time they hold "
            "fewer samples, and say so.",
        },
        "coverage": coverage,
        "force": {
            "type": "boolean",
            "default": PLAIN.force,
            "description": "Answer, marked as forced, where the model abstains.",
        },
    }


def _answer_schema(model: Model) -> dict[str, Any]:
    text = {"type": "string"}
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
                "items": {"type": "object", "properties": _prediction_schemas(model)},
            },
        },
    }


def _prediction_schemas(model: Model) -> dict[str, Any]:
    """What a prediction holds, by name; `output` alone is always there."""
    from medmaas.model.explanation import describe_explanation  # noqa: PLC0415 - few requests read it

    optional_text = {"type": ["string", "null"]}
    warning = {
        "type": "object",
        "properties": {"field": optional_text, "problem": {"type": "string"}},
    }
    interval = model.uncertainty.json_schema() if model.uncertainty else None
    return {
        "status": {
            "enum": ["ok", "abstained", "forced"],
            "description": "abstained: there is no answer, or no recommendation. forced: there is "
            "one, though the model abstains.",
        },
        "reason": {"type": "string", "description": "Why the model abstains."},
        "output": model.output.json_schema() | {"type": ["object", "null"]},
        **({"interval": interval} if interval else {}),
        "warnings": {"type": "array", "items": warning},
        "explanation": describe_explanation(model),
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
