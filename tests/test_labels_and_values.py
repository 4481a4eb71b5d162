"""Models of several labels and of several values answer through every door."""

import csv
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from PIL import Image

from medmaas.api.app import create_app
from medmaas.cli import main
from medmaas.model.registry import Registry
from tests.added_models import (
    FINDINGS,
    GLUCOSE,
    add_chest,
    add_heart,
    add_molecules,
    add_strain,
    draw_picture,
)
from tests.cds_hooks import judge as hooks_judge
from tests.cds_hooks.calls import call, searchset
from tests.fhir import judge as fhir_judge
from tests.fhir.records import CREATININE, FHIR, NOW, bundle, observation, patient
from tests.model.dicoms import PATIENT, draw, encode, make, write
from tests.page.conftest import serve

Json = dict[str, Any]
RESULTS = {"creatinine": 4, "glucose": 170}
BEYOND = {"creatinine": 15, "glucose": 170}  # an ejection fraction below 5 %
INSTANCES: dict[str, Json] = {
    "chest": {"image": draw_picture(5)},
    "strain": RESULTS,
    "heart": RESULTS,
}


@pytest.fixture(name="added", scope="module")
def _added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("models")
    for add in (add_chest, add_strain, add_heart):
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


def ask_graph(added: Path, model: str, name: str, rows: Any) -> Any:
    """What ONNX Runtime gives by itself."""
    session = onnxruntime.InferenceSession(added / model / "1.0.0" / "model.onnx")
    return session.run([name], {session.get_inputs()[0].name: rows})[0]


# HTTP


def test_a_picture_has_each_of_fourteen_findings_by_itself(client: TestClient) -> None:
    (answer,) = predict(client, "chest", INSTANCES["chest"])
    probabilities = answer["output"]["probabilities"]
    assert tuple(probabilities) == FINDINGS
    assert sum(probabilities.values()) > 2  # they are of no one event
    reached = [name for i, name in enumerate(FINDINGS) if probabilities[name] >= 0.45 + 0.01 * i]
    assert answer["output"]["labels"] == reached
    assert 1 < len(reached) < len(FINDINGS)
    states = [answer["interval"][s] for s in ("present", "absent", "undecided", "coverage_unknown")]
    assert sorted(name for state in states for name in state) == sorted(FINDINGS)
    assert answer["interval"]["coverage_unknown"] == ["Pneumothorax"]


def test_findings_of_a_dicom_are_those_of_the_same_shades_as_a_picture(
    client: TestClient,
) -> None:
    stored = draw(64, 64)
    shown = {"WindowCenter": 2048, "WindowWidth": 4096, "BitsStored": 12}
    file = encode(write(make(stored, PhotometricInterpretation="MONOCHROME1", **shown)))
    shades = 255 - np.rint(255 * ((stored - 2047.5) / 4095 + 0.5).clip(0, 1)).astype(np.uint8)
    png = BytesIO()
    Image.fromarray(shades).save(png, "PNG")
    of_file, of_picture = predict(
        client, "chest", {"image": file}, {"image": encode(png.getvalue())}
    )
    assert of_file["output"] == of_picture["output"]
    (said,) = [one for one in of_file["warnings"] if one["code"] == "dicom_read"]
    assert "inverted" in said["problem"]
    assert PATIENT not in json.dumps(of_file)
    (explained,) = predict(client, "chest", {"image": file}, way="explain")
    assert explained["explanation"]["heat_map"]["of"] in explained["output"]["labels"]


def test_values_are_those_of_the_graph(client: TestClient, added: Path) -> None:
    (answer,) = predict(client, "heart", RESULTS)
    (row,) = ask_graph(added, "heart", "variable", np.array([[4, 170]], np.float32))
    values = answer["output"]["values"]
    assert abs(values["ejection_fraction"]["value"] - row[0]) < 1e-5
    assert values["extrasystoles"] == {"value": round(float(row[1])), "unit": "/h"}
    axis = answer["interval"]["values"]["axis"]
    assert axis["low"] > 0 > axis["high"]  # through 180


@pytest.mark.parametrize("model", INSTANCES)
def test_every_answer_is_explained(client: TestClient, model: str) -> None:
    (answer,) = predict(client, model, INSTANCES[model], way="explain")
    explained = answer["explanation"]
    if model == "chest":
        of = explained["heat_map"]["of"]
        assert of in answer["output"]["labels"]
        assert "against its opposite" in explained["measure"]
        return
    told = [target["of"] for target in explained["targets"]]
    named = answer["output"]["labels" if model == "strain" else "values"]
    assert sorted(told) == sorted(named)
    for target in explained["targets"]:
        shares = [part["contribution"] for part in target["contributions"]]
        assert abs(target["baseline"] + sum(shares) - target["prediction"]) < 1e-6


