"""The models that ship, copies of them to spoil, and which tests `make` runs where and when."""

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic
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
from xdist.scheduler import LoadScopeScheduling

from medmaas.api.app import create_app
from medmaas.model.explanation.budget import Budget
from medmaas.model.folder import seal
from medmaas.model.manifest import Manifest
from medmaas.model.options import EXPLAIN_SECONDS
from medmaas.model.registry import Registry

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "models"
SHIPPED = ("blood_cell", "breast_fna", "chemo_dose", "solubility", "survival")

PATIENT = {"age": 67, "sex": "F", "creatinine": 1.1, "kappa": 1.2, "lambda": 1.5, "mgus": False}

# no test depends on how fast the machine is
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("patient"), max_examples=25)
settings.register_profile("soak", settings.get_profile("patient"), max_examples=1000)
settings.load_profile("patient")

# what a test needs, by the fixtures it asks for: see pyproject.toml
NEEDS = {
    "browser": {"browser"},
    "container": {"sam", "tools", "python_3_13"},
    "generators": {"generators"},
    "storage": {"stack"},
}
SLOW = (
    *(f"tests/{folder}/" for folder in ("aws", "batch", "page", "training")),
    "tests/api/test_contract.py",
    "tests/test_",  # every door, or a process of its own
)

Spoil = Callable[[Callable[[dict[str, Any]], None]], None]


def folder_of(model_id: str, models: Path = MODELS) -> Path:
    """The folder of a model that ships, or of its copy: there is one version of each."""
    (folder,) = (models / model_id).iterdir()
    return folder


def version_of(model_id: str) -> str:
    """The version of a model that ships."""
    return folder_of(model_id).name


def pytest_configure() -> None:
    """Let what tests start be interrupted, also where the shell lets jobs ignore SIGINT.

    A process that is started inherits that a signal is ignored, but no handler.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it needs; what takes longest comes first, so that no worker waits."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        for need, names in NEEDS.items():
            if names & fixtures:
                item.add_marker(need)
        _name_operation(item)
    if len({item.nodeid for item in items}) < len(items):
        raise pytest.UsageError("tests share an id: of those, a worker would run one alone")
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def _name_operation(item: pytest.Item) -> None:
    """Give each test that schemathesis made an id of its own, which pytest 9.2 does not."""
    operation = item.name.partition("[")[2].removesuffix("]")
    if operation and "[" not in item.nodeid:
        item._id = item.id.with_params(operation)  # noqa: SLF001 - no public way


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each worker whole files, and all of aws/ to one: it shares a build and an engine."""

    def _split_scope(self, nodeid: str) -> str:
        return "aws" if nodeid.startswith("tests/aws/") else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)  # xdist may be switched off
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Which test runs on which worker, where there are several."""
    return Scheduling(config, log)


@pytest.fixture(autouse=True, scope="session")
def _unhurried() -> Iterator[None]:
    """An explanation has the time that it needs, unless a test says how much it may take.

    Else a busy machine would answer with less of it than a quiet one, as it should in service.
    """
    begin = Budget.__init__

    def begin_unhurried(
        self: Budget, seconds: float | None, clock: Callable[[], float] = monotonic
    ) -> None:
        begin(self, 600.0 if seconds == EXPLAIN_SECONDS else seconds, clock)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Budget, "__init__", begin_unhurried)
        yield


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
    return folder_of("survival", models)


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
    """Write it, under a digest of its own if it fits contract 2."""
    content = json.dumps(manifest).encode()
    if "contract" in manifest:
        with suppress(ValidationError):
            content = seal(Manifest.model_validate(manifest))
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
