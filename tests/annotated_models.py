"""Models that label times of a record, made by code and added as anybody adds theirs.

`rhythm` labels every second of an invented signal, `ectopy` every beat, `renal` four days of two
results of a laboratory. All were fitted to invented rows and know nothing of patients.
"""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.parser
import yaml
from numpy.typing import NDArray

from tests.conftest import ROOT
from tests.fhir.records import CREATININE
from tests.waveform.models import INPUT as WAVEFORM
from tests.waveform.recordings import LEADS, as_counts, draw

# every stretch of a recording by how much its first lead moves; a beat is in the middle of each
MONITOR = """<ir_version: 9, opset_import: ["" : 18]>
monitor (float[n, {LEADS}, {SAMPLES}] samples)
  => (float[n, {STEPS}, 3] kinds, float[n, {STEPS}] seconds)
<int64[1] one = {1}, int64[1] zero = {0}, int64[1] two = {2}, int64[2] flat = {0, -1},
 float[{STEPS}] times = {TIMES}, float none = {0},
 float[1, 3] weights = {-60, 0, 60}, float[3] bias = {{BIAS}}> {
    lead = Slice(samples, zero, one, one)
    size = Abs(lead)
    pooled = AveragePool<kernel_shape = [{STEP}], strides = [{STEP}]>(size)
    steps = Transpose<perm = [0, 2, 1]>(pooled)
    weighed = MatMul(steps, weights)
    logits = Add(weighed, bias)
    kinds = Softmax<axis = -1>(logits)
    column = Reshape(steps, flat)
    blank = Mul(column, none)
    seconds = Add(blank, times)
}"""

Json = dict[str, Any]
Floats = NDArray[np.float64]
RATE = 50  # samples of the signal per second, and of a window
GLUCOSE = "2345-7"
RHYTHMS = ("regular", "fast", "pause")
BEATS = ("normal beat", "ventricular beat", "supraventricular beat")
IN_CHINESE = {
    "Rhythm of every second of an invented signal": "人造信号逐秒的节律",
    "Kinds of the beats of an invented record": "人造记录中心搏的类型",
    "State of the kidneys on each of four days": "四天中每天的肾脏状态",
    "regular": "规则",
    "fast": "快速",
    "pause": "停搏",
    "normal beat": "正常心搏",
    "ventricular beat": "室性心搏",
    "supraventricular beat": "室上性心搏",
    "Kinds of the beats of a drawn recording": "绘制的记录中心搏的类型",
    "steady": "稳定",
    "failing": "衰竭",
    "Invented": "虚构示例",
}
RHYTHM = """<ir_version: 9, opset_import: ["" : 18]>
rhythm (float[n, rows, 2] recording) => (float[n, steps, 3] rhythms)
<int64[1] one = {1}, int64[1] two = {2}, int64[1] zero = {0}, int64[1] end = {-1},
 int64[1] last = {9223372036854775807}, int64[6] whole = {0, 0, 0, 0, 0, 50},
 int64[6] before = {0, 0, 1, 0, 0, 0}, float nothing = {nan}, float least = {0.001},
 float[2, 3] weights = {W}, float[3] bias = {B}> {
    column = Slice(recording, one, two, two)
    signal = Transpose<perm = [0, 2, 1]>(column)
    later = Slice(signal, one, last, two)
    sooner = Slice(signal, zero, end, two)
    steep = Sub(later, sooner)
    high = Mul(signal, signal)
    fast = Mul(steep, steep)
    longer = Pad(high, whole, nothing)
    first = Pad(fast, before)
    larger = Pad(first, whole, nothing)
    power = AveragePool<kernel_shape = [50], strides = [50]>(longer)
    slope = AveragePool<kernel_shape = [50], strides = [50]>(larger)
    both = Concat<axis = 1>(power, slope)
    positive = Add(both, least)
    measured = Log(positive)
    steps = Transpose<perm = [0, 2, 1]>(measured)
    weighed = MatMul(steps, weights)
    logits = Add(weighed, bias)
    rhythms = Softmax<axis = -1>(logits)
}"""
ECTOPY = """<ir_version: 9, opset_import: ["" : 18]>
ectopy (float[n, steps, 3] beats) => (float[n, steps, 3] kinds, float[n, steps] seconds)
<int64[1] one = {1}, int64[1] zero = {0}, int64[1] three = {3}, int64[1] two = {2},
 float[2, 3] weights = {W}, float[3] bias = {B}> {
    measured = Slice(beats, one, three, two)
    weighed = MatMul(measured, weights)
    logits = Add(weighed, bias)
    kinds = Softmax<axis = -1>(logits)
    first = Slice(beats, zero, one, two)
    seconds = Squeeze(first, two)
}"""
RENAL = """<ir_version: 9, opset_import: ["" : 18]>
renal (float[n, 2] features) => (float[n, 4, 2] states)
<float[2, 8] weights = {0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0},
 float[8] bias = {0, -5, 0, -4, 0, -3, 0, -2}, int64[3] shape = {-1, 4, 2}> {
    weighed = MatMul(features, weights)
    flat = Add(weighed, bias)
    logits = Reshape(flat, shape)
    states = Softmax<axis = -1>(logits)
}"""


