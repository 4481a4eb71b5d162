"""The HTTPS door: a FastAPI application, and the Lambda handler around it."""

import logging
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

from medmaas import __version__, cold_start, settings

with cold_start.importing():
    from fastapi import FastAPI, Request
    from fastapi.responses import Response
    from fastapi_offline import FastAPIOffline
    from mangum import Mangum
    from mangum.types import LambdaContext, LambdaEvent
    from starlette.exceptions import HTTPException

    from medmaas.api import cds_hooks, fhir, file, inference_protocol, models, page
    from medmaas.api.access_log import AccessLog
    from medmaas.api.address import PublicAddress, find_path
    from medmaas.api.event import HANDLERS
    from medmaas.api.length import TEXT
    from medmaas.api.refusal import refuse
    from medmaas.api.routes import choose_words
    from medmaas.api.tokens import Verifier, make_verifier
    from medmaas.errors import (
        MedmaasError,
        MethodNotAllowedError,
        NotFoundError,
        UnsupportedEventError,
    )
    from medmaas.model.registry import Registry
    from medmaas.words import raise_in_english

_DESCRIPTION = (
    "Medical models as a service. For research use, not for time-critical decisions. "
    "Every answer names the model, version, sha256 and digest that made it. "
    "Sentences are English; `accept-language: zh` brings Chinese ones."
)


def create_app(registry: Registry, verifier: Verifier | None = None) -> FastAPI:
    """The application that answers for the models of a registry.

    Args:
        registry: of the models.
        verifier: of the tokens of CDS Hooks' clients; None where nobody but this machine can call.
    """
    app: FastAPI = FastAPIOffline(
        title="medmaas",
        version=__version__,
        description=_DESCRIPTION,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # they would hold paths
    )
    app.state.registry = registry
    app.state.clock = partial(datetime.now, UTC)
    app.state.verifier = verifier
    app.state.feedback = None  # made when the first comes
    for protocol in (models, file, inference_protocol, fhir, cds_hooks):
        protocol.add_routes(app)
    # what is asked most is found first: a route is found by trying one after the other
    app.router.routes.sort(key=lambda route: "POST" not in (getattr(route, "methods", None) or ()))
    page.add_routes(app)
    app.add_exception_handler(MedmaasError, _refuse)
    app.add_exception_handler(HTTPException, _refuse_page)
    if origins := settings.cors_origins():
        app.add_middleware(cds_hooks.BrowserClients, origins=origins)
    app.add_middleware(AccessLog)
    if (url := settings.public_url()) and urlsplit(url).hostname:
        app.add_middleware(PublicAddress, url=url)
    app.openapi = cache(partial(_describe_all, app, registry))  # type: ignore[method-assign]
    return app


def _describe_all(app: FastAPI, registry: Registry) -> dict[str, Any]:
    from medmaas.api.openapi import build_openapi  # noqa: PLC0415 - few requests read it

    return build_openapi(app, registry)


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, MedmaasError):
        raise error
    return refuse(find_path(request.scope), error, choose_words(request))


async def _refuse_page(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    known: dict[int, MedmaasError] = {
        404: NotFoundError("no_such_page"),
        405: MethodNotAllowedError("wrong_method"),
    }
    refusal = known.get(error.status_code, MedmaasError("cannot_answer"))
    response = await _refuse(request, refusal)
    response.status_code = error.status_code
    headers = dict(error.headers or {})
    if allowed := headers.get("Allow"):  # FastAPI's routes do not name what they are asked by HEAD
        methods = {*allowed.split(", ")}
        headers["Allow"] = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    response.headers.update(headers)
    return response


registry = Registry(settings.models_directory())
with raise_in_english():
    app = create_app(registry, make_verifier())
logging.getLogger("mangum").setLevel(logging.CRITICAL)  # it logs paths, and AccessLog does the rest
_adapter = Mangum(app, lifespan="off", text_mime_types=TEXT, custom_handlers=HANDLERS)

if settings.initialised_for_snapshot():
    list(registry.list())  # so that the snapshot holds models that are loaded and verified


def handler(event: LambdaEvent, context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API, REST API or load-balancer event.

    Raises:
        UnsupportedEventError: the event is another one; raised, and not answered, so that an
            asynchronous sender learns that nothing was done.
    """
    context_of_request = isinstance(event, dict) and event.get("requestContext")
    if not context_of_request or not ("version" in event or "httpMethod" in event):
        with raise_in_english():
            raise UnsupportedEventError("not_http")
    if event.get("headers", {}) is None:  # as the REST API's console sends it
        event = {**event, "headers": {}}
    return _adapter(event, context)
