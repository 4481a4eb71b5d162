"""Observations become results: of the right patient, final, dated, and in the model's unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from medmaas.errors import InvalidRequestError
from medmaas.facts import Fact
from medmaas.fhir.elements import LOINC, UCUM, Moment, Observation, Quantity, read_moment
from medmaas.fhir.record import Entry, Record, refuse
from medmaas.model.manifest import Number, ObservationSource
from medmaas.model.units import UnitError, convert

_FINAL = {"final", "amended", "corrected"}


@dataclass(frozen=True, slots=True)
class Result:
    """One Observation that may be used.

    Attributes:
        entry: where it stands.
        effective: when it was measured.
        quantity: what was measured, not yet converted.
    """

    entry: Entry
    effective: Moment
    quantity: Quantity

    @property
    def reference(self) -> str:
        """What refers to it."""
        return require_reference(self.entry)

    def convert(self, unit: str, molar_mass: float | None = None) -> float:
        """The value in a unit.

        Raises:
            InvalidRequestError: it has no UCUM code, or one that cannot be converted.
        """
        quantity = self.quantity
        where = f"{self.entry.where}.valueQuantity"
        if quantity.system != UCUM or quantity.code is None or quantity.value is None:
            raise refuse(where, "quantity_without_code", system=UCUM)
        try:
            return convert(quantity.value, quantity.code, unit, molar_mass)
        except UnitError as error:
            raise refuse(f"{where}.code", error.fact) from None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value of a feature, and the results that it was made of."""

    value: float
    effective: datetime
    results: tuple[Result, ...]


@dataclass(slots=True)
class Unused:
    """What was found but not used, of one feature: so that nothing is lost silently.

    Attributes:
        refusals: where something breaks which rule.
        notes: the same for the reader of the answer.
        too_old: whether there is something that is only too old.
    """

    refusals: list[tuple[str, Fact]] = field(default_factory=list)
    notes: list[Fact] = field(default_factory=list)
    too_old: bool = False

    def pass_over(self, entry: Entry, where: str, rule: Fact) -> None:
        """Note a result that breaks a rule."""
        self.refusals.append((where, rule))
        self.notes.append(say_unused(entry, rule))


class Results:
    """The Observations of a record, by LOINC code.

    Args:
        record: of one patient.
        as_of: the moment that is asked for.
    """

    def __init__(self, record: Record, as_of: datetime) -> None:
        self._record, self._as_of = record, as_of
        self._by_code: dict[str, list[Entry]] = {}
        for entry in record.entries.get("Observation", ()):
            for code in _list_codes(entry):
                self._by_code.setdefault(code, []).append(entry)
        self._read: dict[int, Result | tuple[str, Fact]] = {}

    def find(
        self, codes: Sequence[str], oldest_days: float, unused: Unused
    ) -> Iterator[tuple[int, Result]]:
        """Usable results, with the rank of the code that they were found by.

        Raises:
            InvalidRequestError: one is of another patient, of the future, or no Observation of R4.
        """
        seen: set[int] = set()
        for rank, code in enumerate(codes):
            for entry in self._by_code.get(code, ()):
                if id(entry) in seen:
                    continue
                seen.add(id(entry))
                result = self._read_once(entry)
                if not isinstance(result, Result):
                    unused.pass_over(entry, *result)
                elif self._as_of - result.effective.at > timedelta(days=oldest_days):
                    unused.too_old = True
                else:
                    yield rank, result

    def measure(self, feature: Number, source: ObservationSource, unused: Unused) -> "Measured":
        """All that was measured of a feature, each converted only when it is taken."""
        found = [
            _Candidate(result.effective, -rank, (result,))
            for rank, result in self.find(feature.loinc, source.oldest_days, unused)
        ]
        if source.share:
            totals = [r for _, r in self.find(source.share.total, source.oldest_days, Unused())]
            percents = self.find(source.share.percent, source.oldest_days, unused)
            by_time = {result.effective.at: result for result in reversed(totals)}
            found += [
                _Candidate(percent.effective, -len(feature.loinc), (by_time[at], percent))
                for _, percent in percents
                if (at := percent.effective.at) in by_time
            ]
        found.sort(key=lambda one: (one.effective.at, one.preference), reverse=True)
        return Measured(feature, source, found)

    def _read_once(self, entry: Entry) -> Result | tuple[str, Fact]:
        if id(entry) not in self._read:
            self._read[id(entry)] = self._judge(entry)
        return self._read[id(entry)]

    def _judge(self, entry: Entry) -> Result | tuple[str, Fact]:
        """A result, or where it breaks which rule."""
        observation = entry.parse(Observation)
        self._record.require_subject(entry, observation.subject)
        where = entry.where
        if observation.status not in _FINAL:
            return f"{where}.status", Fact("not_final")
        if observation.valueQuantity is None:
            return f"{where}.valueQuantity", Fact("no_quantity")
        if observation.valueQuantity.comparator:
            return f"{where}.valueQuantity.comparator", Fact("comparator")
        if observation.effective is None:
            return f"{where}.effectiveDateTime", Fact("no_time")
        effective = read_time(observation.effective, f"{where}.effectiveDateTime", self._as_of)
        return Result(entry, effective, observation.valueQuantity)


@dataclass(frozen=True, slots=True)
class _Candidate:
    effective: Moment
    preference: int
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a feature, the newest first; of one time the preferred code first."""

    feature: Number
    source: ObservationSource
    candidates: list[_Candidate]

    def __iter__(self) -> Iterator[Measurement]:
        unit, molar_mass = self.feature.unit, self.source.molar_mass
        for one in self.candidates:
            first, *others = one.results
            value = first.convert(unit, molar_mass)
            for percent in others:
                value = value * percent.convert("%") / 100
            yield Measurement(value, one.effective.at, one.results)


def read_time(text: str, where: str, as_of: datetime) -> Moment:
    """When something was, which must not lie in the future of the moment that is asked for.

    Raises:
        InvalidRequestError: it is not a time, or a later one.
    """
    try:
        moment = read_moment(text)
        later = moment.is_after(as_of)
    except (ValueError, OverflowError):
        raise refuse(where, "not_a_moment") from None
    if later:
        raise refuse(where, "later_than_asked")
    return moment


def require_reference(entry: Entry) -> str:
    """What refers to a resource that an answer rests on.

    Raises:
        InvalidRequestError: it has neither an id nor a fullUrl.
    """
    if entry.reference is None:
        raise refuse(entry.where, "no_reference")
    return entry.reference


def say_unused(entry: Entry, rule: Fact) -> Fact:
    """That a resource was not used, and why."""
    return Fact("not_used", resource=entry.reference or entry.where, rule=rule)


def refuse_unused(feature: str, unused: Unused) -> InvalidRequestError:
    """The refusal of a record whose only results of a feature cannot be used."""
    where, rule = unused.refusals[0]
    return refuse(where, "cannot_be_used", feature=feature, rule=rule)


def _list_codes(entry: Entry) -> set[str]:
    """LOINC codes of an Observation, which may be anything."""
    code = entry.content.get("code")
    coding = code.get("coding") if isinstance(code, dict) else None
    return {
        one["code"]
        for one in (coding if isinstance(coding, list) else ())
        if isinstance(one, dict) and one.get("system") == LOINC and isinstance(one.get("code"), str)
    }
