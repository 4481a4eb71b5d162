"""`python -m benchmarks [NAME ...]`: print the table; 1 if a limit is exceeded.

With `--smallest` each is run once on as little as it takes, to see that it still runs: its lines
are printed without numbers, which would mean nothing, and no limit is judged.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks import (
    batch,
    cds_hooks,
    cold_start,
    dicom,
    explanations,
    inference_protocol,
    masks,
    memory,
    models,
    page,
    peers,
    rows,
    scale,
    uncertainty,
    warm,
    waveforms,
)
from benchmarks.measurement import Line, NotMeasuredError
from infra.emulator import ToolMissingError


class Measure(Protocol):
    """Measures; in its smallest form only so much that every line of it runs."""

    def __call__(self, *, smallest: bool = False) -> Sequence[Line]:
        """Give the lines of the table."""
        ...


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A title and what to measure under it."""

    title: str
    measure: Measure


BENCHMARKS = {
    "warm": Benchmark(warm.TITLE, warm.measure),
    "models": Benchmark(models.TITLE, models.measure),
    "dicom": Benchmark(dicom.TITLE, dicom.measure),
    "waveforms": Benchmark(waveforms.TITLE, waveforms.measure),
    "explanations": Benchmark(explanations.TITLE, explanations.measure),
    "masks": Benchmark(masks.TITLE, masks.measure),
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
    parser.add_argument("--smallest", action="store_true", help="only see that each still runs")
    arguments = parser.parse_args()
    names = arguments.names or list(BENCHMARKS)
    if unknown := set(names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    smallest = arguments.smallest
    lines = [line for name in names for line in _run(BENCHMARKS[name], smallest=smallest)]
    if smallest:
        return 0
    exceeded = [line.what for line in lines if line.exceeded]
    print(f"Exceeded: {'; '.join(exceeded)}." if exceeded else "Every measured limit is kept.")
    return 1 if exceeded else 0


def _run(benchmark: Benchmark, *, smallest: bool) -> Sequence[Line]:
    """Measure and print; a benchmark that this machine cannot run says why."""
    print(benchmark.title, flush=True)
    try:
        lines = benchmark.measure(smallest=smallest)
    except (NotMeasuredError, ToolMissingError) as reason:
        print(f"  not measured: {reason}\n")
        return []
    shown = [f"  {line.what}".rstrip() for line in lines] if smallest else lines
    print(*shown, sep="\n", end="\n\n", flush=True)
    return lines


if __name__ == "__main__":
    sys.exit(main())
