"""At which address the service is called, for links and for the audience of tokens.

A stage of API Gateway, a mapping to a domain or a proxy may put a prefix before every path. ASGI's
`root_path` holds it, and `path` always begins with it.
"""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from medmaas import settings

# the first parts of every path that the service answers
FIRST = frozenset({
    "cds-services", "docs", "fhir", "health", "models", "openapi.json", "page",
    "static-offline-docs", "v2",
})  # fmt: skip


class PublicAddress:
    """ASGI middleware: the service is at `MEDMAAS_URL`, whatever a proxy makes of a request.

    Args:
        app: the application.
        url: of the setting. The path of a request may begin with that of the setting, or not, as
            the proxy likes it.
    """

    def __init__(self, app: ASGIApp, url: str) -> None:
        self._app = app
        self._url = urlsplit(url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and _find_domain(scope) in {None, self._url.hostname}:
            host = (b"host", self._url.netloc.encode("latin-1"))
            others = [header for header in scope["headers"] if header[0] != b"host"]
            prefix, path = self._url.path, self._strip(find_path(scope))
            place = {"root_path": prefix, "path": prefix + path, "scheme": self._url.scheme}
            scope = {**scope, **place, "headers": [*others, host]}
        await self._app(scope, receive, send)

    def _strip(self, path: str) -> str:
        """The path without the prefix, which may be called like a route: then it is kept once."""
        rest = path.removeprefix(self._url.path)
        if rest == path or rest[:1] not in {"", "/"}:
            return path
        is_ours = is_first(path) and not is_first(rest) and rest != "/"
        return path if is_ours else rest or "/"


def is_first(path: str) -> bool:
    """Whether a path begins like one that the service answers."""
    return path[1:].partition("/")[0] in FIRST


def find_prefix(scope: Scope) -> str:
    """What stands before every path of the service, as in /prod; mostly nothing."""
    prefix: str = scope.get("app_root_path", scope.get("root_path", ""))
    return prefix


def find_path(scope: Scope) -> str:
    """The path of a request as the service names it, without the prefix."""
    path: str = scope["path"]
    return path.removeprefix(find_prefix(scope)) or "/"


def find_address(request: Request) -> str:
    """Where the service begins, for links: on a laptop what the caller says, if nobody else does.

    Scheme, host and prefix, without a slash at the end.
    """
    by_caller = f"{request.url.scheme}://{request.url.netloc}{find_prefix(request.scope)}"
    return find_own_address(request) or by_caller


def find_own_address(request: Request) -> str | None:
    """Where the service begins, by what no caller can choose.

    On Lambda what API Gateway says, unless `MEDMAAS_URL` says more of that very host; else
    `MEDMAAS_URL`; None if nobody says.
    """
    domain, url = _find_domain(request.scope), settings.public_url()
    if url and domain in {None, urlsplit(url).hostname}:
        return url
    return f"https://{domain}{find_prefix(request.scope)}" if domain else None


def _find_domain(scope: Scope) -> str | None:
    """The host, as API Gateway names it."""
    gateway = (scope.get("aws.event") or {}).get("requestContext") or {}
    domain: str | None = gateway.get("domainName") or None
    return domain
