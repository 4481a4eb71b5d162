"""Every benchmark still runs: each once, on next to nothing."""

import re
import subprocess
import sys

import pytest

from benchmarks.__main__ import BENCHMARKS
from tests.aws.conftest import unavailable
from tests.conftest import ROOT


@pytest.mark.parametrize("name", BENCHMARKS)
def test_it_runs_in_its_smallest_form(name: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "--smallest", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    title, *lines = done.stdout.splitlines()
    assert title == BENCHMARKS[name].title
    if missing := re.search("not measured: (.+)", done.stdout):
        unavailable(missing[1])
    assert len(lines) > 2
