"""The built function under AWS's Runtime Interface Emulator: Lambda's own protocol, no container.

with running(tools, artifact, models, scratch) as emulator:
    answer = emulator.invoke(event)
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

HANDLER = "medmaas.api.app.handler"
BATCH_HANDLER = "medmaas.batch.handler.handler"
VARIABLES = {  # as in template.yaml
    "ORT_DISABLE_TELEMETRY": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}
START_SECONDS = 20.0
ANSWER_SECONDS = 60.0
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What AWS gives: the emulator's binary, and a Python 3.13 with the Lambda runtime client."""

    emulator: Path
    python: Path


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running function: where it answers, and the files it leaves."""

    port: int
    home: Path
    log: Path

    def invoke(self, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the handler returns
        """Send one event; a handler that raises gives `errorType` and `errorMessage`."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            path = "/2015-03-31/functions/function/invocations"
            connection.request("POST", path, json.dumps(event))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class ToolMissingError(Exception):
    """A program of AWS's is not on this machine; the message says how to get it."""


def find_sam(root: Path) -> Path:
    """SAM CLI's executable: the project's own, else the one on PATH.

    Raises:
        ToolMissingError: there is neither.
    """
    own = root / ".venv-sam" / "bin" / "sam"
    found = own if own.exists() else shutil.which("sam")
    if not found:
        raise ToolMissingError("there is no SAM CLI: `make build` installs it in .venv-sam")
    return Path(found)


def find_tools(root: Path) -> Tools:
    """The emulator inside SAM CLI, and the Python with Lambda's runtime client.

    Raises:
        ToolMissingError: one of them is not there.
    """
    inside = "lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-x86_64"
    emulators = list(find_sam(root).resolve().parents[1].glob(inside))
    if not emulators:
        raise ToolMissingError("this SAM CLI holds no Runtime Interface Emulator: `make build`")
    python = root / ".venv-lambda" / "bin" / "python"
    if not python.exists():
        raise ToolMissingError("there is no .venv-lambda, a Python 3.13 with awslambdaric")
    return Tools(emulators[0], python)


@contextmanager
def running(
    tools: Tools,
    artifact: Path,
    models: Path,
    scratch: Path,
    *,
    handler: str = HANDLER,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Emulator]:
    """Start the function of `artifact` with `models`; the runtime itself starts on first use.

    Args:
        tools: AWS's programs.
        artifact: The built function, as in the Lambda code zip.
        models: What Lambda mounts under /opt.
        scratch: A folder for the function's home and log.
        handler: The function's name inside the artefact.
        variables: What its environment holds besides.

    Raises:
        TimeoutError: The emulator does not listen; its log says why.
    """
    emulator = Emulator(port=_free_port(), home=scratch / "home", log=scratch / "function.log")
    emulator.home.mkdir(parents=True)
    command = [
        str(tools.emulator),
        f"--runtime-interface-emulator-address=127.0.0.1:{emulator.port}",
        f"--runtime-api-address=127.0.0.1:{_free_port()}",
        *(str(tools.python), "-m", "awslambdaric", handler),
    ]
    environment = _environment(artifact, models, emulator.home) | dict(variables or {})
    with emulator.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=artifact,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_listening(emulator)
        yield emulator
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # the emulator ends the runtime, which is in a process group of its own
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(artifact: Path, models: Path, home: Path) -> dict[str, str]:
    """What Lambda sets, and nothing of this machine."""
    return VARIABLES | {
        "PATH": os.defpath,
        "HOME": str(home),
        "LAMBDA_TASK_ROOT": str(artifact),
        "PYTHONDONTWRITEBYTECODE": "1",  # /var/task is read-only
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "MEDMAAS_MODELS": str(models),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(emulator: Emulator) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", emulator.port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"The emulator does not listen:\n{emulator.log.read_text()}")
