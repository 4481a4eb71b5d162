"""The ten rows of docs/batch.md, with the commands as they stand there."""

import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from infra.local_stack import PORT

from .conftest import ROOT, free_port, unavailable

STOP_SECONDS = 30.0
DOCUMENT = (ROOT / "docs" / "batch.md").read_text()
COMMANDS = [
    line for line in DOCUMENT.splitlines() if line.startswith("curl ") and f":{PORT}/" in line
]

Process = subprocess.Popen[str]


def run(command: str, port: int) -> str:
    """A command of the document, at the port of this test."""
    typed = shlex.split(command.replace(f":{PORT}/", f":{port}/"))
    return subprocess.run(typed, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def read_line(process: Process) -> str:
    assert process.stdout
    return process.stdout.readline()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def stack(port: int) -> Iterator[Process]:
    """What `make stack` starts."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "infra.local_stack", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, rest) == (0, "stopped\n")


def test_make_stack_starts_it() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "stack: .venv/.dev\n\t.venv/bin/python -m infra.local_stack\n" in makefile
    assert "make stack\n" in DOCUMENT


def test_ten_rows_come_back_scored(stack: Process, port: int) -> None:
    if not shutil.which("curl"):
        unavailable("there is no curl")
    upload, download = COMMANDS
    assert upload.replace(f":{PORT}/", f":{port}/") in read_line(stack)
    run(upload, port)
    assert read_line(stack) == "10 rows: 9 scored, 1 rejected\n"
    for address in (read_line(stack), read_line(stack)):
        assert run(f"curl -sf {address.strip()}", port)
    rows = run(download, port).splitlines()
    assert rows[0].startswith("row,id,")
    scored = [line.split(",")[:2] for line in rows[1:]]
    assert scored == [[str(row), f"P-{row:03}"] for row in (1, 2, 3, 4, 5, 7, 8, 9, 10)]


def test_a_port_that_is_taken_is_named(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        command = [sys.executable, "-m", "infra.local_stack", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == f"port {port} is taken: choose another one with --port\n"
    assert done.returncode == 1
