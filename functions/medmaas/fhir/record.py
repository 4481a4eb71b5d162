"""The resources of one patient, as they come: a Bundle, Parameters, or what CDS Hooks prefetched.

Nothing is read here but types, ids and references. Whatever a model does not ask for may be in a
record, broken or not, and is ignored.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.fhir.elements import Patient, Reference

_BUNDLES = ("collection", "searchset", "transaction")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_URN = re.compile(r"urn:(?:uuid|oid):[A-Za-z0-9.\-]{1,64}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/%\-]{1,512}")
_READ = {
    "Patient",
    "Observation",
    "Condition",
    "MedicationAdministration",
    "MedicationStatement",
    "Medication",
    "Substance",
}
# what an element must be, by the types of pydantic's errors
_RULES = {
    "missing": "r4_required",
    "string_type": "r4_text",
    "float_type": "r4_number",
    "finite_number": "r4_finite",
    "bool_type": "r4_boolean",
    "list_type": "r4_list",
    "model_type": "r4_object",
    "string_too_long": "r4_characters",
    "too_long": "r4_items",
    "string_pattern_mismatch": "r4_pattern",
}

_Resource = TypeVar("_Resource", bound=BaseModel)


class MixedPatientsError(InvalidRequestError):
    """A record holds what is somebody else's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource, and where it stands.

    Attributes:
        content: as it was sent.
        where: FHIRPath, as in Bundle.entry[3].resource.
        full_url: of its entry.
    """

    content: Mapping[str, Any]
    where: str
    full_url: str | None = None

    @property
    def reference(self) -> str | None:
        """What refers to it: its urn inside a Bundle, else Type/id, else its address."""
        if self.full_url and _URN.fullmatch(self.full_url):
            return self.full_url
        own = self.content.get("id")
        if isinstance(own, str) and _ID.fullmatch(own):
            return f"{self.content['resourceType']}/{own}"
        return self.full_url if self.full_url and _ADDRESS.fullmatch(self.full_url) else None

    def parse(self, kind: type[_Resource]) -> _Resource:
        """What is read of it.

        Raises:
            InvalidRequestError: an element is not what R4 says; names it.
        """
        try:
            return kind.model_validate(self.content)
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False)[0]
        context = problem.get("ctx", {})
        limits = {name: context[name] for name in ("max_length", "pattern") if name in context}
        rule = Fact(_RULES.get(problem["type"], "r4_broken"), **limits)
        raise refuse(f"{self.where}.{_locate(problem['loc'])}", "not_as_r4", rule=rule)


@dataclass(frozen=True, slots=True)
class Record:
    """One patient's resources by type; the Patient itself, if there is one."""

    patient: Entry | None
    entries: Mapping[str, list[Entry]]

    @property
    def patient_reference(self) -> str:
        """How the record calls its patient.

        Raises:
            InvalidRequestError: there is none, or nothing that refers to it.
        """
        reference = self.patient.reference if self.patient else None
        if reference is None:
            where = self.patient.where if self.patient else None
            raise refuse(where, "patient_without_id")
        return reference

    @property
    def patient_id(self) -> str | None:
        """The id of its Patient."""
        own = self.patient.content.get("id") if self.patient else None
        return own if isinstance(own, str) else None

    def read_patient(self) -> Patient:
        """What is read of the Patient, nothing if there is none."""
        return self.patient.parse(Patient) if self.patient else Patient()

    def require_subject(self, entry: Entry, subject: Reference | None) -> None:
        """Refuse a resource that names another patient.

        Raises:
            MixedPatientsError: its subject is somebody else.
        """
        named = subject.reference if subject else None
        if named and self.patient and not _is_named(self.patient, named):
            refusal = refuse(f"{entry.where}.subject", "of_another_patient")
            raise MixedPatientsError(refusal.fact, refusal.details)


