"""The address of the service: a page for people, a description for programs.

The page is built from page/ at the top of the repository, and asks nothing of any other origin.
"""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from medmaas.api.sign_in import read_sign_in

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
        ValueError: the settings of signing in are wrong.
    """
    app.state.sign_in = read_sign_in()
    app.add_api_route("/", _answer, methods=["GET"], tags=["models"], response_model=None)
    files = _Files(directory=_DIRECTORY / "files", check_dir=False)
    app.mount("/page", GZipMiddleware(files), name="page")


async def _answer(request: Request) -> Response:
    """What this service is, and where to go on; a browser gets the page."""
    if "text/html" in request.headers.get("accept", ""):
        sign_in = request.app.state.sign_in
        policy = f"{_POLICY} {sign_in.origin}" if sign_in else _POLICY
        headers = {**_HEADERS, "content-security-policy": policy, "vary": "accept"}
        return FileResponse(_DIRECTORY / "index.html", headers=headers)
    return JSONResponse(_describe(request), headers={"vary": "accept"})


def _describe(request: Request) -> dict[str, Any]:
    app: FastAPI = request.app
    return {
        "name": app.title,
        "version": app.version,
        "description": app.description,
        "sign_in": app.state.sign_in and app.state.sign_in.model_dump(),
        "links": {
            "models": "/models",
            "inference": "/v2",
            "fhir": "/fhir/metadata",
            "cds_hooks": "/cds-services",
            "docs": "/docs",
            "openapi": "/openapi.json",
            "live": "/health/live",
            "ready": "/health/ready",
        },
    }
