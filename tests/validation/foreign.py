"""Models of other people, one per kind, and past cases: drawn by code, so that the truth is known.

Every graph is a layer or two whose weights are the law that the outcomes were drawn by, so that a
model is good, and its intervals can hold.
"""

import base64
import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.parser
import PIL.Image
import yaml
from numpy.typing import NDArray

from tests.conftest import ROOT

Json = dict[str, Any]
Floats = NDArray[np.float64]
HEAD = '<ir_version: 9, opset_import: ["" : 18]>'
SIDE = 16
RATE, SECONDS = 50, 4
DAYS = [0, 90, 180, 365, 730, 1095, 1460, 1825]
LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Foreign:
    """A model of somebody else.

    Attributes:
        graph: as text of ONNX.
        spec, output: of its draft.
        instance: an invented one.
        options: what the command is told of its cases.
        write: writes n cases, drawn by a seed, into a folder; gives what --data is.
    """

    graph: str
    spec: Json
    output: Json
    instance: Json
    options: tuple[str, ...]
    write: Callable[[Path, int, int], Path]
    draft: Json = field(default_factory=dict)

    def put(self, folder: Path, name: str = "foreign") -> tuple[Path, Path]:
        """Graph and draft as files."""
        model = folder / "model.onnx"
        model.write_bytes(onnx.parser.parse_model(self.graph).SerializeToString())
        draft = yaml.safe_load((ROOT / "docs" / "own-model.yaml").read_text())
        draft |= {"id": name, "title": "A model of somebody else", "input": self.spec}
        draft |= {"output": self.output, "golden": {"cases": [{"instance": self.instance}]}}
        draft["golden"]["tolerance"] = 1e-4
        for left in ("metrics", "findings"):
            del draft["card"][left]
        path = folder / "draft.yaml"
        path.write_text(yaml.safe_dump(draft | self.draft, allow_unicode=True))
        return model, path


def number(name: str, low: float = -20, high: float = 20, unit: str = "1", **more: Any) -> Json:
    """A feature."""
    limits = {"low": low, "high": high}
    stated = {"name": name, "type": "number", "unit": unit, "description": "Invented."}
    return stated | {"hard_range": limits, "training_range": limits} | more


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """A table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def _sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


TABLE: Json = {
    "kind": "tabular",
    "tensor": "x",
    "features": [
        number("age", 18, 99, "a"),
        number("marker", missing="counts as 0"),
        {"name": "sex", "type": "choice", "description": "Sex.", "choices": ["F", "M"]},
    ],
}
ROW: Json = {"age": 60, "marker": 0.5, "sex": "F"}
_FIX = """
    known = IsNaN(x)
    filled = Where(known, zero, x)
    moved = Sub(filled, centre)
    scaled = Div(moved, spread)
"""
_KNOWN = "float zero = {0}, float[3] centre = {60, 0, 0}, float[3] spread = {15, 1, 1}"


def draw_people(n: int, seed: int) -> tuple[list[list[object]], Floats]:
    """Age, marker and sex as cells, and the risk of each person on the logit scale."""
    rng = np.random.default_rng(seed)
    age, marker = rng.uniform(20, 90, n).round(), rng.normal(0, 2, n).round(3)
    sex = rng.integers(0, 2, n)
    missing = rng.random(n) < 0.05
    cells: list[list[object]] = [
        [int(a), "" if lost else float(m), "FM"[s]]
        for a, m, s, lost in zip(age, marker, sex, missing, strict=True)
    ]
    logit = (age - 60) / 15 + np.where(missing, 0, marker) + 0.5 * sex - 0.3
    return cells, logit


NAMES = ("age", "marker", "sex")


def _classes(folder: Path, n: int, seed: int) -> Path:
    cells, logit = draw_people(n, seed)
    sick = np.random.default_rng(seed + 1).random(n) < _sigmoid(logit)
    site = np.random.default_rng(seed + 2).integers(0, 2, n)
    rows = [
        [*c, "sick" if s else "well", f"p{i}", "NS"[w]]
        for i, (c, s, w) in enumerate(zip(cells, sick, site, strict=True))
    ]
    return write_csv(folder / "cases.csv", [*NAMES, "state", "patient", "ward"], rows)


CLASSES = Foreign(
    f"""{HEAD}
