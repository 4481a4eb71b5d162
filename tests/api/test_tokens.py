"""Who may call CDS Hooks' services: clients with a token of a configured issuer, each once."""

import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi.testclient import TestClient

from medmaas.api import app as lambda_module
from medmaas.api.app import create_app
from medmaas.api.server import _is_loopback
from medmaas.api.tokens import SeenHere, Verifier, make_issuers, make_verifier
from medmaas.errors import SettingError
from medmaas.model.registry import Registry
from medmaas.words import raise_in_english
from tests.cds_hooks.calls import call
from tests.conftest import ROOT, replace_state

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ISSUER, OTHER = "https://ehr.example/fhir", "https://other.example"
BASE = "https://medmaas.example"
URL = f"{BASE}/cds-services"
EC = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)


def publish(key: Any, kid: str) -> dict[str, Any]:
    algorithm = jwt.algorithms.ECAlgorithm if key is EC else jwt.algorithms.RSAAlgorithm
    published: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
    return published | {"kid": kid}


ISSUERS = {ISSUER: {"keys": [publish(EC, "e1"), publish(RSA, "r1")]}}
Sign = Callable[..., str]


def sign(
    key: Any = EC, alg: str = "ES384", headers: dict[str, Any] | None = None, **claims: Any
) -> str:
    now = int(NOW.timestamp())
    whole = {
        "iss": ISSUER, "aud": URL, "iat": now, "exp": now + 300, "jti": str(uuid4()),
    } | claims  # fmt: skip
    whole = {name: value for name, value in whole.items() if value is not None}
    kid = "e1" if key is EC else "r1"
    return jwt.encode(whole, key, alg, {"kid": kid, "typ": "JWT"} | (headers or {}))


def make_own(issuers: object) -> Verifier:
    return Verifier(make_issuers(None, lambda: json.dumps(issuers)))


