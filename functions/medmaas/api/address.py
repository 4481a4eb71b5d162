"""At which address the service is called, for links and for the audience of tokens."""

from fastapi import Request

from medmaas import settings


def find_address(request: Request) -> str:
    """Scheme and host, for links: on a laptop what the caller says, where nobody else does."""
    return find_own_address(request) or f"{request.url.scheme}://{request.url.netloc}"


def find_own_address(request: Request) -> str | None:
    """Scheme and host, without a slash at the end, by what no caller can choose.

    On Lambda what API Gateway says, else `MEDMAAS_URL`; None if nobody says.
    """
    gateway = (request.scope.get("aws.event") or {}).get("requestContext") or {}
    domain = gateway.get("domainName")
    return f"https://{domain}" if domain else settings.public_url()
