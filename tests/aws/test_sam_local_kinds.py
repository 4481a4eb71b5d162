"""Kinds that need the layer of their libraries, in SAM CLI's container: with it, and without."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.free_text.models import FIELD, NOTE
from tests.free_text.models import write_random as write_letters
from tests.model.dicoms import PATIENT, encode
from tests.model.radiographs import radiograph
from tests.model.radiographs import write_model as write_radiograph

from .conftest import ROOT, Run, write_template

Json = dict[str, Any]
RADIOGRAPH, LETTERS = "radiograph_random", "bytes"
INSTANCES: dict[str, Json] = {
    RADIOGRAPH: {"image": encode(radiograph(5))},
    LETTERS: {FIELD: NOTE},
}
CODES = {RADIOGRAPH: "dicom_not_installed", LETTERS: "tokenizers_not_installed"}


@pytest.fixture(scope="module", name="added")
def _added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("kinds")
    write_radiograph(models)
    write_letters(models)
    return models


@pytest.fixture(scope="module", name="template_file")
def _template_file(containers: Path, added: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("sam") / "template.yaml"
    return write_template(containers, written, models=added)


def invoke(run_sam: Run, template: Path, model: str, *options: str) -> Json:
    event = json.loads((ROOT / "events" / "predict.json").read_text())
    event["rawPath"] = event["requestContext"]["http"]["path"] = f"/models/{model}/predict"
    event["body"] = json.dumps({"instances": [INSTANCES[model]]})
    file = template.with_name(f"{model}.json")
    file.write_text(json.dumps(event))
    given = ("--template", str(template), "--event", str(file), "--skip-pull-image")
    done = run_sam("local", "invoke", "ApiFunction", *given, *options)
    assert done.returncode == 0, done.stderr
    assert PATIENT not in done.stderr
    answer: Json = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("model", INSTANCES)
def test_with_the_layer_the_answer_is_that_of_this_machine(
    run_sam: Run, template_file: Path, added: Path, model: str
) -> None:
    answer = invoke(run_sam, template_file, model, "--parameter-overrides", "KindsLayer=true")
    assert answer["statusCode"] == 200, answer
    client = TestClient(create_app(Registry(added)))
    here = client.post(f"/models/{model}/predict", json={"instances": [INSTANCES[model]]})
    (expected,), (found,) = (
        json.loads(body)["predictions"] for body in (here.text, answer["body"])
    )
    assert found["status"] == "ok"
    assert found["warnings"] == expected["warnings"]
    for label, probability in expected["output"]["probabilities"].items():
        assert found["output"]["probabilities"][label] == pytest.approx(probability, abs=1e-5)


@pytest.mark.parametrize("model", INSTANCES)
def test_without_the_layer_the_reason_and_the_way_out_are_told(
    run_sam: Run, template_file: Path, model: str
) -> None:
    answer = invoke(run_sam, template_file, model)
    assert answer["statusCode"] == 503, answer
    assert CODES[model] in answer["body"]
    assert "parameter KindsLayer" in json.loads(answer["body"])["error"]
