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
from medmaas.fhir.elements import Patient, Reference

_BUNDLES = ("collection", "searchset", "transaction")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_URN = re.compile(r"urn:(?:uuid|oid):[A-Za-z0-9.\-]{1,64}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/%\-]{1,512}")
_READ = {"Patient", "Observation", "Condition", "MedicationAdministration"}

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
            problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = f"{self.where}.{_locate(problem['loc'])}"
        raise refuse(where, f"must be as FHIR R4 has it: {problem['msg'].lower()}")


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
            raise refuse(where, "must hold one Patient with an id, or with a fullUrl that is a urn")
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
            problem = "must be the Patient of this record: results of two patients are not mixed"
            told = refuse(f"{entry.where}.subject", problem)
            raise MixedPatientsError(told.fact, told.details)


def read_bundle(resource: object) -> Record:
    """The record in a Bundle, or in Parameters that hold a Bundle or resources.

    Raises:
        InvalidRequestError: it is neither, or holds two patients; details name where.
    """
    kind = _type_of(resource)
    if kind not in {"Bundle", "Parameters"}:
        raise refuse("resourceType", "must be Bundle or Parameters, in FHIR R4")
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


def refuse(where: str | None, problem: str) -> InvalidRequestError:
    """The refusal of a record for one problem."""
    return InvalidRequestError(
        "nothing was evaluated: 1 problem in the record, listed in details",
        [Problem(None, where, problem)],
    )


def _collect(found: Iterator[Entry]) -> Record:
    entries: dict[str, list[Entry]] = {}
    for entry in found:
        entries.setdefault(entry.content["resourceType"], []).append(entry)
    patients = entries.pop("Patient", [])
    for other in patients[1:]:
        if other.reference is None or other.reference != patients[0].reference:
            raise refuse(other.where, "must not be there: a record is of one patient")
    return Record(patients[0] if patients else None, entries)


def _list_entries(resource: object, where: str, full_url: str | None = None) -> Iterator[Entry]:
    """The resources that a resource is or holds; not those of a Bundle inside a Bundle."""
    kind = _type_of(resource)
    if kind is None or not isinstance(resource, dict):
        raise refuse(where, "must be a resource with a resourceType")
    if kind == "Bundle":
        yield from _list_bundle(resource, where)
    elif kind == "Parameters":
        for index, parameter in enumerate(_list_objects(resource, "parameter", where)):
            if "resource" in parameter:
                inside = parameter["resource"]
                if _type_of(inside) == "Parameters":
                    raise refuse(f"{where}.parameter[{index}]", "must not hold Parameters again")
                yield from _list_entries(inside, f"{where}.parameter[{index}].resource")
    elif kind in _READ:
        yield Entry(resource, where, full_url)


def _list_bundle(bundle: Mapping[str, Any], where: str) -> Iterator[Entry]:
    if bundle.get("type") not in _BUNDLES:
        raise refuse(f"{where}.type", f"must be {', '.join(_BUNDLES)}")
    for index, entry in enumerate(_list_objects(bundle, "entry", where)):
        inside, place = entry.get("resource"), f"{where}.entry[{index}].resource"
        if inside is None:  # a transaction's DELETE has none
            continue
        if _type_of(inside) == "Bundle":
            raise refuse(place, "must not be a Bundle again")
        url = entry.get("fullUrl")
        yield from _list_entries(inside, place, url if isinstance(url, str) else None)


def _list_objects(resource: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    given = resource.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise refuse(f"{where}.{name}", "must be a list of objects")
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
