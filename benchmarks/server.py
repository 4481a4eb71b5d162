"""A real `medmaas serve` in a process of its own, and what can be asked of it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from benchmarks import MODELS
from benchmarks.process import Memory, read_memory
from benchmarks.request import PATH

_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where it answers, and as which process."""

    port: int
    pid: int

    def connect(self) -> HTTPConnection:
        """A connection that is kept from request to request."""
        return HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)

    def read_memory(self) -> Memory:
        """What the kernel has noted."""
        return read_memory(self.pid)


@contextmanager
def serving(models: str | Path = MODELS) -> Iterator[Server]:
    """Start `medmaas serve` on a free port; its access log goes nowhere."""
    process = subprocess.Popen(
        [sys.executable, "-m", "medmaas", "serve", "--port", "0", "--models", models],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        banner = process.stdout.readline() if process.stdout else ""
        address = re.search(r"answers at http://127\.0\.0\.1:(\d+) ", banner)
        if not address:
            raise RuntimeError("medmaas serve does not say where it answers")
        yield Server(int(address[1]), process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=_SECONDS)


def post(connection: HTTPConnection, body: bytes) -> None:
    """Send one request and read its answer to the end."""
    connection.request("POST", PATH, body, {"content-type": "application/json"})
    response = connection.getresponse()
    response.read()
    if response.status != HTTPStatus.OK:
        raise RuntimeError("the request was refused, so it measures nothing")
