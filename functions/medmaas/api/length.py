"""How long an answer may be: as long as AWS lets a function's be, on every machine alike."""

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from starlette.types import Scope

MOST_BYTES = 6_000_000  # Lambda takes 6,291,556 of a response; its headers are among them
_OF_LOAD_BALANCER = 1_000_000  # which takes a MiB of a function's response
_LONGEST_ESCAPE = 6  # characters of JSON for one of text
SURELY_FITS = _OF_LOAD_BALANCER // _LONGEST_ESCAPE
TEXT = [
    "text/",
    "application/json",
    "application/fhir+json",
    "application/javascript",
]  # all else travels as base64


def find_limit(scope: Scope, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> int | None:
    """The limit that an answer is beyond, in bytes; None if it is beyond none.

    Args:
        scope: of the request.
        headers: of the answer.
        body: of the answer, which a function hands over within JSON: as a text or in base64.
    """
    event: dict[str, Any] = scope.get("aws.event") or {}
    balanced = "elb" in (event.get("requestContext") or ())
    most = _OF_LOAD_BALANCER if balanced else MOST_BYTES
    if len(body) <= most // _LONGEST_ESCAPE:
        return None
    return most if len(body) > most or _measure(headers, body) > most else None


def _measure(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> int:
    """Bytes of a body within the JSON that Lambda's runtime writes, quotation marks included."""
    media_type = dict(headers).get(b"content-type", b"").decode("latin-1")
    if any(text in media_type for text in TEXT):
        with suppress(UnicodeDecodeError):  # a text that is compressed travels as base64, too
            return len(json.dumps(body.decode(), ensure_ascii=False).encode())
    return 2 + (len(body) + 2) // 3 * 4
