"""One survival patient, when everything is loaded: what medmaas costs around the model.

The same event goes in turns to medmaas' Mangum handler and to the same handler around FastAPI
applications that do nothing: one whose `async def` endpoint declares the body as a pydantic model,
one whose endpoint only awaits the bytes; and, without any of this, to the bare `session.run` on the
same tensors. Medians of 20 turns of 200 calls, the access log being written to nowhere. After that,
the same patient goes over HTTP to `medmaas serve`, 1,000 times on one kept connection.
"""

from http.client import HTTPConnection
from typing import Any, Literal

from fastapi import FastAPI, Request
from mangum import Mangum
from pydantic import BaseModel, Field

from benchmarks.graph import load_session, read_tensors
from benchmarks.handler import discarding_log, prepare_call
from benchmarks.measurement import Measurement
from benchmarks.request import EVENT, ONE_PATIENT, PATH
from benchmarks.server import post, serving
from benchmarks.timing import time_in_turns
from medmaas.api.app import handler

TITLE = "Warm: one survival patient, median"
LIMIT = 2.0
TURNS = 20
CALLS = 200
HTTP_TURNS = 5
OFF: Any = {"tracing": False, "metrics": False, "logs": False}  # as medmaas has it


class Patient(BaseModel):
    """The six fields of the survival model."""

    age: float
    sex: Literal["F", "M"]
    creatinine: float | None
    kappa: float
    lambda_: float = Field(alias="lambda")
    mgus: bool


class Body(BaseModel):
    """What the survival model takes."""

    instances: list[Patient]


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time the four in turns, and the server after them."""
    session, tensors = load_session(), read_tensors(ONE_PATIENT)
    calls = {
        "medmaas": prepare_call(handler, EVENT),
        "pydantic": prepare_call(Mangum(_take_pydantic_body(), lifespan="off"), EVENT),
        "bytes": prepare_call(Mangum(_take_bytes(), lifespan="off"), EVENT),
        "session": lambda: session.run(None, tensors),
    }
    with discarding_log():
        seconds = time_in_turns(calls, *((1, 1) if smallest else (TURNS, CALLS)))
    with serving() as server:
        seconds["http"] = _time_over_http(server.connect(), 1 if smallest else CALLS)
    return _compare(seconds)


def _take_pydantic_body() -> FastAPI:
    app = FastAPI(telemetry=OFF)

    @app.post(PATH)
    async def take(body: Body) -> dict[str, str]:  # noqa: ARG001
        return {}

    return app


def _take_bytes() -> FastAPI:
    app = FastAPI(telemetry=OFF)

    @app.post(PATH)
    async def take(request: Request) -> dict[str, str]:
        await request.body()
        return {}

    return app


def _time_over_http(connection: HTTPConnection, calls: int) -> float:
    body = ONE_PATIENT.encode()
    return time_in_turns({"http": lambda: post(connection, body)}, HTTP_TURNS, calls)["http"]


def _compare(seconds: dict[str, float]) -> list[Measurement]:
    micro = {name: 1e6 * value for name, value in seconds.items()}
    return [
        Measurement("medmaas handler", micro["medmaas"], "us"),
        Measurement("empty endpoint, pydantic body", micro["pydantic"], "us"),
        Measurement("empty endpoint, only awaits the bytes", micro["bytes"], "us"),
        Measurement("bare session.run", micro["session"], "us"),
        Measurement("medmaas serve, over HTTP on loopback", micro["http"], "us"),
        Measurement("medmaas / only awaits the bytes", micro["medmaas"] / micro["bytes"], "x"),
        Measurement("medmaas / pydantic body", micro["medmaas"] / micro["pydantic"], "x", LIMIT),
    ]
