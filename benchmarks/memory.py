"""Whether the serving process grows: its peak memory after 1,000 and after 10,000 requests.

A real `medmaas serve` answers one client on one kept connection: single patients, and as every
50th request a batch of 1 to 1,000, since it is changing sizes that make allocators grow. A leak
smaller than what a batch takes would hide below the peak, so the memory of the moment stands beside
it.
"""

from random import Random

from benchmarks.measurement import Measurement
from benchmarks.request import ONE_PATIENT, draw_patients
from benchmarks.server import post, serving

TITLE = "Memory: resident, of `medmaas serve`"
LIMIT = 1.2
EARLY = 1_000
LATE = 10_000
BATCH_EVERY = 50
LARGEST_BATCH = 1_000


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Send the requests, and ask the kernel twice."""
    first, last = (1, BATCH_EVERY) if smallest else (EARLY, LATE)
    bodies = _draw_bodies()[:last]
    with serving() as server:
        connection = server.connect()
        for body in bodies[:first]:
            post(connection, body)
        early = server.read_memory()
        for body in bodies[first:]:
            post(connection, body)
        late = server.read_memory()
    return [
        Measurement(f"at the moment, after {first:,} requests", early.now, "MB"),
        Measurement(f"at the moment, after {last:,} requests", late.now, "MB"),
        Measurement(f"peak, after {first:,} requests", early.peak, "MB"),
        Measurement(f"peak, after {last:,} requests", late.peak, "MB"),
        Measurement(f"peak, after {last:,} / {first:,}", late.peak / early.peak, "x", LIMIT),
    ]


def _draw_bodies() -> list[bytes]:
    random = Random(0)  # noqa: S311 - no secret
    one = ONE_PATIENT.encode()
    batches = [
        draw_patients(random.randint(1, LARGEST_BATCH), random).encode()
        for _ in range(LATE // BATCH_EVERY)
    ]
    return [body for batch in batches for body in (*[one] * (BATCH_EVERY - 1), batch)]
