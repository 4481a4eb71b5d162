"""The models that ship, and copies of them to spoil."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from moto.server import ThreadedMotoServer
from pydantic import ValidationError
from starlette.datastructures import State

from medmaas.api.app import create_app
from medmaas.model.folder import seal
from medmaas.model.manifest import Manifest
from medmaas.model.registry import Registry

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "models"
SHIPPED = ("blood_cell", "breast_fna", "chemo_dose", "solubility", "survival")

PATIENT = {"age": 67, "sex": "F", "creatinine": 1.1, "kappa": 1.2, "lambda": 1.5, "mgus": False}

# no test depends on how fast the machine is
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

Spoil = Callable[[Callable[[dict[str, Any]], None]], None]


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The models that ship."""
    return Registry(MODELS)


@pytest.fixture(scope="session")
def client(registry: Registry) -> TestClient:
    """A client of the application that answers for the models that ship."""
    return TestClient(create_app(registry))


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A copy of the models that ship."""
    return Path(shutil.copytree(MODELS, tmp_path / "models"))


@pytest.fixture
def survival(models: Path) -> Path:
    """The folder of the survival model in that copy."""
    (folder,) = models.glob("survival/*")
    return folder


@pytest.fixture
def change_manifest(survival: Path) -> Spoil:
    """Change the manifest of the survival model in the copy."""

    def change(edit: Callable[[dict[str, Any]], None]) -> None:
        path = survival / "manifest.json"
        manifest = json.loads(path.read_text())
        edit(manifest)
        write_manifest(path, manifest)

    return change


def write_manifest(path: Path, manifest: dict[str, Any]) -> None:
    """Write it, under a digest of its own if it fits the contract."""
    try:
        content = seal(Manifest.model_validate(manifest))
    except ValidationError:
        content = json.dumps(manifest).encode()
    path.write_bytes(content)


def state_contract_1(manifest: dict[str, Any]) -> None:
    """Let a manifest state no digest, files or golden answers, as contract 1 does."""
    for name in ("contract", "digest", "files"):
        manifest.pop(name, None)
    for case in manifest["golden"]["cases"]:
        case.pop("answer", None)


@pytest.fixture
def make_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Makes tables with the key `id` in a DynamoDB that answers over HTTP, and names them."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    def make() -> str:
        name = f"table-{uuid4()}"
        boto3.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    yield make
    server.stop()


def replace_state(monkeypatch: pytest.MonkeyPatch, app: FastAPI, **changes: Any) -> None:
    """Another clock or verifier for an application that other tests use, too."""
    names = ("registry", "clock", "verifier", "feedback")
    kept = {name: getattr(app.state, name) for name in names}
    monkeypatch.setattr(app, "state", State(kept | changes))
