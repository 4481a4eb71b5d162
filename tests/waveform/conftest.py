"""A model of twelve leads with random weights, and doors that answer for it."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.fhir.records import NOW
from tests.waveform.models import write_model


@pytest.fixture(scope="session", name="ecg_models")
def _ecg_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("waveforms")
    write_model(models)
    write_model(models, "strict", threshold=-1.0)
    return models


@pytest.fixture(scope="session", name="ecg_client")
def _ecg_client(ecg_models: Path) -> TestClient:
    app = create_app(Registry(ecg_models))
    app.state.clock = lambda: NOW
    return TestClient(app)
