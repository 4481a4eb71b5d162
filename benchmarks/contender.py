"""One way to score a CSV file, in a process of its own, on one processor.

    python -m benchmarks.contender NAME SOURCE FOLDER all|small

prints as JSON what it took: its imports and models come before the clock, as in a warm function.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from benchmarks import MODELS, ROOT
from benchmarks.environments import find_python
from benchmarks.measurement import NotMeasuredError
from benchmarks.process import read_memory

MEDMAAS = "medmaas batch"
PLANNING = "planning"
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds of scoring; resident MB before it, models loaded, and at its peak."""

    seconds: float
    idle: float
    peak: float


def score_apart(name: str, source: Path, folder: Path, *, small: bool = False) -> Effort:
    """Let one contender score a file into a folder, alone in its process.

    Raises:
        NotMeasuredError: if this system cannot keep a process on one processor.
        RuntimeError: if the contender fails.
    """
    if not hasattr(os, "sched_setaffinity"):
        raise NotMeasuredError("only Linux keeps a process on one processor")
    arguments = [name, str(source), str(folder), "small" if small else "all"]
    done = subprocess.run(
        [_find_python(name), "-m", "benchmarks.contender", *arguments],
        cwd=ROOT,
        env=os.environ | _ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} did not score the file:\n{done.stderr}")
    return Effort(**json.loads(done.stdout.splitlines()[-1]))


def _find_python(name: str) -> str:
    """The interpreter of a contender: where its library is."""
    from benchmarks.readers import READERS  # noqa: PLC0415 - sets how polars runs

    return find_python(READERS[name].package if name in READERS else None)


def _main(name: str, source: str, folder: str, columns: str) -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    prepare = {MEDMAAS: _prepare_medmaas, PLANNING: _prepare_planning}.get(name, _prepare_floor)
    score_file = prepare(name, Path(source), Path(folder), small=columns == "small")
    idle = read_memory().now
    started = perf_counter()
    score_file()
    effort = Effort(perf_counter() - started, idle, read_memory().peak)
    print("\n" + json.dumps(asdict(effort)))


def _prepare_medmaas(
    _name: str, source: Path, folder: Path, *, small: bool
) -> Callable[[], object]:
    if small:
        raise ValueError("medmaas batch writes all columns")
    from medmaas.cli import main  # noqa: PLC0415 - only where it is measured
    from medmaas.model.registry import Registry  # noqa: PLC0415

    Registry(MODELS).get("survival")
    importlib.import_module("medmaas.batch.handler")

    def score_file() -> None:
        command = ["batch", "survival", str(source), str(folder), "--models", str(MODELS)]
        if status := main(command):
            raise RuntimeError(f"medmaas batch ended with {status}")

    return score_file


def _prepare_planning(
    _name: str,
    source: Path,
    folder: Path,
    *,
    small: bool,  # noqa: ARG001 - planning writes ranges only
) -> Callable[[], object]:
    from medmaas.batch import fan_out  # noqa: PLC0415 - as above
    from medmaas.batch.deadline import Deadline  # noqa: PLC0415
    from medmaas.batch.job import Job  # noqa: PLC0415
    from medmaas.model.registry import Registry  # noqa: PLC0415

    registry, job = Registry(MODELS), Job("survival", None, str(source), str(folder))
    registry.get("survival")
    return lambda: fan_out.plan(job, registry, fan_out.RANGE_BYTES, Deadline())


def _prepare_floor(name: str, source: Path, folder: Path, *, small: bool) -> Callable[[], object]:
    from benchmarks.bare_model import make_score  # noqa: PLC0415 - not beside medmaas
    from benchmarks.readers import READERS  # noqa: PLC0415

    reader = READERS[name]
    for module in reader.modules:
        importlib.import_module(module)
    score = make_score(small=small)
    return lambda: reader.score_file(source, folder / "predictions.csv", score)


if __name__ == "__main__":
    _main(*sys.argv[1:])
