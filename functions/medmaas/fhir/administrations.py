"""Drugs that were given, as a share of the full dose: by body surface where the dose is in mg.

Body surface area: measured, else Mosteller 1987 (doi 10.1056/NEJM198710223171717), from the newest
height and weight: sqrt(cm x kg / 3600) in m2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from medmaas.facts import Fact
from medmaas.fhir.elements import UCUM, MedicationAdministration, Quantity
from medmaas.fhir.record import Entry, Record, refuse
from medmaas.fhir.results import Result, Results, Unused, read_time
from medmaas.model.manifest import AdministrationSource, Coding, Dose
from medmaas.model.units import UnitError, convert

SURFACE_LOINC = ("8277-6", "3140-1")
HEIGHT_LOINC = ("8302-2", "3137-7", "8308-9", "8306-3")
WEIGHT_LOINC = ("29463-7", "3141-9", "8350-1", "8351-9")
_BODY_DAYS = 100_000.0  # an adult's height holds; the newest is taken
_SURFACES = (0.2, 4)  # m2, of a child and beyond any adult
_GIVEN = {"completed", "in-progress"}
_ROUNDED_TO = 20  # doses in mg are rounded to what vials hold: to a twentieth of the full dose


@dataclass(frozen=True, slots=True)
class Administration:
    """A drug given at a time: its share of the full dose, None where that was not asked for."""

    entry: Entry
    effective: datetime
    share: float | None
    results: tuple[Result, ...] = ()


class Administrations:
    """The MedicationAdministrations of a record.

    Args:
        record: of one patient.
        results: its Observations, for the body surface area.
        as_of: the moment that is asked for.
    """

    def __init__(self, record: Record, results: Results, as_of: datetime) -> None:
        self._record, self._results, self._as_of = record, results, as_of

    def find(self, source: AdministrationSource, unused: Unused) -> Iterator[Administration]:
        """What was given of the drug.

        Raises:
            InvalidRequestError: of another patient, of the future, or without a dose that can be
                converted.
        """
        for entry in self._record.entries.get("MedicationAdministration", ()):
            if "medicationReference" in entry.content:
                where = f"{entry.where}.medicationReference"
                unused.pass_over(entry, where, Fact("drug_behind_reference"))
            if not carries(entry.content.get("medicationCodeableConcept"), source.codes):
                continue
            given = entry.parse(MedicationAdministration)
            self._record.require_subject(entry)
            if given.status not in _GIVEN:
                unused.pass_over(entry, f"{entry.where}.status", Fact("drug_not_given"))
                continue
            where = f"{entry.where}.effectiveDateTime"
            if given.effective is None:
                raise refuse(where, "required_to_count_days")
            at = read_time(given.effective, where, self._as_of).at
            if self._as_of - at > timedelta(days=source.oldest_days):
                continue
            if source.full_dose is None:
                yield Administration(entry, at, None)
                continue
            dose = given.dosage.dose if given.dosage else None
            share, used = self._find_share(dose, source.full_dose, f"{entry.where}.dosage.dose")
            yield Administration(entry, at, share, used)

    def _find_share(
        self, dose: Quantity | None, full: Dose, where: str
    ) -> tuple[float, tuple[Result, ...]]:
        if dose is None or dose.value is None or dose.system != UCUM or dose.code is None:
            raise refuse(where, "quantity_without_code", system=UCUM)
        try:
            return convert(dose.value, dose.code, full.unit) / full.value, ()
        except UnitError as error:
            per_surface = full.unit.removesuffix("/m2")
            if per_surface == full.unit:
                raise refuse(f"{where}.code", error.fact) from None
        try:
            amount = convert(dose.value, dose.code, per_surface)
        except UnitError:
            units = (full.unit, per_surface)
            raise refuse(f"{where}.code", "dose_not_convertible", units=units) from None
        surface, used = self._measure_surface(where)
        share = amount / surface / full.value
        return round(share * _ROUNDED_TO) / _ROUNDED_TO, used

    def _measure_surface(self, where: str) -> tuple[float, tuple[Result, ...]]:
        used: tuple[Result, ...]
        if measured := self._newest(SURFACE_LOINC):
            surface, used = measured.convert("m2"), (measured,)
        else:
            height, weight = self._newest(HEIGHT_LOINC), self._newest(WEIGHT_LOINC)
            if height is None or weight is None:
                raise refuse(
                    where,
                    "no_body_surface",
                    surface=SURFACE_LOINC[0],
                    height=HEIGHT_LOINC[0],
                    weight=WEIGHT_LOINC[0],
                )
            surface = sqrt(max(height.convert("cm") * weight.convert("kg"), 0.0) / 3600)
            used = (height, weight)
        low, high = _SURFACES
        if not low < surface < high:
            raise refuse(where, "implausible_body_surface", low=low, high=high)
        return surface, used

    def _newest(self, codes: tuple[str, ...]) -> Result | None:
        found = (result for _, result in self._results.find(codes, _BODY_DAYS, Unused()))
        return max(found, key=lambda result: result.effective.at, default=None)


def carries(concept: object, codes: tuple[Coding, ...]) -> bool:
    """Whether a CodeableConcept, which may be anything, has one of these codes."""
    coding = concept.get("coding") if isinstance(concept, dict) else None
    wanted = {(code.system, code.code) for code in codes}
    return any(
        isinstance(one, dict) and (str(one.get("system")), str(one.get("code"))) in wanted
        for one in (coding if isinstance(coding, list) else ())
    )
