"""`python -m benchmarks [NAME ...]`: print the table; 1 if a limit is exceeded."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks import (
    batch,
    cds_hooks,
    cold_start,
    explanations,
    inference_protocol,
    memory,
    models,
    page,
    peers,
    rows,
    scale,
    uncertainty,
    warm,
)
from benchmarks.measurement import Line, NotMeasuredError
from infra.emulator import ToolMissingError


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A title and what to measure under it."""

    title: str
    measure: Callable[[], Sequence[Line]]


BENCHMARKS = {
    "warm": Benchmark(warm.TITLE, warm.measure),
    "models": Benchmark(models.TITLE, models.measure),
    "explanations": Benchmark(explanations.TITLE, explanations.measure),
    "uncertainty": Benchmark(uncertainty.TITLE, uncertainty.measure),
    "rows": Benchmark(rows.TITLE, rows.measure),
    "peers": Benchmark(peers.TITLE, peers.measure),
    "inference_protocol": Benchmark(inference_protocol.TITLE, inference_protocol.measure),
    "cds_hooks": Benchmark(cds_hooks.TITLE, cds_hooks.measure),
    "page": Benchmark(page.TITLE, page.measure),
    "batch": Benchmark(batch.TITLE, batch.measure),
    "scale": Benchmark(scale.TITLE, scale.measure),
    "cold": Benchmark(cold_start.TITLE, cold_start.measure),
    "memory": Benchmark(memory.TITLE, memory.measure),
}


def main() -> int:
    """Run the benchmarks that the command line names, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    exceeded = [line.what for name in names for line in _run(BENCHMARKS[name]) if line.exceeded]
    print(f"Exceeded: {'; '.join(exceeded)}." if exceeded else "Every measured limit is kept.")
    return 1 if exceeded else 0


def _run(benchmark: Benchmark) -> Sequence[Line]:
    """Measure and print; a benchmark that this machine cannot run says why."""
    print(benchmark.title, flush=True)
    try:
        lines = benchmark.measure()
    except (NotMeasuredError, ToolMissingError) as reason:
        print(f"  not measured: {reason}\n")
        return []
    print(*lines, sep="\n", end="\n\n", flush=True)
    return lines


if __name__ == "__main__":
    sys.exit(main())
