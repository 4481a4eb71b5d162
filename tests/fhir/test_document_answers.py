"""Answers to what documents hold, through every door that reads records."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from medmaas.batch.deadline import Deadline
from medmaas.batch.job import Job
from medmaas.batch.run import run
from medmaas.fhir.capability import describe_operation
from medmaas.model.manifest import ImageInput, PartsInput, TextInput
from medmaas.model.registry import Registry
from tests.cds_hooks.calls import call, searchset
from tests.fhir.document_models import (
    LETTER,
    PATIENT,
    RADIOGRAPH,
    REFERRAL,
    SCAN,
    state_source,
)
from tests.fhir.document_records import (
    CANARY,
    WHEN,
    attach,
    binary,
    document,
    media,
    report,
    scan,
)
from tests.fhir.judge import list_faults
from tests.fhir.records import Ask, Resource, bundle, patient
from tests.model.radiographs import radiograph
from tests.parts.models import SIDE, draw_scan


@pytest.mark.parametrize("resource", [scan(), media()])
def test_areas_of_a_picture_come_as_components_derived_from_its_document(
    documents: TestClient, ask: Ask, resource: Resource
) -> None:
    body = {"instances": [{"image": draw_scan(1)}]}
    native = documents.post("/models/areas/predict", json=body).json()["predictions"][0]
    answer = ask("areas", bundle(patient(), resource))
    assert answer["resourceType"] == "Observation"
    name = f"{resource['resourceType']}/{resource['id']}"
    assert answer["derivedFrom"] == [{"reference": name}]
    (component,) = answer["component"]
    (area,) = [one for one in native["output"]["areas"] if one["label"] == "nucleus"]
    assert component["valueQuantity"]["value"] == area["pixels"]
    assert component["valueQuantity"]["code"] == "{pixel}"


def test_areas_are_in_square_millimetres_where_the_file_states_its_spacing(ask: Ask) -> None:
    file = radiograph(edge=SIDE, PixelSpacing=[0.5, 0.5])
    answer = ask("areas", bundle(patient(), scan(attach(file, "application/dicom"))))
    (component,) = answer["component"]
    area = component["valueQuantity"]
    assert area["code"] == "mm2"
    assert 0 < area["value"] < SIDE**2 / 4
    assert area["value"] % 0.25 == 0


def test_an_answer_in_chinese_says_why_a_document_was_not_read(ask: Ask) -> None:
    answer = ask(
        "letters",
        bundle(patient(), document(attach("%PDF", "application/pdf"))),
        422,
        **{"accept-language": "zh"},
    )
    assert "不能读取 PDF" in json.dumps(answer, ensure_ascii=False)


def test_every_operation_says_which_documents_it_reads(readers: Path) -> None:
    registry = Registry(readers)
    told = {
        model.manifest.id: describe_operation(model, "https://models.example.org")
        for model in registry.newest()
    }
    assert set(told) >= {"letters", "scans", "areas", "all_parts"}
    for definition in told.values():
        assert list_faults(definition) == []
    read = told["scans"]["parameter"][0]["documentation"]
    assert "image: DocumentReference.type or DiagnosticReport.code or Media.modality" in read
    assert "36643-5" in read
    assert "not older than 30 days; its content inline, or in a Binary of the Bundle" in read
    parts = told["all_parts"]["parameter"][0]["documentation"]
    assert {line.partition(":")[0] for line in parts.splitlines()[1:]} == {
        "- scan.image",
        "- note.letter",
        "- patient.age in a",
        "- patient.sex",
    }


def record_leads(*leads: str, **changes: Any) -> Resource:
    """An Observation of a component for each lead."""
    numbers = " ".join(f"{number:.3f}" for number in np.sin(np.arange(100) / 9))
    sampled = {
        "origin": {"value": 0, "code": "mV"},
        "period": 10,
        "dimensions": 1,
        "data": numbers,
    }
    return {
        "resourceType": "Observation",
        "id": "e1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "11524-6"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": WHEN,
        "component": [{"code": {"text": lead}, "valueSampledData": sampled} for lead in leads],
    } | changes


def test_a_recording_may_be_a_part_as_well(ask: Ask) -> None:
    model = "recording_and_patient"
    answer = ask(model, bundle(patient(), record_leads("I", "II")))
    assert answer["status"] == "final", answer
    assert {"reference": "Observation/e1"} in answer["basis"]
    lacking = json.dumps(ask(model, bundle(patient(), record_leads("I"))))
    assert "heart.ecg.II" in lacking
    held = ask(model, bundle(patient(), record_leads("I", "II", status="preliminary")))
    assert held["status"] == "cancelled"
    assert "the newest result of heart.ecg" in json.dumps(held)


# CDS Hooks


def test_a_record_system_is_asked_for_the_documents_and_gets_a_card(
    documents: TestClient,
) -> None:
    services = {one["id"]: one for one in documents.get("/cds-services").json()["services"]}
    prefetch = services["scans"]["prefetch"]
    start, code = "patient={{context.patientId}}", "http://loinc.org|36643-5"
    assert prefetch == {
        "patient": "Patient/{{context.patientId}}",
        "documentreference_type": f"DocumentReference?{start}&type={code}&_sort=-date&_count=10",
        "diagnosticreport_code": f"DiagnosticReport?{start}&code={code}&_sort=-date&_count=10",
        "media_modality": f"Media?{start}&modality={code}&_sort=-created&_count=10",
    }
    given = dict.fromkeys(prefetch) | {
        "patient": patient(),
        "documentreference_type": searchset(scan(), binary()),
    }
    answer = documents.post("/cds-services/scans", json=call(prefetch=given))
    assert answer.status_code == 200, answer.text
    (card,) = answer.json()["cards"]
    assert (
        "| image | content of the document | 2026-02-27 | DocumentReference/d1 |" in card["detail"]
    )
    lacking = given | {"documentreference_type": searchset()}
    (card,) = documents.post("/cds-services/scans", json=call(prefetch=lacking)).json()["cards"]
    assert "there is no document of the last 30 days" in card["detail"]


def test_each_part_asks_for_its_own_documents(documents: TestClient) -> None:
    services = {one["id"]: one for one in documents.get("/cds-services").json()["services"]}
    prefetch = services["all_parts"]["prefetch"]
    assert "36643-5" in prefetch["documentreference_type"]
    assert "57133-1" in prefetch["documentreference_type_2"]


def test_a_document_that_cannot_be_read_is_a_card(documents: TestClient) -> None:
    linked = scan({"contentType": "image/png", "url": f"https://pacs.example/{CANARY}"})
    given = {
        "patient": patient(),
        "documentreference_type": searchset(linked),
        "diagnosticreport_code": None,
        "media_modality": None,
    }
    (card,) = documents.post("/cds-services/scans", json=call(prefetch=given)).json()["cards"]
    assert "nothing is fetched" in card["detail"]
    assert CANARY not in json.dumps(card)


# files


def test_a_file_of_records_with_documents_is_answered_line_by_line(
    readers: Path, tmp_path: Path
) -> None:
    at = {"timestamp": "2026-03-01T09:00:00Z"}
    records = [
        bundle(patient(), document()) | at,
        bundle(patient(), document(attach(CANARY, "text/html"))) | at,
        bundle(patient(), report()) | at,
    ]
    path = tmp_path / "records.ndjson"
    path.write_text(
        "".join(json.dumps({"id": f"a{i}"} | one) + "\n" for i, one in enumerate(records))
    )
    job = Job("letters", None, str(path), str(tmp_path / "results"))
    assert run(job, Registry(readers), Deadline())["status"] == "complete"
    results = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
    written = "".join(path.read_text() for path in results)
    assert CANARY not in written
    (answered,) = [json.loads(line) for line in written.splitlines() if '"as_of"' in line]
    assert (answered["id"], answered["status"]) == ("a0", "ok")
    assert "HTML is not read" in written
    assert "there is no document" in written


# the contract


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (state_source(REFERRAL, conclusion=True), "conclusion needs an element"),
        (state_source(REFERRAL, "Media.view", "Media.view"), "each element once"),
        (state_source(REFERRAL, "Observation.code"), "DocumentReference.type"),
        (state_source(REFERRAL) | {"codes": []}, "at least 1 item"),
        (state_source(REFERRAL) | {"oldest_days": 0}, "greater than 0"),
    ],
)
def test_a_source_that_cannot_be_is_refused(source: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TextInput.model_validate(LETTER | {"source": source})


def test_a_picture_has_no_conclusion() -> None:
    source = state_source(RADIOGRAPH, "DiagnosticReport.code", conclusion=True)
    with pytest.raises(ValidationError, match="conclusion"):
        ImageInput.model_validate(SCAN | {"source": source})


def test_parts_read_records_where_every_part_that_is_required_does() -> None:
    def state(*, scan_missing: bool, scan_source: bool) -> PartsInput:
        source = {"source": state_source(RADIOGRAPH)} if scan_source else {}
        missing = {"missing": "nothing is seen"} if scan_missing else {}
        parts = [{"name": "scan", "input": SCAN | source} | missing,
                 {"name": "patient", "input": PATIENT}]  # fmt: skip
        return PartsInput.model_validate({"kind": "parts", "parts": parts})

    assert state(scan_missing=True, scan_source=False).reads_records
    assert state(scan_missing=False, scan_source=True).reads_records
    assert not state(scan_missing=False, scan_source=False).reads_records
