"""Which drugs were given on which day."""

from collections.abc import Sequence
from datetime import datetime

from medmaas.facts import Fact
from medmaas.fhir.administrations import Administration, Administrations
from medmaas.fhir.draft import Draft
from medmaas.fhir.medications import MEDICATIONS, Medications, make_drugs
from medmaas.fhir.results import Result
from medmaas.model.manifest import AdministrationSource, Feature, Number

_DIGITS = 9  # of a sum, so that tenths add up to tenths
Given = dict[int, list[Administration]]  # by day


def list_given(
    draft: Draft, feature: Feature, source: AdministrationSource, features: Sequence[Feature]
) -> Given:
    """What was given by day, counted back from the moment that is asked for.

    Args:
        draft: the case in the making.
        feature: that is filled.
        source: of the feature.
        features: all of the model, whose drugs are told apart.
    """
    by_day, doubts = Given(), len(draft.held)
    entries = draft.record.entries
    medications = Medications(one for kind in MEDICATIONS for one in entries.get(kind, ()))
    drug = make_drugs(list_sources(features))[feature.name]
    for given in Administrations(draft, medications, drug, source).list_given():
        by_day.setdefault(count_days(given.effective, draft.as_of), []).append(given)
    if not by_day and len(draft.held) == doubts:
        named, days = drug.display, source.oldest_days
        draft.notes.append(Fact("taken_as_not_given", feature=feature.name, drug=named, days=days))
    return by_day


def list_sources(features: Sequence[Feature]) -> dict[str, AdministrationSource]:
    """Of every feature that is a drug, its source."""
    return {f.name: f.source for f in features if isinstance(f.source, AdministrationSource)}


def take_given(
    draft: Draft, feature: Feature, administrations: Sequence[Administration]
) -> float | bool:
    """The value of a feature for what was given on one day, which is now used."""
    shares = [1.0 if given.share is None else given.share for given in administrations]
    for given, share in zip(administrations, shares, strict=True):
        draft.rest_on(given.entry, feature.name, share, "1", given.effective)
        for result in given.results:
            _rest_on_body(draft, feature, result)
    if not isinstance(feature, Number):
        return True
    return shares[0] if len(shares) == 1 else round(sum(shares), _DIGITS)


def _rest_on_body(draft: Draft, feature: Feature, result: Result) -> None:
    """Note a body measure, in the unit that it came in."""
    quantity = result.quantity
    value, unit = quantity.value or 0.0, quantity.code or "1"
    draft.rest_on(result.entry, feature.name, value, unit, result.effective.at)


def count_days(at: datetime, as_of: datetime) -> int:
    """Days from the day of the request, each at the place of the result: 0, or below."""
    return min((at.date() - as_of.astimezone(at.tzinfo).date()).days, 0)
