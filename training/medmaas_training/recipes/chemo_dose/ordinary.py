"""Invented histories as wards have them, of nobody and of no simulator: what must be answered.

A cycle every three weeks, counts that fall after a dose and are back before the next, measured on
the days of a schedule and by nobody between them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx

from medmaas.model.inputs import make_input
from medmaas.model.manifest import Distance, Metric, PolicyOutput, SeriesInput
from medmaas.model.outputs.policy import Policy
from medmaas.model.session import Session
from medmaas.model.uncertainty.distance import make_distance
from medmaas_training.assessment.resampling import OWN, THIS_MODEL
from medmaas_training.errors import TrainingError
from medmaas_training.figures import People
from medmaas_training.observed_shares import estimate_share

UNANSWERED = "share neither answered nor held"
ON_ORDINARY = "ordinary histories, invented, before the second to the sixth cycle"

_CYCLE = 21
# Of an ordinary count of neutrophils, what is left on these days after a full dose.
_DAYS = np.array([0.0, 4, 7, 10, 14, 18, 21])
_LEFT = np.log([1.0, 0.6, 0.12, 0.2, 0.7, 1.0, 1.0])
_PLATELETS_LEFT = np.log([1.0, 0.95, 0.8, 0.75, 0.9, 1.0, 1.0])

SCHEDULES: Mapping[str, tuple[int, ...]] = {
    "day 1 only": (),
    "days 1 and 8": (7,),
    "days 1, 8 and 15": (7, 14),
    "twice weekly": (3, 7, 10, 14, 17),
}

History = dict[str, Any]


def invent(days: tuple[int, ...], seed: int, n: int = 300) -> list[History]:
    """Histories before the second to the sixth cycle, ordinary in every way.

    Args:
        days: after each dose on which blood is drawn, besides the day of the next.
        seed: of the counts.
        n: how many.
    """
    rng = np.random.default_rng(seed)
    return [_invent_one(days, rng) for _ in range(n)]


def _invent_one(days: tuple[int, ...], rng: np.random.Generator) -> History:
    cycles = int(rng.integers(1, 6))
    normal = {"anc": rng.lognormal(np.log(4.3), 0.25), "platelets": rng.lognormal(5.5, 0.2)}
    dose, gcsf = (1.0 if rng.random() < 0.8 else 0.75), rng.random() < 0.25
    before = int(rng.integers(1, 8))
    rows = [_measure(-_CYCLE * cycles - before, 0, normal, 0.0, rng)]
    for cycle in range(cycles):
        start = _CYCLE * (cycle - cycles)
        rows.append(_measure(start, 0, normal, 0.0, rng) | {"dose": dose, "gcsf": bool(gcsf)})
        depth = dose * (0.6 if gcsf else 1.0)
        rows += [_measure(start + day, day, normal, depth, rng) for day in days]
    return {"history": [*rows, _measure(0, 0, normal, 0.0, rng)]}


def _measure(
    day: int, after: int, normal: Mapping[str, float], depth: float, rng: np.random.Generator
) -> dict[str, Any]:
    """Counts on a day, so many days after a dose that took `depth` of what a full one takes."""
    left = {"anc": _LEFT, "platelets": _PLATELETS_LEFT}
    counts = {
        name: value * np.exp(depth * np.interp(after, _DAYS, left[name]) + rng.normal(0, 0.2))
        for name, value in normal.items()
    }
    wbc = counts["anc"] + 1.9 * rng.lognormal(0, 0.15)
    rounded = {"anc": round(float(counts["anc"]), 1), "platelets": round(counts["platelets"])}
    return {"day": int(day), **rounded, "wbc": round(float(wbc), 1)}


def measure_ordinary(
    graph: onnx.ModelProto, spec: SeriesInput, output: PolicyOutput, distance: Distance, seed: int
) -> list[Metric]:
    """Of each schedule the share that gets neither an answer nor a hold.

    Args:
        graph: with what the distance is read from.
        spec: of its input.
        output: with the rules that hold.
        distance: beyond which there is no answer.
        seed: of the counts.

    Raises:
        TrainingError: the input does not take such histories.
    """
    session, judge = (
        Session(graph.SerializeToString(deterministic=True)),
        make_distance(distance, spec),
    )
    metrics = []
    for name, days in SCHEDULES.items():
        reading = make_input(spec).read(invent(days, seed))
        if reading.problems:
            raise TrainingError("an ordinary history cannot be read")
        outputs = session.run(reading.tensors)
        far = np.zeros(len(reading.tensors[spec.tensor]), bool)
        far[judge.find_far(outputs, reading.tensors)[0]] = True
        table = Policy(output, spec).tabulate(outputs, reading.tensors)
        held = np.array([one is not None for one in table.forbidden])
        left = far & ~held
        people = People("external", ON_ORDINARY, np.arange(len(left)), left, f"counts on {name}")
        share = estimate_share(int(left.sum()), len(left))
        metrics.append(people.make_metric(UNANSWERED, THIS_MODEL, share, own=OWN))
    return metrics
