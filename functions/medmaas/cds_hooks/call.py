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
from medmaas.facts import Fact
from medmaas.fhir.record import Entry
from medmaas.model.manifest import CdsService
from medmaas.model.registry import Model

_USER = re.compile(r"(?:https?://[^\s<>\"]{1,512}/)?[A-Za-z]+/[A-Za-z0-9.\-]{1,64}")
ORDERS_AT = {"order-sign"}


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked.

    Attributes:
        hook: one that the service declares.
        prefetch: by key, all that the service needs.
        orders: at order-sign the resources that are about to be signed, and what they refer to.
    """

    hook: str
    prefetch: Mapping[str, object]
    orders: tuple[Entry, ...] = ()


def read_call(body: object, model: Model, service: CdsService) -> Call:
    """The call in a body.

    Raises:
        InvalidCallError: it breaks a rule of the standard; names the field.
        MissingPrefetchError: prefetch lacks what the service needs; names the keys.
    """
    if not isinstance(body, dict):
        raise refuse(None, "must_be_object")
    hook, context = body.get("hook"), body.get("context")
    if hook not in service.hooks:
        raise refuse("hook", "other_hook", hooks=service.hooks)
    require_uuid(body.get("hookInstance"), "hookInstance")
    if not isinstance(context, dict):
        raise refuse("context", "object_required")
    _require_text(context, "userId", "user_required", _USER)
    patient_id = _require_text(context, "patientId", "patient_id_required")
    orders = _read_orders(context, patient_id) if hook in ORDERS_AT else ()
    if body.get("fhirAuthorization") is not None and not isinstance(body.get("fhirServer"), str):
        raise refuse("fhirServer", "required_beside", other="fhirAuthorization")
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
    raise refuse(field, "uuid_required")


def _require_text(
    context: Mapping[str, Any], name: str, rule: str, pattern: re.Pattern[str] | None = None
) -> str:
    value = context.get(name)
    if not isinstance(value, str) or not value or (pattern and not pattern.fullmatch(value)):
        raise refuse(f"context.{name}", rule)
    return value


def _read_orders(context: Mapping[str, Any], patient_id: str) -> tuple[Entry, ...]:
    orders = context.get("draftOrders")
    if not isinstance(orders, dict) or orders.get("resourceType") != "Bundle":
        raise refuse("context.draftOrders", "orders_required")
    entries = orders.get("entry", [])
    if not isinstance(entries, list):
        raise refuse("context.draftOrders.entry", "must_be_list")
    found = []
    for index, entry in enumerate(entries):
        where = f"context.draftOrders.entry[{index}].resource"
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            raise refuse(where, "must_be_resource")
        if _is_of_another(resource, patient_id):
            raise refuse(f"{where}.subject", "order_of_another_patient")
        url = entry.get("fullUrl")
        found.append(Entry(resource, where, url if isinstance(url, str) else None))
    return tuple(found)


def _is_of_another(order: Mapping[str, Any], patient_id: str) -> bool:
    """Whether an order names a Patient, and it is somebody else."""
    subject = order.get("subject")
    named = str(subject.get("reference")) if isinstance(subject, dict) else ""
    _, kind, own = named.partition("/_history/")[0].rpartition("Patient/")
    return bool(kind) and own != patient_id.removeprefix("Patient/")


def _read_prefetch(prefetch: object, model: Model) -> Mapping[str, object]:
    needed = list_prefetch(model)
    if prefetch is not None and not isinstance(prefetch, dict):
        raise refuse("prefetch", "prefetch_not_an_object")
    given: dict[str, Any] = prefetch or {}
    if "resourceType" in given:
        raise refuse("prefetch", "prefetch_is_a_resource")
    lacking = [key for key in needed if key not in given or _failed(key, given[key])]
    if lacking:
        raise MissingPrefetchError(
            "prefetch_lacks",
            [Problem(None, f"prefetch.{key}", Fact("prefetch_missing")) for key in lacking],
            keys=lacking,
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
        raise refuse("prefetch.patient", "must_be_the_patient")
    if patient.get("id") not in (patient_id, patient_id.removeprefix("Patient/")):  # may be a list
        raise refuse("context.patientId", "other_patient_id")


def refuse(
    field: str | None,
    code: str,
    **limits: Any,  # noqa: ANN401 - whatever JSON holds
) -> InvalidCallError:
    """The refusal of a call for one problem of one field."""
    problem = Fact(code, **limits)
    fact = (
        Fact("field_problem", field=field, problem=problem)
        if field
        else Fact("body_problem", problem=problem)
    )
    return InvalidCallError(fact, [Problem(None, field, problem)])
