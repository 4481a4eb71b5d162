"""Which drugs were given on which day."""

from collections.abc import Sequence
from datetime import datetime

from medmaas.facts import Fact
from medmaas.fhir.administrations import Administration, Administrations
from medmaas.fhir.draft import Draft
from medmaas.fhir.results import Result, Unused
from medmaas.model.manifest import AdministrationSource, Feature, Number

Given = dict[int, list[Administration]]  # by day


def list_given(draft: Draft, feature: Feature, source: AdministrationSource) -> Given:
    """What was given by day, counted back from the moment that is asked for."""
    unused, by_day = Unused(), Given()
    administrations = Administrations(draft.record, draft.results, draft.as_of)
    for given in administrations.find(source, unused):
        by_day.setdefault(count_days(given.effective, draft.as_of), []).append(given)
    draft.notes += unused.notes
    if not by_day:
        drug, days = source.codes[0].display, source.oldest_days
        draft.notes.append(Fact("taken_as_not_given", feature=feature.name, drug=drug, days=days))
    return by_day


def take_given(
    draft: Draft, feature: Feature, administrations: Sequence[Administration]
) -> float | bool:
    """The value of a feature for what was given on one day, which is now used."""
    shares = [1.0 if given.share is None else given.share for given in administrations]
    for given, share in zip(administrations, shares, strict=True):
        draft.rest_on(given.entry, feature.name, share, "1", given.effective)
        for result in given.results:
            _rest_on_body(draft, feature, result)
    return sum(shares) if isinstance(feature, Number) else True


def _rest_on_body(draft: Draft, feature: Feature, result: Result) -> None:
    """Note a body measure, in the unit that it came in."""
    quantity = result.quantity
    value, unit = quantity.value or 0.0, quantity.code or "1"
    draft.rest_on(result.entry, feature.name, value, unit, result.effective.at)


def count_days(at: datetime, as_of: datetime) -> int:
    """Days from the day of the request, each at the place of the result: 0, or below."""
    return min((at.date() - as_of.astimezone(at.tzinfo).date()).days, 0)