classes (float[n, 3] x) => (float[n, 2] p)
<{_KNOWN}, float[3, 2] w = {{0, 1, 0, 1, 0, 0.5}}, float[2] b = {{0, -0.3}}> {{{_FIX}
    weighed = MatMul(scaled, w)
    logits = Add(weighed, b)
    p = Softmax<axis = -1>(logits)
}}""",
    TABLE,
    {"kind": "classes", "tensor": "p", "labels": ["well", "sick"]},
    ROW,
    ("--target", "state"),
    _classes,
)


def _labels(folder: Path, n: int, seed: int) -> Path:
    cells, logit = draw_people(n, seed)
    rng = np.random.default_rng(seed + 1)
    one, two = rng.random(n) < _sigmoid(logit), rng.random(n) < _sigmoid(-logit - 1)
    looked = rng.random(n) < 0.9
    rows = [
        [*c, int(a), ("yes" if b else "no") if seen else ""]
        for c, a, b, seen in zip(cells, one, two, looked, strict=True)
    ]
    return write_csv(folder / "cases.csv", [*NAMES, "Oedema", "found_rash"], rows)


LABELS = Foreign(
    f"""{HEAD}
labels (float[n, 3] x) => (float[n, 2] p)
<{_KNOWN}, float[3, 2] w = {{1, -1, 1, -1, 0.5, -0.5}}, float[2] b = {{-0.3, -0.7}}> {{{_FIX}
    weighed = MatMul(scaled, w)
    logits = Add(weighed, b)
    p = Sigmoid(logits)
}}""",
    TABLE,
    {
        "kind": "labels",
        "tensor": "p",
        "labels": [{"name": "Oedema", "threshold": 0.5}, {"name": "Rash", "threshold": 0.4}],
        "thresholds": "By hand.",
    },
    ROW,
    ("--target", "Oedema", "--target", "found_rash=Rash"),
    _labels,
)


def _value(folder: Path, n: int, seed: int) -> Path:
    cells, logit = draw_people(n, seed)
    y = 100 + 10 * logit + np.random.default_rng(seed + 1).normal(0, 5, n)
    rows = [[*c, f"{one:.2f}"] for c, one in zip(cells, y, strict=True)]
    return write_csv(folder / "cases.csv", [*NAMES, "pressure"], rows)


VALUE = Foreign(
    f"""{HEAD}
value (float[n, 3] x) => (float[n, 1] y)
<{_KNOWN}, float[3, 1] w = {{10, 10, 5}}, float[1] b = {{97}}> {{{_FIX}
    weighed = MatMul(scaled, w)
    y = Add(weighed, b)
}}""",
    TABLE,
    {"kind": "value", "tensor": "y", "unit": "mm[Hg]"},
    ROW,
    ("--target", "pressure"),
    _value,
)


def _values(folder: Path, n: int, seed: int) -> Path:
    cells, logit = draw_people(n, seed)
    rng = np.random.default_rng(seed + 1)
    one, two = 100 + 10 * logit + rng.normal(0, 5, n), 50 - logit + rng.normal(0, 1, n)
    rows = [
        [*c, f"{a:.2f}", f"{b:.2f}" if i % 9 else ""]
        for i, (c, a, b) in enumerate(zip(cells, one, two, strict=True))
    ]
    return write_csv(folder / "cases.csv", [*NAMES, "pressure", "rate"], rows)


VALUES = Foreign(
    f"""{HEAD}
values (float[n, 3] x) => (float[n, 2] y)
<{_KNOWN}, float[3, 2] w = {{10, -1, 10, -1, 5, -0.5}}, float[2] b = {{97, 50.3}}> {{{_FIX}
    weighed = MatMul(scaled, w)
    y = Add(weighed, b)
}}""",
    TABLE,
    {
        "kind": "values",
        "tensor": "y",
        "values": [
            {"name": name, "unit": "1", "description": "Invented."} for name in ("pressure", "rate")
        ],
    },
    ROW,
    (),
    _values,
)


def draw_survival(n: int, seed: int) -> tuple[list[list[object]], Floats, NDArray[np.bool_]]:
    """People, whole days of follow-up, and who died."""
    cells, logit = draw_people(n, seed)
    rng = np.random.default_rng(seed + 1)
    died = rng.exponential(900 / np.exp(0.5 * logit))
    left = rng.uniform(200, 3000, n)
    return cells, np.ceil(np.minimum(died, left)), died <= left


def _survival(folder: Path, n: int, seed: int) -> Path:
    cells, days, died = draw_survival(n, seed)
    rows = [[*c, int(d), int(e)] for c, d, e in zip(cells, days, died, strict=True)]
    return write_csv(folder / "cases.csv", [*NAMES, "days", "died"], rows)


_CURVE = f"""float[1, 8] grid = {{{", ".join(str(day) for day in DAYS)}}}, float rate = {{-900}}"""
SURVIVAL = Foreign(
    f"""{HEAD}
