"""A record becomes one row: of every feature the newest value."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.administrations import carries
from medmaas.fhir.draft import Draft, say_missing
from medmaas.fhir.elements import Condition, Moment
from medmaas.fhir.given import list_given, take_given
from medmaas.fhir.record import refuse
from medmaas.fhir.results import Measurement, Unused, read_time, say_unused
from medmaas.model.manifest import (
    AdministrationSource,
    ConditionSource,
    Feature,
    Manifest,
    Number,
    ObservationSource,
    PatientSource,
)

_CONFIRMED = {"confirmed"}
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_BY_DAY = 3  # parts of a date that are known


def fill(draft: Draft, manifest: Manifest) -> dict[str, Any]:
    """One value per feature, the newest; the age last, because it is that at the newest result."""
    instance: dict[str, Any] = {}
    newest: list[datetime] = []
    aged: Feature | None = None
    features = manifest.input.named_features
    for feature in features:
        match feature.source, feature:
            case PatientSource(element="birthDate"), _:
                aged = feature
            case PatientSource() as source, _:
                instance[feature.name] = _read_gender(draft, feature, source)
            case ObservationSource() as source, Number():
                taken = _take_newest(draft, feature, source)
                instance[feature.name] = taken.value if taken else None
                newest += [taken.effective] if taken else []
            case ConditionSource() as source, _:
                instance[feature.name] = _find_condition(draft, feature, source)
            case AdministrationSource() as source, _:
                instance[feature.name] = _find_last_given(draft, feature, source, features)
    if aged:
        instance[aged.name] = _read_age(draft, aged, max(newest, default=draft.as_of))
    return {name: value for name, value in instance.items() if value is not None}


def _read_gender(draft: Draft, feature: Feature, source: PatientSource) -> str | None:
    entry, gender = draft.record.patient, draft.patient.gender
    if gender is None:
        if feature.required:
            draft.lack(feature, "Patient", Fact("element_missing", element="Patient.gender"))
        return None
    choices = dict[str, str](source.choices.items())
    if gender not in choices:
        where = f"{entry.where}.gender" if entry else "gender"
        raise refuse(where, "not_learned", choices=list(choices))
    return choices[gender]


def _read_age(draft: Draft, feature: Feature, at: datetime) -> int | None:
    """Completed years."""
    entry, birth = draft.record.patient, draft.patient.birthDate
    where = f"{entry.where}.birthDate" if entry else "birthDate"
    if birth is None:
        if feature.required:
            draft.lack(feature, "Patient", Fact("element_missing", element="Patient.birthDate"))
        return None
    draft.locations[feature.name] = where
    born = read_time(birth, where, at)
    if born.parts < _BY_DAY:
        draft.notes.append(Fact("birth_date_inexact"))
    return _count_years(born, at)


def _count_years(born: Moment, at: datetime) -> int:
    before = (at.month, at.day) < (born.at.month, born.at.day)
    return max(at.year - born.at.year - before, 0)


def _take_newest(draft: Draft, feature: Number, source: ObservationSource) -> Measurement | None:
    unused = draft.unused.setdefault(feature.name, Unused())
    taken = next(iter(draft.results.measure(feature, source, unused)), None)
    draft.notes += unused.notes
    if taken:
        draft.rest_on_results(feature, taken)
        draft.locations[feature.name] = f"{taken.results[0].entry.where}.valueQuantity"
    elif feature.required:
        draft.lack(feature, "Observation", say_missing(source.oldest_days, unused))
    return taken


def _find_condition(draft: Draft, feature: Feature, source: ConditionSource) -> bool:
    for entry in draft.record.entries.get("Condition", ()):
        if not carries(entry.content.get("code"), source.codes):
            continue
        condition = entry.parse(Condition)
        draft.record.require_subject(entry, condition.subject)
        status = condition.verificationStatus
        if status and not _CONFIRMED & {*status.list_codes(_VERIFICATION)}:
            draft.notes.append(say_unused(entry, Fact("not_confirmed")))
            continue
        given = condition.recordedDate or condition.onsetDateTime
        where = f"{entry.where}.recordedDate"
        at = read_time(given, where, draft.as_of).at if given else draft.as_of
        draft.rest_on(entry, feature.name, 1, "1", at)
        return True
    named = source.codes[0].display
    draft.notes.append(Fact("taken_as_no", feature=feature.name, condition=named))
    return False


def _find_last_given(
    draft: Draft, feature: Feature, source: AdministrationSource, features: Sequence[Feature]
) -> float | bool | None:
    given = list_given(draft, feature, source, features)
    if not given:
        return None if isinstance(feature, Number) else False
    return take_given(draft, feature, given[max(given)])
