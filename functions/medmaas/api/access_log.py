"""What surrounds every request: its id, its security headers, its log line, its last defence.

An answer that is too long is refused here, whoever wrote it.

HEAD is answered here, on every route there is: as GET, without the body.

The log line says who answered what route how fast. It never holds a path, a query, a header, a body
or the text of an exception, because each of these may hold patient data.
"""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medmaas.api.address import find_path
from medmaas.api.length import SURELY_FITS, find_limit
from medmaas.api.refusal import refuse
from medmaas.api.routes import choose_words
from medmaas.errors import MedmaasError, TooLargeError
from medmaas.log import find_place, write_line
from medmaas.words import Words

Header = tuple[bytes, bytes]
Headers = Sequence[Header]
_HEADERS: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_NAMES = frozenset(name for name, _ in _HEADERS)
_DIGITS = len(str(SURELY_FITS)) - 1  # of a length that needs no look
_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


class AccessLog:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and write one line when it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        request_id = scope.setdefault("state", {})["request_id"] = _request_id(scope)
        status = 0
        held: Message | None = None  # the beginning of an answer that may be too long

        async def send_with_headers(message: Message) -> None:
            nonlocal status, held
            if message["type"] == "http.response.start":
                given = dict(message["headers"])
                if len(given.get(b"content-length", b"")) > _DIGITS:
                    held = message
                    return
                status = message["status"]
                message["headers"] = _add_own(message["headers"], given, request_id)
            elif held is not None and not status:
                start, message = _shorten(asked, held, message)
                status, headers = start["status"], start["headers"]
                await send({**start, "headers": _add_own(headers, dict(headers), request_id)})
            if method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "other"
        line: dict[str, Any] = {"request_id": request_id, "method": method}
        asked = _ask_by_get(scope) if method == "HEAD" else scope
        try:
            await self._app(asked, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - nothing may leave with the caller's data in it
            line |= {"exception": type(error).__name__, "raised_at": find_place(error)}
            if not status:
                words = choose_words(Request(asked))
                refusal = _internal_error(find_path(asked), request_id, words)
                await refusal(asked, receive, send_with_headers)
        route = getattr(asked.get("route"), "path", None)
        line |= {"route": route, "status": status, **scope["state"].get("log", {})}
        line["duration_ms"] = round(1000 * (perf_counter() - started), 3)
        write_line(line)


def _add_own(headers: Headers, given: Mapping[bytes, bytes], request_id: str) -> list[Header]:
    """The headers of an answer, with those of every answer that it does not bring itself."""
    own = _HEADERS
    if not _NAMES.isdisjoint(given):
        own = tuple(header for header in _HEADERS if header[0] not in given)
    return [*headers, *own, (b"x-request-id", request_id.encode("latin-1"))]


def _ask_by_get(scope: Scope) -> Scope:
    """The same request by GET, for all of what is there: a range is of GET alone (RFC 9110)."""
    headers = [header for header in scope["headers"] if header[0] != b"range"]
    return {**scope, "method": "GET", "headers": headers}


def _shorten(scope: Scope, start: Message, body: Message) -> tuple[Message, Message]:
    """Both messages of an answer as they are, or those of its refusal if it is too long.

    A file, which comes in several messages, is one of the page, and short.
    """
    limit = None
    if not body.get("more_body"):
        limit = find_limit(scope, start["headers"], body["body"])
    if limit is None:
        return start, body
    error = TooLargeError("answer_too_large", megabytes=limit // 10**6)
    refusal = refuse(find_path(scope), error, choose_words(Request(scope)))
    start = {**start, "status": refusal.status_code, "headers": refusal.raw_headers}
    return start, {"type": "http.response.body", "body": refusal.body}


def _request_id(scope: Scope) -> str:
    """API Gateway's own id, so that its access log and ours can be joined; else a new one."""
    gateway = (scope.get("aws.event") or {}).get("requestContext") or {}
    invocation = getattr(scope.get("aws.context"), "aws_request_id", None)
    return str(gateway.get("requestId") or invocation or uuid4())


def _internal_error(path: str, request_id: str, words: Words) -> Response:
    return refuse(path, MedmaasError("failed", request_id=request_id), words)
