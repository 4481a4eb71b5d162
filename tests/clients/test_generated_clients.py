"""Clients that two generators make of docs/openapi.json ask a real `medmaas serve`."""

import ast
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from benchmarks.server import Server, serving
from medmaas.model.inputs.features import describe_features
from medmaas.model.manifest import Boolean
from medmaas.model.registry import Registry
from tests.aws.conftest import unavailable
from tests.conftest import ROOT, SHIPPED

pytestmark = pytest.mark.usefixtures("generators")

PROGRAMS = ROOT / ".venv-clients" / "bin"
DOCUMENT = ROOT / "docs" / "openapi.json"
OPERATIONS = {
    operation["operationId"]
    for methods in json.loads(DOCUMENT.read_text())["paths"].values()
    for operation in methods.values()
}


def run(*command: str | Path, text: str | None = None, env: dict[str, str] | None = None) -> str:
    """What a program of .venv-clients prints, which must succeed."""
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]],
        input=text,
        env={"PATH": f"{PROGRAMS}:{os.defpath}", "HOME": os.devnull, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def generators() -> None:
    if not PROGRAMS.exists():
        unavailable("there is no .venv-clients with the generators: make .venv-clients/.made")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def openapi_python_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package that openapi-python-client makes."""
    folder = tmp_path_factory.mktemp("python_client")
    made = ("--output-path", folder / "made_by_python_client", "--meta", "none")
    run("openapi-python-client", "generate", "--path", DOCUMENT, *made, "--fail-on-warning")
    return folder


@pytest.fixture(scope="module")
def openapi_generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package that OpenAPI Generator makes."""
    folder = tmp_path_factory.mktemp("generator")
    made = ("-o", folder, "--package-name", "made_by_generator")
    run("openapi-generator-cli", "generate", "-g", "python", "-i", DOCUMENT, *made)
    return folder


def test_openapi_python_client_makes_every_operation_without_a_warning(
    openapi_python_client: Path,
) -> None:
    files = openapi_python_client.glob("made_by_python_client/api/*/*.py")
    assert {path.stem for path in files if path.stem != "__init__"} == OPERATIONS


def test_openapi_generator_makes_every_operation(openapi_generator: Path) -> None:
    # it writes v1_0_0 as v100
    names = {
        node.name.replace("_", "")
        for path in openapi_generator.glob("made_by_generator/api/*_api.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    assert names >= {operation.replace("_", "") for operation in OPERATIONS}


def make_call(registry: Registry, model_id: str) -> dict[str, Any]:
    name = "".join(word.capitalize() for word in model_id.split("_"))
    instances = [case.instance for case in registry.get(model_id).manifest.golden.cases]
    body = {"instances": instances}
    return {"model": model_id, "request": f"{name}PredictRequest", "body": body}


def ask(script: str, folder: Path, server: Server, calls: list[dict[str, Any]]) -> Any:
    asked = {
        "address": f"http://127.0.0.1:{server.port}",
        "package": f"made_by_{script.removeprefix('openapi_')}",
        "calls": calls,
    }
    path = Path(__file__).with_name(f"{script}.py")
    told = run("python", path, text=json.dumps(asked), env={"PYTHONPATH": str(folder)})
    return json.loads(told)


@pytest.mark.parametrize("generator", ["openapi_python_client", "openapi_generator"])
def test_a_generated_client_answers_as_plain_http_does(
    request: pytest.FixtureRequest,
    registry: Registry,
    client: TestClient,
    server: Server,
    generator: str,
) -> None:
    folder = request.getfixturevalue(generator)
    calls = [make_call(registry, model_id) for model_id in SHIPPED]
    refused = calls[-1] | {"body": calls[-1]["body"] | {"coverage": 0.63}}
    *answers, refusal = ask(generator, folder, server, [*calls, refused])
    for call, told in zip(calls, answers, strict=True):
        path = f"/models/{call['model']}"
        plain = client.post(f"{path}/predict", json=call["body"]).json()["predictions"]
        assert told["own"] == told["any"] == plain
        assert told["manifest"] == client.get(path).json()
    plain = client.post(f"/models/{refused['model']}/predict", json=refused["body"])
    assert plain.status_code == 422
    assert refusal["refused"] == plain.json()


def test_aliases_name_what_is_not_in_ascii(tmp_path: Path) -> None:
    """OpenAPI Generator writes no variable for 年龄, unless it is told what to call it."""
    schema = describe_features([Boolean(name="年龄", description="d", alias="feature_1")])
    document = {
        "openapi": "3.1.0",
        "info": {"title": "one", "version": "1"},
        "paths": {},
        "components": {"schemas": {"Instance": schema | {"title": "Instance"}}},
    }
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    made = ("-o", tmp_path / "made", "--package-name", "made", "--name-mappings", "年龄=feature_1")
    run("openapi-generator-cli", "generate", "-g", "python", "-i", path, *made)
    asked = "from made import Instance; print(Instance(feature_1=True).to_json())"
    told = run("python", "-c", asked, env={"PYTHONPATH": str(tmp_path / "made")})
    assert json.loads(told) == {"年龄": True}
