"""What a record lacks, asked for."""

from datetime import UTC, datetime
from typing import Any

from medmaas.fhir.bundle import read_bundle
from medmaas.fhir.evaluation import evaluate
from medmaas.fhir.guidance import list_lacks, require_data
from medmaas.model.options import PLAIN
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from tests.conftest import version_of
from tests.fhir.judge import list_faults
from tests.fhir.records import (
    KAPPA,
    LAMBDA,
    NEUTROPHILS,
    bundle,
    course,
    light_chains,
    observation,
    patient,
)

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MODULE = "https://models.example.org/fhir/OperationDefinition/survival-evaluate"


def ask(registry: Registry, model_id: str, record: object) -> Any:
    evaluation = evaluate(registry.get(model_id), read_bundle(record), NOW, PLAIN)
    assert evaluation.prediction is None
    resource = require_data(evaluation, MODULE)
    assert list_faults(resource) == []
    notes = [note["text"] for note in resource["note"]]
    lacks = [ENGLISH.say(fact) for fact in list_lacks(evaluation.case)]
    assert notes[: len(evaluation.case.missing)] == lacks
    return resource


def test_every_missing_result_is_asked_for_by_code_age_and_unit(registry: Registry) -> None:
    told = ask(registry, "survival", bundle(patient()))
    asked = {one["codeFilter"][0]["code"][0]["code"]: one for one in told["dataRequirement"]}
    assert set(asked) == {KAPPA, LAMBDA}  # creatinine is imputed
    assert asked[KAPPA]["type"] == "Observation"
    assert asked[KAPPA]["dateFilter"][0]["valueDuration"]["value"] == 365
    assert told["note"][0]["text"] == (
        "kappa, LOINC 36916-5 or 80515-0, in mg/dL: there is no result of the last 365 days."
    )
    assert told["moduleUri"] == MODULE
    assert told["subject"] == {"reference": "Patient/p1"}
    assert told["contained"][0]["version"] == [{"value": version_of("survival")}]


def test_only_what_is_missing_is_asked_for(registry: Registry) -> None:
    told = ask(registry, "survival", bundle(patient(), light_chains()[0]))
    (requirement,) = told["dataRequirement"]
    assert requirement["codeFilter"][0]["code"][0]["code"] == LAMBDA


def test_a_result_that_is_too_old_is_asked_for_again(registry: Registry) -> None:
    old = observation("old", KAPPA, 12, "mg/L", "2024-01-01")
    told = ask(registry, "survival", bundle(patient(), old, light_chains()[1]))
    assert told["note"][0]["text"].endswith("the newest is more than 365 days old.")


def test_an_element_of_the_patient_is_asked_for_by_name(registry: Registry) -> None:
    nameless = patient()
    del nameless["birthDate"], nameless["gender"]
    told = ask(registry, "survival", bundle(nameless, *light_chains()))
    asked = [(one["type"], one["mustSupport"]) for one in told["dataRequirement"]]
    assert sorted(asked) == [("Patient", ["birthDate"]), ("Patient", ["gender"])]


def test_a_record_without_a_patient_is_asked_for_one(registry: Registry) -> None:
    told = ask(registry, "survival", bundle(*light_chains()))
    assert told["dataRequirement"] == [{"type": "Patient"}]
    assert "subject" not in told


def test_it_is_said_from_what_a_count_can_be_computed(registry: Registry) -> None:
    platelets_only = [one for one in course() if one["id"].startswith("platelets")]
    told = ask(registry, "chemo_dose", bundle(patient(), *platelets_only))
    assert told["dataRequirement"][0]["codeFilter"][0]["code"][0]["code"] == NEUTROPHILS
    assert told["note"][1]["text"] == (
        "anc can also be computed: LOINC 6690-2 or 26464-8 or 804-5, in 10*9/L, and LOINC 770-8, "
        "in %, of the same time."
    )
