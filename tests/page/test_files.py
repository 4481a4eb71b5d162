"""What is served at the address of the service, and that it is what page/ builds."""

import gzip
import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import boto3
import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.errors import SettingError
from medmaas.model.registry import Registry
from tests.conftest import ROOT

BUILT = ROOT / "functions" / "medmaas" / "page"
IMPORTED = re.compile(r'(?:from|import)"\./([^"]+\.js)"')
ASKED_FOR = re.compile(r'import\("\./([^"]+\.js)"\)')
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SIGN_IN = (
    '{"issuer": "https://i.example", "authorization_endpoint": "https://i.example/authorize", '
    '"token_endpoint": "https://t.example/token", "client_id": "page", "scope": "openid"}'
)


def list_files(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_what_ships_is_what_the_source_builds(tmp_path: Path) -> None:
    node = ROOT / ".venv" / "bin" / "node"
    built = tmp_path / "built"
    command = [str(node if node.exists() else "node"), "build.mjs", str(built)]
    subprocess.run(command, cwd=ROOT / "page", check=True, capture_output=True)
    assert list_files(built) == list_files(BUILT), "run make page"


def test_the_types_of_the_page_are_those_that_the_service_publishes(tmp_path: Path) -> None:
    node = ROOT / ".venv" / "bin" / "node"
    made = tmp_path / "contract.ts"
    command = [str(node if node.exists() else "node"), "types.mjs", str(made)]
    subprocess.run(command, cwd=ROOT / "page", check=True, capture_output=True)
    committed = ROOT / "page" / "src" / "contract.ts"
    assert made.read_text() == committed.read_text(), "run make openapi"


def test_whatever_is_looked_at_the_page_weighs_at_most_250_kb_compressed() -> None:
    files = list_files(BUILT)
    scripts = {name.split("/")[-1]: data for name, data in files.items() if name.endswith(".js")}
    (first,) = (name for name in scripts if name.startswith("main-"))
    always = follow(scripts, {first})
    later = {name for data in scripts.values() for name in ASKED_FOR.findall(data.decode())}
    languages = {name for name in later if re.match("(en|zh)-", name)}
    assert len(languages) == 2, "a reader loads one language"
    assert not languages & always
    later -= languages
    assert later, "what one view alone needs is a file of its own"
    always |= {max(languages, key=lambda name: weigh(scripts, {name}))}
    most = max((follow(scripts, {name}) - always for name in later), key=partial(weigh, scripts))
    rest = [data for name, data in files.items() if not name.endswith(".js")]
    beside = sum(len(gzip.compress(data)) for data in rest)
    assert weigh(scripts, always | most) + beside <= 250_000


def follow(scripts: dict[str, bytes], names: set[str]) -> set[str]:
    """Scripts with all that they import at once."""
    found = names | {other for name in names for other in IMPORTED.findall(scripts[name].decode())}
    return found if found == names else follow(scripts, found)


def weigh(scripts: dict[str, bytes], names: set[str]) -> int:
    return sum(len(gzip.compress(scripts[name])) for name in names)


def test_what_one_view_alone_needs_is_a_file_of_its_own() -> None:
    files = {name: data for name, data in list_files(BUILT).items() if name.endswith(".js")}
    (first,) = (data for name, data in files.items() if name.startswith("files/main-"))
    assert len(gzip.compress(first)) <= 150_000
    assert [name for name in files if name.startswith("files/smiles-drawer")]


def test_the_licence_of_all_that_is_bundled_goes_with_it() -> None:
    told = (BUILT / "files" / "licences.txt").read_text()
    for name in ("preact", "smiles-drawer"):
        assert re.search(rf"^{name} \d", told, re.MULTILINE)


def test_a_browser_gets_the_page_and_a_program_the_description(client: TestClient) -> None:
    page = client.get("/", headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    for other in ({"accept": "application/json"}, {"accept": "*/*"}):
        assert client.get("/", headers=other).json()["name"] == "medmaas"
    assert page.headers["vary"] == client.get("/").headers["vary"] == "accept"


def test_the_policy_lets_nothing_in_from_elsewhere(client: TestClient) -> None:
    policy = client.get("/", headers=BROWSER).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_files_are_compressed_and_kept_for_ever_and_the_page_is_not(client: TestClient) -> None:
    page = client.get("/", headers=BROWSER)
    assert page.headers["cache-control"] == "no-store"
    addresses = re.findall(r'(?:src|href)="(page/[^"]+)"', page.text)
    assert len(addresses) == 2
    for address in addresses:
        answer = client.get(f"/{address}", headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_learns_where_to_sign_in_and_may_ask_there(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDMAAS_SIGN_IN", SIGN_IN)
    guarded = TestClient(create_app(registry))
    assert guarded.get("/").json()["sign_in"]["client_id"] == "page"
    policy = guarded.get("/", headers=BROWSER).headers["content-security-policy"]
    assert policy.endswith("connect-src 'self' https://t.example")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (SIGN_IN.replace("https://t.example", "http://t.example"), "token_endpoint"),
        (SIGN_IN.replace('"client_id": "page", ', ""), "client_id"),
        ("{", "JSON"),
    ],
)
def test_settings_that_cannot_be_right_are_refused_at_the_start(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, wrong: str, named: str
) -> None:
    monkeypatch.setenv("MEDMAAS_SIGN_IN", wrong)
    with pytest.raises(SettingError, match="sign_in_wrong") as refused:
        create_app(registry)
    assert refused.value.fact.limits["wrong"] == [named]


def test_where_people_sign_in_is_read_again_from_parameter_store(
    registry: Registry, make_table: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = make_table()  # starts what answers for AWS
    store, now = boto3.client("ssm"), datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setenv("MEDMAAS_SIGN_IN_PARAMETER", name)
    store.put_parameter(Name=name, Value="{}", Type="String")
    app = create_app(registry)
    client = TestClient(app)
    other = SIGN_IN.replace('"page"', '"other"')
    for later, content, told in (
        (0, "{}", None), (60, SIGN_IN, None), (301, SIGN_IN, "page"), (602, other, "other"),
    ):  # fmt: skip
        store.put_parameter(Name=name, Value=content, Type="String", Overwrite=True)
        app.state.clock = lambda later=later: now + timedelta(seconds=later)
        found = client.get("/").json()["sign_in"]
        assert (found and found["client_id"]) == told
    store.put_parameter(
        Name=name, Value='{"issuer": "https://secret"}', Type="String", Overwrite=True
    )
    app.state.clock = lambda: now + timedelta(seconds=1000)
    refused = client.get("/", headers=BROWSER)
    assert refused.status_code == 503
    assert refused.json()["error"].startswith("the settings of the sign-in cannot be read")
    assert "secret" not in refused.text


def test_under_sam_local_nobody_signs_in(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDMAAS_SIGN_IN_PARAMETER", "not-there")
    monkeypatch.setenv("AWS_SAM_LOCAL", "true")
    assert json.loads(TestClient(create_app(registry)).get("/").text)["sign_in"] is None
