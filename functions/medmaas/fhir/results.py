"""Observations become results: of the right patient, final, dated, and in the model's unit.

One that cannot be used costs only itself, unless it may be newer than all that can: then it says so
(`Unusable.latest`), and whoever takes the newest decides what that means.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from medmaas.errors import InvalidRequestError
from medmaas.facts import Fact
from medmaas.fhir.elements import LOINC, Moment, Observation, Quantity, read_moment, read_or_none
from medmaas.fhir.observations import count_absent, list_observations
from medmaas.fhir.quantities import read_unit
from medmaas.fhir.record import Entry, Record, refuse
from medmaas.fhir.terminologies import list_codings
from medmaas.model.manifest import ObservationSource
from medmaas.model.units import UnitError, convert_result

_FINAL = {"final", "amended", "corrected"}
_CORRECTED = {"amended", "corrected"}
_VOID = {"entered-in-error", "cancelled"}
_BY_DAY = 3  # parts of a date that are known


@dataclass(frozen=True, slots=True)
class Result:
    """One Observation that may be used.

    Attributes:
        entry: where it stands.
        effective: when it was measured.
        quantity: what was measured, not yet converted.
        corrected: whether it takes the place of an earlier version.
        issued: when this version was made, if that is known.
    """

    entry: Entry
    effective: Moment
    quantity: Quantity
    corrected: bool = False
    issued: datetime | None = None

    @property
    def reference(self) -> str:
        """What refers to it."""
        return require_reference(self.entry)

    def convert(self, unit: str, source: ObservationSource | None = None) -> float:
        """The value in a unit.

        Args:
            unit: a UCUM code.
            source: says how amounts become masses, and by which formulas else.

        Raises:
            InvalidRequestError: its unit is not known, or cannot be converted.
        """
        value, where = self.quantity.value, f"{self.entry.where}.valueQuantity"
        if value is None:
            raise refuse(where, "no_quantity")
        try:
            code, _ = read_unit(self.quantity)
        except UnitError as error:
            raise refuse(where, error.fact) from None
        try:
            return convert_result(value, code, unit, source)
        except UnitError as error:
            raise refuse(f"{where}.code", error.fact) from None

    @property
    def spelled(self) -> str | None:
        """The UCUM code of its unit, where it was read from a spelling."""
        code, is_spelled = read_unit(self.quantity)
        return code if is_spelled else None


@dataclass(frozen=True, slots=True)
class Unusable:
    """One Observation that is of the right code, and cannot be used.

    Attributes:
        entry: where it stands.
        where: FHIRPath of what is wrong.
        rule: which it breaks.
        latest: the latest that it may have been measured; None if nothing is known.
        stands: whether it is a result; one that was taken back or never made is not.
        bound: of a comparator, the result as if it were the value.
    """

    entry: Entry
    where: str
    rule: Fact
    latest: datetime | None = None
    stands: bool = True
    bound: Result | None = None

    def is_after(self, moment: datetime | None) -> bool:
        """Whether it may be newer."""
        return self.stands and (moment is None or self.latest is None or self.latest > moment)


@dataclass(slots=True)
class Unused:
    """What was found but not used, of one feature: so that nothing is lost silently.

    Attributes:
        found: what cannot be used.
        too_old: whether there is something that is only too old.
    """

    found: list[Unusable] = field(default_factory=list)
    too_old: bool = False

    def pass_over(self, entry: Entry, where: str, rule: Fact) -> None:
        """Note a resource that breaks a rule."""
        self.found.append(Unusable(entry, where, rule, stands=False))

    @property
    def notes(self) -> list[Fact]:
        """For the reader of the answer, in whatever order the record came."""
        told = {say_unused(one.entry, one.rule): one for one in self.found}
        return sorted(told, key=lambda fact: str(fact.limits["resource"]))


class Results:
    """The Observations of a record, by LOINC code.

    Args:
        record: of one patient.
        as_of: the moment that is asked for.
        leave_later: leave later results aside, instead of refusing them.

    Attributes:
        later: references of those that were left aside.
        absent: how many reports and panels refer to that are not in the record.
    """

    def __init__(self, record: Record, as_of: datetime, *, leave_later: bool = False) -> None:
        self._record, self._as_of, self._leave_later = record, as_of, leave_later
        self._by_code: dict[str, list[Entry]] = {}
        for entry in list_observations(record):
            codings = set(list_codings(entry.content.get("code")))
            for system, code in codings:
                if system == LOINC:
                    self._by_code.setdefault(code, []).append(entry)
        self._read: dict[int, Result | Unusable | None] = {}
        self.later: set[str] = set()
        self.absent = count_absent(record)

    def find(
        self, codes: Sequence[str], oldest_days: float, unused: Unused
    ) -> Iterator[tuple[int, Result]]:
        """Usable results, with the rank of the code that they were found by.

        Raises:
            InvalidRequestError: one is of another patient, or of the future.
        """
        seen: set[int] = set()
        oldest = self._as_of - timedelta(days=oldest_days)
        for rank, code in enumerate(codes):
            for entry in self._by_code.get(code, ()):
                if id(entry) in seen:
                    continue
                seen.add(id(entry))
                match self._read_once(entry):
                    case Result() as result if result.effective.at < oldest:
                        unused.too_old = True
                    case Result() as result:
                        yield rank, result
                    case Unusable(latest=latest) as one if latest is None or latest >= oldest:
                        unused.found.append(one)

    def _read_once(self, entry: Entry) -> Result | Unusable | None:
        if id(entry) not in self._read:
            self._read[id(entry)] = self._judge(entry)
        return self._read[id(entry)]

    def _judge(self, entry: Entry) -> Result | Unusable | None:
        """A result, or why it is none; nothing of one that is later than what is asked for."""
        self._record.require_subject(entry)
        try:
            observation = entry.parse(Observation)
        except InvalidRequestError as error:
            problem = error.details[0]
            return Unusable(entry, problem.field or entry.where, problem.fact, _guess_latest(entry))
        if not _is_void(observation) and self._is_later(entry, observation):
            return None
        effective, quantity = read_or_none(observation.effective), observation.valueQuantity
        latest = effective.latest if effective else _guess_latest(entry)
        flaw = self._find_flaw(entry, observation) or _find_lack(observation, effective)
        if flaw or effective is None or quantity is None:
            where, rule, stands, is_early = flaw or _Flaw(".valueQuantity", Fact("no_quantity"))
            latest = effective.at if effective and is_early else latest
            return Unusable(entry, f"{entry.where}{where}", rule, latest, stands)
        issued = read_or_none(observation.issued)
        is_corrected = observation.status in _CORRECTED
        result = Result(entry, effective, quantity, is_corrected, issued.at if issued else None)
        if quantity.comparator:
            where = f"{entry.where}.valueQuantity.comparator"
            return Unusable(entry, where, Fact("comparator"), latest, bound=result)
        return result

    def _is_later(self, entry: Entry, observation: Observation) -> bool:
        """Whether it is to be left aside because it is later.

        Raises:
            InvalidRequestError: it is later, and nobody asked for a moment of the past.
        """
        effective = read_or_none(observation.effective)
        if effective is None or not effective.is_after(self._as_of):
            return False
        if not self._leave_later:
            raise refuse(f"{entry.where}.effectiveDateTime", "later_than_asked")
        self.later.add(entry.reference or entry.where)
        return True

    def _find_flaw(self, entry: Entry, observation: Observation) -> "_Flaw | None":
        """What changes its meaning."""
        if modifier := entry.modifier:
            return _Flaw(*modifier)
        if any(not self._record.is_patient(one.reference) for one in observation.focus):
            return _Flaw(".focus", Fact("focus_of_another"), stands=False)
        if observation.status not in _FINAL:
            stands = not _is_void(observation)
            return _Flaw(".status", Fact("not_final"), stands=stands, is_early=True)
        return None


class _Flaw(NamedTuple):
    """Why a result cannot be used.

    Attributes:
        where: the element, from the resource.
        rule: which it breaks.
        stands: whether it is a result of the patient all the same.
        is_early: whether a final result of the same moment comes after it.
    """

    where: str
    rule: Fact
    stands: bool = True
    is_early: bool = False


def _find_lack(observation: Observation, effective: Moment | None) -> _Flaw | None:
    """What it lacks: a value or a time."""
    quantity = observation.valueQuantity
    if observation.dataAbsentReason is not None:
        return _Flaw(".dataAbsentReason", Fact("value_absent"))
    if quantity is None or quantity.value is None:
        return _Flaw(".valueQuantity", Fact("no_quantity"))
    if observation.effective is None:
        return _Flaw(".effectiveDateTime", Fact("no_time"))
    return None if effective else _Flaw(".effectiveDateTime", Fact("not_a_moment"))


def _is_void(observation: Observation) -> bool:
    """Whether nothing was measured, or it was taken back: what was measured before stands."""
    is_pending = observation.status == "registered" and observation.valueQuantity is None
    return is_pending or observation.status in _VOID


def _guess_latest(entry: Entry) -> datetime | None:
    """The latest that a result may be of: by the day of its time, else of its issue."""
    period = entry.content.get("effectivePeriod")
    ends = (period.get("end"), period.get("start")) if isinstance(period, dict) else ()
    times = [entry.content.get(f"effective{kind}") for kind in ("DateTime", "Instant")]
    for text in [*times, *ends, entry.content.get("issued")]:
        day = read_or_none(text[:10]) if isinstance(text, str) else None
        if day and day.parts == _BY_DAY:
            return day.latest
    return None


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


def refuse_unused(feature: str, unused: Iterable[Unusable]) -> InvalidRequestError:
    """The refusal of a record whose only results of a feature cannot be used."""
    first = min(unused, key=lambda one: one.entry.reference or one.where)
    return refuse(first.where, "cannot_be_used", feature=feature, rule=first.rule)
