"""A record in, resources out: over HTTP, as FHIR R4 has it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api import app as lambda_module
from medmaas.model.registry import Registry
from tests.conftest import ROOT, replace_state, version_of
from tests.fhir.judge import list_faults
from tests.fhir.records import (
    FHIR,
    KAPPA,
    LAMBDA,
    NEUTROPHILS,
    NOW,
    Ask,
    Resource,
    bundle,
    course,
    light_chains,
    observation,
    parameters,
    patient,
)


def ask_natively(fhir: TestClient, model: str, instance: Any) -> Any:
    answer = fhir.post(f"/models/{model}/explain", json={"instances": [instance]})
    return answer.json()["predictions"][0]


AGED_73 = {
    "age": 73, "sex": "F", "creatinine": 1.097264, "kappa": 1.2, "lambda": 1.5, "mgus": False,
}  # fmt: skip


def test_a_risk_is_the_native_routes_as_a_percentage(fhir: TestClient, evaluate: Ask) -> None:
    native = ask_natively(fhir, "survival", AGED_73)
    answer = evaluate("survival", bundle(patient(), *light_chains()))
    assert answer["resourceType"] == "RiskAssessment"
    assert answer["status"] == "final"
    for day, years, told in zip((365, 1826, 3652), (1, 5, 10), answer["prediction"], strict=True):
        assert told["probabilityDecimal"] == round(native["output"]["risk"][str(day)] * 100, 4)
        assert told["whenRange"]["high"] == {
            "value": years,
            "unit": "a",
            "system": "http://unitsofmeasure.org",
            "code": "a",
        }
        assert told["rationale"] == native["explanation"]["sentence"]


def test_an_answer_names_patient_basis_and_the_model_that_made_it(
    registry: Registry, evaluate: Ask
) -> None:
    older = observation("old", KAPPA, 99, "mg/L", "2025-12-01")
    answer = evaluate("survival", bundle(patient(), older, *light_chains()))
    assert answer["subject"] == {"reference": "Patient/p1"}
    assert {one["reference"] for one in answer["basis"]} == {
        "Observation/kappa",
        "Observation/lambda",
        "Observation/creatinine",
    }
    (device,) = answer["contained"]
    identity = registry.get("survival").identity
    assert device["identifier"][0]["value"] == identity["sha256"]
    assert device["identifier"][1]["value"] == identity["digest"]
    assert device["identifier"][1]["type"]["text"] == "digest of the model folder"
    told = (device["modelNumber"], device["version"][0]["value"])
    assert told == ("survival", version_of("survival"))


def test_an_answer_says_how_sure_it_is_and_what_it_is_for(evaluate: Ask) -> None:
    notes = [
        one["text"] for one in evaluate("survival", bundle(patient(), *light_chains()))["note"]
    ]
    assert any("With 90% coverage, survival is at least" in note for note in notes)
    assert any("mgus was taken as no" in note for note in notes)
    assert any("Research use only" in note for note in notes)


def test_the_same_record_gives_the_same_bytes(fhir: TestClient) -> None:
    content = json.dumps(bundle(patient(), *light_chains()))
    for model in ("survival",):
        first, second = (
            fhir.post(
                f"/fhir/models/{model}/$evaluate", content=content, headers={"content-type": FHIR}
            )
            for _ in range(2)
        )
        assert first.content == second.content


def test_a_recommendation_comes_as_drafts_of_which_one_may_be_chosen(evaluate: Ask) -> None:
    answer = evaluate("chemo_dose", parameters(bundle(patient(), *course()), explain=False))
    kinds = [entry["resource"]["resourceType"] for entry in answer["entry"]]
    assert kinds[0] == "RiskAssessment"
    assert kinds[-1] == "RequestGroup"
    assert kinds.count("MedicationRequest") == 6  # five options, one of them with a second drug
    offers = answer["entry"][-1]["resource"]["action"][0]["action"]
    together, *others = offers
    assert together["title"] == (
        "Recommended: 100 % + G-CSF: docetaxel 100 mg/m2 on 2026-03-01, "
        "pegfilgrastim 6 mg on 2026-03-02"
    )
    assert not any("Recommended" in offer["title"] for offer in others)
    by_url = {entry["fullUrl"]: entry["resource"] for entry in answer["entry"]}
    dosages = [
        by_url[part["resource"]["reference"]]["dosageInstruction"][0] for part in together["action"]
    ]
    amounts = [one["doseAndRate"][0]["doseQuantity"]["value"] for one in dosages]
    days = [one["timing"]["event"] for one in dosages]
    assert (amounts, days) == ([100, 6], [["2026-03-01"], ["2026-03-02"]])
    half = next(offer for offer in offers if offer["title"].startswith("50 %"))
    dosage = by_url[half["resource"]["reference"]]["dosageInstruction"][0]
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 50
    delayed = next(offer for offer in offers if "delay" in offer["title"])
    later = by_url[delayed["resource"]["reference"]]["dosageInstruction"][0]
    assert later["timing"]["event"] == ["2026-03-08"]


def test_the_risks_of_options_are_the_native_routes(fhir: TestClient, evaluate: Ask) -> None:
    answer = evaluate("chemo_dose", parameters(bundle(patient(), *course()), explain=False))
    told = [one["probabilityDecimal"] for one in answer["entry"][0]["resource"]["prediction"]]
    history = [
        {"day": -28, "anc": 5.1, "platelets": 258, "wbc": 6.9},
        {"day": -21, "anc": 5.6, "platelets": 249, "wbc": 7.4, "dose": 1.0},
        {"day": -14, "anc": 0.5, "platelets": 160, "wbc": 1.9},
        {"day": -7, "anc": 3.8, "platelets": 208, "wbc": 5.8},
        {"day": 0, "anc": 5.4, "platelets": 225, "wbc": 7.0},
    ]
    native = fhir.post("/models/chemo_dose/predict", json={"instances": [{"history": history}]})
    options = native.json()["predictions"][0]["output"]["options"]
    assert told == [round(risk * 100, 4) for option in options for risk in option["risks"].values()]


def test_where_treatment_is_held_a_recheck_is_offered(evaluate: Ask) -> None:
    low = [r for r in course() if r["id"] != "anc4"]
    low.append(observation("anc4", "751-8", 0.7, "10*3/uL", "2026-03-01T07:00:00Z"))
    record = parameters(bundle(patient(), *low), explain=False, force=True)
    answer = evaluate("chemo_dose", record)
    kinds = [entry["resource"]["resourceType"] for entry in answer["entry"]]
    assert kinds == ["RiskAssessment", "MedicationRequest", "ServiceRequest", "RequestGroup"]


def test_what_is_missing_is_asked_for_by_code_and_unit(evaluate: Ask) -> None:
    answer = evaluate("chemo_dose", bundle(patient()))
    assert answer["status"] == "data-required"
    (requirement,) = answer["dataRequirement"]
    assert [one["code"] for one in requirement["codeFilter"][0]["code"]] == [
        "751-8",
        "26499-4",
        "753-4",
    ]
    first, other = [one["text"] for one in answer["note"]]
    assert "LOINC 751-8 or 26499-4 or 753-4, in 10*9/L" in first
    assert "LOINC 770-8, in %" in other


@pytest.mark.parametrize("name", ["buster", "clemente"])
@pytest.mark.parametrize(
    ("model", "lacking"), [("survival", [KAPPA, LAMBDA]), ("chemo_dose", [NEUTROPHILS])]
)
def test_synthetic_patients_get_a_sensible_answer(
    evaluate: Ask, name: str, model: str, lacking: list[str]
) -> None:
    content = json.loads((ROOT / "tests" / "data" / "fhir" / f"{name}.json").read_text())
    for record in (content, parameters(content, asOf="2019-06-01T00:00:00Z")):
        answer = evaluate(model, record)
        assert (answer["resourceType"], answer["status"]) == ("GuidanceResponse", "data-required")
        asked = [one["codeFilter"][0]["code"][0]["code"] for one in answer["dataRequirement"]]
        assert asked == lacking


def test_an_abstention_is_an_assessment_without_numbers_that_says_why(evaluate: Ask) -> None:
    child = bundle(patient(birthDate="2015-01-01"), *light_chains())
    answer = evaluate("survival", child)
    assert answer["status"] == "cancelled"
    assert "prediction" not in answer
    assert answer["note"][0]["text"].startswith("There is no answer: this case is unlike")
    forced = evaluate("survival", parameters(child, force=True))
    assert forced["status"] == "final"
    assert forced["note"][0]["text"].startswith("The answer was forced")


def test_a_coverage_can_be_asked_for(registry: Registry, evaluate: Ask) -> None:
    uncertainty = registry.get("survival").manifest.uncertainty
    assert uncertainty is not None
    assert uncertainty.intervals is not None
    other = uncertainty.intervals.levels[-1].coverage
    answer = evaluate("survival", parameters(bundle(patient(), *light_chains()), coverage=other))
    assert any(f"With {other:.0%} coverage" in one["text"] for one in answer["note"])
    evaluate("survival", parameters(bundle(patient(), *light_chains()), coverage=0.77), 422)


def test_the_moment_that_is_asked_for_counts(evaluate: Ask) -> None:
    record = bundle(patient(), *light_chains())
    late = evaluate("survival", parameters(record, asOf="2028-01-01T00:00:00Z"))
    assert late["status"] == "data-required"
    early = evaluate("survival", parameters(record, asOf="2020-01-01T00:00:00+01:00"))
    assert early["status"] == "data-required"
    assert "3 results, diagnoses or documents later than the moment" in early["note"][-1]["text"]


def test_the_capability_statement_is_true(fhir: TestClient) -> None:
    statement = fhir.get("/fhir/metadata").json()
    assert list_faults(statement) == []
    (rest,) = statement["rest"]
    asked = set()
    for operation in rest["operation"]:
        definition = fhir.get(operation["definition"].removeprefix("http://testserver")).json()
        assert list_faults(definition) == []
        assert definition["url"] == operation["definition"]
        address = definition["description"].rpartition("POST ")[2]
        response = fhir.post(
            address, content=json.dumps(bundle(patient())), headers={"content-type": FHIR}
        )
        assert response.status_code == 200
        asked.add(address.split("/")[-2])
    assert asked == {"survival", "chemo_dose"}


def test_an_operation_says_where_each_feature_comes_from(
    fhir: TestClient, registry: Registry
) -> None:
    definition = fhir.get("/fhir/OperationDefinition/survival-evaluate").json()
    told = definition["parameter"][0]["documentation"]
    for feature in registry.get("survival").manifest.input.features:  # type: ignore[union-attr]
        assert f"- {feature.name}" in told
    assert "LOINC 36916-5 or 80515-0, not older than 365 days" in told


def test_an_unknown_page_below_fhir_is_an_operation_outcome(fhir: TestClient) -> None:
    for response in (
        fhir.get("/fhir/OperationDefinition/none"),
        fhir.get("/fhir/Patient/1"),
        fhir.get("/fhir/models/survival/$evaluate"),
    ):
        assert response.status_code in {404, 405}
        assert list_faults(response.json()) == []


def test_lambda_answers_text_and_not_base64(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_state(monkeypatch, lambda_module.app, clock=lambda: NOW)
    event = json.loads((ROOT / "events" / "predict.json").read_text())
    path = "/fhir/models/survival/$evaluate"
    event |= {"rawPath": path, "body": json.dumps(bundle(patient(), *light_chains()))}
    event["requestContext"]["http"]["path"] = path
    event["headers"]["content-type"] = FHIR
    answer = lambda_module.handler(event, None)  # type: ignore[arg-type]
    assert answer["statusCode"] == 200, answer
    assert answer["isBase64Encoded"] is False
    assert list_faults(json.loads(answer["body"])) == []


def test_the_log_holds_neither_patient_nor_value(
    evaluate: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate("survival", bundle(patient(id="secret-7"), *light_chains()[:0]))
    record = [one | {"subject": {"reference": "Patient/secret-7"}} for one in light_chains()]
    evaluate("survival", bundle(patient(id="secret-7"), *record))
    lines = capsys.readouterr().err
    assert lines.count('"status":200') == 2
    assert not any(text in lines for text in ("secret", "1952", "kappa", "Invented"))


ASSESSMENT, BUNDLE = ("survival", light_chains), ("chemo_dose", course)


@pytest.mark.parametrize(
    ("asked", "path", "value"),
    [
        (ASSESSMENT, ("prediction", 0, "probabilityDecimal"), 120),
        (ASSESSMENT, ("prediction", 0, "probabilityDecimal"), -1),
        (ASSESSMENT, ("prediction", 0, "whenRange", "low", "value"), 11),
        (ASSESSMENT, ("prediction", 0, "whenRange", "low", "system"), None),
        (ASSESSMENT, ("status",), "banana"),
        (ASSESSMENT, ("status",), "cancelled"),
        (ASSESSMENT, ("note",), []),
        (ASSESSMENT, ("subject",), None),
        (ASSESSMENT, ("performer", "reference"), "#other"),
        (ASSESSMENT, ("performer", "reference"), "Device/1"),
        (ASSESSMENT, ("contained", 0, "meta"), {"versionId": "1"}),
        (ASSESSMENT, ("contained", 0, "deviceName", 0, "type"), "brand"),
        (ASSESSMENT, ("prediction", 0, "outcome"), "death"),
        (ASSESSMENT, ("basis", 0, "reference"), ""),
        (BUNDLE, ("type",), "message"),
        (BUNDLE, ("total",), 3),
        (BUNDLE, ("entry", 1, "fullUrl"), "urn:uuid:8f3a1c62-6a8b-4d9e-8f10-6d3f0a3c5b11"),
        (BUNDLE, ("entry", 1, "resource", "status"), "active"),
        (BUNDLE, ("entry", 1, "resource", "intent"), "order"),
        (BUNDLE, ("entry", -1, "resource", "action", 0, "selectionBehavior"), "one"),
        (BUNDLE, ("entry", -1, "resource", "action", 0, "resource"), {"reference": "a/1"}),
        (BUNDLE, ("entry", -1, "resource", "action", 0, "action", 1, "resource"), None),
    ],
)
def test_the_judge_notices(
    evaluate: Ask, asked: tuple[str, Callable[[], list[Resource]]], path: Any, value: object
) -> None:
    model, write_record = asked
    answer = evaluate(model, parameters(bundle(patient(), *write_record()), explain=False))
    node = answer
    for step in path[:-1]:
        node = node[step]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    assert list_faults(answer)
