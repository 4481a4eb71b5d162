"""The routes of small files: every row is answered or told what is wrong with it; none is kept."""

from collections.abc import Mapping
from email.message import Message
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from medmaas.api.body import read_bytes
from medmaas.api.routes import PlainRoute, choose_words, find_model
from medmaas.errors import (
    InvalidRequestError,
    MalformedBodyError,
    Problem,
    TooLargeError,
    UnsupportedMediaTypeError,
)
from medmaas.facts import Fact
from medmaas.model.body import parse_json, take_options

CSV, TSV = "text/csv", "text/tab-separated-values"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = (CSV, TSV, XLSX, "application/octet-stream")
PARAMETERS = ("missing", "encoding", "coverage", "force")


def add_routes(app: FastAPI) -> None:
    """Add them all."""
    app.router.routes += [
        PlainRoute(f"{model}/file", answer_rows, methods=["POST"])
        for model in ("/models/{model_id}", "/models/{model_id}/versions/{version}")
    ]


async def answer_rows(request: Request) -> Response:
    """Answer every row of a table: as JSON, or as CSV if that is accepted and JSON is not."""
    from medmaas.table.answering import MOST_BYTES, answer_file  # noqa: PLC0415 - few use it
    from medmaas.table.spelling import read_spelling  # noqa: PLC0415

    model = find_model(request)
    charset = _read_media_type(request)
    asked = _read_query(request)
    encoding = asked.get("encoding", charset)
    if None not in {charset, asked.get("encoding")}:
        raise _refuse_twice("encoding")
    spelling = read_spelling(encoding, asked.get("missing"))
    options = take_options({k: asked[k] for k in ("coverage", "force") if k in asked})
    content = await read_bytes(request)
    if len(content) > MOST_BYTES:
        raise TooLargeError("file_too_large", megabytes=MOST_BYTES // 10**6)
    words, as_csv = choose_words(request), _accepts_csv(request)
    answered = await run_in_threadpool(
        answer_file,
        content,
        model,
        spelling=spelling,
        options=options,
        words=words,
        as_csv=as_csv,
    )
    rejected = answered.rows - answered.answered
    if as_csv:
        counts = {"rows": answered.rows, "answered": answered.answered, "rejected": rejected}
        told = {**model.identity, **counts, "notes": ",".join(f.code for f in answered.notes)}
        headers = {f"medmaas-{name}": str(value) for name, value in told.items()}
        return Response(answered.write_csv(), headers=headers, media_type=CSV)
    content_of_answer = {
        "request_id": request.state.request_id,
        "model": model.identity,
        "notes": words.write_notes(answered.notes),
        "answered": answered.answered,
        "rejected": rejected,
        "rows": answered.list_rows(),
    }
    return Response(to_json(content_of_answer), media_type="application/json")


def _read_media_type(request: Request) -> str | None:
    """The charset that the content type names, if it names one.

    Raises:
        UnsupportedMediaTypeError: the content type is that of no table.
    """
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    if message.get_content_type() not in MEDIA_TYPES:
        raise UnsupportedMediaTypeError("wrong_media_type_of_file", media_types=[*MEDIA_TYPES])
    charset = message.get_param("charset")
    return charset if isinstance(charset, str) else None


def _read_query(request: Request) -> Mapping[str, Any]:
    """What the address asks for, by name.

    Raises:
        InvalidRequestError: it asks for something else, or for one thing twice.
    """
    query = request.query_params
    if query.keys() - {*PARAMETERS}:
        raise InvalidRequestError("unknown_query", known=[*PARAMETERS])
    asked: dict[str, Any] = {}
    for name in query.keys():  # noqa: SIM118 - a multi-dict
        values = query.getlist(name)
        if name == "missing":
            asked[name] = values
        elif len(values) > 1:
            raise _refuse_twice(name)
        else:
            asked[name] = values[0] if name == "encoding" else _read_value(values[0])
    return asked


def _refuse_twice(name: str) -> InvalidRequestError:
    problem = Problem(None, name, Fact("said_twice"))
    said = Fact("field_problem", field=name, problem=problem.fact)
    return InvalidRequestError("options_wrong", [problem], problems=[said])


def _read_value(text: str) -> object:
    try:
        return parse_json(text.encode())
    except MalformedBodyError:
        return None


def _accepts_csv(request: Request) -> bool:
    accepted = request.headers.get("accept", "").lower()
    return CSV in accepted and "application/json" not in accepted
