"""The request that every benchmark sends: events/predict.json, with its patient or with others."""

import json
from random import Random
from typing import Any

from benchmarks import ROOT

EVENT_FILE = ROOT / "events" / "predict.json"
EVENT: dict[str, Any] = json.loads(EVENT_FILE.read_text())
PATH: str = EVENT["rawPath"]
ONE_PATIENT: str = EVENT["body"]


def make_event(body: str, path: str = PATH) -> dict[str, Any]:
    """The event as API Gateway sends it, with another body, for another model."""
    headers = EVENT["headers"] | {"content-length": str(len(body))}
    http = EVENT["requestContext"]["http"] | {"path": path}
    context = EVENT["requestContext"] | {"http": http}
    changes = {"headers": headers, "body": body, "rawPath": path, "requestContext": context}
    return EVENT | changes


def draw_patients(count: int, random: Random) -> str:
    """A body with invented patients, some of them without a creatinine."""
    return json.dumps({"instances": [_draw_patient(random) for _ in range(count)]})


def _draw_patient(random: Random) -> dict[str, Any]:
    return {
        "age": random.randint(50, 100),
        "sex": random.choice("FM"),
        "creatinine": random.choice([None, 0.7, 0.9, 1.1, 1.3, 2.6]),
        "kappa": round(random.uniform(0.5, 5), 2),
        "lambda": round(random.uniform(0.5, 5), 2),
        "mgus": random.choice([False, False, True]),
    }
