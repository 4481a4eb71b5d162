"""Results become what was measured of a feature: one value per moment, whatever their order.

Of one moment and code a corrected result beats a final one, and a later issue an earlier one; then
the preferred code counts. What still contradicts itself is no value. A date without a time is of
the same moment as the newest result of that day, because nobody knows which came first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isclose, nan

from medmaas.errors import InvalidRequestError
from medmaas.fhir.results import Result, Results, Unusable, Unused
from medmaas.model.inputs.amounts import was_learned
from medmaas.model.manifest import Number, ObservationSource

_SAME = 1e-9  # of two conversions of one value


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value of a feature, and the results that it was made of.

    Attributes:
        value: in the feature's unit.
        effective: when it was measured.
        results: what it was made of; where they contradict each other, all of them.
        contradicts: whether results of this moment contradict each other: then there is no value.
    """

    value: float
    effective: datetime
    results: tuple[Result, ...]
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured of a feature.

    Attributes:
        values: the newest first, one per moment.
        blocking: what cannot be used, and may be newer than all of them.
    """

    values: tuple[Measurement, ...]
    blocking: tuple[Unusable, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    rank: int
    value: float
    result: Result


def measure(
    results: Results, feature: Number, source: ObservationSource, unused: Unused
) -> Measured:
    """What was measured of a feature, converted to its unit.

    Args:
        results: of the record.
        feature: what is measured.
        source: where it is found.
        unused: is told what was found and cannot be used.
    """
    values = measure_codes(results, feature.loinc, feature.unit, source, unused)
    own = {one.effective for one in values}
    if source.share:
        shared = _measure_share(results, feature, source, unused)
        values += [one for one in shared if one.effective not in own]
    values.sort(key=lambda one: one.effective, reverse=True)
    newest = values[0].effective if values else None
    blocking = [
        one
        for one in unused.found
        if one.is_after(newest) or (one.bound and one.bound.effective.at == newest)
    ]
    return Measured(tuple(values), tuple(blocking))


def convert_bound(one: Unusable, feature: Number, source: ObservationSource) -> Measurement | None:
    """The bound of a comparator as a measurement; None where its unit does not convert."""
    if one.bound is None:
        return None
    try:
        value = one.bound.convert(feature.unit, source)
    except InvalidRequestError:
        return None
    return Measurement(value, one.bound.effective.at, (one.bound,))


def was_learned_as_bound(bound: Measurement, feature: Number) -> bool:
    """Whether the model learned values beyond this bound as the bound itself."""
    return was_learned(feature, _find_comparator(bound), bound.value)


def may_be_better(bound: Measurement, feature: Number) -> bool:
    """Whether the value behind a comparator may be better than its bound.

    A feature states what is `worse`; below 0.1 is worse than 0.1 where low is.
    """
    return _find_comparator(bound) not in _WORSE.get(feature.worse or "", ())


def _find_comparator(bound: Measurement) -> str:
    return bound.results[0].quantity.comparator or ""


_WORSE = {"low": ("<", "<="), "high": (">", ">=")}


def measure_codes(
    results: Results,
    codes: Sequence[str],
    unit: str,
    source: ObservationSource,
    unused: Unused,
) -> list[Measurement]:
    """What was measured by LOINC codes, the preferred first, in a unit: one value per moment."""
    candidates = [*_convert(results.find(codes, source.oldest_days, unused), unit, source, unused)]
    return [_decide(group) for group in _group(candidates)]


def _convert(
    found: Iterable[tuple[int, Result]], unit: str, source: ObservationSource, unused: Unused
) -> Iterator[_Candidate]:
    for rank, result in found:
        try:
            yield _Candidate(rank, result.convert(unit, source), result)
        except InvalidRequestError as error:
            (problem,) = error.details
            where, latest = problem.field or result.entry.where, result.effective.latest
            unused.found.append(Unusable(result.entry, where, problem.fact, latest))


def _group(candidates: list[_Candidate]) -> list[list[_Candidate]]:
    """Candidates of one moment; one that is less exact is of the newest moment that it covers."""
    groups: dict[datetime, list[_Candidate]] = {}
    for one in sorted(candidates, key=lambda one: one.result.effective.parts, reverse=True):
        moment = one.result.effective
        if moment.is_exact:
            groups.setdefault(moment.at, []).append(one)
        else:
            covered = [
                at for at, group in groups.items() if moment.covers(group[0].result.effective)
            ]
            groups.setdefault(max(covered, default=moment.at), []).append(one)
    return [*groups.values()]


def _decide(group: list[_Candidate]) -> Measurement:
    """The one value of a moment, or none where results contradict each other."""
    preferred = min(one.rank for one in group)
    best = [one for one in group if one.rank == preferred]
    if any(one.result.corrected for one in best):
        best = [one for one in best if one.result.corrected]
    issues = [one.result.issued for one in best]
    if all(issues):
        newest = max(issue for issue in issues if issue)
        best = [one for one in best if one.result.issued == newest]
    best.sort(key=lambda one: one.result.entry.reference or one.result.entry.where)
    first = best[0]
    at = max(one.result.effective.at for one in group)
    if all(isclose(one.value, first.value, rel_tol=_SAME) for one in best):
        return Measurement(first.value, at, (first.result,))
    return Measurement(nan, at, tuple(one.result for one in best), contradicts=True)


def _measure_share(
    results: Results, feature: Number, source: ObservationSource, unused: Unused
) -> list[Measurement]:
    """A count as a total times a percentage, where both are of one moment."""
    share = source.share
    if share is None:
        return []
    plain = source.model_copy(update={"share": None, "formulas": (), "molar_mass": None})
    totals = measure_codes(results, share.total, feature.unit, plain, Unused())
    by_time = {one.effective: one for one in totals}
    return [
        _multiply(by_time[percent.effective], percent)
        for percent in measure_codes(results, share.percent, "%", plain, unused)
        if percent.effective in by_time
    ]


def _multiply(total: Measurement, percent: Measurement) -> Measurement:
    results, contradicts = total.results + percent.results, total.contradicts or percent.contradicts
    return Measurement(total.value * percent.value / 100, percent.effective, results, contradicts)
