"""A process that forks one child per invocation of the function, to be killed or starved.

    python -m tests.batch.zygote

Reads lines of JSON, lists of invocations that happen at once, and answers each with a line: what
became of them. A fork is quick, because the models and boto3's clients are loaded once; it is safe,
because nothing here has a second thread.
"""

import json
import os
import signal
import sys
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError

from medmaas.batch import handler, storage
from medmaas.table import csv_rows, histories, json_rows
from medmaas.table.lines import Limits

from .uploads import Context

SMALL = Limits(rows=50, bytes=4_000, line=2_000)
PART = 5_000
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
FAULTS = ("killed before", "killed after", "slow down", "unreachable", "answer lost", "truncated")


class Fault:
    """What goes wrong with one of the requests to S3 or SQS."""

    def __init__(self, kind: str, at: int, client: Any) -> None:
        self._kind = kind
        self._left = at
        self._client = client

    def __call__(self, request: Any, **_: Any) -> AWSResponse | None:
        """Stand in for the network, if it is this request's turn."""
        self._left -= 1
        if self._left != -1:
            return None
        url = request.url
        match self._kind:
            case "killed before":
                os.kill(os.getpid(), signal.SIGKILL)
            case "slow down":
                return AWSResponse(url, 503, {}, _Body(SLOW_DOWN))
            case "unreachable":
                raise ConnectionClosedError(endpoint_url=url)
        answer = self._client._endpoint.http_session.send(request)  # noqa: SLF001
        match self._kind:
            case "killed after":
                os.kill(os.getpid(), signal.SIGKILL)
            case "answer lost":
                raise ConnectionClosedError(endpoint_url=url)
        content = answer.raw.read() if request.stream_output else answer.content
        return AWSResponse(url, answer.status_code, answer.headers, _Body(content[:-1]))


class _Body(BytesIO):
    """A body as urllib3 gives it to botocore."""

    def stream(self, **_: Any) -> list[bytes]:
        return [self.read()]


def shrink() -> None:
    """Make small files have several chunks and parts, as large ones have."""
    csv_rows.LIMITS = json_rows.LIMITS = SMALL
    histories._TOGETHER = 10  # noqa: SLF001
    storage._PART = PART  # noqa: SLF001


def invoke(invocation: dict[str, Any], pipe: int) -> None:
    """Be one invocation, from its event to its answer."""
    if fault := invocation["fault"]:
        kind, at = fault
        counter = Fault(kind, at, storage.client("s3"))  # sends to SQS as well: it is only HTTP
        for service in ("s3", "sqs"):
            storage.client(service).meta.events.register("before-send", counter)
    try:
        answer = handler.handler(invocation["event"], Context(invocation["remaining_ms"]))
    except Exception as error:  # noqa: BLE001 - as Lambda's runtime
        answer = {"error": type(error).__name__, "message": str(error)}
    os.write(pipe, json.dumps(answer).encode())


def fork(invocation: dict[str, Any]) -> tuple[int, int]:
    """Begin an invocation; gives its process and the pipe that its answer comes from."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            invoke(invocation, writing)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    return pid, reading


def wait(pid: int, pipe: int) -> dict[str, Any] | None:
    """The answer of an invocation; None if it was killed."""
    with os.fdopen(pipe, "rb") as file:
        content = file.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return None
    answer: dict[str, Any] = json.loads(content)
    return answer


def main() -> None:
    """Fork until there is nothing more to do."""
    if "small" in sys.argv:
        shrink()
    for service in ("s3", "sqs"):
        storage.client(service)
    for model in ("survival", "chemo_dose"):
        handler.registry.get(model)
    for line in sys.stdin:
        children = [fork(invocation) for invocation in json.loads(line)]
        print(json.dumps([wait(*child) for child in children]), flush=True)


if __name__ == "__main__":
    main()
