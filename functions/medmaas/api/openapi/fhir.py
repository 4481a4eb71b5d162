"""FHIR R4: the operation $evaluate, and what says so."""

from medmaas.api.openapi.parts import (
    Operation,
    Paths,
    write_content,
    write_object,
    write_operation,
    write_parameter,
    write_refusals,
)
from medmaas.model.registry import Registry
from medmaas.model.schema import TEXT, Schema, describe_list

_FHIR = "application/fhir+json"
_JSON = "application/json"
_STATUSES = (400, 404, 413, 415, 422, 500, 503)


def describe_fhir(registry: Registry) -> Paths:
    """Evaluation of a record, and the statement of what there is."""
    readers = [m.manifest for m in registry.newest() if m.manifest.reads_records]
    model = write_parameter("model_id", [one.id for one in readers])
    version = write_parameter("version", sorted({one.version for one in readers}))
    read = write_parameter("id")
    versioned = [model, version]
    return {
        "/fhir/models/{model_id}/$evaluate": {"post": _describe_evaluation("record", [model])},
        "/fhir/models/{model_id}/versions/{version}/$evaluate": {
            "post": _describe_evaluation("record_by_version", versioned)
        },
        "/fhir/metadata": {
            "get": _describe_read("capabilities", "What this server does.", "CapabilityStatement")
        },
        "/fhir/OperationDefinition/{id}": {
            "get": _describe_read(
                "operation", "What $evaluate takes.", "OperationDefinition", (404, 500, 503)
            )
            | {"parameters": [read]}
        },
    }


def _describe_evaluation(of: str, parameters: list[dict[str, object]]) -> Operation:
    answers = ["RiskAssessment", "Observation", "Bundle", "GuidanceResponse"]
    asked = write_content(
        "A Bundle (collection, searchset or transaction) of one patient, or Parameters that hold "
        "it. Pictures and texts are inline, or in a Binary beside.",
        _describe_resource("Record", "Bundle", "Parameters"),
        media=(_FHIR, _JSON),
    )
    answer = write_content(
        "The assessment; GuidanceResponse where data are missing.",
        _describe_resource("Assessment", *answers),
        media=(_FHIR,),
    )
    return write_operation(
        f"evaluate_{of}",
        "fhir",
        "A record in, a risk assessment out.",
        {"200": answer} | write_refusals(_STATUSES, describe_outcome(), _FHIR),
        externalDocs={"description": "FHIR R4", "url": "https://hl7.org/fhir/R4/"},
        parameters=parameters,
        requestBody={"required": True, **asked},
    )


def _describe_read(
    name: str, summary: str, kind: str, statuses: tuple[int, ...] = (500, 503)
) -> Operation:
    answer = write_content(f"A {kind}.", _describe_resource(kind, kind), media=(_FHIR,))
    refusals = write_refusals(statuses, describe_outcome(), _FHIR)
    return write_operation(f"read_fhir_{name}", "fhir", summary, {"200": answer} | refusals)


def _describe_resource(title: str, *kinds: str) -> Schema:
    return write_object(title, {"resourceType": TEXT | {"enum": [*kinds]}}, ["resourceType"])


def describe_outcome() -> Schema:
    """An OperationOutcome, which tells what went wrong."""
    coding = write_object("IssueCoding", {"system": TEXT, "code": TEXT}, ["system", "code"])
    issue = {
        "severity": TEXT | {"enum": ["fatal", "error", "warning", "information"]},
        "code": TEXT,
        "details": write_object("IssueDetails", {"coding": describe_list(coding)}, ["coding"]),
        "diagnostics": TEXT,
        "expression": describe_list(TEXT),
    }
    outcome = {
        "resourceType": TEXT | {"const": "OperationOutcome"},
        "issue": describe_list(write_object("Issue", issue, ["severity", "code"]), minItems=1),
    }
    return write_object("OperationOutcome", outcome, ["resourceType", "issue"])