def test_an_impossible_value_is_held_back_and_its_neighbours_are_not(client: TestClient) -> None:
    held, fine = predict(client, "heart", BEYOND, RESULTS)
    assert (held["status"], held["output"], held["code"]) == (
        "abstained",
        None,
        "impossible_values",
    )
    assert "interval" not in held
    assert "ejection fraction is from 5 to 90 %" in held["reason"]
    assert fine["status"] == "ok"
    body = {"instances": [BEYOND], "force": True}
    (forced,) = post(client, "/models/heart/predict", body)["predictions"]
    assert forced["status"] == "forced"
    assert forced["output"]["values"]["ejection_fraction"]["value"] < 5
    refused = client.post("/models/heart/explain", json={"instances": [BEYOND]})
    assert refused.status_code == 422


@pytest.mark.parametrize("model", ["strain", "heart"])
def test_chinese_is_spoken(client: TestClient, model: str) -> None:
    body = {"instances": [RESULTS if model == "strain" else BEYOND]}
    way = "explain" if model == "strain" else "predict"
    (answer,) = post(client, f"/models/{model}/{way}", body, "zh")["predictions"]
    said = answer["explanation"]["sentence"] if model == "strain" else answer["reason"]
    assert any("\u4e00" <= character <= "\u9fff" for character in said)
    if model == "heart":
        assert said == "模型给出的数值超出其清单所述的可能范围：射血分数应在 5 至 90 % 之间"


# files


HEAD = "id,creatinine,glucose\n"


@pytest.mark.parametrize("model", ["strain", "heart"])
def test_a_file_has_a_column_for_everything(added: Path, tmp_path: Path, model: str) -> None:
    file, results = tmp_path / "rows.csv", tmp_path / "results"
    file.write_text(f"{HEAD}a,4,170\nb,15,170\n")
    asked = ["batch", model, str(file), str(results), "--models", str(added), "--explain"]
    assert main(asked) == 0
    (written,) = results.glob("predictions.csv")
    first, second = csv.DictReader(written.read_text().splitlines())
    assert first["explanation"]
    if model == "strain":
        assert first["labels"] == "Kidney; Sugar"
        assert float(first["probability_Kidney"]) > 0.5 > float(first["probability_Rest"])
        assert first["interval_present"] == "Kidney; Sugar"
        assert first["interval_coverage_unknown"] == "Rest"
        return
    assert first["extrasystoles"] == "16"
    assert (first["extrasystoles_low"], first["extrasystoles_high"]) == ("14", "18")
    assert float(first["axis_low"]) > 0 > float(first["axis_high"])
    assert first["axis_unit"] == "deg"
    assert second["ejection_fraction"] == ""
    assert "ejection fraction is from 5" in second["abstained"]


def test_pictures_of_a_file_are_answered(added: Path, tmp_path: Path) -> None:
    file, results = tmp_path / "rows.jsonl", tmp_path / "results"
    file.write_text(json.dumps({"id": "a"} | INSTANCES["chest"]) + "\n")
    asked = ["batch", "chest", str(file), str(results), "--models", str(added), "--explain"]
    assert main(asked) == 0
    row = json.loads((results / "predictions.jsonl").read_text())
    assert set(row["output"]["probabilities"]) == set(FINDINGS)
    assert row["explanation"]["heat_map"]["of"] in row["output"]["labels"]


@pytest.mark.parametrize("model", ["strain", "heart"])
def test_the_rows_of_a_posted_file_are_answered_alike(client: TestClient, model: str) -> None:
    sent = client.post(
        f"/models/{model}/file",
        content=f"{HEAD}a,4,170\n",
        headers={"content-type": "text/csv"},
    )
    (row,) = sent.json()["rows"]
    assert row["prediction"] == predict(client, model, RESULTS)[0]


# the inference protocol


@pytest.fixture(name="asking", scope="module")
def _asking(client: TestClient) -> Iterator[Any]:
    for address in serve(client.app):
        asking = triton.InferenceServerClient(address.removeprefix("http://"))
        yield asking
        asking.close()


def infer(asking: Any, model: str, *inputs: tuple[str, Any, str]) -> Any:
    tensors = []
    for name, array, datatype in inputs:
        tensors.append(triton.InferInput(name, [*array.shape], datatype))
        tensors[-1].set_data_from_numpy(array)
    return asking.infer(model, tensors)


def test_triton_reads_the_tensors_of_the_graph(asking: Any, added: Path) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (2, 1, 64, 64), np.uint8)
    answer = infer(asking, "chest", ("image", picture, "UINT8"))
    assert np.array_equal(
        answer.as_numpy("findings"), ask_graph(added, "chest", "findings", picture)
    )
    rows = np.array([[4, 170], [15, 170]], np.float32)
    given = infer(asking, "heart", ("features", rows, "FP32")).as_numpy("variable")
    assert np.array_equal(given[:1], ask_graph(added, "heart", "variable", rows[:1]))
    assert np.isnan(given[1]).all()  # it is held back here, too


