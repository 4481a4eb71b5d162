"""Whether a record has a diagnosis: by its codes, and by what it says of their certainty."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.draft import Draft
from medmaas.fhir.elements import CodeableConcept, Condition, read_or_none
from medmaas.fhir.record import Entry, refuse
from medmaas.fhir.results import say_unused
from medmaas.fhir.terminologies import carries, name_system
from medmaas.model.manifest import ConditionSource, Feature

# by system: whether a code of verificationStatus says that there is a diagnosis
_VERIFICATION = {
    ("http://terminology.hl7.org/CodeSystem/condition-ver-status", code): code == "confirmed"
    for code in (
        "confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error",
    )
} | {
    ("http://snomed.info/sct", "410605003"): True,  # confirmed present
    ("http://snomed.info/sct", "410516002"): False,  # known absent
    ("http://snomed.info/sct", "410592001"): False,  # probably present
    ("http://snomed.info/sct", "410590009"): False,  # known possible
}  # fmt: skip
_VERIFIED = {
    "confirmed": True, "gesichert": True, "bestätigt": True, "确诊": True, "已确诊": True,
    "unconfirmed": False, "provisional": False, "differential": False, "refuted": False,
    "suspected": False, "verdacht": False, "ausgeschlossen": False, "疑似": False, "排除": False,
}  # fmt: skip
_OVER = {"inactive", "remission", "resolved"}
# https://simplifier.net/packages/de.basisprofil.r4: G confirmed, Z condition after it
_GERMAN = "icd-10-gm-diagnosesicherheit"
_GERMAN_CERTAIN = {"G": True, "Z": True, "V": False, "A": False}


def find_condition(draft: Draft, feature: Feature, source: ConditionSource) -> bool:
    """Whether the record has a confirmed condition of the feature's codes.

    One whose certainty cannot be read holds the answer back.

    Raises:
        InvalidRequestError: one is of another patient, or of the future.
    """
    found: dict[str, Entry] = {}
    notes = []
    for entry, condition in _list_conditions(draft, source):
        if modifier := entry.modifier:
            draft.hold(_say_unreadable(feature, entry, modifier[1]))
            continue
        confirmed = _is_confirmed(condition, entry.content.get("code"))
        if confirmed is None:
            rule = Fact("verification_unknown")
            draft.hold(_say_unreadable(feature, entry, rule))
        elif confirmed:
            found[entry.reference or entry.where] = entry
            if _is_over(condition, draft.as_of):
                told = Fact("condition_over", feature=feature.name, resource=entry.reference)
                draft.warnings.append(told)
        else:
            notes.append(say_unused(entry, Fact("not_confirmed")))
    draft.notes += sorted(notes, key=lambda note: str(note.limits["resource"]))
    if found:
        entry = found[min(found)]
        draft.rest_on(entry, feature.name, 1, "1", _find_time(entry, draft.as_of))
        return True
    named = source.codes[0].display
    draft.notes.append(Fact("taken_as_no", feature=feature.name, condition=named))
    return False


def _list_conditions(draft: Draft, source: ConditionSource) -> Iterator[tuple[Entry, Condition]]:
    """Those of the right codes that are not later than what is asked for."""
    for entry in draft.record.entries.get("Condition", ()):
        if not carries(entry.content.get("code"), source.codes):
            continue
        draft.record.require_subject(entry)
        condition = entry.parse(Condition)
        recorded = read_or_none(condition.recordedDate or condition.onsetDateTime)
        if recorded is None or not recorded.is_after(draft.as_of):
            yield entry, condition
        elif draft.leave_later:
            draft.results.later.add(entry.reference or entry.where)
        else:
            raise refuse(f"{entry.where}.recordedDate", "later_than_asked")


def _is_confirmed(condition: Condition, code: object) -> bool | None:
    """Whether it is sure; None where that cannot be read. Nothing said means yes."""
    german = _read_german(code)
    status = condition.verificationStatus
    if status is None:
        return german is not False
    said = _read_verification(status)
    return False if german is False else said


def _read_verification(status: CodeableConcept) -> bool | None:
    said = {
        _VERIFICATION[key]
        for one in status.coding
        if (key := (name_system(one.system) or "", one.code or "")) in _VERIFICATION
    }
    if not said and status.text:
        word = status.text.strip().casefold()
        said = {_VERIFIED[word]} if word in _VERIFIED else set()
    return said.pop() if len(said) == 1 else None


def _read_german(code: object) -> bool | None:
    """What a German diagnosis says of its certainty, beside its code."""
    coding = code.get("coding") if isinstance(code, Mapping) else None
    for one in coding if isinstance(coding, list) else ():
        given = one.get("extension") if isinstance(one, Mapping) else None
        for extension in given if isinstance(given, list) else ():
            if isinstance(extension, Mapping) and str(extension.get("url")).endswith(_GERMAN):
                certainty = extension.get("valueCoding")
                letter = certainty.get("code") if isinstance(certainty, Mapping) else None
                return _GERMAN_CERTAIN.get(str(letter))
    return None


def _is_over(condition: Condition, as_of: datetime) -> bool:
    status = condition.clinicalStatus
    codes = {one.code for one in status.coding} if status else set()
    ended = read_or_none(condition.abatementDateTime)
    return bool(codes & _OVER) or bool(ended and ended.at <= as_of)


def _find_time(entry: Entry, as_of: datetime) -> datetime:
    content: Mapping[str, Any] = entry.content
    recorded = read_or_none(content.get("recordedDate") or content.get("onsetDateTime"))
    return recorded.at if recorded else as_of


def _say_unreadable(feature: Feature, entry: Entry, rule: Fact) -> Fact:
    resource = entry.reference or entry.where
    return Fact("condition_unreadable", feature=feature.name, resource=resource, rule=rule)
