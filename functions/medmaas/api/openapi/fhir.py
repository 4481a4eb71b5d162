"""FHIR R4: the operation $evaluate, and what says so."""

from medmaas.api.openapi.parts import (
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
from medmaas.model.registry import Registry

_FHIR = "application/fhir+json"
_JSON = "application/json"
_ERRORS = "OperationOutcome"
_STATUSES = (400, 404, 413, 415, 422, 500, 503)


def describe_fhir(registry: Registry) -> tuple[Paths, dict[str, Schema]]:
    """Evaluation of a record, and the statement of what there is."""
    readers = [m.manifest for m in registry.newest() if m.manifest.reads_records]
    model = write_parameter("model_id", [one.id for one in readers])
    version = write_parameter("version", sorted({one.version for one in readers}))
    read = write_parameter("id")
    return {
        "/fhir/models/{model_id}/$evaluate": {"post": _describe_evaluation([model])},
        "/fhir/models/{model_id}/versions/{version}/$evaluate": {
            "post": _describe_evaluation([model, version])
        },
        "/fhir/metadata": {"get": _describe_read("What this server does.", "CapabilityStatement")},
        "/fhir/OperationDefinition/{id}": {
            "get": _describe_read("What $evaluate takes.", "OperationDefinition", (404, 500, 503))
            | {"parameters": [read]}
        },
    }, {_ERRORS: _describe_outcome()}


def _describe_evaluation(parameters: list[dict[str, object]]) -> Operation:
    answers = ["RiskAssessment", "Observation", "Bundle", "GuidanceResponse"]
    asked = write_content(
        "A Bundle (collection, searchset or transaction) of one patient, or Parameters that hold "
        "it.",
        _describe_resource("Bundle", "Parameters"),
        media=(_FHIR, _JSON),
    )
    return {
        "tags": ["fhir"],
        "summary": "A record in, a risk assessment out.",
        "externalDocs": {"description": "FHIR R4", "url": "https://hl7.org/fhir/R4/"},
        "parameters": parameters,
        "requestBody": {"required": True, **asked},
        "responses": {
            "200": write_content(
                "The assessment; GuidanceResponse where data are missing.",
                _describe_resource(*answers),
                media=(_FHIR,),
            )
        }
        | write_refusals(_STATUSES, _ERRORS, _FHIR),
    }


def _describe_read(summary: str, kind: str, statuses: tuple[int, ...] = (500, 503)) -> Operation:
    answer = write_content(f"A {kind}.", _describe_resource(kind), media=(_FHIR,))
    return {
        "tags": ["fhir"],
        "summary": summary,
        "responses": {"200": answer} | write_refusals(statuses, _ERRORS, _FHIR),
    }


def _describe_resource(*kinds: str) -> Schema:
    return write_object({"resourceType": {"enum": [*kinds]}}, ["resourceType"])


def _describe_outcome() -> Schema:
    issue = {
        "severity": {"enum": ["fatal", "error", "warning", "information"]},
        "code": TEXT,
        "details": write_object(
            {"coding": write_list(write_object({"system": TEXT, "code": TEXT}))}, ["coding"]
        ),
        "diagnostics": TEXT,
        "expression": write_list(TEXT),
    }
    return write_object(
        {
            "resourceType": {"const": "OperationOutcome"},
            "issue": write_list(write_object(issue, ["severity", "code"]), minItems=1),
        },
        ["resourceType", "issue"],
    )