def draw_signal(rhythms: str, seed: int = 0) -> Json:
    """A second of signal for every letter: r regular, f fast, p pause."""
    draw, rows = np.random.default_rng(seed), list[Json]()
    for i, rhythm in enumerate(rhythms):
        times = i + np.arange(RATE) / RATE
        wave = {"r": np.sin(2.4 * np.pi * times), "f": np.sin(12 * np.pi * times), "p": 0 * times}
        signal = wave[rhythm] + draw.normal(0, 0.03, RATE)
        rows += [
            {"second": float(second), "signal": round(float(height), 2)}
            for second, height in zip(times, signal, strict=True)
        ]
    return {"recording": rows}


def draw_beats(kinds: str) -> Json:
    """A beat for every letter: n normal, v ventricular, s supraventricular."""
    beats, second = list[Json](), 0.25
    for kind in kinds:
        rr, width = {"n": (0.8, 0.09), "v": (0.5, 0.16), "s": (0.5, 0.09)}[kind]
        beats.append({"second": round(second, 3), "rr": rr, "width": width})
        second += rr
    return {"beats": beats}


def write_rhythm() -> bytes:
    """Two pooled powers, of the signal and of its steps, and a layer fitted to invented seconds."""
    drawn = {which: draw_signal(which * 60, seed=i)["recording"] for i, which in enumerate("rfp")}
    rows = [np.array([row["signal"] for row in one]).reshape(-1, RATE) for one in drawn.values()]
    slopes = [np.diff(windows, axis=1) for windows in rows]
    powers = [
        np.log(np.column_stack([(w**2).mean(1), (s**2).mean(1)]) + 0.001)
        for w, s in zip(rows, slopes, strict=True)
    ]
    return _write(RHYTHM, *_fit(powers))


def write_ectopy() -> bytes:
    """A regression on the interval before a beat and on its width."""
    draw = np.random.default_rng(0)
    middles = ((0.8, 0.09), (0.5, 0.16), (0.5, 0.09))
    return _write(ECTOPY, *_fit([draw.normal(one, (0.08, 0.012), (200, 2)) for one in middles]))


def _fit(rows: list[Floats]) -> tuple[Floats, Floats]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - takes seconds

    x, y = np.concatenate(rows), np.repeat(np.arange(len(rows)), [len(one) for one in rows])
    scale = x.std(0)
    fitted = LogisticRegression(C=10).fit(x / scale, y)
    return fitted.coef_.T / scale[:, None], fitted.intercept_


def _write(graph: str, weights: Floats, bias: Floats) -> bytes:
    for name, numbers in (("W", weights), ("B", bias)):
        listed = ", ".join(f"{one:.6f}" for one in numbers.ravel())
        graph = graph.replace(f"= {{{name}}}", f"= {{{listed}}}")
    content: bytes = _parse(graph).SerializeToString()
    return content


def _parse(graph: str) -> onnx.ModelProto:
    """The parser knows no NaN."""
    model = onnx.parser.parse_model(graph.replace("{nan}", "{0}"))
    for constant in model.graph.initializer:
        if constant.name == "nothing":
            constant.CopyFrom(onnx.numpy_helper.from_array(np.array(np.nan, np.float32), "nothing"))
    return model


def _number(name: str, unit: str, high: float, **more: Any) -> Json:
    seen = {"low": -high if name == "signal" else 0, "high": high}
    return {
        "type": "number",
        "name": name,
        "description": "Invented.",
        "unit": unit,
        "hard_range": seen,
        "training_range": seen,
    } | more


def add_rhythm(models: Path, **output: Any) -> None:
    """Windows of a second."""
    second, signal = _number("second", "s", 86_400), _number("signal", "mV", 5)
    draft = {
        "id": "rhythm",
        "title": "Rhythm of every second of an invented signal",
        "input": {
            "kind": "series",
            "tensor": "recording",
            "field": "recording",
            "features": [second, signal],
            "max_rows": 5_000,
        },
        "output": {
            "kind": "annotations",
            "tensor": "rhythms",
            "labels": [*RHYTHMS],
            "background": "regular",
            "time": {"kind": "windows", "step_seconds": 1, "window_seconds": 1},
            "undecided_below": 0.6,
        }
        | output,
    }
    _add(models, write_rhythm(), draft, draw_signal("rrffrrpr"), draw_signal("rfr", 3))


