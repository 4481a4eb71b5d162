"""What is missing before there is an answer: https://hl7.org/fhir/R4/guidanceresponse.html."""

from collections.abc import Sequence

from medmaas.facts import Fact
from medmaas.fhir.case import Case, Evaluation, Requirement
from medmaas.fhir.device import Resource, finish, write_device, write_notes
from medmaas.fhir.elements import LOINC, UCUM
from medmaas.fhir.notes import end, list_untold
from medmaas.model.manifest import (
    DocumentSource,
    ObservationSource,
    PatientSource,
    Source,
)

# by resource: the elements of its content and of its time
_OF_DOCUMENTS = {
    "DocumentReference": ("content", "date"),
    "DiagnosticReport": ("presentedForm", "effective"),
    "Media": ("content", "created"),
}


def require_data(evaluation: Evaluation, module: str) -> Resource:
    """The GuidanceResponse of a record that lacks something.

    Args:
        evaluation: without a prediction.
        module: canonical address of the operation.
    """
    case = evaluation.case
    lacking = [(one, _find_source(evaluation, one)) for one in case.missing]
    others = [fact for one, source in lacking for fact in _tell_share(one, source)]
    resource: Resource = {
        "resourceType": "GuidanceResponse",
        "contained": [write_device(evaluation.model, evaluation.words)],
        "moduleUri": module,
        "status": "data-required",
        "occurrenceDateTime": case.as_of.isoformat(timespec="seconds"),
        "performer": {"reference": "#model"},
        "note": write_notes(
            [
                *list_lacks(case),
                *others,
                *map(end, list_untold(evaluation)),
                *map(end, case.warnings),
            ],
            evaluation.words,
        ),
        "dataRequirement": [_write_requirement(one, source) for one, source in lacking],
    }
    if case.subject:
        resource["subject"] = {"reference": case.subject}
    return finish(resource)


def list_lacks(case: Case) -> list[Fact]:
    """Per thing that is missing what would do, with codes and unit."""
    return [end(_name_lack(one)) for one in case.missing]


def _name_lack(one: Requirement) -> Fact:
    if source := one.source:
        named = [f"{coding.system} {coding.code}" for coding in source.codes]
        return Fact(
            "lacks_document",
            feature=one.feature,
            codes=named,
            elements=source.elements,
            reason=one.reason,
        )
    if codes := _name_codes(one, one.loinc):
        return Fact("lacks_result", feature=one.feature, codes=codes, reason=one.reason)
    return Fact("lacks", feature=one.feature, reason=one.reason)


def _tell_share(one: Requirement, source: Source | None) -> list[Fact]:
    """From what else a result can be computed."""
    if not isinstance(source, ObservationSource) or source.share is None:
        return []
    total, percent = _name_codes(one, source.share.total), source.share.percent
    return [end(Fact("can_be_computed", feature=one.feature, total=total, percent=percent))]


def _name_codes(one: Requirement, loinc: Sequence[str]) -> list[Fact]:
    """The codes that would do, and the unit."""
    codes = [Fact("loinc", codes=loinc)] if loinc else []
    units = [Fact("in_unit", unit=one.unit)] if one.unit and one.unit != "1" else []
    return codes + units


def _write_requirement(one: Requirement, source: Source | None) -> Resource:
    requirement: Resource = {"type": one.resource_type}
    if one.source:
        return requirement | _require_document(one.source)
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


def _require_document(source: DocumentSource) -> Resource:
    """Filters of the resource that is named first; the others are in the note."""
    kind, element = source.elements[0].split(".")
    content, time = _OF_DOCUMENTS[kind]
    codes = [one.model_dump() for one in source.codes]
    duration = {"value": source.oldest_days, "unit": "d", "system": UCUM, "code": "d"}
    return {
        "mustSupport": ["status", content],
        "codeFilter": [{"path": element, "code": codes}],
        "dateFilter": [{"path": time, "valueDuration": duration}],
    }


def _find_source(evaluation: Evaluation, one: Requirement) -> Source | None:
    features = evaluation.model.manifest.input.named_features
    return next((f.source for f in features if f.name == one.feature), None)
