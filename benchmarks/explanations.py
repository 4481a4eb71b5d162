"""Explained answers: nine features exactly, thirty by sampling, a picture.

The nine features are a multilayer perceptron's of scikit-learn, fitted to the first nine columns of
the Wisconsin data: a table of that width, with a dozen background centres. An explained answer goes
through the handler, as a plain one does; shap's permutation explainer gets the same session and the
same background, and as many permutations as bring it within half a point of the exact values,
which is still further off than ours. Medians of 5 turns.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shap
from mangum import Mangum
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.graph import REGISTRY
from benchmarks.handler import discarding_log, prepare_call
from benchmarks.measurement import Measurement, NotMeasuredError
from benchmarks.request import make_event
from benchmarks.timing import time_in_turns
from medmaas.api.app import create_app, handler
from medmaas.model.explanation.background import make_background, make_game
from medmaas.model.explanation.budget import Budget
from medmaas.model.explanation.shapley import attribute
from medmaas.model.inputs import make_input
from medmaas.model.manifest import Background, Explanation, TabularInput
from medmaas.model.registry import Model, Registry
from medmaas.model.session import Session
from medmaas_training.assessment.reasons.background import make_background as find_background
from medmaas_training.catalogue.folder import describe_artefact, place_model
from medmaas_training.catalogue.golden import record
from medmaas_training.catalogue.graph import INPUT, convert_sklearn

TITLE = "Explanations: nine features exactly, thirty sampled, a picture"
LIMIT_EXACT = 25.0
LIMIT_SHAP = 0.1
LIMIT_SAMPLED_MS = 150.0
LIMIT_PICTURE_MS = 1000.0
STANDARD_ERROR = 0.01
NEAR = 0.005  # the error at which shap is timed: half a point
TURNS, CALLS = 5, 20
_NINE = 9
_PEOPLE = 50  # per centre
_MOST_EVALUATIONS = 100_000

Rows = NDArray[np.float32]


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time them, one after the other."""
    with tempfile.TemporaryDirectory() as folder, discarding_log():
        turns, calls = (1, 1) if smallest else (TURNS, CALLS)
        nine = _measure_nine(_make_nine(Path(folder)), Path(folder), turns, calls)
        thirty = _measure_thirty(REGISTRY.get("breast_fna"), turns)
        return [*nine, thirty, _measure_picture(turns)]


def _make_nine(models: Path) -> Model:
    X, y = load_breast_cancer(return_X_y=True)
    X = X[:, :_NINE]
    network = make_pipeline(StandardScaler(), MLPClassifier((32,), max_iter=2000, random_state=0))
    content = convert_sklearn(network.fit(X, y), _NINE).SerializeToString(deterministic=True)
    like = REGISTRY.get("breast_fna").manifest
    if not isinstance(like.input, TabularInput):
        raise TypeError
    spec = like.input.model_copy(update={"features": like.input.features[:_NINE]})
    names = [feature.name for feature in spec.features]
    golden = [{name: case.instance[name] for name in names} for case in like.golden.cases]
    session, rows = Session(content), make_input(spec).read(golden).tensors
    manifest = like.model_copy(
        update={
            "id": "nine",
            "artefact": describe_artefact(content, session),
            "input": spec,
            "golden": like.golden.model_copy(
                update={
                    "cases": tuple(
                        record(session, dict(rows), golden, like.output.tensors, like.output)
                    )
                }
            ),
            "explanation": Explanation(
                method="Shapley values",
                background=_make_even(find_background(spec, X, network.predict_proba(X), seed=0)),
            ),
            "uncertainty": None,
            "parity": None,
            "translations": {},
        }
    )
    place_model(models, manifest, content)
    return Registry(models).get("nine")


def _make_even(background: Background | None) -> Background:
    """The same centres, of equal weight, as shap takes them."""
    if background is None:
        raise NotMeasuredError("the nine features have no background")
    centres = (centre.model_copy(update={"people": _PEOPLE}) for centre in background.centres)
    return background.model_copy(update={"centres": tuple(centres)})