survival (float[n, 3] x) => (float[n, 8] alive)
<{_KNOWN}, float[3, 1] w = {{0.5, 0.5, 0.25}}, float[1] b = {{-0.15}}, {_CURVE}> {{{_FIX}
    weighed = MatMul(scaled, w)
    risk = Add(weighed, b)
    faster = Exp(risk)
    passed = Div(grid, rate)
    hazard = MatMul(faster, passed)
    alive = Exp(hazard)
}}""",
    TABLE,
    {"kind": "survival", "tensor": "alive", "time_days": DAYS, "horizon_days": [365, 1095]},
    ROW,
    ("--time", "days", "--event", "died"),
    _survival,
)


def _series(folder: Path, n: int, seed: int) -> Path:
    rng, rows = np.random.default_rng(seed), list[list[object]]()
    for i in range(n):
        base = rng.normal(0, 2)
        y = base + rng.normal(0, 1)
        for day in range(int(rng.integers(2, 5))):
            rows.append([f"h{i}", day, round(base, 3), f"{y:.3f}" if day == 0 else ""])
    return write_csv(folder / "cases.csv", ["id", "day", "level", "later"], rows)


SERIES = Foreign(
    f"""{HEAD}
series (float[n, rows, 2] h) => (float[n, 1] y)
<float zero = {{0}}, int64[1] axis = {{1}}, float[2, 4] w = {{0, 0, 0, 0, 1, -1, 0.5, 2}},
 float[4, 1] v = {{1, 0, 0, 0}}> {{
    lost = IsNaN(h)
    filled = Where(lost, zero, h)
    known = Not(lost)
    counted = Cast<to = 1>(known)
    sums = ReduceSum<keepdims = 0>(filled, axis)
    count = ReduceSum<keepdims = 0>(counted, axis)
    mean = Div(sums, count)
    hidden = MatMul(mean, w)
    y = MatMul(hidden, v)
}}""",
    {
        "kind": "series",
        "tensor": "h",
        "field": "history",
        "features": [number("day", 0, 100, "d"), number("level")],
        "max_rows": 20,
    },
    {"kind": "value", "tensor": "y", "unit": "1"},
    {"history": [{"day": 0, "level": 1.0}, {"day": 2, "level": 1.5}]},
    ("--target", "later"),
    _series,
)


def draw_picture(rng: np.random.Generator, bright: float) -> NDArray[np.uint8]:
    """Shades around a brightness, with a darker half."""
    shades = rng.normal(bright, 25, (SIDE, SIDE))
    shades[:, : SIDE // 2] -= 30
    return shades.clip(0, 255).astype(np.uint8)


def write_png(shades: NDArray[np.uint8]) -> bytes:
    """A grey picture."""
    file = io.BytesIO()
    PIL.Image.fromarray(shades).save(file, "PNG")
    return file.getvalue()


_PICTURE: Json = {"kind": "image", "tensor": "pixels", "height": SIDE, "width": SIDE, "mode": "L"}
_SHOWN = {
    "image": base64.b64encode(write_png(draw_picture(np.random.default_rng(0), 130))).decode()
}


def _image(folder: Path, n: int, seed: int) -> Path:
    rng, rows = np.random.default_rng(seed), list[list[object]]()
    (folder / "pictures").mkdir(exist_ok=True)
    for i in range(n):
        bright = rng.uniform(90, 170)
        (folder / "pictures" / f"{i}.png").write_bytes(write_png(draw_picture(rng, bright)))
        lit = rng.random() < _sigmoid(np.array((bright - 130) / 12))
        rows.append([f"pictures/{i}.png", "bright" if lit else "dark"])
    write_csv(folder / "cases.csv", ["key", "kind"], rows)
    return folder


IMAGE = Foreign(
    f"""{HEAD}
