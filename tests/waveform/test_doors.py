"""A recording gets the same answer through every door."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from benchmarks.server import serving
from infra.local_stack import running
from medmaas.api.app import create_app
from medmaas.batch import handler, storage
from medmaas.cli import main
from medmaas.model.explanation.waveform import cut_segments, find_baseline
from medmaas.model.manifest import WaveformInput
from medmaas.model.registry import Registry
from tests.batch.uploads import Buckets, Context, folder_of, messages
from tests.cds_hooks.calls import call, searchset
from tests.fhir.records import FHIR, LOINC, NOW, UCUM, bundle, patient
from tests.waveform.models import INPUT, write_model
from tests.waveform.recordings import (
    LEADS,
    SECRET,
    as_counts,
    as_file,
    draw,
    write_csv,
    write_dicom,
    write_edf,
    write_wfdb,
)

Json = dict[str, Any]
SAMPLES = draw(seed=1)
MDC = "urn:iso:std:iso:11073:10101"
CODES = dict(zip(("I", "II", "V1", "V2", "V3", "V4", "V5", "V6"), range(1, 9), strict=True))
CODES |= {"III": 61, "aVR": 62, "aVL": 63, "aVF": 64}


def post(client: TestClient, url: str, body: Json, **headers: str) -> Any:
    response = client.post(url, json=body, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


def ask(client: TestClient, instance: Json) -> Json:
    (found,) = post(client, "/models/ecg/predict", {"instances": [instance]})["predictions"]
    return dict(found)


def test_every_format_is_answered_over_https(ecg_client: TestClient) -> None:
    answers = [
        ask(ecg_client, instance)
        for instance in (
            as_counts(SAMPLES),
            as_file(write_csv(SAMPLES)),
            as_file(write_dicom(SAMPLES)),
        )
    ]
    assert answers[0]["status"] == "ok"
    assert answers[0] == answers[1] == answers[2]


def test_refusals_name_no_header_and_come_in_both_languages(ecg_client: TestClient) -> None:
    body = {
        "instances": [as_file(write_edf(SAMPLES)[:70_000]), as_file(b"%PDF " + SECRET.encode())]
    }
    for language, words in (("en", "truncated EDF file"), ("zh", "截断的 EDF 文件")):
        refused = ecg_client.post(
            "/models/ecg/predict", json=body, headers={"accept-language": language}
        )
        assert refused.status_code == 422
        codes = [(one["instance"], one["code"]) for one in refused.json()["details"]]
        assert codes == [(0, "edf_damaged"), (1, "recording_is_pdf")]
        assert words in refused.text
        assert SECRET not in refused.text


def test_an_answer_is_withheld_from_a_recording_that_is_far_from_all(
    ecg_client: TestClient,
) -> None:
    body = {"instances": [as_counts(SAMPLES)]}
    (found,) = post(ecg_client, "/models/strict/predict", body)["predictions"]
    assert found["status"] == "abstained"


def test_an_answer_is_withheld_from_a_lead_without_a_signal(ecg_client: TestClient) -> None:
    samples = draw()
    samples[7] = 0
    found = ask(ecg_client, as_counts(samples))
    assert found["status"] == "abstained"
    assert "lead V2 is a flat line for more than 2 s" in found["reason"]
    assert [one["field"] for one in found["warnings"]] == ["ecg.V2"]


def test_leads_and_segments_share_the_answer(ecg_client: TestClient) -> None:
    body = {"instances": [as_counts(SAMPLES)], "explain_seconds": 20}
    (found,) = post(ecg_client, "/models/ecg/explain", body)["predictions"]
    explanation = found["explanation"]
    assert explanation["complete"]
    for part, names in (("by_lead", {"lead"}), ("by_time", {"begin", "end"})):
        for target in explanation[part]:
            shares = [one["contribution"] for one in target["contributions"]]
            assert abs(sum(shares) + target["baseline"] - target["prediction"]) < 1e-6
            assert all(names <= one.keys() for one in target["contributions"])
    leads = {one["lead"] for one in explanation["by_lead"][0]["contributions"]}
    assert leads == {*LEADS}
    place = explanation["by_place"]
    assert [one["lead"] for one in place["leads"]] == [*LEADS]
    assert all(len(one["lost"]) == round(10 / place["seconds"]) for one in place["leads"])
    assert "lead" in explanation["sentence"]


def test_what_is_left_out_moves_the_answer_as_the_map_says(ecg_client: TestClient) -> None:
    body = {"instances": [as_counts(SAMPLES)], "explain_seconds": 20}
    (found,) = post(ecg_client, "/models/ecg/explain", body)["predictions"]
    place = found["explanation"]["by_place"]
    segments = cut_segments(WaveformInput.model_validate(INPUT))
    hidden, span = SAMPLES.astype(np.float32).copy(), segments[6]
    hidden[4, span.start : span.stop] = find_baseline(hidden, segments)[4, span.start : span.stop]
    numbers = {"sampling_rate": 500, "unit": "mV"}
    leads = {name: row.tolist() for name, row in zip(LEADS, hidden.astype(float), strict=True)}
    without = ask(ecg_client, {"ecg": numbers | {"leads": leads}})["output"]["probabilities"]
    lost = found["output"]["probabilities"][place["of"]] - without[place["of"]]
    assert abs(place["leads"][4]["lost"][6] - lost) < 1e-5


def test_a_file_is_shown_before_anything_is_asked(ecg_client: TestClient) -> None:
    body = {"instance": as_file(write_edf(draw(250), 250))}
    told = post(ecg_client, "/models/ecg/draw", body)
    assert told["drawing"]["recorded_rate"] == 250
    assert [one["code"] for one in told["warnings"]] == ["resampled"]
    counts = base64.b64decode(told["drawing"]["leads"]["V1"]["int16"])
    assert len(counts) == 2 * 5000
    assert SECRET not in json.dumps(told)
    refused = ecg_client.post("/models/ecg/draw", json={"instance": {"ecg": "?"}})
    assert (refused.status_code, refused.json()["details"][0]["code"]) == (422, "not_base64")


def test_the_document_describes_what_is_sent_and_answered(ecg_client: TestClient) -> None:
    document = ecg_client.get("/openapi.json").json()
    validate(document)
    body = {"instances": [as_counts(SAMPLES)]}
    answer = post(ecg_client, "/models/ecg/explain", body)
    asked = document["paths"]["/models/ecg/explain"]["post"]
    taken = asked["requestBody"]["content"]["application/json"]["schema"]
    given = asked["responses"]["200"]["content"]["application/json"]["schema"]
    parts = {"components": document["components"]}
    for instance in (as_counts(SAMPLES), as_file(write_csv(SAMPLES))):
        Draft202012Validator(taken | parts).validate({"instances": [instance]})
    Draft202012Validator(given | parts).validate(answer)


def test_tritons_client_gets_the_same_from_a_tensor_a_file_and_json(
    ecg_models: Path, ecg_client: TestClient
) -> None:
    expected = ask(ecg_client, as_counts(SAMPLES))["output"]
    with serving(ecg_models) as server:
        client = triton.InferenceServerClient(f"127.0.0.1:{server.port}")
        tensor = triton.InferInput("samples", [1, 12, 5000], "FP32")
        tensor.set_data_from_numpy(SAMPLES[None].astype(np.float32))
        answer = client.infer("ecg", [tensor], parameters={"explain": True})
        probabilities = answer.as_numpy("probabilities")[0]
        np.testing.assert_allclose(probabilities, [*expected["probabilities"].values()], atol=1e-5)
        told = json.loads(answer.as_numpy("explanation").ravel()[0])
        assert told["by_lead"]
        files = (
            write_dicom(SAMPLES),
            write_csv(SAMPLES),
            base64.b64encode(write_csv(SAMPLES)),
            json.dumps(as_counts(SAMPLES)["ecg"]).encode(),
        )
        column = triton.InferInput("ecg", [len(files)], "BYTES")
        column.set_data_from_numpy(np.array(files, np.object_))
        answer = client.infer("ecg.columns", [column])
        labels = [one.decode() for one in answer.as_numpy("label").ravel()]
        assert labels == [expected["label"]] * len(files)
        client.close()


def write_rows(folder: Path) -> Path:
    """Rows by key, of every format, and some that cannot be read."""
    write_wfdb(folder, SAMPLES)
    (folder / "a.edf").write_bytes(write_edf(SAMPLES))
    (folder / "b.csv").write_bytes(write_csv(SAMPLES))
    (folder / "c.dcm").write_bytes(write_dicom(SAMPLES))
    (folder / "alone.hea").write_bytes(
        (folder / "record.hea").read_bytes().replace(b"d.dat", b"e.dat")
    )
    keys = ["record.hea", "a.edf", "b.csv", "c.dcm", "record.dat", "alone.hea", "none.hea"]
    rows = folder / "rows.jsonl"
    rows.write_text("".join(json.dumps({"id": key, "key": key}) + "\n" for key in keys))
    return rows


def test_files_of_rows_name_recordings_by_key_also_those_of_wfdb(
    ecg_models: Path, tmp_path: Path, ecg_client: TestClient
) -> None:
    rows, results = write_rows(tmp_path), tmp_path / "results"
    asked = ["batch", "ecg", str(rows), str(results), "--models", str(ecg_models), "--explain"]
    assert main(asked) == 0
    lines = (results / "predictions.jsonl").read_text().splitlines()
    answers = {one["id"]: one for one in map(json.loads, lines)}
    assert [*answers] == ["record.hea", "a.edf", "b.csv", "c.dcm"]
    expected = ask(ecg_client, as_counts(SAMPLES))
    assert answers["record.hea"]["output"] == answers["c.dcm"]["output"] == expected["output"]
    assert all(one["explanation"]["by_lead"] for one in answers.values())
    lines = (results / "rejects.jsonl").read_text().splitlines()
    assert [(one["id"], one["code"]) for one in map(json.loads, lines)] == [
        ("record.dat", "recording_of_unknown_format"),
        ("alone.hea", "wfdb_damaged"),
        ("none.hea", "no_such_picture"),
    ]
    assert SECRET not in "".join(path.read_text() for path in results.iterdir())


def test_a_table_of_rows_holds_no_recordings(ecg_models: Path, tmp_path: Path, capsys: Any) -> None:
    table = tmp_path / "rows.csv"
    table.write_bytes(write_csv(SAMPLES))
    asked = ["batch", "ecg", str(table), str(tmp_path / "out"), "--models", str(ecg_models)]
    assert main(asked) == 2
    assert "send .jsonl" in capsys.readouterr().err


def test_the_batch_function_reads_recordings_beside_its_rows(
    ecg_models: Path, ecg_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as stack:
        for name, value in stack.environment().items():
            monkeypatch.setenv(name, value)
        storage.client.cache_clear()
        monkeypatch.setattr(handler, "registry", Registry(ecg_models))
        buckets = Buckets(stack)
        buckets.upload("images/a.dcm", write_dicom(SAMPLES))
        buckets.upload("images/a.hea", b"a 1 500 5000\na.dat 16 200 16 0 0 0 0 I\n")
        rows = [{"id": key, "key": f"images/{key}"} for key in ("a.dcm", "a.hea")]
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
        buckets.take_messages()
        upload = buckets.upload("incoming/ecg/rows.jsonl", content)
        assert not handler.handler(messages(*buckets.take_messages()), Context())[
            "batchItemFailures"
        ]
        written = buckets.read(folder_of(upload))
        storage.client.cache_clear()
    (line,) = written["predictions.jsonl"].splitlines()
    assert json.loads(line)["output"] == ask(ecg_client, as_counts(SAMPLES))["output"]
    (line,) = written["rejects.jsonl"].splitlines()
    assert json.loads(line)["code"] == "recording_is_wfdb_header"


def sampled(samples: Any, **changed: Any) -> Json:
    data = " ".join(str(round(one / 0.005)) for one in samples)
    origin = {"value": 0, "unit": "uV", "system": UCUM, "code": "uV"}
    return {"origin": origin, "period": 2, "factor": 5, "dimensions": 1, "data": data} | changed


def record(names: Any = LEADS, when: str = "2026-02-28T08:00:00Z", **changed: Any) -> Json:
    """A 12-lead ECG as an Observation whose components are leads."""
    return {
        "resourceType": "Observation",
        "id": f"ecg-{when[:10]}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "11524-6"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": when,
        "component": [
            {
                "code": {"coding": [{"system": MDC, "code": str(131_328 + CODES[name])}]},
                "valueSampledData": sampled(SAMPLES[LEADS.index(name)]),
            }
            for name in names
        ],
    } | changed


def evaluate(client: TestClient, *resources: Json) -> Any:
    content = json.dumps(bundle(patient(), *resources))
    url, headers = "/fhir/models/ecg/$evaluate", {"content-type": FHIR}
    return client.post(url, content=content, headers=headers).json()


def test_a_record_of_fhir_is_answered_by_its_newest_recording(ecg_client: TestClient) -> None:
    old = record(when="2026-02-20T08:00:00Z")
    for component in old["component"]:
        component["valueSampledData"]["factor"] = 2.5
    answer = evaluate(ecg_client, old, record())
    assert (answer["resourceType"], answer["status"]) == ("RiskAssessment", "final"), answer
    assert answer["basis"] == [{"reference": "Observation/ecg-2026-02-28"}]
    expected = ask(ecg_client, as_counts(SAMPLES))["output"]["probabilities"]
    given = {one["outcome"]["text"]: one["probabilityDecimal"] for one in answer["prediction"]}
    assert given == {name: pytest.approx(100 * one, abs=1e-3) for name, one in expected.items()}


def test_leads_of_fhir_may_be_observations_of_their_own(ecg_client: TestClient) -> None:
    whole = record()
    alone = [
        {**whole, "id": f"lead{i}", **part, "component": []}
        for i, part in enumerate(whole["component"])
    ]
    for one in alone:
        one["code"] = {"coding": [*one["code"]["coding"], *whole["code"]["coding"]]}
    answer = evaluate(ecg_client, *reversed(alone))
    assert answer["status"] == "final", answer
    assert len(answer["basis"]) == 12


def spoil(**changed: Any) -> Json:
    one = record()
    one["component"][3]["valueSampledData"] |= changed
    return one


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (spoil(data="1 2 E 4"), "samples that were lost"),
        (spoil(data="1 2 L 4"), "samples that were lost"),
        (spoil(data="1 2 ZZNOBODY"), "must be SampledData"),
        (spoil(dimensions=2), "several values per moment"),
        (spoil(period=4), "different rates or lengths"),
        (spoil(period=None), "must be SampledData"),
        (spoil(origin={"value": 0, "code": "mm[Hg]"}), "does not become mV"),
        (record((*LEADS, "V1")), "twice"),
    ],
)
def test_what_is_not_as_r4_says_is_refused(
    ecg_client: TestClient, resource: Json, said: str
) -> None:
    answer = evaluate(ecg_client, resource)
    assert answer["resourceType"] == "OperationOutcome", answer
    assert said in json.dumps(answer)
    assert SECRET not in json.dumps(answer)


def test_a_record_without_a_recording_says_what_it_lacks(ecg_client: TestClient) -> None:
    for resources in ((), (record(when="2025-12-01T08:00:00Z"),), (record(LEADS[:11]),)):
        answer = evaluate(ecg_client, *resources)
        assert (answer["resourceType"], answer["status"]) == ("GuidanceResponse", "data-required")


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "preliminary"},
        {"modifierExtension": [{"url": "http://x.org", "valueBoolean": True}]},
    ],
)
def test_an_answer_is_withheld_from_a_recording_that_may_mean_something_else(
    ecg_client: TestClient, changed: Json
) -> None:
    answer = evaluate(ecg_client, record(**changed), record(when="2026-02-20T08:00:00Z"))
    assert answer["status"] == "cancelled", answer
    void = evaluate(ecg_client, record(status="entered-in-error"))
    assert void["status"] == "data-required"


def test_an_interval_of_r5_is_the_period_of_r4(ecg_client: TestClient) -> None:
    one = record()
    for component in one["component"]:
        sampled_data = component["valueSampledData"]
        del sampled_data["period"]
        sampled_data |= {"interval": 2, "intervalUnit": "ms"}
    given, expected = (
        [outcome["probabilityDecimal"] for outcome in evaluate(ecg_client, each)["prediction"]]
        for each in (one, record())
    )
    assert given == expected


def test_an_answer_has_the_same_bits_whatever_is_asked_with_it(ecg_client: TestClient) -> None:
    instances = [as_counts(draw(seed=seed)) for seed in range(3)]
    together = post(ecg_client, "/models/ecg/predict", {"instances": instances})["predictions"]
    assert together == [ask(ecg_client, instance) for instance in instances]


def test_cds_hooks_asks_for_the_recording_and_answers(tmp_path: Path) -> None:
    write_model(tmp_path, cds_service={"hooks": ["patient-view"]})
    app = create_app(Registry(tmp_path))
    app.state.clock = lambda: NOW
    client = TestClient(app)
    (service,) = client.get("/cds-services").json()["services"]
    assert "11524-6" in service["prefetch"]["observations"]
    prefetch = {"patient": patient(), "observations": searchset(record())}
    (card,) = post(client, "/cds-services/ecg", call(prefetch=prefetch))["cards"]
    assert "sinus rhythm" in json.dumps(card)


def test_the_operation_says_what_it_reads(ecg_client: TestClient) -> None:
    told = ecg_client.get("/fhir/OperationDefinition/ecg-evaluate").json()
    assert "SampledData, LOINC 11524-6" in json.dumps(told)
