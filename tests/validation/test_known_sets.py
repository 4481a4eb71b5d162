"""Public sets, from a file to a page: models that are not ours, held against how recipes measure.

scikit-survival's Cox on WHAS500, scikit-learn's logistic regression on breast cancer and on digits.
"""

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import onnx.parser
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from pydantic import TypeAdapter
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sksurv.datasets import load_whas500
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from medmaas.api.app import create_app
from medmaas.model.manifest import Input, Output
from medmaas.model.registry import Registry
from medmaas_training.assessment.certainty.uncertainty import learn
from medmaas_training.assessment.splits import Cases, Splits
from medmaas_training.validation.cases import read_cases
from medmaas_training.validation.halves import deal
from medmaas_training.validation.measurer import make_measurer
from medmaas_training.validation.request import read_request
from medmaas_training.validation.subject import Subject
from tests.validation.conftest import join, read
from tests.validation.foreign import HEAD, Foreign, number, write_csv, write_png

pytestmark = pytest.mark.soak

Floats = NDArray[np.float64]
Parts = tuple[Cases, Cases]  # who fitted the model, and who is measured on
Made = tuple[Foreign, Parts]
SIDE = 8
_DAYS = [0, 30, 90, 180, 365, 730, 1096, 1461]


def _list(numbers: Floats) -> str:
    return ", ".join(f"{one:.8g}" for one in np.asarray(numbers, float).ravel())


def _scale(scaler: StandardScaler) -> str:
    k = len(scaler.mean_)
    return (
        f"float[{k}] mean = {{{_list(scaler.mean_)}}}, float[{k}] wide = {{{_list(scaler.scale_)}}}"
    )


