"""A record becomes what a model takes, by the sources that its manifest names."""

from datetime import datetime

from medmaas.errors import InvalidRequestError
from medmaas.facts import Fact
from medmaas.fhir.case import Case, Requirement
from medmaas.fhir.draft import Draft
from medmaas.fhir.record import Record, refuse
from medmaas.model.kinds import find_room
from medmaas.model.manifest import Manifest

_YEARS = range(1900, 2200)


def map_record(manifest: Manifest, record: Record, as_of: datetime) -> Case:
    """The case of a model whose manifest reads records.

    Args:
        manifest: names per feature its source.
        record: of one patient.
        as_of: the moment that is asked for; nothing may be later.

    Returns:
        The case; where data are missing, what is needed instead of a whole instance.

    Raises:
        InvalidRequestError: the record holds what cannot be used; details name resource and rule.
    """
    if as_of.year not in _YEARS:
        raise refuse("asOf", "not_in_years", first=_YEARS[0], last=_YEARS[-1])
    if record.patient is None:
        lacking = Requirement("patient", "Patient", (), None, Fact("no_patient"))
        return Case("", as_of, {}, missing=(lacking,))
    draft = Draft(record, as_of)
    if not manifest.reads_records:
        raise InvalidRequestError("takes_no_record")
    instance = find_room("medmaas.fhir", manifest.input.kind).fill(draft, manifest)
    return Case(
        record.patient_reference,
        as_of,
        instance,
        tuple(draft.basis.values()),
        tuple(dict.fromkeys(draft.notes)),
        tuple(draft.missing),
        tuple(dict.fromkeys(draft.held)),
        draft.locations,
    )
