"""A model with random weights takes a DICOM through every door, and answers the same."""

import base64
import json
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import tritonclient.http as triton
import yaml
from fastapi.testclient import TestClient
from openapi_spec_validator import validate

from medmaas.api.app import create_app
from medmaas.cli import main
from medmaas.model.inputs.image import Image
from medmaas.model.manifest import ImageInput
from medmaas.model.registry import Registry
from medmaas_training.kinds.inputs.image import make as make_description
from tests.conftest import ROOT
from tests.model.dicoms import PATIENT, encode
from tests.model.radiographs import radiograph, write_model
from tests.page.conftest import serve

Json = dict[str, Any]
NAME = "radiograph_random"


@pytest.fixture(scope="module", name="models")
def _models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("models")
    write_model(models)
    return models


@pytest.fixture(scope="module", name="client")
def _client(models: Path) -> TestClient:
    return TestClient(create_app(Registry(models)))


def ask(client: TestClient, content: bytes, action: str = "predict", language: str = "en") -> Json:
    response = client.post(
        f"/models/{NAME}/{action}",
        json={"instances": [{"image": encode(content)}]},
        headers={"accept-language": language},
    )
    assert response.status_code == 200, response.text
    assert PATIENT not in response.text
    (answer,) = response.json()["predictions"]
    return dict(answer)


def test_a_dicom_is_answered_with_how_it_was_read(client: TestClient) -> None:
    answer = ask(client, radiograph(5))
    assert answer["status"] == "ok"
    (warning,) = answer["warnings"]
    assert warning["code"] == "dicom_read"
    assert warning["problem"] == (
        "read as DICOM: values as stored; black and white by the file's window; size of a pixel "
        "not stated; text burnt into the picture: not stated"
    )
    (told,) = ask(client, radiograph(5), language="zh")["warnings"]
    assert told["problem"].startswith("按 DICOM 读取")


def test_the_same_shades_have_the_same_answer_however_they_come(client: TestClient) -> None:
    """12 bits as DICOM either way up, PNG of 16 bits, and TIFF."""
    from tests.model.dicoms import draw  # noqa: PLC0415
    from tests.model.test_tiff import write as write_tiff  # noqa: PLC0415

    shades = draw(64, 64, seed=5)
    png = BytesIO()
    PIL.Image.fromarray(shades).save(png, "PNG")
    answers = [
        ask(client, content)["output"]
        for content in (
            radiograph(5, WindowCenter=2047.5, WindowWidth=4095, VOILUTFunction="LINEAR_EXACT"),
            png.getvalue(),
            write_tiff(shades),
        )
    ]
    assert answers[0] == answers[1] == answers[2]


def test_a_dicom_is_explained_by_a_map_over_its_picture(client: TestClient) -> None:
    explanation = ask(client, radiograph(5), "explain")["explanation"]
    assert explanation["complete"]
    drawn = PIL.Image.open(BytesIO(base64.b64decode(explanation["heat_map"]["png"])))
    assert drawn.size == (64, 64)
    assert np.array(explanation["heat_map"]["rows"]).shape == (8, 8)
    assert not drawn.info


def test_what_is_refused_names_no_value_of_the_header(client: TestClient) -> None:
    body = {"instances": [{"image": encode(radiograph(Modality="CT"))}]}
    response = client.post(f"/models/{NAME}/predict", json=body)
    assert response.status_code == 422
    (detail,) = response.json()["details"]
    assert detail["code"] == "dicom_of_other_modality"
    assert detail["problem"] == "is a DICOM file of modality CT: this model takes CR, DX"
    assert PATIENT not in response.text


@pytest.mark.parametrize("explain", [False, True])
def test_a_file_names_dicoms_by_their_key(
    models: Path,
    client: TestClient,
    tmp_path: Path,
    explain: bool,  # noqa: FBT001
) -> None:
    (tmp_path / "images").mkdir()
    keys = [f"images/{i}.dcm" for i in range(3)]
    for i, key in enumerate(keys):
        (tmp_path / key).write_bytes(radiograph(i) if i < 2 else radiograph(Modality="NM"))
    rows = [{"id": key, "key": key} for key in keys]
    rows.append({"id": "in it", "image": encode(radiograph(0))})
    file, results = tmp_path / "rows.jsonl", tmp_path / "results"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = ["batch", NAME, str(file), str(results), "--models", str(models)]
    assert main([*asked, *(["--explain"] if explain else [])]) == 0
    (reject,) = map(json.loads, (results / "rejects.jsonl").read_text().splitlines())
    assert (reject["id"], reject["code"]) == (keys[2], "dicom_of_other_modality")
    (written,) = results.glob("predictions.*")
    answers = {one["id"]: one for one in map(json.loads, written.read_text().splitlines())}
    for i in range(2):
        assert answers[keys[i]]["output"] == ask(client, radiograph(i))["output"]
        assert ("explanation" in answers[keys[i]]) is explain
    assert answers["in it"]["output"] == answers[keys[0]]["output"]
    for result in results.iterdir():
        assert PATIENT.encode() not in result.read_bytes()