image (uint8[n, 16, 16, 1] pixels) => (float[n, 2] p)
<int64[2] flat = {{0, 256}}, int64[1] axis = {{1}}, float middle = {{115}}, float wide = {{12}},
 float[1, 3] v = {{1, 0.5, -1}}, float[3, 2] w = {{0, 1, 0, 0, 0, 0}}> {{
    shades = Cast<to = 1>(pixels)
    line = Reshape(shades, flat)
    mean = ReduceMean<keepdims = 1>(line, axis)
    moved = Sub(mean, middle)
    scaled = Div(moved, wide)
    hidden = MatMul(scaled, v)
    logits = MatMul(hidden, w)
    p = Softmax<axis = -1>(logits)
}}""",
    _PICTURE,
    {"kind": "classes", "tensor": "p", "labels": ["dark", "bright"]},
    _SHOWN,
    ("--target", "kind"),
    _image,
)


def _mask(folder: Path, n: int, seed: int) -> Path:
    rng, rows = np.random.default_rng(seed), list[list[object]]()
    for i in range(n):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        top, left, size = rng.integers(0, 10), rng.integers(0, 10), rng.integers(3, 6)
        mask[top : top + size, left : left + size] = 255
        shades = (60 + 90.0 * (mask > 0) + rng.normal(0, 15, mask.shape)).clip(0, 255)
        (folder / f"{i}.png").write_bytes(write_png(shades.astype(np.uint8)))
        (folder / f"{i}_mask.png").write_bytes(write_png(mask))
        rows.append([f"{i}.png", f"{i}_mask.png"])
    write_csv(folder / "cases.csv", ["key", "truth"], rows)
    return folder


MASK = Foreign(
    f"""{HEAD}
mask (uint8[n, 16, 16, 1] pixels) => (float[n, 2, 16, 16] p)
<int64[4] shape = {{0, 1, 16, 16}}, float middle = {{105}}, float wide = {{8}},
 float one = {{1}}> {{
    shades = Cast<to = 1>(pixels)
    plane = Reshape(shades, shape)
    moved = Sub(plane, middle)
    scaled = Div(moved, wide)
    found = Sigmoid(scaled)
    rest = Sub(one, found)
    p = Concat<axis = 1>(rest, found)
}}""",
    _PICTURE,
    {
        "kind": "mask",
        "tensor": "p",
        "labels": ["ground", "spot"],
        "background": "ground",
        "height": SIDE,
        "width": SIDE,
    },
    _SHOWN,
    ("--target", "truth"),
    _mask,
)


def _line(folder: Path, n: int, seed: int) -> Path:
    rng, rows = np.random.default_rng(seed), list[list[object]]()
    for _ in range(n):
        text = "".join(rng.choice([*LETTERS], int(rng.integers(3, 12))))
        y = sum(LETTERS.index(letter) + 1 for letter in text) + rng.normal(0, 2)
        rows.append([text, round(y, 3)])
    return write_csv(folder / "cases.csv", ["code", "sum"], rows)


LINE = Foreign(
    f"""{HEAD}
line (int64[n, 12] codes) => (float[n, 1] y)
<int64[1] axis = {{1}}, float[1, 3] w = {{1, 0.5, -1}}, float[3, 1] v = {{1, 0, 0}}> {{
    numbers = Cast<to = 1>(codes)
    sum = ReduceSum<keepdims = 1>(numbers, axis)
    hidden = MatMul(sum, w)
    y = MatMul(hidden, v)
}}""",
    {
        "kind": "text",
        "tensor": "codes",
        "field": "code",
        "description": "Letters.",
        "alphabet": [*LETTERS],
        "max_length": 12,
    },
    {"kind": "value", "tensor": "y", "unit": "1"},
    {"code": "abc"},
    ("--target", "sum"),
    _line,
)


def _parts(folder: Path, n: int, seed: int) -> Path:
    cells, days, died = draw_survival(n, seed)
    rng, rows = np.random.default_rng(seed + 3), list[list[object]]()
    for i, (c, d, e) in enumerate(zip(cells, days, died, strict=True)):
        (folder / f"{i}.png").write_bytes(write_png(draw_picture(rng, 130)))
        rows.append([f"{i}.png", *c, int(d), int(e)])
    header = ["scan.key", *(f"patient.{name}" for name in NAMES), "days", "died"]
    write_csv(folder / "cases.csv", header, rows)
    return folder


PARTS = Foreign(
    f"""{HEAD}
