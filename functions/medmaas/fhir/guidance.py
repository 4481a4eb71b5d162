"""What is missing before there is an answer: https://hl7.org/fhir/R4/guidanceresponse.html."""

from medmaas.fhir.case import Case, Evaluation, Requirement
from medmaas.fhir.device import Resource, finish, write_device, write_notes
from medmaas.fhir.elements import LOINC, UCUM
from medmaas.model.manifest import (
    ObservationSource,
    PatientSource,
    SeriesInput,
    Source,
    TabularInput,
)


def require_data(evaluation: Evaluation, module: str) -> Resource:
    """The GuidanceResponse of a record that lacks something.

    Args:
        evaluation: without a prediction.
        module: canonical address of the operation.
    """
    case = evaluation.case
    lacking = [(one, _find_source(evaluation, one)) for one in case.missing]
    others = [sentence for one, source in lacking for sentence in _tell_share(one, source)]
    resource: Resource = {
        "resourceType": "GuidanceResponse",
        "contained": [write_device(evaluation.model)],
        "moduleUri": module,
        "status": "data-required",
        "occurrenceDateTime": case.as_of.isoformat(timespec="seconds"),
        "performer": {"reference": "#model"},
        "note": write_notes([*list_lacks(case), *others]),
        "dataRequirement": [_write_requirement(one, source) for one, source in lacking],
    }
    if case.subject:
        resource["subject"] = {"reference": case.subject}
    return finish(resource)


def list_lacks(case: Case) -> list[str]:
    """Per thing that is missing a sentence that names codes and unit."""
    sentences = []
    for one in case.missing:
        codes = f", LOINC {' or '.join(one.loinc)}" if one.loinc else ""
        sentences.append(f"{one.feature}{codes}{_write_unit(one)}: {one.reason}.")
    return sentences


def _tell_share(one: Requirement, source: Source | None) -> list[str]:
    """From what else a result can be computed."""
    if not isinstance(source, ObservationSource) or source.share is None:
        return []
    total, percent = " or ".join(source.share.total), " or ".join(source.share.percent)
    parts = f"LOINC {total}{_write_unit(one)}, and LOINC {percent}, in %, of the same time"
    return [f"{one.feature} can also be computed: {parts}."]


def _write_unit(one: Requirement) -> str:
    return f", in {one.unit}" if one.unit and one.unit != "1" else ""


def _write_requirement(one: Requirement, source: Source | None) -> Resource:
    requirement: Resource = {"type": one.resource_type}
    match source:
        case PatientSource(element=element):
            requirement["mustSupport"] = [element]
        case ObservationSource(oldest_days=days):
            codes = [{"system": LOINC, "code": code} for code in one.loinc]
            duration = {"value": days, "unit": "d", "system": UCUM, "code": "d"}
            requirement |= {
                "mustSupport": ["status", "effective", "value"],
                "codeFilter": [{"path": "code", "code": codes}],
                "dateFilter": [{"path": "effective", "valueDuration": duration}],
            }
    return requirement


def _find_source(evaluation: Evaluation, one: Requirement) -> Source | None:
    spec = evaluation.model.manifest.input
    features = spec.features if isinstance(spec, TabularInput | SeriesInput) else ()
    return next((f.source for f in features if f.name == one.feature), None)
