"""Models of free text in one folder."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.free_text.models import write_fitted, write_random


@pytest.fixture(name="toys", scope="session")
def _toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("models")
    write_fitted(models)
    write_random(models)
    return models


@pytest.fixture(name="client", scope="session")
def _client(toys: Path) -> TestClient:
    return TestClient(create_app(Registry(toys)))
