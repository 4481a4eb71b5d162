"""A record as it comes: a Bundle, Parameters, or what CDS Hooks prefetched.

What a Bundle says of itself is read, too: that there are more pages, that a part failed or was
withheld, that a resource was deleted or has a newer version.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.elements import Moment, read_or_none
from medmaas.fhir.record import ANY, Entry, Record, refuse

_BUNDLES = (
    "collection", "searchset", "document", "message", "history",
    "batch", "batch-response", "transaction", "transaction-response",
)  # fmt: skip
_READ = {
    "Patient",
    "Observation",
    "DiagnosticReport",
    "Condition",
    "MedicationAdministration",
    "MedicationStatement",
    "Medication",
    "Substance",
    "DocumentReference",
    "Media",
    "Binary",
}
_DEEPEST = 4  # Bundles inside each other
_MARKS = {"SUBSETTED", "REDACTED", "MASKED"}
_UNTOLD = {"informational", "success"}
# https://hl7.org/fhir/R4/valueset-issue-type.html
_ISSUES = {
    "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown",
    "expired", "forbidden", "suppressed", "processing", "not-supported", "duplicate",
    "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension",
    "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store", "exception",
    "timeout", "incomplete", "throttled", "informational",
}  # fmt: skip
_WITHHELD = {"withheld", "unavailable"}
_NUMBER = re.compile(r"\d{1,18}")


def read_bundle(resource: object) -> Record:
    """The record in a Bundle, or in Parameters that hold a Bundle or resources.

    Raises:
        InvalidRequestError: it is neither, or holds two patients; details name where.
    """
    kind = _type_of(resource)
    if kind not in {"Bundle", "Parameters"}:
        raise refuse("resourceType", "not_a_record")
    reading = _Reading()
    reading.take(resource, kind)
    return reading.finish()


def read_prefetch(prefetch: Mapping[str, object]) -> Record:
    """The record in the prefetch of a CDS Hooks call: resources or searchset Bundles by key.

    Raises:
        InvalidRequestError: there is something else in it, or two patients.
    """
    reading = _Reading()
    for key, resource in prefetch.items():
        if resource is not None:
            reading.take(resource, f"prefetch.{key}")
    return reading.finish()


@dataclass(slots=True)
class _Reading:
    """What was found so far."""

    entries: list[Entry] = field(default_factory=list)
    remarks: list[Fact] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)
    deleted: dict[str, Moment | None] = field(default_factory=dict)

    def take(self, resource: object, where: str, url: str | None = None, deep: int = 0) -> None:
        """Take in a resource and those that it holds.

        Raises:
            InvalidRequestError: it is not a resource, or a Bundle that cannot be read.
        """
        kind = _type_of(resource)
        if kind is None or not isinstance(resource, dict):
            raise refuse(where, "not_a_resource")
        self._look_for_marks(resource)
        if kind == "Bundle":
            self._take_bundle(resource, where, deep)
        elif kind == "Parameters":
            for index, parameter in enumerate(_list_objects(resource, "parameter", where)):
                if "resource" in parameter:
                    inside = parameter["resource"]
                    if _type_of(inside) == "Parameters":
                        raise refuse(f"{where}.parameter[{index}]", "parameters_inside")
                    self.take(inside, f"{where}.parameter[{index}].resource", deep=deep)
        elif kind == "OperationOutcome":
            self._note_outcome(resource)
        elif kind == "Composition":
            self._look_for_sections(resource)
        elif kind in _READ:
            self.entries.append(Entry(resource, where, url))

    def finish(self) -> Record:
        """The record of one patient.

        Raises:
            InvalidRequestError: there are two, or one that must not be used.
        """
        newest: dict[str, list[Entry]] = {}
        for entry in _drop_older(self.entries):
            if not self._is_deleted(entry):
                newest.setdefault(entry.content["resourceType"], []).append(entry)
        patients = newest.pop("Patient", [])
        remarks = tuple(sorted(dict.fromkeys(self.remarks), key=repr))
        patient = _choose_patient(patients)
        return Record(patient, newest, remarks, frozenset(self.incomplete))

    def _take_bundle(self, bundle: Mapping[str, Any], where: str, deep: int) -> None:
        if bundle.get("type") not in _BUNDLES:
            raise refuse(f"{where}.type", "other_bundle", types=_BUNDLES)
        if bundle.get("implicitRules"):
            raise refuse(f"{where}.implicitRules", "implicit_rules")
        if deep == _DEEPEST:
            raise refuse(where, "bundles_too_deep", most=_DEEPEST)
        before = len(self.entries)
        entries = _list_objects(bundle, "entry", where)
        parts = [self._take_entry(e, f"{where}.entry[{i}]", deep) for i, e in enumerate(entries)]
        if not all(parts) or _has_more(bundle, entries):
            found = {entry.content["resourceType"] for entry in self.entries[before:]}
            self.incomplete |= found if len(found) == 1 and "Patient" not in found else {ANY}
        if _has_more(bundle, entries):
            self.remarks.append(Fact("more_pages"))

    def _take_entry(self, entry: Mapping[str, Any], where: str, deep: int) -> bool:
        """Take in what an entry holds; returns whether the server gave all that was asked for."""
        inside, url = entry.get("resource"), entry.get("fullUrl")
        request, response = entry.get("request"), entry.get("response")
        if isinstance(request, dict) and request.get("method") == "PATCH":
            raise refuse(f"{where}.request.method", "patch_inside")
        if isinstance(request, dict) and request.get("method") == "DELETE":
            self._note_deleted(entry, request)
            return True
        before, failed = len(self.remarks), _failed(response)
        if failed:
            self.remarks.append(Fact("part_failed"))
        if isinstance(response, dict) and isinstance(response.get("outcome"), dict):
            self._note_outcome(response["outcome"])
        if inside is not None:
            if entry.get("modifierExtension") and isinstance(inside, dict):
                inside = inside | {"modifierExtension": entry["modifierExtension"]}
            self.take(inside, f"{where}.resource", url if isinstance(url, str) else None, deep + 1)
        is_outcome = _type_of(inside) == "OperationOutcome"
        return not failed and not (is_outcome and len(self.remarks) > before)

    def _note_outcome(self, outcome: Mapping[str, Any]) -> None:
        """That the record's server said something of it, by the codes of the standard."""
        issues = outcome.get("issue")
        given = [one for one in issues if isinstance(one, dict)] if isinstance(issues, list) else []
        told = [one for one in given if not _is_untold(one)]
        if told:
            codes = {str(one.get("code")) for one in told}
            self.remarks.append(
                Fact("server_outcome", issues=sorted(codes & _ISSUES) or ["unknown"])
            )

    def _note_deleted(self, entry: Mapping[str, Any], request: Mapping[str, Any]) -> None:
        response = entry.get("response")
        when = read_or_none(response.get("lastModified") if isinstance(response, dict) else None)
        for named in (entry.get("fullUrl"), request.get("url")):
            if isinstance(named, str):
                self.deleted["/".join(named.partition("?")[0].rsplit("/", 2)[-2:])] = when

    def _is_deleted(self, entry: Entry) -> bool:
        reference = entry.reference or ""
        if reference not in self.deleted:
            return False
        when, (updated, _) = self.deleted[reference], _version_of(entry)
        return when is None or updated is None or updated <= when.at.timestamp()

    def _look_for_marks(self, resource: Mapping[str, Any]) -> None:
        """Tags that say that something was left out."""
        meta = resource.get("meta")
        if not isinstance(meta, dict):
            return
        for name in ("tag", "security"):
            given = meta.get(name)
            for one in given if isinstance(given, list) else ():
                if isinstance(one, dict) and str(one.get("code")) in _MARKS:
                    self.remarks.append(Fact("left_out", mark=one["code"]))

    def _look_for_sections(self, composition: Mapping[str, Any]) -> None:
        """Sections of a document that say that something was withheld."""
        if str(composition.get("status")) in {"preliminary", "entered-in-error"}:
            self.remarks.append(Fact("document_not_final"))
        sections = composition.get("section")
        for one in sections if isinstance(sections, list) else ():
            if not isinstance(one, dict):
                continue
            reason = one.get("emptyReason")
            codings = reason.get("coding") if isinstance(reason, dict) else None
            listed = codings if isinstance(codings, list) else ()
            codes = {str(c.get("code")) for c in listed if isinstance(c, dict)}
            if codes & _WITHHELD:
                self.remarks.append(Fact("section_withheld"))


