"""Uncertainty: one instance through the handler, with and without intervals and abstention.

Every model that has an `uncertainty` section answers the first of its golden instances, in turns
with a copy of the same graph whose manifest lacks the section: the difference is what judging the
answer costs, the interval's JSON included. A distance that the graph itself gives is in both.
Medians of 20 turns of 50 calls.
"""

import json
import shutil
import tempfile
from pathlib import Path

from mangum import Mangum

from benchmarks import MODELS
from benchmarks.graph import REGISTRY
from benchmarks.handler import discarding_log, prepare_call
from benchmarks.measurement import Measurement, NotMeasuredError
from benchmarks.request import make_event
from benchmarks.timing import time_in_turns
from medmaas.api.app import create_app
from medmaas.model.registry import Model, Registry

TITLE = "Uncertainty: one instance with intervals and abstention, against the same without"
LIMIT_PER_CENT = 20.0
TURNS = 20
CALLS = 50


def measure() -> list[Measurement]:
    """Time every model that ships and can tell how sure it is."""
    models = [model for model in REGISTRY.newest() if model.uncertainty]
    if not models:
        raise NotMeasuredError("no model here has a section `uncertainty`")
    with tempfile.TemporaryDirectory() as folder, discarding_log():
        plain = _forget_uncertainty(Path(folder, "models"))
        return [line for model in models for line in _compare(model, plain)]


def _forget_uncertainty(models: Path) -> Path:
    """A copy of the models, as if nobody had measured how sure they are."""
    shutil.copytree(MODELS, models)
    for path in models.glob("*/*/manifest.json"):
        manifest = json.loads(path.read_text())
        # in contract 1 golden cases hold no intervals; translations would be of texts that are gone
        for name in ("uncertainty", "contract", "digest", "files", "translations"):
            manifest.pop(name, None)
        for case in manifest["golden"]["cases"]:
            del case["answer"]
        path.write_text(json.dumps(manifest))
    return models


def _compare(model: Model, without: Path) -> list[Measurement]:
    name = model.manifest.id
    event = make_event(json.dumps({"instances": [model.example]}), f"/models/{name}/predict")
    calls = {
        kind: prepare_call(Mangum(create_app(Registry(folder)), lifespan="off"), event)
        for kind, folder in {"judged": MODELS, "plain": without}.items()
    }
    seconds = time_in_turns(calls, TURNS, CALLS)
    more = 100 * (seconds["judged"] / seconds["plain"] - 1)
    return [
        Measurement(f"{name}: plain answer", 1e6 * seconds["plain"], "us"),
        Measurement(f"{name}: with interval and abstention", 1e6 * seconds["judged"], "us"),
        Measurement(f"{name}: what that adds", more, "%", LIMIT_PER_CENT),
    ]
