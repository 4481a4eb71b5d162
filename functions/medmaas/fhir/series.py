"""A record becomes rows in time: of every day and feature the newest value."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.draft import Draft, say_missing
from medmaas.fhir.given import Given, count_days, list_given, take_given
from medmaas.fhir.measurements import Measurement
from medmaas.fhir.results import Unused
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    AdministrationSource,
    Manifest,
    Number,
    ObservationSource,
    SeriesInput,
)


def fill(draft: Draft, manifest: Manifest) -> dict[str, Any]:
    """The history, and what it lacks before there can be an answer."""
    spec = expect(manifest.input, SeriesInput)
    rows = _fill_rows(draft, spec)
    if count := manifest.output.counted:
        _require_counts(draft, spec, count, rows)
    return {spec.field: rows}


def _fill_rows(draft: Draft, spec: SeriesInput) -> list[dict[str, Any]]:
    """One row per day on which something was measured or given; of a day the newest result."""
    time, *features = spec.features
    measured: dict[str, dict[int, Measurement]] = {}
    given: dict[str, Given] = {}
    for feature in features:
        match feature.source, feature:
            case ObservationSource() as source, Number():
                measured[feature.name] = _measure_days(draft, feature, source)
            case AdministrationSource() as source, _:
                given[feature.name] = list_given(draft, feature, source, features)
    days = sorted({*chain(*measured.values(), *given.values())})
    if len(days) > spec.max_rows:
        draft.notes.append(Fact("only_newest_days", days=spec.max_rows))
    rows: list[dict[str, Any]] = []
    for day in days[-spec.max_rows :]:
        row: dict[str, Any] = {time.name: day}
        for feature in features:
            if isinstance(feature, Number) and (taken := measured.get(feature.name, {}).get(day)):
                row[feature.name] = taken.value
                where = f"{spec.field}[{len(rows)}].{feature.name}"
                draft.locations[where] = f"{taken.results[0].entry.where}.valueQuantity"
                draft.rest_on_results(feature, taken)
            if drugs := given.get(feature.name, {}).get(day):
                row[feature.name] = take_given(draft, feature, drugs)
        rows.append(row)
    return rows


def _measure_days(
    draft: Draft, feature: Number, source: ObservationSource
) -> dict[int, Measurement]:
    """The newest measurement of every day."""
    by_day: dict[int, Measurement] = {}
    for taken in draft.measure(feature, source).values:
        if taken.contradicts:
            draft.notes.append(Fact("contradiction_left_out", feature=feature.name))
        else:
            by_day.setdefault(count_days(taken.effective, draft.as_of), taken)
    return by_day


def _require_counts(
    draft: Draft, spec: SeriesInput, count: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Ask for the count that an answer rests on, if there is none at all."""
    feature = next(one for one in spec.features if one.name == count)
    if any(count in row for row in rows):
        return
    unused, source = draft.unused.get(count, Unused()), feature.source
    days = source.oldest_days if isinstance(source, ObservationSource) else 0.0
    draft.lack(feature, "Observation", say_missing(days, unused))