def read_bundle(resource: object) -> Record:
    """The record in a Bundle, or in Parameters that hold a Bundle or resources.

    Raises:
        InvalidRequestError: it is neither, or holds two patients; details name where.
    """
    kind = _type_of(resource)
    if kind not in {"Bundle", "Parameters"}:
        raise refuse("resourceType", "not_a_record")
    return _collect(_list_entries(resource, kind))


def read_prefetch(prefetch: Mapping[str, object]) -> Record:
    """The record in the prefetch of a CDS Hooks call: resources or searchset Bundles by key.

    Raises:
        InvalidRequestError: there is something else in it, or two patients.
    """
    return _collect(
        entry
        for key, resource in prefetch.items()
        if resource is not None
        for entry in _list_entries(resource, f"prefetch.{key}")
    )


def refuse(
    where: str | None,
    fact: Fact | str,
    **limits: Any,  # noqa: ANN401 - whatever JSON holds
) -> InvalidRequestError:
    """The refusal of a record for one problem.

    Args:
        where: FHIRPath of what is wrong.
        fact: which rule it breaks, or its code.
        limits: what the words of the code need.
    """
    rule = fact if isinstance(fact, Fact) else Fact(fact, **limits)
    return InvalidRequestError("record_refused", [Problem(None, where, rule)])


def _collect(found: Iterator[Entry]) -> Record:
    entries: dict[str, list[Entry]] = {}
    for entry in found:
        entries.setdefault(entry.content["resourceType"], []).append(entry)
    patients = entries.pop("Patient", [])
    for other in patients[1:]:
        if other.reference is None or other.reference != patients[0].reference:
            raise refuse(other.where, "second_patient")
    return Record(patients[0] if patients else None, entries)


def _list_entries(resource: object, where: str, full_url: str | None = None) -> Iterator[Entry]:
    """The resources that a resource is or holds; not those of a Bundle inside a Bundle."""
    kind = _type_of(resource)
    if kind is None or not isinstance(resource, dict):
        raise refuse(where, "not_a_resource")
    if kind == "Bundle":
        yield from _list_bundle(resource, where)
    elif kind == "Parameters":
        for index, parameter in enumerate(_list_objects(resource, "parameter", where)):
            if "resource" in parameter:
                inside = parameter["resource"]
                if _type_of(inside) == "Parameters":
                    raise refuse(f"{where}.parameter[{index}]", "parameters_inside")
                yield from _list_entries(inside, f"{where}.parameter[{index}].resource")
    elif kind in _READ:
        yield Entry(resource, where, full_url)


def _list_bundle(bundle: Mapping[str, Any], where: str) -> Iterator[Entry]:
    if bundle.get("type") not in _BUNDLES:
        raise refuse(f"{where}.type", "other_bundle", types=_BUNDLES)
    for index, entry in enumerate(_list_objects(bundle, "entry", where)):
        inside, place = entry.get("resource"), f"{where}.entry[{index}].resource"
        if inside is None:  # a transaction's DELETE has none
            continue
        if _type_of(inside) == "Bundle":
            raise refuse(place, "bundle_inside")
        url = entry.get("fullUrl")
        yield from _list_entries(inside, place, url if isinstance(url, str) else None)


def _list_objects(resource: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    given = resource.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise refuse(f"{where}.{name}", "not_a_list_of_objects")
    return given


def _type_of(resource: object) -> str | None:
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    return kind if isinstance(kind, str) else None


def _is_named(patient: Entry, reference: str) -> bool:
    """Whether a reference means the patient: relative, by fullUrl, or absolute."""
    reference = reference.partition("/_history/")[0]
    own, url = patient.content.get("id"), (patient.full_url or "").partition("/_history/")[0]
    if not isinstance(own, str):
        return reference == url
    if _ADDRESS.fullmatch(url):  # where it is, is known: nowhere else
        return reference in {url, f"Patient/{own}"}
    return reference in {url, f"Patient/{own}"} or reference.endswith(f"/Patient/{own}")


def _locate(path: tuple[int | str, ...]) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(steps).lstrip(".")
