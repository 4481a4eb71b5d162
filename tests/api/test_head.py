"""HEAD is answered wherever GET is, as GET without the body."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount, Route

from benchmarks.server import serving
from medmaas.api import app as lambda_module
from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import ROOT, replace_state, version_of

_PARAMETERS = {"model_id": "survival", "name": "survival", "version": version_of("survival")}
_OF_EACH = {"x-request-id"}


def list_paths(client: TestClient) -> list[str]:
    """Every path that GET is asked of: routes with their parameters filled in, and files."""
    app = client.app
    assert isinstance(app, FastAPI)
    found: list[str] = []
    for route in app.routes:
        if isinstance(route, Mount):
            files: Any = getattr(route.app, "app", route.app)  # behind what compresses them
            directory = Path(files.directory)
            paths = [path for path in directory.rglob("*") if path.is_file()]
            found += [f"{route.path}/{path.relative_to(directory)}" for path in paths]
        elif isinstance(route, Route) and "GET" in (route.methods or ()):
            found.append(fill(client, route.path))
    return found


def fill(client: TestClient, path: str) -> str:
    if path == "/fhir/OperationDefinition/{id}":
        (rest,) = client.get("/fhir/metadata").json()["rest"]
        definition: str = rest["operation"][0]["definition"]
        return path.replace("{id}", definition.rpartition("/")[2])
    return path.format(**_PARAMETERS)


def test_every_path_answers_head_as_get(client: TestClient) -> None:
    paths = list_paths(client)
    assert {"/", "/models", "/docs", "/openapi.json", "/health/ready", "/v2"} <= {*paths}
    assert any(path.startswith("/page/main-") for path in paths)
    for path in paths:
        for accept in ("application/json", "text/html"):
            assert_alike(client, path, accept, 200)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/models/nobody", 404), ("/page/nothing.js", 404), ("/v2/models/no", 404),
     ("/fhir/OperationDefinition/none", 404), ("/models/survival/predict", 405),
     ("/v2/repository/index", 405), ("/cds-services/survival", 405)],
)  # fmt: skip
def test_a_refusal_is_the_same_too(client: TestClient, path: str, status: int) -> None:
    assert_alike(client, path, "*/*", status)


def assert_alike(client: TestClient, path: str, accept: str, status: int) -> None:
    headers = {"accept": accept}
    get, head = client.get(path, headers=headers), client.head(path, headers=headers)
    assert (get.status_code, head.status_code) == (status, status), path
    assert head.content == b""
    assert told(head) == told(get)
    if "content-length" in get.headers and "content-encoding" not in get.headers:
        assert int(head.headers["content-length"]) == len(get.content)


def told(response: Any) -> dict[str, str]:
    return {name: text for name, text in response.headers.items() if name not in _OF_EACH}


@pytest.mark.parametrize("path", ["/", "/models", "/v2/health/live", "/fhir/metadata", "/docs"])
def test_what_is_read_alone_says_so_of_both_methods(client: TestClient, path: str) -> None:
    refused = client.post(path)
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD"


def test_a_part_of_a_file_is_for_get_alone(client: TestClient) -> None:
    (path,) = [path for path in list_paths(client) if path.startswith("/page/main-")]
    part = {"range": "bytes=0-9", "accept-encoding": "identity"}
    assert client.get(path, headers=part).status_code == 206
    whole = client.head(path, headers=part)
    assert whole.status_code == 200
    assert int(whole.headers["content-length"]) > 10


def test_a_failure_has_no_body_either(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(registry)
    replace_state(monkeypatch, app, registry=None)
    refused = TestClient(app).head("/models")
    assert (refused.status_code, refused.content) == (500, b"")
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["method"] == "HEAD"


@pytest.mark.parametrize("name", ["http_api_v2", "http_api_v1", "rest_api", "alb"])
def test_every_gateway_gets_no_body(name: str) -> None:
    event = json.loads((ROOT / "tests" / "events" / f"{name}.json").read_text())
    event |= {"body": None, "isBase64Encoded": False}
    answers = [invoke(event, method, "/models") for method in ("GET", "HEAD")]
    get, head = answers
    assert (get["statusCode"], head["statusCode"]) == (200, 200)
    assert head["body"] == ""
    assert head["headers"]["content-length"] == str(len(get["body"].encode()))


def invoke(event: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    asked = json.loads(json.dumps(event))
    if asked.get("version") == "2.0":
        asked["rawPath"] = asked["requestContext"]["http"]["path"] = path
        asked["requestContext"]["http"]["method"] = method
    else:
        asked |= {"path": path, "httpMethod": method}
    answer: dict[str, Any] = lambda_module.handler(asked, None)  # type: ignore[arg-type]
    return answer


def test_a_connection_is_kept_after_head() -> None:
    with serving() as server, closing(server.connect()) as connection:
        for method in ("HEAD", "GET", "HEAD"):
            connection.request(method, "/models")
            response = connection.getresponse()
            length = int(response.headers["content-length"])
            assert len(response.read()) == (length if method == "GET" else 0)
            assert length
