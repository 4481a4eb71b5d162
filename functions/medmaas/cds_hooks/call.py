"""A call of a service, held against the standard.

https://cds-hooks.hl7.org/2.0/#calling-a-cds-service
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from medmaas.cds_hooks.services import PATIENT, list_prefetch
from medmaas.errors import InvalidCallError, MissingPrefetchError, Problem
from medmaas.model.manifest import CdsService
from medmaas.model.registry import Model

_USER = re.compile(r"[A-Za-z]+/[A-Za-z0-9.\-]{1,64}")
ORDERS_AT = {"order-sign"}


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked.

    Attributes:
        hook: one that the service declares.
        prefetch: by key, all that the service needs.
        orders: at order-sign the resources that are about to be signed.
    """

    hook: str
    prefetch: Mapping[str, object]
    orders: tuple[Mapping[str, Any], ...] = ()


def read_call(body: object, model: Model, service: CdsService) -> Call:
    """The call in a body.

    Raises:
        InvalidCallError: it breaks a rule of the standard; names the field.
        MissingPrefetchError: prefetch lacks what the service needs; names the keys.
    """
    if not isinstance(body, dict):
        raise refuse(None, "must be an object")
    hook, context = body.get("hook"), body.get("context")
    if hook not in service.hooks:
        raise refuse("hook", f"must be one of this service's: {', '.join(service.hooks)}")
    require_uuid(body.get("hookInstance"), "hookInstance")
    if not isinstance(context, dict):
        raise refuse("context", "is required, an object")
    _require_text(context, "userId", _USER)
    patient_id = _require_text(context, "patientId")
    orders = _read_orders(context, patient_id) if hook in ORDERS_AT else ()
    if body.get("fhirAuthorization") is not None and not isinstance(body.get("fhirServer"), str):
        raise refuse("fhirServer", "is required beside fhirAuthorization")
    prefetch = _read_prefetch(body.get("prefetch"), model)
    _require_same(patient_id, prefetch[PATIENT])
    return Call(str(hook), prefetch, orders)


def require_uuid(value: object, field: str) -> str:
    """A UUID, in its usual form.

    Raises:
        InvalidCallError: it is none.
    """
    if isinstance(value, str):
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise refuse(field, "is required, a UUID")


def _require_text(
    context: Mapping[str, Any], name: str, pattern: re.Pattern[str] | None = None
) -> str:
    value = context.get(name)
    if not isinstance(value, str) or not value or (pattern and not pattern.fullmatch(value)):
        form = ", as in Practitioner/123" if pattern else ", the id of the patient"
        raise refuse(f"context.{name}", f"is required{form}")
    return value


def _read_orders(context: Mapping[str, Any], patient_id: str) -> tuple[Mapping[str, Any], ...]:
    orders = context.get("draftOrders")
    if not isinstance(orders, dict) or orders.get("resourceType") != "Bundle":
        raise refuse("context.draftOrders", "is required at this hook, a Bundle")
    entries = orders.get("entry", [])
    if not isinstance(entries, list):
        raise refuse("context.draftOrders.entry", "must be a list")
    resources = [entry.get("resource") if isinstance(entry, dict) else None for entry in entries]
    for index, resource in enumerate(resources):
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            raise refuse(f"context.draftOrders.entry[{index}].resource", "must be a resource")
        if _is_of_another(resource, patient_id):
            where = f"context.draftOrders.entry[{index}].resource.subject"
            raise refuse(where, "must be the patient of the context")
    return tuple(resource for resource in resources if resource)


def _is_of_another(order: Mapping[str, Any], patient_id: str) -> bool:
    """Whether an order names a Patient, and it is somebody else."""
    subject = order.get("subject")
    named = str(subject.get("reference")) if isinstance(subject, dict) else ""
    _, kind, own = named.partition("/_history/")[0].rpartition("Patient/")
    return bool(kind) and own != patient_id.removeprefix("Patient/")


def _read_prefetch(prefetch: object, model: Model) -> Mapping[str, object]:
    needed = list_prefetch(model)
    if prefetch is not None and not isinstance(prefetch, dict):
        raise refuse("prefetch", "must be an object of resources by key")
    given: dict[str, Any] = prefetch or {}
    if "resourceType" in given:
        raise refuse("prefetch", "must hold resources by key, and not be a resource")
    lacking = [key for key in needed if key not in given or _failed(key, given[key])]
    if lacking:
        raise MissingPrefetchError(
            f"prefetch must hold {', '.join(lacking)}: discovery says by which query",
            [Problem(None, f"prefetch.{key}", "is missing or failed") for key in lacking],
        )
    return {key: given[key] for key in needed}


def _failed(key: str, resource: object) -> bool:
    """Whether there is a failure in place of data; null says that a search found nothing."""
    if resource is None:
        return key == PATIENT
    return isinstance(resource, dict) and resource.get("resourceType") == "OperationOutcome"


def _require_same(patient_id: str, patient: object) -> None:
    kind = patient.get("resourceType") if isinstance(patient, dict) else None
    if not isinstance(patient, dict) or kind != "Patient":
        raise refuse("prefetch.patient", "must be the Patient")
    if patient.get("id") not in (patient_id, patient_id.removeprefix("Patient/")):  # may be a list
        raise refuse("context.patientId", "must be the id of the Patient in prefetch")


def refuse(field: str | None, problem: str) -> InvalidCallError:
    """The refusal of a call for one problem of one field."""
    named = f"{field} {problem}" if field else f"the body {problem}"
    return InvalidCallError(named, [Problem(None, field, problem)])
