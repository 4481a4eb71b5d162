"""The largest request, 1,000 patients as JSON: rows per second through the handler.

In turns with the bare `session.run` on the same 1,000 rows. The fastest of 20 turns of 5 calls
counts: on a busy machine a median tells which of the two fits between interruptions. Between them
lie reading and checking 90 kB of JSON, and writing 500 kB: 38 probabilities for each answer.
"""

from random import Random

from benchmarks.graph import load_session, read_tensors
from benchmarks.handler import discarding_log, prepare_call
from benchmarks.measurement import Measurement
from benchmarks.request import draw_patients, make_event
from benchmarks.timing import time_in_turns
from medmaas.api.app import handler

TITLE = "Rows: one request with 1,000 survival patients, fastest of 100 calls"
PATIENTS = 1_000
TURNS = 20
CALLS = 5
LIMIT = 18.0


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time both in turns."""
    body = draw_patients(PATIENTS, Random(0))  # noqa: S311 - no secret
    session, tensors = load_session(), read_tensors(body)
    calls = {
        "handler": prepare_call(handler, make_event(body)),
        "session": lambda: session.run(None, tensors),
    }
    with discarding_log():
        seconds = time_in_turns(calls, *((1, 1) if smallest else (TURNS, CALLS)), choose=min)
    return [
        Measurement("medmaas handler, JSON to JSON", PATIENTS / seconds["handler"], "rows/s"),
        Measurement("bare session.run", PATIENTS / seconds["session"], "rows/s"),
        Measurement("time, medmaas / bare", seconds["handler"] / seconds["session"], "x", LIMIT),
        Measurement(
            "rows/s, medmaas / bare, aim at least 0.1",
            seconds["session"] / seconds["handler"],
            "x",
        ),
    ]
