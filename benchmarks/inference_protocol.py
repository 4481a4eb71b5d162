"""The Open Inference Protocol through the Lambda handler: what it costs beside the native route.

One survival patient, the same values in turns by the native route, as the graph's tensor in JSON,
and as a column for each feature. Then 1,000 patients as a binary tensor, base64 as a gateway sends
it, curves wanted in binary; beside it the bare `session.run` on that tensor. Medians of 20 turns
of 100 calls, the access log being written to nowhere.
"""

import base64
import json
from random import Random
from typing import Any

from benchmarks.graph import SURVIVAL, load_session, read_tensors
from benchmarks.handler import discarding_log, prepare_call
from benchmarks.measurement import Measurement
from benchmarks.request import EVENT, ONE_PATIENT, draw_patients, make_event
from benchmarks.timing import time_in_turns
from medmaas.api.app import handler

TITLE = "Open Inference Protocol, survival, median"
LIMIT = 1.2
ROWS = 1_000
LEAST_SHARE = 0.4
TURNS = 20
CALLS = 100
_PATH = "/v2/models/survival/infer"
_COLUMNS = "/v2/models/survival.columns/infer"
_BINARY = {"binary_data": True}


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time the five in turns."""
    patients = draw_patients(ROWS, Random(7))  # noqa: S311 - no secret
    session, many = load_session(), read_tensors(patients)
    calls = {
        "native": prepare_call(handler, EVENT),
        "tensor": prepare_call(handler, make_event(_write_tensor(), _PATH)),
        "columns": prepare_call(handler, make_event(_write_columns(), _COLUMNS)),
        "binary": prepare_call(handler, _make_binary_event(many)),
        "session": lambda: session.run(None, many),
    }
    with discarding_log():
        seconds = time_in_turns(calls, *((1, 1) if smallest else (TURNS, CALLS)))
    return _compare(seconds)


def _write_tensor() -> str:
    ((name, tensor),) = read_tensors(ONE_PATIENT).items()
    return json.dumps({"inputs": [_describe(name, tensor) | {"data": tensor.ravel().tolist()}]})


def _write_columns() -> str:
    (patient,) = json.loads(ONE_PATIENT)["instances"]
    datatypes = {bool: "BOOL", str: "BYTES"}
    return json.dumps(
        {
            "inputs": [
                {
                    "name": name,
                    "shape": [1],
                    "datatype": datatypes.get(type(value), "FP64"),
                    "data": [value],
                }
                for name, value in patient.items()
            ]
        }
    )


def _make_binary_event(tensors: dict[str, Any]) -> dict[str, Any]:
    ((name, tensor),) = tensors.items()
    given = _describe(name, tensor) | {"parameters": {"binary_data_size": tensor.nbytes}}
    curves = {"name": SURVIVAL.manifest.artefact.outputs[0].name, "parameters": _BINARY}
    head = json.dumps({"inputs": [given], "outputs": [curves]}).encode()
    event = make_event(base64.b64encode(head + tensor.tobytes()).decode(), _PATH)
    headers = event["headers"] | {
        "content-type": "application/octet-stream",
        "inference-header-content-length": str(len(head)),
    }
    return event | {"headers": headers, "isBase64Encoded": True}


def _describe(name: str, tensor: Any) -> dict[str, Any]:  # noqa: ANN401 - any array
    return {"name": name, "shape": list(tensor.shape), "datatype": "FP32"}


def _compare(seconds: dict[str, float]) -> list[Measurement]:
    micro = {name: 1e6 * value for name, value in seconds.items()}
    bare = micro["binary"] / micro["session"]
    return [
        Measurement("native route, one patient", micro["native"], "us"),
        Measurement("tensor in JSON, one patient", micro["tensor"], "us"),
        Measurement("columns in JSON, one patient", micro["columns"], "us"),
        Measurement(f"tensor in binary, {ROWS:,} patients", micro["binary"], "us"),
        Measurement(f"bare session.run, {ROWS:,} patients", micro["session"], "us"),
        Measurement("columns in JSON / native route", micro["columns"] / micro["native"], "x"),
        Measurement("tensor in JSON / native route", micro["tensor"] / micro["native"], "x", LIMIT),
        Measurement("tensor in binary / bare session.run", bare, "x", round(1 / LEAST_SHARE, 2)),
    ]
