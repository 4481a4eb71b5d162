"""A U-Net that was fitted in seconds on invented cells answers at every door."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from pydantic_core import to_json

from benchmarks.server import serving
from infra.local_stack import Stack, running
from medmaas import load
from medmaas.api.app import create_app
from medmaas.batch import handler, storage
from medmaas.cli import main
from medmaas.errors import ModelUnavailableError
from medmaas.fhir.answer import write_answer
from medmaas.fhir.case import Case, Evaluation
from medmaas.model.folder import seal
from medmaas.model.manifest import Manifest
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH
from medmaas_training.errors import TrainingError
from tests.batch.uploads import Buckets, Context, folder_of, s3_event
from tests.conftest import ROOT
from tests.fhir.judge import list_faults
from tests.masks import (
    SIDE,
    add_model,
    export_unet,
    fit_unet,
    invent_cells,
    read_png,
    write_png,
    write_shades,
)

Json = dict[str, Any]
SHADES: Json = {
    "threshold": {"value": 0.5, "chosen": "by hand"},
    "objects": {"connectivity": 8, "smallest": 3},
    "pixel_spacing": [0.5, 0.25],
    "uncertainty": {"tensor": "doubt", "measure": "4 p (1 - p)", "high": 1},
}


@pytest.fixture(name="models", scope="module")
def _models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A U-Net, and a graph whose answers are known: a shade over 255 is the probability."""
    models = tmp_path_factory.mktemp("masks") / "models"
    models.mkdir()
    rng = np.random.default_rng(0)
    pictures, masks = map(np.stack, zip(*(invent_cells(rng) for _ in range(64)), strict=True))
    network = fit_unet(pictures, masks)
    add_model(models, export_unet(network), "unet", output={"objects": {}})
    add_model(models, write_shades(), "shades", output=SHADES)
    return models


@pytest.fixture(name="client", scope="module")
def _client(models: Path) -> TestClient:
    return TestClient(create_app(Registry(models)))


@pytest.fixture(name="cells", scope="module")
def _cells() -> tuple[Any, Any]:
    return invent_cells(np.random.default_rng(7))


