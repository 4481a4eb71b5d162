"""The routes of FHIR R4: $evaluate, and the statements of what it does."""

from email.message import Message

from fastapi import FastAPI, Request, Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from medmaas.api.address import find_address
from medmaas.api.body import read_json_bytes
from medmaas.api.routes import PlainRoute, choose_words, find_model, get_registry, make_budget
from medmaas.errors import NotFoundError, UnsupportedMediaTypeError
from medmaas.facts import Fact
from medmaas.model.body import parse_json

_FHIR = "application/fhir+json"
_MEDIA_TYPES = (_FHIR, "application/json")
_R4 = ("4.0", "4.0.1")
_MODEL = "/fhir/models/{model_id}"


def add_routes(app: FastAPI) -> None:
    """Add them all."""
    app.router.routes += [
        PlainRoute(f"{_MODEL}/$evaluate", evaluate_record, methods=["POST"]),
        PlainRoute(f"{_MODEL}/versions/{{version}}/$evaluate", evaluate_record, methods=["POST"]),
        PlainRoute("/fhir/metadata", describe_service, methods=["GET"]),
        PlainRoute("/fhir/OperationDefinition/{id}", describe_operation, methods=["GET"]),
    ]


async def evaluate_record(request: Request) -> Response:
    """What the model says of the patient, or what it needs to know first."""
    from medmaas.fhir import answer, capability, evaluation, guidance  # noqa: PLC0415 - few use it
    from medmaas.fhir.bundle import read_bundle  # noqa: PLC0415
    from medmaas.fhir.options import read_options  # noqa: PLC0415

    model = find_model(request)
    if not model.manifest.reads_records:
        readers = [one.manifest.id for one in capability.list_readers(get_registry(request))]
        raise NotFoundError("reads_no_records", models=readers or [Fact("none")])
    _require_r4(request)
    resource = parse_json(await read_json_bytes(request, _MEDIA_TYPES))
    asked = read_options(resource)
    record = read_bundle(resource)
    as_of = asked.as_of or request.app.state.clock()
    budget = make_budget(request, asked.options)
    words = choose_words(request)
    found = await run_in_threadpool(
        evaluation.evaluate,
        model,
        record,
        as_of,
        asked.options,
        words=words,
        budget=budget,
        leave_later=asked.as_of is not None,
    )
    if found.prediction is None:
        module = capability.canonical(model, find_address(request))
        return _respond(guidance.require_data(found, module))
    return _respond(answer.write_answer(found))


async def describe_service(request: Request) -> Response:
    """The CapabilityStatement."""
    from medmaas.fhir import capability  # noqa: PLC0415

    statement = capability.describe_service(get_registry(request), find_address(request))
    return _respond(statement)


async def describe_operation(request: Request) -> Response:
    """The OperationDefinition of one model."""
    from medmaas.fhir import capability  # noqa: PLC0415

    for model in capability.list_readers(get_registry(request)):
        if capability.name_definition(model) == request.path_params["id"]:
            return _respond(capability.describe_operation(model, find_address(request)))
    raise NotFoundError("no_such_operation")


def _respond(resource: dict[str, object]) -> Response:
    return Response(to_json(resource), media_type=_FHIR)


def _require_r4(request: Request) -> None:
    """Refuse a content type that announces another version of FHIR."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    version = message.get_param("fhirversion")
    if version is not None and version not in _R4:
        raise UnsupportedMediaTypeError("not_fhir_r4")
