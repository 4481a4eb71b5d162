"""Every model, one instance, when everything is loaded: the handler against the graph alone.

The handler gets an event with the largest of the model's golden instances; the bare `session.run`
gets the tensors that medmaas makes of it, for a picture after Pillow's own decoding of the file.
Medians of 10 turns of 50 calls. The models travel together, so their sizes are added up.
"""

import base64
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import PIL.Image

from benchmarks.graph import REGISTRY, find_graph, load_session, read_tensors
from benchmarks.handler import discarding_log, prepare_call
from benchmarks.measurement import Measurement
from benchmarks.request import make_event
from benchmarks.timing import time_in_turns
from medmaas.api.app import handler
from medmaas.model.manifest import ImageInput
from medmaas.model.registry import Model

TITLE = "Models: one instance through the handler, against the graph alone"
LIMIT = 20.0
LIMIT_IMAGE = 2.0
LIMIT_MEGABYTES = 8.0
TURNS = 10
CALLS = 50


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time every model that ships, and add up their sizes."""
    models = list(REGISTRY.newest())
    lines = [line for model in models for line in _compare(model, smallest=smallest)]
    size = sum(find_graph(model).stat().st_size for model in models) / 1e6
    return [*lines, Measurement("all models together", size, "MB", LIMIT_MEGABYTES)]


def _compare(model: Model, *, smallest: bool) -> list[Measurement]:
    instance = max((case.instance for case in model.manifest.golden.cases), key=_size)
    body = json.dumps({"instances": [instance]})
    name, image = model.manifest.id, isinstance(model.manifest.input, ImageInput)
    calls = {
        "medmaas": prepare_call(handler, make_event(body, f"/models/{name}/predict")),
        "alone": _prepare_alone(model, body, instance),
    }
    with discarding_log():
        seconds = time_in_turns(calls, *((1, 1) if smallest else (TURNS, CALLS)))
    alone = "Pillow's decoding and session.run" if image else "bare session.run"
    ratio = seconds["medmaas"] / seconds["alone"]
    return [
        Measurement(f"{name}: medmaas handler", 1e6 * seconds["medmaas"], "us"),
        Measurement(f"{name}: {alone}", 1e6 * seconds["alone"], "us"),
        Measurement(f"{name}: medmaas / alone", ratio, "x", LIMIT_IMAGE if image else LIMIT),
    ]


def _prepare_alone(model: Model, body: str, instance: dict[str, Any]) -> Callable[[], object]:
    session, tensors = load_session(model), read_tensors(body, model)
    if not isinstance(model.manifest.input, ImageInput):
        return lambda: session.run(None, tensors)
    content = base64.b64decode(instance[model.manifest.input.field])

    def decode_and_run() -> object:
        with PIL.Image.open(BytesIO(content)) as picture:
            picture.load()
        return session.run(None, tensors)

    return decode_and_run


def _size(instance: dict[str, Any]) -> int:
    return len(json.dumps(instance))
