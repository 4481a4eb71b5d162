"""CDS Hooks 2.0.1, as the services take and answer it."""

from collections.abc import Sequence

from medmaas.api.openapi.catalogue import IDENTITY
from medmaas.api.openapi.fhir import describe_outcome
from medmaas.api.openapi.parts import (
    CDS_CLIENT,
    Operation,
    Paths,
    write_content,
    write_object,
    write_operation,
    write_parameter,
    write_refusals,
)
from medmaas.cds_hooks.feedback import MOST
from medmaas.model.registry import Registry
from medmaas.model.schema import (
    BOOLEAN,
    TEXT,
    Schema,
    describe_list,
    describe_mapping,
    describe_object,
)

_UUID: Schema = {"type": "string", "format": "uuid"}
_GUARDED = (401, 403, 500, 503)
_CALLED = (400, 404, 412, 413, 415, 422, *_GUARDED)
_STANDARD = {"description": "CDS Hooks 2.0.1", "url": "https://cds-hooks.hl7.org/2.0/"}


def describe_cds_hooks(registry: Registry) -> Paths:
    """Discovery, services and feedback."""
    served = {
        model.manifest.id: model.manifest.cds_service.hooks
        for model in registry.newest()
        if model.manifest.cds_service
    }
    hooks = sorted({hook for names in served.values() for hook in names})
    service = write_parameter("id", [*served])
    discovery = _describe(
        "list_cds_services", "The services, and when to call them.", _describe_services(), _GUARDED
    )
    cards = describe_list(_describe_card())
    call = _describe(
        "call_cds_service",
        "Advice for one patient, as cards.",
        write_object("CdsCards", {"cards": cards}, ["cards"]),
        _CALLED,
        _describe_call(hooks),
    )
    items = describe_list(_describe_feedback(), minItems=1)
    feedback = _describe(
        "give_cds_feedback",
        "What became of a card; free text is not kept.",
        write_object("CdsFeedbackKept", {}),
        (400, 404, 413, 415, 422, *_GUARDED),
        write_object("CdsFeedback", {"feedback": items}, ["feedback"]),
    )
    return {
        "/cds-services": {"get": discovery},
        "/cds-services/{id}": {"post": call | {"parameters": [service]}},
        "/cds-services/{id}/feedback": {"post": feedback | {"parameters": [service]}},
    }


def _describe(
    name: str, summary: str, answer: Schema, statuses: tuple[int, ...], body: Schema | None = None
) -> Operation:
    told = {"200": write_content("As the standard says.", answer)}
    operation = write_operation(
        name,
        "cds-hooks",
        summary,
        told | write_refusals(statuses, describe_outcome()),
        externalDocs=_STANDARD,
        security=[{CDS_CLIENT: []}],
    )
    if body:
        asked = write_content("As the standard says.", body)
        operation["requestBody"] = {"required": True, **asked}
    return operation


def _describe_services() -> Schema:
    service = {
        "hook": TEXT,
        "id": TEXT,
        "title": TEXT,
        "description": TEXT,
        "prefetch": describe_mapping("Prefetch", None, TEXT),
        "usageRequirements": TEXT,
    }
    services = describe_list(write_object("CdsService", service, ["hook", "id", "description"]))
    return write_object("CdsServices", {"services": services}, ["services"])


def _describe_call(hooks: Sequence[str]) -> Schema:
    context = {
        "userId": TEXT,
        "patientId": TEXT,
        "encounterId": TEXT,
        "draftOrders": {"type": "object", "description": "A Bundle; of order-sign only."},
    }
    call = {
        "hook": TEXT | {"enum": [*hooks]},
        "hookInstance": _UUID,
        "context": write_object("CdsContext", context, ["userId", "patientId"]),
        "prefetch": {
            "type": "object",
            "description": "By the keys of discovery: a resource, a searchset Bundle, or null.",
            "additionalProperties": {"type": ["object", "null"]},
        },
        "fhirServer": TEXT | {"description": "Never called."},
        "fhirAuthorization": {"type": "object", "description": "Never used."},
    }
    return write_object("CdsCall", call, ["hook", "hookInstance", "context"])


def _describe_card() -> Schema:
    coding = write_object("CdsCoding", {"code": TEXT, "system": TEXT, "display": TEXT}, ["code"])
    action = {
        "type": TEXT | {"enum": ["create", "update", "delete"]},
        "description": TEXT,
        "resource": {"type": "object"},
        "resourceId": TEXT,
    }
    suggestion = {
        "label": TEXT,
        "uuid": _UUID,
        "isRecommended": BOOLEAN,
        "actions": describe_list(write_object("CdsAction", action, ["type", "description"])),
    }
    extension = describe_object("CdsSourceExtension", {"medmaas-model": IDENTITY})
    source = {"label": TEXT, "url": TEXT, "topic": coding, "extension": extension}
    link = {"label": TEXT, "url": TEXT, "type": TEXT | {"enum": ["absolute", "smart"]}}
    card = {
        "uuid": _UUID,
        "summary": TEXT | {"maxLength": 139},
        "detail": TEXT,
        "indicator": TEXT | {"enum": ["info", "warning", "critical"]},
        "source": write_object("CdsSource", source, ["label"]),
        "suggestions": describe_list(write_object("CdsSuggestion", suggestion, ["label"])),
        "selectionBehavior": TEXT | {"enum": ["at-most-one", "any"]},
        "overrideReasons": describe_list(coding),
        "links": describe_list(write_object("CdsLink", link, ["label", "url", "type"])),
    }
    return write_object("CdsCard", card, ["summary", "indicator", "source"])


def _describe_feedback() -> Schema:
    reason = write_object("CdsReason", {"code": TEXT, "system": TEXT})
    feedback = {
        "card": _UUID,
        "outcome": TEXT | {"enum": ["accepted", "overridden"]},
        "acceptedSuggestions": describe_list(
            write_object("CdsAccepted", {"id": _UUID}, ["id"]), maxItems=MOST
        ),
        "overrideReason": write_object(
            "CdsOverride",
            {"reason": reason, "userComment": TEXT | {"description": "Dropped unread."}},
        ),
        "outcomeTimestamp": {"type": "string", "format": "date-time"},
    }
    return write_object("CdsOutcome", feedback, ["card", "outcome", "outcomeTimestamp"])
