"""The resources of one patient: what each is called, and whose it is.

Nothing is read here but types, ids and references. Whatever a model does not ask for may be in a
record, broken or not, and is ignored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from medmaas.errors import InvalidRequestError, Problem
from medmaas.facts import Fact
from medmaas.fhir.elements import Patient

_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_URN = re.compile(r"urn:(?:uuid|oid):[A-Za-z0-9.\-]{1,64}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/%\-]{1,512}")
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

ANY = "*"

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
        owner: the resource that contains it, and is what refers to it.
    """

    content: Mapping[str, Any]
    where: str
    full_url: str | None = None
    owner: "Entry | None" = None

    @property
    def modifier(self) -> tuple[str, Fact] | None:
        """Which of its elements may change its meaning in a way that is not known here.

        https://hl7.org/fhir/R4/extensibility.html#modifierExtension
        """
        if self.content.get("implicitRules"):
            return ".implicitRules", Fact("implicit_rules")
        if self.content.get("modifierExtension"):
            return ".modifierExtension", Fact("modified")
        return None

    @property
    def reference(self) -> str | None:
        """What refers to it: its urn inside a Bundle, else Type/id, else its address."""
        if self.owner:
            return self.owner.reference
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
    """One patient's resources by type; the Patient itself, if there is one.

    Attributes:
        patient: nothing but one.
        entries: the others, by type, each once and in its newest version.
        remarks: what the record says of itself that whoever reads the answer must know.
        incomplete: types of which there are more than the record holds; ANY if it is not known of
            which.
    """

    patient: Entry | None
    entries: Mapping[str, list[Entry]]
    remarks: tuple[Fact, ...] = ()
    incomplete: frozenset[str] = frozenset()

    def lacks(self, kind: str) -> bool:
        """Whether there may be more resources of a type than are here."""
        return not self.incomplete.isdisjoint({kind, ANY})

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

    def require_subject(self, entry: Entry) -> None:
        """Refuse a resource that names another patient.

        Raises:
            MixedPatientsError: its subject is somebody else.
        """
        subject = entry.content.get("subject")
        if not isinstance(subject, dict) or self.patient is None:
            return
        named = subject.get("reference")
        if isinstance(named, str):
            own = self.is_patient(named)
        else:
            own = _may_be_identified(self.patient, subject.get("identifier"))
        if not own:
            refusal = refuse(f"{entry.where}.subject", "of_another_patient")
            raise MixedPatientsError(refusal.fact, refusal.details)

    def is_patient(self, reference: str | None) -> bool:
        """Whether a reference means the patient."""
        return bool(self.patient and reference and _is_named(self.patient, reference))


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


def _is_named(patient: Entry, reference: str) -> bool:
    """Whether a reference means the patient: relative, by fullUrl, or absolute."""
    reference = reference.partition("/_history/")[0]
    own, url = patient.content.get("id"), (patient.full_url or "").partition("/_history/")[0]
    if not isinstance(own, str):
        return reference == url
    if _ADDRESS.fullmatch(url):  # where it is, is known: nowhere else
        return reference in {url, f"Patient/{own}"}
    return reference in {url, f"Patient/{own}"} or reference.endswith(f"/Patient/{own}")


def _may_be_identified(patient: Entry, identifier: object) -> bool:
    """Whether an identifier can be the patient's: not, if that system calls them otherwise."""
    if not isinstance(identifier, dict) or not isinstance(identifier.get("value"), str):
        return True
    given = patient.content.get("identifier")
    own = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    same = [one for one in own if one.get("system") == identifier.get("system")]
    return not same or any(one.get("value") == identifier["value"] for one in same)


def _locate(path: tuple[int | str, ...]) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(steps).lstrip(".")
