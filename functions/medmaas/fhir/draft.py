"""A case in the making: what was used, what was not, what is missing."""

from dataclasses import dataclass, field
from datetime import datetime

from medmaas.facts import Fact
from medmaas.fhir.case import Basis, Requirement
from medmaas.fhir.elements import Patient, read_moment
from medmaas.fhir.record import Entry, Record, refuse
from medmaas.fhir.results import Measurement, Results, Unused, refuse_unused, require_reference
from medmaas.model.manifest import Feature, Number


@dataclass(slots=True)
class Draft:
    """A case in the making."""

    record: Record
    as_of: datetime
    patient: Patient = field(init=False)
    results: Results = field(init=False)
    basis: dict[str, Basis] = field(default_factory=dict)
    notes: list[Fact] = field(default_factory=list)
    missing: list[Requirement] = field(default_factory=list)
    held: list[Fact] = field(default_factory=list)
    locations: dict[str, str] = field(default_factory=dict)
    unused: dict[str, Unused] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.patient = self.record.read_patient()
        self.results = Results(self.record, self.as_of)
        _require_alive(self)

    def rest_on(self, entry: Entry, feature: str, value: float, unit: str, at: datetime) -> None:
        """Note a resource that was used."""
        reference = require_reference(entry)
        self.basis.setdefault(reference, Basis(feature, reference, value, unit, at))

    def rest_on_results(self, feature: Number, taken: Measurement) -> None:
        """Note the results that a measurement was made of."""
        for result in taken.results:
            self.rest_on(result.entry, feature.name, taken.value, feature.unit, taken.effective)

    def hold(self, reason: Fact) -> None:
        """Hold the answer back: the model abstains, and says why."""
        self.held.append(reason)

    def lack(self, feature: Feature, resource_type: str, reason: Fact) -> None:
        """Note that something is missing; a result that could not be used is refused instead.

        Raises:
            InvalidRequestError: there are results, but none may be used.
        """
        unused = self.unused.get(feature.name)
        if unused and unused.refusals:
            raise refuse_unused(feature.name, unused)
        unit = feature.unit if isinstance(feature, Number) else None
        self.missing.append(Requirement(feature.name, resource_type, feature.loinc, unit, reason))


def _require_alive(draft: Draft) -> None:
    patient, entry = draft.patient, draft.record.patient
    where = entry.where if entry else ""
    died = patient.deceasedBoolean or False
    if patient.deceasedDateTime is not None:
        try:
            died = read_moment(patient.deceasedDateTime).at <= draft.as_of
        except ValueError as error:
            raise refuse(f"{where}.deceasedDateTime", str(error)) from None
    if died:
        raise refuse(f"{where}.deceased", "patient_died")


def say_missing(oldest_days: float, unused: Unused) -> Fact:
    """Why there is no result."""
    return Fact("newest_too_old" if unused.too_old else "none_of_last_days", days=oldest_days)
