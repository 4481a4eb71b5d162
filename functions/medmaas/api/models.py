"""The routes of the catalogue: what models there are, what each one is, and its answers."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from medmaas.api.body import read_json_bytes
from medmaas.errors import ModelUnavailableError, Problem
from medmaas.model.body import read_instances
from medmaas.model.predict import predict
from medmaas.model.registry import Model, Registry

router = APIRouter(default_response_class=JSONResponse)
VERSIONED = "/models/{model_id}/versions/{version}"


@router.get("/health/live", tags=["health"])
async def live() -> dict[str, bool]:
    """Whether the process runs."""
    return {"live": True}


@router.get("/health/ready", tags=["health"])
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


@router.get("/models", tags=["models"])
async def list_models(request: Request) -> dict[str, list[dict[str, Any]]]:
    """Every version of every model, and whether it answers."""
    return {"models": [_summarise(*entry) for entry in _registry(request).list()]}


@router.get("/models/{model_id}", tags=["models"])
@router.get(VERSIONED, tags=["models"])
async def describe_model(request: Request) -> Response:
    """The model's whole manifest: inputs, outputs, artefact, golden cases and card."""
    manifest = _model(request).manifest
    return Response(manifest.model_dump_json(exclude_none=True), media_type="application/json")


@router.get("/models/{model_id}/card", tags=["models"], response_class=PlainTextResponse)
@router.get(f"{VERSIONED}/card", tags=["models"], response_class=PlainTextResponse)
async def read_card(request: Request) -> Response:
    """The model card, for people: Markdown."""
    return Response(_model(request).card, media_type="text/markdown; charset=utf-8")


@router.post("/models/{model_id}/predict", tags=["predict"])
@router.post(f"{VERSIONED}/predict", tags=["predict"])
async def predict_instances(request: Request) -> Response:
    """Answer 1 to 1,000 instances, all of them or, if one is wrong, none."""
    model = _model(request)
    predictions = predict(model, read_instances(await read_json_bytes(request)))
    request_id = request.state.request_id
    return JSONResponse(
        {"request_id": request_id, "model": model.identity, "predictions": predictions}
    )


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
