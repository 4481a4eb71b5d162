"""Drugs in a record, and what the dose model makes of them."""

from typing import Any

from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.case import Evaluation
from medmaas.fhir.evaluation import evaluate
from medmaas.model.options import Options
from medmaas.model.registry import Model
from medmaas.words import ENGLISH
from tests.fhir.records import (
    DOCETAXEL,
    NOW,
    RXNORM,
    Resource,
    administration,
    bundle,
    course,
    patient,
)

ATC = "http://www.whocc.no/atc"
WHEN = "2026-02-08T11:00:00Z"
OLD = "2024-02-08T11:00:00Z"
PLAIN = Options()
GIVEN, NOT_GIVEN, HELD = "given", "not given", "held"


def ask(model: Model, *resources: Resource) -> Evaluation:
    *counts, _ = course()
    return evaluate(model, read_bundle(bundle(patient(), *counts, *resources)), NOW, PLAIN)


def dose(**changes: Any) -> Resource:
    """An administration of 100 mg/m2 of what the changes name."""
    given = administration("d1", DOCETAXEL, WHEN) | changes
    return {name: value for name, value in given.items() if value is not None}


def concept(*codings: tuple[str, str] | tuple[str, str, str], text: str | None = None) -> Resource:
    named: Resource = {
        "coding": [dict(zip(("system", "code", "display"), one, strict=False)) for one in codings]
    }
    return named | ({"text": text} if text else {})


def behind(reference: Any, **changes: Any) -> Resource:
    refers = {"reference": reference} if isinstance(reference, str) else reference
    return dose(medicationCodeableConcept=None, medicationReference=refers) | changes


def medication(name: str = "m1", **changes: Any) -> Resource:
    code = concept((RXNORM, DOCETAXEL))
    found = {"resourceType": "Medication", "id": name, "code": code} | changes
    return {name: value for name, value in found.items() if value is not None}


def find_outcome(evaluation: Evaluation, feature: str = "dose") -> str:
    assert evaluation.prediction is not None
    if evaluation.case.held:
        assert evaluation.prediction["status"] == "abstained"
        return HELD
    rows = evaluation.case.instance["history"]
    return GIVEN if any(feature in row for row in rows) else NOT_GIVEN


def say(evaluation: Evaluation) -> str:
    return "\n".join(map(ENGLISH.say, (*evaluation.case.held, *evaluation.case.notes)))


def quantity(value: float, code: str) -> Resource:
    return {"dose": {"value": value, "system": "http://unitsofmeasure.org", "code": code}}


def state(**changes: Any) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "id": "s1",
        "status": "completed",
        "medicationCodeableConcept": concept((RXNORM, DOCETAXEL)),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": WHEN,
    } | changes
