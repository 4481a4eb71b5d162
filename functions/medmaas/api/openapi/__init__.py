"""The OpenAPI document: what every route takes and gives, by protocol.

parts.py holds what all descriptions are written with, and components.py names the schemas.
catalogue.py describes what models there are, models.py the operations of each, from its manifest,
and tables.py their requests and answers in columns, file.py files of rows, reading.py numbers as
people type them, drawing.py what a model sees of a picture;
inference_protocol.py, fhir.py and cds_hooks.py describe their protocols.
"""

from typing import Any

from fastapi import FastAPI

from medmaas.api.openapi.catalogue import describe_catalogue
from medmaas.api.openapi.cds_hooks import describe_cds_hooks
from medmaas.api.openapi.components import Components, find_free
from medmaas.api.openapi.fhir import describe_fhir
from medmaas.api.openapi.inference_protocol import describe_inference_protocol
from medmaas.api.openapi.models import describe_any_model, describe_models
from medmaas.api.openapi.parts import CDS_CLIENT, TOKEN, Paths
from medmaas.model.registry import Registry

_TAGS = {
    "predict": "Answers of the models, natively.",
    "explain": "Answers, and what each of them rests on.",
    "models": "What models there are, and what each of them is.",
    "health": "Whether the service answers.",
    "inference": "The Open Inference Protocol v2: tensors in, tensors out.",
    "fhir": "FHIR R4: records in, assessments out.",
    "cds-hooks": "CDS Hooks 2.0.1: advice while a record is open.",
}
_SECURITY = {
    TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A deployed API refuses requests without a token of its issuer that has its "
        "scope. On loopback no token is needed.",
    },
    CDS_CLIENT: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token that the record system signs for the very URL that it calls, by a "
        "key that the service was given. On loopback no token is needed.",
    },
}


def build_openapi(app: FastAPI, registry: Registry) -> dict[str, Any]:
    """The document for the models that answer, their own operations first.

    What is the same in every service is named first, so that no model can take its name.
    """
    components = Components()
    others: Paths = {}
    for described in (describe_catalogue(components), describe_any_model()):
        others |= components.name(described)
    for protocol in (describe_inference_protocol, describe_fhir, describe_cds_hooks):
        others |= components.name(protocol(registry))
    paths = describe_models(registry, components)
    _make_unique(others | paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": app.title, "description": app.description, "version": app.version},
        "paths": paths | others,
        "components": {
            "schemas": dict(sorted(components.schemas.items())),
            "securitySchemes": _SECURITY,
        },
        "security": [{TOKEN: []}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
    }


def _make_unique(paths: Paths) -> None:
    """Number operations that two models' ids would give the same name."""
    taken: set[str] = set()
    for methods in paths.values():
        for operation in methods.values():
            operation["operationId"] = find_free(operation["operationId"], taken)
            taken.add(operation["operationId"])
