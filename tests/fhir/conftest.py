"""A client of the FHIR routes, whose every answer is judged."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.fhir.judge import list_faults
from tests.fhir.records import FHIR, NOW, Ask


@pytest.fixture(scope="module")
def fhir(registry: Registry) -> TestClient:
    app = create_app(registry)
    app.state.clock = lambda: NOW
    return TestClient(app)


@pytest.fixture(scope="module")
def evaluate(fhir: TestClient) -> Ask:
    def ask(model: str, resource: object, status: int = 200) -> Any:
        response = fhir.post(
            f"/fhir/models/{model}/$evaluate",
            content=json.dumps(resource),
            headers={"content-type": FHIR},
        )
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == FHIR
        assert list_faults(response.json()) == []
        return response.json()

    return ask
