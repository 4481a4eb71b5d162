"""Small models of several inputs; their weights are random, by a seed, and mean nothing."""

import base64
import copy
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import yaml

from tests.conftest import ROOT

Json = dict[str, Any]
LABELS = ["ill", "well"]
SIDE = 16
MODELS_OF_PARTS = ("scan_patient", "maybe_scan", "history_patient", "note_patient")
DRAFT: Json = yaml.safe_load((ROOT / "docs/own-model.yaml").read_text())


def number(name: str, low: float, high: float, **more: Any) -> Json:
    limits = {"low": low, "high": high}
    wide = {"low": 0, "high": 10 * high}
    own = {"name": name, "type": "number", "unit": "1", "description": f"The {name}."}
    return own | {"hard_range": wide, "training_range": limits} | more


AGE = number("age", 18, 95, unit="a", hard_range={"low": 0, "high": 120},
             source={"kind": "patient", "element": "birthDate"})  # fmt: skip
SEX: Json = {
    "name": "sex",
    "type": "choice",
    "description": "Sex in the record.",
    "choices": ["F", "M"],
    "source": {
        "kind": "patient",
        "element": "gender",
        "choices": {"female": "F", "male": "M"},
    },
}
CRP = number("crp", 0, 300, unit="mg/L", missing="the graph takes 5 mg/L")
PATIENT: Json = {"kind": "tabular", "tensor": "patient", "features": [AGE, SEX]}
SCAN: Json = {"kind": "image", "tensor": "scan", "height": SIDE, "width": SIDE, "mode": "L",
              "description": "The picture: a PNG or JPEG file in base64."}  # fmt: skip
CREATININE = number(
    "creatinine", 0.1, 12, unit="mg/dL", missing="the graph carries it forward",
    loinc=["2160-0"], source={"kind": "observation", "oldest_days": 30},
)  # fmt: skip
HISTORY: Json = {
    "kind": "series",
    "tensor": "history",
    "field": "rows",
    "max_rows": 40,
    "features": [
        number("day", -30, 0, unit="d", hard_range={"low": -60, "high": 0}),
        CREATININE,
    ],
}
NOTE: Json = {
    "kind": "text",
    "tensor": "note",
    "field": "line",
    "description": "A line of letters.",
    "alphabet": list("abcde "),
    "max_length": 12,
}
INPUTS: dict[str, list[Json]] = {
    "scan_patient": [
        {"name": "scan", "input": SCAN},
        {
            "name": "patient",
            "input": PATIENT | {"features": [AGE, SEX, CRP]},
            "missing": "the graph takes the mean patient",
        },
    ],
    "maybe_scan": [
        {
            "name": "scan",
            "input": SCAN,
            "missing": "the graph leaves the picture out",
            "present_tensor": "scan_present",
        },
        {"name": "patient", "input": PATIENT},
    ],
    "history_patient": [
        {"name": "history", "input": HISTORY},
        {"name": "patient", "input": PATIENT},
    ],
    "note_patient": [
        {"name": "note", "input": NOTE},
        {"name": "patient", "input": PATIENT, "missing": "the graph takes the mean patient"},
    ],
}


def draw_scan(seed: int, side: int = SIDE) -> str:
    """A grey PNG in base64."""
    shades = np.random.default_rng(seed).integers(0, 256, (side, side)).astype(np.uint8)
    file = BytesIO()
    PIL.Image.fromarray(shades).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


OLD: Json = {"age": 70, "sex": "M"}
YOUNG: Json = {"age": 31, "sex": "F"}
ROWS: list[Json] = [{"day": -9, "creatinine": 1.1}, {"day": -2, "creatinine": 2.4}]
CASES: dict[str, list[Json]] = {
    "scan_patient": [
        {"scan": {"image": draw_scan(1)}, "patient": OLD | {"crp": 12}},
        {"scan": {"image": draw_scan(2)}, "patient": YOUNG},
        {"scan": {"image": draw_scan(3)}},
    ],
    "maybe_scan": [
        {"scan": {"image": draw_scan(1)}, "patient": OLD},
        {"patient": YOUNG},
    ],
    "history_patient": [
        {"history": {"rows": ROWS}, "patient": OLD},
        {"history": {"rows": ROWS[:1]}, "patient": YOUNG},
    ],
    "note_patient": [
        {"note": {"line": "abba cde"}, "patient": OLD},
        {"note": {"line": "dead"}},
    ],
}