parts (uint8[n, 16, 16, 1] pixels, float[n, 3] x) => (float[n, 8] alive)
<{_KNOWN}, float[3, 1] w = {{0.5, 0.5, 0.25}}, float[1] b = {{-0.15}}, {_CURVE},
 int64[2] flat = {{0, 256}}, int64[1] axis = {{1}}, float little = {{0.0001}}> {{{_FIX}
    weighed = MatMul(scaled, w)
    base = Add(weighed, b)
    shades = Cast<to = 1>(pixels)
    line = Reshape(shades, flat)
    mean = ReduceMean<keepdims = 1>(line, axis)
    seen = Mul(mean, little)
    risk = Add(base, seen)
    faster = Exp(risk)
    passed = Div(grid, rate)
    hazard = MatMul(faster, passed)
    alive = Exp(hazard)
}}""",
    {
        "kind": "parts",
        "parts": [{"name": "scan", "input": _PICTURE}, {"name": "patient", "input": TABLE}],
    },
    SURVIVAL.output,
    {"scan": _SHOWN, "patient": ROW},
    ("--time", "days", "--event", "died"),
    _parts,
)


def _waveform(folder: Path, n: int, seed: int) -> Path:
    rng, rows = np.random.default_rng(seed), list[list[object]]()
    (folder / "recordings").mkdir(exist_ok=True)
    for i in range(n):
        high = rng.uniform(0.2, 1.5)
        times = np.arange(RATE * SECONDS) / RATE
        lead = high * np.sin(2 * np.pi * 3 * times) + rng.normal(0, 0.05, len(times))
        path = folder / "recordings" / f"{i}.csv"
        write_csv(path, ["II"], [[f"{one:.3f}"] for one in lead])
        rows.append([f"recordings/{i}.csv", int(rng.random() < _sigmoid(np.array(4 * high - 3)))])
    write_csv(folder / "cases.csv", ["key", "tall"], rows)
    return folder


def _beats(folder: Path, n: int, seed: int) -> Path:
    rng, path = np.random.default_rng(seed), folder / "cases.jsonl"
    lines = []
    for i in range(n):
        heights = rng.normal(0, 2, 6)
        called = np.where(rng.random(6) < _sigmoid(2 * heights), "odd", "normal")
        beats = [{"day": j, "level": round(float(height), 3)} for j, height in enumerate(heights)]
        said = [None if rng.random() < 0.1 else str(one) for one in called]
        lines.append(json.dumps({"id": f"r{i}", "history": beats, "kinds": said}))
    path.write_text("\n".join(lines))
    return path


ANNOTATIONS = Foreign(
    f"""{HEAD}
beats (float[n, steps, 2] h) => (float[n, steps, 2] kinds, float[n, steps] seconds)
<int64[1] one = {{1}}, int64[1] zero = {{0}}, int64[1] two = {{2}},
 float[1, 2] w = {{-1, 1}}> {{
    level = Slice(h, one, two, two)
    logits = MatMul(level, w)
    kinds = Softmax<axis = -1>(logits)
    first = Slice(h, zero, one, two)
    seconds = Squeeze(first, two)
}}""",
    SERIES.spec,
    {
        "kind": "annotations",
        "tensor": "kinds",
        "labels": ["normal", "odd"],
        "background": "normal",
        "time": {"kind": "beats", "time_tensor": "seconds"},
        "undecided_below": 0.5,
    },
    SERIES.instance,
    ("--target", "kinds"),
    _beats,
)

KINDS = {
    "tabular, classes": CLASSES,
    "tabular, labels": LABELS,
    "tabular, value": VALUE,
    "tabular, values": VALUES,
    "tabular, survival": SURVIVAL,
    "series, value": SERIES,
    "image, classes": IMAGE,
    "image, mask": MASK,
    "text, value": LINE,
    "parts, survival": PARTS,
    "series, annotations": ANNOTATIONS,
}
