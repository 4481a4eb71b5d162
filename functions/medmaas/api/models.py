"""The routes of the catalogue: what models there are, what each one is, and its answers."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic_core import to_json

from medmaas.api.body import read_json_bytes
from medmaas.errors import ModelUnavailableError, Problem
from medmaas.model.body import read_instances
from medmaas.model.predict import predict
from medmaas.model.registry import Model, Registry

_NEWEST = "/models/{model_id}"
_VERSION = "/models/{model_id}/versions/{version}"


class MarkdownResponse(PlainTextResponse):
    """Text for people."""

    media_type = "text/markdown"


def add_routes(app: FastAPI) -> None:
    """Add them all, the busiest first: a route is found by trying one after the other.

    Added to the application itself: a router of its own costs every request a second search.
    """
    for model in (_NEWEST, _VERSION):
        # the document describes it per model instead
        app.post(f"{model}/predict", include_in_schema=False)(predict_instances)
    for model in (_NEWEST, _VERSION):
        app.get(model, tags=["models"])(describe_model)
        app.get(f"{model}/card", tags=["models"], response_class=MarkdownResponse)(read_card)
    app.get("/models", tags=["models"])(list_models)
    app.get("/health/live", tags=["health"])(live)
    app.get("/health/ready", tags=["health"])(ready)


async def live() -> dict[str, bool]:
    """Whether the process runs."""
    return {"live": True}


async def ready(request: Request) -> dict[str, bool]:
    """Whether every model passed its checks, golden cases included, on this very machine."""
    models = list(_registry(request).list())
    details = [
        Problem(None, f"{model_id}/{version}", model.message)
        for model_id, version, model in models
        if isinstance(model, ModelUnavailableError)
    ]
    if details or not models:
        sentence = f"not ready: {len(details)} of {len(models)} models cannot answer"
        raise ModelUnavailableError(sentence, details)
    return {"ready": True}


async def list_models(request: Request) -> dict[str, list[dict[str, Any]]]:
    """Every version of every model, and whether it answers."""
    return {"models": [_summarise(*entry) for entry in _registry(request).list()]}


async def describe_model(request: Request) -> Response:
    """The model's whole manifest: inputs, outputs, artefact, golden cases and card."""
    manifest = _model(request).manifest
    return Response(manifest.model_dump_json(exclude_none=True), media_type="application/json")


async def read_card(request: Request) -> Response:
    """The model card, for people: Markdown."""
    return MarkdownResponse(_model(request).card)


async def predict_instances(request: Request) -> Response:
    """Answer 1 to 1,000 instances, all of them or, if one is wrong, none."""
    model = _model(request)
    predictions = predict(model, read_instances(await read_json_bytes(request)))
    answer = {
        "request_id": request.state.request_id,
        "model": model.identity,
        "predictions": predictions,
    }
    return Response(to_json(answer), media_type="application/json")


def _registry(request: Request) -> Registry:
    registry: Registry = request.app.state.registry
    return registry


def _model(request: Request) -> Model:
    path = request.path_params
    model = _registry(request).get(path["model_id"], path.get("version"))
    request.state.log = {"model": model.identity}
    return model


def _summarise(model_id: str, version: str, model: Model | ModelUnavailableError) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": model_id, "version": version}
    if isinstance(model, ModelUnavailableError):
        return entry | {"status": "unavailable", "reason": model.message}
    manifest = model.manifest
    return entry | {
        "status": "available",
        "title": manifest.title,
        "sha256": manifest.artefact.sha256,
        "input": manifest.input.kind,
        "output": manifest.output.kind,
        "url": f"/models/{model_id}/versions/{version}",
    }