def add_ectopy(models: Path, **output: Any) -> None:
    """Beats at times that the graph gives."""
    features = [_number("second", "s", 86_400), _number("rr", "s", 5), _number("width", "s", 1)]
    draft = {
        "id": "ectopy",
        "title": "Kinds of the beats of an invented record",
        "input": {
            "kind": "series",
            "tensor": "beats",
            "field": "beats",
            "features": features,
            "max_rows": 20_000,
        },
        "output": {
            "kind": "annotations",
            "tensor": "kinds",
            "labels": [*BEATS],
            "aliases": ["N", "V", "S"],
            "background": "normal beat",
            "time": {"kind": "beats", "time_tensor": "seconds"},
        }
        | output,
    }
    _add(models, write_ectopy(), draft, draw_beats("nnvnsnn"), draw_beats("nv"))


def add_renal(
    models: Path, called: str = "renal", distance: Json | None = None, **output: Any
) -> None:
    """Days of two results of a laboratory, which a record holds."""
    results = (("creatinine", CREATININE, 20), ("glucose", GLUCOSE, 1000))
    features = [
        _number(
            name, "mg/dL", high, loinc=[loinc], source={"kind": "observation", "oldest_days": 30}
        )
        for name, loinc, high in results
    ]
    draft = {
        "id": called,
        "title": "State of the kidneys on each of four days",
        "input": {"kind": "tabular", "tensor": "features", "features": features},
        "output": {
            "kind": "annotations",
            "tensor": "states",
            "labels": ["steady", "failing"],
            "background": "steady",
            "time": {"kind": "windows", "step_seconds": 86_400, "window_seconds": 86_400},
            "undecided_below": 0.7,
        }
        | output,
        "cds_service": {"hooks": ["patient-view"]},
        "uncertainty": distance
        and {"method": "Stated by hand.", "calibrated_on": "nobody", "distance": distance},
    }
    content: bytes = _parse(RENAL).SerializeToString()
    instances = [{"creatinine": one, "glucose": 100} for one in (4.5, 1.0)]
    _add(models, content, draft, *instances)


def add_cautious(models: Path) -> None:
    """The same, that knows how far results may be from those it was made of."""
    add_renal(models, called="cautious", distance={
        "kind": "standardised",
        "columns": [{"mean": 2, "deviation": 1.5}, {"mean": 120, "deviation": 50}],
        "correlation": [[1, 0], [0, 1]],
        "threshold": 2,
    })  # fmt: skip


def add_monitor(
    models: Path, seconds: int = 10, rate: int = 500, leads: Sequence[str] = LEADS, **output: Any
) -> None:
    """Beats of a recording, one in each second, told by how large its first lead is there."""
    instance = as_counts(draw_growing(seconds, rate, len(leads)), rate, leads)
    graph = MONITOR.replace("{LEADS}", str(len(leads))).replace("{SAMPLES}", str(seconds * rate))
    graph = graph.replace("{STEPS}", str(seconds)).replace("{STEP}", str(rate))
    graph = graph.replace("{TIMES}", "{" + ", ".join(f"{i + 0.4}" for i in range(seconds)) + "}")
    graph = graph.replace("{BIAS}", "5.5, 0, -8")
    draft = {
        "id": "monitor",
        "title": "Kinds of the beats of a drawn recording",
        "input": WAVEFORM
        | {
            "leads": [{"name": name} for name in leads],
            "sampling_rate": rate,
            "samples": seconds * rate,
        },
        "output": {
            "kind": "annotations",
            "tensor": "kinds",
            "labels": [*BEATS],
            "aliases": ["N", "V", "S"],
            "background": "normal beat",
            "time": {"kind": "beats", "time_tensor": "seconds"},
            "undecided_below": 0.5,
        }
        | output,
    }
    _add(models, _parse(graph).SerializeToString(), draft, instance)


def draw_growing(seconds: int, rate: int, leads: int) -> Floats:
    """Beats that grow and shrink, [leads, samples] in mV."""
    times = np.arange(seconds * rate) / rate
    beats: Floats = draw(rate, seconds, leads) * (1 + 2 * np.sin(times / 2) ** 2)
    return beats


def _add(models: Path, graph: bytes, draft: Json, *instances: Json) -> None:
    from medmaas_training.catalogue.addition import add  # noqa: PLC0415 - takes seconds

    told = deepcopy(yaml.safe_load((ROOT / "docs" / "own-model.yaml").read_text("utf-8")))
    cases = [{"instance": one} for one in instances]
    whole = told | {"golden": {"tolerance": 1e-4, "cases": cases}} | draft
    whole["examples"] = [{"title": "Invented", "instance": instances[0]}]
    whole["card"] = told["card"] | {"population": "Nobody: made for tests."}
    text = yaml.safe_dump(whole, allow_unicode=True)
    said = {name: words for name, words in IN_CHINESE.items() if f" {name}\n" in text}
    models.mkdir(exist_ok=True)
    files = models.parent / f"{draft['id']}.onnx", models.parent / f"{draft['id']}.yaml"
    files[0].write_bytes(graph)
    files[1].write_text(
        yaml.safe_dump(whole | {"translations": {"zh": said}}, allow_unicode=True), "utf-8"
    )
    add(*files, None, models)
