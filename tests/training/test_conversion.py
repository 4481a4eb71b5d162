"""`medmaas_training.export.export`: a fitted model joins the catalogue, or is told why not."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas_training.errors import TrainingError
from medmaas_training.export import export
from tests.conftest import ROOT

DRAFT: dict[str, Any] = yaml.safe_load((ROOT / "docs/own-model.yaml").read_text())
NAMES = [feature["name"] for feature in DRAFT["input"]["features"]]
X, Y = load_breast_cancer(return_X_y=True)
X = X[:, :10]
CLASSIFIER = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "draft.yaml"
    path.write_text(yaml.safe_dump(copy.deepcopy(DRAFT) | changes))
    return path


def test_every_row_is_compared_and_none_is_kept(tmp_path: Path) -> None:
    folder = export(CLASSIFIER, X, write(tmp_path), out=tmp_path / "models")
    assert folder == tmp_path / "models/fna_means/1.0.0"
    model = Registry(tmp_path / "models").get("fna_means")
    parity = model.manifest.parity
    assert parity is not None
    assert (parity.rows, parity.rows_of) == (569, "the rows given to the export")
    row = dict(zip(NAMES, X[0].tolist(), strict=True))
    (prediction,) = predict(model, [row])
    assert prediction["output"]["probabilities"]["malignant"] == pytest.approx(
        CLASSIFIER.predict_proba(X[:1])[0, 0], abs=1e-5
    )


def test_a_regressor_of_large_values_says_so_by_its_tolerance(tmp_path: Path) -> None:
    rows, progress = load_diabetes(return_X_y=True, scaled=False)
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(rows, progress)
    features = [
        feature | {"hard_range": {"low": -1000, "high": 1000}}
        for feature in DRAFT["input"]["features"]
    ]
    instance = dict(zip(NAMES, np.round(rows.mean(axis=0)).tolist(), strict=True))
    changes = {
        "input": DRAFT["input"] | {"features": features},
        "output": {"kind": "value", "tensor": "variable", "unit": "1"},
        "golden": {"cases": [{"instance": instance}]},
    }
    with pytest.raises(TrainingError, match="more than 1e-05"):
        export(model, rows, write(tmp_path, **changes), out=tmp_path / "models")
    assert not (tmp_path / "models").exists()
    changes["golden"]["tolerance"] = 0.001
    export(model, rows, write(tmp_path, **changes), out=tmp_path / "models")
    (prediction,) = predict(Registry(tmp_path / "models").get("fna_means"), [instance])
    expected = model.predict([list(instance.values())])[0]
    assert prediction["output"]["value"] == pytest.approx(expected, abs=1e-3)


def test_a_pipeline_fitted_on_a_data_frame_is_asked_by_its_names(tmp_path: Path) -> None:
    frame = pd.DataFrame(X, columns=NAMES)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, Y)
    assert export(model, frame, write(tmp_path), out=tmp_path / "models").is_dir()


def test_columns_are_found_by_name_whatever_their_order(tmp_path: Path) -> None:
    frame = pd.DataFrame(X, columns=NAMES)
    mixed = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame[NAMES[::-1]], Y)
    with pytest.raises(
        TrainingError, match=r"input\.features must be in the order of the model: f.*DataFrame"
    ):
        export(mixed, X, write(tmp_path), out=tmp_path / "models")
    export(mixed, frame[[*NAMES[3:], *NAMES[:3]]], write(tmp_path), out=tmp_path / "models")
    (prediction,) = predict(
        Registry(tmp_path / "models").get("fna_means"),
        [dict(zip(NAMES, X[0].tolist(), strict=True))],
    )
    expected = mixed.predict_proba(frame[NAMES[::-1]][:1])[0, 0]
    given = prediction["output"]["probabilities"]["malignant"]
    assert given == pytest.approx(expected, abs=1e-5)


def test_a_module_that_reads_series_of_any_length(tmp_path: Path) -> None:
    class Latest(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            known = torch.where(torch.isnan(x), -1e9, x)
            return known.amax(dim=1)[:, 1]

    features = copy.deepcopy(DRAFT["input"]["features"][:2])
    features[1]["missing"] = "passed by"
    series = {"kind": "series", "tensor": "h", "field": "history", "features": features}
    history = [{"radius": 1, "texture": 3}, {"radius": 2, "texture": 5}, {"radius": 3}]
    changes = {
        "input": series | {"max_rows": 6},
        "output": {"kind": "value", "tensor": "highest", "unit": "1"},
        "golden": {"cases": [{"instance": {"history": history}}]},
    }
    rows = np.random.default_rng(0).normal(size=(300, 4, 2))
    export(Latest(), rows, write(tmp_path, **changes), out=tmp_path / "models")
    model = Registry(tmp_path / "models").get("fna_means")
    assert model.manifest.parity is not None
    assert model.manifest.parity.rows == 300
    answers = predict(model, [{"history": history}, {"history": history[:1]}])
    assert [answer["output"]["value"] for answer in answers] == [5, 3]


REFUSALS = [
    (make_pipeline(StandardScaler(), LogisticRegression()), X, {}, "the model is not fitted"),
    (KMeans(2, random_state=0), X, {}, "export takes a classifier or regressor of scikit-learn"),
    ("a path", X, {}, "export takes a fitted model of scikit-learn, PyTorch, XGBoost"),
    (
        CLASSIFIER,
        X[:, :9],
        {},
        r"rows is \[569, 9\], the input as stated is \[n, 10\], n at least 2",
    ),
    (CLASSIFIER, X[:1], {}, r"rows is \[1, 10\], the input as stated is \[n, 10\], n at least 2"),
    (CLASSIFIER, [["a"] * 10] * 2, {}, "rows must be numbers"),
    (
        make_pipeline(StandardScaler(), LogisticRegression()).fit(X, np.array(["m", "b"])[Y]),
        X,
        {"output": {"kind": "classes", "tensor": "probabilities", "labels": ["m", "b"]}},
        r"output\.labels must be in the order of the model: b, m",
    ),
    (
        make_pipeline(FunctionTransformer(np.cbrt), LogisticRegression()).fit(X, Y),
        X,
        {},
        "skl2onnx cannot convert this model to ONNX, because FunctionTransformer runs a function",
    ),
    (
        CLASSIFIER,
        X,
        {
            "input": {
                "kind": "text",
                "tensor": "t",
                "field": "t",
                "description": "Text.",
                "alphabet": ["a"],
                "max_length": 10,
            }
        },
        "scikit-learn takes an input of kind tabular, not text",
    ),
    (CLASSIFIER, X, {"title": None, "licence": 7}, "title is missing.*\nlicence must be text"),
]


@pytest.mark.parametrize(("model", "rows", "changes", "sentence"), REFUSALS)
def test_what_cannot_be_exported_is_refused_and_nothing_is_written(
    tmp_path: Path, model: Any, rows: Any, changes: Any, sentence: str
) -> None:
    with pytest.raises(TrainingError, match=sentence):
        export(model, rows, write(tmp_path, **changes), out=tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_module_whose_batch_is_fixed_is_refused(tmp_path: Path) -> None:
    class Fixed(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.softmax(x.reshape(2, 10)[:, :2], dim=1)

    with pytest.raises(TrainingError, match="first dimension is fixed at 2"):
        export(Fixed(), X, write(tmp_path), out=tmp_path / "models")
