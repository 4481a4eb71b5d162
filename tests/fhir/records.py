"""Records as hospitals send them, of invented patients."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Resource = dict[str, Any]
Ask = Callable[..., Any]

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
FHIR = "application/fhir+json"

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
KAPPA, LAMBDA, CREATININE = "36916-5", "33944-0", "2160-0"
NEUTROPHILS, LEUKOCYTES, PLATELETS, PERCENT = "751-8", "6690-2", "777-3", "770-8"
DOCETAXEL, PEGFILGRASTIM = "72962", "338036"


def patient(**changes: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"family": "Invented"}],
        "birthDate": "1952-06-15",
        "gender": "female",
    } | changes


def observation(
    name: str,
    code: str,
    value: float,
    unit: str,
    when: str = "2026-03-01T08:00:00+01:00",
    **changes: Any,
) -> Resource:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": when,
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    } | changes


def administration(
    name: str, code: str, when: str, value: float = 100, unit: str = "mg/m2", **changes: Any
) -> Resource:
    return {
        "resourceType": "MedicationAdministration",
        "id": name,
        "status": "completed",
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": code}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": when,
        "dosage": {"dose": {"value": value, "unit": unit, "system": UCUM, "code": unit}},
    } | changes


def condition(code: str = "277577000", status: str = "confirmed", **changes: Any) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return {
        "resourceType": "Condition",
        "id": "c1",
        "code": {"coding": [{"system": SNOMED, "code": code}]},
        "verificationStatus": {"coding": [{"system": system, "code": status}]},
        "subject": {"reference": "Patient/p1"},
    } | changes


def bundle(*resources: Resource, kind: str = "collection") -> Resource:
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [{"resource": resource} for resource in resources],
    }


def light_chains() -> list[Resource]:
    """What the survival model needs, in the units of most laboratories."""
    return [
        observation("kappa", KAPPA, 12, "mg/L"),
        observation("lambda", LAMBDA, 15, "mg/L"),
        observation("creatinine", CREATININE, 97, "umol/L"),
    ]


def course() -> list[Resource]:
    """One cycle of docetaxel, with counts; the decision is on 2026-03-01."""
    counts = [
        ("2026-02-01T08:00:00Z", 5.1, 258, 6.9),
        ("2026-02-08T08:00:00Z", 5.6, 249, 7.4),
        ("2026-02-15T08:00:00Z", 0.5, 160, 1.9),
        ("2026-02-22T08:00:00Z", 3.8, 208, 5.8),
        ("2026-03-01T07:00:00Z", 5.4, 225, 7.0),
    ]
    resources = []
    for i, (when, neutrophils, platelets, leukocytes) in enumerate(counts):
        resources += [
            observation(f"anc{i}", NEUTROPHILS, neutrophils, "10*3/uL", when),
            observation(f"platelets{i}", PLATELETS, platelets, "10*9/L", when),
            observation(f"wbc{i}", LEUKOCYTES, leukocytes * 1000, "/uL", when),
        ]
    return [*resources, administration("d1", DOCETAXEL, "2026-02-08T11:00:00Z")]


def parameters(resource: Resource, **options: object) -> Resource:
    given = [{"name": name, _element(value): value} for name, value in options.items()]
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "resource", "resource": resource}, *given],
    }


def _element(value: object) -> str:
    if isinstance(value, bool):
        return "valueBoolean"
    return "valueDecimal" if isinstance(value, float) else "valueDateTime"
