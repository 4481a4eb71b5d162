"""The routes of CDS Hooks: discovery, services, feedback; each call with a token of its client."""

from collections.abc import Mapping
from typing import Any, Protocol

from fastapi import FastAPI, Request, Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from medmaas import settings
from medmaas.api.address import find_address, find_path
from medmaas.api.body import read_json_bytes
from medmaas.api.routes import (
    PlainRoute,
    choose_words,
    get_registry,
    make_budget,
    remember_model,
)
from medmaas.log import write_line
from medmaas.model.body import parse_json

_PATH = "/cds-services"


class FeedbackStore(Protocol):
    """Where feedback is kept."""

    def keep(self, item: Mapping[str, Any], now: int) -> None:
        """Keep one item, which holds no free text."""


class FeedbackLog:
    """Feedback as lines of the log."""

    def keep(self, item: Mapping[str, Any], _now: int) -> None:
        """Write one line."""
        write_line({"kept": dict(item)})


def make_store() -> FeedbackStore:
    """The table of the settings; else the log."""
    if table := settings.feedback_table():
        from medmaas.api.aws import FeedbackTable  # noqa: PLC0415 - boto3 takes long to load

        return FeedbackTable(table, settings.feedback_days())
    return FeedbackLog()


class BrowserClients:
    """ASGI middleware: lets browsers of these origins call the services (CORS), and no others."""

    def __init__(self, app: ASGIApp, origins: list[str]) -> None:
        self._app = app
        self._cors = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
            allow_headers=["authorization", "content-type"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        ours = scope["type"] == "http" and find_path(scope).startswith(_PATH)
        await (self._cors if ours else self._app)(scope, receive, send)


def add_routes(app: FastAPI) -> None:
    """Add them all."""
    app.router.routes += [
        PlainRoute(_PATH, list_services, methods=["GET"]),
        PlainRoute(f"{_PATH}/{{id}}", call_service, methods=["POST"]),
        PlainRoute(f"{_PATH}/{{id}}/feedback", take_feedback, methods=["POST"]),
    ]


async def list_services(request: Request) -> Response:
    """Discovery."""
    from medmaas.cds_hooks.services import describe_services  # noqa: PLC0415 - few use it

    await _guard(request)
    return _respond(describe_services(get_registry(request), choose_words(request).language))


async def call_service(request: Request) -> Response:
    """Cards for the patient of a call."""
    from medmaas.cds_hooks.advice import OPTIONS, advise  # noqa: PLC0415
    from medmaas.cds_hooks.call import read_call  # noqa: PLC0415
    from medmaas.cds_hooks.services import find_service  # noqa: PLC0415

    await _guard(request)
    model, service = find_service(get_registry(request), request.path_params["id"])
    remember_model(request, model)
    call = read_call(parse_json(await read_json_bytes(request)), model, service)
    as_of, address = request.app.state.clock(), find_address(request)
    budget = make_budget(request, OPTIONS)
    words = choose_words(request)
    cards = await run_in_threadpool(advise, model, call, as_of, address, words=words, budget=budget)
    return _respond({"cards": cards})


async def take_feedback(request: Request) -> Response:
    """Keep what became of cards, without what a user wrote."""
    from medmaas.cds_hooks.feedback import count_outcomes, read_feedback  # noqa: PLC0415
    from medmaas.cds_hooks.services import find_service  # noqa: PLC0415

    await _guard(request)
    model, _ = find_service(get_registry(request), request.path_params["id"])
    feedback = read_feedback(parse_json(await read_json_bytes(request)))
    state = request.app.state
    if state.feedback is None:
        state.feedback = make_store()
    now = int(state.clock().timestamp())
    of_model = {"service": model.manifest.id, "version": model.manifest.version}
    for one in feedback:
        await run_in_threadpool(state.feedback.keep, of_model | one.to_item(), now)
    request.state.log = {"model": model.identity, "feedback": count_outcomes(feedback)}
    return _respond({})


async def _guard(request: Request) -> None:
    """Refuse whoever has no token, unless nobody but this machine can call."""
    state = request.app.state
    if state.verifier is not None:
        await run_in_threadpool(state.verifier.check, request, state.clock())


def _respond(content: object) -> Response:
    return Response(to_json(content), media_type="application/json")
