"""The routes of the catalogue: what models there are, what each one is, and its answers."""

from dataclasses import asdict
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from medmaas.api.address import find_prefix
from medmaas.api.body import read_json_bytes
from medmaas.api.routes import (
    PlainRoute,
    choose_words,
    find_model,
    get_registry,
    get_request_id,
    make_budget,
)
from medmaas.errors import ModelUnavailableError, NotFoundError, Problem
from medmaas.model import units
from medmaas.model.body import (
    Lists,
    parse_body,
    take_columns,
    take_instance,
    take_request,
    take_texts,
)
from medmaas.model.manifest import Number, ObservationSource
from medmaas.model.manifest.translations import keep_texts
from medmaas.model.options import Options
from medmaas.model.predict import answer, check_options, draw, predict
from medmaas.model.registry import Model
from medmaas.words import Words, speak, write_columns

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
        app.router.routes += [
            PlainRoute(f"{model}/predict", predict_instances, methods=["POST"]),
            PlainRoute(f"{model}/explain", explain_instances, methods=["POST"]),
            PlainRoute(f"{model}/read", read_values, methods=["POST"]),
            PlainRoute(f"{model}/draw", draw_instance, methods=["POST"]),
        ]
    get = partial(app.get, response_model=None)  # a model of answers would load pydantic.v1
    for model in (_NEWEST, _VERSION):
        get(model)(describe_model)
        get(f"{model}/card")(read_card)
        get(f"{model}/explanation")(explain_model)
        get(f"{model}/units")(list_units)
    get("/models")(list_models)
    get("/health/live")(live)
    get("/health/ready")(ready)


async def live() -> dict[str, bool]:
    """Whether the process runs."""
    return {"live": True}


async def ready(request: Request) -> dict[str, bool]:
    """Whether every model passed its checks, golden cases included, on this very machine."""
    models = list(get_registry(request).list())
    details = [
        Problem(None, f"{model_id}/{version}", model.fact)
        for model_id, version, model in models
        if isinstance(model, ModelUnavailableError)
    ]
    if details or not models:
        raise ModelUnavailableError("not_ready", details, failed=len(details), models=len(models))
    return {"ready": True}


async def list_models(request: Request) -> Response:
    """Every version of every model, and whether it answers."""
    words = choose_words(request)
    prefix = find_prefix(request.scope)
    entries = [_summarise(words, prefix, *entry) for entry in get_registry(request).list()]
    return _respond({"models": entries})


async def describe_model(request: Request) -> Response:
    """The model's whole manifest: inputs, outputs, artefact, golden cases and card."""
    manifest = find_model(request).manifest
    return Response(manifest.model_dump_json(exclude_none=True), media_type="application/json")


async def read_card(request: Request) -> Response:
    """The model card, for people: Markdown."""
    return MarkdownResponse(find_model(request).card)


async def explain_model(request: Request) -> Response:
    """What the model as a whole rests on, and how faithful its explanations are, as measured."""
    model = find_model(request)
    explanation = model.manifest.explanation
    if explanation is None:
        raise NotFoundError("no_explanation_of_the_whole")
    told = explanation.model_dump(mode="json", exclude_none=True)
    return _respond({"model": model.identity} | told)


async def list_units(request: Request) -> Response:
    """The other units that values are measured in, and the factors that bring them to the model's.

    By feature, where there is more than one unit: the model's own first, whose factor is 1.
    """
    features = find_model(request).manifest.input.named_features
    by_feature = {f.name: _list_units(f) for f in features if isinstance(f, Number)}
    several = {name: units for name, units in by_feature.items() if len(units) > 1}
    return _respond({"units": several})


async def read_values(request: Request) -> Response:
    """What numbers are that a person typed as a laboratory reports them: `<5`, `118 µmol/L H`.

    Nothing is predicted. What cannot be read is told of its field.
    """
    from medmaas.model.inputs.typed import (  # noqa: PLC0415 - only the page asks for it
        MOST_CHARACTERS,
        read_typed,
    )

    features = find_model(request).manifest.input.named_features
    numbers = {f.name: f for f in features if isinstance(f, Number)}
    texts = take_texts(parse_body(await read_json_bytes(request)), numbers, MOST_CHARACTERS)
    read = {name: asdict(read_typed(numbers[name], text)) for name, text in texts.items()}
    return _respond({"values": speak(read, choose_words(request))})


async def draw_instance(request: Request) -> Response:
    """What the model sees of an instance that a browser cannot show, as a DICOM file.

    Nothing is predicted.
    """
    model = find_model(request)
    instance, part = take_instance(parse_body(await read_json_bytes(request)))
    drawn = await run_in_threadpool(draw, model, instance, part)
    return _respond(speak(drawn, choose_words(request)))


async def predict_instances(request: Request) -> Response:
    """Answer 1 to 1,000 instances, all of them or, if one is wrong, none."""
    return await _answer(request)


async def explain_instances(request: Request) -> Response:
    """Answer 1 to 50 instances, and say of each answer what it rests on."""
    return await _answer(request, explain=True)


async def _answer(request: Request, *, explain: bool = False) -> Response:
    model = find_model(request)
    body = parse_body(await read_json_bytes(request), explain=explain)
    if columnar := take_columns(body):
        return _answer_columns(request, model, *columnar)
    instances, options = take_request(body)
    if options.explain:  # it takes seconds, in which the laptop's server answers others
        budget = make_budget(request, options)
        predictions = await run_in_threadpool(predict, model, instances, options, budget)
    else:
        predictions = predict(model, instances, options)
    answer = {
        "request_id": get_request_id(request),
        "model": model.identity,
        "predictions": choose_words(request).write_predictions(predictions),
    }
    return _respond(answer)


def _answer_columns(
    request: Request, model: Model, columns: Lists, count: int, options: Options
) -> Response:
    check_options(model, options)
    answers = answer(model, model.inputs.read_columns(columns, count), options)
    written = write_columns(answers.list_columns())
    head = {"request_id": get_request_id(request), "model": model.identity}
    return _respond(head | {"columns": written})


def _respond(content: object) -> Response:
    return Response(to_json(content), media_type="application/json")


def _list_units(feature: Number) -> list[dict[str, Any]]:
    source = feature.source
    molar_mass = source.molar_mass if isinstance(source, ObservationSource) else None
    factors = units.list_units(feature.unit, molar_mass)
    return [{"unit": unit, "factor": factor} for unit, factor in factors.items()]


def _summarise(
    words: Words, prefix: str, model_id: str, version: str, model: Model | ModelUnavailableError
) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": model_id, "version": version}
    if isinstance(model, ModelUnavailableError):
        # in parts, because the limits of an entry are those that its card names
        parts = {"reason": model.fact.as_json()}
        return entry | {
            "status": "unavailable",
            "reason": words.say(model.fact),
            "parts": parts,
        }
    manifest = model.manifest
    card = manifest.card
    texts = (manifest.title, card.intended_use, card.population, card.limits)
    told = dict(zip(("title", "intended_use", "population", "limits"), texts, strict=True))
    return entry | {
        "status": "available",
        **told,
        "headline": [metric.model_dump(exclude_none=True) for metric in card.headline],
        "simulated": card.data.simulated,
        "translations": keep_texts(manifest.translations, *texts, card.headline),
        "sha256": manifest.artefact.sha256,
        "digest": model.digest,
        "input": manifest.input.kind,
        "output": manifest.output.kind,
        **({"unit": unit} if (unit := getattr(manifest.output, "unit", None)) else {}),
        "url": f"{prefix}/models/{model_id}/versions/{version}",
    }
