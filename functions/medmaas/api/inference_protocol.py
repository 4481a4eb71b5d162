"""The routes of the Open Inference Protocol v2, REST."""

from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from medmaas.api.address import find_prefix
from medmaas.api.body import read_bytes
from medmaas.api.models import ready
from medmaas.api.routes import (
    PlainRoute,
    choose_words,
    get_registry,
    make_budget,
    remember_model,
)
from medmaas.errors import InvalidCallError, UnsupportedMediaTypeError
from medmaas.facts import Fact
from medmaas.model.body import parse_json

_LENGTH = "Inference-Header-Content-Length"
_JSON, _BINARY = "application/json", "application/octet-stream"
_LENGTH_KEY = _LENGTH.lower().encode()
_NAMED_JSON = {b"", _JSON.encode()}
_NAMED = _NAMED_JSON | {_BINARY.encode()}
_MODEL, _VERSION = "/v2/models/{name}", "/v2/models/{name}/versions/{version}"


def add_routes(app: FastAPI) -> None:
    """Add them all, the busiest first."""
    for model in (_MODEL, _VERSION):
        app.router.routes.append(PlainRoute(f"{model}/infer", infer_tensors, methods=["POST"]))
    gets = {
        "/v2": describe_server,
        "/v2/": describe_server,
        "/v2/health/live": live,
        "/v2/health/ready": ready_all,
        "/v2/models/stats": describe_statistics,
    }
    for model in (_MODEL, _VERSION):
        gets[model] = describe_model
        gets[f"{model}/ready"] = ready_model
        gets[f"{model}/stats"] = describe_statistics
    app.router.routes += [PlainRoute(path, do, methods=["GET"]) for path, do in gets.items()]
    posts = {
        "/v2/repository/index": list_repository,
        "/v2/repository/models/{name}/load": load_model,
        "/v2/repository/models/{name}/unload": unload_model,
    }
    app.router.routes += [PlainRoute(path, do, methods=["POST"]) for path, do in posts.items()]


async def infer_tensors(request: Request) -> Response:
    """Answer 1 to 1,000 instances, all of them or, if one is wrong, none."""
    from medmaas.inference_protocol.infer import infer  # noqa: PLC0415
    from medmaas.inference_protocol.request import read_request  # noqa: PLC0415

    served = _find(request)
    asked = read_request(await read_bytes(request), _read_length(request))
    words = choose_words(request)
    if asked.options.explain:
        budget = make_budget(request, asked.options)
        found = await run_in_threadpool(infer, served, asked, words, budget)
    else:
        found = infer(served, asked, words)
    if found.json_length is None:
        return Response(found.content, media_type=_JSON)
    headers = {_LENGTH: str(found.json_length)}
    return Response(found.content, headers=headers, media_type=_BINARY)


async def describe_server(_request: Request) -> Response:
    """Server metadata."""
    from medmaas.inference_protocol.repository import describe_server as describe  # noqa: PLC0415

    return _respond(describe())


async def live(_request: Request) -> Response:
    """Whether the process runs."""
    return _respond({"live": True})


async def ready_all(request: Request) -> Response:
    """Whether every model passed its checks."""
    return _respond(await ready(request))


async def describe_model(request: Request) -> Response:
    """Model metadata."""
    from medmaas.inference_protocol.repository import describe_view  # noqa: PLC0415

    view = _find(request).view
    versions = [
        version
        for model_id, version, _ in get_registry(request).list()
        if model_id == view.model.manifest.id
    ]
    return _respond(describe_view(view, versions, find_prefix(request.scope)))


async def ready_model(request: Request) -> Response:
    """Whether a model answers."""
    return _respond({"name": _find(request).view.name, "ready": True})


async def describe_statistics(request: Request) -> Response:
    """How one model, or each, has answered in this process."""
    path = request.path_params
    repository = _get_repository(request)
    return _respond(repository.describe_statistics(path.get("name"), path.get("version")))


async def list_repository(request: Request) -> Response:
    """The repository index."""
    from medmaas.inference_protocol.repository import describe_index  # noqa: PLC0415

    asked = await _read_object(request, "not_an_index_request")
    ready_only = asked.get("ready", False)
    if not isinstance(ready_only, bool):
        raise InvalidCallError("not_an_index_request")
    index = describe_index(_get_repository(request), choose_words(request), ready=ready_only)
    return _respond(index)


async def load_model(request: Request) -> Response:
    """Say that a model is loaded, if it is: each is from the start, or when it is first asked."""
    asked = await _read_object(request, "not_a_load_request")
    parameters = asked.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise InvalidCallError("not_a_load_request")
    if any(name == "config" or name.startswith("file:") for name in parameters or {}):
        raise InvalidCallError("models_not_sent")
    return _respond({"name": _find(request).view.name, "load": True})


async def unload_model(request: Request) -> Response:
    """Say that a model stays: what answers is fixed with the deployment."""
    await _read_object(request, "not_a_load_request")
    stays = choose_words(request).say(Fact("models_stay"))
    return _respond({"name": _find(request).view.name, "unload": False, "message": stays})


async def _read_object(request: Request, otherwise: str) -> dict[str, Any]:
    """A body that may be left out."""
    body = await read_bytes(request)
    asked = parse_json(body) if body else {}
    if not isinstance(asked, dict):
        raise InvalidCallError(otherwise)
    return asked


def _get_repository(request: Request) -> Any:  # noqa: ANN401 - its package is loaded here alone
    state = request.app.state
    try:
        return state.repository
    except AttributeError:
        from medmaas.inference_protocol.repository import Repository  # noqa: PLC0415

        state.repository = Repository(get_registry(request))
        return state.repository


def _find(request: Request) -> Any:  # noqa: ANN401 - as above
    path = request.path_params
    served = _get_repository(request).get(path["name"], path.get("version"))
    remember_model(request, served.view.model)
    return served


def _read_length(request: Request) -> int | None:
    """How much of the body is JSON; None if it all is."""
    headers = dict(request.scope["headers"])  # a look at each through Starlette's takes longer
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    given = headers.get(_LENGTH_KEY)
    # Triton's own client names no content type at all
    if media_type not in (_NAMED_JSON if given is None else _NAMED):
        raise UnsupportedMediaTypeError(
            "not_json_or_binary", json=_JSON, binary=_BINARY, length=_LENGTH
        )
    if given is None:
        return None
    if not given.isdigit() or len(given) > 10:  # noqa: PLR2004 - digits
        problem = Fact("not_a_number_of_bytes")
        raise InvalidCallError("field_problem", field=_LENGTH, problem=problem)
    return int(given)


def _respond(content: object) -> Response:
    return Response(to_json(content), media_type=_JSON)
