"""Drugs that were given, as a share of the full dose: by body surface where the dose is in mg.

What may be the drug and cannot be told holds the answer back; what was not given is told.

Body surface area: measured, else Mosteller 1987 (doi 10.1056/NEJM198710223171717), from the newest
height and weight: sqrt(cm x kg / 3600) in m2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.draft import Draft
from medmaas.fhir.elements import (
    UCUM,
    Dosage,
    MedicationAdministration,
    Moment,
    Period,
    Quantity,
    Reference,
    read_moment,
)
from medmaas.fhir.measurements import Measurement, measure_codes
from medmaas.fhir.medications import Drug, Identity, Medications
from medmaas.fhir.quantities import read_unit
from medmaas.fhir.record import Entry, refuse
from medmaas.fhir.results import Result, Results, Unused, say_unused
from medmaas.model.manifest import AdministrationSource, Dose, ObservationSource
from medmaas.model.units import UnitError, convert

SURFACE_LOINC = ("8277-6", "3140-1")
HEIGHT_LOINC = ("8302-2", "3137-7", "8308-9", "8306-3")
WEIGHT_LOINC = ("29463-7", "3141-9", "8350-1", "8351-9")
_BODY = ObservationSource(oldest_days=100_000.0)  # an adult's height holds; the newest is taken
_SURFACES = (0.2, 4)  # m2, of a child and beyond any adult
_PARTLY = {"in-progress", "stopped", "on-hold"}
_NOT_GIVEN = {"not-done", "entered-in-error"}
_TAKEN = {"active", "completed", "stopped", "on-hold", "unknown"}  # of a MedicationStatement
_ROUNDED_TO = 20  # doses in mg are rounded to what vials hold: to a twentieth of the full dose
_BY_DAY = 3  # parts of a date that are known
_YEAR = timedelta(days=366)  # what is known to the year alone may be so much later
_LONGEST = timedelta(days=2)  # of one administration


@dataclass(frozen=True, slots=True)
class Administration:
    """A drug given at a time: its share of the full dose, None where that was not asked for."""

    entry: Entry
    effective: datetime
    share: float | None
    results: tuple[Result, ...] = ()


class Administrations:
    """The MedicationAdministrations of a record that are of a drug.

    Args:
        draft: the case in the making: takes the notes, and what holds the answer back.
        medications: of its record.
        drug: that is looked for.
        source: how it becomes a feature.
    """

    def __init__(
        self, draft: Draft, medications: Medications, drug: Drug, source: AdministrationSource
    ) -> None:
        self._draft, self._medications = draft, medications
        self._drug, self._source = drug, source
        self._body = _Body(draft.results)
        self._unclear: dict[Fact, list[str]] = {}
        self._presumed = 0

    def list_given(self) -> list[Administration]:
        """What was given of the drug, the earliest first; the draft hears of everything else.

        Raises:
            InvalidRequestError: one is of another patient, has no time, or no dose that can be
                converted.
        """
        entries = self._list_entries("MedicationAdministration")
        given = [one for entry in entries if (one := self._find(entry)) is not None]
        for entry in self._list_entries("MedicationStatement"):
            self._hear_statement(entry, is_given=bool(given))
        self._tell()
        return sorted(given, key=lambda one: (one.effective, _name(one.entry)))

    def _list_entries(self, kind: str) -> Iterator[Entry]:
        """Each resource once; of two that differ and are called the same none can be believed."""
        by_name: dict[str, list[Entry]] = {}
        for entry in self._draft.record.entries.get(kind, ()):
            by_name.setdefault(_name(entry), []).append(entry)
        for same in by_name.values():
            first, *others = same
            if any(other.content != first.content for other in others):
                of_drug = [self._judge(one).verdict != "other" for one in same]
                if any(of_drug) and any(map(self._is_in_window, same)):
                    self._doubt(first, Fact("drug_twice"))
                continue
            yield first

    def _judge(self, entry: Entry) -> Identity:
        return self._drug.judge(self._medications.read(entry))

    def _find(self, entry: Entry) -> Administration | None:
        """One that counts; None if it does not."""
        identity, status = self._judge(entry), entry.content.get("status")
        is_not_given = isinstance(status, str) and status in _NOT_GIVEN
        if identity.verdict != "drug":
            if not is_not_given and self._is_in_window(entry):
                self._hear_other(entry, identity)
            return None
        self._draft.record.require_subject(entry)
        if is_not_given:
            self._note(say_unused(entry, Fact("drug_not_given")))
        if is_not_given or not self._may_count(entry):  # what does not count may be broken
            return None
        return self._count(entry, by_name=identity.by_name)

    def _hear_other(self, entry: Entry, identity: Identity) -> None:
        """What is not known to be the drug, and was given when it counts."""
        if identity.verdict == "other":
            self._presumed += identity.presumed
            return
        self._draft.record.require_subject(entry)
        self._doubt(entry, identity.rule or Fact("drug_similar"))

    def _count(self, entry: Entry, *, by_name: bool) -> Administration | None:
        """One of the drug, as far as it was given."""
        given = entry.parse(MedicationAdministration)
        moment = self._read_time(entry, given)
        if moment is None:
            return None
        is_partly = given.status in _PARTLY
        if rule := _find_doubt(entry, given, moment, is_partly=is_partly):
            self._doubt(entry, rule)
            return None
        dose = given.dosage.dose if given.dosage else None
        if dose is not None and dose.value == 0:
            self._note(say_unused(entry, Fact("drug_dose_zero")))
            return None
        if is_partly:
            self._note(Fact("counted_by_its_dose", resource=_name(entry)))
        if by_name:
            said = Fact("drug_by_name", resource=_name(entry), drug=self._drug.display)
            self._note(said)
        if self._source.full_dose is None:
            return Administration(entry, moment.at, None)
        where = f"{entry.where}.dosage.dose"
        share, used = self._body.find_share(dose, self._source.full_dose, where)
        return Administration(entry, moment.at, share, used)

    def _read_time(self, entry: Entry, given: MedicationAdministration) -> Moment | None:
        """When it was given; None if that does not count.

        Raises:
            InvalidRequestError: it says no time, or none that is one.
        """
        text, where = given.effective, f"{entry.where}.effectiveDateTime"
        if text is None:
            raise refuse(where, "required_to_count_days")
        try:
            moment = read_moment(text)
            period = given.effectivePeriod
            if moment.is_after(self._draft.as_of) and period and period.start:
                moment = read_moment(period.start)  # still going on
            is_later = moment.is_after(self._draft.as_of)
        except (ValueError, OverflowError):
            raise refuse(where, "not_a_moment") from None
        if is_later:
            self._note(say_unused(entry, Fact("drug_given_later")))
            return None
        return moment if self._is_near(moment) else None

    def _may_count(self, entry: Entry) -> bool:
        """Whether it is not too old, whatever else is wrong with it."""
        moments = _list_moments(entry.content)
        return not moments or any(map(self._is_near, moments))

    def _is_in_window(self, entry: Entry) -> bool:
        """Whether something may have been given when it counts, whatever its time looks like."""
        moments = _list_moments(entry.content)
        try:
            is_later = bool(moments) and all(one.is_after(self._draft.as_of) for one in moments)
        except OverflowError:
            return True
        return not is_later and self._may_count(entry)

    def _is_near(self, moment: Moment) -> bool:
        slack = timedelta() if moment.parts >= _BY_DAY else _YEAR
        oldest = timedelta(days=self._source.oldest_days) + slack
        return self._draft.as_of - moment.at <= oldest

    def _hear_statement(self, entry: Entry, *, is_given: bool) -> None:
        """What was said to be taken: told, or where nothing else says what was given, a doubt."""
        status = entry.content.get("status")
        if not isinstance(status, str) or status not in _TAKEN or not self._is_in_window(entry):
            return
        verdict = self._judge(entry).verdict
        if verdict not in {"drug", "similar"}:
            return
        self._draft.record.require_subject(entry)
        if verdict == "similar":
            self._doubt(entry, Fact("drug_similar"))
        elif is_given:
            self._note(say_unused(entry, Fact("drug_only_stated")))
        else:
            self._doubt(entry, Fact("drug_only_stated"))

    def _doubt(self, entry: Entry, rule: Fact) -> None:
        self._unclear.setdefault(rule, []).append(_name(entry))

    def _note(self, fact: Fact) -> None:
        self._draft.notes.append(fact)

    def _tell(self) -> None:
        """Hold the answer back for what cannot be told, once per reason."""
        drug = self._drug.display
        for rule, names in sorted(self._unclear.items(), key=lambda one: one[0].code):
            said = {"resource": min(names), "count": len(names), "rule": rule}
            self._draft.hold(Fact("drug_in_doubt", drug=drug, **said))
        if self._presumed:
            self._note(Fact("taken_as_other_drug", count=self._presumed, drug=drug))


def _find_doubt(
    entry: Entry, given: MedicationAdministration, moment: Moment, *, is_partly: bool
) -> Fact | None:
    """Why it cannot be told what was given of the drug, or when."""
    dosage = given.dosage or Dosage()
    period = given.effectivePeriod
    is_rate = dosage.dose is None and (dosage.rateQuantity or dosage.rateRatio)
    is_long = period and period.start and period.end and _measure(period) > _LONGEST
    rules = [
        (given.status not in {"completed", *_PARTLY}, Fact("drug_status_unknown")),
        (given.status == "completed" and given.statusReason, Fact("drug_reason_not_given")),
        (_is_modified(entry.content), Fact("drug_modified")),
        (any(map(_is_administration, given.partOf)), Fact("drug_part_of_another")),
        (moment.parts < _BY_DAY, Fact("drug_day_unknown")),
        (is_long, Fact("drug_over_days")),
        (is_rate, Fact("drug_as_rate")),
        (is_partly and not (dosage.dose and dosage.dose.value is not None), _NOT_STATED),
    ]
    return next((rule for is_broken, rule in rules if is_broken), None)


_NOT_STATED = Fact("drug_dose_not_stated")


def _is_modified(content: Mapping[str, Any]) -> bool:
    """Whether something that is not read may change the meaning of an administration."""
    dosage = content.get("dosage")
    inner = dosage.get("modifierExtension") if isinstance(dosage, dict) else None
    return bool(content.get("modifierExtension") or content.get("implicitRules") or inner)


def _list_moments(content: Mapping[str, Any]) -> list[Moment]:
    """All times of a resource; none where one of them cannot be read."""
    period = content.get("effectivePeriod")
    times = [content.get("effectiveDateTime"), content.get("effectiveInstant")]
    if isinstance(period, dict):
        times += [period.get("end"), period.get("start")]
    try:
        return [read_moment(text) for text in times if isinstance(text, str)]
    except (ValueError, OverflowError):
        return []


def _is_administration(reference: Reference) -> bool:
    return "MedicationAdministration/" in (reference.reference or "")


def _measure(period: Period) -> timedelta:
    """How long it is; nothing where that cannot be told."""
    try:
        return read_moment(period.end or "").at - read_moment(period.start or "").at
    except (ValueError, OverflowError):
        return timedelta()


def _name(entry: Entry) -> str:
    return entry.reference or entry.where


class _Body:
    """The body surface area of a record."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def find_share(
        self, dose: Quantity | None, full: Dose, where: str
    ) -> tuple[float, tuple[Result, ...]]:
        """A dose as a share of the full one, and the results that it took.

        Raises:
            InvalidRequestError: it has no UCUM code, or cannot be converted.
        """
        if dose is None or dose.value is None:
            raise refuse(where, "quantity_without_unit", system=UCUM)
        try:
            code, _ = read_unit(dose)
        except UnitError as error:
            raise refuse(where, error.fact) from None
        if dose.comparator:
            raise refuse(f"{where}.comparator", "comparator")
        try:
            return convert(dose.value, code, full.unit) / full.value, ()
        except UnitError as error:
            per_surface = full.unit.removesuffix("/m2")
            if per_surface == full.unit:
                raise refuse(f"{where}.code", error.fact) from None
        try:
            amount = convert(dose.value, code, per_surface)
        except UnitError:
            units = (full.unit, per_surface)
            raise refuse(f"{where}.code", "dose_not_convertible", units=units) from None
        surface, used = self._measure(where)
        share = amount / surface / full.value
        return round(share * _ROUNDED_TO) / _ROUNDED_TO, used

    def _measure(self, where: str) -> tuple[float, tuple[Result, ...]]:
        if surface := self._newest(SURFACE_LOINC, "m2", where):
            area, used = surface.value, surface.results
        else:
            height = self._newest(HEIGHT_LOINC, "cm", where)
            weight = self._newest(WEIGHT_LOINC, "kg", where)
            if height is None or weight is None:
                raise refuse(
                    where,
                    "no_body_surface",
                    surface=SURFACE_LOINC[0],
                    height=HEIGHT_LOINC[0],
                    weight=WEIGHT_LOINC[0],
                )
            area = sqrt(max(height.value * weight.value, 0.0) / 3600)
            used = height.results + weight.results
        low, high = _SURFACES
        if not low < area < high:
            raise refuse(where, "implausible_body_surface", low=low, high=high)
        return area, used

    def _newest(self, codes: tuple[str, ...], unit: str, where: str) -> Measurement | None:
        unused = Unused()
        measured = measure_codes(self._results, codes, unit, _BODY, unused)
        newest = max(measured, key=lambda one: one.effective, default=None)
        for one in unused.found:
            if one.is_after(newest.effective if newest else None):
                raise refuse(one.where, "cannot_be_used", feature=codes[0], rule=one.rule)
        if newest and newest.contradicts:
            raise refuse(where, "body_contradicts", loinc=codes[0])
        return newest
