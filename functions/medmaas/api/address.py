"""At which address the service is called, for links and for the audience of tokens."""

from fastapi import Request

from medmaas import settings


def find_address(request: Request) -> str:
    """Scheme and host, without a slash at the end.

    On Lambda what API Gateway says, which no caller can choose; else `MEDMAAS_URL`; else, which
    is for a laptop, what the caller says.
    """
    gateway = (request.scope.get("aws.event") or {}).get("requestContext") or {}
    if isinstance(domain := gateway.get("domainName"), str):
        return f"https://{domain}"
    return settings.public_url() or f"{request.url.scheme}://{request.url.netloc}"
