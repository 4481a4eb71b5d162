"""Models with several labels and several values, made by code and added as anybody adds theirs.

`chest` is a network as DenseNet is built, for a picture and 14 findings, with random weights: it
knows nothing of chests. `strain` (labels) and `heart` (values) are regressions that were fitted to
invented rows.
"""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from tests.conftest import ROOT
from tests.fhir.records import CREATININE

Json = dict[str, Any]
FINDINGS = (
    *("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema", "Fibrosis"),
    *("Hernia", "Infiltration", "Mass", "Nodule", "Pleural thickening", "Pneumonia"),
    "Pneumothorax",
)
IN_CHINESE = {
    "Findings of a chest X-ray, of random weights": "胸部 X 线征象（随机权重）",
    "Three numbers of a heart": "心脏的三个数值",
    "Three findings of two results": "两项检验结果的三项征象",
    **dict(
        zip(
            FINDINGS,
            (
                *("肺不张", "心脏增大", "实变", "水肿", "胸腔积液", "肺气肿", "纤维化", "疝"),
                *("浸润", "肿块", "结节", "胸膜增厚", "肺炎", "气胸"),
            ),
            strict=True,
        )
    ),
    "ejection_fraction": "射血分数",
    "extrasystoles": "期前收缩次数",
    "axis": "电轴",
}
GLUCOSE = "2345-7"
SIZE = 64
THRESHOLDS = "Chosen by hand for tests; nobody was measured."
HEART: list[Json] = [
    {
        "name": "ejection_fraction",
        "unit": "%",
        "description": "Of the left ventricle.",
        "low": 5,
        "high": 90,
    },
    {
        "name": "extrasystoles",
        "unit": "/h",
        "description": "Premature beats in an hour.",
        "measures": "count",
    },
    {
        "name": "axis",
        "unit": "deg",
        "description": "Of the QRS in the frontal plane.",
        "measures": "angle",
        "period": 360,
        "low": -180,
    },
]


