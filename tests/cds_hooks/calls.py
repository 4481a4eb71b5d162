"""Calls as a record system makes them."""

from typing import Any

from tests.fhir.records import RXNORM, Resource, bundle, course, light_chains, patient

INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


def searchset(*resources: Resource) -> Resource:
    return bundle(*resources, kind="searchset")


def call(hook: str = "patient-view", **changes: Any) -> dict[str, Any]:
    """Of the survival model."""
    return {
        "hook": hook,
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/7", "patientId": "p1"},
        "prefetch": {
            "patient": patient(),
            "observations": searchset(*light_chains()),
            "conditions": searchset(),
        },
    } | changes


def dose_call(hook: str = "patient-view", **changes: Any) -> dict[str, Any]:
    """Of the dose model."""
    resources = course()
    prefetch = {
        "patient": patient(),
        "observations": searchset(*resources[:-1]),
        "body": searchset(),
        "administrations": searchset(resources[-1]),
    }
    return call(hook, prefetch=prefetch) | changes


def sign(*orders: Resource) -> dict[str, Any]:
    """A call as orders are about to be signed."""
    context = call()["context"] | {"draftOrders": bundle(*orders)}
    return dose_call("order-sign", context=context)


def order(code: str, system: str = RXNORM, name: str = "o1") -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": name,
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/p1"},
    }
