"""Codes of terminologies, however a record system writes the address of the terminology."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from medmaas.fhir.elements import LOINC, UCUM
from medmaas.model.manifest import Coding

_SCT = "http://snomed.info/sct"
_ICD = "http://hl7.org/fhir/sid/icd-"
_OID = "urn:oid:"
# https://terminology.hl7.org/external_terminologies.html
_SAME = {
    "http://www.loinc.org": LOINC,
    f"{_OID}2.16.840.1.113883.6.1": LOINC,
    f"{_OID}2.16.840.1.113883.6.8": UCUM,
    f"{_OID}2.16.840.1.113883.6.96": _SCT,
    f"{_OID}2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    f"{_OID}2.16.840.1.113883.6.73": "http://www.whocc.no/atc",
    "http://fhir.de/CodeSystem/bfarm/atc": "http://www.whocc.no/atc",
    "http://fhir.de/CodeSystem/dimdi/atc": "http://www.whocc.no/atc",
    f"{_OID}2.16.840.1.113883.6.69": "http://hl7.org/fhir/sid/ndc",
    f"{_OID}2.16.840.1.113883.6.3": f"{_ICD}10",
    f"{_OID}2.16.840.1.113883.6.90": f"{_ICD}10-cm",
    f"{_OID}2.16.840.1.113883.6.103": f"{_ICD}9-cm",
    f"{_OID}2.16.840.1.113883.6.42": f"{_ICD}9-cm",
    f"{_ICD}9": f"{_ICD}9-cm",
    "http://terminology.hl7.org/CodeSystem/icd9cm": f"{_ICD}9-cm",
    f"{_OID}1.2.276.0.76.5.409": "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm": "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
}
_WITH_DOTS = (_ICD, "http://fhir.de/CodeSystem/bfarm/icd-")


def name_system(uri: object) -> str | None:
    """The address of a terminology as HL7 writes it.

    Args:
        uri: as it was sent: also by https, with a slash at its end, a version behind a bar, or as
            the oid. Of what is no text there is none.
    """
    return _name(uri) if isinstance(uri, str) else None


@lru_cache(512)
def _name(uri: str) -> str:
    plain = uri.strip().partition("|")[0].rstrip("/")
    if plain.startswith("https://"):
        plain = f"http://{plain.removeprefix('https://')}"
    if plain.startswith("2.16."):
        plain = f"{_OID}{plain}"
    return _SAME.get(plain, plain)


def normalise(system: str | None, code: str) -> tuple[str | None, str]:
    """A code as it compares: of ICD without the dot, which many leave out, in capitals."""
    if system and system.startswith(_WITH_DOTS):
        return system, code.strip().replace(".", "").upper()
    return system, code.strip()


def list_codings(concept: object) -> Iterator[tuple[str | None, str]]:
    """System and code of every coding of a CodeableConcept, which may be anything."""
    coding = concept.get("coding") if isinstance(concept, dict) else None
    for one in coding if isinstance(coding, list) else ():
        if isinstance(one, dict) and isinstance(one.get("code"), str):
            yield normalise(name_system(one.get("system")), one["code"])


def carries(concept: object, codes: Iterable[Coding]) -> bool:
    """Whether a CodeableConcept, which may be anything, has one of these codes."""
    wanted = {normalise(name_system(one.system), one.code) for one in codes}
    return not wanted.isdisjoint(list_codings(concept))
