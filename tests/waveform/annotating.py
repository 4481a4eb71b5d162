"""Recordings with beats of two kinds, drawn by code, and graphs that find and label them.

`beats` labels every beat of ten seconds, `rhythm` every second. Both find the peaks of lead II by
fixed rules; they learned nothing.
"""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import onnx.parser
import yaml

from tests.conftest import ROOT
from tests.waveform.recordings import LEADS, RATE, SECONDS, Floats, as_counts

Json = dict[str, Any]
BEATS, RHYTHM = "ecg_beats", "ecg_rhythm"
NORMAL, VENTRICULAR = "normal beat", "ventricular beat"
INTERVAL = 0.8  # seconds
_NARROW, _WIDE = 0.012, 0.05  # seconds: the deviation of an R wave
GRAPH = """<ir_version: 9, opset_import: ["" : 18]>
found (float[n, 12, 5000] samples) => (float[n, 24, 2] kinds, float[n, 24] seconds)
<int64[1] one = {1}, int64[1] two = {2}, int64[1] count = {24}, float rate = {500},
 float large = {1000000}, float nothing = {0}, float least = {0.4}, float drift = {0.000001},
 float ordinary = {0.25}, float steep = {20}> {
    lead = Slice(samples, one, two, one)
    size = Shape(lead)
    ones = Expand(drift, size)
    two_64 = Constant<value = int64 {2}> ()
    places = CumSum<exclusive = 1>(ones, two_64)
    single = Add(lead, places)
    highest = MaxPool<kernel_shape = [151], pads = [75, 75]>(single)
    is_peak = Equal(single, highest)
    is_high = Greater(single, least)
    is_beat = And(is_peak, is_high)
    late = Expand(large, size)
    steps = Div(places, drift)
    times_of = Div(steps, rate)
    times = Where(is_beat, times_of, late)
    flat = Squeeze(times, one)
    first, index = TopK<largest = 0, sorted = 1>(flat, count)
    is_there = Less(first, large)
    nan = Div(nothing, nothing)
    seconds = Where(is_there, first, nan)
    height_of = Squeeze(single, one)
    height = GatherElements<axis = 1>(height_of, index)
    size_of = Abs(lead)
    mean = AveragePool<kernel_shape = [151], pads = [75, 75]>(size_of)
    area_of = Squeeze(mean, one)
    area = GatherElements<axis = 1>(area_of, index)
    width = Div(area, height)
    wide = Sub(width, ordinary)
    score = Mul(wide, steep)
    tall = Unsqueeze(score, two)
    other = Neg(tall)
    logits = Concat<axis = 2>(other, tall)
    kinds = Softmax<axis = -1>(logits)
}"""
WINDOWS = """<ir_version: 9, opset_import: ["" : 18]>
found (float[n, 12, 5000] samples) => (float[n, 10, 2] rhythms)
<int64[1] one = {1}, int64[1] two = {2}, float ordinary = {0.4}, float steep = {20}> {
    lead = Slice(samples, one, two, one)
    highest = MaxPool<kernel_shape = [500], strides = [500]>(lead)
    steps = Transpose<perm = [0, 2, 1]>(highest)
    less = Sub(steps, ordinary)
    score = Mul(less, steep)
    other = Neg(score)
    logits = Concat<axis = 2>(score, other)
    rhythms = Softmax<axis = -1>(logits)
}"""


def draw_beats(kinds: str, seconds: float = SECONDS, seed: int = 0) -> Floats:
    """A beat for every letter, [12, samples] in mV: n normal, v ventricular, - none."""
    random = np.random.default_rng(seed)
    times = np.arange(round(seconds * RATE)) / RATE
    one = np.zeros(len(times))
    for at, kind in zip(list_times(kinds), kinds, strict=True):
        if kind != "-":
            width = {"n": _NARROW, "v": _WIDE}[kind]
            one += np.exp(-0.5 * ((times - at) / width) ** 2)
    scale = np.linspace(0.9, 1.4, len(LEADS))[:, None]
    made: Floats = scale * one + random.normal(0, 0.01, (len(LEADS), len(times)))
    return np.round(made / 0.005) * 0.005


def list_times(kinds: str) -> list[float]:
    """When the beat of each letter is at its highest, in seconds."""
    return [0.5 + INTERVAL * i for i in range(len(kinds))]


def add_beats(models: Path) -> None:
    """A model that labels every beat."""
    output = {
        "kind": "annotations",
        "tensor": "kinds",
        "labels": [NORMAL, VENTRICULAR],
        "aliases": ["N", "V"],
        "background": NORMAL,
        "time": {"kind": "beats", "time_tensor": "seconds"},
    }
    _add(models, BEATS, GRAPH, output)


def add_rhythm(models: Path, **changed: Any) -> None:
    """A model that labels every second; `changed` states its input."""
    output = {
        "kind": "annotations",
        "tensor": "rhythms",
        "labels": ["beating", "pause"],
        "background": "beating",
        "time": {"kind": "windows", "step_seconds": 1, "window_seconds": 1},
    }
    _add(models, RHYTHM, WINDOWS, output, **changed)


def _add(models: Path, name: str, graph: str, output: Json, **changed: Any) -> None:
    from medmaas_training.catalogue.addition import add  # noqa: PLC0415 - takes seconds

    told = deepcopy(yaml.safe_load((ROOT / "docs" / "own-model.yaml").read_text("utf-8")))
    instance = as_counts(draw_beats("nnvnnnvnnnnn"))
    draft = told | {
        "id": name,
        "title": "Beats of a drawn ECG, by fixed rules",
        "input": {
            "kind": "waveform",
            "tensor": "samples",
            "description": "Twelve leads, drawn.",
            "leads": [{"name": lead} for lead in LEADS],
            "sampling_rate": RATE,
            "samples": RATE * SECONDS,
            "unit": "mV",
            "amplitude": {"low": -10, "high": 10},
            "resample": "polyphase",
            "longer": "first",
            "signal": {"flat": 4},
            "source": {"oldest_days": 30, "codes": ["11524-6"]},
        }
        | changed,
        "output": output,
        "golden": {"tolerance": 1e-4, "cases": [{"instance": instance}]},
        "examples": [{"title": "Drawn, of nobody", "instance": instance}],
    }
    draft["card"] = told["card"] | {"population": "Nobody: made for tests."}
    models.mkdir(exist_ok=True)
    files = models.parent / f"{name}.onnx", models.parent / f"{name}.yaml"
    files[0].write_bytes(onnx.parser.parse_model(graph).SerializeToString())
    files[1].write_text(yaml.safe_dump(draft, allow_unicode=True), "utf-8")
    add(*files, None, models)
