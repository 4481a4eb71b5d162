"""A hundred million rows on AWS, simulated from what one function does on this machine.

Measured here, on one processor: rows per second of `medmaas batch` on files of this machine, how
fast planning reads, how long a fresh process needs to its model. Assumed: the network and the
latency of S3, for which AWS promises no figure; one processor at 1,769 MB. A processor of Lambda's
may well be slower than this one, so one line of the table has everything twice as slow.
"""

import os
import subprocess
import sys
import tempfile
from math import inf
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import ROOT
from benchmarks.contender import MEDMAAS, PLANNING, score_apart
from benchmarks.measurement import Line, Measurement, Remark
from benchmarks.patients import write_patients
from benchmarks.simulation import Parts, Run, find_limits

TITLE = "Scale: one large file on AWS, simulated (prices of us-east-1)"
ROWS = 300_000
STARTS = 5
NETWORK = 75e6  # bytes per second: 600 Mbit/s, which many have measured
REQUEST_SECONDS = 0.03
GIGABYTES = (
    1769 / 1024
)  # one processor: docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
RANGE_BYTES = 64e6
CONCURRENCY = 100  # template.yaml, FanOutConcurrency

_START = """
import medmaas.batch.handler
from benchmarks import MODELS
from medmaas.batch.storage import client
from medmaas.model.registry import Registry
client("s3")
Registry(MODELS).get("survival")
"""


def measure(*, smallest: bool = False) -> list[Line]:
    """Measure the parts, and simulate."""
    parts = measure_parts(*((1_000, 1) if smallest else (ROWS, STARTS)))
    return [
        Measurement("measured: one function", parts.rows_per_second, "rows/s"),
        Measurement("measured: a row of the file", parts.row_bytes, "bytes"),
        Measurement("measured: its answer", parts.answer_bytes, "bytes"),
        Measurement("measured: planning", parts.scanned_bytes_per_second / 1e6, "MB/s"),
        Measurement(
            "measured: a fresh process, to S3's client and the model", parts.start_seconds, "s"
        ),
        Measurement("assumed: network of one function", NETWORK / 1e6, "MB/s"),
        Measurement("assumed: until S3 begins to answer", 1e3 * REQUEST_SECONDS, "ms"),
        Remark(""),
        *map(Remark, tabulate_runs(parts)),
        Remark(""),
        *_share(Run(parts, 1e8, RANGE_BYTES, CONCURRENCY)),
        Remark(""),
        *map(Remark, tabulate_limits(parts)),
    ]


def measure_parts(rows: int = ROWS, starts: int = STARTS) -> Parts:
    """What one function does, measured on this machine."""
    with tempfile.TemporaryDirectory() as scratch:
        source, results, plan = (Path(scratch) / name for name in ("rows.csv", "results", "plan"))
        write_patients(source, rows)
        scored, planned = (
            min(score_apart(name, source, folder / turn).seconds for turn in ("1", "2"))
            for name, folder in ((MEDMAAS, results), (PLANNING, plan))
        )
        size = source.stat().st_size
        answer = next(results.rglob("predictions.csv"))
        return Parts(
            rows_per_second=rows / scored,
            row_bytes=size / rows,
            answer_bytes=answer.stat().st_size / rows,
            scanned_bytes_per_second=size / planned,
            start_seconds=median(_time_start() for _ in range(starts)),
            network_bytes_per_second=NETWORK,
            request_seconds=REQUEST_SECONDS,
            gigabytes=GIGABYTES,
        )


def _time_start() -> float:
    started = perf_counter()
    environment = os.environ | {"AWS_DEFAULT_REGION": "us-east-1"}
    subprocess.run([sys.executable, "-c", _START], cwd=ROOT, env=environment, check=True)
    return perf_counter() - started


def tabulate_runs(parts: Parts) -> list[str]:
    """The lines of a Markdown table: time and cost of some files."""
    runs = [
        Run(parts, 1e6),
        Run(parts, 1e8),
        *[Run(parts, 1e8, size, CONCURRENCY) for size in (16e6, RANGE_BYTES, 256e6)],
        Run(parts, 1e8, RANGE_BYTES, 10),
        Run(parts.slowed(2), 1e8, RANGE_BYTES, CONCURRENCY),
        Run(parts, 1e9, RANGE_BYTES, CONCURRENCY),
        Run(parts, 1e9, RANGE_BYTES, 1000),
    ]
    return [
        "| rows | file | ranges | at once | plan | score | finish | in all | cost | per million |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *[_tabulate(run, slowed=run.parts is not parts) for run in runs],
    ]


def _tabulate(run: Run, *, slowed: bool) -> str:
    size = f"{run.bytes / 1e9:.2g} GB"
    invocations = run.invocations_of_a_range
    whole = "one function" + (f", {invocations} invocations" if invocations > 1 else "")
    whole += "" if run.is_finished else ", FAILS: too long to hash"
    ranges = whole if run.range_bytes == inf else f"{run.ranges} of {run.range_bytes / 1e6:.0f} MB"
    cells = [
        f"{run.rows:,.0f}" + (", all twice as slow" if slowed else ""),
        size,
        ranges,
        f"{run.environments:,}",
        *[
            f"{seconds:,.0f} s"
            for seconds in (run.plan_seconds, run.map_seconds, run.finish_seconds, run.seconds)
        ],
        f"${run.dollars:.4f}",
        f"${1e6 * run.dollars / run.rows:.5f}",
    ]
    return f"| {' | '.join(cells)} |"


def _share(run: Run) -> list[Line]:
    """Who is paid for a file, in cents."""
    file = f"{run.rows:,.0f} rows"
    lines: list[Line] = [
        Measurement(f"{file}: {service}", 100 * dollars, "cents")
        for service, dollars in run.costs.items()
    ]
    if run.express_dollars is not None:
        what = "Step Functions, Express children"
        lines.append(Measurement(f"{file}: {what}", 100 * run.express_dollars, "cents"))
    return lines


def tabulate_limits(parts: Parts) -> list[str]:
    """The lines of a Markdown table: what ends or slows a file, by its rows."""
    return [
        f"| rows of one file | limit, with ranges of {RANGE_BYTES / 1e6:.0f} MB |",
        "|---|---|",
        *[
            f"| {rows:,.2g} | {what} |".replace("e+", "e").replace("e0", "e")
            for what, rows in find_limits(parts, RANGE_BYTES, CONCURRENCY).items()
        ],
    ]
