"""Documents as archives send them, of invented patients; no text or picture is anybody's."""

import base64
import hashlib
from typing import Any

from tests.fhir.document_models import NOTE, RADIOGRAPH, REFERRAL, REPORT
from tests.fhir.records import Resource
from tests.parts.models import draw_scan

CANARY = "Zzcanaryzz"  # in notes, and nowhere else
WHEN = "2026-02-27T08:00:00Z"
PNG = "image/png"
__all__ = ["CANARY", "NOTE", "PNG", "RADIOGRAPH", "REFERRAL", "REPORT", "WHEN"]


def encode(content: str | bytes) -> str:
    """Base64 of bytes, or of a text in UTF-8."""
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


def hash_of(content: bytes) -> str:
    """As R4 writes it."""
    return base64.b64encode(hashlib.sha1(content).digest()).decode()  # noqa: S324 - R4 says so


def attach(
    content: str | bytes = NOTE, kind: str | None = "text/plain", **changes: Any
) -> Resource:
    """An Attachment."""
    given = {"contentType": kind, "data": encode(content)} | changes
    return {name: value for name, value in given.items() if value is not None}


def attach_scan(seed: int = 1, kind: str | None = PNG, **changes: Any) -> Resource:
    """An Attachment of a picture."""
    return attach(base64.b64decode(draw_scan(seed)), kind, **changes)


def document(
    *attachments: Resource,
    name: str = "d1",
    coding: Resource = REFERRAL,
    when: str | None = WHEN,
    **changes: Any,
) -> Resource:
    """A DocumentReference of these contents, by default of a letter."""
    given = {
        "resourceType": "DocumentReference",
        "id": name,
        "status": "current",
        "type": {"coding": [coding]},
        "subject": {"reference": "Patient/p1"},
        "date": when,
        "content": [{"attachment": one} for one in attachments or (attach(),)],
    } | changes
    return {element: value for element, value in given.items() if value is not None}


def scan(*attachments: Resource, **changes: Any) -> Resource:
    """A DocumentReference of a radiograph."""
    return document(*attachments or (attach_scan(),), coding=RADIOGRAPH, **changes)


def report(*forms: Resource, name: str = "r1", when: str = WHEN, **changes: Any) -> Resource:
    """A DiagnosticReport."""
    given = {
        "resourceType": "DiagnosticReport",
        "id": name,
        "status": "final",
        "code": {"coding": [REFERRAL]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": when,
        "presentedForm": [*(forms or (attach(),))],
    } | changes
    return {element: value for element, value in given.items() if value is not None}


def media(attachment: Resource | None = None, name: str = "m1", **changes: Any) -> Resource:
    """A Media of a radiograph."""
    return {
        "resourceType": "Media",
        "id": name,
        "status": "completed",
        "modality": {"coding": [RADIOGRAPH]},
        "subject": {"reference": "Patient/p1"},
        "createdDateTime": WHEN,
        "content": attachment or attach_scan(),
    } | changes


def binary(content: str | bytes = NOTE, kind: str = "text/plain", name: str = "b1") -> Resource:
    """A Binary."""
    return {"resourceType": "Binary", "id": name, "contentType": kind, "data": encode(content)}
