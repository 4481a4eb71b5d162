"""Which drugs were given on which day."""

from datetime import datetime

from medmaas.fhir.administrations import Administrations
from medmaas.fhir.draft import Draft
from medmaas.fhir.results import Result, Unused
from medmaas.model.manifest import AdministrationSource, Feature


def list_given(
    draft: Draft, feature: Feature, source: AdministrationSource
) -> dict[int, list[float]]:
    """Shares of the full dose by day, counted back from the moment that is asked for."""
    unused, by_day = Unused(), dict[int, list[float]]()
    administrations = Administrations(draft.record, draft.results, draft.as_of)
    for given in administrations.find(source, unused):
        share = 1.0 if given.share is None else given.share
        by_day.setdefault(count_days(given.effective, draft.as_of), []).append(share)
        draft.rest_on(given.entry, feature.name, share, "1", given.effective)
        for result in given.results:
            _rest_on_body(draft, feature, result)
    draft.notes += unused.notes
    if not by_day:
        draft.notes.append(
            f"{feature.name} was taken as not given: the record has no {source.codes[0].display} "
            f"of the last {source.oldest_days:g} days"
        )
    return by_day


def _rest_on_body(draft: Draft, feature: Feature, result: Result) -> None:
    """Note a body measure, in the unit that it came in."""
    quantity = result.quantity
    value, unit = quantity.value or 0.0, quantity.code or "1"
    draft.rest_on(result.entry, feature.name, value, unit, result.effective.at)


def count_days(at: datetime, as_of: datetime) -> int:
    """Days from the day of the request, each at the place of the result: 0, or below."""
    return min((at.date() - as_of.astimezone(at.tzinfo).date()).days, 0)
