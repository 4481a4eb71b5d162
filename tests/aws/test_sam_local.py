"""The commands of docs/deploy.md, in the containers that SAM CLI makes: as typed."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.conftest import SHIPPED

from .conftest import ROOT, Run, free_port

START_SECONDS = 180.0  # the first time, SAM CLI makes a container image
STOP_SECONDS = 30.0
EVENTS = sorted(path.stem for path in (ROOT / "events").glob("*.json"))


@pytest.mark.parametrize("name", EVENTS)
def test_sam_local_invoke_answers(containers: Path, run_sam: Run, name: str) -> None:
    assert containers.exists()
    invoked = run_sam("local", "invoke", "ApiFunction", "-e", f"events/{name}.json")
    assert invoked.returncode == 0, invoked.stderr
    answer = json.loads(invoked.stdout)
    assert answer["statusCode"] == 200, answer


@pytest.fixture(scope="module")
def api(containers: Path, sam: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running `sam local start-api`."""
    assert containers.exists()
    port = free_port()
    log = tmp_path_factory.mktemp("start-api") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sam, "local", "start-api", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"SAM_CLI_TELEMETRY": "0"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_listening(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"sam local start-api does not listen:\n{log.read_text()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does, because only then SAM CLI removes its containers."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def example(name: str) -> Any:
    return json.loads(json.loads((ROOT / "events" / f"{name}.json").read_text())["body"])


def test_the_api_predicts(api: str) -> None:
    events = {"survival": "predict", "blood_cell": "predict_blood_cell"}
    for model, event in events.items():
        answer = httpx.post(f"{api}/models/{model}/predict", json=example(event), timeout=60)
        assert answer.status_code == 200, answer.text
        assert answer.json()["model"]["id"] == model
        assert [one["status"] for one in answer.json()["predictions"]] == ["ok"]


def test_the_api_is_ready_with_the_models_of_the_layer(api: str) -> None:
    assert httpx.get(f"{api}/health/ready", timeout=60).status_code == 200
    listed = httpx.get(f"{api}/models", timeout=60)
    assert {model["id"] for model in listed.json()["models"]} == set(SHIPPED)


def test_the_api_shows_its_documentation(api: str) -> None:
    assert "swagger" in httpx.get(f"{api}/docs", timeout=60).text
    assert "/models/{" in httpx.get(f"{api}/openapi.json", timeout=60).text


def test_the_api_shows_its_page_with_all_its_files(api: str) -> None:
    page = httpx.get(f"{api}/", headers={"accept": "text/html"}, timeout=60)
    assert page.headers["content-type"].startswith("text/html")
    addresses = re.findall(r'(?:src|href)="(page/[^"]+)"', page.text)
    assert len(addresses) == 2
    for address in addresses:
        file = ROOT / "functions" / "medmaas" / "page" / "files" / address.removeprefix("page/")
        assert httpx.get(f"{api}/{address}", timeout=60).content == file.read_bytes()


def test_the_api_refuses_in_its_one_format(api: str) -> None:
    answer = httpx.get(f"{api}/no/such/page", timeout=60)
    assert answer.status_code == 404
    assert answer.json().keys() == {"error", "code", "limits", "details"}
