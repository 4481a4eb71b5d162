"""What is missing before there is an answer: https://hl7.org/fhir/R4/guidanceresponse.html."""

from typing import Any

from medmaas.fhir.case import Case, Evaluation, Requirement
from medmaas.fhir.device import Resource, finish, write_device
from medmaas.fhir.elements import LOINC


def require_data(evaluation: Evaluation, module: str) -> Resource:
    """The GuidanceResponse of a record that lacks something.

    Args:
        evaluation: without a prediction.
        module: canonical address of the operation.
    """
    case = evaluation.case
    resource: Resource = {
        "resourceType": "GuidanceResponse",
        "contained": [write_device(evaluation.model)],
        "moduleUri": module,
        "status": "data-required",
        "occurrenceDateTime": case.as_of.isoformat(timespec="seconds"),
        "performer": {"reference": "#model"},
        "note": [{"text": text} for text in list_lacks(case)],
        "dataRequirement": [_write_requirement(one) for one in case.missing],
    }
    if case.subject:
        resource["subject"] = {"reference": case.subject}
    return finish(resource)


def list_lacks(case: Case) -> list[str]:
    """Per thing that is missing a sentence that names codes and unit."""
    sentences = []
    for one in case.missing:
        codes = f", LOINC {' or '.join(one.loinc)}" if one.loinc else ""
        unit = f", in {one.unit}" if one.unit and one.unit != "1" else ""
        sentences.append(f"{one.feature}{codes}{unit}: {one.reason}.")
    return sentences


def _write_requirement(one: Requirement) -> dict[str, Any]:
    requirement: dict[str, Any] = {"type": one.resource_type}
    if one.loinc:
        codes = [{"system": LOINC, "code": code} for code in one.loinc]
        requirement["codeFilter"] = [{"path": "code", "code": codes}]
    if one.resource_type == "Observation":
        requirement["mustSupport"] = ["value", "effective", "status"]
    return requirement
