"""A stage, a mapping to a domain or a proxy before every path: all works, links included."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount, Route

from medmaas.api import app as lambda_module
from medmaas.api.address import FIRST
from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.cds_hooks.calls import call
from tests.conftest import PATIENT

HOST = "abc.execute-api.eu-central-1.amazonaws.com"
DOMAIN = "models.example.org"
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
Ask = Callable[..., dict[str, Any]]


def make_v2(path: str, **changes: Any) -> dict[str, Any]:
    """An event of an HTTP API, whose path holds the stage."""
    method, stage = changes.get("method", "GET"), changes.get("stage", "prod")
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.1"}
    return {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": HOST, "content-type": "application/json"} | changes.get("headers", {}),
        "requestContext": {"domainName": HOST, "stage": stage, "http": http, "requestId": "r"},
        "body": changes.get("body"),
        "isBase64Encoded": False,
    }


def make_v1(path: str, whole: str, **changes: Any) -> dict[str, Any]:
    """An event of a REST API, whose context holds the path as it was called."""
    headers = {"Host": HOST, "Content-Type": "application/json"} | changes.get("headers", {})
    proxy = changes.get("proxy", path.removeprefix("/"))
    return {
        "resource": changes.get("resource", "/{proxy+}"),
        "path": path,
        "httpMethod": changes.get("method", "GET"),
        "headers": headers,
        "multiValueHeaders": {name: [text] for name, text in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": proxy and {"proxy": proxy},
        "requestContext": {"path": whole, "stage": "prod", "domainName": HOST, "requestId": "r"},
        "body": changes.get("body"),
        "isBase64Encoded": False,
    }


def ask_named_stage(path: str, **changes: Any) -> dict[str, Any]:
    return make_v2(f"/prod{path}", **changes)


def ask_stage_called_like_a_route(path: str, **changes: Any) -> dict[str, Any]:
    return make_v2(f"/models{path}", stage="models", **changes)


def ask_http_api_v1(path: str, **changes: Any) -> dict[str, Any]:
    event = make_v1(f"/prod{path}", f"/prod{path}", proxy=path.removeprefix("/"), **changes)
    return event | {"version": "1.0"}


def ask_rest_stage(path: str, **changes: Any) -> dict[str, Any]:
    return make_v1(path, f"/prod{path}", **changes)


def ask_mapping(path: str, **changes: Any) -> dict[str, Any]:
    resource = "/" if path == "/" else "/{proxy+}"
    proxy = path.removeprefix("/")
    return make_v1(f"/med{path}", f"/med{path}", resource=resource, proxy=proxy, **changes)


def ask_mapping_called_like_a_route(path: str, **changes: Any) -> dict[str, Any]:
    resource = "/" if path == "/" else "/{proxy+}"
    whole, proxy = f"/models{path}", path.removeprefix("/")
    return make_v1(whole, whole, resource=resource, proxy=proxy, **changes)


def ask_mapping_of_two_parts(path: str, **changes: Any) -> dict[str, Any]:
    resource = "/" if path == "/" else "/{proxy+}"
    whole, proxy = f"/a/b{path}", path.removeprefix("/")
    return make_v1(whole, whole, resource=resource, proxy=proxy, **changes)


GATEWAYS: dict[str, tuple[Callable[..., dict[str, Any]], str]] = {
    "HTTP API, named stage": (ask_named_stage, "/prod"),
    "HTTP API, stage called like a route": (ask_stage_called_like_a_route, "/models"),
    "HTTP API, payload 1.0": (ask_http_api_v1, "/prod"),
    "REST API, stage": (ask_rest_stage, "/prod"),
    "REST API, mapping": (ask_mapping, "/med"),
    "REST API, mapping called like a route": (ask_mapping_called_like_a_route, "/models"),
    "REST API, mapping of two parts": (ask_mapping_of_two_parts, "/a/b"),
}


def invoke(event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = lambda_module.handler(event, None)  # type: ignore[arg-type]
    return answer


def read(event: dict[str, Any]) -> Any:
    answer = invoke(event)
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])


@pytest.mark.parametrize(("ask", "prefix"), GATEWAYS.values(), ids=GATEWAYS)
class TestBehindAGateway:
    """What a prefix before every path changes."""

    def test_models_answer(self, ask: Ask, prefix: str) -> None:
        body = json.dumps({"instances": [PATIENT]})
        answer = read(ask("/models/survival/predict", method="POST", body=body))
        assert answer["predictions"][0]["status"] == "ok"
        assert read(ask("/v2/health/live")) == {"live": True}
        for entry in read(ask("/models"))["models"]:
            assert entry["url"].startswith(f"{prefix}/models/")
            assert read(ask(entry["url"].removeprefix(prefix)))["id"] == entry["id"]

    def test_links_of_fhir_have_the_prefix(self, ask: Ask, prefix: str) -> None:
        statement = read(ask("/fhir/metadata"))
        address = f"https://{HOST}{prefix}"
        assert statement["implementation"]["url"] == f"{address}/fhir"
        for operation in statement["rest"][0]["operation"]:
            definition = operation["definition"]
            assert read(ask(definition.removeprefix(address)))["url"] == definition
            assert f"POST {address}/fhir/models/" in operation["documentation"]

    def test_refusals_have_the_form_of_their_protocol(self, ask: Ask, prefix: str) -> None:
        assert prefix
        refused = invoke(ask("/fhir/nothing"))
        assert json.loads(refused["body"])["resourceType"] == "OperationOutcome"
        refused = invoke(ask("/v2/models/nobody"))
        assert json.loads(refused["body"]).keys() == {"error", "code", "limits"}
        assert invoke(ask("/nothing"))["statusCode"] == 404

    def test_the_page_finds_its_files_and_the_documentation_its_own(
        self, ask: Ask, prefix: str
    ) -> None:
        for path, count in (("/", 2), ("/docs", 3)):
            told = invoke(ask(path, headers={"accept": "text/html"}))
            assert told["statusCode"] == 200
            links = re.findall(r"(?:src|href|url)[=:] ?[\"'](/?[^\"':]+)[\"']", told["body"])
            assert len(links) >= count
            for link in links:
                assert link.startswith(f"{prefix}/"), link
                assert invoke(ask(link.removeprefix(prefix)))["statusCode"] == 200
        assert read(ask("/openapi.json"))["servers"] == [{"url": prefix}]

    def test_what_the_service_is_leads_on(self, ask: Ask, prefix: str) -> None:
        links = read(ask("/"))["links"]
        for name in ("models", "inference", "fhir", "openapi", "live", "ready"):
            assert links[name].startswith(f"{prefix}/")
            read(ask(links[name].removeprefix(prefix)))
        card = read(ask("/v2/models/survival"))["properties"]["card"]
        assert invoke(ask(card.removeprefix(prefix)))["statusCode"] == 200

    def test_a_slash_too_many_leads_to_where_it_is_not(self, ask: Ask, prefix: str) -> None:
        moved = invoke(ask("/models/"))
        assert moved["statusCode"] == 307
        assert moved["headers"]["location"] == f"https://{HOST}{prefix}/models"


@pytest.mark.parametrize(
    "event",
    [
        make_v2("/prod"),
        make_v1("/", "/prod", resource="/", proxy=None),
        make_v1("/", "/prod/", resource="/", proxy=None),
        make_v1("/med", "/med", resource="/", proxy=None),
        make_v1("/med/", "/med/", resource="/", proxy=None),
    ],
    ids=lambda event: json.dumps([event.get("rawPath"), event["requestContext"].get("path")]),
)
def test_the_prefix_alone_is_the_page(event: dict[str, Any]) -> None:
    links = read(event)["links"]
    assert links["models"] in {"/prod/models", "/med/models"}
    event["headers"]["accept"] = "text/html"
    event |= {"multiValueHeaders": {}} if "httpMethod" in event else {}
    assert "/page/main-" in invoke(event)["body"]


def test_a_mapping_that_the_gateway_does_not_tell_is_what_stands_before_a_known_part() -> None:
    body = json.dumps({"instances": [PATIENT]})
    whole = "/med/models/survival/predict"
    assert read(make_v1(whole, whole, method="POST", body=body))["predictions"]
    assert invoke(make_v1("/med/nothing", "/med/nothing"))["statusCode"] == 404


@pytest.mark.parametrize(
    "path", ["/page/models", "/page/x/models", "/cds-services/x/models", "/docs/models",
             "/x\"><script>/models", "/x y/models", "/../models"],
)  # fmt: skip
def test_no_part_is_passed_over_that_is_known_or_strange(path: str) -> None:
    """The gateway may let anybody see /page, but nobody /models."""
    answer = invoke(make_v1(path, path))
    assert answer["statusCode"] == 404
    assert "script" not in answer["body"]


@pytest.mark.parametrize(
    "path", ["/prod/models", "/other/models", "/page/prod/models", "/prodmodels"]
)
@pytest.mark.parametrize("stage", ["$default", "test"])
def test_another_prefix_than_the_stage_is_not_passed_over(path: str, stage: str) -> None:
    assert invoke(make_v2(path, stage=stage))["statusCode"] == 404


def test_the_parts_that_are_known_are_those_of_the_routes(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    paths = [route.path for route in app.routes if isinstance(route, Mount | Route)]
    assert {path.split("/")[1] for path in paths} - {""} == FIRST


# a proxy in front of `medmaas serve`


@pytest.fixture(params=["/med", "/a/b", "/models", "/page"])
def prefix(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def proxied(
    registry: Registry, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """A service at a prefix, by its setting."""
    monkeypatch.setenv("MEDMAAS_URL", f"https://{DOMAIN}{prefix}/")
    app = create_app(registry)
    app.state.clock = lambda: NOW
    with TestClient(app, base_url="http://10.0.0.1:8000") as client:
        yield client


@pytest.mark.parametrize("strips", [True, False], ids=["stripped", "kept"])
def test_a_proxy_may_take_the_prefix_off_or_not(
    proxied: TestClient,
    prefix: str,
    strips: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    before, address = ("" if strips else prefix), f"https://{DOMAIN}{prefix}"
    answer = proxied.post(f"{before}/models/survival/predict", json={"instances": [PATIENT]})
    assert answer.json()["predictions"][0]["status"] == "ok"
    links = proxied.get(f"{before}/").json()["links"]
    assert links["models"] == f"{prefix}/models"
    for entry in proxied.get(f"{before}/models").json()["models"]:
        assert entry["url"].startswith(f"{prefix}/models/")
    page = proxied.get(f"{before}/", headers={"accept": "text/html"}).text
    for link in re.findall(r"(?:src|href)=\"(/[^\"]+)\"", page):
        assert link.startswith(f"{prefix}/page/")
        assert proxied.get(before + link.removeprefix(prefix)).status_code == 200
    statement = proxied.get(f"{before}/fhir/metadata").json()
    assert statement["implementation"]["url"] == f"{address}/fhir"
    cards = proxied.post(f"{before}/cds-services/survival", json=call())
    sources = [card["source"]["url"] for card in cards.json()["cards"]]
    assert sources
    assert all(url.startswith(f"{address}/models/survival/") for url in sources)
    moved = proxied.get(f"{before}/v2/health/live/", follow_redirects=False)
    assert moved.headers["location"] == f"{address}/v2/health/live"


def test_no_caller_chooses_where_links_lead(proxied: TestClient, prefix: str) -> None:
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example",
              "x-forwarded-prefix": "/evil", "forwarded": "host=evil.example"}  # fmt: skip
    for path in ("/fhir/metadata", "/", "/models", "/v2/health/live/"):
        told = proxied.get(path, headers=forged, follow_redirects=False)
        assert "evil" not in told.text
        assert "evil" not in told.headers.get("location", "")
    assert prefix in told.headers["location"]


def test_without_a_setting_nothing_is_taken_off(client: TestClient) -> None:
    headers = {"x-forwarded-prefix": "/med"}
    assert client.get("/med/models", headers=headers).status_code == 404
    assert client.get("/", headers=headers).json()["links"]["models"] == "/models"


def test_a_setting_of_the_gateways_own_host_says_more_than_the_gateway(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An HTTP API does not tell the mapping of its domain."""
    from mangum import Mangum  # noqa: PLC0415 - of this test alone

    from medmaas.api.event import HANDLERS  # noqa: PLC0415

    monkeypatch.setenv("MEDMAAS_URL", f"https://{HOST}/mapped")
    app = create_app(registry)
    adapter = Mangum(
        app, "off", custom_handlers=HANDLERS, text_mime_types=["application/fhir+json"]
    )
    event = ask_named_stage("/fhir/metadata")
    told = adapter(event, None)  # type: ignore[arg-type]
    assert f"https://{HOST}/mapped/fhir" in told["body"]
    assert "/prod/" not in told["body"]
    event["requestContext"]["domainName"] = "other.example.org"
    told = adapter(event, None)  # type: ignore[arg-type]
    assert "https://other.example.org/prod/fhir" in told["body"]
