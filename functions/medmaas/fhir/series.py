"""A record becomes rows in time: of every day and feature the newest value."""

from collections.abc import Sequence
from typing import Any

from medmaas.fhir.draft import Draft, say_missing
from medmaas.fhir.given import count_days, list_given
from medmaas.fhir.results import Measurement, Unused
from medmaas.model.manifest import (
    AdministrationSource,
    Number,
    ObservationSource,
    PolicyOutput,
    SeriesInput,
)


def fill_rows(draft: Draft, spec: SeriesInput) -> list[dict[str, Any]]:
    """One row per day on which something was measured or given; of a day the newest result."""
    time, *features = spec.features
    days: dict[int, dict[str, Any]] = {}
    places: dict[tuple[int, str], str] = {}
    for feature in features:
        match feature.source, feature:
            case ObservationSource() as source, Number():
                for day, taken in _measure_days(draft, feature, source).items():
                    days.setdefault(day, {})[feature.name] = taken.value
                    places[day, feature.name] = taken.results[0].entry.where
            case AdministrationSource() as source, _:
                for day, shares in list_given(draft, feature, source).items():
                    given = sum(shares) if isinstance(feature, Number) else True
                    days.setdefault(day, {})[feature.name] = given
    kept = sorted(days)[-spec.max_rows :]
    if len(kept) < len(days):
        draft.notes.append(f"only the newest {spec.max_rows} days of the record were used")
    rows = {day: row for row, day in enumerate(kept)}
    for (day, name), place in places.items():
        if day in rows:
            draft.locations[f"{spec.field}[{rows[day]}].{name}"] = f"{place}.valueQuantity"
    return [{time.name: day, **days[day]} for day in kept]


def _measure_days(
    draft: Draft, feature: Number, source: ObservationSource
) -> dict[int, Measurement]:
    """The newest measurement of every day."""
    unused = draft.unused.setdefault(feature.name, Unused())
    by_day: dict[int, Measurement] = {}
    for taken in draft.results.measure(feature, source, unused):
        day = count_days(taken.effective, draft.as_of)
        if day not in by_day:
            by_day[day] = taken
            draft.rest_on_results(feature, taken)
    draft.notes += unused.notes
    return by_day


def require_counts(
    draft: Draft, spec: SeriesInput, output: PolicyOutput, rows: Sequence[dict[str, Any]]
) -> None:
    """Ask for the count that the shield rests on, if there is none at all."""
    count = output.shield.count
    feature = next(one for one in spec.features if one.name == count)
    if any(count in row for row in rows):
        return
    unused, source = draft.unused.get(count, Unused()), feature.source
    days = source.oldest_days if isinstance(source, ObservationSource) else 0.0
    draft.lack(feature, "Observation", say_missing(days, unused))
