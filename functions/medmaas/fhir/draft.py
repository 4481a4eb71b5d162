"""A case in the making: what was used, what was not, what is missing."""

from dataclasses import dataclass, field
from datetime import datetime

from medmaas.facts import Fact
from medmaas.fhir.case import Basis, Requirement
from medmaas.fhir.elements import Patient, read_moment
from medmaas.fhir.measurements import (
    Measured,
    Measurement,
    convert_bound,
    may_be_better,
    measure,
    was_learned_as_bound,
)
from medmaas.fhir.record import Entry, Record, refuse
from medmaas.fhir.results import Results, Unused, refuse_unused, require_reference
from medmaas.model.manifest import (
    AdministrationSource,
    Feature,
    Manifest,
    Number,
    ObservationSource,
    Part,
)


@dataclass(slots=True)
class Draft:
    """A case in the making.

    Attributes:
        part: that is filled, where it is one of several.
    """

    manifest: Manifest
    record: Record
    as_of: datetime
    leave_later: bool = False
    part: Part | None = None
    patient: Patient = field(init=False)
    results: Results = field(init=False)
    basis: dict[tuple[str, str], Basis] = field(default_factory=dict)
    warnings: list[Fact] = field(default_factory=list)
    notes: list[Fact] = field(default_factory=list)
    missing: list[Requirement] = field(default_factory=list)
    held: list[Fact] = field(default_factory=list)
    locations: dict[str, str] = field(default_factory=dict)
    unused: dict[str, Unused] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.patient = self.record.read_patient()
        self.results = Results(self.record, self.as_of, leave_later=self.leave_later)
        _require_alive(self)
        if self.patient.active is False:
            self.hold(Fact("patient_inactive"))
        if any(link.type == "replaced-by" for link in self.patient.link):
            self.hold(Fact("patient_replaced"))

    def measure(self, feature: Number, source: ObservationSource) -> "Known":
        """What was measured of a feature.

        Where the newest result cannot be used, the answer is held back, if the feature is required
        or guarded by the output; else the feature counts as missing, and that is told.

        Raises:
            InvalidRequestError: the newest results of such a feature contradict each other.
        """
        unused = self.unused.setdefault(feature.name, Unused())
        measured = measure(self.results, feature, source, unused)
        self.notes += unused.notes
        if measured.blocking:
            return self._judge_blocked(feature, source, measured)
        if measured.values and measured.values[0].contradicts:
            return self._judge_contradiction(feature, measured.values)
        return Known(measured.values)

    def rest_on(
        self, entry: Entry, feature: str, value: float | None, unit: str, at: datetime
    ) -> None:
        """Note a resource that was used."""
        reference, kind = require_reference(entry), (entry.owner or entry).content["resourceType"]
        basis = Basis(feature, reference, kind, value, unit, at)
        self.basis.setdefault((reference, feature), basis)

    def qualify(self, name: str) -> str:
        """What a feature or field of the part that is filled is called in the whole."""
        return f"{self.part.name}.{name}" if self.part else name

    @property
    def may_be_missing(self) -> bool:
        """Whether all that is filled may be missing, as a part may be."""
        return bool(self.part and self.part.missing)

    def rest_on_results(self, feature: Number, taken: Measurement) -> None:
        """Note the results that a measurement was made of."""
        for result in taken.results:
            self.rest_on(result.entry, feature.name, taken.value, feature.unit, taken.effective)
            if spelled := result.spelled:
                self.notes.append(Fact("spelled_unit", feature=feature.name, unit=spelled))

    def hold(self, reason: Fact) -> None:
        """Hold the answer back: the model abstains, and says why."""
        self.held.append(reason)

    def lack(self, feature: Feature, resource_type: str, reason: Fact) -> None:
        """Note that something is missing; a result that could not be used is refused instead.

        Raises:
            InvalidRequestError: there are results, but none may be used.
        """
        unused = self.unused.get(feature.name)
        if unused and unused.found:
            raise refuse_unused(feature.name, unused.found)
        unit = feature.unit if isinstance(feature, Number) else None
        self.missing.append(Requirement(feature.name, resource_type, feature.loinc, unit, reason))

    def finish(self) -> None:
        """Say what the whole record lacks or holds too much of."""
        kinds = {type(feature.source) for feature in self.manifest.input.named_features}
        if AdministrationSource in kinds and self.record.lacks("MedicationAdministration"):
            self.hold(Fact("administrations_incomplete"))
        if later := len(self.results.later):
            self.warnings.append(Fact("later_left_aside", count=later))
        if absent := self.results.absent:
            self.warnings.append(Fact("results_absent", count=absent))

    def _must_be_known(self, feature: Feature) -> bool:
        return feature.required or feature.name in self.manifest.output.guards

    def _judge_blocked(
        self, feature: Number, source: ObservationSource, measured: Measured
    ) -> "Known":
        """What is known where the newest result cannot be used as it is."""
        bounds = [convert_bound(one, feature, source) for one in measured.blocking]
        learned = [one for one in bounds if one and was_learned_as_bound(one, feature)]
        decided = [one for one in bounds if one and self._is_decided(feature, one)]
        usable = learned if len(learned) == len(bounds) else decided
        if len(usable) == len(bounds):
            newest = max(usable, key=lambda one: (one.effective, -one.value))
            code = "bound_learned" if usable is learned else "bound_used"
            self.warnings.append(Fact(code, feature=feature.name))
            return Known((newest, *measured.values))
        first = min(measured.blocking, key=lambda one: one.entry.reference or one.where)
        resource = first.entry.reference or first.entry.where
        limits = {"feature": feature.name, "resource": resource, "rule": first.rule}
        if self._must_be_known(feature):
            self.hold(Fact("newest_unusable", **limits))
            return Known(measured.values)
        self.warnings.append(Fact("newest_counts_as_missing", **limits))
        return Known(measured.values, lacks_newest=True)

    def _is_decided(self, feature: Number, bound: Measurement) -> bool:
        """Whether all that is worse than a bound is forbidden, or refused, as the bound is."""
        if may_be_better(bound, feature):
            return False
        if feature.worse == "high":
            return bound.value > feature.hard_range.high
        forbidden = self.manifest.output.guards.get(feature.name, feature.hard_range.low)
        return bound.value < max(forbidden, feature.hard_range.low)

    def _judge_contradiction(self, feature: Number, values: tuple[Measurement, ...]) -> "Known":
        """What is known where the newest results contradict each other."""
        results = values[0].results
        named = sorted({one.entry.reference or one.entry.where for one in results})
        limits = {"feature": feature.name, "resources": named}
        if self._must_be_known(feature):
            where = min(f"{one.entry.where}.valueQuantity" for one in results)
            raise refuse(where, "results_contradict", **limits)
        self.warnings.append(Fact("contradiction_counts_as_missing", **limits))
        return Known(values[1:], lacks_newest=True)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a feature.

    Attributes:
        values: the newest first.
        lacks_newest: whether there is a newer one that cannot be used.
    """

    values: tuple[Measurement, ...]
    lacks_newest: bool = False


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
