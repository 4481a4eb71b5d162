"""The models of parts, exported once, and who asks them."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.parts.models import export_models


@pytest.fixture(scope="session")
def of_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_models(tmp_path_factory.mktemp("parts"))


@pytest.fixture(scope="session")
def registry_of_parts(of_parts: Path) -> Registry:
    return Registry(of_parts)


@pytest.fixture(scope="session")
def asked(registry_of_parts: Registry) -> TestClient:
    return TestClient(create_app(registry_of_parts))
