"""Every door speaks the language that is asked for: the same answers and codes in other words."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.api.tokens import Verifier, make_issuers
from medmaas.cli import main
from medmaas.model.registry import Model, Registry
from tests.conftest import MODELS, PATIENT, SHIPPED, Spoil
from tests.inference_protocol.tensors import list_instances, make_columns
from tests.test_words import HAN

CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
OTHERS = [{}, {"accept-language": "en"}, {"accept-language": "fr"}]
SAID = ("error", "problem", "reason", "sentence", "diagnostics")
ORIGIN = "https://ehr.example"
DOUBTFUL = PATIENT | {"age": 20, "creatinine": None}
Json = dict[str, Any]

REFUSED: Mapping[str, tuple[str, str, Json]] = {
    "values": ("POST", "/models/survival/predict", {"json": {"instances": [{"age": 167}, 5]}}),
    "a body": ("POST", "/models/survival/predict", {"json": {"instances": []}}),
    "options": ("POST", "/models/survival/explain", {"json": {"instances": [{}], "force": 1}}),
    "no JSON": ("POST", "/models/survival/predict", {"json": None, "content": "{"}),
    "a media type": ("POST", "/models/survival/predict", {"content": "{}"}),
    "a model": ("GET", "/models/none", {}),
    "a version": ("GET", "/models/survival/versions/9.9.9", {}),
    "a page": ("GET", "/no/such/page", {}),
    "a method": ("GET", "/models/survival/predict", {}),
    "a tensor": ("POST", "/v2/models/survival/infer", {"json": {"inputs": [{"name": "x"}]}}),
    "tensors": ("POST", "/v2/models/survival/infer", {"json": {"outputs": []}}),
    "parameters": ("POST", "/v2/models/survival/infer", {"json": {"parameters": {"force": 1}}}),
    "an index": ("POST", "/v2/repository/index", {"json": []}),
    "a view": ("GET", "/v2/models/none", {}),
    "a record": ("POST", "/fhir/models/survival/$evaluate", {"json": {"resourceType": "Patient"}}),
    "no reader": ("POST", "/fhir/models/solubility/$evaluate", {"json": {}}),
    "an operation": ("GET", "/fhir/OperationDefinition/none", {}),
    "a service": ("POST", "/cds-services/none", {"json": {}}),
    "a call": ("POST", "/cds-services/survival", {"json": {}}),
}


def compare(english: Any, chinese: Any, name: str = "") -> None:
    """Hold one body against another: the same, but for what is said."""
    match english:
        case dict():
            assert english.keys() == chinese.keys()
            for key, value in english.items():
                if key == "limits":
                    assert value == chinese[key]
                elif key != "request_id":
                    compare(value, chinese[key], key)
        case list():
            for pair in zip(english, chinese, strict=True):
                compare(*pair, name)
        case str() if english != chinese or name in SAID:
            assert HAN.search(chinese), chinese
            assert not HAN.search(english), english
        case _:
            assert english == chinese


def expect_both(client: TestClient, method: str, url: str, **request: Any) -> None:
    """Ask in every language."""
    given = request.pop("headers", {})
    chinese = client.request(method, url, headers=given | CHINESE, **request)
    assert HAN.search(chinese.text)
    for headers in OTHERS:
        english = client.request(method, url, headers=given | headers, **request)
        assert english.status_code == chinese.status_code
        compare(english.json(), chinese.json())


@pytest.mark.parametrize("of", REFUSED)
def test_a_refusal_is_said_in_the_language_that_is_accepted(client: TestClient, of: str) -> None:
    method, url, request = REFUSED[of]
    if "content" in request and "json" in request:
        request = {"content": request["content"], "headers": {"content-type": "application/json"}}
    expect_both(client, method, url, **request)


def test_whoever_has_no_token_is_told_so_in_the_language_of_the_browser(
    monkeypatch: pytest.MonkeyPatch, registry: Registry
) -> None:
    monkeypatch.setenv("MEDMAAS_CORS_ORIGINS", ORIGIN)
    verifier = Verifier(make_issuers(None, lambda: "{}"))
    client = TestClient(create_app(registry, verifier))
    headers = {"origin": ORIGIN}
    expect_both(client, "POST", "/cds-services/survival", json={}, headers=headers)
    refused = client.post("/cds-services/survival", json={}, headers=headers | CHINESE)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == ORIGIN


class FailingRegistry(Registry):
    """Fails as no code should."""

    def get(self, model_id: str, version: str | None = None) -> Model:
        raise RuntimeError(f"{model_id} {version}")


def test_a_failure_of_the_service_is_told_in_the_language_that_is_accepted(tmp_path: Path) -> None:
    client = TestClient(create_app(FailingRegistry(tmp_path)))
    for url in ("/models/survival/predict", "/v2/models/survival/infer"):
        response = client.post(url, json={"instances": [PATIENT]}, headers=CHINESE)
        assert response.status_code == 500
        assert HAN.search(response.json()["error"])


def test_a_model_that_fails_is_listed_with_its_reason(models: Path, change_manifest: Spoil) -> None:
    change_manifest(lambda manifest: manifest["artefact"].update(sha256="0" * 64))
    client = TestClient(create_app(Registry(models)))
    for method, url in (
        ("GET", "/health/ready"),
        ("GET", "/v2/health/ready"),
        ("GET", "/models/survival"),
        ("GET", "/v2/models/survival/ready"),
        ("GET", "/models"),
    ):
        expect_both(client, method, url)
    index = client.post("/v2/repository/index", headers=CHINESE).json()
    (entry, _) = [one for one in index if one["state"] == "UNAVAILABLE"]
    assert (entry["code"], bool(HAN.search(entry["reason"]))) == ("model_unavailable", True)


def test_warnings_reasons_and_explanations_are_said_in_it(registry: Registry) -> None:
    client = TestClient(create_app(registry))
    body: dict[str, Any] = {"instances": [DOUBTFUL]}
    expect_both(client, "POST", "/models/survival/predict", json=body)
    for model_id in SHIPPED:
        body = {"instances": [registry.get(model_id).example], "explain_seconds": 20}
        expect_both(client, "POST", f"/models/{model_id}/explain", json=body)


def test_a_command_answers_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "body.json").write_text(json.dumps({"instances": [DOUBTFUL]}))
    command = ["predict", "survival", str(tmp_path / "body.json"), "--models", str(MODELS)]
    written = []
    for options in ([], ["--language", "zh"]):
        assert main([*command, *options]) == 0
        written.append(json.loads(capsys.readouterr().out))
    compare(*written)
    (tmp_path / "body.json").write_text(json.dumps({"instances": [{"age": 167}]}))
    assert main([*command, "--language", "zh"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) > 3
    assert all(HAN.search(line) for line in said)


@pytest.mark.parametrize("model_id", SHIPPED)
def test_texts_of_the_inference_protocol_are_said_in_it(
    client: TestClient, registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    inputs = make_columns(model, list_instances(model)[:1])
    body = {"inputs": inputs, "parameters": {"explain": True}}
    url = f"/v2/models/{model_id}.columns/infer"
    answers = [client.post(url, json=body, headers=one).json() for one in (CHINESE, {})]
    chinese, english = ({one["name"]: one for one in answer["outputs"]} for answer in answers)
    for name in ("status", *model.output.columns.numbers):
        assert chinese[name] == english[name]
    (explanation,) = chinese["explanation"]["data"]
    assert HAN.search(json.loads(explanation)["sentence"])
