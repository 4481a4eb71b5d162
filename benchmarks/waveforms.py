"""A 12-lead ECG of 10 s at 500 Hz in base64: the handler against decoding and the graph alone.

The network has random weights and the size of one that was published, Ribeiro et al. 2020 (doi
10.1038/s41467-020-15432-4). A record goes as counts of 16 bits, as EDF, as DICOM and as CSV; alone
is base64's own decoding of the same text and a bare session.run. What medmaas takes besides is told
of a network of two convolutions as well, of which no limit is asked. Medians of 10 turns of 5
calls.
"""

import base64
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from mangum import Mangum

from benchmarks.bare_model import load
from benchmarks.handler import discarding_log, prepare_call
from benchmarks.measurement import Measurement
from benchmarks.request import make_event
from benchmarks.timing import time_in_turns
from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.waveform.models import make_graph, make_residual, write_model
from tests.waveform.recordings import as_counts, as_file, draw, write_csv, write_dicom, write_edf

TITLE = "Waveforms: a 12-lead ECG of 10 s, against decoding and the graph alone"
LIMIT = 2.0
TURNS, CALLS = 10, 5

Json = dict[str, Any]


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time every form."""
    samples = draw(seed=1)
    forms = {
        "counts of 16 bits": as_counts(samples),
        "EDF": as_file(write_edf(samples)),
        "DICOM": as_file(write_dicom(samples)),
        "CSV": as_file(write_csv(samples)),
    }
    turns = (1, 1) if smallest else (TURNS, CALLS)
    lines = []
    with discarding_log():
        for name, instance in forms.items():
            lines += _compare(name, instance, samples, make_residual, turns, limit=LIMIT)
        small = forms["counts of 16 bits"]
        lines += _compare("two convolutions", small, samples, make_graph, turns)
    return lines


def _compare(
    name: str,
    instance: Json,
    samples: Any,  # noqa: ANN401 - of numpy
    make: Callable[[int, int], bytes],
    turns: tuple[int, int],
    *,
    limit: float | None = None,
) -> list[Measurement]:
    with tempfile.TemporaryDirectory() as folder:
        path = write_model(Path(folder), make=make, threshold=1e9)
        app = Mangum(create_app(Registry(Path(folder))), lifespan="off")
        session = load((path / "model.onnx").read_bytes())
        tensors = {"samples": samples[None].astype(np.float32)}
        body = json.dumps({"instances": [instance]})
        calls = {
            "medmaas": prepare_call(app, make_event(body, "/models/ecg/predict")),
            "alone": _prepare_alone(session, tensors, instance),
        }
        seconds = time_in_turns(calls, *turns)
    ratio = seconds["medmaas"] / seconds["alone"]
    return [
        Measurement(f"{name}: medmaas handler", 1e3 * seconds["medmaas"], "ms"),
        Measurement(f"{name}: base64 and session.run", 1e3 * seconds["alone"], "ms"),
        Measurement(f"{name}: medmaas / alone", ratio, "x", limit),
    ]


def _prepare_alone(session: Any, tensors: Json, instance: Json) -> Callable[[], object]:  # noqa: ANN401 - onnxruntime has no types
    given = instance["ecg"]
    texts = [given] if isinstance(given, str) else [one["int16"] for one in given["leads"].values()]

    def decode_and_run() -> object:
        for text in texts:
            base64.b64decode(text)
        return session.run(None, tensors)

    return decode_and_run
