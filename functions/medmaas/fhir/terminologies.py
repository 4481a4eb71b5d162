"""Codes of terminologies, however a record system writes the address of the terminology."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from medmaas.fhir.elements import LOINC, UCUM
from medmaas.model.manifest import Coding

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
_ICD = "http://hl7.org/fhir/sid/icd-"
_ICD_10_GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
# by the address without its scheme, or the oid: https://terminology.hl7.org/external_terminologies.html
_SYSTEMS = {
    "loinc.org": LOINC,
    "www.loinc.org": LOINC,
    "2.16.840.1.113883.6.1": LOINC,
    "unitsofmeasure.org": UCUM,
    "2.16.840.1.113883.6.8": UCUM,
    "snomed.info/sct": SNOMED,
    "2.16.840.1.113883.6.96": SNOMED,
    "www.nlm.nih.gov/research/umls/rxnorm": RXNORM,
    "2.16.840.1.113883.6.88": RXNORM,
    "www.whocc.no/atc": ATC,
    "whocc.no/atc": ATC,
    "fhir.de/codesystem/bfarm/atc": ATC,
    "fhir.de/codesystem/dimdi/atc": ATC,
    "2.16.840.1.113883.6.73": ATC,
    "hl7.org/fhir/sid/ndc": "http://hl7.org/fhir/sid/ndc",
    "2.16.840.1.113883.6.69": "http://hl7.org/fhir/sid/ndc",
    "hl7.org/fhir/sid/icd-10": f"{_ICD}10",
    "2.16.840.1.113883.6.3": f"{_ICD}10",
    "hl7.org/fhir/sid/icd-10-cm": f"{_ICD}10-cm",
    "2.16.840.1.113883.6.90": f"{_ICD}10-cm",
    "hl7.org/fhir/sid/icd-9": f"{_ICD}9-cm",
    "hl7.org/fhir/sid/icd-9-cm": f"{_ICD}9-cm",
    "terminology.hl7.org/codesystem/icd9cm": f"{_ICD}9-cm",
    "2.16.840.1.113883.6.103": f"{_ICD}9-cm",
    "2.16.840.1.113883.6.42": f"{_ICD}9-cm",
    "fhir.de/codesystem/bfarm/icd-10-gm": _ICD_10_GM,
    "fhir.de/codesystem/dimdi/icd-10-gm": _ICD_10_GM,
    "1.2.276.0.76.5.409": _ICD_10_GM,
}
_WITH_DOTS = (_ICD, _ICD_10_GM)


def name_system(uri: object) -> str | None:
    """The address of a terminology as its owner spells it.

    Args:
        uri: as it was sent: also by https, with a slash at its end, a version behind a bar, an
            edition of SNOMED CT, or as the oid. Of what is no text there is none.
    """
    return _name(uri) if isinstance(uri, str) else None


@lru_cache(512)
def _name(uri: str) -> str:
    plain = uri.strip().partition("|")[0].rstrip("/")
    bare = plain.lower().removeprefix("urn:oid:")
    bare = bare.removeprefix("https://").removeprefix("http://")
    if bare.startswith("snomed.info/sct/"):  # an edition
        return SNOMED
    return _SYSTEMS.get(bare, plain)


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