def post(client: TestClient, url: str, body: Json) -> Any:
    response = client.post(url, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def measure_dice(found: Any, true: Any) -> float:
    return float(2 * (found & true).sum() / (found.sum() + true.sum()))


def test_a_unet_finds_invented_cells_over_https(client: TestClient, cells: Any) -> None:
    picture, true = cells
    body = {"instances": [{"image": write_png(picture)}]}
    (prediction,) = post(client, "/models/unet/explain", body)["predictions"]
    output = prediction["output"]
    assert measure_dice(read_png(output["mask"]), true) > 0.95
    (area,) = output["areas"]
    assert area["pixels"] == read_png(output["mask"]).sum()
    assert area["mm2"] is None
    assert output["box"] == {"left": 0, "top": 0, "right": SIDE, "bottom": SIDE}
    explained = prediction["explanation"]
    assert explained["heat_map"]["of"] == "share_nucleus"
    assert "the expected share of nucleus in the picture is" in explained["sentence"]
    # a heat map of the share points to where the cells are
    heat = np.array(explained["heat_map"]["rows"])
    cover = true.reshape(8, SIDE // 8, 8, SIDE // 8).mean((1, 3))
    assert np.corrcoef(heat.ravel(), cover.ravel())[0, 1] > 0.5


def test_every_pixel_of_an_answer_is_known(client: TestClient) -> None:
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[4:8, 4:8], picture[8:10, 8:10], picture[20, 20] = 255, 200, 255
    body = {"instances": [{"image": write_png(picture)}]}
    (prediction,) = post(client, "/models/shades/predict", body)["predictions"]
    output = prediction["output"]
    np.testing.assert_array_equal(read_png(output["mask"]), picture >= 128)
    assert output["areas"] == [
        {"label": "nucleus", "pixels": 21, "share": round(21 / 1024, 6), "mm2": 21 / 8}
    ]
    assert output["objects"] == {"nucleus": 1}  # two touch at a corner, one is too small
    doubt = 4 * (picture / 255) * (1 - picture / 255)
    np.testing.assert_allclose(read_png(output["uncertainty"]), 255 * doubt, atol=0.51)
    assert prediction["warnings"] == []


def test_a_picture_of_another_size_tells_where_its_mask_is_and_no_mm2(client: TestClient) -> None:
    picture = np.zeros((80, 100), np.uint8)
    picture[:, :50] = 255
    body = {"instances": [{"image": write_png(picture)}]}
    (prediction,) = post(client, "/models/shades/predict", body)["predictions"]
    output = prediction["output"]
    assert output["box"] == {"left": 10, "top": 0, "right": 90, "bottom": 80}
    assert output["areas"][0]["share"] == pytest.approx(0.5, abs=0.04)
    assert output["areas"][0]["mm2"] is None  # nobody knows how large its pixels are


def test_an_empty_mask_is_told_in_both_languages(client: TestClient) -> None:
    body = {"instances": [{"image": write_png(np.zeros((SIDE, SIDE), np.uint8))}]}
    for language, said in (("en", "No pixel reaches the threshold 0.5"), ("zh", "没有像素达到")):
        asked = client.post(
            "/models/shades/predict", json=body, headers={"accept-language": language}
        )
        (warning,) = asked.json()["predictions"][0]["warnings"]
        assert warning["problem"].startswith(said)
        assert "healthy" not in warning["problem"]


def test_more_masks_than_fit_a_small_function_are_refused(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medmaas.model.outputs.mask._MOST_BYTES", 3_000)
    small = TestClient(create_app(Registry(models)))
    one = {"image": write_png(np.zeros((SIDE, SIDE), np.uint8))}
    assert small.post("/models/shades/predict", json={"instances": [one] * 2}).status_code == 200
    refused = small.post("/models/shades/predict", json={"instances": [one] * 3})
    assert refused.status_code == 422
    assert "at most 2 masks at once" in refused.json()["error"]


def test_answers_are_as_they_are_described(client: TestClient, cells: Any) -> None:
    document = client.get("/openapi.json").json()
    validate(document)
    parts = {"components": document["components"]}
    body = {"instances": [{"image": write_png(cells[0])}]}
    for path in ("/models/{model_id}/explain", "/models/shades/explain", "/models/unet/explain"):
        answer = post(client, path.replace("{model_id}", "unet"), body)
        asked = document["paths"][path]["post"]
        given = asked["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator(given | parts).validate(answer)


@pytest.mark.parametrize("more", [[], ["--explain"]])
def test_a_file_holds_the_masks_in_its_results(
    models: Path, client: TestClient, tmp_path: Path, more: list[str]
) -> None:
    rng = np.random.default_rng(3)
    rows = [{"id": f"P{i}", "image": write_png(invent_cells(rng)[0])} for i in range(3)]
    rows[1]["image"] = base64.b64encode(b"no picture").decode()
    file, results = tmp_path / "cells.jsonl", tmp_path / "results"
    file.write_bytes(b"".join(to_json(row) + b"\n" for row in rows))
    asked = ["batch", "unet", str(file), str(results), "--models", str(models)]
    assert main([*asked, *more]) == 0
    lines = [*map(json.loads, (results / "predictions.jsonl").read_text().splitlines())]
    assert [one["id"] for one in lines] == ["P0", "P2"]
    (reject,) = map(json.loads, (results / "rejects.jsonl").read_text().splitlines())
    assert (reject["id"], reject["field"]) == ("P1", "image")
    for line, row in zip(lines, rows[::2], strict=True):
        body = {"instances": [{"image": row["image"]}]}
        (over,) = post(client, "/models/unet/predict", body)["predictions"]
        assert line["output"] == over["output"]
        assert ("explanation" in line) == bool(more)


def test_the_lines_of_the_page_make_files_of_results(
    models: Path, cells: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    row = {"id": "P1", "image": write_png(cells[0])}
    Path("cells.jsonl").write_bytes(to_json(row))
    assert main(["batch", "unet", "cells.jsonl", "out", "--models", str(models)]) == 0
    page = (ROOT / "docs" / "batch.md").read_text()
    (lines,) = re.findall(r"^  ```python\n(.+?)^  ```", page, re.DOTALL | re.MULTILINE)
    exec(compile(dedent(lines), "batch.md", "exec"), {})  # noqa: S102 - the page is ours
    (file,) = Path("out").glob("*.png")
    assert "P1" not in file.name
    mask = read_png(base64.b64encode(file.read_bytes()).decode())
    assert measure_dice(mask, cells[1]) > 0.95


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running() as started:
        yield started


def test_a_bucket_gets_the_masks_of_pictures_that_lie_in_it(
    stack: Stack, models: Path, cells: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)
    storage.client.cache_clear()
    monkeypatch.setattr(handler, "registry", Registry(models))
    buckets, (picture, true) = Buckets(stack), cells
    buckets.upload("images/one.png", base64.b64decode(write_png(picture)))
    rows = [{"id": "P1", "key": "images/one.png"}, {"id": "P2", "image": write_png(picture)}]
    content = b"".join(to_json(row) + b"\n" for row in rows)
    upload = buckets.upload("incoming/unet/cells.jsonl", content)
    handler.handler(s3_event(upload), Context())
    results = buckets.read(folder_of(upload))
    assert json.loads(results["manifest.json"])["scored"] == 2
    first, second = map(json.loads, results["predictions.jsonl"].splitlines())
    assert first["output"] == second["output"]
    assert measure_dice(read_png(first["output"]["mask"]), true) > 0.95
    storage.client.cache_clear()


def test_triton_gets_the_tensors_as_they_are_and_columns(models: Path, cells: Any) -> None:
    picture, _ = cells
    with serving(models) as server:
        client: Any = triton.InferenceServerClient(f"127.0.0.1:{server.port}")
        told = client.get_model_metadata("shades")
        shapes = {one["name"]: one["shape"] for one in told["outputs"]}
        assert shapes["probabilities"] == [-1, 1, SIDE, SIDE]
        pixels = triton.InferInput("pixels", [1, 1, SIDE, SIDE], "UINT8")
        pixels.set_data_from_numpy(picture[None, None])
        answer = client.infer("shades", [pixels])
        maps = answer.as_numpy("probabilities")
        np.testing.assert_array_equal(maps, picture[None, None].astype(np.float32) / 255)
        assert answer.as_numpy("doubt").shape == (1, SIDE, SIDE)
        image = triton.InferInput("image", [1], "BYTES")
        image.set_data_from_numpy(np.array([base64.b64decode(write_png(picture))], object))
        wanted = [
            triton.InferRequestedOutput(name)
            for name in ("mask", "pixels_nucleus", "mm2_nucleus", "objects_nucleus", "box_right")
        ]
        answer = client.infer("shades.columns", [image], outputs=wanted)
        mask = read_png(answer.as_numpy("mask")[0].decode())
        np.testing.assert_array_equal(mask, picture >= 128)
        assert answer.as_numpy("pixels_nucleus").tolist() == [mask.sum()]
        assert answer.as_numpy("mm2_nucleus").tolist() == [mask.sum() / 8]
        assert answer.as_numpy("box_right").tolist() == [SIDE]
        explained = client.infer("unet.columns", [image], parameters={"explain": True})
        heat = json.loads(explained.as_numpy("explanation")[0])["heat_map"]
        assert heat["of"] == "share_nucleus"
        client.close()


@pytest.mark.parametrize(
    ("name", "quantity"),
    [("shades", {"value": 2, "unit": "mm2"}), ("unet", {"unit": "{pixel}"})],
)
def test_areas_are_an_observation_in_mm2_where_that_is_known(
    models: Path, name: str, quantity: Json
) -> None:
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[4:8, 4:8] = 255
    model = Registry(models).get(name)
    instance = {"image": write_png(picture)}
    (prediction,) = predict(model, [instance])
    case = Case("Patient/p1", datetime(2026, 3, 1, 9, tzinfo=UTC), instance, (), ())
    resource = write_answer(Evaluation(model, case, prediction))
    assert list_faults(resource) == []
    assert resource["resourceType"] == "Observation"
    (component,) = resource["component"]
    assert component["code"] == {"text": "nucleus"}
    given = component["valueQuantity"]
    assert given | quantity == given
    assert given["code"] == given["unit"]


def test_python_gets_the_same_answer(models: Path, client: TestClient, cells: Any) -> None:
    instance = {"image": write_png(cells[0])}
    (here,) = load("unet", models=models).predict([instance])
    (there,) = post(client, "/models/unet/predict", {"instances": [instance]})["predictions"]
    assert here["output"] == there["output"]


def test_a_golden_mask_holds_a_sample_and_no_drawing(models: Path) -> None:
    (path,) = models.glob("shades/*/manifest.json")
    manifest = Manifest.read(path.read_bytes())
    case = manifest.golden.cases[0]
    assert case.answer is not None
    assert {"mask", "uncertainty"}.isdisjoint(case.answer.output)
    assert case.answer.output["areas"][0]["pixels"] > 0
    spoilt = case.answer.model_copy(
        update={"output": case.answer.output | {"objects": {"nucleus": 99}}}
    )
    cases = (case.model_copy(update={"answer": spoilt}), *manifest.golden.cases[1:])
    golden = manifest.golden.model_copy(update={"cases": cases})
    other = path.parents[2].parent / "spoilt"
    target = other / "shades" / "1.0.0"
    target.mkdir(parents=True)
    for file in path.parent.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    (target / path.name).write_bytes(seal(manifest.model_copy(update={"golden": golden})))
    with pytest.raises(ModelUnavailableError) as raised:
        Registry(other).get("shades")
    assert "answer.output.objects.nucleus" in ENGLISH.say(raised.value.fact)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({"threshold": None}, r"\[n, 1, 32, 32\].*\[n, 2, 32, 32\]"),
        ({"height": 16}, r"output needs \[n, 1, 16, 32\]"),
        ({"uncertainty": {"tensor": "doubt", "measure": "x", "high": 0.1}}, "beyond"),
    ],
)
def test_a_graph_that_does_not_give_what_is_stated_is_refused(
    tmp_path: Path, output: Json, said: str
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    with pytest.raises(TrainingError, match=said):
        add_model(models, write_shades(), "shades", output=SHADES | output)
