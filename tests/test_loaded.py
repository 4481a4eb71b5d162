"""Python answers what HTTPS answers."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import medmaas
from medmaas.loaded import RefusedError
from tests.conftest import MODELS, PATIENT, SHIPPED


@pytest.mark.parametrize("model_id", SHIPPED)
def test_predictions_are_those_of_https(client: TestClient, model_id: str) -> None:
    model = medmaas.load(model_id, models=MODELS)
    manifest = client.get(f"/models/{model_id}").json()
    instances = [case["instance"] for case in manifest["golden"]["cases"]]
    answer = client.post(f"/models/{model_id}/predict", json={"instances": instances}).json()
    assert model.predict(instances) == answer["predictions"]
    assert model.identity == answer["model"]


def test_options_are_those_of_https(client: TestClient) -> None:
    model = medmaas.load("survival", models=MODELS)
    asked = {"instances": [PATIENT], "coverage": 0.8, "force": True}
    answer = client.post("/models/survival/predict", json=asked).json()
    assert model.predict([PATIENT], coverage=0.8, force=True) == answer["predictions"]


def test_explanations_come_with_answers_and_not_without() -> None:
    model = medmaas.load("survival", models=MODELS)
    child = PATIENT | {"age": 6}
    answered, abstained = model.explain([PATIENT, child], seconds=20)
    assert "5-year risk by" in answered["explanation"]["sentence"]
    assert answered["explanation"]["parts"]["method"]["code"] == "exact_shapley_values"
    assert abstained["status"] == "abstained"
    assert "explanation" not in abstained


def test_sentences_are_in_the_language_that_is_asked_for() -> None:
    model = medmaas.load("survival", models=MODELS, language="zh")
    (prediction,) = model.predict([PATIENT | {"age": 6}])
    assert "模型" in prediction["reason"]


def test_what_is_refused_names_every_problem_and_no_value() -> None:
    with pytest.raises(RefusedError, match="5 problems") as refused:
        medmaas.load("survival", models=MODELS).predict([PATIENT | {"age": 167}, {"age": 50}])
    assert refused.value.refusal["code"] == "nothing_predicted"
    assert "167" not in str(refused.value)


def test_a_model_that_is_not_there_or_failed_a_check_is_refused(survival: Path) -> None:
    with pytest.raises(RefusedError, match="no such model"):
        medmaas.load("none", models=MODELS)
    with (survival / "model.onnx").open("ab") as graph:
        graph.write(b" ")
    with pytest.raises(RefusedError, match="sha256"):
        medmaas.load("survival", models=survival.parents[1])
