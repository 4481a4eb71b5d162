"""The operations of each model: its real fields, units and limits."""

import re
from typing import Any

from medmaas.api.openapi.parts import Paths, write_content, write_refusals
from medmaas.model.body import LEAST_COVERAGE, LEAST_SECONDS, MAX_INSTANCES, MOST_SECONDS
from medmaas.model.options import PLAIN
from medmaas.model.predict import MAX_EXPLAINED, predict
from medmaas.model.registry import Model, Registry

_STATUSES = (400, 404, 413, 415, 422, 500, 503)


def describe_models(registry: Registry) -> Paths:
    """Predicting and explaining, of every model that answers and of its newest version."""
    newest = {f"/models/{model.manifest.id}": model for model in registry.newest()}
    versions = {
        f"/models/{model_id}/versions/{version}": model
        for model_id, version, model in registry.list()
        if isinstance(model, Model)
    }
    return {
        f"{path}/{action}": {"post": operation(model, f"{path}/{action}")}
        for path, model in (newest | versions).items()
        for action, operation in (("predict", _predict_operation), ("explain", _explain_operation))
    }


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
    responses = write_refusals(_STATUSES)
    responses["200"] = write_content("One prediction per instance.", answer, example)
    asked = write_content("Instances.", request, {"instances": [model.example]})
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
