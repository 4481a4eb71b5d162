"""CDS Hooks 2.0.1, as the services take and answer it."""

from collections.abc import Sequence
from typing import Any

from medmaas.api.openapi.parts import (
    BOOLEAN,
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
from medmaas.cds_hooks.feedback import MOST
from medmaas.model.registry import Registry

_UUID: Schema = {"type": "string", "format": "uuid"}
_ERRORS = "OperationOutcome"
_GUARDED = (401, 403, 500, 503)
_CALLED = (400, 404, 412, 413, 415, 422, *_GUARDED)
_STANDARD = {"description": "CDS Hooks 2.0.1", "url": "https://cds-hooks.hl7.org/2.0/"}


def describe_cds_hooks(registry: Registry) -> tuple[Paths, dict[str, Schema]]:
    """Discovery, services and feedback."""
    served = {
        model.manifest.id: model.manifest.cds_service.hooks
        for model in registry.newest()
        if model.manifest.cds_service
    }
    hooks = sorted({hook for names in served.values() for hook in names})
    service = write_parameter("id", [*served])
    call = _describe(
        "Advice for one patient, as cards.",
        body=_describe_call(hooks),
        answer=write_object({"cards": write_list(_describe_card())}, ["cards"]),
        statuses=_CALLED,
    )
    feedback = _describe(
        "What became of a card; free text is not kept.",
        body=write_object({"feedback": write_list(_describe_feedback(), minItems=1)}, ["feedback"]),
        answer={"type": "object"},
        statuses=(400, 404, 413, 415, 422, *_GUARDED),
    )
    discovery = _describe(
        "The services, and when to call them.", None, _describe_services(), _GUARDED
    )
    return {
        "/cds-services": {"get": discovery},
        "/cds-services/{id}": {"post": call | {"parameters": [service]}},
        "/cds-services/{id}/feedback": {"post": feedback | {"parameters": [service]}},
    }, {}


def _describe(
    summary: str, body: Schema | None, answer: Schema, statuses: tuple[int, ...]
) -> Operation:
    operation: Operation = {
        "tags": ["cds-hooks"],
        "summary": summary,
        "externalDocs": _STANDARD,
        "responses": {"200": write_content("As the standard says.", answer)}
        | write_refusals(statuses, _ERRORS),
    }
    if body:
        operation["requestBody"] = {
            "required": True,
            **write_content("As the standard says.", body),
        }
    return operation


def _describe_services() -> Schema:
    service = {
        "hook": TEXT,
        "id": TEXT,
        "title": TEXT,
        "description": TEXT,
        "prefetch": {"type": "object", "additionalProperties": TEXT},
        "usageRequirements": TEXT,
    }
    return write_object(
        {"services": write_list(write_object(service, ["hook", "id", "description"]))}, ["services"]
    )


def _describe_call(hooks: Sequence[str]) -> Schema:
    context = {
        "userId": TEXT,
        "patientId": TEXT,
        "encounterId": TEXT,
        "draftOrders": {"type": "object", "description": "A Bundle; of order-sign only."},
    }
    call = {
        "hook": {"enum": [*hooks]},
        "hookInstance": _UUID,
        "context": write_object(context, ["userId", "patientId"]),
        "prefetch": {
            "type": "object",
            "description": "By the keys of discovery: a resource, a searchset Bundle, or null.",
            "additionalProperties": {"type": ["object", "null"]},
        },
        "fhirServer": TEXT | {"description": "Never called."},
        "fhirAuthorization": {"type": "object", "description": "Never used."},
    }
    return write_object(call, ["hook", "hookInstance", "context"])


def _describe_card() -> Schema:
    coding = write_object({"code": TEXT, "system": TEXT, "display": TEXT}, ["code"])
    action = {
        "type": {"enum": ["create", "update", "delete"]},
        "description": TEXT,
        "resource": {"type": "object"},
        "resourceId": TEXT,
    }
    suggestion = {
        "label": TEXT,
        "uuid": _UUID,
        "isRecommended": BOOLEAN,
        "actions": write_list(write_object(action, ["type", "description"])),
    }
    source = {"label": TEXT, "url": TEXT, "topic": coding}
    link = {"label": TEXT, "url": TEXT, "type": {"enum": ["absolute", "smart"]}}
    card: dict[str, Any] = {
        "uuid": _UUID,
        "summary": TEXT | {"maxLength": 139},
        "detail": TEXT,
        "indicator": {"enum": ["info", "warning", "critical"]},
        "source": write_object(source, ["label"]),
        "suggestions": write_list(write_object(suggestion, ["label"])),
        "selectionBehavior": {"enum": ["at-most-one", "any"]},
        "overrideReasons": write_list(coding),
        "links": write_list(write_object(link, ["label", "url", "type"])),
    }
    return write_object(card, ["summary", "indicator", "source"])


def _describe_feedback() -> Schema:
    reason = write_object({"code": TEXT, "system": TEXT})
    feedback = {
        "card": _UUID,
        "outcome": {"enum": ["accepted", "overridden"]},
        "acceptedSuggestions": write_list(write_object({"id": _UUID}, ["id"]), maxItems=MOST),
        "overrideReason": write_object(
            {"reason": reason, "userComment": TEXT | {"description": "Dropped unread."}}
        ),
        "outcomeTimestamp": {"type": "string", "format": "date-time"},
    }
    return write_object(feedback, ["card", "outcome", "outcomeTimestamp"])