def _split(n: int, fitted: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    order = np.random.default_rng(0).permutation(n)
    return order[:fitted], order[fitted:]


def _add_margins(X: Floats, names: list[str]) -> list[dict[str, object]]:
    spans = np.column_stack([X.min(0), X.max(0)])
    return [
        number(name, float(low - 3 * (high - low) - 1), float(high + 3 * (high - low) + 1))
        for name, (low, high) in zip(names, spans, strict=True)
    ]


def make_breast() -> Made:
    """Thirty measures; 169 fit, 400 are measured on."""
    data = load_breast_cancer()
    X, y = data.data, data.target
    names = [name.replace(" ", "_") for name in data.feature_names]
    fit, rest = _split(len(y), 169)
    scaler = StandardScaler().fit(X[fit])
    model = LogisticRegression(C=0.1).fit(scaler.transform(X[fit]), y[fit])
    weights = np.column_stack([0 * model.coef_[0], model.coef_[0]])
    graph = f"""{HEAD}
breast (float[n, 30] x) => (float[n, 2] p)
<{_scale(scaler)}, float[30, 2] w = {{{_list(weights)}}},
 float[2] b = {{0, {model.intercept_[0]:.8g}}}> {{
    moved = Sub(x, mean)
    scaled = Div(moved, wide)
    weighed = MatMul(scaled, w)
    logits = Add(weighed, b)
    p = Softmax<axis = -1>(logits)
}}"""

    def write(folder: Path, _n: int, _seed: int) -> Path:
        rows = [[*X[i].tolist(), data.target_names[y[i]]] for i in rest]
        return write_csv(folder / "cases.csv", [*names, "diagnosis"], rows)

    foreign = Foreign(
        graph,
        {"kind": "tabular", "tensor": "x", "features": _add_margins(X, names)},
        {"kind": "classes", "tensor": "p", "labels": ["malignant", "benign"]},
        dict(zip(names, np.round(X.mean(0), 3).tolist(), strict=True)),
        ("--target", "diagnosis"),
        write,
    )
    given = X.astype(np.float32)
    return foreign, (Cases(given[fit], y[fit]), Cases(given[rest], y[rest]))


def make_whas() -> Made:
    """Fourteen columns; 150 fit, 350 are measured on."""
    table, outcome = load_whas500()
    X = table.astype(float).to_numpy()
    names = [str(name) for name in table.columns]
    fit, rest = _split(len(X), 150)
    scaler = StandardScaler().fit(X[fit])
    model = CoxPHSurvivalAnalysis(alpha=1.0).fit(scaler.transform(X[fit]), outcome[fit])
    hazard = model.cum_baseline_hazard_
    at = np.searchsorted(hazard.x, _DAYS, side="right") - 1
    curve = np.where(at < 0, 0, hazard.y[np.maximum(at, 0)])
    graph = f"""{HEAD}
whas (float[n, {len(names)}] x) => (float[n, 8] alive)
<{_scale(scaler)}, float[{len(names)}, 1] w = {{{_list(model.coef_)}}},
 float[1, 8] falls = {{{_list(-curve)}}}> {{
    moved = Sub(x, mean)
    scaled = Div(moved, wide)
    weighed = MatMul(scaled, w)
    faster = Exp(weighed)
    hazard = MatMul(faster, falls)
    alive = Exp(hazard)
}}"""

    def write(folder: Path, _n: int, _seed: int) -> Path:
        rows = [
            [*X[i].tolist(), outcome["lenfol"][i], "yes" if outcome["fstat"][i] else "no"]
            for i in rest
        ]
        return write_csv(folder / "cases.csv", [*names, "followed_days", "died"], rows)

    foreign = Foreign(
        graph,
        {"kind": "tabular", "tensor": "x", "features": _add_margins(X, names)},
        {"kind": "survival", "tensor": "alive", "time_days": _DAYS, "horizon_days": [365, 1096]},
        dict(zip(names, np.round(X.mean(0), 3).tolist(), strict=True)),
        ("--time", "followed_days", "--event", "died"),
        write,
    )
    happened = Surv.from_arrays(outcome["fstat"], outcome["lenfol"], "event", "time")
    given = X.astype(np.float32)
    parts = Cases(given[fit], happened[fit]), Cases(given[rest], happened[rest])
    return foreign, parts


def make_digits() -> Made:
    """Pictures of 8 x 8; 397 fit, 1,400 are measured on."""
    data = load_digits()
    shades, y = (data.images * 15).astype(np.uint8), data.target
    fit, rest = _split(len(y), 397)
    flat = shades.reshape(len(y), -1) / 240
    model = LogisticRegression(C=0.1, max_iter=2000).fit(flat[fit], y[fit])
    graph = f"""{HEAD}
digits (uint8[n, 8, 8, 1] pixels) => (float[n, 10] p)
<int64[2] shape = {{0, 64}}, float most = {{240}}, float[64, 10] w = {{{_list(model.coef_.T)}}},
 float[10] b = {{{_list(model.intercept_)}}}> {{
    line = Cast<to = 1>(pixels)
    flat = Reshape(line, shape)
    scaled = Div(flat, most)
    weighed = MatMul(scaled, w)
    logits = Add(weighed, b)
    p = Softmax<axis = -1>(logits)
}}"""

    def write(folder: Path, _n: int, _seed: int) -> Path:
        for i in rest:
            (folder / f"{i}.png").write_bytes(write_png(shades[i]))
        write_csv(folder / "cases.csv", ["key", "digit"], [[f"{i}.png", y[i]] for i in rest])
        return folder

    foreign = Foreign(
        graph,
        {"kind": "image", "tensor": "pixels", "height": SIDE, "width": SIDE, "mode": "L"},
        {"kind": "classes", "tensor": "p", "labels": [str(one) for one in range(10)]},
        {"image": base64.b64encode(write_png(shades[fit[0]])).decode()},
        ("--target", "digit"),
        write,
    )
    given = shades[..., None]
    return foreign, (Cases(given[fit], y[fit]), Cases(given[rest], y[rest]))


SETS: dict[str, Callable[[], Made]] = {
    "breast cancer": make_breast,
    "WHAS500": make_whas,
    "digits": make_digits,
}


@pytest.mark.parametrize("name", SETS)
def test_from_a_file_to_a_page_within_two_minutes(name: str, tmp_path: Path) -> None:
    foreign, _ = SETS[name]()
    (tmp_path / "data").mkdir()
    started = monotonic()
    models = join(foreign, tmp_path, foreign.write(tmp_path / "data", 0, 0))
    assert monotonic() - started < 120
    manifest = read(models)
    assert manifest["uncertainty"]["intervals"]
    assert manifest["uncertainty"]["distance"]
    client = TestClient(create_app(Registry(models)))
    asked = {"instances": [foreign.instance], "force": True}
    (prediction,) = client.post("/models/foreign/predict", json=asked).json()["predictions"]
    assert prediction["interval"]
    page = client.get("/models/foreign").json()
    assert page["card"]["metrics"]


def find_coverage(foreign: Foreign, splits: Splits, seed: int) -> float:
    graph = onnx.parser.parse_model(foreign.graph)
    spec = TypeAdapter(Input).validate_python(foreign.spec)
    output = TypeAdapter(Output).validate_python(foreign.output)
    point = learn(graph, spec, output, splits, seed=seed).coverage[0].points[0]
    assert (point.coverage, point.group) == (0.9, "all")
    return point.held.value


@pytest.mark.parametrize("name", SETS)
def test_coverage_is_that_of_the_same_model_measured_as_recipes_do(
    name: str, tmp_path: Path
) -> None:
    """The same halves, ten times drawn; ours never see who fitted the model."""
    foreign, (fitted, rest) = SETS[name]()
    data = foreign.write(tmp_path, 0, 0)
    graph = onnx.parser.parse_model(foreign.graph)
    spec = TypeAdapter(Input).validate_python(foreign.spec)
    output = TypeAdapter(Output).validate_python(foreign.output)
    subject = Subject(graph, spec, output, [foreign.instance], {})
    named = dict(zip(foreign.options[::2], foreign.options[1::2], strict=True))
    targets = [value for key, value in named.items() if key == "--target"]
    parsed = {key.removeprefix("--"): value for key, value in named.items()}
    request = read_request({"data": data, **parsed, "target": targets})
    assert request
    found = read_cases(subject, request)
    assert np.array_equal(found.cases.outcome, rest.outcome)
    theirs, ours = [], []
    for seed in range(10):
        measurer = make_measurer(graph, spec, output, found, replace(request, seed=seed))
        hand = deal(found.together, found.reader.stratify(rest.outcome), 2, seed)
        halved = replace(measurer.naming, is_halved=True)
        one, other = (Cases(rest.rows[hand == i], rest.outcome[hand == i]) for i in (0, 1))
        theirs.append(find_coverage(foreign, Splits(fitted, one, other), seed))
        splits = replace(measurer, hand=hand, naming=halved).splits
        ours.append(find_coverage(foreign, splits, seed))
    assert abs(np.mean(theirs) - np.mean(ours)) <= 0.02, (theirs, ours)
    assert np.mean(ours) >= 0.88