def write_draft(name: str) -> Json:
    """What `medmaas add` and `export` take of a model."""
    draft = copy.deepcopy(DRAFT)
    draft |= {"id": name, "title": f"Random weights: {name.replace('_', ' and ')}"}
    draft["input"] = {"kind": "parts", "parts": INPUTS[name]}
    draft["output"] = {"kind": "classes", "tensor": "probabilities", "labels": LABELS}
    draft["golden"]["cases"] = [{"instance": case} for case in CASES[name]]
    if name == "history_patient":
        draft["cds_service"] = {"hooks": ["patient-view"]}
    draft["examples"] = [
        {"title": f"Case {i}", "instance": case} for i, case in enumerate(CASES[name], start=1)
    ]
    return draft


def make_module(name: str) -> Any:  # noqa: C901 - four small networks
    """The network of a model."""
    import torch  # noqa: PLC0415 - takes seconds
    from torch import nn  # noqa: PLC0415

    torch.manual_seed(7)
    columns = {"scan_patient": 3}.get(name, 2)
    means = torch.tensor([60.0, 0.5, 5.0][:columns])

    class Table(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = nn.Linear(columns, 8)

        def forward(self, rows: Any) -> Any:
            known = torch.where(torch.isnan(rows), means, rows)
            return self.last(known / torch.tensor([40.0, 1.0, 50.0][:columns]))

    class Scan(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.last = nn.Conv2d(1, 4, 3, stride=2), nn.Linear(4 * 7 * 7, 8)

        def forward(self, pixels: Any) -> Any:
            shades = pixels.float().permute(0, 3, 1, 2) / 255
            return self.last(torch.relu(self.one(shades)).flatten(1))

    class History(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = nn.Linear(2, 8)

        def forward(self, rows: Any) -> Any:
            known = (~torch.isnan(rows)).float()
            sums = torch.where(torch.isnan(rows), torch.zeros_like(rows), rows).sum(1)
            return self.last(sums / (known.sum(1) + 1))

    class Note(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.codes, self.last = nn.Embedding(7, 4, padding_idx=0), nn.Linear(48, 8)

        def forward(self, codes: Any) -> Any:
            return self.last(self.codes(codes).flatten(1))

    first = {"history_patient": History, "note_patient": Note}.get(name, Scan)

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.table, self.last = first(), Table(), nn.Linear(16, 2)

        def join(self, one: Any, other: Any) -> Any:
            return torch.softmax(self.last(torch.tanh(torch.cat([one, other], 1))), 1)

        def forward(self, one: Any, rows: Any) -> Any:
            return self.join(self.first(one), self.table(rows))

    class Maybe(Both):
        def forward(self, one: Any, present: Any, rows: Any) -> Any:  # type: ignore[override]
            return self.join(self.first(one) * present, self.table(rows))

    return (Maybe if name == "maybe_scan" else Both)()


def make_rows(name: str, count: int = 5) -> dict[str, Any]:
    """Arrays by name of the tensor, on which graph and module are compared."""
    random = np.random.default_rng(0)
    table = np.column_stack([random.uniform(20, 90, count), random.integers(0, 2, count)])
    if name == "scan_patient":
        table = np.column_stack([table, [np.nan, *random.uniform(0, 99, count - 1)]])
    rows: dict[str, Any] = {"patient": table.astype(np.float32)}
    if "scan" in name:
        rows["scan"] = random.integers(0, 256, (count, SIDE, SIDE, 1)).astype(np.uint8)
    if name == "maybe_scan":
        rows["scan_present"] = random.integers(0, 2, (count, 1)).astype(np.float32)
    if name == "history_patient":
        rows["history"] = random.uniform(-9, 9, (count, 6, 2)).astype(np.float32)
    if name == "note_patient":
        rows["note"] = random.integers(0, 7, (count, 12))
    return rows


def export_models(out: Path) -> Path:
    """All of them in a models folder."""
    from medmaas_training.export import export  # noqa: PLC0415 - takes seconds

    for name in MODELS_OF_PARTS:
        draft = out / f"{name}.yaml"
        out.mkdir(parents=True, exist_ok=True)
        draft.write_text(yaml.safe_dump(write_draft(name)))
        export(make_module(name), make_rows(name), str(draft), out=out / "models")
    return out / "models"
