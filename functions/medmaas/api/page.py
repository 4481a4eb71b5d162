"""The address of the service: a page for people, a description for programs.

The page is built from page/ at the top of the repository, and asks nothing of any other origin.
"""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from medmaas.api.address import find_prefix
from medmaas.api.sign_in import SignIn, make_sign_in

_DIRECTORY = Path(__file__).parents[1] / "page"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'"
)
_HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-frame-options": "DENY",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class _Files(StaticFiles):
    """Files whose names hold a hash of their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as inherited
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = _FOR_EVER
        return response


def add_routes(app: FastAPI) -> None:
    """Add the address itself and the files of the page.

    Raises:
        SettingError: the setting of signing in is wrong.
    """
    app.state.sign_in = make_sign_in()
    app.get("/", response_model=None)(_answer)
    files = _Files(directory=_DIRECTORY / "files", check_dir=False)
    app.mount("/page", GZipMiddleware(files), name="page")


async def _answer(request: Request) -> Response:
    """What this service is, and where to go on; a browser gets the page."""
    app: FastAPI = request.app
    sign_in: SignIn | None = app.state.sign_in.find(app.state.clock().timestamp())
    if "text/html" in request.headers.get("accept", ""):
        policy = f"{_POLICY} {sign_in.origin}" if sign_in else _POLICY
        headers = {**_HEADERS, "content-security-policy": policy, "vary": "accept"}
        index = _DIRECTORY / "index.html"
        if prefix := find_prefix(
            request.scope
        ):  # it may have been called without a slash at its end
            files = f'"{prefix}/page/'
            return HTMLResponse(index.read_text("utf-8").replace('"page/', files), headers=headers)
        return FileResponse(index, headers=headers)
    description = _describe(app, sign_in, find_prefix(request.scope))
    return JSONResponse(description, headers={"vary": "accept"})


def _describe(app: FastAPI, sign_in: SignIn | None, prefix: str) -> dict[str, Any]:
    links = {
        "models": "/models",
        "inference": "/v2",
        "fhir": "/fhir/metadata",
        "cds_hooks": "/cds-services",
        "docs": "/docs",
        "openapi": "/openapi.json",
        "live": "/health/live",
        "ready": "/health/ready",
    }
    return {
        "name": app.title,
        "version": app.version,
        "description": app.description,
        "sign_in": sign_in and sign_in.model_dump(exclude_none=True),
        "links": {name: prefix + path for name, path in links.items()},
    }