def _measure_nine(model: Model, models: Path, turns: int, calls: int) -> list[Measurement]:
    body = json.dumps({"instances": [model.example]})
    app = Mangum(create_app(Registry(models)), lifespan="off")
    plain = prepare_call(app, make_event(body, "/models/nine/predict"))
    explained = prepare_call(app, make_event(body, "/models/nine/explain"))
    seconds = time_in_turns({"plain": plain, "explained": explained}, turns, calls)
    row = model.inputs.read([model.example]).tensors[INPUT][0]
    game, exact = _make_exact(model, row)
    theirs, apart = _prepare_shap(model, row, exact)
    seconds |= time_in_turns({"ours": game, "shap": theirs}, turns, 1)
    ratio = seconds["explained"] / seconds["plain"]
    return [
        Measurement("9 features: plain answer", 1e6 * seconds["plain"], "us"),
        Measurement("9 features: explained answer", 1e6 * seconds["explained"], "us"),
        Measurement("9 features: explained / plain", ratio, "x", LIMIT_EXACT),
        Measurement("9 features: exact Shapley values", 1e3 * seconds["ours"], "ms"),
        Measurement("9 features: shap's permutation explainer", 1e3 * seconds["shap"], "ms"),
        Measurement("9 features: its distance from exact, 1e-6", 1e6 * apart, ""),
        Measurement(
            "9 features: ours / shap's", seconds["ours"] / seconds["shap"], "x", LIMIT_SHAP
        ),
    ]


def _make_exact(model: Model, row: Rows) -> tuple[Callable[[], object], NDArray[np.float64]]:
    players = [[column] for column in range(len(row))]

    def explain() -> NDArray[np.float64]:
        game = make_game(model, row, players)
        return attribute(game, len(row), tolerance=0, budget=Budget(None)).values[:, 1]

    return explain, explain()


def _prepare_shap(
    model: Model, row: Rows, exact: NDArray[np.float64]
) -> tuple[Callable[[], NDArray[np.float64]], float]:
    """Prepare shap with the fewest evaluations, doubled from its own choice on, that come near."""
    centres, weights = make_background(model)
    if np.ptp(weights):
        raise NotMeasuredError("shap has no weights for its background")
    (tensor,), output = model.manifest.input.tensors, model.manifest.output.tensor

    def answer(rows: NDArray[Any]) -> NDArray[Any]:
        answers: NDArray[Any] = model.session.run({tensor: rows.astype(np.float32)})[output][:, 1]
        return answers

    masker = shap.maskers.Independent(centres, max_samples=len(centres))
    explainer = shap.explainers.Permutation(answer, masker, seed=0)
    evaluations = 500

    def explain() -> NDArray[np.float64]:
        explained = explainer(row[None], max_evals=evaluations, silent=True)
        values: NDArray[np.float64] = explained.values[0]
        return values

    while (apart := float(np.abs(explain() - exact).max())) > NEAR:
        evaluations *= 2
        if evaluations > _MOST_EVALUATIONS:
            raise NotMeasuredError("shap comes no nearer to the exact values")
    return explain, apart


def _measure_thirty(model: Model, turns: int) -> Measurement:
    ((row,),) = model.inputs.read([model.example]).tensors.values()
    players = [[column] for column in range(len(row))]

    def explain() -> object:
        game = make_game(model, row, players)
        return attribute(game, len(row), tolerance=STANDARD_ERROR, budget=Budget(None))

    seconds = time_in_turns({"ours": explain}, turns, 1)["ours"]
    what = f"30 features sampled to a standard error of {STANDARD_ERROR}"
    return Measurement(what, 1e3 * seconds, "ms", LIMIT_SAMPLED_MS)


def _measure_picture(turns: int) -> Measurement:
    body = json.dumps({"instances": [REGISTRY.get("blood_cell").example], "explain_seconds": 20})
    call = prepare_call(handler, make_event(body, "/models/blood_cell/explain"))
    seconds = time_in_turns({"ours": call}, turns, 1)["ours"]
    return Measurement("a picture: answer and map", 1e3 * seconds, "ms", LIMIT_PICTURE_MS)
