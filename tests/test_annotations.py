"""Models that label times of a record answer through every door but the page."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from medmaas.api.app import create_app
from medmaas.cli import main
from medmaas.model.registry import Registry
from tests.annotated_models import (
    add_cautious,
    add_ectopy,
    add_renal,
    add_rhythm,
    draw_beats,
    draw_signal,
)
from tests.cds_hooks import judge as hooks_judge
from tests.cds_hooks.calls import call, searchset
from tests.fhir import judge as fhir_judge
from tests.fhir.records import CREATININE, FHIR, NOW, bundle, observation, patient
from tests.page.conftest import serve

Json = dict[str, Any]
FAILING = {"creatinine": 4.5, "glucose": 100}
INSTANCES: dict[str, Json] = {
    "rhythm": draw_signal("rrffrrpr"),
    "ectopy": draw_beats("nnvnsnn"),
    "renal": FAILING,
}


@pytest.fixture(name="added", scope="module")
def _added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("added") / "models"
    for add in (add_rhythm, add_ectopy, add_renal, add_cautious):
        add(models)
    return models


@pytest.fixture(name="client", scope="module")
def _client(added: Path) -> TestClient:
    app = create_app(Registry(added))
    app.state.clock = lambda: NOW
    return TestClient(app)


def post(client: TestClient, url: str, body: Json, language: str = "en") -> Any:
    response = client.post(url, json=body, headers={"accept-language": language})
    assert response.status_code == 200, response.text
    return response.json()


def predict(client: TestClient, model: str, *instances: Json, way: str = "predict") -> list[Json]:
    predictions: list[Json] = post(client, f"/models/{model}/{way}", {"instances": [*instances]})[
        "predictions"
    ]
    return predictions


# HTTP


def test_windows_are_episodes(client: TestClient) -> None:
    (answer,) = predict(client, "rhythm", INSTANCES["rhythm"])
    output = answer["output"]
    told = [
        (one["start_seconds"], one["end_seconds"], one["label"]) for one in output["annotations"]
    ]
    assert told == [(2, 4, "fast"), (6, 7, "pause")]
    assert output["counts"] == {"regular": 5, "fast": 2, "pause": 1}
    assert (output["steps"], output["end_seconds"]) == (8, 8)


def test_beats_have_their_times(client: TestClient) -> None:
    (answer,) = predict(client, "ectopy", INSTANCES["ectopy"])
    told = [(one["time_seconds"], one["label"]) for one in answer["output"]["annotations"]]
    assert told == [(1.85, "ventricular beat"), (3.15, "supraventricular beat")]
    assert answer["output"]["counts"]["normal beat"] == 5


@pytest.mark.parametrize(
    ("model", "short"), [("rhythm", draw_signal("rf")), ("ectopy", draw_beats("nv"))]
)
def test_a_short_record_beside_a_long_one_has_the_same_answer(
    client: TestClient, model: str, short: Json
) -> None:
    (alone,) = predict(client, model, short)
    beside, _ = predict(client, model, short, INSTANCES[model])
    assert beside == alone
    assert alone["output"]["steps"] == 2


def test_undecided_days_are_told_and_have_no_label(client: TestClient) -> None:
    (answer,) = predict(client, "renal", FAILING)
    first, second = answer["output"]["annotations"]
    assert (first["label"], first["probability"], first["end_seconds"]) == (None, None, 172_800)
    assert second["label"] == "failing"
    assert answer["output"]["undecided"] == 2


@pytest.mark.parametrize("model", INSTANCES)
def test_every_answer_is_explained(client: TestClient, model: str) -> None:
    (answer,) = predict(client, model, INSTANCES[model], way="explain")
    explained = answer["explanation"]
    (target,) = explained["targets" if model == "renal" else "by_measurement"]
    assert target["of"] in answer["output"]["counts"]
    assert target["of"] not in {"regular", "normal beat", "steady"}
    assert f"the mean probability of {target['of']} over all" in explained["sentence"]
    shares = [part["contribution"] for part in target["contributions"]]
    assert abs(target["baseline"] + sum(shares) - target["prediction"]) < 1e-6


def test_columns_hold_annotations_and_counts(client: TestClient) -> None:
    body = {"columns": {name: [value] for name, value in FAILING.items()}}
    columns = post(client, "/models/renal/predict", body)["columns"]
    assert columns["annotations"] == [["0-172800 s ?", "172800-345600 s failing"]]
    assert (columns["count_failing"], columns["undecided"]) == ([2], [2])
    assert columns["left_out"] == [0]


def test_far_from_what_it_knows_the_model_abstains(client: TestClient) -> None:
    far, near = predict(client, "cautious", {"creatinine": 15, "glucose": 100}, FAILING)
    assert (far["status"], far["output"], far["code"]) == ("abstained", None, "too_far")
    assert (near["status"], near["output"]["counts"]["failing"]) == ("ok", 2)
    columns = {"creatinine": [15, 4.5], "glucose": [100, 100]}
    given = post(client, "/models/cautious/predict", {"columns": columns})["columns"]
    assert (given["annotations"][0], given["count_failing"]) == (None, [None, 2])
    forced = {"instances": [{"creatinine": 15, "glucose": 100}], "force": True}
    (answer,) = post(client, "/models/cautious/predict", forced)["predictions"]
    assert (answer["status"], answer["output"]["counts"]["failing"]) == ("forced", 4)


def test_chinese_is_spoken(client: TestClient) -> None:
    (answer,) = post(client, "/models/renal/explain", {"instances": [FAILING]}, "zh")["predictions"]
    assert "衰竭在所有窗口的平均概率" in answer["explanation"]["sentence"]
    assert answer["output"]["annotations"][1]["label"] == "failing"  # data stay as they are


# files


def test_a_file_has_a_column_for_everything(added: Path, tmp_path: Path) -> None:
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_text("id,creatinine,glucose\na,4.5,100\nb,1,100\n")
    asked = ["batch", "renal", str(file), str(results), "--models", str(added), "--explain"]
    assert main(asked) == 0
    (written,) = results.glob("predictions.csv")
    first, second = csv.DictReader(written.read_text().splitlines())
    assert first["annotations"] == "0-172800 s ?; 172800-345600 s failing"
    assert (first["count_failing"], first["undecided"], first["left_out"]) == ("2", "2", "0")
    assert (second["annotations"], second["count_steady"]) == ("", "4")
    assert "mean probability of failing" in first["explanation"]


def test_records_of_a_file_are_answered_as_over_http(
    client: TestClient, added: Path, tmp_path: Path
) -> None:
    file, results = tmp_path / "rows.jsonl", tmp_path / "results"
    file.write_text(json.dumps({"id": "a"} | INSTANCES["ectopy"]) + "\n")
    asked = ["batch", "ectopy", str(file), str(results), "--models", str(added), "--explain"]
    assert main(asked) == 0
    row = json.loads((results / "predictions.jsonl").read_text())
    (answer,) = predict(client, "ectopy", INSTANCES["ectopy"])
    assert row["output"] == answer["output"]
    assert row["explanation"]["by_time"]


def test_long_form_rows_of_a_file_are_beats(client: TestClient) -> None:
    rows = [f"a,{b['second']},{b['rr']},{b['width']}" for b in INSTANCES["ectopy"]["beats"]]
    content = "\n".join(["id,second,rr,width", *rows])
    sent = client.post("/models/ectopy/file", content=content, headers={"content-type": "text/csv"})
    (row,) = sent.json()["rows"]
    (answer,) = predict(client, "ectopy", INSTANCES["ectopy"])
    assert row["prediction"] == answer


# the inference protocol


@pytest.fixture(name="asking", scope="module")
def _asking(client: TestClient) -> Iterator[Any]:
    for address in serve(client.app):
        asking = triton.InferenceServerClient(address.removeprefix("http://"))
        yield asking
        asking.close()


def infer(asking: Any, model: str, *inputs: tuple[str, Any, str], binary: bool = True) -> Any:
    tensors = []
    for name, array, datatype in inputs:
        tensors.append(triton.InferInput(name, [*array.shape], datatype))
        tensors[-1].set_data_from_numpy(array, binary_data=binary)
    return asking.infer(model, tensors)


@pytest.mark.parametrize("binary", [True, False])
def test_triton_reads_the_tensors_of_the_graph(asking: Any, added: Path, *, binary: bool) -> None:
    rows = np.full((2, 7, 3), np.nan, np.float32)
    for row, kinds in zip(rows, ("nnvnsnn", "nv"), strict=True):
        beats = [[*beat.values()] for beat in draw_beats(kinds)["beats"]]
        row[: len(beats)] = beats
    answer = infer(asking, "ectopy", ("beats", rows, "FP32"), binary=binary)
    session = onnxruntime.InferenceSession(added / "ectopy" / "1.0.0" / "model.onnx")
    kinds, seconds = session.run(["kinds", "seconds"], {"beats": rows})
    assert np.array_equal(answer.as_numpy("kinds"), kinds, equal_nan=True)
    assert np.array_equal(answer.as_numpy("seconds"), seconds, equal_nan=True)
    assert np.isnan(seconds[1, 2:]).all()


def test_triton_reads_columns(asking: Any) -> None:
    columns = [(name, np.array([value], float), "FP64") for name, value in FAILING.items()]
    answer = infer(asking, "renal.columns", *columns)
    said = answer.as_numpy("annotations")[0].decode()
    assert said == "0-172800 s ?; 172800-345600 s failing"
    assert answer.as_numpy("count_failing")[0] == 2
    beats = np.array([json.dumps(INSTANCES["ectopy"]["beats"]).encode()], np.object_)
    answer = infer(asking, "ectopy.columns", ("beats", beats, "BYTES"))
    assert answer.as_numpy("count_V")[0] == 1  # by its alias


# records


def record(creatinine: float = 4.5) -> list[Json]:
    return [
        observation("c1", CREATININE, creatinine, "mg/dL", "2026-02-01"),
        observation("g1", "2345-7", 100, "mg/dL", "2026-02-02"),
    ]


def test_a_record_has_a_component_per_count(client: TestClient) -> None:
    content = json.dumps(bundle(patient(), *record()))
    sent = client.post(
        "/fhir/models/renal/$evaluate", content=content, headers={"content-type": FHIR}
    )
    resource = sent.json()
    assert fhir_judge.list_faults(resource) == []
    assert (resource["resourceType"], resource["status"]) == ("Observation", "final")
    told = {one["code"]["text"]: one["valueQuantity"]["value"] for one in resource["component"]}
    assert told == {
        "windows of steady": 0,
        "windows of failing": 2,
        "undecided windows": 2,
        "windows in all": 4,
    }


@pytest.mark.parametrize(
    ("creatinine", "summary"),
    [
        (4.5, "failing 2 among 4 windows; 2 undecided"),
        (1, "no failing among 4 windows"),
    ],
)
def test_a_card_says_what_was_found(client: TestClient, creatinine: float, summary: str) -> None:
    prefetch = {"patient": patient(), "observations": searchset(*record(creatinine))}
    answer = post(client, "/cds-services/renal", call(prefetch=prefetch))
    assert hooks_judge.list_faults(answer) == []
    (card,) = answer["cards"]
    assert card["summary"] == f"State of the kidneys on each of four days: {summary}"
    assert "normal" not in card["detail"].lower()
    assert "| undecided |" in card["detail"]


# what is described


def test_answers_are_as_they_are_described(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    validate(document)
    for model, instance in INSTANCES.items():
        answer = post(client, f"/models/{model}/explain", {"instances": [instance]})
        for path in (f"/models/{model}/explain", "/models/{model_id}/explain"):
            given = document["paths"][path]["post"]["responses"]["200"]["content"]
            schema = given["application/json"]["schema"] | {"components": document["components"]}
            Draft202012Validator(schema).validate(answer)


def test_golden_cases_hold_no_beat_as_minus_one(added: Path) -> None:
    manifest = json.loads((added / "ectopy" / "1.0.0" / "manifest.json").read_text())
    long, short = manifest["golden"]["cases"]
    assert short["outputs"]["seconds"][2:] == [-1] * 5
    assert short["outputs"]["kinds"][6:] == [-1] * 15
    assert -1 not in long["outputs"]["seconds"]
    assert short["answer"]["output"]["steps"] == 2


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ({"labels": ["steady", "failing", "gone"]}, "output needs [n, n, 3]"),
        ({"tensor": "nothing"}, "output.tensor is nothing, but the graph gives states"),
        (
            {"time": {"kind": "beats", "time_tensor": "when"}},
            "output.time.time_tensor is when, but the graph gives states",
        ),
    ],
)
def test_a_graph_that_does_not_fit_is_refused(tmp_path: Path, output: Json, sentence: str) -> None:
    from medmaas_training.errors import TrainingError  # noqa: PLC0415 - takes seconds

    with pytest.raises(TrainingError) as refused:
        add_renal(tmp_path / "models", **output)
    assert sentence in str(refused.value)


def test_the_card_tells_what_is_labelled(added: Path) -> None:
    card = (added / "rhythm" / "1.0.0" / "card.md").read_text()
    assert "the label of each window of 1 s, every 1 s from 0 s" in card
    assert "undecided where none has a probability of 0.6" in card
