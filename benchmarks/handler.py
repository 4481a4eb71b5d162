"""A Lambda handler, called as Lambda calls it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

_CONTEXT = SimpleNamespace(aws_request_id="benchmark")


def prepare_call(handler: Handler, event: dict[str, Any]) -> Callable[[], None]:
    """A call that gives the event to the handler, and makes sure that it is answered."""

    def call() -> None:
        if handler(event, _CONTEXT)["statusCode"] != HTTPStatus.OK:
            raise RuntimeError("the request was refused, so its time means nothing")

    return call


@contextmanager
def discarding_log() -> Iterator[None]:
    """Let the access log be written line by line, as on Lambda, but to nowhere."""
    with Path(os.devnull).open("w", buffering=1) as nowhere, redirect_stderr(nowhere):
        yield
