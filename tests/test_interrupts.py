"""What is started where SIGINT is ignored, as jobs in the background are, can be stopped."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT, pytest_configure

STOP_SECONDS = 30.0
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


def test_tests_start_nothing_that_ignores_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pytest_configure()
        program = "import signal; print(signal.getsignal(signal.SIGINT) != signal.SIG_IGN)"
        told = subprocess.check_output([sys.executable, "-c", program], text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == "True\n"