def _has_more(bundle: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a search found more than this page holds."""
    links = bundle.get("link")
    named = [one for one in links if isinstance(one, dict)] if isinstance(links, list) else []
    if any(one.get("relation") == "next" for one in named):
        return True
    total = bundle.get("total")
    return isinstance(total, int) and total > sum(map(_is_match, entries))


def _is_match(entry: Mapping[str, Any]) -> bool:
    search = entry.get("search")
    return not isinstance(search, dict) or search.get("mode", "match") == "match"


def _failed(response: object) -> bool:
    status = response.get("status") if isinstance(response, dict) else None
    return isinstance(status, str) and not status.strip().startswith(("1", "2", "3"))


def _is_untold(issue: Mapping[str, Any]) -> bool:
    return issue.get("severity") == "information" and str(issue.get("code")) in _UNTOLD


def _drop_older(entries: Iterable[Entry]) -> list[Entry]:
    """Of each resource its newest version, once; what cannot be told apart stays."""
    kept: dict[str, list[Entry]] = {}
    nameless = []
    for entry in entries:
        if entry.reference is None:
            nameless.append(entry)
            continue
        same = kept.setdefault(f"{entry.content['resourceType']} {entry.reference}", [])
        for index, other in enumerate(same):
            if chosen := _choose_newer(other, entry):
                same[index] = chosen
                break
        else:
            same.append(entry)
    return [*nameless, *(entry for same in kept.values() for entry in same)]


def _choose_newer(one: Entry, other: Entry) -> Entry | None:
    """The newer version of a resource; None where they are not, or it is not known which."""
    if one.content == other.content:
        return one if one.full_url else other
    if _address(one) and _address(other) and _address(one) != _address(other):
        return None
    for mine, others in zip(_version_of(one), _version_of(other), strict=True):
        if mine and others and mine != others:
            return one if mine > others else other
    return None


def _address(entry: Entry) -> str | None:
    return entry.full_url.partition("/_history/")[0] if entry.full_url else None


def _version_of(entry: Entry) -> tuple[float | None, int | None]:
    """When it was updated in seconds, and its number, each if that is known."""
    meta = entry.content.get("meta")
    if not isinstance(meta, dict):
        return None, None
    updated, version = read_or_none(meta.get("lastUpdated")), meta.get("versionId")
    number = int(version) if isinstance(version, str) and _NUMBER.fullmatch(version) else None
    return updated.at.timestamp() if updated else None, number


def _choose_patient(patients: list[Entry]) -> Entry | None:
    """The Patient, who may be there more than once.

    Raises:
        InvalidRequestError: there are two, or two accounts of one; or one that must not be used.
    """
    if not patients:
        return None
    first = min(patients, key=lambda one: (not one.full_url, one.where))
    for other in patients:
        if other.reference is None or other.reference != first.reference:
            if other is not first:
                raise refuse(other.where, "second_patient")
        elif any(other.content.get(e) != first.content.get(e) for e in ("birthDate", "gender")):
            raise refuse(other.where, "patient_contradicts")
    if first.modifier:
        where, rule = first.modifier
        raise refuse(f"{first.where}{where}", rule)
    return first


def _list_objects(resource: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    given = resource.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise refuse(f"{where}.{name}", "not_a_list_of_objects")
    return given


def _type_of(resource: object) -> str | None:
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    return kind if isinstance(kind, str) else None
