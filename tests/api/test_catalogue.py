"""What the service says about itself and its models."""

from pathlib import Path

from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import SHIPPED, Spoil, folder_of, version_of


def test_the_root_says_what_this_is_and_every_link_leads_somewhere(client: TestClient) -> None:
    answer = client.get("/").json()
    assert answer["name"] == "medmaas"
    assert "research use" in answer["description"]
    for link in answer["links"].values():
        assert client.get(link).status_code == 200, link


def test_the_process_is_live_and_every_model_ready(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").json() == {"ready": True}


def test_the_models_are_listed_with_what_names_them(client: TestClient, registry: Registry) -> None:
    listed = client.get("/models").json()["models"]
    assert tuple(m["id"] for m in listed) == SHIPPED
    assert {m["status"] for m in listed} == {"available"}
    for model in listed:
        assert model["sha256"] == registry.get(model["id"]).manifest.artefact.sha256
        assert model["digest"] == registry.get(model["id"]).digest
        assert client.get(model["url"]).json()["title"] == model["title"]


def test_a_model_is_described_by_its_whole_manifest(client: TestClient) -> None:
    version = version_of("survival")
    for url in ("/models/survival", f"/models/survival/versions/{version}"):
        response = client.get(url)
        manifest = response.json()
        assert manifest["card"]["limits"]
        assert manifest["input"]["features"][2]["name"] == "creatinine"
        assert manifest["artefact"]["sha256"]


def test_a_card_is_markdown_for_people(client: TestClient) -> None:
    version = version_of("survival")
    for url in ("/models/survival/card", f"/models/survival/versions/{version}/card"):
        response = client.get(url)
        assert response.headers["content-type"] == "text/markdown; charset=utf-8"
        assert response.text == (folder_of("survival") / "card.md").read_text()


def test_a_model_that_fails_is_listed_with_the_reason_and_nothing_is_ready(
    models: Path, change_manifest: Spoil
) -> None:
    change_manifest(lambda manifest: manifest["golden"].update(tolerance=-1))
    client = TestClient(create_app(Registry(models)))
    entries = {entry["id"]: entry for entry in client.get("/models").json()["models"]}
    assert entries["breast_fna"]["status"] == "available"
    assert entries["survival"]["status"] == "unavailable"
    assert "golden.tolerance" in entries["survival"]["reason"]
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["error"] == "not ready: 1 of 5 models cannot answer"
    assert ready.json()["details"][0]["field"] == f"survival/{version_of('survival')}"
    assert client.get("/models/survival").status_code == 503


def test_a_service_without_models_is_live_but_not_ready(tmp_path: Path) -> None:
    client = TestClient(create_app(Registry(tmp_path)))
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
    assert client.get("/models").json() == {"models": []}


def test_an_unknown_page_and_a_wrong_method_are_refused_in_the_one_format(
    client: TestClient,
) -> None:
    missing = client.get("/no/such/page")
    assert missing.status_code == 404
    assert missing.json()["details"] == []
    wrong = client.get("/models/survival/predict")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "POST"
    assert wrong.json().keys() == {"error", "code", "limits", "details"}


def test_answers_are_not_stored_on_the_way(client: TestClient) -> None:
    for path in ("/", "/models", "/no/such/page", "/docs"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]
