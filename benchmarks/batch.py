"""A million rows of CSV for the survival model, on one processor: rows per second, and memory.

A row is an id and the model's six features, which is all that the model takes; what is written of
it is its number and id, the median, three risks and 38 points of the curve, to six decimals. The
floors are CSV readers around the bare `session.run` (readers.py); `medmaas batch` also checks every
value, warns, rejects, and hashes what it writes. Each is a process of its own, so that its peak
memory is its own; they run in turns and the fastest of their turns counts. The csv module and numpy
are always there; `pip install duckdb pyarrow polars` lets the others run, too, here or in
environments of their own (environments.py), which then need numpy and onnxruntime.
"""

import gzip
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.contender import MEDMAAS, Effort, score_apart
from benchmarks.environments import find_python
from benchmarks.measurement import Line, Measurement, Remark
from benchmarks.patients import write_patients
from benchmarks.readers import READERS, Reader

ROWS = 1_000_000
TITLE = f"Batch: {ROWS:,} survival patients, CSV to CSV, one processor, fastest of 2 turns"
LIMIT = 1.0
LIMIT_MEGABYTES = 400.0
LIMIT_GROWTH = 1.1
AIM = "aim at least 0.8"
TURNS = 2
IMPORTS = 5
CSV_MODULE = "csv module"
SIZE = """
import sys
from importlib.metadata import files
print(sum(path.size or 0 for package in sys.argv[1:] for path in files(package) or []))
"""


def measure(*, smallest: bool = False) -> list[Line]:
    """Score the same file with all of them, then smaller ones."""
    rows, turns = (1_000, 1) if smallest else (ROWS, TURNS)
    installed = [name for name in READERS if measure_packages(name) is not None]
    with tempfile.TemporaryDirectory() as scratch:
        large, folder = Path(scratch) / "patients.csv", Path(scratch)
        write_patients(large, rows)
        efforts = _score_in_turns([MEDMAAS, *installed], large, folder, turns)
        tenth = folder / "tenth.csv"
        write_patients(tenth, rows // 10)
        return [
            *_compare(efforts, rows),
            *_weigh(efforts[MEDMAAS], score(MEDMAAS, tenth, folder), rows),
            *_vary(tenth, folder, installed, rows // 10),
            *[line for name in READERS for line in _cost(name)],
        ]


def score(name: str, source: Path, folder: Path, *, small: bool = False) -> Effort:
    """Let one contender score a file; what it writes is thrown away."""
    with tempfile.TemporaryDirectory(dir=folder) as results:
        return score_apart(name, source, Path(results), small=small)


def _score_in_turns(names: list[str], source: Path, folder: Path, turns: int) -> dict[str, Effort]:
    """The fastest turn of each."""
    efforts = [{name: score(name, source, folder) for name in names} for _ in range(turns)]
    return {name: min((turn[name] for turn in efforts), key=lambda e: e.seconds) for name in names}


def _compare(efforts: dict[str, Effort], rows: int) -> list[Line]:
    rates = {name: rows / effort.seconds for name, effort in efforts.items()}
    ours = rates[MEDMAAS]
    floors = {name: rate for name, rate in rates.items() if name != MEDMAAS}
    fastest = max(floors, key=floors.__getitem__)
    return [
        Measurement(MEDMAAS, ours, "rows/s"),
        *[Measurement(f"floor, {name}", rate, "rows/s") for name, rate in floors.items()],
        Measurement(f"time, medmaas / {CSV_MODULE}", floors[CSV_MODULE] / ours, "x", limit=LIMIT),
        *[
            Measurement(
                f"rows/s, medmaas / {name}" + (f", the fastest, {AIM}" if name == fastest else ""),
                ours / rate,
                "x",
            )
            for name, rate in floors.items()
        ],
    ]


def _weigh(large: Effort, tenth: Effort, rows: int) -> list[Line]:
    return [
        Measurement("memory, models loaded, idle", large.idle, "MB"),
        Measurement(
            f"memory above idle at its peak, {rows:,} rows",
            large.peak - large.idle,
            "MB",
            limit=LIMIT_MEGABYTES,
        ),
        Measurement(
            f"peak memory, {rows:,} / {rows // 10:,} rows",
            large.peak / tenth.peak,
            "x",
            LIMIT_GROWTH,
        ),
    ]


def _vary(tenth: Path, folder: Path, installed: list[str], rows: int) -> list[Line]:
    """Other inputs, and floors that write three risks only: 42 numbers take most of the time."""
    packed, bad = folder / "tenth.csv.gz", folder / "bad.csv"
    with tenth.open("rb") as plain, gzip.open(packed, "wb", compresslevel=6) as stream:
        shutil.copyfileobj(plain, stream)
    write_patients(bad, rows, bad=True)
    rates = {
        f"{MEDMAAS}, {rows:,} rows": score(MEDMAAS, tenth, folder),
        f"{MEDMAAS}, {rows:,} rows, gzip": score(MEDMAAS, packed, folder),
        f"{MEDMAAS}, {rows:,} rows, 1 % of them bad": score(MEDMAAS, bad, folder),
    } | {
        f"floor, {name}, {rows:,} rows, three risks only": score(name, tenth, folder, small=True)
        for name in installed
    }
    return [Measurement(what, rows / effort.seconds, "rows/s") for what, effort in rates.items()]


def _cost(name: str) -> list[Line]:
    """What a reader would add to the function: megabytes, and time to import it."""
    reader = READERS[name]
    if not reader.packages:
        return []
    size = measure_packages(name)
    if size is None:
        return [Remark(f"{name}: not installed (pip install {reader.package})")]
    return [
        Measurement(f"{name} would add, unzipped", size, "MB"),
        Measurement(f"{name} would add, import", _time_import(reader), "ms"),
    ]


def measure_packages(name: str) -> float | None:
    """Megabytes of a reader's packages as installed; None if one is not."""
    reader = READERS[name]
    if reader.package is None:
        return 0
    command = [find_python(reader.package), "-c", SIZE, *reader.packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode else int(done.stdout) / 1e6


def _time_import(reader: Reader) -> float:
    """Milliseconds in a fresh process that has imported numpy, median."""
    program = (
        "import numpy, time; started = time.perf_counter(); "
        f"import {', '.join(reader.modules)}; print(time.perf_counter() - started)"
    )
    command = [find_python(reader.package), "-c", program]
    times = [float(subprocess.check_output(command)) for _ in range(IMPORTS)]
    return 1e3 * median(times)
