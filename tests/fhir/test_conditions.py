"""A diagnosis is yes, no, or held back: never no because its status is written otherwise."""

from typing import Any

import pytest

from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.case import Case
from medmaas.fhir.mapping import map_record
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.conftest import ROOT
from tests.fhir.records import NOW, Resource, bundle, condition, light_chains, patient

MODELS = Registry(ROOT / "models")
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
CERTAINTY = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"


def read(*conditions: Resource, leave_later: bool = False) -> Case:
    record = read_bundle(bundle(patient(), *conditions, *light_chains()))
    return map_record(MODELS.get("survival").manifest, record, NOW, leave_later=leave_later)


def coded(system: str, code: str, **changes: Any) -> Resource:
    return condition() | {"code": {"coding": [{"system": system, "code": code}]}} | changes


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("http://snomed.info/sct", "277577000"),
        ("https://snomed.info/sct", "277577000"),
        ("urn:oid:2.16.840.1.113883.6.96", "277577000"),
        ("http://hl7.org/fhir/sid/icd-10", "D47.2"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "D472"),
        ("urn:oid:2.16.840.1.113883.6.90", "d47.2"),
        (GM, "D47.2"),
        ("http://fhir.de/CodeSystem/dimdi/icd-10-gm", "D47.2"),
        ("http://hl7.org/fhir/sid/icd-9-cm", "273.1"),
        ("urn:oid:2.16.840.1.113883.6.103", "2731"),
    ],
)
def test_a_diagnosis_is_known_by_the_codes_of_the_manifest(system: str, code: str) -> None:
    assert read(coded(system, code)).instance["mgus"] is True


@pytest.mark.parametrize(
    ("status", "is_known"),
    [
        ({"text": "Confirmed"}, True),
        ({"text": "gesichert"}, True),
        ({"text": "确诊"}, True),
        ({"coding": [{"system": "http://snomed.info/sct", "code": "410605003"}]}, True),
        ({"text": "refuted"}, False),
        ({"text": "Verdacht"}, False),
        ({"coding": [{"system": "http://snomed.info/sct", "code": "410516002"}]}, False),
    ],
)
def test_a_status_is_read_as_it_is_written(status: Resource, *, is_known: bool) -> None:
    case = read(condition(verificationStatus=status))
    assert (case.instance["mgus"], case.held) == (is_known, ())


@pytest.mark.parametrize(
    "changes",
    [
        {"verificationStatus": {"text": "siehe Brief"}},
        {"verificationStatus": {"coding": [{"system": "urn:local", "code": "7"}]}},
        {"verificationStatus": {}},
        {"modifierExtension": [{"url": "https://example.org/not"}]},
        {"implicitRules": "https://example.org/rules"},
    ],
)
def test_a_diagnosis_that_cannot_be_read_holds_the_answer_back(changes: Resource) -> None:
    (reason,) = read(condition() | changes).held
    assert ENGLISH.say(reason).startswith("Condition/c1 may mean yes or no for mgus")


@pytest.mark.parametrize(("letter", "is_known"), [("G", True), ("V", False), ("A", False)])
def test_the_certainty_of_a_german_diagnosis_stands_beside_its_code(
    letter: str, *, is_known: bool
) -> None:
    sure = {"url": CERTAINTY, "valueCoding": {"code": letter}}
    german = coded(GM, "D47.2")
    german["code"]["coding"][0]["extension"] = [sure]
    del german["verificationStatus"]
    assert read(german).instance["mgus"] is is_known


@pytest.mark.parametrize(
    "changes",
    [
        {"clinicalStatus": {"coding": [{"code": "resolved"}]}},
        {"abatementDateTime": "2025-01-01"},
    ],
)
def test_a_diagnosis_that_is_over_is_told(changes: Resource) -> None:
    case = read(condition(**changes))
    assert case.instance["mgus"] is True
    assert "is said to be over" in " ".join(map(ENGLISH.say, case.warnings))


def test_a_date_that_cannot_be_read_does_not_undo_a_diagnosis() -> None:
    assert read(condition(recordedDate="in spring")).instance["mgus"] is True