def test_a_file_by_key_may_be_larger_than_a_request(models: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for edge in (5000, 6500):  # 25 and 42 megapixels
        (tmp_path / f"images/{edge}.dcm").write_bytes(radiograph(edge=edge))
    rows = [{"id": str(edge), "key": f"images/{edge}.dcm"} for edge in (5000, 6500)]
    file, results = tmp_path / "rows.jsonl", tmp_path / "results"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["batch", NAME, str(file), str(results), "--models", str(models)]) == 0
    (reject,) = map(json.loads, (results / "rejects.jsonl").read_text().splitlines())
    assert (reject["id"], reject["code"]) == ("6500", "picture_too_large")
    (written,) = results.glob("predictions.*")
    assert json.loads(written.read_text())["status"] == "ok"


def test_triton_sends_the_bytes_of_a_dicom(models: Path, client: TestClient) -> None:
    for address in serve(create_app(Registry(models))):
        asking = triton.InferenceServerClient(address.removeprefix("http://"))
        contents = [radiograph(5), radiograph(6)]
        tensor = triton.InferInput("image", [2], "BYTES")
        tensor.set_data_from_numpy(np.array(contents, np.object_), binary_data=True)
        answer = asking.infer(f"{NAME}.columns", [tensor])
        for i, content in enumerate(contents):
            expected = ask(client, content)["output"]
            assert answer.as_numpy("label")[i].decode() == expected["label"]
        asking.close()


def test_the_contract_is_described(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    validate(document)
    assert "DicomPictures" in json.dumps(document)
    told = client.get(f"/models/{NAME}").json()["input"]["dicom"]
    assert told == {"modalities": ["CR", "DX"], "values": "display"}


def test_the_example_of_the_documentation_reads_a_ct() -> None:
    page = (ROOT / "docs" / "own-model.md").read_text()
    (example,) = re.findall(r"```yaml\n(input:\n  kind: image.+?)```", page, re.DOTALL)
    spec = ImageInput.model_validate(yaml.safe_load(example)["input"])
    rescaled = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}
    content = radiograph(1, edge=300, PixelSpacing=[1.4, 1.4], **rescaled)
    reading = Image(spec).read([{"image": encode(content)}])
    assert reading.problems == []
    assert not reading.held
    told = " ".join(make_description(spec).describe())
    for words in ("modality CT", "black is -1000 HU", "0.7 mm, within 5%", "is resampled"):
        assert words in told


def test_shipped_models_say_nothing_of_dicom(registry: Registry) -> None:
    told = registry.get("blood_cell").manifest.model_dump_json(exclude_none=True)
    assert "dicom" not in told
    assert "tiff" not in told


def draw(client: TestClient, content: bytes) -> Json:
    response = client.post(f"/models/{NAME}/draw", json={"instance": {"image": encode(content)}})
    assert response.status_code == 200, response.text
    assert PATIENT not in response.text
    drawn: Json = response.json()
    return drawn


def test_what_the_model_sees_is_drawn_without_an_answer(client: TestClient) -> None:
    drawn = draw(client, radiograph(5, edge=1200))
    assert drawn["drawing"]["width"] == 1200
    assert drawn["drawing"]["box"] == {"left": 0, "top": 0, "width": 1200, "height": 1200}
    picture = PIL.Image.open(BytesIO(base64.b64decode(drawn["drawing"]["png"])))
    assert (picture.size, picture.mode, picture.info) == ((1024, 1024), "L", {})
    assert [warning["code"] for warning in drawn["warnings"]] == ["dicom_read", "resized"]
    assert "reason" not in drawn
    seen = PIL.Image.open(BytesIO(base64.b64decode(draw(client, radiograph(5))["drawing"]["png"])))
    inverted = radiograph(5, PhotometricInterpretation="MONOCHROME1")
    other = PIL.Image.open(BytesIO(base64.b64decode(draw(client, inverted)["drawing"]["png"])))
    assert (np.asarray(seen) == 255 - np.asarray(other)).all()


def test_why_a_model_will_abstain_is_said_with_the_drawing(client: TestClient) -> None:
    drawn = draw(client, radiograph(5, PresentationIntentType="FOR PROCESSING"))
    assert (drawn["code"], drawn["reason"][:12]) == ("dicom_for_processing", "this picture")


def test_what_cannot_be_drawn_is_refused(client: TestClient, registry: Registry) -> None:
    wrong = {"instance": {"image": encode(radiograph(Modality="CT"))}}
    refused = client.post(f"/models/{NAME}/draw", json=wrong)
    assert refused.status_code == 422
    assert refused.json()["details"][0]["code"] == "dicom_of_other_modality"
    bodies: tuple[Any, ...] = (
        [],
        {},
        {"instances": []},
        {"instance": {}, "more": 1},
        {"instance": {}, "part": 1},
    )
    for body in bodies:
        assert client.post(f"/models/{NAME}/draw", json=body).status_code == 422
    shipped = TestClient(create_app(registry))
    instance = registry.get("survival").example
    refused = shipped.post("/models/survival/draw", json={"instance": instance})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_drawn")


@pytest.mark.parametrize(("language", "said"), [("en", "is a DICOM file"), ("zh", "是 DICOM 文件")])
def test_a_model_whose_golden_case_no_library_reads_says_which_is_missing(
    models: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    for module in ("pydicom", "pydicom.filereader"):
        monkeypatch.setitem(sys.modules, module, None)
    client = TestClient(create_app(Registry(models)))
    headers = {"accept-language": language}
    listed = client.get("/models", headers=headers).json()["models"]
    answer = client.post(f"/models/{NAME}/predict", json={"instances": [{}]}, headers=headers)
    assert answer.status_code == 503
    for reason in (answer.json()["error"], listed[0]["reason"]):
        assert said in reason
        assert "KindsLayer" in reason
