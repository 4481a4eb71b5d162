"""The OpenAPI document: what every route takes and gives, by protocol.

parts.py holds what all descriptions are written with. models.py describes the operations of each
model, from its manifest; inference_protocol.py, fhir.py and cds_hooks.py describe their protocols.
"""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from medmaas.api.openapi.cds_hooks import describe_cds_hooks
from medmaas.api.openapi.fhir import describe_fhir
from medmaas.api.openapi.inference_protocol import describe_inference_protocol
from medmaas.api.openapi.models import describe_models
from medmaas.api.openapi.parts import TEXT, Operation, Schema, write_refusals
from medmaas.model.registry import Registry


def build_openapi(app: FastAPI, registry: Registry) -> dict[str, Any]:
    """The document for the models that answer, their own operations first."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    others = document["paths"]
    for path, methods in others.items():
        _complete(methods["get"], re.findall(r"{(\w+)}", path))
    document["paths"] = describe_models(registry) | others
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = _describe_error()
    for describe in (describe_inference_protocol, describe_fhir, describe_cds_hooks):
        paths, components = describe(registry)
        document["paths"] |= paths
        schemas |= components
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return document


def _complete(operation: Operation, names: list[str]) -> None:
    """Say what the routes read from the path, and how they refuse."""
    if names:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": TEXT} for name in names
        ]
    operation["responses"] |= write_refusals((404, 503) if names else (503,))


def _describe_error() -> Schema:
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