def test_triton_reads_columns(asking: Any, client: TestClient) -> None:
    columns = [(name, np.array([float(RESULTS[name])]), "FP64") for name in RESULTS]
    labels = infer(asking, "strain.columns", *columns)
    (output,) = (one["output"] for one in predict(client, "strain", RESULTS))
    assert labels.as_numpy("labels")[0].decode() == "; ".join(output["labels"])
    assert labels.as_numpy("probability_Kidney")[0] == output["probabilities"]["Kidney"]
    values = infer(asking, "heart.columns", *columns)
    assert values.as_numpy("extrasystoles")[0] == 16
    assert values.as_numpy("axis_unit")[0].decode() == "deg"
    assert values.as_numpy("axis_low")[0] > 0 > values.as_numpy("axis_high")[0]
    picture = np.array([draw_picture(5).encode()], np.object_)
    given = infer(asking, "chest.columns", ("image", picture, "BYTES"))
    assert given.as_numpy("probability_Pleural_thickening")[0] > 0


# records


def record(creatinine: float = 4) -> list[Json]:
    return [
        observation("c1", CREATININE, creatinine, "mg/dL", "2026-02-01"),
        observation("g1", GLUCOSE, 170, "mg/dL", "2026-02-02"),
    ]


def evaluate(client: TestClient, model: str, *results: Json) -> Any:
    content = json.dumps(bundle(patient(), *results))
    sent = client.post(
        f"/fhir/models/{model}/$evaluate", content=content, headers={"content-type": FHIR}
    )
    resource = sent.json()
    assert fhir_judge.list_faults(resource) == []
    return resource


def test_a_record_has_a_prediction_per_label(client: TestClient) -> None:
    resource = evaluate(client, "strain", *record())
    assert resource["resourceType"] == "RiskAssessment"
    told = {one["outcome"]["text"]: one for one in resource["prediction"]}
    assert [*told] == ["Kidney", "Sugar", "Rest"]
    assert sum(one["probabilityDecimal"] for one in told.values()) > 100
    assert told["Kidney"]["rationale"] == "at or above its threshold of 50.0%"
    assert told["Rest"]["rationale"] == "below its threshold of 90.0%"
    assert "coverage unknown" in json.dumps(resource["note"])


def test_a_record_has_a_component_per_value(client: TestClient) -> None:
    resource = evaluate(client, "heart", *record())
    assert resource["resourceType"] == "Observation"
    assert "valueQuantity" not in resource
    values = {one["code"]["text"]: one["valueQuantity"] for one in resource["component"]}
    assert values["extrasystoles"]["value"] == 16
    assert {one["code"] for one in values.values()} == {"%", "/h", "deg"}
    held = evaluate(client, "heart", *record(15))
    assert (held["resourceType"], held["status"]) == ("RiskAssessment", "cancelled")


@pytest.mark.parametrize(
    ("model", "creatinine", "summary"),
    [
        ("strain", 4, "2 of 3 findings reach their threshold: Kidney 88.7%, Sugar 57.6%"),
        ("strain", 1.5, "none of the 3 findings reaches its threshold"),
        ("heart", 15, "No assessment: the model does not apply to this record"),
        ("heart", 4, "Three numbers of a heart: ejection fraction 49.8713 %, extrasystoles 16 "),
    ],
)
def test_a_card_says_what_reaches_its_threshold(
    client: TestClient, model: str, creatinine: float, summary: str
) -> None:
    results = [
        observation("c1", CREATININE, creatinine, "mg/dL", "2026-02-01"),
        observation("g1", GLUCOSE, 170 if creatinine != 1.5 else 100, "mg/dL", "2026-02-02"),
    ]
    prefetch = {"patient": patient(), "observations": searchset(*results)}
    answer = post(client, f"/cds-services/{model}", call(prefetch=prefetch))
    assert hooks_judge.list_faults(answer) == []
    (card,) = answer["cards"]
    assert card["summary"].startswith(summary)
    assert not any(word in card["detail"].lower() for word in ("normal", "healthy"))


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


def test_the_card_tells_the_thresholds_and_how_they_were_chosen(added: Path) -> None:
    manifest = json.loads((added / "strain" / "1.0.0" / "manifest.json").read_text())
    assert manifest["golden"]["cases"][0]["answer"]["output"].keys() == {"labels", "probabilities"}
    assert manifest["output"]["thresholds"].startswith("Chosen by hand")
    card = (added / "strain" / "1.0.0" / "card.md").read_text()
    assert "## Thresholds" in card
    assert "| Kidney | 0.5 |" in card


@pytest.mark.parametrize("kind", ["labels", "values"])
def test_a_line_has_several_labels_and_values_too(kind: str, tmp_path: Path) -> None:
    """As of a molecule, whose explanation colours atoms."""
    add_molecules(tmp_path, kind)
    client = TestClient(create_app(Registry(tmp_path)))
    (answer,) = predict(client, f"tox_{kind}", {"smiles": "CCO"}, way="explain")
    assert answer["status"] == "ok"
    assert answer["explanation"]["sentence"]
    sent = client.post(
        f"/models/tox_{kind}/file",
        content="id,smiles\na,CCO\nb,c1ccccc1\n",
        headers={"content-type": "text/csv"},
    )
    assert [row["prediction"]["status"] for row in sent.json()["rows"]] == ["ok", "ok"]
