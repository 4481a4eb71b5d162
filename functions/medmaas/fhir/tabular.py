"""A record becomes one row: of every feature the newest value."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.conditions import find_condition
from medmaas.fhir.draft import Draft, say_missing
from medmaas.fhir.elements import Moment
from medmaas.fhir.given import list_given, take_given
from medmaas.fhir.measurements import Measurement
from medmaas.fhir.record import refuse
from medmaas.fhir.results import read_time
from medmaas.model.manifest import (
    AdministrationSource,
    ConditionSource,
    Feature,
    Manifest,
    Number,
    ObservationSource,
    PatientSource,
)

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
                instance[feature.name] = find_condition(draft, feature, source)
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
    known = draft.measure(feature, source)
    taken = known.values[0] if known.values and not known.lacks_newest else None
    if taken:
        draft.rest_on_results(feature, taken)
        draft.locations[feature.name] = f"{taken.results[0].entry.where}.valueQuantity"
    elif feature.required:
        unused = draft.unused[feature.name]
        draft.lack(feature, "Observation", say_missing(source.oldest_days, unused))
    return taken


def _find_last_given(
    draft: Draft, feature: Feature, source: AdministrationSource, features: Sequence[Feature]
) -> float | bool | None:
    given = list_given(draft, feature, source, features)
    if not given:
        return None if isinstance(feature, Number) else False
    return take_given(draft, feature, given[max(given)])