def draw_picture(seed: int = 0) -> str:
    """A grey PNG in base64, drawn by chance."""
    shades = np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE), np.uint8)
    file = BytesIO()
    Image.fromarray(shades).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def add_chest(models: Path) -> None:
    """A picture and 14 findings; the weights are random."""
    import torch  # noqa: PLC0415 - takes seconds, and few tests need it

    torch.manual_seed(0)

    class Dense(torch.nn.Module):
        """Each layer sees the pictures of all before it (Huang et al. 2017)."""

        def __init__(self, channels: int, layers: int, growth: int = 8) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleList(
                torch.nn.Sequential(
                    torch.nn.BatchNorm2d(channels + growth * i),
                    torch.nn.ReLU(),
                    torch.nn.Conv2d(channels + growth * i, growth, 3, padding=1),
                )
                for i in range(layers)
            )

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = torch.cat([x, layer(x)], 1)
            return x

    class Chest(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = torch.nn.Sequential(
                torch.nn.Conv2d(1, 8, 7, stride=2, padding=3),
                Dense(8, 3),
                torch.nn.Conv2d(32, 16, 1),
                torch.nn.AvgPool2d(2),
                Dense(16, 3),
                torch.nn.AdaptiveAvgPool2d(1),
                torch.nn.Flatten(),
                torch.nn.Linear(40, len(FINDINGS)),
            )

        def forward(self, x: Any) -> Any:
            return torch.sigmoid(self.body((x.float() - 127) / 64))

    rows = np.random.default_rng(1).integers(0, 256, (4, 1, SIZE, SIZE), np.uint8)
    draft = {
        "id": "chest",
        "title": "Findings of a chest X-ray, of random weights",
        "input": {
            "kind": "image",
            "tensor": "image",
            "height": SIZE,
            "width": SIZE,
            "mode": "L",
            "layout": "NCHW",
            "dicom": {"modalities": ["DX", "CR"]},
        },
        "output": {
            "kind": "labels",
            "tensor": "findings",
            "labels": [
                {"name": name, "threshold": 0.45 + 0.01 * i} for i, name in enumerate(FINDINGS)
            ],
            "thresholds": THRESHOLDS,
        },
        "golden": {"cases": [{"instance": {"image": draw_picture()}}]},
        "uncertainty": {
            "method": "Stated by hand for tests.",
            "calibrated_on": "nobody",
            "intervals": {
                "kind": "labels",
                "levels": [
                    {"coverage": 0.9, "quantiles": [*[0.53] * 14, *[0.5] * 14]},
                    {"coverage": 0.8, "quantiles": [*[0.5] * 14, *[0.45] * 14]},
                ],
                "cases": [*[{"present": 60, "absent": 900}] * 13, {"present": 3, "absent": 900}],
            },
        },
        "examples": [{"title": "Noise", "instance": {"image": draw_picture(3)}}],
    }
    _export(Chest(), rows, draft, models)


def add_strain(models: Path) -> None:
    """Two results of a laboratory and three findings, several of which may be so."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above
    from sklearn.multiclass import OneVsRestClassifier  # noqa: PLC0415

    rows, draw = _draw_results()
    chances = np.column_stack([rows[:, 0] - 2, rows[:, 1] / 40 - 4, 3 - rows[:, 0]])
    y = draw.random(chances.shape) < 1 / (1 + np.exp(-chances))
    labels = (("Kidney", 0.5), ("Sugar", 0.4), ("Rest", 0.9))
    draft = {
        "id": "strain",
        "title": "Three findings of two results",
        "output": {
            "kind": "labels",
            "tensor": "probabilities",
            "labels": [{"name": name, "threshold": threshold} for name, threshold in labels],
            "thresholds": THRESHOLDS,
        },
        "uncertainty": {
            "method": "Stated by hand for tests.",
            "calibrated_on": "nobody",
            "intervals": {
                "kind": "labels",
                "levels": [{"coverage": 0.9, "quantiles": [*[0.6] * 3, *[0.3] * 3]}],
                "cases": [*[{"present": 90, "absent": 90}] * 2, {"present": 90, "absent": 4}],
            },
        },
    }
    _export(
        OneVsRestClassifier(LogisticRegression()).fit(rows, y), rows, _of_results(draft), models
    )


def add_heart(models: Path) -> None:
    """Two results of a laboratory and three numbers."""
    from sklearn.linear_model import LinearRegression  # noqa: PLC0415 - as above

    rows, draw = _draw_results()
    y = np.column_stack([70 - 5 * rows[:, 0], 4 * rows[:, 0], rows[:, 1]])
    y += draw.normal(0, 1, y.shape)
    draft = {
        "id": "heart",
        "title": "Three numbers of a heart",
        "output": {"kind": "values", "tensor": "variable", "values": HEART},
        "uncertainty": {
            "method": "Stated by hand for tests.",
            "calibrated_on": "nobody",
            "intervals": {
                "kind": "values",
                "levels": [
                    {"coverage": 0.9, "quantiles": [8, 1.7, 20]},
                    {"coverage": 0.8, "quantiles": [6, 1.2, 15]},
                ],
            },
        },
    }
    _export(LinearRegression().fit(rows, y), rows, _of_results(draft), models)


def add_molecules(models: Path, kind: str) -> None:
    """Lines of SMILES and two labels or two values; the weights are random."""
    import torch  # noqa: PLC0415 - as above

    torch.manual_seed(0)
    (shipped,) = (ROOT / "models" / "solubility").iterdir()
    told = json.loads((shipped / "manifest.json").read_text("utf-8"))["input"]

    class Toxic(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = torch.nn.Embedding(len(told["alphabet"]) + 1, 2)

        def forward(self, x: Any) -> Any:
            sums = self.embed(x).mean(1) * 9
            return torch.sigmoid(sums) if kind == "labels" else sums

    labels = [{"name": "liver", "threshold": 0.5}, {"name": "heart", "threshold": 0.2}]
    values = [{"name": name, "unit": "1", "description": "Nothing."} for name in ("one", "two")]
    stated = (
        {"labels": labels, "thresholds": THRESHOLDS} if kind == "labels" else {"values": values}
    )
    rows = np.random.default_rng(0).integers(1, 9, (4, told["max_length"]))
    draft = {
        "id": f"tox_{kind}",
        "title": "Two numbers of a molecule, of random weights",
        "input": told,
        "output": {"kind": kind, "tensor": "given", **stated},
        "golden": {"cases": [{"instance": {told["field"]: "CCO"}}]},
    }
    _export(Toxic(), rows, draft, models)


def _draw_results() -> tuple[Any, np.random.Generator]:
    draw = np.random.default_rng(0)
    rows = np.column_stack([draw.uniform(0.5, 6, 400), draw.uniform(60, 300, 400)])
    return rows.astype(np.float32).astype(float), draw


def _of_results(draft: Json) -> Json:
    """The draft of a model that reads two results of a record."""
    results = (("creatinine", CREATININE, 0.1, 20), ("glucose", GLUCOSE, 20, 1000))
    features = [
        {
            "type": "number",
            "name": name,
            "description": "In serum.",
            "unit": "mg/dL",
            "loinc": [loinc],
            "hard_range": {"low": low, "high": high},
            "training_range": {"low": low, "high": high},
            "source": {"kind": "observation", "oldest_days": 30},
        }
        for name, loinc, low, high in results
    ]
    cases = [{"instance": {"creatinine": 1.5, "glucose": glucose}} for glucose in (100, 190)]
    return draft | {
        "input": {"kind": "tabular", "tensor": "features", "features": features},
        "golden": {"tolerance": 1e-3, "cases": cases},
        "examples": [{"title": "Invented", "instance": cases[1]["instance"]}],
        "cds_service": {"hooks": ["patient-view"]},
    }


def _export(model: object, rows: Any, draft: Json, models: Path) -> None:
    from medmaas_training.export import export  # noqa: PLC0415 - takes seconds

    told = yaml.safe_load((ROOT / "docs" / "own-model.yaml").read_text("utf-8"))
    whole = told | {"uncertainty": None} | draft | {"version": "1.0.0"}
    whole["card"] = told["card"] | {"population": "Nobody: made for tests."}
    text = yaml.safe_dump(whole, allow_unicode=True)
    said = {name: words for name, words in IN_CHINESE.items() if f"{name}\n" in f"{text}\n"}
    path = models / "draft.yaml"
    models.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(whole | {"translations": {"zh": said}}, allow_unicode=True))
    export(model, rows, path, out=models)
    path.unlink()
