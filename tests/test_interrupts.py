"""What is started where SIGINT is ignored, as jobs in the background are, can be stopped."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT, pytest_configure
from tests.slow import slow_folder

STOP_SECONDS = 30.0
A_FEW_SECONDS = 15.0  # 3, on a machine that does little else
JSON = "application/json"
IGNORING = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable)


@contextmanager
def starting(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [*IGNORING, *arguments, "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # nothing, if it has stopped


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_local_stack_stops_in_order(number: signal.Signals) -> None:
    with starting("-m", "infra.local_stack") as stack:
        assert read_line(stack).startswith("Drop a file: ")
        stack.send_signal(number)
        rest, _ = stack.communicate(timeout=STOP_SECONDS)
    assert (stack.returncode, rest) == (0, "stopped\n")


def test_the_server_stops() -> None:
    with starting("-m", "medmaas", "serve") as server:
        address = urlsplit(read_line(server).split()[3])
        connection = HTTPConnection(address.netloc, timeout=STOP_SECONDS)
        connection.request("GET", "/health/live")
        assert connection.getresponse().read()
        connection.close()
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=STOP_SECONDS)
    assert server.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("asked", ["predict", "explain"])
def test_the_server_stops_while_a_graph_computes(
    models: Path, number: signal.Signals, asked: str
) -> None:
    for folder in models.iterdir():
        if folder.name != "breast_fna":
            shutil.rmtree(folder)
    (folder,) = (models / "breast_fna").iterdir()
    slow_folder(folder, 50_000)  # about a second for every 8 rows
    instance = json.loads((folder / "manifest.json").read_text())["golden"]["cases"][0]["instance"]
    body: dict[str, Any] = {"instances": [instance] * 1_000}  # minutes
    if asked == "explain":  # in a thread, for 20 seconds
        body = {"instances": [instance], "explain_seconds": 20}
    with starting("-m", "medmaas", "serve", "--models", str(models)) as server:
        address = urlsplit(read_line(server).split()[3])
        connection = HTTPConnection(address.netloc, timeout=STOP_SECONDS)
        connection.request(
            "POST", f"/models/breast_fna/{asked}", json.dumps(body), {"content-type": JSON}
        )
        other = HTTPConnection(address.netloc, timeout=1)
        with suppress(TimeoutError):  # it was asked before, so it computes now
            other.request("GET", "/health/live")
            other.getresponse().read()
        began = monotonic()
        server.send_signal(number)
        server.communicate(timeout=STOP_SECONDS)
        took = monotonic() - began
        connection.close()
        other.close()
    assert server.returncode == 128 + number
    assert took < A_FEW_SECONDS


def test_tests_start_nothing_that_ignores_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pytest_configure()
        program = "import signal; print(signal.getsignal(signal.SIGINT) != signal.SIG_IGN)"
        told = subprocess.check_output([sys.executable, "-c", program], text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == "True\n"
