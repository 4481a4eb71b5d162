"""The first answer of a fresh process of the built artefact, against the least it could cost.

Ours imports the function and gives one event to its handler. So does the batch function's, which
also makes its client of S3, with the botocore of Lambda's runtime. The floor only imports numpy and
onnxruntime, makes a session of the survival model's bytes and runs it once, with the artefact's
libraries. All are Python 3.13 with byte code, in the environment of template.yaml. They start in
turns, 25 of each after one that is not counted; wall-clock time from the start to the first answer,
and to the exit. Beside it: what AWS's Runtime Interface Emulator reports as the duration of the
function's init, median of 5, and what has to be unpacked for a cold start.
"""

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import MODELS, ROOT
from benchmarks.artefact import building, measure_size, measure_zip
from benchmarks.graph import find_graph
from benchmarks.measurement import Measurement
from benchmarks.request import EVENT, EVENT_FILE
from infra.emulator import VARIABLES, Tools, find_tools, running

TITLE = "Cold: a fresh process of the built artefact, median"
LIMIT, BATCH_LIMIT = 4.0, 4.5
TURNS = 25
EMULATED = 5

OURS = """
import json, sys
from medmaas.api.app import handler
answer = handler(json.load(open(sys.argv[1])), None)
print(answer["statusCode"], flush=True)
"""
BATCH = """
import json, sys
from medmaas.batch.handler import handler
from medmaas.batch.storage import client
client("s3")
instances = json.loads(json.load(open(sys.argv[1]))["body"])["instances"]
handler({"model": "survival", "instances": instances}, None)
print(200, flush=True)
"""
FLOOR = """
import sys
import numpy
import onnxruntime
graph = open(sys.argv[1], "rb").read()
session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
(tensor,) = session.get_inputs()
session.run(None, {tensor.name: numpy.ones((1, tensor.shape[1]), numpy.float32)})
print(200, flush=True)
"""

Times = list[tuple[float, float]]


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Build the artefact, start it again and again, and weigh it."""
    tools = find_tools(ROOT)
    with building() as artefact:
        init = median(_emulate(tools, artefact) for _ in range(1 if smallest else EMULATED))
        return [
            *_compare(_start_in_turns(tools.python, artefact, 1 if smallest else TURNS)),
            Measurement("init, as AWS's emulator reports it", init, "ms"),
            Measurement("artefact, unzipped", measure_size(artefact), "MB"),
            Measurement("artefact, zipped", measure_zip(artefact), "MB"),
            Measurement("models", measure_size(MODELS), "MB"),
        ]


def _start_in_turns(python: Path, artefact: Path, turns: int) -> dict[str, Times]:
    """Seconds to the first answer and to the exit, of ours and of the floor."""
    programs = {
        "medmaas": [OURS, str(EVENT_FILE)],
        "batch": [BATCH, str(EVENT_FILE)],
        "floor": [FLOOR, str(find_graph())],
    }
    times: dict[str, Times] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as home:
        environment = VARIABLES | {
            "AWS_DEFAULT_REGION": "us-east-1",
            "HOME": home,
            "MEDMAAS_MODELS": str(MODELS),
            "PYTHONDONTWRITEBYTECODE": "1",  # /var/task is read-only
            "PYTHONPATH": str(artefact),
        }
        for _ in range(turns + 1):
            for name, program in programs.items():
                times[name].append(_start([str(python), "-c", *program], environment))
    return {name: counted[1:] for name, counted in times.items()}


def _start(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    started = perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    line = process.stdout.readline() if process.stdout else ""
    answered = perf_counter() - started
    _, errors = process.communicate()
    if line != "200\n" or process.returncode:
        raise RuntimeError(f"a fresh process gave no answer:\n{errors}")
    return answered, perf_counter() - started


def _compare(times: Mapping[str, Times]) -> list[Measurement]:
    lines: list[Measurement] = []
    for position, end in enumerate(("first answer", "exit")):
        milli = {name: 1e3 * median(turn[position] for turn in times[name]) for name in times}
        floor = milli["floor"]
        lines += [
            Measurement(f"medmaas, to its {end}", milli["medmaas"], "ms"),
            Measurement(f"medmaas batch function, to its {end}", milli["batch"], "ms"),
            Measurement(f"numpy + onnxruntime + session, to its {end}", floor, "ms"),
            Measurement(f"medmaas / floor, to the {end}", milli["medmaas"] / floor, "x", LIMIT),
            Measurement(
                f"medmaas batch function / floor, to the {end}",
                milli["batch"] / floor,
                "x",
                BATCH_LIMIT,
            ),
        ]
    return lines


def _emulate(tools: Tools, artefact: Path) -> float:
    """The milliseconds of one init, out of the emulator's log."""
    with tempfile.TemporaryDirectory() as scratch:
        with running(tools, artefact, MODELS, Path(scratch)) as emulator:
            emulator.invoke(EVENT)
        (milliseconds,) = re.findall(
            r"INIT REPORT\(durationMs: ([\d.]+)\)", emulator.log.read_text()
        )
    return float(milliseconds)
