"""Uncertainty: one instance through the handler, with and without intervals and abstention.

Every model that has an `uncertainty` section answers the first of its golden instances, in turns
with the same graph as if the section were missing: the difference is what judging the answer
costs, the interval's JSON included. A distance that the graph itself gives is in both.
Medians of 20 turns of 50 calls.
"""

import json
from dataclasses import replace

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


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time every model that ships and can tell how sure it is."""
    models = [model for model in REGISTRY.newest() if model.uncertainty]
    if not models:
        raise NotMeasuredError("no model here has a section `uncertainty`")
    with discarding_log():
        return [line for model in models for line in _compare(model, smallest=smallest)]


class _Plain(Registry):
    """The same models, as if nobody had measured how sure they are."""

    def get(self, model_id: str, version: str | None = None) -> Model:
        """A model without its judgement."""
        return replace(super().get(model_id, version), uncertainty=None)


def _compare(model: Model, *, smallest: bool) -> list[Measurement]:
    name = model.manifest.id
    event = make_event(json.dumps({"instances": [model.example]}), f"/models/{name}/predict")
    calls = {
        kind: prepare_call(Mangum(create_app(registry), lifespan="off"), event)
        for kind, registry in {"judged": REGISTRY, "plain": _Plain(MODELS)}.items()
    }
    seconds = time_in_turns(calls, *((1, 1) if smallest else (TURNS, CALLS)))
    more = 100 * (seconds["judged"] / seconds["plain"] - 1)
    return [
        Measurement(f"{name}: plain answer", 1e6 * seconds["plain"], "us"),
        Measurement(f"{name}: with interval and abstention", 1e6 * seconds["judged"], "us"),
        Measurement(f"{name}: what that adds", more, "%", LIMIT_PER_CENT),
    ]
