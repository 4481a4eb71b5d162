"""Clients of the FHIR routes, whose every answer is judged."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Model, Registry
from tests.fhir.document_models import (
    write_parts,
    write_reader,
    write_recorder,
    write_segmenter,
    write_viewer,
)
from tests.fhir.judge import list_faults
from tests.fhir.records import FHIR, NOW, Ask


def make_client(registry: Registry) -> TestClient:
    app = create_app(registry)
    app.state.clock = lambda: NOW
    return TestClient(app)


def make_ask(client: TestClient) -> Ask:
    def ask(model: str, resource: object, status: int = 200, **headers: str) -> Any:
        response = client.post(
            f"/fhir/models/{model}/$evaluate",
            content=json.dumps(resource),
            headers={"content-type": FHIR, **headers},
        )
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == FHIR
        assert list_faults(response.json()) == []
        return response.json()

    return ask


@pytest.fixture(scope="module")
def fhir(registry: Registry) -> TestClient:
    return make_client(registry)


@pytest.fixture(scope="module")
def evaluate(fhir: TestClient) -> Ask:
    return make_ask(fhir)


@pytest.fixture(scope="module")
def model(registry: Registry) -> Model:
    """The model of a dose, which reads drugs."""
    return registry.get("chemo_dose")


@pytest.fixture(scope="session")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models of what documents hold."""
    models = tmp_path_factory.mktemp("models")
    cds: dict[str, Any] = {"cds_service": {"hooks": ["patient-view"]}}
    write_reader(models)
    write_reader(
        models,
        "reports",
        elements=["DiagnosticReport.code", "DocumentReference.category"],
    )
    write_reader(models, "conclusions", elements=["DiagnosticReport.code"], conclusion=True)
    write_viewer(models, **cds)
    write_viewer(models, "plain_scans", dicom=False)
    write_segmenter(models)
    write_recorder(models)
    write_parts(models, **cds)
    return models


@pytest.fixture(scope="session")
def documents(readers: Path) -> TestClient:
    """A client of the models of documents."""
    return make_client(Registry(readers))


@pytest.fixture(scope="session")
def ask(documents: TestClient) -> Ask:
    """Asks one of them, and has the answer judged."""
    return make_ask(documents)
