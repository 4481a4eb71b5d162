"""Events of AWS: what is before the paths of the service, and bodies in base64."""

import re
from base64 import b64decode
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from mangum.handlers import ALB, APIGateway, HTTPGateway
from mangum.types import LambdaEvent, Scope

from medmaas.api.address import is_first

_PARAMETER = re.compile(r"\{(\w+)\+?\}")
_HOST = re.compile(r"[^:]*(:[0-9]{1,5})?")
_PREFIX = re.compile(r"(/(?!\.+(/|$))[A-Za-z0-9._~-]+)+")  # of what stages and mappings are called


class _Event:
    """What Mangum's handlers of events lack; each is one of its own, too."""

    event: LambdaEvent

    @cached_property
    def scope(self) -> Scope:
        """What the application is told of the request; Mangum would make it twice."""
        try:
            scope: Scope = super().scope  # type: ignore[misc]
        except (AttributeError, TypeError, ValueError):
            self.event = {**self.event, **_keep_readable(self.event)}
            scope = super().scope  # type: ignore[misc]
        prefix, path = _divide(self.event, scope["path"])
        if prefix:
            scope.update(root_path=prefix, path=prefix + path)
        return scope

    @property
    def body(self) -> bytes:
        """The body; the scope holds whether it was in base64, False if it should have been."""
        body = self.event.get("body") or b""
        if not isinstance(body, str | bytes):  # as people write it who try the function by hand
            return b""
        if not self.event.get("isBase64Encoded"):
            # half a character, which JSON can escape, is left to who reads the body
            return body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
        try:
            decoded = b64decode(body, validate=True)
        except (ValueError, TypeError):
            self.scope["medmaas.base64"] = False
            return b""
        self.scope["medmaas.base64"] = True
        return decoded


class _HttpApi(_Event, HTTPGateway):
    pass


class _RestApi(_Event, APIGateway):
    pass


class _LoadBalancer(_Event, ALB):
    pass


HANDLERS: list[Any] = [_HttpApi, _LoadBalancer, _RestApi]


def _keep_readable(event: LambdaEvent) -> dict[str, Any]:
    """The headers that Mangum can read: a host and a port as others write them stop it."""
    kept: dict[str, Any] = {}
    for name in ("headers", "multiValueHeaders"):
        given = event.get(name) or {}
        if name in event:
            kept[name] = {key: value for key, value in given.items() if _is_readable(key, value)}
    return kept


def _is_readable(name: str, value: object) -> bool:
    for text in value if isinstance(value, list) else [value]:
        if not isinstance(text, str) or not text.isascii():
            return False
        if name.lower() == "host" and not _HOST.fullmatch(text):
            return False
        if name.lower() == "x-forwarded-port" and not (text.isdigit() and len(text) < 6):  # noqa: PLR2004
            return False
    return not (isinstance(value, list) and name.lower() == "x-forwarded-port" and len(value) > 1)


def _divide(event: LambdaEvent, path: str) -> tuple[str, str]:
    """The prefix of a path, and the rest, by what API Gateway says.

    The path of a REST API holds no stage, which is in the context alone; that of an HTTP API does.
    Either may hold the mapping of a domain.
    """
    context = event["requestContext"]
    stage = f"/{context.get('stage', '$default')}"
    if (prefix := _find_before_route(event, path)) is None:
        is_named = stage != "/$default"
        whole = unquote(context.get("path") or "") if is_named else ""
        if "version" in event:
            prefix = stage if is_named else ""
        elif is_named and whole == path:
            prefix = _guess_mapping(path)
        elif is_named and whole in {stage + path, (stage + path).rstrip("/")}:
            return stage, path
        else:
            prefix = ""
    if not prefix:
        return "", path
    rest = path.removeprefix(prefix)
    if not _PREFIX.fullmatch(prefix) or rest == path or rest[:1] not in {"", "/"}:
        return "", path
    return prefix, rest or "/"


def _find_before_route(event: LambdaEvent, path: str) -> str | None:
    """What a path has more than the gateway's own route; None if that is nothing, or not known."""
    given = event.get("pathParameters") or {}
    if path[1:] == given.get("proxy"):  # mostly, and soon found
        return None
    route = event.get("resource") or event.get("routeKey", "").partition(" ")[2]
    try:
        own = _PARAMETER.sub(lambda name: given[name[1]], route)
    except (KeyError, TypeError):
        return None
    path, own = path.rstrip("/"), own.rstrip("/")
    if not route or path == own or not path.endswith(own):
        return None
    return path.removesuffix(own)


def _guess_mapping(path: str) -> str:
    """All before the first part that is known.

    A part that is known is never passed over, because the gateway may have let it in for what it
    is: /page needs no token.
    """
    prefix, rest = "", path
    while rest and not is_first(rest):
        first, slash, rest = rest[1:].partition("/")
        prefix, rest = f"{prefix}/{first}", slash + rest
    return prefix if rest else ""
