"""medmaas beside the servers that people know: 1,000 rows of 30 named features over loopback.

The same graph, `breast_fna`, behind plain FastAPI, LitServe, BentoML and MLServer, each the
smallest server that its documentation suggests (peer_servers/), on one worker. They check no
range, warn of nothing, and give no interval. LitServe, BentoML and MLServer want other versions of
what medmaas needs, so each may have a virtual environment of its own (environments.py). Whoever is
not there is skipped.

All get the same rows, MLServer and the protocol's routes as the tensor that the graph takes. The
servers answer in turns, on one kept connection each; the fastest of 10 turns of 3 requests counts.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from time import monotonic, sleep
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from benchmarks.environments import find_python
from benchmarks.graph import REGISTRY, find_graph
from benchmarks.measurement import Line, Measurement, Remark
from benchmarks.server import serving
from benchmarks.timing import time_in_turns
from medmaas.model.manifest import Number, Range

TITLE = "Peers: 1,000 rows of 30 named features over loopback, fastest of 10 turns"
ROWS = 1_000
TURNS = 10
CALLS = 3
PEERS = ("fastapi", "litserve", "bentoml", "mlserver")
# a limit that is kept, or what is aimed at
_COMPARED: list[tuple[str, str, float | None, str]] = [
    ("named rows", "litserve", 1.0, ""),
    ("named rows", "fastapi", None, ", aim at most 0.67"),
    ("columns", "bentoml", 1.0, ""),
    ("columns", "mlserver", None, ", aim at most 1"),
    ("tensor in JSON", "mlserver", None, ", aim at most 1"),
    ("tensor in binary", "mlserver", None, ", aim at most 1"),
]
_NAME = "breast_fna"
_MODEL = REGISTRY.get(_NAME)
_FEATURES = [f for f in _MODEL.manifest.input.row_features if isinstance(f, Number)]
_SERVERS = Path(__file__).parent / "peer_servers"
_SECONDS = 60.0


class Request(NamedTuple):
    """One request, the same every time."""

    path: str
    body: bytes
    headers: Mapping[str, str] = MappingProxyType({"content-type": "application/json"})


Rows = list[dict[str, float]]
Asked = tuple[HTTPConnection, Callable[[Rows], Request]]


def measure(*, smallest: bool = False) -> list[Line]:
    """Start whoever is there, and ask them in turns."""
    with ExitStack() as running:
        missing, connections = list[str](), dict[str, HTTPConnection]()
        medmaas = running.enter_context(serving())
        for peer in PEERS:
            python = find_python(peer)
            if _has(python, peer):
                connections[peer] = running.enter_context(_start(python, peer))
            else:
                missing.append(peer)
        asked: dict[str, Asked] = {}
        for name, write in _OURS.items():
            asked[f"medmaas, {name}"] = medmaas.connect(), write
        for peer, connection in connections.items():
            asked[peer] = connection, _THEIRS.get(peer, _write_for_peer)
        many, one = (_time(asked, _draw(count), smallest=smallest) for count in (ROWS, 1))
    return [
        *[Measurement(f"{name}, {ROWS:,} rows", ROWS / many[name], "rows/s") for name in many],
        *[Measurement(f"{name}, one row", 1e3 * one[name], "ms") for name in one],
        *_compare(many),
        *[Remark(f"{peer}: not installed (pip install {peer})") for peer in missing],
    ]


def _compare(seconds: Mapping[str, float]) -> list[Line]:
    return [
        Measurement(
            f"time, medmaas, {form} / {peer}{aim}",
            seconds[f"medmaas, {form}"] / seconds[peer],
            "x",
            limit,
        )
        for form, peer, limit, aim in _COMPARED
        if peer in seconds
    ]


def _time(asked: Mapping[str, Asked], rows: Rows, *, smallest: bool) -> dict[str, float]:
    """Seconds of the fastest request of each."""
    calls = {
        name: partial(_ask, connection, write(rows)) for name, (connection, write) in asked.items()
    }
    calls_a_turn = CALLS if len(rows) > 1 else 10 * CALLS
    return time_in_turns(calls, *((1, 1) if smallest else (TURNS, calls_a_turn)), choose=min)


def _ask(connection: HTTPConnection, request: Request) -> None:
    connection.request("POST", request.path, request.body, dict(request.headers))
    response = connection.getresponse()
    answer = response.read()
    if response.status != HTTPStatus.OK:
        raise RuntimeError(f"the request was refused, so it measures nothing: {answer[:200]!r}")


def _draw(count: int) -> Rows:
    """Rows near a golden case, within what was seen in training, of as many digits as it has."""
    random = Random(1)  # noqa: S311 - no secret
    return [
        {f.name: _draw_near(_MODEL.example[f.name], f.training_range, random) for f in _FEATURES}
        for _ in range(count)
    ]


def _draw_near(x: float, seen: Range, random: Random) -> float:
    return round(min(max(x * random.uniform(0.95, 1.05), seen.low), seen.high), 5)


def _write_rows(rows: Rows) -> Request:
    return Request(f"/models/{_NAME}/predict", json.dumps({"instances": rows}).encode())


def _write_columns(rows: Rows) -> Request:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return Request(f"/models/{_NAME}/predict", json.dumps({"columns": columns}).encode())


def _write_tensor(rows: Rows) -> Request:
    data = [row[feature.name] for row in rows for feature in _FEATURES]
    body = json.dumps({"inputs": [_describe(rows) | {"data": data}]})
    return Request(f"/v2/models/{_NAME}/infer", body.encode())


def _write_binary(rows: Rows) -> Request:
    numbers = np.array([[row[f.name] for f in _FEATURES] for row in rows], "<f4").tobytes()
    given = _describe(rows) | {"parameters": {"binary_data_size": len(numbers)}}
    asked = {"inputs": [given], "parameters": {"binary_data_output": True}}
    head = json.dumps(asked).encode()
    headers = {
        "content-type": "application/octet-stream",
        "inference-header-content-length": str(len(head)),
    }
    return Request(f"/v2/models/{_NAME}/infer", head + numbers, headers)


def _describe(rows: Rows) -> dict[str, Any]:
    (name,) = _MODEL.manifest.input.tensors
    return {"name": name, "shape": [len(rows), len(_FEATURES)], "datatype": "FP32"}


def _write_for_peer(rows: Rows) -> Request:
    return _write_rows(rows)._replace(path="/predict")


def _write_for_mlserver(rows: Rows) -> Request:
    return _write_tensor(rows)._replace(path="/v2/models/model/infer")


_OURS = {
    "named rows": _write_rows,
    "columns": _write_columns,
    "tensor in JSON": _write_tensor,
    "tensor in binary": _write_binary,
}
_THEIRS = {"mlserver": _write_for_mlserver}


def _has(python: str, peer: str) -> bool:
    command = [python, "-c", f"import {peer}, onnxruntime"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


@contextmanager
def _start(python: str, peer: str) -> Iterator[HTTPConnection]:
    """A connection to a peer's server, once it answers; ended with all that it started."""
    port = _find_port()
    environment = os.environ | {
        "BENTOML_DO_NOT_TRACK": "True",
        "FEATURES": ",".join(feature.name for feature in _FEATURES),
        "GRAPH": str(find_graph(_MODEL)),
        "ORT_DISABLE_TELEMETRY": "1",
        "PORT": str(port),
    }
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [python, str(_SERVERS / f"run_{peer}.py")],
            cwd=_SERVERS,
            env=environment | {"BENTOML_HOME": home, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield _connect(port, peer)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _connect(port: int, peer: str) -> HTTPConnection:
    connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    request, given_up = _THEIRS.get(peer, _write_for_peer)(_draw(1)), monotonic() + _SECONDS
    while True:
        try:
            _ask(connection, request)
            break
        except (OSError, RuntimeError, HTTPException):
            if monotonic() > given_up:
                raise
            sleep(0.2)
        finally:
            connection.close()  # it opens again by itself; meanwhile the server would end it
    return connection
