"""Holds resources against R4: fhir.resources for the structure, FHIRPath for the invariants.

fhir.resources knows R4B, which is R4 for all that is written here; it takes a probability of 120
and any code, so these are asked for besides.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import fhirpathpy

Resource = dict[str, Any]

_UCUM = "http://unitsofmeasure.org"
# https://hl7.org/fhir/R4/ : the rules of everything, and of each resource, by their keys
OF_ALL = {
    "dom-2": "contained.contained.empty()",
    "dom-4": "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()",
    "qty-3": "descendants().where(value.exists() and code.exists()).all(system.exists())",
    "rng-2": "descendants().where(low.exists() and high.exists()).all(low.value <= high.value)",
}
INVARIANTS = {
    "RiskAssessment": {
        "ras-1": "prediction.probabilityRange.all((low.empty() or (low.code = '%' and low.system = "
        f"'{_UCUM}')) and (high.empty() or (high.code = '%' and high.system = '{_UCUM}')))",
        "ras-2": "prediction.all(probabilityDecimal.empty() or probabilityDecimal <= 100)",
        "not negative": "prediction.all(probabilityDecimal.empty() or probabilityDecimal >= 0)",
        "one probability": "prediction.all(probabilityDecimal.exists() != "
        "probabilityRange.exists())",
        "cancelled without numbers": "(status = 'cancelled') = prediction.empty()",
    },
    "Observation": {
        "obs-6": "dataAbsentReason.empty() or valueQuantity.empty()",
        "obs-7": "valueQuantity.empty() or component.empty()",
        "derived from what may be": "derivedFrom.reference.all(startsWith('urn:') or "
        "startsWith('Observation/') or startsWith('DocumentReference/') or startsWith('Media/'))",
    },
    "RequestGroup": {
        "rqg-1": "descendants().where(title.exists()).all(resource.exists() != action.exists())",
    },
    "Bundle": {
        "bdl-1": "total.empty() or (type = 'searchset') or (type = 'history')",
        "bdl-3": "entry.request.empty()",
        "bdl-5": "entry.all(resource.exists())",
        "bdl-7": "entry.fullUrl.isDistinct()",
        "bdl-8": "entry.fullUrl.where(contains('/_history/')).empty()",
    },
    "GuidanceResponse": {
        "has a module": "moduleUri.exists() or moduleCanonical.exists()",
        "drq-1": "dataRequirement.codeFilter.all(path.exists() != searchParam.exists())",
        "drq-2": "dataRequirement.dateFilter.all(path.exists() != searchParam.exists())",
    },
    "OperationDefinition": {
        "opd-0": "name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')",
        "opd-1": "parameter.all(type.exists() or part.exists())",
    },
    "CapabilityStatement": {
        "cpb-1": "rest.exists() or messaging.exists() or document.exists()",
        "cpb-2": "description.count() + software.count() + implementation.count() > 0",
        "cpb-9": "rest.all(resource.type.isDistinct())",
        "cpb-14": "kind != 'instance' or implementation.exists()",
        "cpb-15": "kind != 'capability' or (implementation.empty() and software.exists())",
    },
    "OperationOutcome": {
        "has an issue": "issue.exists()",
        "names the code of each": "issue.all(details.coding.exists(system.exists() and "
        "code.exists()))",
    },
    "MedicationRequest": {},
    "ServiceRequest": {"prr-1": "orderDetail.empty() or code.exists()"},
    "Device": {},
}
_PUBLICATION = {"draft", "active", "retired", "unknown"}
# required bindings, of which fhir.resources takes anything; of drafts and proposals our own rule
CODES = {
    "RiskAssessment": {"status": {"final", "cancelled"}},
    "Observation": {"status": {"final"}},
    "MedicationRequest": {"status": {"draft"}, "intent": {"proposal"}},
    "ServiceRequest": {"status": {"draft"}, "intent": {"proposal"}},
    "RequestGroup": {
        "status": {"draft"},
        "intent": {"proposal"},
        "descendants().groupingBehavior": {"visual-group", "logical-group", "sentence-group"},
        "descendants().selectionBehavior": {
            "any", "all", "all-or-none", "exactly-one", "at-most-one", "one-or-more",
        },
    },
    "Bundle": {"type": {"collection"}},
    "GuidanceResponse": {"status": {"data-required"}},
    "OperationDefinition": {"status": _PUBLICATION, "kind": {"operation", "query"}},
    "CapabilityStatement": {"status": _PUBLICATION, "kind": {"instance"}},
    "Device": {
        "status": {"active", "inactive", "entered-in-error", "unknown"},
        "deviceName.type": {
            "udi-label-name", "user-friendly-name", "patient-reported-name", "manufacturer-name",
            "model-name", "other",
        },
    },
    "OperationOutcome": {
        "issue.severity": {"fatal", "error", "warning", "information"},
        "issue.code": {
            "invalid", "structure", "required", "value", "invariant", "security", "login",
            "unknown", "expired", "forbidden", "suppressed", "processing", "not-supported",
            "duplicate", "multiple-matches", "not-found", "deleted", "too-long", "code-invalid",
            "extension", "too-costly", "business-rule", "conflict", "transient", "lock-error",
            "no-store", "exception", "timeout", "incomplete", "throttled", "informational",
        },
    },
}  # fmt: skip


def list_faults(resource: Resource) -> list[str]:
    """Everything that is wrong with a resource and those inside it."""
    return [*find_empty(resource, resource["resourceType"]), *_judge(resource)]


def _judge(resource: Resource) -> Iterator[str]:
    kind = resource["resourceType"]
    if kind not in INVARIANTS:
        yield f"{kind} is not judged here"
        return
    try:
        _model(kind).model_validate(resource)
    except ValueError as error:
        yield f"{kind}: {error}"
    for key, rule in {**OF_ALL, **INVARIANTS[kind]}.items():
        if _compile(rule)(resource) != [True]:
            yield f"{kind} breaks {key}"
    for path, known in CODES.get(kind, {}).items():
        yield from (f"{kind} has another {path}" for _ in {*_compile(path)(resource)} - known)
    yield from _judge_references(resource)
    inside = [entry["resource"] for entry in resource.get("entry", ())]
    for one in [*inside, *resource.get("contained", ())]:
        yield from _judge(one)


def _judge_references(resource: Resource) -> Iterator[str]:
    """dom-3: what is contained is referred to; what is referred to inside is there."""
    if resource["resourceType"] == "Bundle":
        yield from _judge_links(resource["entry"])
        return
    named = set(_list_references(resource))
    contained = {f"#{one['id']}" for one in resource.get("contained", ())}
    yield from (f"{name} is contained and not used" for name in contained - named)
    inside = {name for name in named if name.startswith("#")}
    yield from (f"{name} is nowhere" for name in inside - contained)


def _judge_links(entries: list[Resource]) -> Iterator[str]:
    """A fullUrl is its resource's, and what a group offers or a draft rests on is there."""
    held = {entry["fullUrl"] for entry in entries}
    ids = {f"urn:uuid:{entry['resource']['id']}" for entry in entries}
    yield from (f"{url} is not an id" for url in held - ids)
    for entry in entries:
        content = entry["resource"]
        names = ("action", "supportingInfo", "supportingInformation")
        linked = [content.get(name) for name in names]
        yield from (f"{name} is not in the Bundle" for name in {*_list_references(linked)} - held)


def _list_references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "reference" and isinstance(value, str):
                yield value
            else:
                yield from _list_references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _list_references(value)


def find_empty(node: object, where: str) -> Iterator[str]:
    """No null, empty text, list or object anywhere."""
    if node is None or node in ("", [], {}):
        yield f"{where} is empty"
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from find_empty(value, f"{where}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from find_empty(value, f"{where}[{index}]")


@cache
def _model(kind: str) -> Any:
    return getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


@cache
def _compile(rule: str) -> Any:
    return fhirpathpy.compile(rule)