@pytest.fixture
def guarded(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("MEDMAAS_URL", f"{BASE}/")
    app = create_app(registry, make_own(ISSUERS))
    app.state.clock = lambda: NOW
    return TestClient(app)


def get(client: TestClient, token: str | None, path: str = "/cds-services") -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return client.get(path, headers=headers)


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES384"), (RSA, "RS384")])
def test_a_token_of_a_configured_issuer_lets_in(guarded: TestClient, key: Any, alg: str) -> None:
    assert get(guarded, sign(key, alg)).status_code == 200


def test_every_call_needs_a_token_for_its_own_url(guarded: TestClient) -> None:
    for path, body in (
        ("/survival", call()),
        ("/survival/feedback", {"feedback": []}),
    ):
        assert guarded.post(f"/cds-services{path}", json=body).status_code == 401
        for audience in (f"{URL}{path}", [f"{URL}{path}", "https://else.example"]):
            token = sign(aud=audience)
            response = guarded.post(
                f"/cds-services{path}", json=body, headers={"authorization": f"Bearer {token}"}
            )
            assert response.status_code in {200, 400}


def test_other_routes_are_not_asked_for_this_token(guarded: TestClient) -> None:
    assert guarded.get("/models").status_code == 200


def test_a_token_is_taken_once(guarded: TestClient) -> None:
    token = sign()
    assert [get(guarded, token).status_code for _ in range(3)] == [200, 401, 401]


def test_a_jti_of_half_a_character_is_a_token_like_others(guarded: TestClient) -> None:
    token = sign(jti="\ud800")
    assert [get(guarded, token).status_code for _ in range(2)] == [200, 401]


def test_the_same_jti_of_another_issuer_is_another_token(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDMAAS_URL", BASE)
    app = create_app(registry, make_own(ISSUERS | {OTHER: ISSUERS[ISSUER]}))
    app.state.clock = lambda: NOW
    client = TestClient(app)
    assert get(client, sign(jti="1")).status_code == 200
    assert get(client, sign(jti="1", iss=OTHER)).status_code == 200


def unsigned() -> str:
    return jwt.encode({"iss": ISSUER, "aud": URL}, "", "none", {"kid": "e1", "typ": "JWT"})


def of_strange_alg() -> str:
    _, body, signature = sign().split(".")
    head = json.dumps({"alg": ["ES384"], "typ": "JWT", "kid": "e1"}).encode()
    return f"{urlsafe_b64encode(head).decode().rstrip('=')}.{body}.{signature}"


def of_hmac() -> str:
    secret = json.dumps(publish(RSA, "r1")).encode()
    _, body, _ = sign(RSA, "RS384").split(".")
    head = b64encode(json.dumps({"alg": "HS384", "typ": "JWT", "kid": "r1"}).encode())
    signed = f"{head.decode().rstrip('=')}.{body}"
    signature = hmac.digest(secret, signed.encode(), "sha384")
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def spoilt() -> str:
    head, body, signature = sign().split(".")
    return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


NOT_HOLDING: dict[str, Callable[[], str]] = {
    "no JWT": lambda: "not-a-token",
    "no signature": unsigned,
    "HMAC with the public key": of_hmac,
    "another signature": spoilt,
    "another key": lambda: sign(ec.generate_private_key(ec.SECP384R1()), headers={"kid": "e1"}),
    "an algorithm that is a list": of_strange_alg,
    "another algorithm": lambda: sign(RSA, "RS256"),
    "a kid that is none": lambda: sign(headers={"kid": "e2"}),
    "the kid of the other key": lambda: sign(headers={"kid": "r1"}),
    "another type": lambda: sign(headers={"typ": "at+jwt"}),
    "another audience": lambda: sign(aud=f"{URL}/survival"),
    "the Host that the caller says": lambda: sign(aud="http://testserver/cds-services"),
    "no audience": lambda: sign(aud=None),
    "no jti": lambda: sign(jti=None),
    "an empty jti": lambda: sign(jti=""),
    "no exp": lambda: sign(exp=None),
    "no iat": lambda: sign(iat=None),
    "expired": lambda: sign(iat=int(NOW.timestamp()) - 400, exp=int(NOW.timestamp()) - 100),
    "of the future": lambda: sign(iat=int(NOW.timestamp()) + 100),
    "not yet": lambda: sign(nbf=int(NOW.timestamp()) + 100),
    "of a long life": lambda: sign(exp=int(NOW.timestamp()) + 3600),
    "an exp that is text": lambda: sign(exp="never"),
    "an exp without end": lambda: sign(exp=10**18),
    "too long": lambda: sign(jti="x" * 10_000),
}


@pytest.mark.parametrize("name", NOT_HOLDING)
@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_a_token_that_does_not_hold_is_401(guarded: TestClient, name: str) -> None:
    response = get(guarded, NOT_HOLDING[name]())
    assert response.status_code == 401, response.text
    assert response.json()["resourceType"] == "OperationOutcome"
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("authorization", ["", "Basic YTpi", "Bearer", "Bearer "])
def test_without_a_token_it_is_401(guarded: TestClient, authorization: str) -> None:
    response = guarded.get("/cds-services", headers={"authorization": authorization})
    assert response.status_code == 401


def test_an_issuer_that_is_not_configured_is_403(guarded: TestClient, registry: Registry) -> None:
    assert get(guarded, sign(iss=OTHER)).status_code == 403
    app = create_app(registry, make_own({}))
    assert get(TestClient(app, base_url=BASE), sign()).status_code in {401, 403}


def test_where_nobody_said_the_url_no_token_holds(registry: Registry) -> None:
    app = create_app(registry, make_own(ISSUERS))
    app.state.clock = lambda: NOW
    response = get(TestClient(app, base_url=BASE), sign())
    assert response.status_code == 401
    assert "MEDMAAS_URL" in response.text


def test_on_lambda_the_url_is_what_api_gateway_says(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_state(monkeypatch, lambda_module.app, verifier=make_own(ISSUERS), clock=lambda: NOW)
    event = json.loads((ROOT / "events" / "models.json").read_text())
    event |= {"rawPath": "/cds-services"}
    event["requestContext"]["http"]["path"] = "/cds-services"
    domain = event["requestContext"]["domainName"]
    for host, audience, status in (
        (domain, f"https://{domain}/cds-services", 200),
        ("else.example", f"https://{domain}/cds-services", 200),
        ("else.example", "https://else.example/cds-services", 401),
    ):
        token = sign(aud=audience)
        event["headers"] |= {"host": host, "authorization": f"Bearer {token}"}
        answer = lambda_module.handler(event, None)  # type: ignore[arg-type]
        assert answer["statusCode"] == status, answer


def test_lambda_lets_nobody_in_who_is_not_configured() -> None:
    event = json.loads((ROOT / "events" / "models.json").read_text())
    event |= {"rawPath": "/cds-services"}
    event["requestContext"]["http"]["path"] = "/cds-services"
    event["headers"].pop("authorization", None)
    answer = lambda_module.handler(event, None)  # type: ignore[arg-type]
    assert answer["statusCode"] == 401


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],  # noqa: S104
)
def test_tokens_are_left_out_on_loopback_alone(host: str, alone: bool) -> None:  # noqa: FBT001
    assert _is_loopback(host) is alone


@pytest.mark.parametrize(
    "issuers",
    [
        [],
        {ISSUER: []},
        {ISSUER: {"keys": ["k"]}},
        {ISSUER: {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "1"}]}},
        {ISSUER: {"keys": [publish(EC, "e1") | {"d": "secret"}]}},
        {ISSUER: {"keys": [publish(EC, "e1") | {"crv": "P-256"}]}},
        {ISSUER: {"keys": [publish(RSA, "r1") | {"n": "AQAB"}]}},
        {ISSUER: {"keys": [{k: v for k, v in publish(EC, "e1").items() if k != "kid"}]}},
    ],
)
def test_keys_that_are_not_for_this_are_refused_at_the_start(
    issuers: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDMAAS_ISSUERS", json.dumps(issuers))
    with pytest.raises(SettingError, match="MEDMAAS_ISSUERS") as refusal, raise_in_english():
        make_verifier()
    assert "secret" not in str(refusal.value)


def test_what_has_expired_is_forgotten() -> None:
    seen = SeenHere()
    assert seen.remember("a", expires=10, now=0)
    assert not seen.remember("a", expires=10, now=9)
    assert seen.remember("a", expires=20, now=11)


@pytest.fixture
def replay_table(make_table: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    table = make_table()
    monkeypatch.setenv("MEDMAAS_REPLAY_TABLE", table)
    monkeypatch.setenv("MEDMAAS_ISSUERS", json.dumps(ISSUERS))
    monkeypatch.setenv("MEDMAAS_URL", BASE)
    return table


def test_several_processes_take_a_token_once_together(
    registry: Registry, replay_table: str
) -> None:
    clients = []
    for _ in range(2):
        app = create_app(registry, make_verifier())
        app.state.clock = lambda: NOW
        clients.append(TestClient(app))
    token = sign()
    assert [get(client, token).status_code for client in clients] == [200, 401]
    items = boto3.client("dynamodb").scan(TableName=replay_table)["Items"]
    assert len(items) == 1
    assert ISSUER not in json.dumps(items)


def test_while_the_table_does_not_answer_nobody_gets_in(
    registry: Registry, replay_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert replay_table
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    app = create_app(registry, make_verifier())
    app.state.clock = lambda: NOW
    assert get(TestClient(app), sign()).status_code == 503


def test_keys_are_exchanged_in_parameter_store_while_the_service_runs(
    registry: Registry, make_table: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = make_table()  # starts what answers for AWS
    store = boto3.client("ssm")
    store.put_parameter(Name=name, Value=json.dumps(ISSUERS), Type="String")
    monkeypatch.setenv("MEDMAAS_ISSUERS_PARAMETER", name)
    monkeypatch.setenv("MEDMAAS_URL", BASE)
    app = create_app(registry, make_verifier())
    client = TestClient(app)
    now = int(NOW.timestamp())
    for later, content, status in (
        (0, ISSUERS, 200), (0, {}, 200), (301, {}, 403), (602, ISSUERS, 200), (903, [], 503),
    ):  # fmt: skip
        store.put_parameter(Name=name, Value=json.dumps(content), Type="String", Overwrite=True)
        app.state.clock = lambda later=later: NOW + timedelta(seconds=later)
        token = sign(iat=now + later, exp=now + later + 60)
        assert get(client, token).status_code == status


def test_browsers_of_listed_origins_may_ask_and_no_others(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDMAAS_CORS_ORIGINS", "https://ehr.example, *")
    client = TestClient(create_app(registry, make_own(ISSUERS)))
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}  # fmt: skip # noqa: E501
    allowed = client.options("/cds-services/survival", headers={"origin": "https://ehr.example"} | asked)  # fmt: skip # noqa: E501
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://ehr.example"
    refused = client.options("/cds-services/survival", headers={"origin": "https://b.example"} | asked)  # fmt: skip # noqa: E501
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers
    native = client.get("/models", headers={"origin": "https://ehr.example"})
    assert "access-control-allow-origin" not in native.headers


def test_nothing_of_a_token_is_logged(
    guarded: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    token = sign(sub="dr-secret")
    for _ in range(2):
        get(guarded, token)
    lines = capfd.readouterr().err
    assert lines.count("/cds-services") == 2
    assert "secret" not in lines
    assert token[:20] not in lines


@pytest.mark.parametrize("before", ["", "/med"], ids=["stripped", "kept"])
def test_behind_a_proxy_a_token_names_the_url_that_is_called(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    monkeypatch.setenv("MEDMAAS_URL", f"{BASE}/med")
    app = create_app(registry, make_own(ISSUERS))
    app.state.clock = lambda: NOW
    client = TestClient(app)
    path = f"{before}/cds-services"
    assert get(client, sign(aud=f"{BASE}/med/cds-services"), path).status_code == 200
    assert get(client, sign(aud=URL), path).status_code == 401


def test_at_a_stage_a_token_names_the_url_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    app = lambda_module.app
    replace_state(monkeypatch, app, verifier=make_own(ISSUERS), clock=lambda: NOW)
    event = json.loads((ROOT / "events" / "models.json").read_text())
    context = event["requestContext"]
    context |= {"stage": "prod"}
    event["rawPath"] = context["http"]["path"] = "/prod/cds-services"
    for path, status in (("/prod/cds-services", 200), ("/cds-services", 401)):
        token = sign(aud=f"https://{context['domainName']}{path}")
        event["headers"]["authorization"] = f"Bearer {token}"
        answer = lambda_module.handler(event, None)  # type: ignore[arg-type]
        assert answer["statusCode"] == status, answer["body"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_browser_of_an_origin_in_the_settings_may_ask_in_every_way(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setenv("MEDMAAS_CORS_ORIGINS", "https://ehr.example")
    client = TestClient(create_app(registry))
    asked = {"origin": "https://ehr.example", "access-control-request-method": method,
             "access-control-request-headers": "authorization"}  # fmt: skip
    for path in ("/cds-services", "/cds-services/survival"):
        allowed = client.options(path, headers=asked)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "https://ehr.example"
    head = client.head("/cds-services", headers={"origin": "https://ehr.example"})
    assert head.headers["access-control-allow-origin"] == "https://ehr.example"
    assert "access-control-allow-origin" not in client.options("/models", headers=asked).headers
