"""A record becomes a recording: the newest Observations whose values are SampledData, by lead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.case import Requirement
from medmaas.fhir.draft import Draft, say_missing
from medmaas.fhir.elements import LOINC, Moment, Observation, read_moment
from medmaas.fhir.observations import list_observations
from medmaas.fhir.record import Entry, refuse
from medmaas.fhir.results import Unused, require_reference, say_unused
from medmaas.fhir.terminologies import list_codings
from medmaas.model.kinds import expect
from medmaas.model.manifest import Manifest, WaveformInput, WaveformSource
from medmaas.model.units import UnitError, convert
from medmaas.model.waveform import LeadNames
from medmaas.model.waveform.sent import read_unit

_VALUE = "valueSampledData"
_FINAL, _VOID = {"final", "amended", "corrected"}, {"entered-in-error", "cancelled"}
_MS = 1000.0
_NUMBERS = re.compile(r"[0-9eE+\-.\s]+")
_LOST = {"E", "L", "U"}  # of a sample: an error, below and above what can be measured


@dataclass(frozen=True, slots=True)
class _Sampled:
    """One lead, or several that were not told apart yet."""

    entry: Entry
    effective: Moment
    flaw: tuple[str, Fact] | None


def fill(draft: Draft, manifest: Manifest) -> dict[str, Any]:
    """The recording, and what it lacks before there can be an answer.

    Raises:
        InvalidRequestError: the newest recording is not as R4 says, or of several rates or units.
    """
    spec = expect(manifest.input, WaveformInput)
    source = spec.source
    if source is None:
        raise AssertionError("a model without a source reads no records")
    found = list(_list_sampled(draft, source))
    oldest = draft.as_of - timedelta(days=source.oldest_days)
    recent = [one for one in found if one.effective.at >= oldest]
    if not recent:
        unused = Unused(too_old=bool(found))
        reason = say_missing(source.oldest_days, unused)
        lacking = Requirement(spec.field, "Observation", source.codes, spec.unit, reason)
        draft.missing.append(lacking)
        return {}
    newest = max(one.effective.at for one in recent)
    together = [one for one in recent if one.effective.at == newest]
    name = draft.qualify(spec.field)
    for one in together:
        if one.flaw:
            where, rule = one.flaw
            resource = one.entry.reference or one.entry.where
            draft.hold(Fact("newest_unusable", feature=name, resource=resource, rule=rule))
            draft.notes.append(say_unused(one.entry, rule))
            draft.locations[spec.field] = f"{one.entry.where}{where}"
    return {spec.field: _join(draft, spec, together)}


def _list_sampled(draft: Draft, source: WaveformSource) -> Iterator[_Sampled]:
    """Every Observation or component with samples, that was not taken back."""
    wanted, codes = {*source.codes}, dict[str, set[str]]()
    for entry in list_observations(draft.record):
        panel = entry.where.partition(".component[")[0]
        own = {code for system, code in list_codings(entry.content.get("code")) if system == LOINC}
        codes.setdefault(panel, own)
        if _VALUE not in entry.content or (wanted and not wanted & (own | codes[panel])):
            continue
        draft.record.require_subject(entry)
        observation = entry.parse(Observation)
        if observation.status in _VOID:
            continue
        where = f"{entry.where}.effectiveDateTime"
        if observation.effective is None:
            raise refuse(where, "no_time")
        try:
            effective = read_moment(observation.effective)
        except (ValueError, OverflowError):
            raise refuse(where, "not_a_moment") from None
        if effective.is_after(draft.as_of):
            if not draft.leave_later:
                raise refuse(where, "later_than_asked")
            draft.results.later.add(entry.reference or entry.where)
            continue
        yield _Sampled(entry, effective, _find_flaw(draft, entry, observation))


def _find_flaw(draft: Draft, entry: Entry, observation: Observation) -> tuple[str, Fact] | None:
    """What changes the meaning of samples."""
    if modifier := entry.modifier:
        return modifier
    if any(not draft.record.is_patient(one.reference) for one in observation.focus):
        return ".focus", Fact("focus_of_another")
    if observation.status not in _FINAL:
        return ".status", Fact("not_final")
    if observation.dataAbsentReason is not None:
        return ".dataAbsentReason", Fact("value_absent")
    return None


def _join(draft: Draft, spec: WaveformInput, together: list[_Sampled]) -> dict[str, Any]:
    """The leads of one moment as an instance has them, in the unit of the graph."""
    names, leads, rates = LeadNames(spec.leads), dict[str, list[float]](), set[float]()
    left_out = 0
    for one in together:
        where = f"{one.entry.where}.{_VALUE}"
        places = names.find(_name(one.entry))
        if not places:
            left_out += 1
            continue
        lead = spec.leads[min(places)].name
        if len(places) > 1 or lead in leads:
            raise refuse(where, "lead_twice" if lead in leads else "lead_contradicts")
        rate, samples = _read(one.entry.content[_VALUE], where, spec.unit)
        leads[lead] = samples
        rates.add(rate)
        draft.locations[f"{spec.field}.{lead}"] = where
        draft.locations.setdefault(spec.field, where)
        require_reference(one.entry)
        draft.rest_on(one.entry, spec.field, spec.seconds, "s", one.effective.at)
    if not leads:
        known = [lead.name for lead in spec.leads]
        raise refuse(together[0].entry.where, "no_lead_is_there", leads=known)
    for absent in spec.leads if spec.missing_leads is None else ():
        if absent.name not in leads and spec.source:
            draft.missing.append(
                Requirement(
                    f"{spec.field}.{absent.name}",
                    "Observation",
                    spec.source.codes,
                    spec.unit,
                    Fact("lead_required"),
                )
            )
    if len(rates) > 1:
        raise refuse(f"{together[0].entry.where}.{_VALUE}", "leads_differ")
    if left_out:
        draft.notes.append(
            Fact(
                "of_field",
                field=draft.qualify(spec.field),
                problem=Fact("channels_left_out", count=left_out),
            )
        )
    return {"sampling_rate": rates.pop(), "unit": spec.unit, "leads": leads}


def _name(entry: Entry) -> Iterator[str]:
    """What a code calls a lead: by MDC or SCP-ECG, or in words."""
    code = entry.content.get("code")
    if not isinstance(code, dict):
        return
    codings = code.get("coding")
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, dict):
            yield from (str(coding[key]) for key in ("code", "display") if coding.get(key))
    if isinstance(code.get("text"), str):
        yield code["text"]


def _read(sampled: object, where: str, unit: str) -> tuple[float, list[float]]:
    """Rate in Hz, and samples in a unit.

    Raises:
        InvalidRequestError: it is not as R4 or R5 says, or holds samples that were lost.
    """
    if not isinstance(sampled, dict) or not isinstance(sampled.get("data"), str):
        raise refuse(f"{where}.data", "not_sampled_data")
    if sampled.get("dimensions", 1) != 1:
        raise refuse(f"{where}.dimensions", "several_dimensions")
    origin = sampled.get("origin")
    if not isinstance(origin, dict):
        raise refuse(f"{where}.origin", "not_sampled_data")
    zero, factor = _number(origin.get("value", 0)), _number(sampled.get("factor", 1))
    if zero is None or not factor:
        raise refuse(f"{where}.factor", "not_sampled_data")
    spelled = str(origin.get("code") or origin.get("unit") or "")
    try:
        scale = convert(1.0, read_unit(spelled), unit)
    except UnitError:
        raise refuse(f"{where}.origin", "samples_of_other_unit", unit=unit) from None
    rate = _read_rate(sampled, where)
    texts = sampled["data"].split()
    if not _LOST.isdisjoint(texts):
        raise refuse(f"{where}.data", "samples_lost")
    try:
        data = [float(text) for text in texts]
    except ValueError:
        data = []
    if not data or not _NUMBERS.fullmatch(sampled["data"]):  # nan, and 1_000
        raise refuse(f"{where}.data", "not_sampled_data")
    return rate, [(one * factor + zero) * scale for one in data]


def _read_rate(sampled: dict[str, Any], where: str) -> float:
    """Of the milliseconds between two samples (R4), or of an interval and its unit (R5)."""
    period, interval = _number(sampled.get("period")), _number(sampled.get("interval"))
    try:
        if period and period > 0 and interval is None:
            return _whole(_MS / period)
        unit = str(sampled.get("intervalUnit"))
        if interval and interval > 0 and period is None:
            is_rate = unit in {"Hz", "/s"}
            return _whole(interval if is_rate else 1 / convert(interval, unit, "s"))
    except (UnitError, OverflowError, ZeroDivisionError):
        pass
    raise refuse(f"{where}.period", "not_sampled_data")


def _whole(rate: float) -> float:
    """A rate whose period was rounded: 2.777778 ms are 360 Hz."""
    return float(round(rate)) if round(rate) and abs(rate / round(rate) - 1) < 1e-6 else rate  # noqa: PLR2004


def _number(value: object) -> float | None:
    if type(value) not in {int, float}:
        return None
    number = float(value)  # type: ignore[arg-type]
    return number if isfinite(number) else None
