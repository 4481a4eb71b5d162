"""KServe's Python inference client asks a real `medmaas serve`."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from benchmarks.server import Server
from medmaas.model.registry import Registry
from tests.aws.conftest import unavailable
from tests.conftest import ROOT, SHIPPED
from tests.inference_protocol.tensors import (
    infer,
    list_instances,
    make_columns,
    make_raw,
    read_data,
)

PYTHON = ROOT / ".venv-kserve" / "bin" / "python"
SCRIPT = Path(__file__).parent / "kserve_client.py"
FORCED = {"force": True}


@pytest.fixture(scope="module")
def calls(registry: Registry) -> list[dict[str, Any]]:
    """Both views of every model, in binary and, where no value is missing, in JSON."""
    made = []
    for model_id in SHIPPED:
        model = registry.get(model_id)
        instances = list_instances(model)
        for view, make in ((model_id, make_raw), (f"{model_id}.columns", make_columns)):
            inputs = make(model, instances)
            missing = any(None in tensor["data"] for tensor in inputs)
            made += [
                {
                    "view": view,
                    "inputs": inputs,
                    "binary": binary,
                    "parameters": FORCED | {"binary_data_output": binary},
                }
                for binary in ([True] if missing else [True, False])
            ]
    return made


def ask(server: Server, calls: list[dict[str, Any]]) -> Any:
    if not PYTHON.exists():
        unavailable("there is no .venv-kserve with KServe's client: make .venv-kserve/.made")
    done = subprocess.run(
        [PYTHON, SCRIPT],
        input=json.dumps({"address": f"http://127.0.0.1:{server.port}", "calls": calls}),
        env={"PATH": os.defpath, "HOME": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_model_answers_in_both_views(
    server: Server, client: TestClient, calls: list[dict[str, Any]]
) -> None:
    told = ask(server, calls)
    assert told["live"] is told["ready"] is True
    assert set(told["models"]) == {True}
    assert told["nobody"] is False
    for call, answer in zip(calls, told["answers"], strict=True):
        assert (answer["id"], answer["model"]) == ("7", call["view"])
        expected = infer(client, call["view"], call["inputs"], parameters=FORCED)
        assert answer["outputs"] == read_data(expected)


def test_a_refusal_is_its_sentence(server: Server, calls: list[dict[str, Any]]) -> None:
    (call,) = [c for c in calls if c["view"] == "survival.columns"][:1]
    inputs = [t | {"data": [987_654] * 4} if t["name"] == "age" else t for t in call["inputs"]]
    (refused,) = ask(server, [call | {"inputs": inputs}])["answers"]
    assert refused["status"] == 422
    assert "instance 0: age outside 0 to 120 a" in refused["error"]
    assert "987" not in refused["error"]
