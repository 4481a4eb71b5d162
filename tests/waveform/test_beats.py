"""An ECG comes in, and its beats or seconds are labelled: through every door."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient

from infra.local_stack import running
from medmaas.api.app import create_app
from medmaas.batch import handler, storage
from medmaas.cli import main
from medmaas.model.registry import Registry
from medmaas_training.catalogue.refusals import RefusedError
from tests.batch.uploads import Buckets, Context, folder_of, messages
from tests.fhir import judge
from tests.fhir.records import FHIR, NOW, bundle, patient
from tests.page.conftest import serve
from tests.waveform.annotating import (
    BEATS,
    NORMAL,
    RHYTHM,
    VENTRICULAR,
    add_beats,
    add_rhythm,
    draw_beats,
    list_times,
)
from tests.waveform.recordings import (
    RATE,
    SECRET,
    as_counts,
    as_file,
    as_numbers,
    write_csv,
    write_dicom,
    write_edf,
    write_wfdb,
)
from tests.waveform.test_doors import record, sampled

Json = dict[str, Any]
KINDS = "nnvnnnvnn--n"
SAMPLES = draw_beats(KINDS)
SOON = 0.01  # seconds: the top of a wide wave is flat


@pytest.fixture(name="added", scope="module")
def _added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("beats") / "models"
    add_beats(models)
    add_rhythm(models)
    return models


@pytest.fixture(name="client", scope="module")
def _client(added: Path) -> TestClient:
    app = create_app(Registry(added))
    app.state.clock = lambda: NOW
    return TestClient(app)


def ask(client: TestClient, instance: Json, model: str = BEATS, way: str = "predict") -> Json:
    answer = client.post(f"/models/{model}/{way}", json={"instances": [instance]})
    assert answer.status_code == 200, answer.text
    assert SECRET not in answer.text
    (prediction,) = answer.json()["predictions"]
    return dict(prediction)


def check_beats(output: Json, kinds: str = KINDS) -> None:
    """Every ventricular beat is listed at its time, and every other one is counted."""
    drawn = [at for at, kind in zip(list_times(kinds), kinds, strict=True) if kind == "v"]
    listed = output["annotations"]
    assert [one["label"] for one in listed] == [VENTRICULAR] * len(drawn)
    np.testing.assert_allclose([one["time_seconds"] for one in listed], drawn, atol=SOON)
    assert output["counts"] == {NORMAL: kinds.count("n"), VENTRICULAR: kinds.count("v")}
    assert (output["steps"], output["left_out"]) == (len(kinds.replace("-", "")), 0)


@pytest.mark.parametrize(
    "instance",
    [as_counts(SAMPLES), as_numbers(SAMPLES), as_file(write_csv(SAMPLES)),
     as_file(write_dicom(SAMPLES)), as_file(write_edf(SAMPLES))],
    ids=["counts", "numbers", "CSV", "DICOM", "EDF"],
)  # fmt: skip
def test_beats_are_found_at_their_times_in_every_format(client: TestClient, instance: Json) -> None:
    answer = ask(client, instance)
    assert answer["status"] == "ok"
    check_beats(answer["output"])


def test_times_are_those_of_the_record_at_any_rate(client: TestClient) -> None:
    slow = SAMPLES[:, ::2]
    answer = ask(client, as_counts(slow, RATE / 2))
    assert [one["code"] for one in answer["warnings"]] == ["resampled"]
    check_beats(answer["output"])


def test_of_a_longer_record_the_beats_of_the_beginning_are_told_with_its_end(
    client: TestClient,
) -> None:
    answer = ask(client, as_counts(draw_beats(KINDS + "vvvvvv", seconds=16)))
    assert [one["code"] for one in answer["warnings"]] == ["recording_cut"]
    check_beats(answer["output"])
    assert answer["output"]["end_seconds"] < 10


def test_a_flat_line_has_no_beats_and_no_answer(client: TestClient) -> None:
    samples = SAMPLES.copy()
    samples[1] = 0
    answer = ask(client, as_counts(samples))
    assert (answer["status"], answer["output"], answer["code"]) == (
        "abstained", None, "held_for_flat",
    )  # fmt: skip


def test_a_window_for_every_second(client: TestClient) -> None:
    output = ask(client, as_counts(SAMPLES), RHYTHM)["output"]
    (pause,) = output["annotations"]
    assert (pause["start_seconds"], pause["end_seconds"], pause["label"]) == (7, 9, "pause")
    assert output["counts"] == {"beating": 8, "pause": 2}


def test_zeros_after_the_end_of_a_record_are_never_labelled_as_seconds_of_it(
    client: TestClient, tmp_path: Path
) -> None:
    said = "cannot tell the zeros after the end of a recording from a flat line"
    with pytest.raises(RefusedError, match=said):
        add_rhythm(tmp_path / "models", shorter="zeros")
    body = {"instances": [as_counts(draw_beats("nnvn", seconds=4))]}
    answer = client.post(f"/models/{RHYTHM}/predict", json=body)
    assert answer.status_code == 422
    assert answer.json()["details"][0]["code"] == "recording_too_short"


def test_it_is_explained_by_lead_and_by_the_time_of_its_beats(client: TestClient) -> None:
    explanation = ask(client, as_counts(SAMPLES), way="explain")["explanation"]
    assert explanation["complete"]
    assert f"the mean probability of {VENTRICULAR} over all beats" in explanation["sentence"]
    for part in ("by_lead", "by_time"):
        (target,) = explanation[part]
        assert target["of"] == VENTRICULAR
        shares = [one["contribution"] for one in target["contributions"]]
        assert abs(target["baseline"] + sum(shares) - target["prediction"]) < 1e-6
    leads = {one["lead"]: one["contribution"] for one in explanation["by_lead"][0]["contributions"]}
    assert all(leads[name] == 0 for name in leads.keys() - {"II"}), "the graph reads II alone"
    spans = sorted(explanation["by_time"][0]["contributions"], key=lambda one: one["contribution"])
    for most in spans[-2:]:
        drawn = [at for at, kind in zip(list_times(KINDS), KINDS, strict=True) if kind == "v"]
        assert any(most["begin"] - 0.2 <= at <= most["end"] + 0.2 for at in drawn)


def _write_rows(folder: str) -> tuple[dict[str, bytes], bytes]:
    contents = {
        f"{folder}a.edf": write_edf(SAMPLES),
        f"{folder}b.csv": write_csv(SAMPLES),
        f"{folder}c.dcm": write_dicom(SAMPLES),
    }
    rows: list[Json] = [{"id": key[-5:], "key": key} for key in contents]
    rows += [{"id": "in it", **as_counts(SAMPLES)}, {"id": "short", **as_counts(SAMPLES[:, :99])}]
    return contents, "".join(json.dumps(row) + "\n" for row in rows).encode()


def check_rows(client: TestClient, predictions: bytes, rejects: bytes) -> list[Json]:
    answers = [json.loads(line) for line in predictions.splitlines()]
    assert [one["id"] for one in answers] == ["a.edf", "b.csv", "c.dcm", "in it"]
    expected = [as_file(write_edf(SAMPLES)), *[as_counts(SAMPLES)] * 3]
    for one, instance in zip(answers, expected, strict=True):
        assert one["output"] == ask(client, instance)["output"]
        check_beats(one["output"])
    (reject,) = [json.loads(line) for line in rejects.splitlines()]
    assert (reject["id"], reject["code"]) == ("short", "recording_too_short")
    return answers


@pytest.mark.parametrize("explain", [[], ["--explain"]])
def test_a_file_names_records_and_holds_some(
    client: TestClient, added: Path, tmp_path: Path, explain: list[str]
) -> None:
    contents, rows = _write_rows("")
    for key, content in contents.items():
        (tmp_path / key).write_bytes(content)
    file, results = tmp_path / "rows.jsonl", tmp_path / "results"
    file.write_bytes(rows)
    assert main(["batch", BEATS, str(file), str(results), "--models", str(added), *explain]) == 0
    written = [results / name for name in ("predictions.jsonl", "rejects.jsonl")]
    answers = check_rows(client, *(path.read_bytes() for path in written))
    assert all(("explanation" in one) == bool(explain) for one in answers)
    assert SECRET not in "".join(path.read_text() for path in results.iterdir())


def test_a_record_of_wfdb_is_annotated_on_a_laptop(added: Path, tmp_path: Path) -> None:
    write_wfdb(tmp_path, SAMPLES)
    file, results = tmp_path / "rows.jsonl", tmp_path / "results"
    file.write_text(json.dumps({"key": "record.hea"}))
    assert main(["batch", BEATS, str(file), str(results), "--models", str(added)]) == 0
    check_beats(json.loads((results / "predictions.jsonl").read_text())["output"])


def test_a_bucket_answers_as_https_does(
    client: TestClient, added: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents, rows = _write_rows("files/")
    with running() as stack:
        for name, value in stack.environment().items():
            monkeypatch.setenv(name, value)
        storage.client.cache_clear()
        monkeypatch.setattr(handler, "registry", Registry(added))
        buckets = Buckets(stack)
        for key, content in contents.items():
            buckets.upload(key, content)
        buckets.take_messages()
        upload = buckets.upload(f"incoming/{BEATS}/rows.jsonl", rows)
        handler.handler(messages(*buckets.take_messages()), Context())
        written = buckets.read(folder_of(upload))
        storage.client.cache_clear()
    check_rows(client, written["predictions.jsonl"], written["rejects.jsonl"])


@pytest.fixture(name="asking", scope="module")
def _asking(client: TestClient) -> Iterator[Any]:
    for address in serve(client.app):
        asking = triton.InferenceServerClient(address.removeprefix("http://"))
        yield asking
        asking.close()


def infer(asking: Any, model: str, name: str, array: Any, datatype: str, **more: Any) -> Any:
    tensor = triton.InferInput(name, [*array.shape], datatype)
    tensor.set_data_from_numpy(array)
    return asking.infer(model, [tensor], **more)


def test_triton_reads_kinds_and_times_as_the_graph_gives_them(asking: Any, added: Path) -> None:
    rows = np.stack([SAMPLES, draw_beats("nv")]).astype(np.float32)
    answer = infer(asking, BEATS, "samples", rows, "FP32", parameters={"explain": True})
    graph = onnxruntime.InferenceSession(added / BEATS / "1.0.0" / "model.onnx")
    for name, expected in zip(
        ("kinds", "seconds"), graph.run(None, {"samples": rows}), strict=True
    ):
        np.testing.assert_allclose(answer.as_numpy(name), expected, atol=1e-6)
    told = [json.loads(one) for one in answer.as_numpy("explanation").ravel()]
    assert [one["by_time"][0]["of"] for one in told] == [VENTRICULAR] * 2


def test_triton_reads_columns_of_files(asking: Any, client: TestClient) -> None:
    files = (
        write_edf(SAMPLES),
        base64.b64encode(write_csv(SAMPLES)),
        json.dumps(as_counts(SAMPLES)["ecg"]).encode(),
    )
    answer = infer(asking, f"{BEATS}.columns", "ecg", np.array(files, np.object_), "BYTES")
    output = ask(client, as_counts(SAMPLES))["output"]
    said = "; ".join(f"{one['time_seconds']:g} s {VENTRICULAR}" for one in output["annotations"])
    assert [one.decode() for one in answer.as_numpy("annotations").ravel()] == [said] * len(files)
    assert answer.as_numpy("count_V").ravel().tolist() == [KINDS.count("v")] * len(files)


def test_a_record_in_fhir_has_a_component_per_count(client: TestClient) -> None:
    one = record()
    for component, row in zip(one["component"], SAMPLES, strict=True):
        component["valueSampledData"] = sampled(row)
    content, url = json.dumps(bundle(patient(), one)), f"/fhir/models/{BEATS}/$evaluate"
    resource = client.post(url, content=content, headers={"content-type": FHIR}).json()
    assert judge.list_faults(resource) == []
    assert (resource["resourceType"], resource["status"]) == ("Observation", "final"), resource
    told = {one["code"]["text"]: one["valueQuantity"]["value"] for one in resource["component"]}
    assert told[f"beats of {VENTRICULAR}"] == KINDS.count("v")
    assert told["beats in all"] == len(KINDS.replace("-", ""))
