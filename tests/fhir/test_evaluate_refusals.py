"""A record that cannot be answered is refused as FHIR R4 has it, and never by its value."""

import json

import pytest
from fastapi.testclient import TestClient

from tests.conftest import version_of
from tests.fhir.judge import list_faults
from tests.fhir.records import (
    FHIR,
    KAPPA,
    Ask,
    bundle,
    light_chains,
    observation,
    parameters,
    patient,
)

BAD: dict[str, tuple[object, int]] = {
    "another parameter": (parameters(bundle(patient()), bodyWeight=70.0), 422),
    "a flag that is no flag": (
        {"resourceType": "Parameters", "parameter": [{"name": "force", "valueString": "x"}]}, 422,
    ),
    "a day, which has many moments": (parameters(bundle(patient()), asOf="2026-03-01"), 422),
    "a parameter without a name": ({"resourceType": "Parameters", "parameter": [{}]}, 422),
    "an option without a value": (
        {"resourceType": "Parameters", "parameter": [{"name": "explain"}]}, 422,
    ),
    "an option twice": (
        {"resourceType": "Parameters", "parameter": [{"name": "force", "valueBoolean": True}] * 2},
        422,
    ),
    "a coverage above one": (parameters(bundle(patient()), coverage=2.0), 422),
    "a moment that is none": (parameters(bundle(patient()), asOf="yesterday"), 422),
    "a moment far off": (parameters(bundle(patient()), asOf="9999-12-31T23:59:59Z"), 422),
    "a resource of another type": (patient(), 422),
    "a list": ([], 422),
    "no list of entries": ({"resourceType": "Bundle", "entry": None}, 422),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_an_operation_outcome(evaluate: Ask, name: str) -> None:
    resource, status = BAD[name]
    answer = evaluate("survival", resource, status)
    assert answer["resourceType"] == "OperationOutcome"
    assert "yesterday" not in json.dumps(answer)


def test_a_wrong_option_is_named_by_its_place(evaluate: Ask) -> None:
    answer = evaluate("survival", parameters(bundle(patient()), explain=False, coverage=2.0), 422)
    assert answer["issue"][1]["expression"] == ["Parameters.parameter[2].valueDecimal"]


def test_a_mistake_of_the_unit_is_refused_by_resource_and_never_by_value(evaluate: Ask) -> None:
    record = bundle(patient(), *light_chains()[1:], observation("k", KAPPA, 151.5, "mg/dL"))
    answer = evaluate("survival", record, 422)
    assert [one.get("expression") for one in answer["issue"]] == [
        None,
        ["Bundle.entry[3].resource.valueQuantity"],
    ]
    assert "kappa" in answer["issue"][1]["diagnostics"]
    assert "151.5" not in json.dumps(answer)


def test_a_bundle_of_ten_thousand_entries_is_answered(evaluate: Ask) -> None:
    others = [observation(f"o{i}", "8867-4", 60, "/min") for i in range(9_990)]
    answer = evaluate("survival", bundle(patient(), *light_chains(), *others))
    assert len(answer["basis"]) == 3


def test_nesting_without_an_end_is_refused(fhir: TestClient) -> None:
    for text in ("[" * 100_000, '{"resourceType":"Bundle","entry":' + "[" * 50_000):
        response = fhir.post(
            "/fhir/models/survival/$evaluate", content=text, headers={"content-type": FHIR}
        )
        assert response.status_code == 400
        assert list_faults(response.json()) == []


@pytest.mark.parametrize(
    "content_type",
    ["text/xml", "application/fhir+xml", "application/fhir+json; fhirVersion=5.0", "text/plain"],
)
def test_another_format_or_version_is_refused(fhir: TestClient, content_type: str) -> None:
    response = fhir.post(
        "/fhir/models/survival/$evaluate",
        content=json.dumps(bundle(patient(), *light_chains())),
        headers={"content-type": content_type},
    )
    assert response.status_code == 415
    assert response.json()["issue"][0]["code"] == "not-supported"


def test_the_version_that_is_announced_is_r4(fhir: TestClient) -> None:
    response = fhir.post(
        f"/fhir/models/survival/versions/{version_of('survival')}/$evaluate",
        content=json.dumps(bundle(patient(), *light_chains())),
        headers={"content-type": f"{FHIR}; fhirVersion=4.0"},
    )
    assert response.status_code == 200


@pytest.mark.parametrize("model", ["blood_cell", "breast_fna", "solubility", "nothing"])
def test_a_model_that_reads_no_records_is_not_found(evaluate: Ask, model: str) -> None:
    answer = evaluate(model, bundle(patient()), 404)
    assert answer["issue"][0]["code"] == "not-found"
